"""Clocks, passed to a session so that it can be tested without waiting, and the service's time."""

import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Protocol

_WINDOW = 600.0
"""Seconds for which a measurement is used."""

_SAMPLES = 16

_SLACK = 0.1
"""Seconds that two measurements may differ beyond their round trips, for clocks drift."""

_JUMP = 1.0
"""Seconds of change between system clock and monotonic clock that mean a step or sleep."""


class Clock(Protocol):
    """Three clocks: two that never jump, and the system time."""

    def monotonic(self) -> float:
        """Return seconds for intervals and deadlines."""

    def elapsed(self) -> float:
        """Return the seconds since the computer was started, including sleep; for ages."""

    def wall(self) -> float:
        """Return the seconds since 1970; for timestamps and to notice sleep."""


_BOOT_CLOCK: int | None = getattr(
    time, "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME", None
)
"""The clock that includes sleep, on systems whose `time.monotonic` does not."""


def elapsed() -> float:
    """Return the seconds since the computer was started, including sleep."""
    return time.monotonic() if _BOOT_CLOCK is None else time.clock_gettime(_BOOT_CLOCK)


class SystemClock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """Return seconds for intervals and deadlines."""
        return time.monotonic()

    def elapsed(self) -> float:
        """Return the seconds since the computer was started, including sleep; for ages."""
        return elapsed()

    def wall(self) -> float:
        """Return the seconds since 1970; for timestamps and to notice sleep."""
        return time.time()


@dataclass(frozen=True, slots=True)
class _Sample:
    offset: float
    """Seconds of the service's time minus the monotonic clock; exact to half a round trip."""
    round_trip: float
    at: float
    moved: bool = False
    """True if the offset was corrected on the assumption that the computer slept."""


class ServiceClock:
    """The service's time in seconds since 1970, estimated from its answers. Any thread.

    It is the monotonic clock plus an offset, so that setting this computer's clock does not change
    it. The offset comes from the answer with the shortest round trip in the last ten minutes. An
    answer that contradicts it means that the service's clock was set: the older ones are forgotten.
    During sleep the monotonic clock may stand still: then the change of the system clock is added.
    Before the first answer this computer's own time is used.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._samples: deque[_Sample] = deque(maxlen=_SAMPLES)
        self._ahead = clock.wall() - clock.monotonic()

    def measured(self, service: float, sent: float) -> None:
        """Note an answer that has just come, with the service's time, to a frame sent at `sent`."""
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
        """Return the service's time now."""
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
        if slept > _JUMP:  # or the clock was set forward, so only the next answer counts then
            moved = [replace(s, offset=s.offset + slept, moved=True) for s in self._samples]
            self._samples = deque(moved, maxlen=_SAMPLES)
