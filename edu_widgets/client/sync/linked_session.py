"""A session's link: connecting, keeping alive, giving up and beginning again; frames in and out.

What people ask of a session is `Session`'s. Each transition here reads and changes the link; what
can be decided apart is elsewhere: `reconnection`, `liveness`, `outbox`, `questions`.
"""

import random
from collections.abc import Callable

from edu_widgets.client.sync.channel import ChannelState, Grant
from edu_widgets.client.sync.clock import Clock, ServiceClock
from edu_widgets.client.sync.dialect import Dialect, Dialects
from edu_widgets.client.sync.events import (
    Action,
    Close,
    CommandChanged,
    Connect,
    PageSettled,
    Ping,
    ReconnectFailed,
    Send,
    Service,
    SessionEvent,
    State,
    StateChanged,
)
from edu_widgets.client.sync.liveness import Limits, Link, Liveness, Statistics
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.questions import Questions
from edu_widgets.client.sync.reconnection import Reconnection, is_good
from edu_widgets.protocol import Code, encode, meaning

CALM = 2.0
"""Seconds in which the loss of a good connection is not told, if the next attempt succeeds: many a
network ends every connection after a minute, and nobody has to know."""

_LAST_MS = 4e12


class LinkedSession:
    """The connections of one person with one service, one after the other.

    Its owner reports what happens (`opened`, `receive`, `lost`, `tick`).
    """

    def __init__(
        self,
        user_id: str,
        outbox: Outbox,
        clock: Clock,
        rng: random.Random,
        new_id: Callable[[], str],
        dialects: Dialects,
        limits: Limits | None = None,
    ) -> None:
        self.user_id = user_id
        self.outbox = outbox
        self.channels: dict[str, ChannelState] = {}
        self.state = State.IDLE
        self.code = 0
        self.reason = ""
        self.statistics = Statistics()
        self.limits = limits or Limits()
        self.new_id = new_id
        self.service_clock = ServiceClock(clock)
        self._clock = clock
        self._reconnection = Reconnection(rng, self.limits)
        self._link: Link | None = None
        self._connecting = False
        self._calm_until: float | None = None
        self._actions: list[Action] = []
        self._events: list[SessionEvent] = []
        self.questions = Questions(self.emit)
        self._make_dialect = dialects
        self._spoken: dict[bool, Dialect] = {}
        self.dialect = self._speaking(Service())

    # -- output ------------------------------------------------------------------------

    def actions(self) -> list[Action]:
        """Return the new actions for the transport, in order."""
        actions, self._actions = self._actions, []
        return actions

    def events(self) -> list[SessionEvent]:
        """Return the new events for listeners, in order."""
        events, self._events = self._events, []
        return events

    def emit(self, event: SessionEvent) -> None:
        """Report an event to the listeners."""
        self._events.append(event)

    def deadline(self) -> float | None:
        """Return the monotonic time for the next call of `tick`."""
        now = self._clock.monotonic()
        times = [self._reconnection.due_at, self._calm_until, self.outbox.store_at(now)]
        if self._link is not None:
            link = self._link
            times += [link.liveness.due(), self.dialect.due(link), link.leave_at]
        over = self.outbox.expires_at()
        if over is not None:
            times.append(now + max(0.0, over - self._clock.elapsed()))
        return min((t for t in times if t is not None), default=None)

    # -- the connection ----------------------------------------------------------------

    def open(self) -> None:
        """Begin to connect."""
        if self.state is State.IDLE:
            self.try_now()

    def opened(self, service: Service | None = None) -> None:
        """Begin on a transport that is up; `service`: its other end, by default one of ours."""
        service = service or Service()
        now = self._clock.monotonic()
        self.dialect = self._speaking(service)
        self._connecting = False
        self._calm_until = None
        liveness = Liveness.start(now, self._clock.wall(), self.limits.heartbeat)
        self._link = Link(liveness, now, accepted=service.accepted)
        self._reconnection.unplan()
        if service.accepted:
            self._note_connected()
        self.dialect.opened(self._link, service)
        self._become(State.CONNECTED)
        for channel in self.channels.values():
            if channel.grant is Grant.WANTED:
                self.ask(channel)
        self.flush()

    def _note_connected(self) -> None:
        if self._reconnection.was_connected:
            self.statistics.reconnects += 1
        self._reconnection.was_connected = True

    def _speaking(self, service: Service) -> Dialect:
        """Return the dialect for a service; there is one for ours and one for base services."""
        if service.ours not in self._spoken:
            self._spoken[service.ours] = self._make_dialect(self, native=service.ours)
        return self._spoken[service.ours]

    def lost(self, code: int, reason: str, retry_after: float | None = None) -> None:
        """Note that the transport failed to open, or is gone.

        Args:
            code: From the table of codes, or 0.
            reason: The sentence for people.
            retry_after: Seconds that the service asks to wait; None if it named none.
        """
        if self.state in (State.CLOSED, State.STOPPED) or not (self._connecting or self._link):
            return
        now, link = self._clock.monotonic(), self._link
        calm = not code and link is not None and is_good(link, now)
        self._calm_until = now + CALM if calm else None
        final = self._reconnection.end(code, reason, link)
        self._forget_link(now)
        if final is not None:
            self._stop(code, final)
            return
        self._reconnection.plan(now, self._clock.wall(), retry_after, cut=calm)
        if self.attempts == self.limits.max_attempts:
            self.emit(ReconnectFailed(self.attempts))
        self._become(self._unconnected(), code, reason)

    @property
    def calm(self) -> bool:
        """True right after the loss of a good connection, as long as no attempt has failed."""
        return self._calm_until is not None

    def _forget_link(self, now: float) -> None:
        """End the connection, or the attempt at one."""
        link, self._link, self._connecting = self._link, None, False
        self._reconnection.ended(link, now)
        self.dialect.lost()
        for command in self.outbox.disconnected():
            self.emit(CommandChanged(command, gone=self.outbox.get(command.id) is None))
        self.questions.lost("The connection was lost.")
        for channel in self.channels.values():
            channel.disconnected()
            for kind in channel.take_pages():
                self.emit(PageSettled(channel.name, kind, reason="The connection was lost."))

    def _stop(self, code: int, reason: str) -> None:
        self._reconnection.stopped()
        if code == Code.REMOVED:
            self.drop(code, reason)
        self._become(State.STOPPED, code, reason)

    def drop(self, code: int, reason: str, channel: str = "") -> None:
        """Fail the waiting commands of all channels, or of one; a user may retry them."""
        for command in self.outbox.fail_all(code, reason, channel):
            self.emit(CommandChanged(command))

    def _unconnected(self) -> State:
        if self.attempts >= self.limits.max_attempts:
            return State.OFFLINE
        return State.RECONNECTING if self._reconnection.was_connected else State.CONNECTING

    def answered(self) -> None:
        """Note that the service works on this connection, which ends the series of failures."""
        if self._link is not None and not self._link.answered:
            self._link.answered = True
            if not self._link.accepted:
                self._note_connected()
            self._reconnection.answered()

    def retry_now(self, *, anew: bool = False) -> None:
        """Try to connect at once; on a live connection, subscribe to refused channels again.

        `anew`: restart an attempt that is under way, since it uses an old address or token.
        """
        for channel in self.channels.values():
            if channel.grant is Grant.REFUSED:
                channel.grant = Grant.WANTED
                if self._link is not None:
                    self.ask(channel)
        if anew and self._connecting:
            self._actions.append(Close(1000, "another"))
            self._connecting = False
        if self.state in (State.RECONNECTING, State.OFFLINE, State.STOPPED, State.CONNECTING):
            self.try_now()

    def close(self) -> None:
        """End the session. Commands in the outbox stay on disk."""
        if self.state is State.CLOSED:
            return
        if self._link is not None or self._connecting:
            self._actions.append(Close(1000, "bye"))
        self._link = self._calm_until = None
        self._connecting = False
        self._reconnection.unplan()
        self._become(State.CLOSED)

    def tick(self) -> None:
        """Do the work that is due. Early or repeated calls do no harm."""
        now, wall = self._clock.monotonic(), self._clock.wall()
        due_at = self._reconnection.due_at
        if due_at is not None and now >= due_at:
            self.try_now()
        if self._calm_until is not None and now >= self._calm_until:
            self._calm_until = None
            self._become(self.state, self.code, self.reason)
        self._expire()
        self.outbox.store_again(now)
        link = self._link
        if link is None:
            return
        if link.leave_at is not None and now >= link.leave_at:
            self._move(now)
            return
        beat, dead = link.liveness.check(now, wall)
        if self.dialect.gone(link, now, silent=dead):
            self._actions.append(Close(Code.DEAD_PEER, "no answer"))
            self.lost(Code.DEAD_PEER, meaning(Code.DEAD_PEER))
            return
        if beat:
            self.dialect.beat(link, int(wall * 1000))
        self.dialect.tick(link, now)
        self.flush()

    def try_now(self) -> None:
        """Attempt to connect, unless there is a connection or an attempt at one."""
        planned = self._reconnection.unplan()
        if self._connecting or self._link is not None:
            return
        self._connecting = True
        self._actions.append(Connect())
        if self.state in (State.IDLE, State.STOPPED):
            self._become(State.CONNECTING)
        elif planned:
            self._become(self.state, self.code, self.reason)

    def _become(self, state: State, code: int = 0, reason: str = "") -> None:
        self.state, self.code, self.reason = state, code, reason
        self.emit(StateChanged(state, code, reason, self.next_try()))

    @property
    def attempts(self) -> int:
        """Attempts to connect that have failed in a row."""
        return self._reconnection.failed

    @property
    def next_attempt(self) -> float | None:
        """The time of the next attempt, by the monotonic clock; None if none is planned."""
        return self._reconnection.due_at

    def next_try(self) -> int | None:
        """Return the time of the next attempt, in ms since 1970; None if none is planned."""
        return self._reconnection.due_ms

    def reconnect(self, reason: str) -> None:
        """Close the connection and open another one."""
        if self._link is not None:
            self._actions.append(Close(1000, "another"))
            self.lost(0, reason)

    def move_within(self, seconds: float) -> None:
        """Change over to another connection at a random time within so many seconds."""
        if self._link is not None and self._link.leave_at is None:
            wait = self._reconnection.spread(seconds)
            self._link.leave_at = self._clock.monotonic() + wait

    def _move(self, now: float) -> None:
        """Open another connection at once, and tell nobody unless that fails."""
        self._actions.append(Close(1000, "another"))
        self._calm_until = now + CALM
        self._forget_link(now)
        self._become(self._unconnected())
        self.try_now()

    # -- output to the service ---------------------------------------------------------

    def _expire(self) -> None:
        for command in self.outbox.expire(self._clock.elapsed()):
            self.emit(CommandChanged(command))

    def flush(self) -> None:
        """Send the commands that are due."""
        self._expire()
        if self._link is not None:
            self.dialect.flush(self._clock.monotonic())

    def ask(self, channel: ChannelState) -> None:
        """Subscribe to a channel, for all changes since our cursor."""
        if self._link is not None:
            self.dialect.ask(self._link, channel, self._clock.monotonic())

    def send(self, type_: str, channel: str, data: object, message_id: str = "") -> str:
        """Write a frame to the present connection; return its id."""
        message_id = message_id or self.new_id()
        self._actions.append(Send(self.frame(type_, channel, data, message_id)))
        self.statistics.frames_sent += 1
        return message_id

    def frame(self, type_: str, channel: str, data: object, id_: str) -> bytes:
        """Return a frame as bytes, with the present time."""
        stamp = int(self._clock.wall() * 1000)
        return encode(type_, channel, data, timestamp=stamp, message_id=id_, user_id=self.user_id)

    def ping(self) -> None:
        """Send a ping of the transport; `pong` is called with its answer."""
        self._actions.append(Ping(self._clock.monotonic()))

    # -- input -----------------------------------------------------------------------------

    def receive(self, frame: bytes | str) -> None:
        """Process a frame. One that cannot be understood is logged and changes nothing."""
        link = self._link
        if link is None:
            return
        self.heard()
        self.statistics.frames_received += 1
        self.dialect.take(link, frame)

    def heard(self) -> None:
        """Note that data has come: a frame, or a part of a long one."""
        if self._link is not None:
            self._link.liveness.heard(self._clock.monotonic())

    def pong(self, asked_at: float) -> None:
        """Note the answer to the `ping` of that time."""
        link = self._link
        if link is not None and asked_at >= link.opened_at:
            link.liveness.heard(self._clock.monotonic())
            self.measure(asked_at)
            self.dialect.pong(link, asked_at)

    def measure(self, sent: float | None, service_ms: float | None = None) -> None:
        """Note a round trip that began at `sent`, and the service's time in its answer (ms)."""
        if sent is None:
            return
        self.statistics.round_trip = self._clock.monotonic() - sent
        if service_ms is not None and 0 < service_ms < _LAST_MS:
            self.service_clock.measured(service_ms / 1000, sent)

    def now(self) -> tuple[float, float]:
        """Return the monotonic time and the system time, in seconds."""
        return self._clock.monotonic(), self._clock.wall()
