"""Rate limits in sliding windows, and counts of what is under way."""

import contextlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")


@contextlib.contextmanager
def counted(under_way: Counter[K], key: K) -> Iterator[None]:
    """Count one more under a key until it ends; a key with none is forgotten."""
    under_way[key] += 1
    try:
        yield
    finally:
        under_way[key] -= 1
        if not under_way[key]:
            del under_way[key]


MOST_COPIES = 3
"""Repetitions of an event that are not counted, for a connection may break that often."""


@dataclass(slots=True)
class _Event:
    at: float
    name: str
    copies: int = 0


class SlidingWindow(Generic[K]):
    """Counts events by key; `now` is a monotonic clock in seconds.

    An admitted event that is repeated under the same name is not counted again, up to
    `MOST_COPIES` times: a command whose ack was lost must not be limited by its own first copy.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self._events: dict[K, deque[_Event]] = {}
        self._intervals: dict[K, float] = {}
        """By key: the longest interval used, in seconds; events older than that are forgotten."""

    def __contains__(self, key: K) -> bool:
        return key in self._events

    def __len__(self) -> int:
        return len(self._events)

    def admit(self, key: K, *, most: int, interval_ms: int, event: str = "") -> int:
        """Admit an event and return 0; if it is over the limit, return the ms to wait."""
        for seen in self._events.get(key, ()) if event else ():
            if seen.name == event and seen.copies < MOST_COPIES:
                seen.copies += 1
                return 0
        wait = self.full(key, most=most, interval_ms=interval_ms)
        if not wait:
            self._events.setdefault(key, deque()).append(_Event(self.now(), event))
            self._intervals[key] = max(self._intervals.get(key, 0), interval_ms / 1000)
        return wait

    def full(self, key: K, *, most: int, interval_ms: int) -> int:
        """Return the ms until one more event would be admitted, without counting it."""
        events = self._events.get(key)
        if not events:
            return 0
        now = self.now()
        while events and now - events[0].at >= interval_ms / 1000:
            events.popleft()
        if len(events) < most:
            return 0
        return max(1, int(interval_ms - (now - events[0].at) * 1000) + 1)

    def sweep(self) -> None:
        """Forget keys without events in their interval."""
        now = self.now()
        stale = [
            key
            for key, seen in self._events.items()
            if not seen or now - seen[-1].at > self._intervals[key]
        ]
        for key in stale:
            del self._events[key], self._intervals[key]
