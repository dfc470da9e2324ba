"""A stream's text as it stands on a screen: bounded, however much was printed."""

from __future__ import annotations

from collections import deque

from edu_widgets.cells import ansi

_FIRST = 16_000
_LAST = 16_000
"""Characters that are kept from the beginning and from the end."""

_MAX_LINE = 4_000
"""Characters that are kept of a line."""

_AT_ONCE = 64_000
"""Characters of one write that are all looked at; of more, the beginning and the end."""


class Screen:
    """The lines of a stream; those in the middle go where there are too many."""

    def __init__(self) -> None:
        self.lines = 0
        """Number of complete lines that were printed."""
        self._first: list[str] = []
        self._first_size = 0
        self._last: deque[str] = deque()
        self._last_size = 0
        self._left_out = 0
        self._open = ""
        """The line that has not ended, as it was written."""

    def write(self, text: str, *, lost: int = 0) -> None:
        """Print a text; `lost` lines before it are known to be missing."""
        self._skip(lost)
        if len(text) > _AT_ONCE:
            first, last = text[: _AT_ONCE // 2], text[-_AT_ONCE // 2 :]
            # Whole lines, so that nothing is cut in which something has to be found.
            head, _, _ = first.rpartition("\n")
            _, _, tail = last.partition("\n")
            self._write(f"{head}\n" if head else first[:_MAX_LINE] + "\n")
            between = text.count("\n") - head.count("\n") - tail.count("\n") - 1
            self._skip(max(0, between))
            text = tail
        self._write(text)

    def _write(self, text: str) -> None:
        *whole, rest = (self._open + text).split("\n")
        for line in whole:
            self._add(ansi.fold(line.removesuffix("\r"))[:_MAX_LINE])
        if len(rest) > _MAX_LINE or "\b" in rest or rest.count("\r") > 1:
            # What follows is written over the line from where the last return has led to.
            before, back, since = ansi.without_backspaces(rest).rpartition("\r")
            rest = f"{ansi.fold(before)[:_MAX_LINE]}{back}{since[:_MAX_LINE]}"
        self._open = rest

    def _add(self, line: str) -> None:
        self.lines += 1
        if not self._left_out and not self._last and self._first_size + len(line) < _FIRST:
            self._first.append(line)
            self._first_size += len(line) + 1
            return
        self._last.append(line)
        self._last_size += len(line) + 1
        while self._last_size > _LAST and len(self._last) > 1:
            self._last_size -= len(self._last.popleft()) + 1
            self._left_out += 1

    def _skip(self, lines: int) -> None:
        if lines:
            self.lines += lines
            self._left_out += lines + len(self._last)
            self._last.clear()
            self._last_size = 0

    def shown(self) -> tuple[list[str], list[str]]:
        """Return the first lines and the last ones; between them `left_out` are missing."""
        last = list(self._last)
        rest = ansi.fold(self._open)
        if self._left_out or last:
            return self._first, [*last, rest]
        return [*self._first, rest], []

    @property
    def left_out(self) -> int:
        """Number of lines that are missing between the first and the last."""
        return self._left_out
