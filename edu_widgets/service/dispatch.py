"""Handling of each frame that a member sends."""

import asyncio
import logging
import time

from edu_widgets.protocol import (
    REGISTRY,
    Code,
    CommandType,
    Envelope,
    decode,
    decode_data,
    is_id,
    is_text,
)
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.protocol.errors import ProtocolError, Refused, refusal
from edu_widgets.protocol.messages import Heartbeat, HeartbeatAck, RequestHistory, Unsubscribe
from edu_widgets.service import budget, frames, subscribe, typing_signals
from edu_widgets.service.command_queues import MAX_WAITING
from edu_widgets.service.config import RateLimit
from edu_widgets.service.features import Sender
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Grant
from edu_widgets.service.limits import counted
from edu_widgets.service.member import Member
from edu_widgets.service.rules import RateLimited, Request
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.store import RETRY_AFTER_MS, Committed

log = logging.getLogger("edu_widgets.service")

MAX_HISTORY = 200
"""Documents in one answer to `request_history`."""

MAX_ASKED = 60
"""Questions (such as searches) of one person and type in a minute."""

MAX_ASKING = 4
"""Questions of one person and type that may be under way; they are answered one by one."""

CLICKS = RateLimit(messages=60, interval=10_000)
"""Limit on one person's commands of one type that no channel's limit counts (reactions, votes).

It is far more than anybody clicks; but each is written to disk, and may be sent to everybody.
"""


async def receive(hub: Hub, member: Member, raw: bytes | str) -> None:
    """Handle one frame once it is paid for; nothing more is read from the member until then.

    A wrong frame raises nothing here: it is answered by an `error`. One that is no UTF-8 was
    damaged on its way, and ends the connection: on another the client sends it again, as it was.
    """
    if not is_text(raw):
        member.close(Code.PROTOCOL, "Frames have to be UTF-8.")
        return
    envelope = None
    try:
        try:
            envelope = decode(raw)
        finally:
            await hub.budgets.pay(member, _price(hub, envelope))
        await _route(hub, member, envelope)
    except (ProtocolError, Refused) as error:
        refuse(hub, member, envelope, error)
    except Exception as error:
        log.exception("A frame could not be handled.")
        hub.audit.record("REALTIME_FAILURE", kind=type(error).__name__)
        refuse(hub, member, envelope, refusal(Code.INTERNAL, Code.INTERNAL.meaning))


def _price(hub: Hub, envelope: Envelope | None) -> int:
    """Return the units a frame costs; its bytes are charged where they are received."""
    type_ = envelope.type if envelope else ""
    if type_ in hub.rules:
        return budget.COMMAND
    if type_ in hub.asks:
        return budget.ASK
    return budget.CATCH_UP if type_ in {"subscribe", "request_history"} else budget.FRAME


def refuse(
    hub: Hub, member: Member, envelope: Envelope | None, error: ProtocolError | Refused
) -> int | None:
    """Answer with an `error`; returns its `retryAfter` in ms."""
    channel = envelope.channel if envelope else ""
    message_id = envelope.message_id if envelope else ""
    retry_after = getattr(error, "retry_after", None)
    if retry_after is None and error.code in {Code.UNAVAILABLE, Code.BEHIND}:
        retry_after = RETRY_AFTER_MS
    hub.metrics.refusals.labels(error.code).inc()
    out = frames.error(channel, error.code, str(error), now_ms(), message_id, retry_after)
    member.write(out)
    return retry_after


