"""What the pages see of a panel: docs/widget-protocol.md, *The panel*."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.assembly import Part
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.protocol.manifest import Tab

PANEL = "panel"
"""The name of the collection, and of the one document in it."""


class ShownPanel:
    """One document: what is new in each tab, the instructor's figures and switches. Any thread.

    `parts` are set by the panel before any page can ask.
    """

    def __init__(self, client: CourseClient, parts: Mapping[str, Part]) -> None:
        self._client = client
        self.parts = parts
        self.projector = False
        self.front: str | None = None
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
        staff = self._client.me().is_staff
        document: Json = {
            "id": PANEL,
            "parts": {name: told_of(part, staff=staff) for name, part in self.parts.items()},
            "projector": self.projector,
        }
        if self.front is not None:
            document["front"] = {"tab": self.front, "n": self.asked}
        if staff:
            document["desk"] = True
        return document


def tab_of(part: Part) -> Tab:
    """The tab of a part."""
    tab = part.manifest.tab
    assert tab is not None  # noqa: S101 - or it would be no part
    return tab


def told_of(part: Part, *, staff: bool) -> Json:
    """What there is to tell of a tab now; switches only to staff."""
    told = {"unread": part.widget.unread, **part.widget.summary()}
    if staff and (switches := tab_of(part).switches):
        on = {name: getattr(part.widget, one.attribute) for name, one in switches.items()}
        told["switches"] = on
    return told
