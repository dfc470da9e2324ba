"""The class's counts as messages of the basic service, for clients without widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from edu_widgets.client.bodies import decoded
from edu_widgets.client.sync.events import DocumentsChanged, SessionEvent
from edu_widgets.progress.documents import Exercise, ExerciseCounts

EVERY = 0.25
"""Least seconds between two messages about the same exercise."""


class ChannelPort(Protocol):
    """A subscribed channel of a connection."""

    def later(self, delay: float, fn: Callable[[], object], /) -> Callable[[], None]:
        """Run `fn` after `delay` seconds; returns what prevents it."""

    def tell(self, type_: str, data: object, /) -> None:
        """Tell of a message."""


class ProgressMessages:
    """Tells by `course_update` how many have done an exercise; used on the network thread.

    Counts that were there before are not told, and of those that follow within a quarter of a
    second only the last.
    """

    types: ClassVar = ("course_update",)

    def __init__(self, channel: ChannelPort) -> None:
        self._channel = channel
        self._titles: dict[str, str] = {}
        self._newest: dict[str, ExerciseCounts] = {}
        self._pauses: dict[str, Callable[[], None]] = {}

    def heard(self, event: SessionEvent) -> None:
        """Something of the channel, or of the connection, has come."""
        if not isinstance(event, DocumentsChanged):
            return
        for doc in event.upserted:
            if doc.kind == Exercise.kind and (exercise := decoded(doc, Exercise)) is not None:
                self._titles[exercise.name] = exercise.title
            elif doc.kind == ExerciseCounts.kind and event.live:
                counts = decoded(doc, ExerciseCounts)
                if counts is not None:
                    self._newest[counts.exercise] = counts
                    self._say(counts.exercise)

    def close(self) -> None:
        """Tell nothing any more."""
        for stop in self._pauses.values():
            stop()
        self._pauses.clear()

    def _say(self, name: str) -> None:
        if name in self._pauses or name not in self._newest:
            return
        counts = self._newest.pop(name)
        self._pauses[name] = self._channel.later(EVERY, lambda: self._over(name))
        told = {
            "exercise": name,
            "title": self._titles.get(name, name),
            "done": counts.done,
            "people": counts.people,
        }
        self._channel.tell("course_update", told)

    def _over(self, name: str) -> None:
        del self._pauses[name]
        self._say(name)
