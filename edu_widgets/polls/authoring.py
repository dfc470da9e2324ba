"""Questions as people write them: in a call, in Markdown, in YAML. Options count from 1 here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast, get_args

from edu_widgets.polls.commands import CreatePoll
from edu_widgets.polls.documents import MAX_OPTION, ONE_OF, Choice, Poll, PollKind
from edu_widgets.polls.kinds import (
    check_choice,
    check_correct,
    check_live,
    check_named,
    check_seconds,
    checked_question,
)
from edu_widgets.polls.values import are_several, number_in, number_of, plain, values_of
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.text_normalization import equality_key, look_key
from edu_widgets.protocol.validation import shown
from edu_widgets.protocol.visible_text import clean

KINDS: tuple[str, ...] = get_args(PollKind)

_POINTS = 5
"""Points of a scale that is not told its labels."""

_ENDS = 2

_WRITTEN = (Decimal, Fraction, date, time)
"""Types of values that are shown as people write them, `0.1` and `2026-11-30`, not as calls."""


@dataclass(frozen=True, slots=True)
class Question:
    """A poll to be asked, checked; `correct` in the form of the wire."""

    text: str
    options: tuple[str, ...] = ()
    kind: PollKind = "single"
    correct: tuple[Choice, ...] = ()
    tolerance: float = 0
    seconds: int | None = None
    anonymous: bool = False
    named: bool = False
    live: bool = False

    @classmethod
    def of(cls, poll: Poll, correct: Sequence[Choice], tolerance: float) -> Question:
        """Return the question of a poll, with its right answer as far as that is known."""
        return cls(
            poll.question,
            tuple(poll.options),
            poll.kind,
            tuple(correct),
            tolerance if correct else 0,
            poll.seconds,
            poll.anonymous,
            poll.named,
            poll.live,
        )

    def command(self, *, open_: bool) -> CreatePoll:
        """Return the command that creates the poll."""
        return CreatePoll(
            self.text,
            self.kind,
            list(self.options),
            list(self.correct),
            self.tolerance,
            self.anonymous,
            self.seconds,
            open_,
            self.named,
            self.live,
        )


def question(  # noqa: PLR0913 - a question has as many sides
    text: object,
    options: Sequence[object] = (),
    kind: str = "single",
    correct: object = None,
    seconds: float | None = None,
    anonymous: bool = False,  # noqa: FBT001, FBT002 - the parameters of `polls.ask`, in its order
    named: bool = False,  # noqa: FBT001, FBT002
    live: bool = False,  # noqa: FBT001, FBT002
    *,
    tolerance: float = 0,
) -> Question:
    """Check a question as it is given to `polls.ask` or `polls.draft`.

    Options that are no strings are shown as Python prints them. `correct` is an option's number
    from 1 or its text, or a list of them; of numbers and texts the answer or a list of answers.

    Raises:
        InvalidArgument: the message names what is wrong and what is allowed.
    """
    known = poll_kind(kind)
    text, told = checked_question(question_text(text), kind, option_texts(kind, options))
    whole = timer_seconds(seconds)
    tolerance = number_of(tolerance, "tolerance")
    check_named(named=named, anonymous=anonymous)
    check_live(known, live=live, anonymous=anonymous)
    right = right_answer(kind, told, correct, tolerance)
    return Question(
        text,
        tuple(told),
        known,
        tuple(right),
        tolerance,
        whole,
        flag("anonymous", anonymous),
        flag("named", named),
        flag("live", live),
    )


def poll_kind(kind: object) -> PollKind:
    """Check the name of a kind of poll, and return it.

    Raises:
        InvalidArgument: there is none of this name.
    """
    if not isinstance(kind, str) or kind not in KINDS:
        raise InvalidArgument(f"{shown(kind)} is no kind of poll; kinds are {', '.join(KINDS)}.")
    return cast("PollKind", kind)


def whole_seconds(seconds: object) -> int | None:
    """Return the seconds of a timer as a whole number; None for no timer.

    Raises:
        InvalidArgument: it is no number, or less than a second.
    """
    if seconds is None:
        return None
    number = number_of(seconds, "seconds")
    if number < 1:
        raise InvalidArgument(f"A timer runs 1 second at least, not {shown(seconds)}.")
    return round(number)


def timer_seconds(seconds: object) -> int | None:
    """Return a round's duration; None for as long as it is open.

    Raises:
        InvalidArgument: it is no number, too short or too long.
    """
    whole = whole_seconds(seconds)
    check_seconds(whole)
    return whole


def flag(name: str, value: object) -> bool:
    """Yes or no, as an argument.

    Raises:
        InvalidArgument: it is neither True nor False.
    """
    value = plain(value)
    if not isinstance(value, bool):
        raise InvalidArgument(f"`{name}` is True or False, not {shown(value)}.")
    return value


def question_text(text: object) -> str:
    """Check the text of a question that is written in a call, and return it.

    Raises:
        InvalidArgument: it is no string.
    """
    if not isinstance(text, str):
        raise InvalidArgument(f"A question is a string, not {shown(text)}.")
    return plain(text).strip("\n")  # type: ignore[no-any-return]


def option_texts(kind: str, options: object) -> list[str]:
    """Return the texts of options written in a call; for other values, Python's text of them.

    Raises:
        InvalidArgument: they are no list: one string, a set, which has no order, or a number.
    """
    if isinstance(options, str):
        raise InvalidArgument("Options are a list of strings, not one string.")
    told = [_option_text(one) for one in values_of(options, "Options", ordered=True)]
    return _scale(told) if kind == "scale" else told


def _option_text(option: Any) -> str:
    if isinstance(option, str):
        return option
    try:
        return str(option) if isinstance(option, _WRITTEN) else repr(option)
    except Exception as error:
        msg = f"{shown(option)} cannot be written as an option: give its text."
        raise InvalidArgument(msg) from error


def _scale(labels: list[str]) -> list[str]:
    """The labels of a scale: of two, they are its ends; of none, it goes from 1 to 5."""
    if not labels:
        return [""] * _POINTS
    if len(labels) == _ENDS:
        return [labels[0], *[""] * (_POINTS - _ENDS), labels[1]]
    return labels


def right_answer(
    kind: str, options: Sequence[str], correct: object, tolerance: float = 0
) -> list[Choice]:
    """Return a right answer in the form of the wire; empty for None.

    Raises:
        InvalidArgument: it does not fit the kind, or can be read in two ways.
    """
    if correct is None:
        return check_correct(kind, len(options), [], tolerance)
    several = are_several(correct)
    ordered = kind == "ordering"
    found = values_of(correct, "Right answers", ordered=ordered) if several else [plain(correct)]
    if not found:
        raise InvalidArgument("A right answer is missing; leave `correct` out if there is none.")
    if kind not in {"number", "text"}:
        found = list(option_indexes(kind, options, found))
    return check_correct(kind, len(options), found, tolerance)


def choice_of(kind: str, options: Sequence[str], choice: object) -> Choice:
    """Return a choice, written in a call, in the form of the wire.

    Raises:
        InvalidArgument: it does not fit the kind, or can be read in two ways.
    """
    if kind in {"multiple", "ordering"}:
        several = are_several(choice)
        ordered = kind == "ordering"
        found = values_of(choice, "Choices", ordered=ordered) if several else [plain(choice)]
        return check_choice(kind, len(options), option_indexes(kind, options, found))
    if kind in ONE_OF:
        return option_indexes(kind, options, [plain(choice)])[0]
    return check_choice(kind, len(options), plain(choice))


@dataclass(frozen=True, slots=True)
class Place:
    """An option by its place, from 1, where nothing else can be meant."""

    number: int


def option_indexes(kind: str, options: Sequence[str], values: Sequence[Any]) -> list[int]:
    """Options' indexes: from their texts, or from numbers.

    A number is an option's place, which counts from 1, or what an option says. All numbers are
    read in one way.

    Raises:
        InvalidArgument: there is no such option, or both ways lead to different ones.
    """
    places = [_by_place(options, value) for value in values]
    said = [_by_value(options, value) for value in values]
    for value, one, two in zip(values, places, said, strict=True):
        if one is None and two is None:
            raise InvalidArgument(_no_option(kind, options, value))
    if not _is_way(places):
        if _is_way(said):
            return [index for index in said if index is not None]
        if None in places:
            raise InvalidArgument("Give all options by number, or all by what they say.")
    others = said if _is_way(said) else [_like(options, value) for value in values]
    for value, one, two in zip(values, places, others, strict=True):
        if one is not None and two is not None and one != two:
            first, second = options[one].strip()[:80], options[two].strip()[:80]
            msg = (
                f"{value!r} can mean option number {value!r}, which is {first!r}, or the option "
                f"{second!r}. Write the option's text instead: {second!r} or {first!r}."
            )
            raise InvalidArgument(msg)
    return [index for index in places if index is not None]


def _is_way(indexes: Sequence[int | None]) -> bool:
    """Return True if values read in one way are options, each once."""
    return None not in indexes and len(set(indexes)) == len(indexes)


def _by_place(options: Sequence[str], value: Any) -> int | None:
    if isinstance(value, Place):
        return value.number - 1
    if isinstance(value, str):
        return named_option(options, value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value - 1 if 1 <= value <= len(options) else None


def _by_value(options: Sequence[str], value: Any) -> int | None:
    if isinstance(value, str | Place):
        return _by_place(options, value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | Fraction):
        return None
    found = [index for index, text in enumerate(options) if number_in(text) == value]
    return found[0] if len(found) == 1 else None


def _like(options: Sequence[str], value: Any) -> int | None:
    """The only option that begins with a number, as `3 cm` does, where that may be meant."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    begins = ((index, _LEADING.match(text)) for index, text in enumerate(options))
    found = [index for index, number in begins if number and number_in(number[1]) == value]
    return found[0] if len(found) == 1 else None


_LEADING = re.compile(r"[\s`$€£~≈]*([+-]?\d+(?:\.\d+)?)(?![\w.,:/]*\d)")


def named_option(options: Sequence[str], text: str) -> int | None:
    """Return the index of the only option with a text; None if none or several have it."""
    if len(text) > 2 * MAX_OPTION:
        return None
    wanted = clean(text).strip()
    for key in (str, look_key, equality_key):
        keys = [key(clean(option).strip()) for option in options]
        if keys.count(key(wanted)) == 1:
            return keys.index(key(wanted))
    return None


def _no_option(kind: str, options: Sequence[str], value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        what = "points" if kind == "scale" else "options"
        return f"There is no {shown(value)}: the {what} are 1 to {len(options)}."
    listed = ", ".join(repr(text.strip()[:40]) for text in options)
    if isinstance(value, str):
        return f"{value[:80]!r} is none of the options {listed}; or give its number."
    return f"{shown(value)} is none of the options {listed}: give its number or its text."
