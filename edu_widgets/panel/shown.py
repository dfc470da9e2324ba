"""A panel's content for pages: docs/widget-protocol.md, *The panel*."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.assembly import Part
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.protocol.manifest import Tab

PANEL = "panel"
"""The name of the collection, and the id of its only document."""


class ShownPanel:
    """One document: each tab's counts of news, and for staff its switches. Any thread.

    The panel sets `parts` before a page can read the document.
    """

    def __init__(self, client: CourseClient, parts: Mapping[str, Part]) -> None:
        self._client = client
        self.parts = parts
        self.projector = False
        self.front: str | None = None
        """The tab requested last by `show`; `asked` counts the requests."""
        self.asked = 0
        self._versions = Versions()

    # -- notebook.stream.Content ----------------------------------------------------------

    def windows(self) -> Mapping[str, Window]:
        """Return the whole collection."""
        return {PANEL: Window([self._versions.stamped(PANEL, self._document())])}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """Return the document in its present state."""
        del collection, ids
        return [self._versions.stamped(PANEL, self._document())], []

    def older(self, collection: str, before: int) -> Window:
        """Return an empty window: there are no older documents."""
        del collection, before
        return Window([])

    def changed(self) -> bool:
        """Return True if the document differs from its last version that was read."""
        return self._versions.last().get(PANEL) != self._document()

    def overtaken(self) -> None:
        """Have the document sent again, as a page shows its own request before it is done."""
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
    """Return the tab of a part."""
    tab = part.manifest.tab
    assert tab is not None  # noqa: S101 - or it would be no part
    return tab


def told_of(part: Part, *, staff: bool) -> Json:
    """Return a tab's entry in the document; only staff gets its switches."""
    told = {"unread": part.widget.unread, **part.widget.summary()}
    if staff and (switches := tab_of(part).switches):
        on = {name: getattr(part.widget, one.attribute) for name, one in switches.items()}
        told["switches"] = on
    return told
