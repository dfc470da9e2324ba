"""Coalescing of calls: the first at once, then at most so many a second, the last one always."""

import asyncio
from collections.abc import Callable, Hashable

FRAMES_A_SECOND = 4

MOST_TIMES = 8.0
"""Bound of how much longer than usual an interval may be."""


class Throttle:
    """Calls an action by key at most every `interval` s; calls in between become one.

    An action reads the state when it runs, so a burst ends with the latest state.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, interval: float = 1 / FRAMES_A_SECOND
    ) -> None:
        self._loop = loop
        self._interval = interval
        self._last: dict[Hashable, float] = {}
        self._waiting: dict[Hashable, tuple[asyncio.TimerHandle, Callable[[], object]]] = {}

    def call(self, key: Hashable, action: Callable[[], object], times: float = 1) -> None:
        """Call `action` now or soon; it replaces an action of this key that is waiting.

        `times`: how much longer than usual the interval before it is, at most `MOST_TIMES`.
        """
        waiting = self._waiting.get(key)
        if waiting is not None:
            self._waiting[key] = (waiting[0], action)
            return
        interval = self._interval * min(times, MOST_TIMES)
        wait = self._last.get(key, -interval) + interval - self._loop.time()
        if wait <= 0:
            self._last[key] = self._loop.time()
            action()
            return
        self._waiting[key] = (self._loop.call_later(wait, self._fire, key), action)

    def _fire(self, key: Hashable) -> None:
        _, action = self._waiting.pop(key)
        self._last[key] = self._loop.time()
        action()

    def forget_old(self) -> None:
        """Forget keys that were not used within the interval."""
        now = self._loop.time()
        for key, last in list(self._last.items()):
            if now - last > self._interval * MOST_TIMES and key not in self._waiting:
                del self._last[key]

    def close(self) -> None:
        """Cancel the waiting actions."""
        for handle, _ in self._waiting.values():
            handle.cancel()
        self._waiting.clear()