async def _route(hub: Hub, member: Member, envelope: Envelope) -> None:
    command = REGISTRY.commands.get(envelope.type)
    if command is not None and envelope.type in hub.rules:
        await _queue(hub, member, envelope, command)
        return
    match envelope.type:
        case "subscribe":
            await subscribe.start(hub, member, envelope)
        case "unsubscribe":
            decode_data(envelope, Unsubscribe)
            hub.leave(member, envelope.channel, at_once=True)
        case "heartbeat":
            beat = decode_data(envelope, Heartbeat)
            data = HeartbeatAck(beat.timestamp)
            member.write(
                frames.frame("heartbeat_ack", envelope.channel, data, now_ms(), envelope.message_id)
            )
        case "request_history":
            await _history(hub, member, envelope)
        case typing_signals.START | typing_signals.STOP:
            granted = typing_signals.typed(hub, member, envelope)
            if granted is not None:
                _relay(hub, member, granted, envelope)
        case other if other in hub.signals:
            _signal(hub, member, envelope)
        case other if other in hub.asks:
            member.runs(hub.supervisor.spawn("An answer", _answer(hub, member, envelope)))
        case other:
            text = (
                f"This service does not know {other!r:.80}: install the feature that brings it "
                "where the service runs, and start it again."
            )
            raise refusal(Code.UNKNOWN_TYPE, text)


def _signal(hub: Hub, member: Member, envelope: Envelope) -> None:
    granted = hub.grant(member.identity, envelope.channel)
    data = decode_data(envelope, REGISTRY.frames[envelope.type].data)
    hub.signals[envelope.type](hub, granted.name, Sender(granted.person, member), data)
    _relay(hub, member, granted, envelope)


def _relay(hub: Hub, member: Member, granted: Grant, envelope: Envelope) -> None:
    data = bytes(envelope.data)
    hub.relay(granted.name, envelope.type, granted.person, data, member.number)


async def _answer(hub: Hub, member: Member, envelope: Envelope) -> None:
    """Answer a question of a feature's, beside the member's other frames."""
    try:
        granted = hub.grant(member.identity, envelope.channel)
        ask = hub.asks[envelope.type]
        if ask.feature and ask.feature not in granted.config.features:
            text = f"This channel does not offer {ask.feature}."
            raise refusal(Code.FORBIDDEN, text)  # noqa: TRY301 - one way out
        data = decode_data(envelope, REGISTRY.frames[envelope.type].data)
        key = (granted.person.id, envelope.type)
        _check_asked(hub, key)
        with counted(hub.asking, key):
            # The person's next question waits here, so that it does not delay those of others.
            async with hub.turns.setdefault(key, asyncio.Lock()):
                type_, answer = await ask.answer(hub, granted.name, granted.person, data)
    except (ProtocolError, Refused) as error:
        refuse(hub, member, envelope, error)
    except Exception:
        log.exception("A question failed.")
        refuse(hub, member, envelope, refusal(Code.INTERNAL, Code.INTERNAL.meaning))
    else:
        member.write(frames.frame(type_, granted.name, answer, now_ms(), envelope.message_id))


def _check_asked(hub: Hub, key: tuple[str, str]) -> None:
    """Check that a person may ask one more question.

    Raises:
        RateLimited: this person has asked too much in the last minute, or has too many under way.
    """
    if hub.config.rate_limits:
        wait = hub.limiter.admit(key, most=MAX_ASKED, interval_ms=60_000)
        if hub.asking[key] >= MAX_ASKING:
            wait = max(wait, RETRY_AFTER_MS)
        if wait:
            raise RateLimited(wait, "Too many questions; again in {} s.")


async def _history(hub: Hub, member: Member, envelope: Envelope) -> None:
    granted = hub.grant(member.identity, envelope.channel)
    ask = decode_data(envelope, RequestHistory)
    limit = max(1, min(ask.limit, MAX_HISTORY))
    if ask.before is not None and not 0 <= ask.before < 2**62:
        raise refusal(Code.INVALID, "`before` is a document's `born`.")
    page = await hub.store.page(granted.name, ask.kind, ask.before, limit)
    hub.budgets.charge(member, budget.size_of(page.docs) / budget.BYTES_OUT)
    member.write(frames.frame("page", granted.name, page, now_ms(), envelope.message_id))


# -- commands ---------------------------------------------------------------------


