"""Handlers of the intents of the cells' pages."""

from __future__ import annotations

from typing import Protocol

from edu_widgets.cells import compare
from edu_widgets.cells.cell import SharedCell
from edu_widgets.cells.documents import Cell
from edu_widgets.cells.mine import OwnCells
from edu_widgets.cells.mirror import Cells
from edu_widgets.cells.page_content import CELLS
from edu_widgets.client.bodies import decoded
from edu_widgets.client.view import Person
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.notebook.stream import Json
from edu_widgets.protocol.errors import InvalidArgument, Refused

_MOST_MISSED = 300
_MOST_INSERTED = 100


class CellsDesk(Protocol):
    """The parts of the widget that its pages' intents use; see `LiveCells`."""

    cells: Cells
    own: OwnCells

    @property
    def me(self) -> Person:
        """My id, name and role."""

    def share(self) -> None:
        """Begin to share."""

    def pause(self) -> None:
        """Keep back what is run from now on."""

    def resume(self, *, share_held: bool = False) -> None:
        """Go on sharing."""

    def stop(self) -> None:
        """End the sharing."""

    def take_back(self, cell: SharedCell | str) -> None:
        """Delete a shared cell for everybody."""

    def see(self, born: int) -> None:
        """Note that a page shows the cells up to this one."""

    def follow(self, page: str, *, on: bool) -> None:
        """Note whether a page is at the newest cell."""

    def tell(self, page: str, name: str, data: Json) -> None:
        """Send one page an answer."""

    def send_older(self, page: str, collection: str, before: int) -> None:
        """Send one page older cells."""


class IntentHandlers:
    """The handlers of one widget."""

    def __init__(self, widget: CellsDesk) -> None:
        self._widget = widget

    # -- reading --------------------------------------------------------------------------

    @on_intent("cells.older")
    def _on_older(self, intent: Intent) -> None:
        self._widget.send_older(intent.page, CELLS, intent.number("before"))

    @on_intent("cells.seen")
    def _on_seen(self, intent: Intent) -> None:
        self._widget.see(intent.number("upTo"))

    @on_intent("cells.following")
    def _on_following(self, intent: Intent) -> None:
        self._widget.follow(intent.page, on=intent.switch())

    @on_intent("cells.missed")
    def _on_missed(self, intent: Intent) -> None:
        since, widget = intent.number("since"), self._widget
        me = widget.me.user_id
        items: list[Json] = []
        for doc in widget.cells.documents():
            cell = decoded(doc, Cell) if doc.born > since else None
            if cell is None or cell.by_id == me:
                continue
            first = next((line for line in cell.source.split("\n") if line.strip()), "")[:200]
            like = widget.own.like(cell.source)
            item: Json = {"id": doc.id, "born": doc.born, "n": cell.number, "line": first}
            if like is not None:
                item["mine"] = {"n": like.number, "differs": like.differs}
            items.append(item)
        widget.tell(intent.page, "missed", {"items": items[-_MOST_MISSED:]})

    @on_intent("cells.sources")
    def _on_sources(self, intent: Intent) -> None:
        ids = intent.args.get("ids")
        if not isinstance(ids, list) or len(ids) > _MOST_INSERTED:
            msg = f"At most {_MOST_INSERTED} cells can be inserted at once."
            raise InvalidArgument(msg)
        found = ((id_, self._widget.cells.get(str(id_))) for id_ in ids)
        sources = [{"id": id_, "source": cell.source} for id_, cell in found if cell is not None]
        self._widget.tell(intent.page, "sources", {"sources": sources, "of": intent.id})

    @on_intent("cells.compare")
    def _on_compare(self, intent: Intent) -> None:
        """Compare a cell with one of one's own, by default the most similar."""
        widget, id_ = self._widget, intent.id_of("id")
        cell = self._cell(id_)
        number = intent.number("n") if "n" in intent.args else 0
        if not number:
            like = widget.own.like(cell.source)
            if like is None:
                raise Refused("No cell that was run here is like this one.")
            number = like.number
        mine = widget.own.source(number)
        if not mine.strip():
            raise InvalidArgument(f"There is no code in In[{number}].")
        numbers = widget.own.numbers()[:50]
        choices = [{"n": n, "line": _first_line(widget.own.source(n))} for n in numbers]
        rows = compare.rows(mine, cell.source, cell.language)
        compared: Json = {"id": id_, "n": number, "choices": choices, "rows": rows}
        widget.tell(intent.page, "compared", compared)

    @on_intent("cells.changes")
    def _on_changes(self, intent: Intent) -> None:
        """Compare a cell with its run before."""
        id_ = intent.id_of("id")
        cell = self._cell(id_)
        before = self._cell(cell.again)
        rows = compare.rows(before.source, cell.source, cell.language)
        self._widget.tell(intent.page, "compared", {"id": id_, "n": 0, "rows": rows})

    def _cell(self, id_: str) -> Cell:
        cell = self._widget.cells.get(id_)
        if cell is None:
            raise InvalidArgument("This cell is not there any more.")
        return cell

    # -- an instructor's ------------------------------------------------------------------

    @on_intent("cells.share")
    def _on_share(self, _: Intent) -> None:
        self._widget.share()

    @on_intent("cells.pause")
    def _on_pause(self, _: Intent) -> None:
        self._widget.pause()

    @on_intent("cells.resume")
    def _on_resume(self, intent: Intent) -> None:
        self._widget.resume(share_held=intent.switch("held"))

    @on_intent("cells.stop")
    def _on_stop(self, _: Intent) -> None:
        self._widget.stop()

    @on_intent("cells.take_back")
    def _on_take_back(self, intent: Intent) -> None:
        self._widget.take_back(intent.id_of("id"))


def _first_line(source: str) -> str:
    return next((line for line in source.split("\n") if line.strip()), "")[:120]
