"""The sync session: what to send and what to believe, without sockets, clocks or chance.

A transport tells the session what happened (`opened`, `receive`, `lost`, `tick`); the session
answers with `actions` for the transport and `events` for those who listen. Time and randomness
are passed in, so every behaviour can be tested without waiting.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from edu_widgets.client.backoff import Backoff
from edu_widgets.client.channel import ChannelState, Grant
from edu_widgets.client.clock import Clock
from edu_widgets.client.events import (
    ChannelChanged,
    CommandChanged,
    DocumentsChanged,
    ReconnectFailed,
    SessionEvent,
    SignalReceived,
    State,
    StateChanged,
)
from edu_widgets.client.liveness import HEARTBEAT, Liveness
from edu_widgets.client.mirror import Applied
from edu_widgets.client.outbox import Command, Outbox
from edu_widgets.protocol import (
    MAX_SERVICE_FRAME,
    REGISTRY,
    Code,
    Envelope,
    decode,
    decode_data,
    encode,
    is_retry,
    meaning,
    messages,
)
from edu_widgets.protocol.errors import IdConflict, ProtocolError

_log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
"""Failures in a row after which the view says *offline* (seed: `maxReconnectAttempts`)."""

_ASK_AGAIN = 1.0
_ANSWER_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a transport."""


@dataclass(frozen=True, slots=True)
class Send:
    """Write a frame."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close the transport."""

    code: int
    reason: str


Action = Connect | Send | Close


@dataclass(frozen=True, slots=True)
class Limits:
    """The seed's settings, in seconds."""

    heartbeat: float = HEARTBEAT
    reconnect_interval: float = 1.0
    max_attempts: int = MAX_ATTEMPTS


@dataclass(slots=True)
class Statistics:
    """Numbers about a session, alive."""

    frames_received: int = 0
    frames_sent: int = 0
    reconnects: int = 0
    round_trip: float | None = None
    """Seconds of the last round trip measured."""


@dataclass(slots=True)
class _Link:
    """What belongs to one connection and ends with it."""

    liveness: Liveness
    asked: dict[str, float] = field(default_factory=dict)
    """When subscriptions were sent, by message id."""
    beat_at: float | None = None


