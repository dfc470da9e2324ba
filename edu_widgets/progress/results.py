"""Progress as plain Python: an exercise, a group of failures, a person's standing, and tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from edu_widgets.client.bodies import when
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.progress.documents import FAILED, Exercise, ExerciseProgress
from edu_widgets.progress.mirror import ProgressMirror
from edu_widgets.progress.tally import Failing
from edu_widgets.protocol.attributes import Tidy

COLUMNS = (
    *("exercise", "title", "name", "user", "passed", "checks", "done", "attempts", "last_run"),
    *("failed_check", "error", "message"),
)


@dataclass(frozen=True, slots=True)
class Standing(Tidy):
    """One person's progress in one exercise."""

    exercise: str
    title: str
    name: str
    user_id: str
    passed: int
    checks: int
    attempts: int
    last_run: datetime
    failed_check: str = ""
    error: str = ""
    message: str = ""

    @property
    def done(self) -> bool:
        """True if all checks passed in the last run."""
        return self.passed == self.checks


class Board(Protocol):
    """The part of the widget that exercises and groups stand on."""

    def found(self, name: str) -> Exercise | None:
        """Return the exercise of this name, if there is one."""

    def counts_of(self, name: str) -> dict[str, int]:
        """Return how many people are how far; nothing for students."""

    def share_counts(self, name: str, share: bool) -> Receipt:  # noqa: FBT001 - a handle's argument
        """Let everybody see an exercise's counts, or no longer."""

    def delete(self, name: str) -> Receipt:
        """Delete an exercise."""

    def hint(self, group: FailureGroup, text: str) -> Receipt:
        """Send a hint to those who have a failure now."""


class ExerciseHandle(Tidy):
    """An exercise of the course, always as it is now."""

    def __init__(self, board: Board, name: str) -> None:
        self._board = board
        self.name = name

    def __repr__(self) -> str:
        told = self._board.found(self.name)
        if told is None:
            return f"Exercise({self.name!r}, not there)"
        return f"Exercise({self.name!r}, {told.title!r}, {len(told.checks)} checks)"

    @property
    def title(self) -> str:
        """The title; empty once it is deleted."""
        told = self._board.found(self.name)
        return told.title if told is not None else ""

    @property
    def checks(self) -> list[str]:
        """The names of the checks."""
        told = self._board.found(self.name)
        return [check.name for check in told.checks] if told is not None else []

    @property
    def code(self) -> str:
        """The code of the checks, as `%check` shows it."""
        told = self._board.found(self.name)
        return code_of(told) if told is not None else ""

    @property
    def counts(self) -> dict[str, int]:
        """For instructors: how many people are `done`, `stuck`, `working`, `none` (not begun)."""
        return self._board.counts_of(self.name)

    def share_counts(self, share: bool = True) -> Receipt:  # noqa: FBT001, FBT002
        """Let everybody see how many have done it, or no longer.

        Raises:
            Forbidden: I am not staff here.
        """
        return self._board.share_counts(self.name, share)

    def delete(self) -> Receipt:
        """Delete it, with everybody's progress in it.

        Raises:
            Forbidden: I am not staff here.
        """
        return self._board.delete(self.name)


class FailureGroup(Tidy):
    """People whose checks fail in the same way."""

    def __init__(self, board: Board, failing: Failing, check: str) -> None:
        self._board = board
        self.failing = failing
        self.exercise, self.number, self.type, self.message = failing.group
        self.check = check
        self.people = list(failing.people)

    _inner = "failing"

    def __repr__(self) -> str:
        said = f"{self.type}: {self.message}" if self.message else self.type
        return f"{len(self.people)} in {self.exercise}, {self.check}: {said}"

    def hint(self, text: str) -> Receipt:
        """Send them a hint that only they get: Markdown, at most 1,000 characters.

        Raises:
            InvalidArgument: it is empty or too long, or nobody has this failure any more.
            Forbidden: I am not staff here.
        """
        return self._board.hint(self, text)


def code_of(exercise: Exercise) -> str:
    """Return the code of an exercise's checks, as it is shown and run."""
    return "\n".join(check.code for check in exercise.checks if check.code)


def standings(mirror: ProgressMirror) -> Iterator[Standing]:
    """Yield everybody's progress, exercise by exercise."""
    exercises = mirror.exercises()
    people = mirror.people()
    for exercise in exercises:
        found = [held[exercise.name] for held in people.values() if exercise.name in held]
        for one in sorted(found, key=lambda one: (one.user_name.casefold(), one.user_id)):
            yield _standing(exercise, one)


def _standing(exercise: Exercise, one: ExerciseProgress) -> Standing:
    failed = one.checks.find(FAILED)
    first = one.failures[0] if one.failures else None
    return Standing(
        exercise.name,
        exercise.title,
        one.user_name,
        one.user_id,
        one.passed,
        len(one.checks),
        one.attempts,
        when(one.at),
        check_name_of(exercise, failed) if failed >= 0 else "",
        first.type if first is not None else "",
        first.message if first is not None else "",
    )


def check_name_of(exercise: Exercise | None, number: int) -> str:
    """Return the name of a check, or its number where the exercise has none of that number."""
    checks = exercise.checks if exercise is not None else []
    return checks[number].name if 0 <= number < len(checks) else f"check {number + 1}"


def rows(mirror: ProgressMirror) -> list[dict[str, Any]]:
    """Return the standings as rows of a table."""
    return [
        {**row_of(one), "last_run": one.last_run.isoformat(timespec="seconds")}
        for one in standings(mirror)
    ]


def row_of(one: Standing) -> dict[str, Any]:
    """Return a standing by the columns of a table."""
    return {
        "exercise": one.exercise,
        "title": one.title,
        "name": one.name,
        "user": one.user_id,
        "passed": one.passed,
        "checks": one.checks,
        "done": one.done,
        "attempts": one.attempts,
        "last_run": one.last_run,
        "failed_check": one.failed_check,
        "error": one.error,
        "message": one.message,
    }
