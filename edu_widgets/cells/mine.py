"""The cells that were run in this kernel, and which of them is most like a shared one."""

from __future__ import annotations

import re
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edu_widgets.cells.again import likeness
from edu_widgets.cells.compare import differing

MOST = 300
"""Own cells that are looked at, the newest."""

_ALIKE = 0.55
"""Likeness from which a cell of one's own counts as the same task."""

_IN_COMMON = 0.25
"""Part of the words that two cells have in common, below which they are not compared further."""

_CANDIDATES = 3
_LONGEST = 20_000
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Like:
    """A cell of one's own that is like a shared one: its number, and how many lines differ."""

    number: int
    differs: int


class OwnCells:
    """The cells of this kernel, by number. Any thread.

    Args:
        ran: Called on the kernel's thread after each cell; quick.
    """

    def __init__(self, ran: Callable[[], object]) -> None:
        self._shell = _shell()
        self._ran = ran
        self._words: OrderedDict[int, tuple[str, frozenset[str]]] = OrderedDict()
        self._read_to = 0
        if self._shell is not None:
            self._shell.events.register("post_run_cell", self._after)

    def close(self) -> None:
        """Look no more."""
        if self._shell is not None:
            self._shell.events.unregister("post_run_cell", self._after)
            self._shell = None

    def _after(self, _result: object) -> None:
        self._ran()

    @property
    def count(self) -> int:
        """The number of the newest cell."""
        return len(self._history()) - 1

    def source(self, number: int) -> str:
        """Return the source of a cell; empty if there is none."""
        history = self._history()
        return history[number] if 0 < number < len(history) else ""

    def numbers(self) -> list[int]:
        """Return the numbers of the newest cells that have a source, the newest first."""
        return [
            n for n in range(self.count, max(0, self.count - MOST), -1) if self.source(n).strip()
        ]

    def like(self, source: str) -> Like | None:
        """Return the cell that is most like a source; the newest of several."""
        wanted = source.strip()
        words = frozenset(_WORD.findall(wanted))
        found: list[tuple[float, int, str]] = []
        for number, (own, own_words) in self._known().items():
            if own == wanted:
                found.append((2.0, number, own))
            elif words and own_words:
                common = len(words & own_words) / len(words | own_words)
                if common >= _IN_COMMON:
                    found.append((common, number, own))
        found.sort(reverse=True)
        if found and found[0][0] > 1:
            return Like(found[0][1], 0)
        best, alike = _ALIKE, None
        for _, number, own in found[:_CANDIDATES]:
            score = likeness(own, wanted, best)
            if score > best:
                best, alike = score, (number, own)
        return Like(alike[0], differing(alike[1], wanted)) if alike is not None else None

    def _known(self) -> OrderedDict[int, tuple[str, frozenset[str]]]:
        history = self._history()
        if self._read_to > len(history):  # %reset
            self._words.clear()
            self._read_to = 0
        for number in range(max(1, self._read_to, len(history) - MOST), len(history)):
            source = history[number].strip()
            if source and len(source) < _LONGEST:
                self._words[number] = (source, frozenset(_WORD.findall(source)))
        self._read_to = len(history)
        while len(self._words) > MOST:
            self._words.popitem(last=False)
        return self._words.copy()

    def _history(self) -> list[str]:
        manager = getattr(self._shell, "history_manager", None)
        return list(manager.input_hist_raw) if manager is not None else [""]


def _shell() -> Any:
    return getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
