"""The service's time: it follows the clock on the wall, and never goes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LONGEST_STEP = 24 * 3600.0
"""Seconds that the clock on the wall may be behind what is stored; beyond, that was wrong."""


SLACK_MS = 1_000
"""By how many ms something may lie in the future before the clock it was said by was wrong."""


class SteadyTime:
    """Seconds since 1970 in which deadlines and durations hold. Any thread.

    A clock that is set back must not keep polls open, mutes in force or notices up for as long
    again: then time goes on from where it was, as the monotonic clock counts it. A clock that is
    set forward is followed at once, since a computer that slept looks the same.
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
        """The time."""
        with self._lock:
            at = self._monotonic()
            self._last = max(self._wall(), self._last + at - self._at)
            self._at = at
            return self._last

    def go_on_from(self, stored: float) -> None:
        """Time was as late as this already, as what is stored tells; far in the future it lies."""
        with self._lock:
            if stored - self._wall() <= LONGEST_STEP:
                self._last = max(self._last, stored)


_TIME = SteadyTime()


def now_ms() -> int:
    """This process's time in ms since 1970."""
    return int(_TIME.now() * 1000)


def go_on_from(stored_ms: int) -> None:
    """See `SteadyTime.go_on_from`."""
    _TIME.go_on_from(stored_ms / 1000)
