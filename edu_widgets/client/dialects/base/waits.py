"""Waiting while the connection is known to work, and only then."""

from collections.abc import Callable, Hashable


class Waits:
    """Deadlines that count only once a ping sent after them was answered.

    Seconds that pass while nothing gets through prove nothing about what the other side does.
    Times are seconds of the monotonic clock.
    """

    def __init__(self) -> None:
        self._waits: dict[Hashable, tuple[float, Callable[[], None]]] = {}
        self._asked_at = float("-inf")

    def start(self) -> None:
        """Another connection: nothing is waited for, and no ping is under way."""
        self._waits.clear()
        self._asked_at = float("-inf")

    def wait(self, key: Hashable, until: float, then: Callable[[], None]) -> None:
        """Do `then` if the connection is seen to work at `until` or later."""
        self._waits[key] = (until, then)

    def stop(self, key: Hashable) -> None:
        """What was waited for is there."""
        self._waits.pop(key, None)

    def due(self) -> float | None:
        """When a ping has to be sent."""
        return min((t for t, _ in self._waits.values() if t > self._asked_at), default=None)

    def asked(self, now: float) -> None:
        """A ping is sent now."""
        self._asked_at = now

    def answered(self, asked_at: float) -> None:
        """The ping of that time was answered."""
        for key, (until, then) in tuple(self._waits.items()):
            if until <= asked_at and self._waits.pop(key, None) is not None:
                then()
