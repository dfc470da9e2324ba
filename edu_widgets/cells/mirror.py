"""The shared cells as this process knows them. Any thread."""

from __future__ import annotations

from collections.abc import Callable

from edu_widgets.cells.cell import SharedCell, shared_cell
from edu_widgets.cells.documents import Cell, CellsMark, CellsSharing
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.errors import EduWidgetsError

MOST = 1_000
"""Cells that are loaded without being asked for, the newest."""

_PAGE = 50


def position(client: CourseClient) -> int:
    """Return the number of the cell that a lesson is at: the newest of those that are shared."""
    mirror = client.mirror()
    sharing = decoded(mirror.get(CellsSharing.ID), CellsSharing)
    newest = decoded(next(iter(mirror.newest(Cell.kind, 1)), None), Cell)
    return newest.number if newest is not None and sharing and sharing.state == "on" else 0


class Cells:
    """The cells of a course, and how far this person has seen them."""

    def __init__(self, client: CourseClient) -> None:
        self._client = client
        self._loading = False
        self._seen = 0

    def documents(self) -> list[Document]:
        """Return the loaded cells' documents, oldest first."""
        return self._client.mirror().of_kind(Cell.kind)

    def all(self) -> list[SharedCell]:
        """Return the loaded cells for people, oldest first."""
        found = ((doc.id, decoded(doc, Cell)) for doc in self.documents())
        return [shared_cell(id_, cell) for id_, cell in found if cell is not None]

    def count(self) -> int:
        """Return the number of loaded cells."""
        return self._client.mirror().count(Cell.kind)

    def get(self, id_: str) -> Cell | None:
        """Return a cell's body; None if it is not there."""
        doc = self._client.mirror().get(id_)
        return decoded(doc, Cell) if doc is not None and doc.kind == Cell.kind else None

    def sharing(self) -> CellsSharing:
        """Return the state of the sharing."""
        found = decoded(self._client.mirror().get(CellsSharing.ID), CellsSharing)
        return found or CellsSharing()

    # -- how far it was seen --------------------------------------------------------------

    @property
    def seen(self) -> int:
        """`born` of the newest cell that this person has seen, here or on another device."""
        own = user_channel(self._client.course, self._client.me().user_id)
        mark = decoded(self._client.mirror(own).get(CellsMark.ID), CellsMark)
        return max(self._seen, mark.up_to if mark is not None else 0)

    def see(self, born: int) -> bool:
        """Note the cells that were seen; returns False if all were seen before."""
        if born <= self.seen:
            return False
        self._seen = born
        return True

    def forget_seen(self) -> None:
        """Forget the cells that were seen, since a new history has begun."""
        self._seen = 0

    def unseen(self) -> list[Document]:
        """Return the loaded cells that this person has not seen, their own apart, oldest first."""
        seen, me = self.seen, self._client.me().user_id
        found = [doc for doc in self.documents() if doc.born > seen]
        return [doc for doc in found if (cell := decoded(doc, Cell)) and cell.by_id != me]

    # -- loading ---------------------------------------------------------------------------

    def load_all(self, loaded: Callable[[], object]) -> None:
        """Load older pages until all are here; `loaded` is called after each (network thread)."""
        mirror = self._client.mirror()
        if self._loading or not mirror.more(Cell.kind) or mirror.count(Cell.kind) >= MOST:
            return
        if self._client.view().state != "live":
            return
        self._loading = True

        def settled() -> None:
            self._loading = False
            if receipt.error is None:
                loaded()
                self.load_all(loaded)

        try:
            receipt = self._client.older(Cell.kind, _PAGE)
        except EduWidgetsError:  # the lesson is being closed
            self._loading = False
            return
        receipt.when_settled(settled)
