"""Counting: from ballots to results. People are counted, never ticks."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import isfinite
from statistics import median
from typing import Literal, TypeAlias

from edu_widgets.polls.documents import (
    FEWEST,
    MAX_GROUPS,
    MAX_ORDERS,
    ONE_OF,
    Choice,
    NumberCount,
    OrderCount,
    Poll,
    PollFlow,
    PollSecret,
    RoundResult,
)
from edu_widgets.polls.kinds import is_right
from edu_widgets.polls.text_answers import Moderation, groups_of
from edu_widgets.protocol.text_normalization import equality_key

Votes: TypeAlias = Mapping[str, Choice]
"""The choices of one round, by voter."""


class Ballots(dict[str, Choice]):
    """The choices of one round, by voter."""

    vouched: int = 0
    """Number of voters who took part through somebody else's notebook."""


Suggestion: TypeAlias = Literal["", "move_on", "discuss", "explain"]

_MOVE_ON = 0.7
_DISCUSS = 0.3


def count_round(
    poll: Poll,
    number: int,
    votes: Votes,
    secret: PollSecret | None = None,
    moderation: Moderation = Moderation(),  # noqa: B008 - it is frozen
) -> RoundResult:
    """Return the counts of a round's answers; with `secret` also the number of right ones.

    Texts that were removed are told nowhere, and those who wrote them are counted.
    """
    result = RoundResult(number, len(votes))
    if poll.anonymous and len(votes) < FEWEST:
        return result
    choices = list(votes.values())
    if poll.kind == "text":
        counted = (moderation.counted(str(choice)) for choice in choices)
        choices = [text for text in counted if text is not None]
        result.removed = len(votes) - len(choices)
    if poll.kind == "number":
        _count_numbers(result, [float(c) for c in choices if isinstance(c, int | float)])
    elif poll.kind == "text":
        _count_texts(result, [str(choice) for choice in choices], moderation.names)
    elif poll.kind == "ordering":
        _count_orders(result, [c for c in choices if isinstance(c, list)], len(poll.options))
    else:
        _count_options(result, choices, len(poll.options))
        if poll.kind == "scale" and choices:
            result.median = median(c + 1 for c in choices if isinstance(c, int))
    if secret is not None:
        result.right = sum(
            is_right(poll.kind, choice, secret.correct, secret.tolerance) for choice in choices
        )
    return result


def _count_options(result: RoundResult, choices: Iterable[Choice], options: int) -> None:
    counts = [0] * options
    for choice in choices:
        for index in choice if isinstance(choice, list) else [choice]:
            counts[int(index)] += 1
    result.counts = counts


def _count_numbers(result: RoundResult, numbers: list[float]) -> None:
    groups = Counter(numbers)
    told = sorted(groups.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_GROUPS]
    result.numbers = [NumberCount(value, people) for value, people in sorted(told)]
    result.more = len(numbers) - sum(people for _, people in told)
    result.median = _median(numbers) if numbers else None


def _median(numbers: list[float]) -> float:
    middle = median(numbers)
    # The sum of two numbers at the end of what there is is none any more.
    return middle if isfinite(middle) else 2 * median(number / 2 for number in numbers)


def _count_texts(result: RoundResult, texts: list[str], names: Mapping[str, str]) -> None:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        groups[equality_key(text)][text] += 1
    found = groups_of(
        {names.get(key) or _usual(spelled): spelled.total() for key, spelled in groups.items()}
    )
    result.texts = found[:MAX_GROUPS]
    result.more = sum(group.people for group in found[MAX_GROUPS:])


def _usual(spelled: Counter[str]) -> str:
    """The most frequent spelling; of several the first in order, so that it stays the same."""
    return min(spelled, key=lambda text: (-spelled[text], text))


def _count_orders(result: RoundResult, orders: list[list[int]], options: int) -> None:
    if not orders:
        return
    groups = Counter(tuple(order) for order in orders)
    told = sorted(groups.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_ORDERS]
    result.orders = [OrderCount(list(order), people) for order, people in told]
    result.more = len(orders) - sum(people for _, people in told)
    places = [sum(order.index(i) + 1 for order in orders) for i in range(options)]
    result.ranks = [round(place / len(orders), 3) for place in places]


def right_of(poll: Poll, result: RoundResult, secret: PollSecret) -> int | None:
    """Return the number of right answers of a counted round; None if its counts do not tell."""
    correct, tolerance = secret.correct, secret.tolerance
    if poll.kind in ONE_OF and result.counts:
        return sum(result.counts[int(i)] for i in correct if isinstance(i, int))
    if poll.kind == "number" and result.numbers and not result.more:
        near = (n for n in result.numbers if is_right("number", n.value, correct, tolerance))
        return sum(number.people for number in near)
    if poll.kind == "text" and result.texts and not result.more:
        same = (t for t in result.texts if is_right("text", t.text, correct))
        return sum(group.people for group in same)
    return None


def flows(poll: Poll, rounds: Mapping[int, Votes]) -> list[PollFlow]:
    """Return the moves between choices in rounds that follow one another."""
    if poll.kind not in ONE_OF:
        return []
    found = []
    for earlier, later in pairwise(sorted(rounds)):
        first, second = rounds[earlier], rounds[later]
        moves = Counter((first[v], second[v]) for v in first if v in second)
        both = moves.total()
        if both and not (poll.anonymous and both < FEWEST):
            pairs = [[int(a), int(b), n] for (a, b), n in sorted(moves.items())]  # type: ignore[arg-type]
            found.append(PollFlow(earlier, later, both, pairs))
    return found


def suggest(result: RoundResult | None) -> Suggestion:
    """Return the advice after a round (Mazur): by the share of those who were right."""
    if result is None or result.right is None or not result.people:
        return ""
    share = result.right / result.people
    if share >= _MOVE_ON:
        return "move_on"
    return "discuss" if share >= _DISCUSS else "explain"
