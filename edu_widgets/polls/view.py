"""PollView: one poll, shown below the cell that asked it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

import traitlets

from edu_widgets.notebook.assembly import Assembly
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.notebook.widget_context import WidgetContext
from edu_widgets.polls.intent_handlers import IntentHandlers
from edu_widgets.polls.page_content import DESK, POLLS, PollsContent
from edu_widgets.protocol.errors import InvalidArgument

if TYPE_CHECKING:
    from edu_widgets.client.course import CourseClient


class PollViews(Protocol):
    """The course's polls, as a view of one of them knows them."""

    def view(self, poll_id: str) -> PollView:
        """Return the view of a poll."""


class OnePoll:
    """The content of a view's pages: its poll and its actions. Any thread."""

    def __init__(self, shown: PollsContent, poll_id: str) -> None:
        self._shown = shown
        self._id = poll_id

    def windows(self) -> Mapping[str, Window]:
        """Both collections, whole."""
        return {name: Window(self.read(name, [self._id])[0]) for name in (POLLS, DESK)}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """Return the documents of the poll or the desk as they are now."""
        if collection == POLLS:
            return self._shown.read(POLLS, [id_ for id_ in ids if id_ == self._id])
        docs, gone = self._shown.read(DESK, ids)
        return [{**doc, "next": None} for doc in docs], gone

    def older(self, collection: str, before: int) -> Window:
        """There is nothing older."""
        return self._shown.older(collection, before)


class PollView(LiveWidget):
    """Shows one poll of a course; its code and the rest come from the course's `LivePolls`."""

    kind_: ClassVar[str] = "polls"

    def __init__(
        self,
        client: CourseClient,
        shown: PollsContent,
        handlers: IntentHandlers,
        poll_id: str,
        **options: Any,
    ) -> None:
        self._poll_id = poll_id
        super().__init__(client, OnePoll(shown, poll_id), handlers, **options)

    def twin_for(self, context: WidgetContext) -> LiveWidget:
        """Make the same view for another person who shares the kernel."""
        if not isinstance(context, Assembly):
            raise InvalidArgument("A view of one poll is of a lesson's widgets.")
        return cast("PollViews", context.get("polls")).view(self._poll_id)

    @traitlets.validate("options")
    def _check_options(self, proposal: dict[str, Any]) -> dict[str, Any]:
        return {**super()._check_options(proposal), "poll": self._poll_id}

    def changed(self, collection: str, ids: Iterable[str], *, reset: bool, news: bool) -> None:
        """Documents changed (network thread)."""
        if reset or collection == DESK or self._poll_id in ids:
            about = [DESK] if collection == DESK else [self._poll_id]
            self._channel.changed(collection, about, reset=reset, news=news)

    def notice(self, message: Json) -> None:
        """Show a refusal on the view's pages."""
        self._reply(message)
