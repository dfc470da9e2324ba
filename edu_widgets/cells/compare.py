"""Differences between two sources, line by line, for a page to show side by side."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from edu_widgets.notebook.highlight import highlight
from edu_widgets.notebook.stream import Json

MAX_LINES = 1_000
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_RUN = re.compile(r"(\d*)([a-z.])")


def differing(mine: str, theirs: str) -> int:
    """Return the number of lines in which two sources differ."""
    return sum(
        max(b - a, d - c)
        for op, a, b, c, d in _blocks(_lines(mine), _lines(theirs))
        if op != "equal"
    )


def rows(mine: str, theirs: str, language: str) -> list[Json]:
    """Return the lines of both, paired: `same`, `mine` and `theirs`, each as far as it has one."""
    a, b = _lines(mine), _lines(theirs)
    runs_a, runs_b = _runs(mine, a, language), _runs(theirs, b, language)
    found: list[Json] = []
    for op, first, last, from_, to in _blocks(a, b):
        if op == "equal":
            found += [{"same": True, "theirs": _line(b[n], runs_b[n])} for n in range(from_, to)]
            continue
        for n in range(max(last - first, to - from_)):
            row: Json = {}
            old = first + n if first + n < last else None
            new = from_ + n if from_ + n < to else None
            words: tuple[list[int], list[int]] = ([], [])
            if old is not None and new is not None:
                words = _changed_words(a[old], b[new])
            if old is not None:
                row["mine"] = _line(a[old], runs_a[old], words[0])
            if new is not None:
                row["theirs"] = _line(b[new], runs_b[new], words[1])
            found.append(row)
    return found


def _lines(source: str) -> list[str]:
    return source.strip("\n").split("\n")[:MAX_LINES]


def _blocks(a: list[str], b: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    strip_a, strip_b = [x.rstrip() for x in a], [x.rstrip() for x in b]
    return SequenceMatcher(None, strip_a, strip_b, autojunk=False).get_opcodes()


def _line(text: str, runs: str, words: list[int] | None = None) -> Json:
    line: Json = {"text": text}
    return line | {k: v for k, v in (("runs", runs), ("words", words)) if v}


def _changed_words(a: str, b: str) -> tuple[list[int], list[int]]:
    """Return the changed words of two lines, as pairs of place and length in UTF-16 units."""
    words_a, words_b = _WORDS.findall(a), _WORDS.findall(b)
    changed: tuple[list[int], list[int]] = ([], [])
    matcher = SequenceMatcher(None, words_a, words_b, autojunk=False)
    for op, first, last, from_, to in matcher.get_opcodes():
        if op == "equal":
            continue
        for words, found, start, end in (
            (words_a, changed[0], first, last),
            (words_b, changed[1], from_, to),
        ):
            length = _units("".join(words[start:end]).rstrip())
            if length:
                found += [_units("".join(words[:start])), length]
    return changed


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _runs(source: str, lines: list[str], language: str) -> list[str]:
    """Return the colours of each line."""
    source = "\n".join(lines)
    return list(sliced(highlight(source, language), lines))


def sliced(runs: str, lines: list[str]) -> Iterator[str]:
    """Cut the colours of a whole text into those of its lines."""
    left: list[list[Any]] = [[int(n or 1), letter] for n, letter in _RUN.findall(runs)]
    left.reverse()
    for line in lines:
        room = _units(line)
        parts: list[tuple[int, str]] = []
        while room and left:
            length, letter = left[-1]
            taken = min(length, room)
            parts.append((taken, letter))
            room -= taken
            left[-1][0] -= taken
            if not left[-1][0]:
                left.pop()
        if left:  # the line break
            left[-1][0] -= 1
            if not left[-1][0]:
                left.pop()
        if parts and parts[-1][1] == ".":
            parts.pop()
        yield "".join(f"{length if length > 1 else ''}{letter}" for length, letter in parts)
