"""What a session believes of the frames that arrive."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from edu_widgets.client.channel import Grant
from edu_widgets.client.events import (
    ChannelChanged,
    CommandChanged,
    DocumentsChanged,
    PageSettled,
    SignalReceived,
)
from edu_widgets.protocol import (
    MAX_SERVICE_FRAME,
    REGISTRY,
    Code,
    Envelope,
    decode,
    decode_data,
    is_retry,
    meaning,
    messages,
)
from edu_widgets.protocol.errors import ProtocolError

if TYPE_CHECKING:
    from edu_widgets.client.channel import ChannelState
    from edu_widgets.client.link import Link
    from edu_widgets.client.mirror import Applied
    from edu_widgets.client.session import Session

_log = logging.getLogger(__name__)

ANSWER_WITHIN = 20.0
"""Seconds after which a subscription without an answer is asked for again."""

_ASK_AGAIN_MS = 1_000
_MAX_ASK_AGAIN_MS = 60_000


class _ChangesFrame(msgspec.Struct):
    """`changes` is the frame that comes a thousand times: it is read in one go."""

    type: str
    data: messages.Changes
    channel: str = ""


_CHANGES = msgspec.json.Decoder(_ChangesFrame)
_MARK = b'{"type":"changes",'


def take(session: Session, link: Link, frame: bytes | str) -> None:
    """Act on a frame; one that cannot be understood is logged and changes nothing."""
    try:
        if isinstance(frame, bytes) and frame.startswith(_MARK):
            _take_changes(session, link, frame)
            return
        envelope = decode(frame, limit=MAX_SERVICE_FRAME)
        handler = _HANDLERS.get(envelope.type, _on_other)
        handler(session, link, envelope)
    except ProtocolError as error:
        _log.warning("A frame from the service was ignored: %s", error)


def _take_changes(session: Session, link: Link, frame: bytes) -> None:
    """The fast way for what begins as `changes` do; whether it is one is seen in the end."""
    try:
        read = _CHANGES.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        msg = f"changes: {error}."
        raise ProtocolError(msg) from error
    if read.type == "changes" and len(frame) <= MAX_SERVICE_FRAME:
        _apply(session, link, read.channel, read.data)


def _on_changes(session: Session, link: Link, envelope: Envelope) -> None:
    _apply(session, link, envelope.channel, decode_data(envelope, messages.Changes))


def _apply(session: Session, link: Link, name: str, frame: messages.Changes) -> None:
    channel = session.channels.get(name)
    if channel is None or channel.grant is Grant.REFUSED:
        return
    if not link.answered:
        session.answered()
    if channel.catching_up:
        applied = channel.catch_up(frame, session.now()[0] + ANSWER_WITHIN)
        _tell(session, channel, applied, live=False)
        return
    applied = channel.mirror.apply(frame)
    if applied.hole:
        session.ask(channel)
    _tell(session, channel, applied, live=not frame.reset)


def _tell(session: Session, channel: ChannelState, applied: Applied, *, live: bool) -> None:
    upserted, removed, reset = applied.upserted, applied.removed, applied.reset
    if upserted or removed or reset:
        session.emit(
            DocumentsChanged(channel.name, upserted, removed, reset, live, channel.caught_up)
        )


def _on_subscribed(session: Session, _link: Link, envelope: Envelope) -> None:
    channel = session.channels.get(envelope.channel)
    data = decode_data(envelope, messages.Subscribed)
    if channel is not None and channel.granted(envelope.message_id, data):
        session.answered()
        session.measure(channel.asked_at, envelope.timestamp)
        session.emit(ChannelChanged(channel.name))


def _on_unsubscribed(session: Session, _link: Link, envelope: Envelope) -> None:
    data = decode_data(envelope, messages.Unsubscribed)
    channel = session.channels.get(data.channel or envelope.channel)
    if channel is None:
        return
    for kind in channel.take_pages():
        session.emit(PageSettled(channel.name, kind, data.code, data.message))
    if data.code == Code.REMOVED:
        session.drop(data.code, data.message, channel.name)
    channel.taken_away(data)
    session.emit(DocumentsChanged(channel.name, reset=True))
    session.emit(ChannelChanged(channel.name))


def _on_ack(session: Session, _link: Link, envelope: Envelope) -> None:
    data = decode_data(envelope, messages.Ack)
    command = session.outbox.acked(data.message_id)
    if command is not None:
        session.answered()
        heads = {command.channel: data.seq, **data.heads}
        session.emit(CommandChanged(command, gone=True, seq=data.seq, heads=heads))
        session.flush()


def _on_error(session: Session, _link: Link, envelope: Envelope) -> None:
    data = decode_data(envelope, messages.Error)
    now, wall = session.now()
    command = session.outbox.refused(
        data.message_id, data.code, data.message, data.retry_after, now, wall
    )
    if command is not None:
        session.emit(CommandChanged(command, gone=session.outbox.get(command.id) is None))
        for follower in session.outbox.fail_with(command):
            session.emit(CommandChanged(follower))
        session.flush()
    elif session.questions.refused(
        data.message_id, data.code, data.message or meaning(data.code), data.retry_after
    ):
        pass
    elif not _refuses(session, envelope.channel, data, now):
        _log.warning("The service reports: %s (%s)", data.message, data.code)


def _refuses(session: Session, name: str, data: messages.Error, now: float) -> bool:
    """Whether an error is about a page or a subscription of a channel; then note it."""
    channel = session.channels.get(name)
    if channel is None:
        return False
    reason = data.message or meaning(data.code)
    for kind in [k for k, id_ in channel.pages.items() if id_ == data.message_id]:
        del channel.pages[kind]
        channel.mirror.forget_page(kind)
        session.emit(PageSettled(name, kind, data.code, reason))
        return True
    held = channel.mirror.cursor.epoch
    if not channel.refused(data.message_id, data.code, reason):
        return False
    if is_retry(data.code):
        channel.grant = Grant.WANTED
        wait = min(max(data.retry_after or 0, _ASK_AGAIN_MS), _MAX_ASK_AGAIN_MS)
        channel.ask_again_at = now + wait / 1000
    if channel.mirror.cursor.epoch != held:
        session.emit(DocumentsChanged(name, reset=True))
    session.emit(ChannelChanged(name))
    return True


def _on_page(session: Session, _link: Link, envelope: Envelope) -> None:
    channel = session.channels.get(envelope.channel)
    page = decode_data(envelope, messages.Page)
    if channel is None or channel.pages.get(page.kind) != envelope.message_id:
        return
    applied = channel.add_page(envelope.message_id, page)
    _tell(session, channel, applied, live=False)
    session.emit(ChannelChanged(channel.name))
    session.emit(PageSettled(channel.name, page.kind))


def _on_room(session: Session, _link: Link, envelope: Envelope) -> None:
    channel = session.channels.get(envelope.channel)
    if channel is not None:
        room = decode_data(envelope, messages.Room)
        channel.people, channel.names = room.people, tuple(room.names)
        channel.staff = room.staff
        session.emit(ChannelChanged(channel.name))


def _on_heartbeat_ack(session: Session, link: Link, envelope: Envelope) -> None:
    decode_data(envelope, messages.HeartbeatAck)
    session.answered()
    session.measure(link.beat_at, envelope.timestamp)
    link.beat_at = None


def _on_other(session: Session, _link: Link, envelope: Envelope) -> None:
    if session.questions.answered(envelope.message_id, envelope.data):
        return
    known = REGISTRY.frames.get(envelope.type)
    if known is not None and known.signal and envelope.channel in session.channels:
        session.emit(SignalReceived(envelope.type, envelope.channel, envelope.data))
    else:
        _log.debug("A frame of unknown type %r was ignored", envelope.type)


_HANDLERS: dict[str, Callable[[Session, Link, Envelope], None]] = {
    "changes": _on_changes,
    "subscribed": _on_subscribed,
    "unsubscribed": _on_unsubscribed,
    "ack": _on_ack,
    "error": _on_error,
    "page": _on_page,
    "room": _on_room,
    "heartbeat_ack": _on_heartbeat_ack,
}
