"""Is the other side still there? Heartbeats, dead peers, sleeping laptops."""

from dataclasses import dataclass
from typing import Self

HEARTBEAT = 30.0
"""Seconds between heartbeats (seed: `heartbeatInterval`)."""

DEAD_AFTER = 35.0
"""Seconds of silence after which the connection counts as dead."""

PATIENCE = 3.0
"""Seconds an answer may take after sleep, or after our own timers were held up."""

_JUMP = 5.0
_LATE = 2.0


@dataclass(slots=True)
class Liveness:
    """Deadlines of one connection. Times are seconds of the monotonic clock.

    A laptop that slept, or a thread that was held up by a long computation, must not be taken
    for a dead peer, nor a socket that died meanwhile for a healthy one: both are probed.
    """

    interval: float
    next_beat: float
    dead_at: float
    _offset: float
    _due: float

    @classmethod
    def start(cls, now: float, wall: float, interval: float = HEARTBEAT) -> Self:
        """Deadlines of a connection opened now."""
        silence = interval + (DEAD_AFTER - HEARTBEAT)
        return cls(interval, now + interval, now + silence, wall - now, now + interval)

    def heard(self, now: float) -> None:
        """Something arrived."""
        self.dead_at = now + self.interval + (DEAD_AFTER - HEARTBEAT)

    def due(self) -> float:
        """When `check` wants to be called."""
        self._due = min(self.next_beat, self.dead_at)
        return self._due

    def check(self, now: float, wall: float) -> tuple[bool, bool]:
        """Whether to send a heartbeat now, and whether the peer is dead."""
        offset = wall - now
        disturbed = abs(offset - self._offset) > _JUMP or now - self._due > _LATE
        self._offset = offset
        self._due = now
        if disturbed:
            self.dead_at = now + PATIENCE
            self.next_beat = now + self.interval
            return True, False
        if now >= self.dead_at:
            return False, True
        if now >= self.next_beat:
            self.next_beat = now + self.interval
            return True, False
        return False, False
