"""Is the other side still there? Heartbeats, dead peers, sleeping laptops."""

import random
from dataclasses import dataclass
from typing import Self

HEARTBEAT = 30.0
"""Seconds between heartbeats (seed: `heartbeatInterval`)."""

DEAD_AFTER = 35.0
"""Seconds of silence after which the connection counts as dead."""

PATIENCE = 3.0
"""Seconds an answer may take after sleep, or after our own timers were held up."""

LATE = 2.0
"""A timer of ours that comes so many seconds late was held up."""

_LAST_LOOK = 0.25
_JUMP = 5.0
_WATCH = 5.0


@dataclass(slots=True)
class Liveness:
    """Deadlines of one connection. Times are seconds of the monotonic clock.

    A laptop that slept, or a thread that was held up by a long computation, must not be taken
    for a dead peer, nor a socket that died meanwhile for a healthy one: both are probed. Before
    a peer is declared dead, what its socket may already hold gets a moment to be read.
    """

    interval: float
    next_beat: float
    dead_at: float
    _offset: float
    _watch_at: float
    _looked: bool = False

    @classmethod
    def start(cls, now: float, wall: float, interval: float = HEARTBEAT) -> Self:
        """Deadlines of a connection opened now."""
        silence = interval + (DEAD_AFTER - HEARTBEAT)
        return cls(interval, now + interval, now + silence, wall - now, now + _WATCH)

    def heard(self, now: float) -> None:
        """Something arrived."""
        self.dead_at = now + self.interval + (DEAD_AFTER - HEARTBEAT)
        self._looked = False

    def due(self) -> float:
        """When `check` wants to be called."""
        doubt = self.dead_at if self._looked else self.dead_at - _LAST_LOOK
        return min(self.next_beat, doubt, self._watch_at)

    def check(self, now: float, wall: float) -> tuple[bool, bool]:
        """Whether to send a heartbeat now, and whether the peer is dead."""
        jumped = abs(wall - now - self._offset) > _JUMP
        late = now - self.due() > LATE
        self._offset = wall - now
        self._watch_at = now + _WATCH
        if jumped or late:
            self.dead_at = now + PATIENCE
            self._looked = False
            self.next_beat = now + self.interval
            return True, False
        if now >= self.dead_at - _LAST_LOOK:
            if self._looked and now >= self.dead_at:
                return False, True
            if not self._looked:
                self._looked = True
                self.dead_at = max(self.dead_at, now + _LAST_LOOK)
        if now >= self.next_beat:
            self.next_beat = now + self.interval
            return True, False
        return False, False


MAX_ATTEMPTS = 5
"""Failures in a row after which the view says *offline* (seed: `maxReconnectAttempts`)."""


@dataclass(frozen=True, slots=True)
class BaseTimes:
    """How long to wait, in seconds, for a service that acknowledges nothing."""

    confirm: float = 10.0
    """For the echo of a message, on a connection that works; then it is unconfirmed."""
    history: float = 20.0
    """For a history; then the service is taken to have none."""
    proof: float = 2.0
    """For a service that says nothing to throw us out; then we are in."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The seed's settings, in seconds."""

    heartbeat: float = HEARTBEAT
    reconnect_interval: float = 1.0
    max_attempts: int = MAX_ATTEMPTS
    base: BaseTimes = BaseTimes()


@dataclass(slots=True)
class Statistics:
    """Numbers about a session, alive."""

    frames_received: int = 0
    frames_sent: int = 0
    reconnects: int = 0
    round_trip: float | None = None
    """Seconds of the last round trip measured."""


@dataclass(slots=True)
class Link:
    """What belongs to one connection and ends with it."""

    liveness: Liveness
    opened_at: float
    beat_at: float | None = None
    accepted: bool = True
    """Whether the connection counts as one as soon as it is up."""
    answered: bool = False
    """Whether the service has answered anything but errors on it."""
    overdue_at: float | None = None
    """When the last patience with an unanswered command ends."""
    probed: bool = False
    """Whether a ping was sent whose pong comes behind that command's answer."""


FAST_PHASE = 120.0
"""Seconds after the loss during which attempts come quickly."""

_CAP = 6.0
_PROBE = 60.0
_MAX_EXPONENT = 16


@dataclass(slots=True)
class Backoff:
    """Delays between attempts: full jitter, then one jittered probe a minute, for ever.

    For the first two minutes `U(0, min(6 s, interval * 2**n))`: a thousand clients come back
    within seconds without arriving together. `interval` in seconds (seed:
    `reconnectInterval`).
    """

    rng: random.Random
    interval: float = 1.0
    failures: int = 0
    _since: float | None = None

    def failed(self, now: float) -> float:
        """Note a failure (or a loss) at `now`; the delay in seconds before the next attempt."""
        if self._since is None:
            self._since = now
        exponent = min(self.failures, _MAX_EXPONENT)
        self.failures += 1
        if now - self._since > FAST_PHASE:
            return self.rng.uniform(0.75 * _PROBE, 1.25 * _PROBE)
        return self.rng.uniform(0.0, min(_CAP, self.interval * 2**exponent))

    def answered(self) -> None:
        """The service is there again: the next loss has two fast minutes of its own.

        The delays go on growing: a service that lets people in only to throw them out at once
        must not be asked at full speed.
        """
        self._since = None

    def succeeded(self) -> None:
        """Start from the beginning at the next loss."""
        self.failures = 0
        self._since = None
