"""Functions that people add to events with `.on(...)`; a cell run again does not double them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from edu_widgets.notebook.identity import Cell, running_cell
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.validation import shown

Callback = Callable[..., Any]

F = TypeVar("F", bound=Callback)


@dataclass(frozen=True, slots=True)
class _Entry:
    event: str
    fn: Callback
    cell: Cell | None


class Callbacks:
    """Functions by event; without named events by any. Thread-safe; it calls nothing itself."""

    def __init__(self, *events: str) -> None:
        self._events = events
        self._lock = threading.Lock()
        self._entries: list[_Entry] = []

    def add(self, event: str, fn: F | None) -> F | Callable[[F], F]:
        """Hang `fn` on `event`, in place of what an earlier run of this cell has hung anywhere.

        Where no cell is known, a function of the same name from `__main__` is replaced: running
        its definition again has made it anew.

        Returns:
            `fn`; without one a decorator that hangs what it decorates on `event`.

        Raises:
            InvalidArgument: there is no such event, or `fn` cannot be called.
        """
        if fn is not None:
            self._add(event, fn)
            return fn

        def decorate(decorated: F) -> F:
            self._add(event, decorated)
            return decorated

        return decorate

    def _add(self, event: str, fn: object) -> None:
        self._check(event)
        if not callable(fn):
            msg = f"What is called on {event!r} must be a function, not {shown(fn)}."
            raise InvalidArgument(msg)
        new = _Entry(event, fn, running_cell())
        with self._lock:
            self._entries = [e for e in self._entries if not _replaces(new, e)] + [new]

    def remove(self, event: str | None = None, fn: Callback | None = None) -> None:
        """Take `fn` (default: all) off `event` (default: all), if it is there.

        Raises:
            InvalidArgument: there is no such event.
        """
        if event is not None:
            self._check(event)
        with self._lock:
            self._entries = [
                e
                for e in self._entries
                if (event is not None and e.event != event) or (fn is not None and e.fn != fn)
            ]

    def _check(self, event: str) -> None:
        if self._events and event not in self._events:
            known = ", ".join(map(repr, self._events))
            raise InvalidArgument(f"There is no event {event!r:.60} here; there are {known}.")

    def on(self, event: str) -> list[Callback]:
        """Return the functions of an event, in the order they were added."""
        with self._lock:
            return [entry.fn for entry in self._entries if entry.event == event]


def _replaces(new: _Entry, old: _Entry) -> bool:
    if new.event == old.event and new.fn == old.fn:
        return True
    if new.cell is not None and old.cell is not None:
        return new.cell.id == old.cell.id and new.cell.run != old.cell.run
    if new.cell is not None or old.cell is not None or new.event != old.event:
        return False
    return _main_name(new.fn) is not None and _main_name(new.fn) == _main_name(old.fn)


def _main_name(fn: Callback) -> str | None:
    """The name under which the user's own code knows `fn`; None for lambdas and inner ones."""
    name: Any = getattr(fn, "__qualname__", "<")
    return name if getattr(fn, "__module__", "") == "__main__" and "<" not in name else None
