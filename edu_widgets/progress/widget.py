"""ProgressBoard: exercises with checks, and how far everybody is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.statuses import Statuses
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.notebook.widget_context import WidgetContext
from edu_widgets.progress import commands
from edu_widgets.progress.api import NOBODY, ProgressApi
from edu_widgets.progress.documents import Exercise, ExerciseCounts, ExerciseProgress, Hint
from edu_widgets.progress.intent_handlers import IntentHandlers
from edu_widgets.progress.mirror import ProgressMirror
from edu_widgets.progress.page_content import DESK, EXERCISES, GROUPS, PEOPLE, ProgressContent
from edu_widgets.progress.reporter import Reporter
from edu_widgets.progress.results import Standing, standings
from edu_widgets.protocol.errors import InvalidArgument

_EVERY = 0.5
"""Seconds between two looks at what a class's progress comes to."""

_COMMANDS = frozenset(
    {commands.SET_EXERCISE.name, commands.DELETE_EXERCISE.name, commands.SEND_HINT.name}
)


class ProgressBoard(ProgressApi, EventWidget):
    """The exercises of a course, and how far people are; displayed as the last line of a cell.

    `progress.options = {"height": 300, "lang": "tr"}` sets its height in pixels and its language
    (default: the page's).

    `progress.on("done", fn)` has `fn(standing)` called when somebody has done an exercise (for
    students: oneself), `progress.on("hint", fn)` has `fn(text)` called when I get a hint.
    """

    kind_: ClassVar[str] = "progress"
    _inner: ClassVar[str] = (
        "check_code counts_of delete found hint hint_group seen_hints share_all "
        "share_counts shown_checks"
    )
    events_: ClassVar[tuple[str, ...]] = ("done", "hint")

    def __init__(
        self, client: CourseClient, statuses: Sequence[Statuses] = (), **options: Any
    ) -> None:
        self._mirror = ProgressMirror(client, statuses)
        self._reporter = Reporter(client, self._mirror.published, self._touch_own)
        self._shown = ProgressContent(client, self._mirror, self._reporter)
        self.shown_checks: dict[str, str] = {}
        """By exercise: the code of its checks, as it was shown here last."""
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

    # -- for what pages ask (intent_handlers.py) ---------------------------------------------

    def share_all(self, *, share: bool) -> None:
        """Let everybody see the counts of all exercises, or no longer."""
        for one in self._mirror.exercises():
            if one.counts != share:
                _ = self.share_counts(one.name, share)

    def hint_group(self, id_: str, text: str) -> Receipt:
        """Send a hint to a group that a page shows."""
        failing = self._shown.groups().get(id_)
        if failing is None:
            raise InvalidArgument(NOBODY)
        return self._hint(failing, text)

    def seen_hints(self) -> None:
        """The hints are in sight."""
        self._hints_seen = len(self._mirror.hints())
        self._touch_own()

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
