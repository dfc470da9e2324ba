"""Listeners and the delivery of events to them."""

import contextlib
import logging
from collections.abc import Callable
from typing import Generic, TypeVar

_log = logging.getLogger(__name__)

Event = TypeVar("Event")


class Listeners(Generic[Event]):
    """Listeners, called in the order they were added.

    An exception of one does not stop the others; it is logged as an error once for each listener.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[Event], object]] = []
        self._failed: set[int] = set()

    def listen(self, listener: Callable[[Event], object]) -> Callable[[], None]:
        """Call `listener` with every event from now on; return a function that ends this."""
        self._listeners.append(listener)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)
                self._failed.discard(id(listener))

        return stop

    def dismiss(self) -> None:
        """Remove all listeners."""
        self._listeners.clear()

    def tell(self, event: Event) -> None:
        """Call all listeners with an event."""
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - somebody else's fault
                level = logging.DEBUG if id(listener) in self._failed else logging.ERROR
                self._failed.add(id(listener))
                what = type(event).__name__
                _log.log(level, "A listener failed on %s (reported once).", what, exc_info=True)
