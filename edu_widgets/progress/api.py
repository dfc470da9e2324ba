"""The methods and properties of the progress in Python."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import msgspec

from edu_widgets.client.course import CourseClient
from edu_widgets.client.csv_files import as_csv, as_table
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.progress import commands, files
from edu_widgets.progress.authoring import Draft, check_name, draft
from edu_widgets.progress.checking import Result, parsed, run
from edu_widgets.progress.commands import MAX_PEOPLE, DeleteExercise, SendHint, SetExercise
from edu_widgets.progress.disclosure import words_of
from edu_widgets.progress.documents import MAX_HINT, Exercise
from edu_widgets.progress.mirror import ProgressMirror
from edu_widgets.progress.page_content import ProgressContent
from edu_widgets.progress.reporter import Reporter
from edu_widgets.progress.results import (
    COLUMNS,
    ExerciseHandle,
    FailureGroup,
    Standing,
    check_name_of,
    rows,
    standings,
)
from edu_widgets.progress.tally import Failing
from edu_widgets.protocol.errors import Forbidden, InvalidArgument
from edu_widgets.protocol.visible_text import checked

NOBODY = "This hint would reach nobody: no one has this failure any more."


class ProgressApi:
    """The exercises in Python: to give and check them, and see everybody's progress."""

    _client: CourseClient
    _mirror: ProgressMirror
    _reporter: Reporter
    _shown: ProgressContent

    @abstractmethod
    def _touch_own(self) -> None:
        """Tell the pages that my own progress may have changed."""

    # -- exercises -----------------------------------------------------------------------

    def exercise(
        self,
        name: str,
        title: str = "",
        checks: str | Mapping[str, str] | Sequence[Any] | None = None,
        *,
        counts: bool | None = None,
    ) -> ExerciseHandle:
        """Give the class an exercise, or change the one of this name; people keep their progress.

        Args:
            name: Its name in `%check`: letters, digits, `_`, `-` and `.`.
            title: Its title; by default the name.
            checks: A block of code, of which each statement is a check, or a mapping of names to
                expressions that have to be true. Without any, each hand-out brings its own.
            counts: True to let everybody see how many have done it; None: as it is.

        Raises:
            InvalidArgument: something about it cannot be; the message says what.
            Forbidden: I am not staff here.
            NotConnected: the lesson is closed.
        """
        return self._give(draft(name, title, checks), counts)

    def load(self, path: str | Path, *, counts: bool | None = None) -> list[ExerciseHandle]:
        """Give the class the exercises of a file: Markdown (`.md`) or YAML (`.yaml`).

        Raises:
            InvalidArgument: it cannot be read, or something in it is no exercise.
            Forbidden: I am not staff here.
            NotConnected: the lesson is closed.
        """
        return [self._give(one, counts) for one in files.load(path)]

    def _give(self, one: Draft, counts: bool | None) -> ExerciseHandle:  # noqa: FBT001 - three values
        data = SetExercise(one.name, one.title, list(one.checks), counts)
        self._check_staff()
        _ = self._mirror.given.send(commands.SET_EXERCISE.name, data)
        return ExerciseHandle(self, one.name)

    @property
    def exercises(self) -> list[ExerciseHandle]:
        """The exercises, in order."""
        return [ExerciseHandle(self, name) for name in self._mirror.known()]

    def __iter__(self) -> Iterator[ExerciseHandle]:
        return iter(self.exercises)

    def __len__(self) -> int:
        return len(self._mirror.known())

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, name: str) -> ExerciseHandle:
        if self.found(name) is None:
            known = ", ".join(self._mirror.known()) or "none yet"
            raise InvalidArgument(f"There is no exercise {name!r:.60}; there is {known}.")
        return ExerciseHandle(self, name)

    # -- checks --------------------------------------------------------------------------

    def check(self, name: str, code: str, variables: Mapping[str, Any]) -> list[Result]:
        """Run a block of my own checks, and tell what they came to; `%%check` does the same.

        Only whether they passed, attempts, the type of an error and its message without values
        are told. Of an exercise that the course does not have, it is told once it has it.

        Args:
            name: The exercise's name.
            code: The checks.
            variables: The names they see: `globals()`.

        Raises:
            InvalidArgument: it cannot be an exercise's name, or the code is no Python.
        """
        self._client.check()
        name = check_name(name)
        told = self.found(name)
        return self.check_code(name, code, variables, told, own=True)

    def check_code(
        self,
        name: str,
        code: str,
        variables: Mapping[str, Any],
        told: Exercise | None,
        *,
        own: bool = False,
    ) -> list[Result]:
        """Run checks; those of the exercise bear its names for them."""
        checks = parsed(code)
        published = [] if told is None else [told.title, *(c.name for c in told.checks)]
        published += [] if told is None else [c.code for c in told.checks]
        self._shown.running = name
        self._touch_own()
        try:
            results = run(
                checks, variables, exercise=name, code=code, published=words_of(published)
            )
        finally:
            self._shown.running = ""
        if told is not None and not own and len(told.checks) == len(results):
            for result, check in zip(results, told.checks, strict=True):
                result.name = check.name
        self._reporter.note(name, results)
        if told is not None and not self._client.me().is_staff:
            self._mirror.say(done=all(result.state == "passed" for result in results))
        return results

    @property
    def mine(self) -> list[Standing]:
        """My own progress, exercise by exercise, as the service has it."""
        me = self._client.me().user_id
        return [one for one in standings(self._mirror) if one.user_id == me]

    # -- the class -----------------------------------------------------------------------

    @property
    def people(self) -> list[Standing]:
        """Everybody's progress, for instructors; for students their own."""
        return list(standings(self._mirror))

    @property
    def failures(self) -> list[FailureGroup]:
        """The failures that people share, those of most people first; for instructors."""
        if not self._client.me().is_staff:
            return []
        return [self._group(failing) for failing in self._mirror.failing()]

    def _group(self, failing: Failing) -> FailureGroup:
        exercise = self._mirror.exercise(failing.group[0])
        return FailureGroup(self, failing, check_name_of(exercise, failing.group[1]))

    def to_dataframe(self) -> Any:
        """Everybody's progress as a pandas DataFrame; a list of dicts where there is no pandas."""
        return as_table(rows(self._mirror), COLUMNS)

    @overload
    def to_csv(self, path: None = None, *, bom: bool = False) -> str: ...

    @overload
    def to_csv(self, path: str | Path, *, bom: bool = False) -> None: ...

    def to_csv(self, path: str | Path | None = None, *, bom: bool = False) -> str | None:
        """Everybody's progress as CSV: returned, or written into a file.

        Args:
            path: The file; None to return the text.
            bom: True to begin with a byte order mark, by which Excel recognises UTF-8.

        Raises:
            InvalidArgument: the file cannot be written.
        """
        return as_csv(COLUMNS, rows(self._mirror), path, bom=bom)

    # -- for handles and the magic -----------------------------------------------------------

    def found(self, name: str) -> Exercise | None:
        """The exercise of this name, if there is one."""
        return self._mirror.known().get(name)

    def counts_of(self, name: str) -> dict[str, int]:
        """The numbers of people by their progress; nothing for students."""
        if not self._client.me().is_staff:
            return {}
        one = self._mirror.counted(name)
        return {"done": one.done, "stuck": one.stuck, "working": one.working, "none": one.none}

    def share_counts(self, name: str, share: bool) -> Receipt:  # noqa: FBT001 - a handle's argument
        """Let everybody see an exercise's counts, or no longer."""
        held = self.found(name)
        if held is None:
            raise InvalidArgument(f"There is no exercise {name!r:.60} any more.")
        data = SetExercise(held.name, held.title, held.checks, bool(share))
        return self._as_staff(commands.SET_EXERCISE.name, data)

    def delete(self, name: str) -> Receipt:
        """Delete an exercise."""
        return self._as_staff(commands.DELETE_EXERCISE.name, DeleteExercise(name))

    def hint(self, group: FailureGroup, text: str) -> Receipt:
        """Send a hint to those who have a failure now."""
        return self._hint(group.failing, text)

    def _hint(self, shown: Failing, text: str) -> Receipt:
        text = checked(text, "A hint", MAX_HINT)
        now = next((one for one in self._mirror.failing() if one.group == shown.group), None)
        if now is None:
            raise InvalidArgument(NOBODY)
        name, number, type_, message = now.group
        receipts = [
            self._as_staff(
                commands.SEND_HINT.name,
                SendHint(name, text, now.people[n : n + MAX_PEOPLE], number, type_, message),
            )
            for n in range(0, len(now.people), MAX_PEOPLE)
        ]
        return receipts[-1]

    def _as_staff(self, type_: str, data: msgspec.Struct) -> Receipt:
        self._check_staff()
        return self._client.send(type_, data)

    def _check_staff(self) -> None:
        if not self._client.me().is_staff:
            raise Forbidden("Only instructors may do that.")
