"""The part of an exception that may leave the kernel: its type, its message without values.

A word of the message stays only if it is in the list of words that Python, NumPy and pandas
use in theirs, is the name of a built-in, or stands in the published exercise. Everything else may
be somebody's value, and becomes `…`.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

MOST = 300
"""Characters of a message that are looked at."""

OTHER = "Error"
"""The type that stands for any exception that is no built-in."""

BLANK = "…"

_FEW = 6
"""Signs in a row from which on they may be a value themselves."""

_WORD = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(r"\d")
# What may stand around a word; with any other sign beside it, it is part of somebody's value.
_AROUND = re.compile(r"([\s'\"`(),;\[\]{}]+|[.:]+(?=[\s'\"`)\]}]|$))")
_JOINED = re.compile(r"[.-]")
_BLANKS = re.compile(rf"{BLANK}(?:[\s,;]*{BLANK})+")


@cache
def _shipped() -> frozenset[str]:
    listed = files("edu_widgets.progress").joinpath("error_words.txt").read_text("utf-8")
    lines = (line for line in listed.splitlines() if not line.startswith("#"))
    return frozenset(lines) | frozenset(dir(builtins))


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the words that are public: those of exercises' titles and of their checks' code."""
    return frozenset(word for text in texts for word in _WORD.findall(text))


def type_of(error: BaseException) -> str:
    """Return the name of an exception's type if it is a built-in one, else `Error`."""
    kind = type(error)
    return kind.__name__ if getattr(builtins, kind.__name__, None) is kind else OTHER


def message_of(error: BaseException, published: frozenset[str] = frozenset()) -> str:
    """Return an exception's message without values; empty where it has none that can be read.

    Args:
        error: The exception.
        published: Words that may stay beside those that always may.
    """
    try:
        text = str(error)[:MOST]
    except BaseException:  # noqa: BLE001 - somebody's own __str__ may do anything
        return BLANK
    return blanked(text, published)


def blanked(text: str, published: frozenset[str] = frozenset()) -> str:
    """Return a text in which only known words stand, with at most 300 characters."""
    always, parts = _shipped(), _AROUND.split(text[:MOST])
    if len(text) >= MOST and parts:
        parts[-1] = BLANK if parts[-1] else ""  # cut off, it would be another word

    def stays(word: str) -> bool:
        return word in published or (word in always and not _NUMBER.search(word))

    for place in range(0, len(parts), 2):  # what is around them is at odd places
        words = _JOINED.split(parts[place])
        if parts[place] and not all(_WORD.fullmatch(word) and stays(word) for word in words):
            parts[place] = BLANK
    told = "".join(
        part if len(part) < _FEW or place % 2 == 0 else " " for place, part in enumerate(parts)
    )
    return " ".join(_BLANKS.sub(BLANK, told).split())[:MOST]
