"""Questions from the text of a file or a cell: each entry as it is, with its line.

Nothing is guessed: `12,000`, `no`, `007` or `Seconds: 30` are what they say, or an error that names
the line and what may have been meant.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from edu_widgets.polls.authoring import (
    Place,
    Question,
    named_option,
    poll_kind,
    question,
    right_answer,
    timer_seconds,
)
from edu_widgets.polls.documents import WITH_OPTIONS
from edu_widgets.polls.values import number_of
from edu_widgets.protocol.errors import InvalidArgument

SETTINGS = ("kind", "seconds", "anonymous", "named", "live", "tolerance", "correct", "answer")

_MEANT = {
    **dict.fromkeys(("time", "timer", "timeout", "duration", "limit", "countdown"), "seconds"),
    **dict.fromkeys(("sec", "secs", "time limit", "süre", "saniye"), "seconds"),
    **dict.fromkeys(("type", "tür", "tip"), "kind"),
    **dict.fromkeys(("solution", "right", "key", "answers", "cevap", "yanıt", "doğru"), "answer"),
    **dict.fromkeys(("anon", "anonymously", "anonim"), "anonymous"),
    **dict.fromkeys(("tol", "precision", "accuracy", "tolerans"), "tolerance"),
}
_YES = frozenset({"yes", "true", "on"})
_NO = frozenset({"no", "false", "off"})
_NUMBER = re.compile(r"[+-]?(\d+(_\d+)*\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_PADDED = re.compile(r"[+-]?0\d")
_WHOLE = re.compile(r"[+-]?\d{1,9}", re.ASCII)
_QUOTED = re.compile(r"\"(.*)\"|'(.*)'")
_MOST_DIGITS = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of a file: its text as it was written, and where; `quoted` is a text in any case."""

    text: str
    line: int
    quoted: bool = False


@dataclass(slots=True)
class Draft:
    """A question as it was written. `ticked` are the options marked as right, from 1."""

    where: str
    text: Entry
    options: list[Entry] = field(default_factory=list)
    settings: dict[str, list[Entry]] = field(default_factory=dict)
    ticked: list[int] = field(default_factory=list)

    def question(self, given: Mapping[str, Any] | None = None) -> Question:
        """Return the question; `given` settings come before its own.

        Raises:
            InvalidArgument: it is none; the message names the line.
        """
        told = dict(given or {})
        for name in ("kind", "seconds", "tolerance", "anonymous", "named", "live"):
            entry = self._only(name)
            if entry is not None and name not in told:
                with at(self.where, entry.line):
                    told[name] = _VALUES[name](name, entry.text)
        default = "multiple" if len(self.ticked) > 1 else "single" if self.options else "text"
        kind = told.setdefault("kind", default)
        tolerance = told.pop("tolerance", 0)
        with at(self.where, self.text.line):
            asked = question(self.text.text, [one.text for one in self.options], **told)
        answers = self._answers()
        line = answers[0].line if answers else self.text.line
        with at(self.where, line):
            right = _right(kind, asked.options, answers) or [Place(n) for n in self.ticked]
            known = right_answer(kind, asked.options, right or None, tolerance)
        return replace(asked, correct=tuple(known), tolerance=tolerance)

    def _only(self, name: str) -> Entry | None:
        found = self.settings.get(name, [])
        if len(found) > 1:
            raise fault(self.where, found[1].line, f"`{name}` is there twice.")
        return found[0] if found else None

    def _answers(self) -> list[Entry]:
        correct, answer = self.settings.get("correct", []), self.settings.get("answer", [])
        both = correct and answer
        if both or (self.ticked and (correct or answer)):
            line = (answer or correct)[0].line
            raise fault(self.where, line, "The right answer is said twice; say it in one way.")
        return correct or answer


def fault(where: str, line: int, message: str) -> InvalidArgument:
    """Return the error of a line."""
    return InvalidArgument(f"{where}, line {line}: {message}")


@contextmanager
def at(where: str, line: int) -> Iterator[None]:
    """Add the number of the line to an error raised within."""
    try:
        yield
    except InvalidArgument as error:
        raise fault(where, line, str(error)) from error


def meant(word: str) -> str | None:
    """Return the setting whose name resembles a word; None if there is none."""
    word = word.strip().casefold()
    close = difflib.get_close_matches(word, SETTINGS, 1, 0.8)
    return word if word in SETTINGS else _MEANT.get(word) or (close[0] if close else None)


def number_from(name: str, text: str) -> float:
    """Return a number as a file has it: `12000`, `3.14`, `1e-3`.

    Raises:
        InvalidArgument: it is none, or may be read in two ways.
    """
    bare = text.strip().replace("\u2212", "-")
    if len(bare) <= _MOST_DIGITS and _NUMBER.fullmatch(bare):
        return number_of(Decimal(bare.replace("_", "")))
    said = f"`{name}` is a number, and {bare[:40]!r} is none"
    ways = _ways(bare)
    if ways:
        more = " Several right answers are lines of their own, each with `answer:`."
        said = f"{bare[:40]!r} can be read in several ways: write {' or '.join(ways)}"
        raise InvalidArgument(f"{said}.{more if name == 'answer' else ''}")
    raise InvalidArgument(f"{said}: write it as in 12000 or 3.14.")


def _ways(text: str) -> list[str]:
    """Return the meanings of a number with commas, as it is to be written."""
    whole, mark, part = text.rpartition(max(".,", key=text.rfind))
    together = re.sub("[.,]", "", text)
    pointed = f"{re.sub('[.,]', '', whole)}.{part}"
    if mark in whole:  # between groups, there are several of it
        ways = [together]
    elif "," in whole or "." in whole:
        ways = [pointed]
    else:
        ways = [together, pointed] if mark == "," else []
    return [way for way in ways if _NUMBER.fullmatch(way) and not _PADDED.match(way)]


def _seconds(name: str, text: str) -> float:
    number = number_from(name, text)
    timer_seconds(number)
    return number


def _flag(name: str, text: str) -> bool:
    word = text.strip().casefold()
    if word not in _YES | _NO:
        raise InvalidArgument(f"`{name}` is yes or no, not {text[:40]!r}.")
    return word in _YES


_VALUES = {
    "kind": lambda _, text: poll_kind(text.strip()),
    "seconds": _seconds,
    "tolerance": number_from,
    "anonymous": _flag,
    "named": _flag,
    "live": _flag,
}


def _right(kind: str, options: Sequence[str], answers: list[Entry]) -> list[Any]:
    if kind == "number":
        return [number_from("answer", entry.text) for entry in answers]
    if kind not in WITH_OPTIONS:
        return [entry.text.strip() for entry in answers]
    return [value for entry in answers for value in _options(options, entry)]


def _options(options: Sequence[str], entry: Entry) -> list[Any]:
    """The options that an entry names: by text, by number, or several with commas."""
    text = entry.text.strip()
    if entry.quoted or (named_option(options, text) is not None and not _WHOLE.fullmatch(text)):
        return [text]
    if quoted := _QUOTED.fullmatch(text):
        return [quoted[1] or quoted[2] or ""]
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1:
        return [value for part in parts for value in _options(options, Entry(part, entry.line))]
    return [int(text) if _WHOLE.fullmatch(text) else text]