async def _queue(hub: Hub, member: Member, envelope: Envelope, command: CommandType) -> None:
    if not is_id(envelope.message_id):
        text = "A command needs a messageId of 1 to 64 letters, digits, '_', '.' or '-'."
        raise refusal(Code.PROTOCOL, text)
    if REGISTRY.is_reserved(envelope.message_id):
        text = f"A command cannot have the messageId {envelope.message_id!r}; make another one."
        raise refusal(Code.INVALID, text)
    while member.queues.waiting >= MAX_WAITING and not member.closed:
        member.eased.clear()
        await member.eased.wait()  # nothing more is read meanwhile: backpressure for the sender
    if member.queues.push(command.lane, envelope):
        member.runs(hub.supervisor.spawn("A command", _work(hub, member, command.lane)))


async def _work(hub: Hub, member: Member, lane: str) -> None:
    while (envelope := member.queues.pop(lane)) is not None:
        member.eased.set()
        command = REGISTRY.commands[envelope.type]
        try:
            done, heads = await _run(hub, member, envelope, command)
        except asyncio.CancelledError:
            raise
        except (ProtocolError, Refused) as error:
            retry_after = refuse(hub, member, envelope, error)
            hub.metrics.commands.labels("refused").inc()
            if Code(error.code).retry and error.code != Code.BEHIND:
                member.queues.refuse(command, envelope.message_id, retry_after or 0)
        except Exception:
            log.exception("A command failed.")
            refuse(hub, member, envelope, refusal(Code.INTERNAL, Code.INTERNAL.meaning))
        else:
            hub.metrics.stored.inc()
            member.write(
                frames.ack(envelope.channel, envelope.message_id, done.seq, now_ms(), heads)
            )


async def _run(
    hub: Hub, member: Member, envelope: Envelope, command: CommandType
) -> tuple[Committed, dict[str, int]]:
    if member.queues.behind(command, envelope.message_id):
        raise refusal(Code.BEHIND, Code.BEHIND.meaning)
    granted = hub.grant(member.identity, envelope.channel)
    if command.feature not in granted.config.features:
        text = f"This channel does not offer {command.feature}."
        raise refusal(Code.FORBIDDEN, text)
    data = decode_data(envelope, command.data)
    await hub.open_lesson(granted)
    counted = _limit(hub, granted, command, envelope)
    request = Request(
        granted.channel.course,
        granted.name,
        granted.person,
        envelope.type,
        data,
        envelope.message_id,
        now_ms(),
        granted.config,
        counted,
        # While commands from before this start are within the interval, the store counts them.
        across=counted != ""
        and time.monotonic() - hub.began < granted.config.rate_limit.interval / 1000,
    )
    done = await hub.store.commit(request, hub.rules[envelope.type])
    if command.moderation and granted.person.staff and done.changes:
        about = getattr(data, command.about) if command.about else ""
        hub.audit.record(
            "MODERATION", kind=envelope.type, channel=granted.name, about=about, by=request.user.id
        )
    hidden = "" if granted.person.staff else staff_channel(granted.channel.course)
    return done, {name: seq for name, seq in done.heads.items() if name != hidden}


def _limit(hub: Hub, granted: Grant, command: CommandType, envelope: Envelope) -> str:
    """Check the command's rate limit: all channels of a kind in a course count together.

    Returns the name of the limit that the command counts against, to be stored with it.

    Staff has no limit but that of a command with one of its own: instructors post links, hints and
    answers in a row, and the seed's 10 a minute would silence them first.

    Raises:
        RateLimited: the limit is reached.
    """
    if not hub.config.rate_limits or (granted.person.staff and not command.most):
        return ""
    what, limit = command.name, CLICKS
    if command.most:
        limit = RateLimit(messages=command.most, interval=CLICKS.interval)
    elif command.limited:
        what, limit = f"{granted.channel.kind}:{granted.channel.course}", granted.config.rate_limit
    key = (granted.person.id, what)
    wait = hub.limiter.admit(
        key,
        most=limit.messages,
        interval_ms=limit.interval,
        # The content belongs to the name: a used id must not let another command through.
        event=f"{envelope.message_id} {granted.name} {hash(bytes(envelope.data))}",
    )
    if wait:
        raise RateLimited(wait)
    return what if command.limited else ""
