"""Is the other side still there? Heartbeats, dead peers, sleeping laptops."""

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
