"""Time, passed in, so that a session can be tested without waiting."""

import time
from typing import Protocol


class Clock(Protocol):
    """Two clocks: one that never jumps, and the one on the wall."""

    def monotonic(self) -> float:
        """Seconds; for intervals and deadlines."""

    def wall(self) -> float:
        """Seconds since 1970; for timestamps and to notice sleep."""


class SystemClock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """Seconds; for intervals and deadlines."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970; for timestamps and to notice sleep."""
        return time.time()
