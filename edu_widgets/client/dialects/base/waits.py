"""Deadlines that count only while the connection is known to work."""

from collections.abc import Callable, Hashable


class Waits:
    """Deadlines that count only once a ping sent after them was answered.

    Seconds in which nothing gets through prove nothing about the other side.
    Times are seconds of the monotonic clock.
    """

    def __init__(self) -> None:
        self._waits: dict[Hashable, tuple[float, Callable[[], None]]] = {}
        self._asked_at = float("-inf")

    def start(self) -> None:
        """Begin a connection: no deadlines, and no ping under way."""
        self._waits.clear()
        self._asked_at = float("-inf")

    def wait(self, key: Hashable, until: float, then: Callable[[], None]) -> None:
        """Call `then` if the connection is seen to work at `until` or later."""
        self._waits[key] = (until, then)

    def stop(self, key: Hashable) -> None:
        """Cancel a deadline, as the awaited event has come."""
        self._waits.pop(key, None)

    def due(self) -> float | None:
        """Return when a ping has to be sent."""
        return min((t for t, _ in self._waits.values() if t > self._asked_at), default=None)

    def asked(self, now: float) -> None:
        """Note that a ping is sent now."""
        self._asked_at = now

    def answered(self, asked_at: float) -> None:
        """Note that the ping sent at `asked_at` was answered: run the deadlines before it."""
        for key, (until, then) in tuple(self._waits.items()):
            if until <= asked_at and self._waits.pop(key, None) is not None:
                then()
