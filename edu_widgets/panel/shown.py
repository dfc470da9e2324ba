"""What the pages see of a panel besides its tabs: docs/widget-protocol.md, *The panel*."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.panel import Tab
from edu_widgets.panel.parts import Parts

PANEL = "panel"
"""The name of the collection, and of the one document in it."""


class ShownPanel:
    """One document: what is new in each tab, the instructor's figures and switches. Any thread.

    `parts` are set by the panel before any page can ask.
    """

    def __init__(self, client: CourseClient, parts: Parts) -> None:
        self._client = client
        self.parts = parts
        self.projector = False
        self.front: Tab | None = None
        """The tab that was asked for last, and how often any was."""
        self.asked = 0
        self._versions = Versions()

    # -- notebook.stream.Content ----------------------------------------------------------

    def windows(self) -> Mapping[str, Window]:
        """The collection, whole."""
        return {PANEL: Window([self._versions.stamped(PANEL, self._document())])}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """The document as it is now."""
        del collection, ids
        return [self._versions.stamped(PANEL, self._document())], []

    def older(self, collection: str, before: int) -> Window:
        """There is nothing older."""
        del collection, before
        return Window([])

    def changed(self) -> bool:
        """Whether the document says something else than when it was last read."""
        return self._versions.last().get(PANEL) != self._document()

    def overtaken(self) -> None:
        """A page shows what it asked for: it is to be told, even if that changes back at once."""
        self._versions.forget([PANEL])

    # -- the document ------------------------------------------------------------------------

    def _document(self) -> Json:
        document: Json = {
            "id": PANEL,
            "unread": self._unread(),
            "quiet": self.parts.notifications.do_not_disturb,
            "projector": self.projector,
        }
        if self.front is not None:
            document["front"] = {"tab": self.front, "n": self.asked}
        if self._client.me().is_staff:
            document["desk"] = self._desk()
        elif any(hand.taken for hand in self.parts.people.hands):
            document["helped"] = True
        return document

    def _unread(self) -> Json:
        """How much is new, by tab: messages, polls to vote in, hands nobody has taken, news."""
        parts, staff = self.parts, self._client.me().is_staff
        # Who runs the polls is not asked to vote in them.
        asked = [] if staff else parts.polls.seen.all()
        polls = [seen for seen in asked if seen.poll.state == "open"]
        waiting = [hand for hand in parts.people.hands if hand.taken is None] if staff else []
        return {
            "chat": parts.chat.unread,
            "polls": sum(1 for seen in polls if seen.vote is None or seen.vote.choice is None),
            "people": len(waiting),
            "notifications": parts.notifications.unread,
        }

    def _desk(self) -> Json:
        """The instructor's strip."""
        people = self.parts.people
        counts = people.counts
        figures = {name: counts.get(name, 0) for name in ("done", "stuck", "away", "hands")}
        return {**figures, "hidden": people.hide_names}
