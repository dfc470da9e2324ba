"""The service's time: it follows the system clock, and never goes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LONGEST_STEP = 24 * 3600.0
"""Seconds that a stored time may be ahead of the system clock; beyond, it is taken for wrong."""


SLACK_MS = 1_000
"""Milliseconds that a time may lie in the future; beyond, the clock it came from was wrong."""


class SteadyTime:
    """Seconds since 1970, for deadlines and durations. May be used from any thread.

    When the system clock is set back, this time goes on by the monotonic clock, so that polls,
    mutes and notices do not last longer. When the clock is set forward, this time follows at once,
    since a computer that slept looks the same.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last = wall()
        self._at = monotonic()

    def now(self) -> float:
        """Return the time in seconds since 1970."""
        with self._lock:
            at = self._monotonic()
            self._last = max(self._wall(), self._last + at - self._at)
            self._at = at
            return self._last

    def go_on_from(self, stored: float) -> None:
        """Advance to the latest stored time, unless that is more than `LONGEST_STEP` ahead."""
        with self._lock:
            if stored - self._wall() <= LONGEST_STEP:
                self._last = max(self._last, stored)


_TIME = SteadyTime()


def now_ms() -> int:
    """Return this process's time in ms since 1970."""
    return int(_TIME.now() * 1000)


def go_on_from(stored_ms: int) -> None:
    """See `SteadyTime.go_on_from`."""
    _TIME.go_on_from(stored_ms / 1000)
