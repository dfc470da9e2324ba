"""Lesson: one participant's live view of one course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Never, Self, TypeVar, cast, overload

from edu_widgets.lesson_admission import LessonAdmission
from edu_widgets.lesson_status import Status, status_of
from edu_widgets.protocol.channels import is_rehearsal
from edu_widgets.protocol.errors import EduWidgetsError, ForkedProcess
from edu_widgets.protocol.features import installed
from edu_widgets.protocol.manifest import Manifest

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from edu_widgets.board.widget import SharedBoard
    from edu_widgets.cells.widget import LiveCells
    from edu_widgets.chat.widget import CourseChat
    from edu_widgets.client.course import CourseClient
    from edu_widgets.client.transport.base import Target
    from edu_widgets.client.view import Entrance, Person
    from edu_widgets.notebook.widget import LiveWidget
    from edu_widgets.notes.widget import SharedNotes
    from edu_widgets.notifications.widget import NotificationPane
    from edu_widgets.panel.widget import CoursePanel
    from edu_widgets.polls.widget import LivePolls
    from edu_widgets.presence.widget import PresenceList
    from edu_widgets.progress.widget import ProgressBoard
    from edu_widgets.realtime import RealtimeClient
    from edu_widgets.record.report import Report
    from edu_widgets.stream.widget import LiveStream

_REHEARSAL = "Rehearsal: a room of its own, which begins empty each time. No student sees it."

W = TypeVar("W", bound="LiveWidget")


class FeatureWidget(Generic[W]):
    """A feature's widget as an attribute of a lesson: the same object each time."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, lesson: None, owner: type) -> Self: ...

    @overload
    def __get__(self, lesson: Lesson, owner: type) -> W: ...

    def __get__(self, lesson: Lesson | None, owner: type) -> Self | W:
        if lesson is None:
            return self
        return cast("W", lesson.widget(self._name))

    def __set__(self, lesson: Lesson, value: Never) -> Never:
        raise AttributeError(f"lesson.{self._name} cannot be replaced.", name=self._name)


