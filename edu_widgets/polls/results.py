"""Results as tables: for people to go on with in pandas, in a file or in a picture."""

from __future__ import annotations

import importlib
import importlib.util
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from edu_widgets.client.csv_files import as_table
from edu_widgets.polls.commands import NamedAnswer
from edu_widgets.polls.counting import Suggestion
from edu_widgets.polls.documents import Choice, Poll, RoundResult
from edu_widgets.polls.kinds import is_right
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument
from edu_widgets.protocol.shortening import shorten

COLUMNS = ("round", "option", "answer", "people", "share", "correct", "vouched")

EXPORTED = ("course", "poll", "asked", "question", *COLUMNS)
"""The columns of a CSV, which also names its question."""

NAMED = ("round", "name", "user", "option", "answer", "correct")

EXPORTED_BY_NAME = (*EXPORTED[:4], *NAMED)

REST = "(all other answers)"
"""In place of the answers that are too many to be told one by one."""

REMOVED = "(removed by an instructor)"
"""In place of the texts that an instructor removed."""

_MOST_BARS = 20

SUGGESTIONS: dict[Suggestion, str] = {
    "move_on": "Most are right: move on.",
    "discuss": "Let them discuss in pairs, then vote again: poll.revote().",
    "explain": "Few are right: explain it again, then vote again.",
}


def rows(
    poll: Poll,
    results: Sequence[RoundResult],
    correct: Sequence[Choice] = (),
    tolerance: float = 0,
) -> list[dict[str, Any]]:
    """Return one row an answer and round; `share` is of the people who answered in the round.

    `option` counts from 1, None where there are no options; `correct` is None where no right
    answer may be known; `vouched` is of all who answered in the round. Answers that are too many
    to be told are one row, those that were removed another, the last of their round, so that all
    people are in it.
    """
    return [row for result in results for row in _rows(poll, result, correct, tolerance)]


def _rows(
    poll: Poll, result: RoundResult, correct: Sequence[Choice], tolerance: float
) -> Iterator[dict[str, Any]]:
    for option, answer, choice, people in _answers(poll, result):
        known = bool(correct)
        right = choice in correct if poll.kind == "multiple" else None
        if known and right is None and choice is not None:
            right = is_right(poll.kind, choice, correct, tolerance)
        yield {
            "round": result.round,
            "option": option,
            "answer": answer,
            "people": people,
            "share": people / result.people if result.people else 0.0,
            "correct": right if known else None,
            "vouched": result.vouched,
        }


def _answers(poll: Poll, result: RoundResult) -> Iterator[tuple[int | None, Any, Any, int]]:
    """Option's number, answer for people, choice on the wire, people."""
    for index, people in enumerate(result.counts):
        yield index + 1, label(poll, index), index, people
    for number in result.numbers:
        yield None, number.value, number.value, number.people
    for group in result.texts:
        yield None, group.text, group.text, group.people
    for order in result.orders:
        told = " > ".join(label(poll, index) for index in order.order)
        yield None, told, order.order, order.people
    if result.more:
        yield None, REST, None, result.more
    if result.removed:
        yield None, REMOVED, None, result.removed


def headed(found: Iterable[dict[str, Any]], course: str, poll: Poll) -> Iterator[dict[str, Any]]:
    """Return the rows, each with its course, poll and question before it."""
    asked = datetime.fromtimestamp((poll.opened or poll.created_at) / 1000, UTC)
    head = {
        "course": course,
        "poll": poll.id,
        "asked": asked.astimezone().isoformat(" ", "minutes"),
        "question": " ".join(poll.question.split()),
    }
    return ({**head, **row} for row in found)


def named_rows(
    poll: Poll,
    round_: int,
    answers: Iterable[NamedAnswer],
    correct: Sequence[Choice] = (),
    tolerance: float = 0,
) -> Iterator[dict[str, Any]]:
    """Return one row a person of a named poll."""
    for one in answers:
        indexes = one.choice if isinstance(one.choice, list) else [one.choice]
        between = " > " if poll.kind == "ordering" else "; "
        chosen = [int(i) for i in indexes if isinstance(i, int) and poll.options]
        right = is_right(poll.kind, one.choice, correct, tolerance) if correct else None
        yield {
            "round": round_,
            "name": one.name or one.user_id,
            "user": one.user_id,
            "option": chosen[0] + 1 if len(chosen) == 1 else None,
            "answer": between.join(label(poll, i) for i in chosen) if chosen else one.choice,
            "correct": right,
        }


def label(poll: Poll, index: int) -> str:
    """Return an option as one line of plain text; a point of a scale with its number."""
    text = " ".join(poll.options[index].replace("`", "").split())
    if poll.kind == "scale":
        return f"{index + 1} {text}".strip()
    return text


def table(found: list[dict[str, Any]], columns: Sequence[str] = COLUMNS) -> Any:
    """Rows as a pandas DataFrame if pandas is there, else as they are."""
    return as_table(found, columns)


def plot(title: str, found: list[dict[str, Any]], axes: Any = None) -> Any:
    """Horizontal bars, one an answer, side by side for each round; returns the axes.

    Raises:
        EduWidgetsError: matplotlib is missing.
        InvalidArgument: there is nothing to draw.
    """
    if importlib.util.find_spec("matplotlib") is None:
        msg = "plot() needs matplotlib (pip install matplotlib); results() does without."
        raise EduWidgetsError(msg)
    if not found:
        raise InvalidArgument("There is nothing to draw yet: nobody has answered.")
    found = in_few_bars(found)
    answers = list(dict.fromkeys((row["option"], row["answer"]) for row in found))
    numbers = sorted({row["round"] for row in found})
    people = {(row["round"], row["option"], row["answer"]): row["people"] for row in found}
    if axes is None:
        pyplot: Any = importlib.import_module("matplotlib.pyplot")
        _, axes = pyplot.subplots(figsize=(7, 0.6 + 0.4 * len(answers) * len(numbers)))
    thick = 0.8 / len(numbers)
    for place, number in enumerate(numbers):
        at = [row + (place - (len(numbers) - 1) / 2) * thick for row in range(len(answers))]
        widths = [people.get((number, *answer), 0) for answer in answers]
        bars = axes.barh(at, widths, height=thick * 0.9, label=f"Round {number}")
        axes.bar_label(bars, padding=3)
    # A dollar sign would begin a formula.
    names = [shorten(str(answer), 60).replace("$", r"\$") for _, answer in answers]
    axes.set_yticks(range(len(answers)), names)
    axes.invert_yaxis()
    axes.set_xlabel("People")
    axes.set_title(title.replace("$", r"\$"), loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    if len(numbers) > 1:
        axes.legend(frameon=False)
    return axes


def in_few_bars(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of the first answers; those of the others together, a row a round."""
    answers = dict.fromkeys(
        (row["option"], row["answer"]) for row in found if row["answer"] != REST
    )
    told = set(list(answers)[:_MOST_BARS])
    kept = [row for row in found if (row["option"], row["answer"]) in told]
    others: Counter[int] = Counter()
    for row in found:
        if (row["option"], row["answer"]) not in told:
            others[row["round"]] += row["people"]
    rest = {"option": None, "answer": REST}
    return kept + [{**rest, "round": n, "people": people} for n, people in others.items()]
