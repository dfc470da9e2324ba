"""Cells as the pages get them: docs/widget-protocol.md, *Cells*."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from edu_widgets.cells.compare import differing
from edu_widgets.cells.documents import Cell, CellOutput
from edu_widgets.cells.html_nodes import cleaned
from edu_widgets.cells.mine import OwnCells
from edu_widgets.cells.mirror import Cells
from edu_widgets.cells.sharing import Sharing
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.highlight import highlight
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.pictures import shown
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.protocol import Document

CELLS = "cells"
"""The collection of cells in the page."""

DESK = "desk"
"""The collection with the single document of what is shared, and by whom."""

PAGE = 30
"""Cells of a page's beginning, and of a page of older ones."""

_CACHED = 300
_MOST_HELD_SHOWN = 50


class CellsContent:
    """Cells as documents for the pages. Any thread."""

    def __init__(self, client: CourseClient, cells: Cells, sharing: Sharing, own: OwnCells) -> None:
        self._client = client
        self._cells = cells
        self._sharing = sharing
        self._own = own
        self._versions = Versions()
        self._lock = threading.Lock()
        self._rendered: OrderedDict[str, tuple[int, Json]] = OrderedDict()
        self._related: OrderedDict[str, tuple[int, int, Json | None]] = OrderedDict()
        self.audience: int | None = None
        """Number of people who look at the newest cell, as far as staff was told."""

    # -- notebook.stream.Content ----------------------------------------------------------

    def windows(self) -> Mapping[str, Window]:
        """Return the newest cells, and the desk."""
        mirror = self._client.mirror()
        docs = mirror.newest(Cell.kind, PAGE + 1)
        return {CELLS: self._window(docs, 0), DESK: Window([self._desk()])}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """Return these documents in their current state, and the ids of missing ones."""
        if collection == DESK:
            return [self._desk()], []
        mirror = self._client.mirror()
        wanted = dict.fromkeys(ids)
        docs = [doc for id_ in wanted if (doc := mirror.get(id_)) is not None]
        found = self._all(sorted(docs, key=lambda doc: doc.born))
        here = {doc["id"] for doc in found}
        gone = [id_ for id_ in wanted if id_ not in here]
        self._forget(gone)
        return found, gone

    def older(self, collection: str, before: int) -> Window:
        """Return the newest loaded cells born before `before`, at most a page of them."""
        del collection
        docs = self._client.mirror().before(Cell.kind, before, PAGE + 1)
        return self._window(docs, before)

    def _window(self, docs: list[Document], before: int) -> Window:
        mirror = self._client.mirror()
        more = len(docs) > PAGE or mirror.more(Cell.kind)
        docs = docs[-PAGE:]
        floor = docs[0].born if more and docs else min(before, mirror.floor(Cell.kind))
        return Window(self._all(docs), floor, more)

    # -- rendering -----------------------------------------------------------------------------

    def _all(self, docs: Iterable[Document]) -> list[Json]:
        return [made for doc in docs if (made := self._cell(doc)) is not None]

    def _cell(self, doc: Document) -> Json | None:
        with self._lock:
            seq, made = self._rendered.get(doc.id, (-1, {}))
        if seq != doc.seq:
            cell = decoded(doc, Cell) if doc.kind == Cell.kind else None
            if cell is None:
                return None
            made = self._rendering(doc, cell)
            with self._lock:
                self._rendered[doc.id] = (doc.seq, made)
                self._rendered.move_to_end(doc.id)
                while len(self._rendered) > _CACHED:
                    self._rendered.popitem(last=False)
        mine = self.relation(doc.id, doc.seq, made["source"], made["by"])
        return self._versions.stamped(doc.id, made | ({"mine": mine} if mine else {}))

    def _rendering(self, doc: Document, cell: Cell) -> Json:
        made: Json = {
            "id": doc.id,
            "born": doc.born,
            "seq": doc.seq,
            "n": cell.number,
            "at": cell.started,
            "status": cell.status,
            "source": cell.source,
            "by": cell.by_id,
            "byName": cell.by_name,
            "outputs": [told for output in cell.outputs if (told := _output(output))],
        }
        before = self._cells.get(cell.again) if cell.again else None
        optional: Json = {
            "ended": cell.ended,
            "runs": highlight(cell.source, cell.language),
            "again": cell.again,
            "times": cell.times if cell.times > 1 else 0,
            "changed": differing(before.source, cell.source) if before is not None else 0,
            "cut": [cell.shown, cell.total] if cell.total else None,
        }
        return made | {key: value for key, value in optional.items() if value}

    def relation(self, id_: str, seq: int, source: str, by: str) -> Json | None:
        """Return which cell of one's own is like a shared one; None if none is, or it is mine."""
        if by == self._client.me().user_id:
            return None
        count = self._own.count
        with self._lock:
            held = self._related.get(id_)
        if held is not None and held[:2] == (seq, count):
            return held[2]
        like = self._own.like(source)
        found = {"n": like.number, "differs": like.differs} if like is not None else None
        with self._lock:
            self._related[id_] = (seq, count, found)
            while len(self._related) > _CACHED:
                self._related.popitem(last=False)
        return found

    def _forget(self, ids: Iterable[str]) -> None:
        self._versions.forget(ids)
        with self._lock:
            for id_ in ids:
                self._rendered.pop(id_, None)
                self._related.pop(id_, None)

    # -- what is shared, and by whom -------------------------------------------------------

    def can(self) -> list[str]:
        """Return what this person can do here: `share`."""
        view = self._client.view()
        offered = "cells" in view.features
        able = self._client.me().is_staff and not self._client.viewer and not self._client.base
        return ["share"] if able and offered else []

    def _desk(self) -> Json:
        sharing = self._cells.sharing()
        unseen = self._cells.unseen()
        doc: Json = {
            "id": DESK,
            "state": sharing.state,
            "at": sharing.at,
            "byName": sharing.by_name,
            "total": self._cells.count(),
            "seen": self._cells.seen,
            "unseen": len(unseen),
            "can": self.can(),
            "offered": not self._client.base and "cells" in self._client.view().features,
        }
        if unseen:
            first, last = decoded(unseen[0], Cell), decoded(unseen[-1], Cell)
            doc["missed"] = [first.started if first else 0, last.started if last else 0]
        if doc["can"]:
            doc["mine"] = self._sharing.state
            doc["audience"] = self.audience
            doc["held"] = [
                {
                    "id": cell.id,
                    "n": cell.number,
                    "at": cell.at,
                    "why": cell.why,
                    "source": cell.source,
                    "runs": highlight(cell.source, "python"),
                }
                for cell in self._sharing.held()[-_MOST_HELD_SHOWN:]
            ]
        return self._versions.stamped(DESK, doc)


def _output(output: CellOutput) -> Json | None:
    made: Json = {"type": output.type}
    match output.type:
        case "markdown":
            body: Any = to_nodes(output.text)
            made |= {"type": "body", "body": body}
        case "html":
            made |= {"type": "body", "body": cleaned(output.nodes)}
        case "picture":
            made["picture"] = shown(output.picture) if output.picture else None
        case _:
            made["text"] = output.text
    optional: Json = {
        "runs": output.runs,
        "name": output.name,
        "value": output.value,
        "cut": [output.shown, output.total, output.unit] if output.total else None,
    }
    return made | {key: value for key, value in optional.items() if value}