class Session:
    """One person's conversation with one service, over however many connections it takes."""

    def __init__(
        self,
        user_id: str,
        outbox: Outbox,
        clock: Clock,
        rng: random.Random,
        new_id: Callable[[], str],
        limits: Limits | None = None,
    ) -> None:
        self.user_id = user_id
        self.outbox = outbox
        self.channels: dict[str, ChannelState] = {}
        self.state = State.IDLE
        self.code = 0
        self.reason = ""
        self.next_attempt: float | None = None
        self.statistics = Statistics()
        self._limits = limits or Limits()
        self._clock = clock
        self._new_id = new_id
        self._backoff = Backoff(rng, self._limits.reconnect_interval)
        self._link: _Link | None = None
        self._connecting = False
        self._was_connected = False
        self._actions: list[Action] = []
        self._events: list[SessionEvent] = []

    # -- what the shell drains ---------------------------------------------------------

    def actions(self) -> list[Action]:
        """What the transport has to do, in order; each is handed out once."""
        actions, self._actions = self._actions, []
        return actions

    def events(self) -> list[SessionEvent]:
        """What happened, in order; each is handed out once."""
        events, self._events = self._events, []
        return events

    def deadline(self) -> float | None:
        """The monotonic time at which `tick` wants to be called, if nothing happens before."""
        now = self._clock.monotonic()
        times = [self.next_attempt]
        if self._link is not None:
            times.append(self._link.liveness.due())
            times.append(self.outbox.wake_at(now))
            times += [channel.ask_again_at for channel in self.channels.values()]
        return min((t for t in times if t is not None), default=None)

    # -- the life of a connection ------------------------------------------------------

    def open(self) -> None:
        """Begin to connect."""
        if self.state is State.IDLE:
            self._try_now()

    def opened(self) -> None:
        """The transport is up and our service answered."""
        now = self._clock.monotonic()
        self._connecting = False
        self._link = _Link(Liveness.start(now, self._clock.wall(), self._limits.heartbeat))
        self._backoff.succeeded()
        self.next_attempt = None
        if self._was_connected:
            self.statistics.reconnects += 1
        self._was_connected = True
        self._become(State.CONNECTED)
        for channel in self.channels.values():
            if channel.grant is Grant.WANTED:
                self._ask(channel)
        self._flush()

    def lost(self, code: int, reason: str) -> None:
        """The transport failed to open, or is gone. `code` is from the table of codes, or 0."""
        if self.state in (State.CLOSED, State.STOPPED) or not (self._connecting or self._link):
            return
        self._connecting = False
        self._link = None
        for command in self.outbox.disconnected():
            self._events.append(CommandChanged(command))
        for channel in self.channels.values():
            channel.disconnected()
        if not is_retry(code):
            self.next_attempt = None
            self._become(State.STOPPED, code, reason)
            return
        now = self._clock.monotonic()
        delay = self._backoff.failed(now)
        self.next_attempt = now + delay
        failures = self._backoff.failures
        # The loss itself is not a failed attempt, the first connection's failure is.
        attempts = failures - 1 if self._was_connected else failures
        if attempts == self._limits.max_attempts:
            self._events.append(ReconnectFailed(attempts))
        self._become(self._unconnected(attempts), code, reason)

    def _unconnected(self, attempts: int) -> State:
        if attempts >= self._limits.max_attempts:
            return State.OFFLINE
        return State.RECONNECTING if self._was_connected else State.CONNECTING

    def retry_now(self) -> None:
        """Try to connect at once; with a live connection, nothing."""
        if self.state in (State.RECONNECTING, State.OFFLINE, State.STOPPED, State.CONNECTING):
            for channel in self.channels.values():
                if channel.grant is Grant.REFUSED:
                    channel.grant = Grant.WANTED
            self._try_now()
        elif self.state is State.CONNECTED:
            for channel in self.channels.values():
                if channel.grant is Grant.REFUSED:
                    self._ask(channel)

    def close(self) -> None:
        """End it. What waits in the outbox stays on disk."""
        if self.state is State.CLOSED:
            return
        if self._link is not None or self._connecting:
            self._actions.append(Close(1000, "bye"))
        self._link = None
        self._connecting = False
        self.next_attempt = None
        self._become(State.CLOSED)

    def tick(self) -> None:
        """Do what is due. Early or repeated calls do no harm."""
        now, wall = self._clock.monotonic(), self._clock.wall()
        if self.next_attempt is not None and now >= self.next_attempt:
            self._try_now()
        link = self._link
        if link is None:
            return
        beat, dead = link.liveness.check(now, wall)
        if dead or self.outbox.unanswered(now):
            self._actions.append(Close(Code.DEAD_PEER, "no answer"))
            self.lost(Code.DEAD_PEER, meaning(Code.DEAD_PEER))
            return
        if beat:
            self._beat(link)
        for channel in self.channels.values():
            if channel.ask_again_at is not None and now >= channel.ask_again_at:
                self._ask(channel)
        self._flush()

    def _try_now(self) -> None:
        self.next_attempt = None
        if self._connecting or self._link is not None:
            return
        self._connecting = True
        self._actions.append(Connect())
        if self.state in (State.IDLE, State.STOPPED):
            self._become(State.CONNECTING)

    def _become(self, state: State, code: int = 0, reason: str = "") -> None:
        self.state, self.code, self.reason = state, code, reason
        self._events.append(StateChanged(state, code, reason, self.next_try()))

    def next_try(self) -> int | None:
        """When the next attempt is, in ms since 1970; None if none is planned."""
        if self.next_attempt is None:
            return None
        wait = self.next_attempt - self._clock.monotonic()
        return int((self._clock.wall() + wait) * 1000)

    # -- what people want ----------------------------------------------------------------

    def subscribe(self, name: str) -> ChannelState:
        """Want a channel; its state, the same for the same name."""
        channel = self.channels.get(name)
        if channel is None:
            channel = self.channels[name] = ChannelState(name)
            if self._link is not None:
                self._ask(channel)
        return channel

    def unsubscribe(self, name: str) -> None:
        """Want a channel no more."""
        channel = self.channels.pop(name, None)
        if channel is not None and self._link is not None and channel.grant is not Grant.REFUSED:
            self._send("unsubscribe", name, messages.Unsubscribe(self.user_id))

    def submit(self, command: Command) -> None:
        """Take a command (already `reserve`d) and send it when its turn comes.

        Raises:
            IdConflict: its id is in use for something else.
        """
        for old in self.outbox.add(command):
            self._events.append(CommandChanged(old, gone=True))
        kept = self.outbox.get(command.id)
        if kept is not None:
            self._events.append(CommandChanged(kept))
        if self._link is None:
            if self.state is State.OFFLINE:
                self._try_now()
        else:
            self._flush()

    def retry(self, id: str) -> None:  # noqa: A002
        """Send a failed or held command after all."""
        command = self.outbox.retry(id, int(self._clock.wall() * 1000))
        if command is not None:
            self._events.append(CommandChanged(command))
            self._flush()

    def discard(self, id: str) -> None:  # noqa: A002
        """Forget a command that is not under way."""
        command = self.outbox.discard(id)
        if command is not None:
            self._events.append(CommandChanged(command, gone=True))

    def older(self, name: str, kind: str, limit: int) -> bool:
        """Ask for older documents of a window; False if all are here or nothing can be asked."""
        channel = self.channels.get(name)
        if channel is None or self._link is None or kind in channel.pages:
            return False
        before = channel.mirror.await_page(kind)
        if before is None:
            return False
        data = messages.RequestHistory(limit=limit, before=before, kind=kind)
        channel.pages[kind] = self._send("request_history", name, data)
        return True

    def signal(self, type_: str, name: str, data: object) -> None:
        """Send something short-lived now, or never."""
        if self._link is not None:
            self._send(type_, name, data)

    def _flush(self) -> None:
        if self._link is None:
            return
        for command in self.outbox.due(self._clock.monotonic()):
            self._send(command.type, command.channel, command.data, command.id)
            self._events.append(CommandChanged(command))

    def _ask(self, channel: ChannelState) -> None:
        id_ = self._new_id()
        now = self._clock.monotonic()
        self._send("subscribe", channel.name, channel.ask(id_, self.user_id), id_)
        channel.ask_again_at = now + _ANSWER_WITHIN
        if self._link is not None and self.statistics.round_trip is None:
            self._link.asked[id_] = now

    def _beat(self, link: _Link) -> None:
        self._send("heartbeat", "system", messages.Heartbeat(int(self._clock.wall() * 1000)))
        link.beat_at = self._clock.monotonic()

    def _send(self, type_: str, channel: str, data: object, message_id: str = "") -> str:
        message_id = message_id or self._new_id()
        stamp = int(self._clock.wall() * 1000)
        frame = encode(
            type_, channel, data, timestamp=stamp, message_id=message_id, user_id=self.user_id
        )
        self.statistics.frames_sent += 1
        self._actions.append(Send(frame))
        return message_id

    # -- what arrives ----------------------------------------------------------------------

    def receive(self, frame: bytes | str) -> None:
        """Take a frame. One that cannot be understood is logged and changes nothing."""
        link = self._link
        if link is None:
            return
        link.liveness.heard(self._clock.monotonic())
        self.statistics.frames_received += 1
        try:
            envelope = decode(frame, limit=MAX_SERVICE_FRAME)
            handler = _HANDLERS.get(envelope.type)
            if handler is not None:
                handler(self, envelope)
            else:
                self._on_other(envelope)
        except ProtocolError as error:
            _log.warning("A frame from the service was ignored: %s", error)

    def _on_changes(self, envelope: Envelope) -> None:
        channel = self.channels.get(envelope.channel)
        if channel is None or channel.grant is Grant.REFUSED:
            return
        frame = _CHANGES.decode(envelope)
        live = not channel.catching_up
        applied, ask = channel.apply(frame)
        if ask:
            self._ask(channel)
        self._tell(channel.name, applied, live=live and not frame.reset)

    def _tell(self, name: str, applied: Applied, *, live: bool) -> None:
        if applied.upserted or applied.removed or applied.reset:
            self._events.append(
                DocumentsChanged(name, applied.upserted, applied.removed, applied.reset, live)
            )

    def _on_subscribed(self, envelope: Envelope) -> None:
        channel = self.channels.get(envelope.channel)
        data = decode_data(envelope, messages.Subscribed)
        if channel is not None and channel.granted(envelope.message_id, data):
            sent = self._link.asked.pop(envelope.message_id, None) if self._link else None
            self._measure(sent)
            self._events.append(ChannelChanged(channel.name))

    def _on_unsubscribed(self, envelope: Envelope) -> None:
        data = decode_data(envelope, messages.Unsubscribed)
        channel = self.channels.get(data.channel or envelope.channel)
        if channel is not None:
            channel.taken_away(data)
            self._events.append(DocumentsChanged(channel.name, reset=True))
            self._events.append(ChannelChanged(channel.name))

    def _on_ack(self, envelope: Envelope) -> None:
        data = decode_data(envelope, messages.Ack)
        command = self.outbox.acked(data.message_id)
        if command is not None:
            self._events.append(CommandChanged(command, gone=True))
            self._flush()

    def _on_error(self, envelope: Envelope) -> None:
        data = decode_data(envelope, messages.Error)
        now, wall = self._clock.monotonic(), self._clock.wall()
        changed = self.outbox.refused(
            data.message_id, data.code, data.message, data.retry_after, now, wall
        )
        if changed:
            self._events += [CommandChanged(command) for command in changed]
            self._flush()
            return
        channel = self.channels.get(envelope.channel)
        if channel is None:
            _log.warning("The service reports: %s (%s)", data.message, data.code)
            return
        for kind in [k for k, id_ in channel.pages.items() if id_ == data.message_id]:
            del channel.pages[kind]
            channel.mirror.forget_page(kind)
            self._events.append(ChannelChanged(channel.name))
        if channel.refused(data.message_id, data.code, data.message or meaning(data.code)):
            if is_retry(data.code):
                channel.grant = Grant.WANTED
                wait = _ASK_AGAIN if data.retry_after is None else data.retry_after / 1000
                channel.ask_again_at = now + wait
            self._events.append(ChannelChanged(channel.name))

    def _on_page(self, envelope: Envelope) -> None:
        channel = self.channels.get(envelope.channel)
        if channel is None:
            return
        applied = channel.add_page(envelope.message_id, decode_data(envelope, messages.Page))
        self._tell(channel.name, applied, live=False)
        self._events.append(ChannelChanged(channel.name))

    def _on_room(self, envelope: Envelope) -> None:
        channel = self.channels.get(envelope.channel)
        if channel is not None:
            channel.people = decode_data(envelope, messages.Room).people
            self._events.append(ChannelChanged(channel.name))

    def _on_heartbeat_ack(self, envelope: Envelope) -> None:
        decode_data(envelope, messages.HeartbeatAck)
        if self._link is not None:
            self._measure(self._link.beat_at)
            self._link.beat_at = None

    def _measure(self, sent: float | None) -> None:
        if sent is not None:
            self.statistics.round_trip = self._clock.monotonic() - sent

    def _on_other(self, envelope: Envelope) -> None:
        known = REGISTRY.frames.get(envelope.type)
        if known is not None and known.signal and envelope.channel in self.channels:
            self._events.append(SignalReceived(envelope.type, envelope.channel, envelope.data))
        else:
            _log.debug("A frame of unknown type %r was ignored", envelope.type)


class _ChangesDecoder:
    """`changes` is the frame that comes a thousand times: its decoder is built once."""

    def __init__(self) -> None:
        self._decoder = msgspec.json.Decoder(messages.Changes)

    def decode(self, envelope: Envelope) -> messages.Changes:
        try:
            return self._decoder.decode(envelope.data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            msg = f"changes: {error}."
            raise ProtocolError(msg, message_id=envelope.message_id) from error


_CHANGES = _ChangesDecoder()

_HANDLERS: dict[str, Callable[[Session, Envelope], None]] = {
    "changes": Session._on_changes,  # noqa: SLF001 - the table belongs to the class
    "subscribed": Session._on_subscribed,  # noqa: SLF001
    "unsubscribed": Session._on_unsubscribed,  # noqa: SLF001
    "ack": Session._on_ack,  # noqa: SLF001
    "error": Session._on_error,  # noqa: SLF001
    "page": Session._on_page,  # noqa: SLF001
    "room": Session._on_room,  # noqa: SLF001
    "heartbeat_ack": Session._on_heartbeat_ack,  # noqa: SLF001
}

__all__ = ["Close", "Connect", "IdConflict", "Limits", "Send", "Session", "Statistics"]