class Lesson(LessonAdmission):
    """A course as one person sees it: `chat`, `polls`, `cells`, `people`, `progress` and more.

    Each of these is a widget, the same one however often it is asked for; in a forked child, which
    a lesson does not belong to, it raises `ForkedProcess`.

    Made by `host`, `join` or `connect`. Everything is used from any thread, returns at once,
    and goes on while a cell runs.
    """

    _inner: ClassVar[str] = "refresh usable widget"

    def __init__(
        self,
        client: CourseClient,
        *,
        invite: str = "",
        audience: str = "",
        features: Sequence[Manifest] | None = None,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        from edu_widgets.notebook.assembly import Assembly
        from edu_widgets.notebook.identity import asking_session
        from edu_widgets.notebook.viewers.company import company_of

        self._client = client
        self._client.invite = invite
        self._audience = audience
        self._on_close = on_close
        self._panels: dict[tuple[str, ...], CoursePanel] = {}
        self._realtime: RealtimeClient | None = None
        self._widgets = Assembly(client, installed() if features is None else features)
        self._background = self._widgets.background()
        session = asking_session()
        if session is not None:
            company_of(client).began(session)

    def _standing(self) -> str:
        try:
            return str(self.status())
        except EduWidgetsError as error:  # a repr must not raise
            return str(error)

    def __repr__(self) -> str:
        # Without a name: what a cell shows is saved with its notebook.
        lines = [f"Lesson {self.course}, as {self.user.role}: {self._standing()}"]
        if is_rehearsal(self.course):
            lines.insert(0, _REHEARSAL)
        if self._can_be_joined():
            if self._client.invite:
                lines.append(f"{self._who_joins()} with: {self._client.invite}")
            if self._audience:
                lines.append(self._audience)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        # An output stays as it was written: the connection's state would soon be untrue.
        rows = [f"<b>{escape(self.course)}</b> as {escape(self.user.role)}"]
        if is_rehearsal(self.course):
            rows.insert(0, f"<b>{escape(_REHEARSAL)}</b>")
        if not self._can_be_joined():
            rows.append(escape(self._standing()))
            return "<div>" + "<br>".join(rows) + "</div>"
        if self._client.invite:
            call = f'edu.join("{self._client.invite}", name="…")'
            code = f"<code style='user-select:all'>{escape(call)}</code>"
            rows.append(f"{self._who_joins()} with {code}")
        if self._audience:
            rows.append(escape(self._audience))
        return "<div>" + "<br>".join(rows) + "</div>"

    def _can_be_joined(self) -> bool:
        """Return True if it can be joined: it is open, and its service has not ended."""
        return self.usable and not self._client.view().restart

    def _who_joins(self) -> str:
        return "Whoever rehearses with you joins" if is_rehearsal(self.course) else "Students join"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def usable(self) -> bool:
        """True if it is open, in this process."""
        return self._client.usable

    def refresh(
        self,
        target: Target,
        me: Person | None,
        *,
        invite: str,
        audience: str,
        host: str,
        entrance: Entrance,
    ) -> None:
        """Take over the address, token and name of a repeated call of `join` or `host`."""
        self._client.invite = invite or self._client.invite
        self._audience = audience or self._audience
        self._client.renew(target, me, host=host, entrance=entrance)

    @property
    def course(self) -> str:
        """The course's name."""
        return self._client.course

    @property
    def user(self) -> Person:
        """My id, name and role in the course."""
        return self._client.me()

    chat: FeatureWidget[CourseChat] = FeatureWidget()
    """The course's chat."""
    polls: FeatureWidget[LivePolls] = FeatureWidget()
    """The course's polls, to ask and to answer."""
    people: FeatureWidget[PresenceList] = FeatureWidget()
    """The people here, their status and their hands."""
    progress: FeatureWidget[ProgressBoard] = FeatureWidget()
    """The exercises, and how far everybody is."""
    notifications: FeatureWidget[NotificationPane] = FeatureWidget()
    """The notifications; mentions in the chat and polls that open are among them."""
    notes: FeatureWidget[SharedNotes] = FeatureWidget()
    """My notes and those of the class."""
    board: FeatureWidget[SharedBoard] = FeatureWidget()
    """The board that the class draws on."""
    stream: FeatureWidget[LiveStream] = FeatureWidget()
    """The live stream of the lesson: its picture, and who starts and stops it."""
    cells: FeatureWidget[LiveCells] = FeatureWidget()
    """The cells that an instructor runs, to share and to follow."""

    @property
    def client(self) -> RealtimeClient:
        """Messages of any type on the lesson's connection; it ends with the lesson.

        It has the course's channel; `subscribe` adds others.

        Raises:
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
            NotConnected: the lesson is closed.
        """
        self._client.check_open()
        if self._realtime is None:
            from edu_widgets.realtime import RealtimeClient

            made = RealtimeClient.over(
                self._client.target, self._client.connections, [self._client.channel]
            )
            self._client.before_close(made.close)
            self._realtime = made
        return self._realtime

    def record(
        self,
        path: str | Path,
        *,
        since: datetime | None = None,
        names: bool = False,
        lang: str = "en",
    ) -> Path:
        """Write the lesson's content into one HTML page that can be read without a service.

        The page loads nothing from anywhere. It has only content for everybody in the course.

        Args:
            path: Its file, which is replaced if it is there: `"lesson.html"`.
            since: The time it begins at, aware; None for the last 12 hours.
            names: True to write the names of students; those of instructors always are.
            lang: `"en"` or `"tr"`: the language of its own words.

        Raises:
            InvalidArgument: an argument is invalid, or the file cannot be written.
            NotConnected: older messages could not be loaded.
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self._client.check()
        from edu_widgets.record.writing import write

        return write(self._client, self._widgets.records(), path, since, lang, names=names)

    def report(
        self, *, since: datetime | None = None, names: bool = True, lang: str = "en"
    ) -> Report:
        """Return the lesson's report: attendance, participation, polls, progress, questions.

        For instructors. A cell shows only its numbers; its tables are rows, data frames, CSV and
        a page.

        Args:
            since: The time it begins at, aware; None for the last 12 hours.
            names: False for *Student 1* in place of names.
            lang: `"en"` or `"tr"`: the language of its own words.

        Raises:
            Forbidden: I am not staff here.
            InvalidArgument: an argument is invalid.
            NotConnected: older messages could not be loaded.
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self._client.check()
        from edu_widgets.record.report import report

        return report(self._client, self._widgets.records(), since, lang, names=bool(names))

    def panel(
        self,
        tabs: Sequence[str] | None = None,
        height: int | None = None,
        lang: str | None = None,
    ) -> CoursePanel:
        """Return one widget with the features as tabs; the same object for the same tabs.

        Args:
            tabs: The names of the tabs in order, as `"chat"`, `"people"`; all if none are given.
            height: The height of the tabs' content, in pixels.
            lang: `"en"` or `"tr"`: the language of the panel and of the widgets in it.

        Arguments left out change nothing.

        Raises:
            InvalidArgument: there is no such tab, height or language.
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self._client.check()
        from edu_widgets.panel.widget import CoursePanel, checked

        parts = self._widgets.tabs()
        names = checked(tabs, parts)
        panel = self._panels.get(names)
        if panel is None or panel.closed:
            panel = self._panels[names] = CoursePanel(self._client, parts, names)
        panel.compose(parts)
        if height is not None:
            panel.options = {**panel.options, "height": height}
        if lang is not None:
            for widget in (panel, *(part.widget for part in parts.values())):
                widget.options = {**widget.options, "lang": lang}
        return panel

    def widget(self, name: str) -> LiveWidget:
        """Return the widget of a feature by its name.

        Raises:
            Unsupported: the lesson has no such feature.
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        return self._widgets.get(name)

    def feature(self, kind: type[W]) -> W:
        """Return the lesson's widget of a feature by its class, also of another package's.

        `lesson.<name>` is the same without a type.

        Raises:
            InvalidArgument: no feature of the lesson has this class as its widget.
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        return self._widgets.of(kind)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._widgets})

    if not TYPE_CHECKING:  # or a checker would believe in every name

        def __getattr__(self, name: str) -> Any:
            if not name.startswith("_") and name in self._widgets:
                return self.widget(name)
            return super().__getattr__(name)

    def wait_connected(self, timeout: float = 10.0) -> Lesson:
        """Wait until the lesson is live and its documents are loaded; at most `timeout` seconds.

        Raises:
            Refused: the service said no, with the reason.
            NotConnected: it was not reached in time; trying goes on.
        """
        self._client.wait_connected(timeout)
        return self

    def status(self) -> Status:
        """Return state, transport, round trip, queue, reconnects, and the causes of trouble.

        `edu-widgets doctor` in a terminal looks further, and says what to do.

        Raises:
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self._client.check()
        return status_of(self._client)

    def close(self) -> None:
        """Leave the lesson. Unsent messages and changes are kept until the course is joined again.

        What is on screen stays and says that the lesson was left; other widgets are closed.
        """
        for one in self._background:
            one.close()
        self._client.close()
        with suppress(ForkedProcess):  # the widgets are the parent's, too
            self._client.check_process()
            self._retire_widgets()
        self._on_close()

    def _retire_widgets(self) -> None:
        for panel in self._panels.values():
            if not panel.closed:
                panel.retire()
        if all(panel.closed for panel in self._panels.values()):  # or its tabs would be empty
            for name in self._widgets:
                if (widget := self._widgets.opened(name)) is not None:
                    widget.retire()
