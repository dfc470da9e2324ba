"""ProgressBoard: exercises with checks, and how far everybody is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, overload

import msgspec

from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.csv_files import as_csv, as_table
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.statuses import Statuses
from edu_widgets.notebook.widget import LiveWidget, WidgetContext
from edu_widgets.progress import commands, files
from edu_widgets.progress.authoring import Draft, check_name, draft
from edu_widgets.progress.checking import Result, parsed, run
from edu_widgets.progress.commands import MAX_PEOPLE, DeleteExercise, SendHint, SetExercise
from edu_widgets.progress.disclosure import words_of
from edu_widgets.progress.documents import (
    MAX_HINT,
    Exercise,
    ExerciseCounts,
    ExerciseProgress,
    Hint,
)
from edu_widgets.progress.intent_handlers import IntentHandlers
from edu_widgets.progress.mirror import ProgressMirror
from edu_widgets.progress.page_content import DESK, EXERCISES, GROUPS, PEOPLE, ProgressContent
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

_EVERY = 0.5
"""Seconds between two looks at what a class's progress comes to."""

_COMMANDS = frozenset(
    {commands.SET_EXERCISE.name, commands.DELETE_EXERCISE.name, commands.SEND_HINT.name}
)


class ProgressBoard(EventWidget):
    """The exercises of a course, and how far people are; displayed as the last line of a cell.

    `progress.options = {"height": 300, "lang": "tr"}` sets its height in pixels and its language
    (default: the page's).

    `progress.on("done", fn)` has `fn(standing)` called when somebody has done an exercise (for
    students: oneself), `progress.on("hint", fn)` has `fn(text)` called when I get a hint.
    """

    kind_: ClassVar[str] = "progress"
    _inner: ClassVar[str] = (
        "check_code counts_of delete found hint hint_group seen_hints share_all share_counts"
    )
    events_: ClassVar[tuple[str, ...]] = ("done", "hint")

    def __init__(
        self, client: CourseClient, statuses: Sequence[Statuses] = (), **options: Any
    ) -> None:
        self._mirror = ProgressMirror(client, statuses)
        self._reporter = Reporter(client, self._mirror.published, self._touch_own)
        self._shown = ProgressContent(client, self._mirror, self._reporter)
        self._told_groups: set[str] = set()
        self._touched: set[str] = set()
        self._due: Callable[[], None] | None = None
        self._done = {(id_, name) for id_, name in self._all_done()}
        self._staff = client.me().is_staff
        self._hints_seen = 0
        self._statuses = statuses
        super().__init__(client, self._shown, IntentHandlers(self), **options)

    @classmethod
    def made_for(cls, lesson: WidgetContext) -> LiveWidget:
        """Return the board of a lesson, with what its other features know of people."""
        return cls(lesson.client, lesson.statuses())

    def _contents(self) -> str:
        count = len(self._mirror.exercises())
        return f"{count} exercise{'s' * (count != 1)}"

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

    @property
    def hide_names(self) -> bool:
        """True if pages of this kernel show no names, no messages and no small groups."""
        return self._shown.hidden

    @hide_names.setter
    def hide_names(self, hide: bool) -> None:
        self._shown.hidden = bool(hide)
        self._client.on_network(lambda: self._channel.changed(reset=True))

    @property
    def unread(self) -> int:
        """Number of hints I have got and not looked at."""
        if self._client.me().is_staff:
            return 0
        return max(0, len(self._mirror.hints()) - self._hints_seen)

    # -- for handles, the magic, and what pages ask ----------------------------------------

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

    def share_all(self, *, share: bool) -> None:
        """Let everybody see the counts of all exercises, or no longer."""
        for one in self._mirror.exercises():
            if one.counts != share:
                _ = self.share_counts(one.name, share)

    def delete(self, name: str) -> Receipt:
        """Delete an exercise."""
        return self._as_staff(commands.DELETE_EXERCISE.name, DeleteExercise(name))

    def hint(self, group: FailureGroup, text: str) -> Receipt:
        """Send a hint to those who have a failure now."""
        return self._hint(group.failing, text)

    def hint_group(self, id_: str, text: str) -> Receipt:
        """Send a hint to a group that a page shows."""
        failing = self._shown.groups().get(id_)
        if failing is None:
            raise InvalidArgument(NOBODY)
        return self._hint(failing, text)

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

    def seen_hints(self) -> None:
        """The hints are in sight."""
        self._hints_seen = len(self._mirror.hints())
        self._touch_own()

    def _as_staff(self, type_: str, data: msgspec.Struct) -> Receipt:
        self._check_staff()
        return self._client.send(type_, data)

    def _check_staff(self) -> None:
        if not self._client.me().is_staff:
            raise Forbidden("Only instructors may do that.")

    def close(self) -> None:
        """Close the widget: its views go, nothing is called any more."""
        reporter = getattr(self, "_reporter", None)
        if reporter is not None and not self._over:  # also called by the base's destructor
            reporter.close()
        super().close()

    # -- from the course (network thread) --------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        match event:
            case DocumentsChanged():
                self._heard_documents(event)
            case CommandChanged(command) if command.type in _COMMANDS:
                self._mirror.given.heard(event)
                if command.state is CommandState.FAILED and not event.gone:
                    self._channel.signal("notice", {"message": command.error})
                    self._client.discard(command.id)
            case CommandChanged():
                pass
            case _:
                staff, self._staff = self._staff, self._client.me().is_staff
                if staff != self._staff:  # another role sees other things
                    self._mirror.forget()
                    self._channel.changed(reset=True)
                self._channel.changed(DESK, [DESK])

    def _heard_documents(self, event: DocumentsChanged) -> None:
        changed = {doc.kind for doc in (*event.upserted, *event.removed)}
        people = self._mirror.take(event)
        if Exercise.kind in changed or (event.reset and event.channel == self._client.channel):
            self._reporter.soon()
            self._channel.changed(reset=True)  # the columns are others
        self._tell(event, people)
        kinds = {ExerciseCounts.kind, Hint.kind, *self._mirror.status_kinds}
        if people or changed & kinds:
            self._touched |= people
            if changed & self._mirror.status_kinds:
                self._touched |= {doc.id.partition(":")[2] for doc in event.upserted}
                self._touched |= {doc.id.partition(":")[2] for doc in event.removed}
            if self._due is None:
                self._due = self._client.later(_EVERY if self._staff else 0.0, self._refresh)

    def _refresh(self) -> None:
        """Tell the pages what the class's progress comes to."""
        self._due = None
        people, self._touched = self._touched, set()
        names = [one.name for one in self._mirror.exercises()]
        self._channel.changed(EXERCISES, names)
        if self._staff:
            groups = set(self._shown.groups())
            self._channel.changed(GROUPS, sorted(groups | self._told_groups))
            self._told_groups = groups
            self._channel.changed(PEOPLE, sorted(people))
        self._channel.changed(DESK, [DESK])

    def _touch_own(self) -> None:
        channel = getattr(self, "_channel", None)
        if channel is not None:
            names = [one.name for one in self._mirror.exercises()]
            self._client.on_network(lambda: channel.changed(EXERCISES, names))

    def _all_done(self) -> Iterator[tuple[str, str]]:
        for id_, found in self._mirror.people().items():
            yield from ((id_, name) for name, one in found.items() if one.done)

    def _tell(self, event: DocumentsChanged, people: set[str]) -> None:
        """Have what hangs on events called."""
        held = self._mirror.people()
        for id_ in people:
            for name, one in held.get(id_, {}).items():
                if not one.done:
                    self._done.discard((id_, name))
                elif (id_, name) not in self._done:
                    self._done.add((id_, name))
                    if event.live:
                        self._call("done", self._of(one))
        if event.channel == self._mirror.channel and event.live and not self._staff:
            for doc in event.upserted:
                if doc.kind == Hint.kind:
                    self._call("hint", doc.as_(Hint).text)

    def _of(self, one: ExerciseProgress) -> Standing | None:
        found = (s for s in standings(self._mirror) if s.exercise == one.exercise)
        return next((s for s in found if s.user_id == one.user_id), None)
