"""Time, passed in, so that a session can be tested without waiting."""

import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Protocol

_WINDOW = 600.0
"""Seconds for which a measurement counts."""

_SAMPLES = 16

_SLACK = 0.1
"""Seconds by which two measurements may differ beyond their round trips: clocks drift."""

_JUMP = 1.0
"""Seconds by which the wall clock moves against the monotonic one only in a step, or in sleep."""


class Clock(Protocol):
    """Three clocks: two that never jump, and the one on the wall."""

    def monotonic(self) -> float:
        """Seconds; for intervals and deadlines."""

    def elapsed(self) -> float:
        """Seconds since the computer was started, those in which it slept included; for ages."""

    def wall(self) -> float:
        """Seconds since 1970; for timestamps and to notice sleep."""


_BOOT_CLOCK: int | None = getattr(
    time, "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME", None
)
"""The clock that counts sleep where `time.monotonic` does not."""


def elapsed() -> float:
    """Return the seconds since the computer was started, those in which it slept included."""
    return time.monotonic() if _BOOT_CLOCK is None else time.clock_gettime(_BOOT_CLOCK)


class SystemClock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """Seconds; for intervals and deadlines."""
        return time.monotonic()

    def elapsed(self) -> float:
        """Seconds since the computer was started, those in which it slept included; for ages."""
        return elapsed()

    def wall(self) -> float:
        """Seconds since 1970; for timestamps and to notice sleep."""
        return time.time()


@dataclass(frozen=True, slots=True)
class _Sample:
    offset: float
    """The service's time less the monotonic clock, in seconds; off by half a round trip at most."""
    round_trip: float
    at: float
    moved: bool = False
    """Whether the offset was corrected by a guess: that the computer slept."""


class ServiceClock:
    """The service's time, as far as its answers tell. Any thread; seconds since 1970.

    It is told from the monotonic clock, so that no step of this computer's own clock changes it:
    of the last ten minutes the answer with the shortest round trip counts. One that contradicts
    the others means that the service's clock was set; then they are forgotten. While a computer
    sleeps its monotonic clock may stand still: then the clock on the wall tells for how long.
    Before the first answer this computer's own time is all there is.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._samples: deque[_Sample] = deque(maxlen=_SAMPLES)
        self._ahead = clock.wall() - clock.monotonic()

    def measured(self, service: float, sent: float) -> None:
        """An answer has just come to what was sent at `sent` (monotonic); it names its time."""
        with self._lock:
            self._notice_sleep()
            self._samples = deque((s for s in self._samples if not s.moved), maxlen=_SAMPLES)
            now = self._clock.monotonic()
            fresh = _Sample(service - (sent + now) / 2, max(0.0, now - sent), now)
            best = self._best(now)
            if best is not None:
                error = (best.round_trip + fresh.round_trip) / 2 + _SLACK
                if abs(fresh.offset - best.offset) > error:
                    self._samples.clear()
            self._samples.append(fresh)

    def now(self) -> float:
        """What the service's clock shows now."""
        with self._lock:
            self._notice_sleep()
            now = self._clock.monotonic()
            best = self._best(now)
            return self._clock.wall() if best is None else now + best.offset

    def _best(self, now: float) -> _Sample | None:
        recent = [sample for sample in self._samples if now - sample.at < _WINDOW]
        return min(recent or list(self._samples)[-1:], key=lambda s: s.round_trip, default=None)

    def _notice_sleep(self) -> None:
        before, self._ahead = self._ahead, self._clock.wall() - self._clock.monotonic()
        slept = self._ahead - before
        if slept > _JUMP:  # or set forward: so the next answer counts alone
            moved = [replace(s, offset=s.offset + slept, moved=True) for s in self._samples]
            self._samples = deque(moved, maxlen=_SAMPLES)
