"""The pace at which a kernel sends to its pages, over all its widgets.

Jupyter Server drops what exceeds 1,000 messages a second over three seconds, silently, and with
it what the user prints; pictures that all come at once hold up everything behind them.
"""

import threading
import time
from collections.abc import Callable

MESSAGES_PER_SECOND = 300.0
PICTURES_PER_SECOND = 20.0
PICTURE_BYTES_PER_SECOND = 4_000_000.0


class Pace:
    """`rate` units a second in the long run, and as many more at once after a silence. Any thread.

    Who can wait asks before, and does; who cannot only notes what it has spent, and the others
    wait the longer for it.
    """

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._lock = threading.Lock()
        self._spent_until = float("-inf")

    def spend(self, units: float = 1.0) -> None:
        """Note that so much was sent."""
        with self._lock:
            self._spent_until = max(self._spent_until, self._clock()) + units / self._rate

    def wait(self) -> float:
        """Return the seconds until more may be sent; 0: now."""
        return max(0.0, self._spent_until - self._clock() - 1.0)


class Turns:
    """Turns for things that are to come one after the other, each after its share of time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._next = float("-inf")

    def take(self, share: float) -> float:
        """Return the seconds until a turn, which is followed by a gap of `share` seconds."""
        with self._lock:
            now = self._clock()
            begin = max(now, self._next)
            self._next = begin + share
            return begin - now


MESSAGES = Pace(MESSAGES_PER_SECOND)
"""All messages of this kernel to its pages: batches of changes wait, answers to a page do not."""

PICTURES = Turns()
"""The pictures among them."""


def share_of(size: int) -> float:
    """Return the seconds that belong to a picture of so many bytes."""
    return max(1 / PICTURES_PER_SECOND, size / PICTURE_BYTES_PER_SECOND)
