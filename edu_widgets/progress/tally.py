"""The counts of a class's progress, kept up by each change: nothing is counted anew for a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sys import intern

from edu_widgets.progress.documents import CheckFailure, ExerciseProgress

Group = tuple[str, int, str, str]
"""The key of a group of failures: exercise, check (from 0), type and message."""


@dataclass(slots=True)
class Failing:
    """People whose checks fail in the same way."""

    group: Group
    people: list[str] = field(default_factory=list)
    since: int = 0
    """The time of the earliest of their runs, in ms since 1970."""


class Tally:
    """Counts of a class by exercise, and its failures by group. Not thread-safe."""

    def __init__(self, found: Iterable[ExerciseProgress] = ()) -> None:
        self.people: dict[str, dict[str, ExerciseProgress]] = {}
        """By person and exercise; what is in it is replaced, never changed."""
        self.started: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.latest: dict[str, str] = {}
        """By person: the exercise that they ran last."""
        self.latest_of: Counter[str] = Counter()
        self._failing: dict[Group, dict[str, int]] = {}
        for one in found:
            self.people.setdefault(one.user_id, {})[one.exercise] = one
            self._count(one, 1)
        for person, of in self.people.items():
            self._note_latest(person, of)

    def put(self, person: str, exercise: str, now: ExerciseProgress | None) -> None:
        """Note how far a person is in an exercise; None: nothing is kept of it any more."""
        found = self.people.get(person, {})
        before = found.get(exercise)
        if before is not None:
            self._count(before, -1)
        if now is not None:
            self._count(now, 1)
        found = {name: one for name, one in found.items() if name != exercise}
        if now is not None:
            found[exercise] = now
        if found:
            self.people[person] = found
        else:
            self.people.pop(person, None)
        self._note_latest(person, found)

    def failing(self) -> list[Failing]:
        """Return the failures, those of most people first."""
        groups = [
            Failing(group, list(people), min(people.values()))
            for group, people in self._failing.items()
        ]
        return sorted(groups, key=lambda one: (-len(one.people), one.since, one.group))

    def _count(self, one: ExerciseProgress, step: int) -> None:
        if step > 0:
            _share_texts(one)
        self.started[one.exercise] += step
        self.done[one.exercise] += step * one.done
        for failure in one.failures:
            group = group_of(one.exercise, failure)
            people = self._failing.setdefault(group, {})
            if step > 0:
                people[one.user_id] = one.progressed
            else:
                people.pop(one.user_id, None)
                if not people:
                    del self._failing[group]

    def _note_latest(self, person: str, found: Mapping[str, ExerciseProgress]) -> None:
        before = self.latest.pop(person, "")
        if before:
            self.latest_of[before] -= 1
        if found:
            self.latest[person] = latest = last(found)
            self.latest_of[latest] += 1


def _share_texts(one: ExerciseProgress) -> None:
    """Have equal texts be one: a class has few, and each was decoded by itself."""
    one.exercise, one.user_id = intern(one.exercise), intern(one.user_id)
    one.user_name, one.checks = intern(one.user_name), intern(one.checks)
    for failure in one.failures:
        failure.type, failure.message = intern(failure.type), intern(failure.message)


def group_of(exercise: str, failure: CheckFailure) -> Group:
    """Return the group of a failure."""
    return exercise, failure.check, failure.type, failure.message


def last(found: Mapping[str, ExerciseProgress]) -> str:
    """The exercise that somebody ran last."""
    return max(found.values(), key=lambda one: one.at).exercise if found else ""
