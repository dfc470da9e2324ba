"""Heartbeats, detection of dead peers (also after sleep), and the backoff of reconnects."""

import random
from dataclasses import dataclass
from typing import Self

HEARTBEAT = 30.0
"""Seconds between heartbeats (seed: `heartbeatInterval`)."""

DEAD_AFTER = 35.0
"""Seconds of silence after which the connection counts as dead."""

PATIENCE = 3.0
"""Seconds that an answer may take after sleep, or after our own timers were delayed."""

LATE = 2.0
"""Seconds of lateness after which a timer of ours counts as delayed."""

_LAST_LOOK = 0.25
_JUMP = 5.0
_WATCH = 5.0


@dataclass(slots=True)
class Liveness:
    """Deadlines of one connection. Times are seconds of the monotonic clock.

    After sleep of the computer, or a delay of the thread by a long computation, the peer may be
    alive or its socket dead: it is probed. Before a peer is declared dead, there is a moment to
    read data that the socket may hold already.
    """

    interval: float
    next_beat: float
    dead_at: float
    _offset: float
    _watch_at: float
    _looked: bool = False

    @classmethod
    def start(cls, now: float, wall: float, interval: float = HEARTBEAT) -> Self:
        """Make the deadlines of a connection opened now."""
        silence = interval + (DEAD_AFTER - HEARTBEAT)
        return cls(interval, now + interval, now + silence, wall - now, now + _WATCH)

    def heard(self, now: float) -> None:
        """Note that something has arrived."""
        self.dead_at = now + self.interval + (DEAD_AFTER - HEARTBEAT)
        self._looked = False

    def due(self) -> float:
        """Return the time for the next call of `check`."""
        doubt = self.dead_at if self._looked else self.dead_at - _LAST_LOOK
        return min(self.next_beat, doubt, self._watch_at)

    def check(self, now: float, wall: float) -> tuple[bool, bool]:
        """Return two flags: a heartbeat has to be sent now; the peer is dead."""
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
    """Timeouts, in seconds, at a service that acknowledges nothing."""

    confirm: float = 10.0
    """For a message's echo, on a working connection; then the message is unconfirmed."""
    history: float = 20.0
    """For a history; then the service counts as having none."""
    proof: float = 2.0
    """For the refusal of our token by a silent service; then we count as accepted."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The seed's settings of connections; times in seconds."""

    heartbeat: float = HEARTBEAT
    reconnect_interval: float = 1.0
    max_attempts: int = MAX_ATTEMPTS
    base: BaseTimes = BaseTimes()


@dataclass(slots=True)
class Statistics:
    """Counters of a session, updated in place."""

    frames_received: int = 0
    frames_sent: int = 0
    reconnects: int = 0
    round_trip: float | None = None
    """Seconds of the last round trip measured."""


@dataclass(slots=True)
class Link:
    """The state of one connection."""

    liveness: Liveness
    opened_at: float
    beat_at: float | None = None
    accepted: bool = True
    """True if the connection counts as established as soon as it is up."""
    answered: bool = False
    """True if the service has answered on it with something else than errors."""
    overdue_at: float | None = None
    """Time at which the last wait for an unanswered command ends."""
    probed: bool = False
    """True if a ping was sent whose pong has to come after that command's answer."""
    leave_at: float | None = None
    """Time at which to open another connection instead, as the service is about to end."""


FAST_PHASE = 120.0
"""Seconds after a loss in which the delays between attempts are short …"""

QUICK = 16
"""… and so many attempts are made quickly: a service that was killed is back within seconds."""

CUT = 0.25
"""Seconds within which a good connection that is cut without a word is made anew."""

_QUICK_CAP = 2.0
_CAP = 6.0
_PROBE = 60.0
_MAX_EXPONENT = 16


@dataclass(slots=True)
class Backoff:
    """Delays between attempts: full jitter, then one jittered probe a minute, for ever.

    For the first two minutes `U(0, min(6 s, interval * 2**n))`, and for the first attempts 2 s, or
    one interval, in place of the 6 s: a thousand clients reconnect within seconds, but not all at
    once. `interval` in seconds (seed: `reconnectInterval`).
    """

    rng: random.Random
    interval: float = 1.0
    failures: int = 0
    _since: float | None = None

    def failed(self, now: float) -> float:
        """Note a failure or loss at `now`; return the seconds until the next attempt."""
        if self._since is None:
            self._since = now
        exponent = min(self.failures, _MAX_EXPONENT)
        self.failures += 1
        if now - self._since > FAST_PHASE:
            return self.rng.uniform(0.75 * _PROBE, 1.25 * _PROBE)
        cap = max(_QUICK_CAP, self.interval) if self.failures <= QUICK else _CAP
        return self.rng.uniform(0.0, min(cap, self.interval * 2**exponent))

    def cut(self, now: float) -> float:
        """Note at `now` that a stable connection was cut; return the seconds until an attempt.

        Where several processes serve a course, another takes the client at once. The attempt
        counts as none of those whose delays grow.
        """
        self._since = now
        return self.rng.uniform(0.0, min(CUT, self.interval))

    def answered(self) -> None:
        """Note that the service answers: the next loss begins a new fast phase.

        The delays are not reset: a service that accepts clients and then disconnects them at once
        must not be retried at full speed.
        """
        self._since = None

    def succeeded(self) -> None:
        """Reset the delays, after a connection that was stable."""
        self.failures = 0
        self._since = None
