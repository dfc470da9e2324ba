"""Exercises as people write them: names, titles, checks; in Python or in a file."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from edu_widgets.progress.checking import parsed
from edu_widgets.progress.documents import MAX_NAME, MAX_TITLE, ExerciseCheck
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.validation import shown, text_argument
from edu_widgets.protocol.visible_text import checked

_NAME = re.compile(r"\w[\w.-]{0,39}\Z")


def check_name(name: object) -> str:
    """Return an exercise's name, normalised (NFC).

    Raises:
        InvalidArgument: it cannot be one; the message says what is allowed.
    """
    text = text_argument(name, "name", "clean")
    text = unicodedata.normalize("NFC", text) if len(text) <= MAX_NAME else text
    if not _NAME.match(text):
        msg = (
            f"{text[:60]!r} cannot be an exercise's name: use 1 to {MAX_NAME} letters, digits, "
            "'_', '-' or '.', for example 'clean'; the title says the rest."
        )
        raise InvalidArgument(msg)
    return text


def checked_title(title: object, what: str = "A title") -> str:
    """Return a title, or a check's name, cleaned.

    Raises:
        InvalidArgument: nothing visible is left, it is too long, or it is no text.
    """
    return checked(title, what, MAX_TITLE, lines=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """An exercise as it is written: name, title, and checks."""

    name: str
    title: str
    checks: tuple[ExerciseCheck, ...]


def draft(name: object, title: object, checks: object, where: str = "") -> Draft:
    """Return an exercise as it was given in Python or in a file.

    Args:
        name: The name in `%check`.
        title: The title; empty: the name.
        checks: A block of code, a mapping of names to expressions, or a list of both.
        where: Where it is written, for errors.

    Raises:
        InvalidArgument: something in it cannot be.
    """
    if title is not None and not isinstance(title, str):
        raise InvalidArgument(f"{where}title must be a string, not {shown(title)}.")
    name = check_name(name)
    return Draft(name, checked_title(title or name), tuple(_checks(checks, where)))


def _checks(value: object, where: str) -> Iterator[ExerciseCheck]:
    match value:
        case None:
            return
        case str():
            for check in parsed(value, where):
                yield ExerciseCheck(checked_title(check.name, "A check's name"), check.code)
        case Mapping():
            for name, asked in value.items():
                yield _named(name, asked, where)
        case Sequence() if not isinstance(value, bytes):
            for one in value:
                yield from _checks(one, where)
        case _:
            msg = (
                f"{where}checks is a block of code, or a mapping such as {{'12 rows': 'len(df) == "
                f"12'}}; not {shown(value)}."
            )
            raise InvalidArgument(msg)


def _named(name: object, asked: object, where: str) -> ExerciseCheck:
    title = checked_title(name, "A check's name")
    if not isinstance(asked, str):
        msg = f"{where}The check {title!r:.60} is code in a string, not {shown(asked)}."
        raise InvalidArgument(msg)
    word = re.sub(r"\W+", "_", title).strip("_") or "check"
    word = word if word.isidentifier() and not keyword.iskeyword(word) else f"check_{word}"
    code = f"{word}: {asked.strip()}"
    found = parsed(code, where)
    if len(found) != 1 or not found[0].asked:
        msg = f"{where}The check {title!r:.60} is no expression: write statements as a block."
        raise InvalidArgument(msg)
    return ExerciseCheck(title, code)
