"""Lanes of the outbox: how much of each may be under way, pauses, and answers that are overdue."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from edu_widgets.client.sync.commands import Command

IN_FLIGHT = 32
"""Commands of one lane that may be under way at once; the service keeps their order."""

RESEND_AFTER = 20.0
"""Seconds without an answer to a command after which the connection is probed, then replaced."""

_DEFAULT_PAUSE_MS = 1_000
_MIN_PAUSE_MS = 50
_MAX_PAUSE_MS = 3_600_000


@dataclass(slots=True)
class _Lane:
    paused_until: float = 0.0
    in_flight: int = 0
    halted: bool = False
    """A command has to be retried: nothing is sent until all commands under way are answered, so
    that none overtakes one that will be refused with `BEHIND`."""

    def resumes_at(self) -> float | None:
        """Return the time from which commands may be sent; None if answers have to come first."""
        if self.in_flight >= IN_FLIGHT or (self.halted and self.in_flight):
            return None
        return self.paused_until


class Lanes:
    """The commands of an outbox that are under way, by lane. Times are of the monotonic clock."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = defaultdict(_Lane)
        self._sent_at: dict[str, float] = {}

    def take(self, command: Command, now: float) -> bool:
        """Count a command as under way, if its lane lets one be sent now; return False if not."""
        lane = self._lanes[command.lane]
        at = lane.resumes_at()
        if at is None or now < at:
            return False
        lane.halted = False
        lane.in_flight += 1
        self._sent_at[command.id] = now
        return True

    def answered(self, command: Command) -> None:
        """Count a command as under way no more."""
        if self._sent_at.pop(command.id, None) is not None:
            self._lanes[command.lane].in_flight -= 1

    def halt(self, name: str) -> None:
        """Send nothing of a lane until all of its commands under way are answered."""
        self._lanes[name].halted = True

    def pause(self, name: str, now: float, retry_after: int | None) -> int:
        """Pause a lane for as long as the service asks, within limits; return the ms."""
        asked = _DEFAULT_PAUSE_MS if retry_after is None else retry_after
        pause = max(_MIN_PAUSE_MS, min(asked, _MAX_PAUSE_MS))
        lane = self._lanes[name]
        lane.paused_until = max(lane.paused_until, now + pause / 1000)
        return pause

    def hurry(self, name: str) -> None:
        """End a lane's pause, as its reason is over."""
        self._lanes[name].paused_until = 0.0

    def disconnected(self) -> None:
        """Begin anew: nothing is under way, and no lane waits."""
        self._sent_at.clear()
        self._lanes.clear()

    def overdue(self, now: float) -> bool:
        """Return True if a command has had no answer for `RESEND_AFTER` seconds."""
        return any(now - at >= RESEND_AFTER for at in self._sent_at.values())

    def wake_at(self, waiting: Iterable[str]) -> float | None:
        """Return the time at which a waiting lane resumes or an answer is overdue, past or not."""
        resumed = (self._lanes[name].resumes_at() for name in waiting)
        times = [at for at in resumed if at is not None]
        times += [min(self._sent_at.values()) + RESEND_AFTER] if self._sent_at else []
        return min(times, default=None)
