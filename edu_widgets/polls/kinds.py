"""Options, choices and right answers of each kind of poll. Checks raise, and never repair."""

import math
from collections.abc import Sequence
from typing import Any

from edu_widgets.polls.documents import (
    MAX_GRACE,
    MAX_OPTION,
    MAX_QUESTION,
    MAX_TEXT,
    ONE_OF,
    OPTIONS,
    SECONDS,
    WITH_OPTIONS,
    Choice,
    Poll,
)
from edu_widgets.polls.values import number_of
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, TooLate
from edu_widgets.protocol.text_normalization import equality_key, look_key
from edu_widgets.protocol.validation import shown
from edu_widgets.protocol.visible_text import checked, clean, shows

_MAX_RIGHT = 20


def checked_question(question: object, kind: str, options: Sequence[str]) -> tuple[str, list[str]]:
    """Return a question and its options without invisible characters.

    Raises:
        InvalidArgument: the message names what is wrong and what is allowed.
    """
    return checked(question, "A question", MAX_QUESTION), _checked_options(kind, options)


def _checked_options(kind: str, options: Sequence[str]) -> list[str]:
    if kind not in WITH_OPTIONS:
        if options:
            raise InvalidArgument(f"A poll of kind {kind!r} has no options.")
        return []
    least, most = OPTIONS
    if not least <= len(options) <= most:
        msg = f"A poll of kind {kind!r} has {least} to {most} options, not {len(options)}."
        raise InvalidArgument(msg)
    for option in options:
        if len(option) > MAX_OPTION:
            msg = f"An option has at most {MAX_OPTION} characters; one has {len(option):,}."
            raise InvalidArgument(msg)
    cleaned = [clean(option) for option in options]
    if kind != "scale":
        _check_told_apart(cleaned, code=kind == "predict")
    return cleaned


def _check_told_apart(options: Sequence[str], *, code: bool) -> None:
    if not all(map(shows, options)):
        raise InvalidArgument("An option is empty. Write something, or leave it out.")
    looks: dict[str, str] = {}
    for option in options:
        key = look_key(option, code=code)
        if key in looks:
            msg = f"Two options look the same: {looks[key][:80]!r} and {option[:80]!r}."
            raise InvalidArgument(msg)
        looks[key] = option


def checked_rewording(poll: Poll, question: str, options: Sequence[str]) -> tuple[str, list[str]]:
    """Return the new wording of a poll that was asked, without invisible characters.

    Raises:
        InvalidArgument: they are no question, or there is another number of options.
        TooLate: something of it was revealed.
    """
    if poll.results or poll.state == "revealed":
        msg = "Something of this poll was revealed, so its words stay. Ask the question anew."
        raise TooLate(msg, Code.TOO_LATE)
    asked, told = checked_question(question, poll.kind, options)
    if poll.state != "draft" and len(options) != len(poll.options):
        msg = (
            f"This poll has {len(poll.options)} options among which people choose: they can have "
            f"other words, but not be {len(options)}. Ask the question anew."
        )
        raise InvalidArgument(msg)
    return asked, told


def check_named(*, named: bool, anonymous: bool) -> None:
    """Check that a poll is not both named and anonymous.

    Raises:
        InvalidArgument: a poll is to be anonymous and read by name.
    """
    if named and anonymous:
        raise InvalidArgument("A poll is either anonymous or named, not both.")


def check_live(kind: str, *, live: bool, anonymous: bool) -> None:
    """See that counts may be shown while people vote.

    Raises:
        InvalidArgument: the poll is anonymous, or people write texts.
    """
    if live and anonymous:
        msg = "A poll is either anonymous or live: each new count would tell what somebody chose."
        raise InvalidArgument(msg)
    if live and kind == "text":
        msg = "Texts are never live: look at what people wrote, then poll.reveal() shows it."
        raise InvalidArgument(msg)


def check_seconds(seconds: int | None) -> None:
    """See that a timer can be set.

    Raises:
        InvalidArgument: it is too short or too long.
    """
    least, most = SECONDS
    if seconds is not None and not least <= seconds <= most:
        msg = f"A poll's timer runs {least} to {most:,} seconds, not {seconds:,}."
        raise InvalidArgument(msg)


def check_grace(grace_ms: int) -> None:
    """See that votes can be taken for so long after the end.

    Raises:
        InvalidArgument: it is negative or too long.
    """
    if not 0 <= grace_ms <= MAX_GRACE:
        msg = f"Votes are taken 0 to {MAX_GRACE:,} ms after the end, not {grace_ms:,}."
        raise InvalidArgument(msg)


def check_choice(kind: str, options: int, choice: object) -> Choice:
    """Return a choice in its one spelling; `options` is the number of options.

    Raises:
        InvalidArgument: it does not fit the kind.
    """
    if kind in ONE_OF:
        return _index(choice, options)
    if kind == "multiple":
        return sorted(_indexes(choice, options))
    if kind == "ordering":
        order = _indexes(choice, options)
        if len(order) != options:
            raise InvalidArgument(f"An order names each of the {options} options once.")
        return order
    if kind == "number":
        return number_of(choice)
    return checked(choice, "An answer", MAX_TEXT, lines=False)


def check_correct(
    kind: str, options: int, correct: Sequence[Any], tolerance: float
) -> list[Choice]:
    """Return a right answer in its one spelling; empty if none is known.

    Raises:
        InvalidArgument: it does not fit the kind.
    """
    if number_of(tolerance) < 0:
        raise InvalidArgument(f"A tolerance is a number from 0, not {tolerance!r}.")
    if tolerance and kind != "number":
        raise InvalidArgument("Only numbers have a tolerance.")
    if len(correct) > _MAX_RIGHT:
        raise InvalidArgument(f"At most {_MAX_RIGHT} answers can be right.")
    if not correct:
        return []
    if kind in {"multiple", "ordering"}:
        whole = check_choice(kind, options, list(correct))
        return list(whole) if isinstance(whole, list) else [whole]
    return [check_choice(kind, options, one) for one in correct]


def is_right(kind: str, choice: Choice, correct: Sequence[Choice], tolerance: float = 0) -> bool:
    """Return True if a choice is right; both are checked already."""
    if kind in {"multiple", "ordering"}:
        return choice == list(correct)
    if kind == "text":
        return equality_key(str(choice)) in {equality_key(str(one)) for one in correct}
    if kind == "number":
        return any(_near(choice, one, tolerance) for one in correct)
    return choice in correct


def _near(choice: Choice, right: Choice, tolerance: float) -> bool:
    if not isinstance(choice, int | float) or not isinstance(right, int | float):
        return False
    if abs(choice - right) <= tolerance:
        return True
    # 0.1 + 0.2 is 0.3 to whoever types it; whole numbers are what they are.
    whole = float(choice).is_integer() and float(right).is_integer()
    return not whole and math.isclose(choice, right, rel_tol=1e-12)


def _index(value: object, options: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < options:
        raise InvalidArgument(f"{shown(value)} is none of the {options} options.")
    return value


def _indexes(value: object, options: int) -> list[int]:
    if not isinstance(value, list | tuple) or not value:
        raise InvalidArgument("This poll takes a list of options, one at least.")
    indexes = [_index(one, options) for one in value]
    if len(set(indexes)) != len(indexes):
        raise InvalidArgument("An option is named twice.")
    return indexes
