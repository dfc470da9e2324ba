"""Questions as people write them: in a call, in Markdown, in YAML. Options count from 1 here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast, get_args

from edu_widgets.polls.commands import CreatePoll
from edu_widgets.polls.documents import ONE_OF, Choice, PollKind
from edu_widgets.polls.kinds import (
    check_choice,
    check_correct,
    check_named,
    check_seconds,
    checked_question,
)
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.folding import equality_key

KINDS: tuple[str, ...] = get_args(PollKind)

_POINTS = 5
"""Points of a scale that is not told its labels."""

_ENDS = 2


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

    def command(self, *, open_: bool) -> CreatePoll:
        """The command that creates it."""
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
        )


def question(
    text: object,
    options: Sequence[object] = (),
    *,
    kind: str = "single",
    correct: object = None,
    tolerance: float = 0,
    seconds: float | None = None,
    anonymous: bool = False,
    named: bool = False,
) -> Question:
    """Check a question as it is asked in a call.

    Options that are no strings are shown as Python writes them. `correct` is an option's number
    from 1 or its text, or a list of them; of numbers and texts the answer or a list of answers.

    Raises:
        InvalidArgument: the message names what is wrong and what is allowed.
    """
    if kind not in KINDS:
        raise InvalidArgument(f"{kind!r:.40} is no kind of poll; kinds are {', '.join(KINDS)}.")
    text, told = checked_question(question_text(text), kind, option_texts(kind, options))
    whole = None if seconds is None else round(seconds)
    check_seconds(whole)
    check_named(named=named, anonymous=anonymous)
    right = right_answer(kind, told, correct, tolerance)
    return Question(
        text,
        tuple(told),
        cast("PollKind", kind),
        tuple(right),
        tolerance,
        whole,
        bool(anonymous),
        bool(named),
    )


def question_text(text: object) -> str:
    """A question as it is written in a call.

    Raises:
        InvalidArgument: it is no string.
    """
    if not isinstance(text, str):
        raise InvalidArgument(f"A question is a string, not {type(text).__name__}.")
    return text.strip("\n")


def option_texts(kind: str, options: Sequence[object]) -> list[str]:
    """Options as they are written in a call; one that is no string as Python writes it.

    Raises:
        InvalidArgument: it is one string.
    """
    if isinstance(options, str):
        raise InvalidArgument("Options are a list of strings, not one string.")
    told = [one if isinstance(one, str) else repr(one) for one in options]
    return _scale(told) if kind == "scale" else told


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
    """A right answer in the form of the wire; None is none.

    Raises:
        InvalidArgument: it does not fit the kind.
    """
    if correct is None:
        return check_correct(kind, len(options), [], tolerance)
    several = list(correct) if isinstance(correct, list | tuple | set | frozenset) else [correct]
    if not several:
        raise InvalidArgument("A right answer is missing; leave `correct` out if there is none.")
    if kind not in {"number", "text"}:
        several = [option_index(kind, options, one) for one in several]
    return check_correct(kind, len(options), several, tolerance)


def choice_of(kind: str, options: Sequence[str], choice: object) -> Choice:
    """A choice as it is written in a call, in the form of the wire.

    Raises:
        InvalidArgument: it does not fit the kind.
    """
    if kind in ONE_OF:
        return option_index(kind, options, choice)
    if kind in {"multiple", "ordering"}:
        several = choice if isinstance(choice, list | tuple | set | frozenset) else [choice]
        choice = [option_index(kind, options, one) for one in several]
    return check_choice(kind, len(options), choice)


def option_index(kind: str, options: Sequence[str], option: object) -> int:
    """An option's index: from its number, which counts from 1, or from its text.

    Raises:
        InvalidArgument: there is no such option, or several.
    """
    if isinstance(option, bool) or not isinstance(option, int | str):
        raise InvalidArgument(f"{option!r:.40} is no option: give its number or its text.")
    if isinstance(option, int):
        if not 1 <= option <= len(options):
            what = "points" if kind == "scale" else "options"
            msg = f"There is no {option}: the {what} are 1 to {len(options)}."
            raise InvalidArgument(msg)
        return option - 1
    texts = [one.strip() for one in options]
    wanted = option.strip()
    if texts.count(wanted) == 1:
        return texts.index(wanted)
    folded = [equality_key(text) for text in texts]
    if folded.count(equality_key(wanted)) == 1:
        return folded.index(equality_key(wanted))
    listed = ", ".join(repr(text[:40]) for text in texts)
    raise InvalidArgument(f"{wanted[:80]!r} is none of the options {listed}; or give its number.")


def from_mapping(found: Any, where: str) -> Question:
    """A question as a mapping, as in a YAML file; `where` is told in what goes wrong.

    Raises:
        InvalidArgument: it is no question.
    """
    try:
        return _from_mapping(found)
    except InvalidArgument as error:
        raise InvalidArgument(f"{where}: {error}") from error


_KEYS = frozenset(
    {
        "question",
        "options",
        "kind",
        "correct",
        "answer",
        "tolerance",
        "seconds",
        "anonymous",
        "named",
    }
)


def _from_mapping(found: Any) -> Question:
    if not isinstance(found, dict) or "question" not in found:
        raise InvalidArgument("a question is a mapping with `question` and, mostly, `options`.")
    unknown = sorted(str(key) for key in set(found) - _KEYS)
    if unknown:
        msg = f"{unknown[0]!r:.40} is not known; there is {', '.join(sorted(_KEYS))}."
        raise InvalidArgument(msg)
    options = found.get("options") or []
    if not isinstance(options, list):
        raise InvalidArgument("`options` is a list.")
    for key in ("seconds", "tolerance"):
        value = found.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise InvalidArgument(f"`{key}` is a number.")
    for key in ("anonymous", "named"):
        if not isinstance(found.get(key, False), bool):
            raise InvalidArgument(f"`{key}` is yes or no.")
    kind = found.get("kind") or ("single" if options else "text")
    correct = found.get("correct", found.get("answer"))
    if kind == "text" and correct is not None:
        # What a file reads as a number or a date was written as a text.
        correct = [str(one) for one in (correct if isinstance(correct, list) else [correct])]
    return question(
        found["question"],
        [one if isinstance(one, str) else str(one) for one in options],
        kind=str(kind),
        correct=correct,
        tolerance=found.get("tolerance") or 0,
        seconds=found.get("seconds"),
        anonymous=found.get("anonymous", False),
        named=found.get("named", False),
    )
