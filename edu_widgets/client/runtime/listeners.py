"""Those who listen."""

import contextlib
import logging
from collections.abc import Callable
from typing import Generic, TypeVar

_log = logging.getLogger(__name__)

Event = TypeVar("Event")


class Listeners(Generic[Event]):
    """Listeners, told in the order they came.

    What one of them raises costs the others nothing, and is reported once.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], object]] = []
        self._failed: set[int] = set()

    def listen(self, listener: Callable[[Event], object]) -> Callable[[], None]:
        """Tell `listener` every event from now on; returns what ends it."""
        self._listeners.append(listener)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)
                self._failed.discard(id(listener))

        return stop

    def dismiss(self) -> None:
        """Nobody listens any more."""
        self._listeners.clear()

    def tell(self, event: Event) -> None:
        """Something happened."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - somebody else's fault
                level = logging.DEBUG if id(listener) in self._failed else logging.ERROR
                self._failed.add(id(listener))
                what = type(event).__name__
                _log.log(level, "A listener failed on %s (reported once).", what, exc_info=True)
