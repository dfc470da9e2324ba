"""The earlier run of the same cell, found by the cell's id or by the likeness of the sources."""

from __future__ import annotations

import re
from collections import OrderedDict
from difflib import SequenceMatcher

from edu_widgets.cells.documents import Cell
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient

_MOST = 500
_ALIKE = 0.8
"""Likeness from which two sources are of one cell."""

_IN_COMMON = 0.25
"""Part of the words that two sources have in common, below which they are not compared further."""

_CANDIDATES = 3
_WORD = re.compile(r"\w+")

_LONG = 2_000
"""Characters from which sources are compared by lines."""


def likeness(a: str, b: str, least: float = 0.0) -> float:
    """Return how alike two sources are, from 0 to 1; 0 if it is less than `least`."""
    if a == b:
        return 1.0
    if not a or not b or 2 * min(len(a), len(b)) / (len(a) + len(b)) < least:
        return 0.0
    long = len(a) + len(b) > _LONG
    matcher: SequenceMatcher[str] = SequenceMatcher(None, autojunk=False)
    matcher.set_seqs(a.split("\n") if long else a, b.split("\n") if long else b)
    if matcher.quick_ratio() < least:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= least else 0.0


class Again:
    """The newest run of each of this person's cells. Not thread-safe."""

    def __init__(self) -> None:
        self._by_cell: OrderedDict[str, str] = OrderedDict()
        self._runs: OrderedDict[str, Cell] = OrderedDict()
        self._by_words: OrderedDict[str, frozenset[str]] = OrderedDict()
        """The words of those runs that have no cell's id and were not run again, by their ids."""

    def learn(self, client: CourseClient) -> None:
        """Learn the runs that are shared already."""
        me = client.me().user_id
        for doc in client.mirror().of_kind(Cell.kind):
            cell = decoded(doc, Cell)
            if cell is not None and cell.by_id == me:
                self._remember(doc.id, cell)

    def relate(self, id_: str, cell: Cell) -> None:
        """Find the earlier run of the same cell; a run keeps the one found first."""
        known = self._runs.get(id_)
        if known is not None:
            cell.again, cell.times = known.again, known.times
        else:
            before = self._before(cell)
            if before:
                cell.again, cell.times = before, self._runs[before].times + 1
        self._remember(id_, cell)

    def _before(self, cell: Cell) -> str:
        if cell.cell_id:
            return self._by_cell.get(cell.cell_id, "")
        words = _words(cell.source)
        candidates: list[tuple[float, str]] = []
        for id_, own in reversed(self._by_words.items()):
            if self._runs[id_].source == cell.source:
                return id_
            # Comparing letters takes some thousand times as long: it is done with the likeliest.
            common = len(words & own) / len(words | own) if words and own else 0.0
            if common >= _IN_COMMON:
                candidates.append((common, id_))
        candidates.sort(key=lambda found: found[0], reverse=True)
        best, found = _ALIKE, ""
        for _, id_ in candidates[:_CANDIDATES]:
            alike = likeness(self._runs[id_].source, cell.source, best)
            if alike > best or (alike >= best and not found):
                best, found = alike, id_
        return found

    def _remember(self, id_: str, cell: Cell) -> None:
        known = self._runs.get(id_)
        self._runs[id_] = Cell(
            cell.source, cell.started, cell_id=cell.cell_id, again=cell.again, times=cell.times
        )
        if cell.cell_id:
            self._by_cell[cell.cell_id] = id_
        elif known is None:
            self._by_words[id_] = _words(cell.source)
        self._by_words.pop(cell.again, None)
        while len(self._runs) > _MOST:
            gone, run = self._runs.popitem(last=False)
            self._by_words.pop(gone, None)
            if self._by_cell.get(run.cell_id) == gone:
                del self._by_cell[run.cell_id]


def _words(source: str) -> frozenset[str]:
    return frozenset(_WORD.findall(source))
