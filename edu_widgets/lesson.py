"""Lesson: one participant's live view of one course."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Self

from edu_widgets.protocol import meaning
from edu_widgets.protocol.errors import EduWidgetsError

if TYPE_CHECKING:
    from edu_widgets.chat.widget import CourseChat
    from edu_widgets.client.course import CourseClient
    from edu_widgets.client.transport import Target
    from edu_widgets.client.view import Person
    from edu_widgets.notifications.widget import NotificationPane
    from edu_widgets.panel.widget import CoursePanel
    from edu_widgets.polls.widget import LivePolls
    from edu_widgets.presence.away import Watch
    from edu_widgets.presence.widget import PresenceList


@dataclass(frozen=True, slots=True)
class Status:
    """How a lesson's connection stands; prints as one sentence.

    `round_trip` is in seconds, None before the first measurement; `queued` counts messages
    and changes that are kept and not yet acknowledged.
    """

    state: str
    transport: str
    round_trip: float | None
    queued: int
    reconnects: int
    detail: str = ""

    def __str__(self) -> str:
        parts = [self.state.capitalize()]
        live = self.state == "live"
        if live and self.transport:
            parts[0] += f" over {self.transport}"
        if live and self.round_trip is not None:
            parts.append(f"round trip {self.round_trip * 1000:.0f} ms")
        if self.queued:
            parts.append(f"{self.queued} kept, to be sent")
        if self.reconnects:
            times = "once" if self.reconnects == 1 else f"{self.reconnects} times"
            parts.append(f"reconnected {times}")
        sentence = ", ".join(parts) + "."
        return f"{sentence} {self.detail}".rstrip()

    __repr__ = __str__


class Lesson:
    """A course as one person sees it: its chat and, later in the hour, all the rest.

    Made by `host`, `join` or `connect`. Everything is used from any thread, returns at once,
    and goes on while a cell runs.
    """

    def __init__(
        self,
        client: CourseClient,
        *,
        invite: str = "",
        audience: str = "",
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._invite = invite
        self._audience = audience
        self._on_close = on_close
        self._chat: CourseChat | None = None
        self._polls: LivePolls | None = None
        self._people: PresenceList | None = None
        self._notifications: NotificationPane | None = None
        self._panels: dict[tuple[str, ...], CoursePanel] = {}
        self._attention = _watch(client)

    def _standing(self) -> str:
        try:
            return str(self.status())
        except EduWidgetsError as error:  # a repr must not raise
            return str(error)

    def __repr__(self) -> str:
        who = f"{self.user.name} ({self.user.role})"
        lines = [f"Lesson {self.course}, as {who}: {self._standing()}"]
        if self._invite:
            lines.append(f"Students join with: {self._invite}")
        if self._audience:
            lines.append(self._audience)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        # An output stays as it was written: the connection's state would soon be untrue.
        rows = [f"<b>{escape(self.course)}</b> as {escape(self.user.name)}"]
        if self._invite:
            call = f'edu.join("{self._invite}", name="…")'
            rows.append(f"Students join with <code style='user-select:all'>{escape(call)}</code>")
        if self._audience:
            rows.append(escape(self._audience))
        return "<div>" + "<br>".join(rows) + "</div>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def usable(self) -> bool:
        """Whether it is open in this process."""
        return self._client.usable

    def refresh(self, target: Target, *, invite: str, audience: str) -> None:
        """The lesson was asked for again: its token, and what is said about it, may be new."""
        self._invite, self._audience = invite or self._invite, audience or self._audience
        self._client.renew(target)

    @property
    def course(self) -> str:
        """The course's name."""
        return self._client.course

    @property
    def invite(self) -> str:
        """What students pass to `join`; empty for those who do not host."""
        return self._invite

    @property
    def user(self) -> Person:
        """Who I am here."""
        return self._client.me()

    @property
    def chat(self) -> CourseChat:
        """The course's chat, one widget however often it is asked for.

        Raises:
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self._client.check()
        if self._chat is None or self._chat.closed:
            from edu_widgets.chat.widget import CourseChat

            self._chat = CourseChat(self._client)
        return self._chat

    @property
    def polls(self) -> LivePolls:
        """The course's polls, to ask and to answer; one widget, as `chat` is.

        Raises:
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self._client.check()
        if self._polls is None or self._polls.closed:
            from edu_widgets.polls.widget import LivePolls

            self._polls = LivePolls(self._client)
        return self._polls

    @property
    def people(self) -> PresenceList:
        """Who is here, how far they are and who wants help; one widget, as `chat` is.

        Raises:
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self._client.check()
        if self._people is None or self._people.closed:
            from edu_widgets.presence.widget import PresenceList

            self._people = PresenceList(self._client)
        return self._people

    @property
    def notifications(self) -> NotificationPane:
        """What there is to know beside the chat; one widget, as `chat` is.

        Mentions in the chat and polls that open are among it.

        Raises:
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self._client.check()
        if self._notifications is None or self._notifications.closed:
            from edu_widgets.chat.headlines import Mentions
            from edu_widgets.notifications.widget import NotificationPane
            from edu_widgets.polls.headlines import Openings

            sources = (Mentions(self._client), Openings(self._client))
            self._notifications = NotificationPane(self._client, sources, self._known)
        return self._notifications

    def panel(
        self,
        tabs: Sequence[str] = ("chat", "polls", "people", "notifications"),
        height: int | None = None,
        lang: str | None = None,
    ) -> CoursePanel:
        """All of it in one widget, as tabs; the same one however often these tabs are asked for.

        `height` in pixels is that of what is in the tabs; `lang`, `"en"` or `"tr"`, is the
        language of the panel and of the widgets in it. What is not given stays as it is.

        Raises:
            InvalidArgument: there is no such tab, height or language.
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self._client.check()
        from edu_widgets.panel.parts import Parts
        from edu_widgets.panel.widget import CoursePanel, checked

        names = checked(tabs)
        parts = Parts(self.chat, self.polls, self.people, self.notifications)
        panel = self._panels.get(names)
        if panel is None or panel.closed:
            panel = self._panels[names] = CoursePanel(self._client, parts, names)
        panel.compose(parts)
        if height is not None:
            panel.options = {**panel.options, "height": height}
        if lang is not None:
            for widget in (panel, *parts.all()):
                widget.options = {**widget.options, "lang": lang}
        return panel

    def _known(self) -> list[tuple[str, str]]:
        """Who is here, by id and name, where the list of people is open."""
        people = self._people
        if people is None or people.closed:
            return []
        return [(person.user_id, person.name) for person in people.all]

    def wait_connected(self, timeout: float = 10.0) -> Lesson:
        """Wait until the lesson is live, at most `timeout` seconds.

        Raises:
            Refused: the service said no, with the reason.
            NotConnected: it was not reached in time; trying goes on.
        """
        self._client.wait_connected(timeout)
        return self

    def status(self) -> Status:
        """State, transport, round trip, queue and reconnects.

        Raises:
            ForkedProcess: this is a forked child; the lesson belongs to the parent.
        """
        self._client.check()
        numbers, view = self._client.numbers(), self._client.view()
        detail = view.reason or (meaning(view.code) if view.code else "")
        return Status(
            numbers.state,
            numbers.transport,
            numbers.round_trip,
            numbers.queued,
            numbers.reconnects,
            " ".join(part for part in (detail, numbers.problem) if part),
        )

    def close(self) -> None:
        """Leave the lesson. What was not sent is kept until the course is joined again.

        A chat that is on screen stays and says that the lesson was left.
        """
        self._attention.close()
        self._client.close()
        self._on_close()


def _watch(client: CourseClient) -> Watch:
    """Begin to tell the service whether anybody is at this end, whatever is on screen."""
    from edu_widgets.presence.away import Watch

    return Watch(client)
