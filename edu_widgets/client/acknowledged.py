"""Commands that were acknowledged and whose document is not here yet."""

from collections.abc import Callable
from typing import Generic, TypeVar

LINGER = 30.0
"""Seconds that what was acknowledged is kept until its document arrives."""

T = TypeVar("T")


class Acknowledged(Generic[T]):
    """By command's id, what still has to arrive; not for ever. Not safe between threads."""

    def __init__(self, arrived: Callable[[T], bool]) -> None:
        self._arrived = arrived
        self._kept: dict[str, tuple[T, float]] = {}

    def keep(self, id_: str, own: T, now: float) -> None:
        """A command was acknowledged, at `now` on the monotonic clock."""
        self._kept[id_] = (own, now + LINGER)

    def forget(self, id_: str) -> None:
        """A command is not acknowledged, or not any more."""
        self._kept.pop(id_, None)

    def waiting(self, now: float) -> dict[str, T]:
        """By id, what has not arrived; what has, or never will, is forgotten."""
        self._kept = {
            id_: (own, until)
            for id_, (own, until) in self._kept.items()
            if until > now and not self._arrived(own)
        }
        return {id_: own for id_, (own, _) in self._kept.items()}
