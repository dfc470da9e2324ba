"""From ballots to counts; the same answers, and the right ones."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.polls.counting import count_round, flows, right_of, suggest
from edu_widgets.polls.documents import (
    MAX_GROUPS,
    Choice,
    OrderCount,
    Poll,
    PollKind,
    PollSecret,
    RoundResult,
    TextCount,
)
from edu_widgets.polls.kinds import check_choice, check_correct, is_right
from edu_widgets.protocol.text_normalization import equality_key
from edu_widgets.protocol.visible_text import shows


def poll(kind: PollKind, options: int = 3, *, anonymous: bool = False) -> Poll:
    names = [f"o{n}" for n in range(options)]
    return Poll("p", "Which?", kind, "u", 0, names, anonymous=anonymous)


def count(kind: PollKind, *choices: Choice, correct: list[Choice] | None = None) -> RoundResult:
    votes = {f"v{n}": choice for n, choice in enumerate(choices)}
    return count_round(poll(kind), 1, votes, PollSecret("p", correct) if correct else None)


def test_multiple_choice_counts_people_not_ticks() -> None:
    result = count("multiple", [0, 1], [1], [0, 1, 2], correct=[0, 1])
    assert (result.people, result.counts, result.right) == (3, [2, 3, 1], 1)


def test_a_scale_has_a_median_of_points() -> None:
    result = count("scale", 0, 1, 2, 2)
    assert (result.counts, result.median) == ([1, 1, 2], 2.5)


def test_numbers_in_order() -> None:
    result = count("number", 3.0, 1.0, 3.0, -2.5, correct=[3.0])
    assert [(n.value, n.people) for n in result.numbers] == [(-2.5, 1), (1.0, 1), (3.0, 2)]
    assert (result.median, result.right, result.more) == (2.0, 2, 0)
    many = count("number", *(float(n) for n in range(MAX_GROUPS + 7)), 5.0)
    assert (len(many.numbers), many.more) == (MAX_GROUPS, 7)
    assert [n.people for n in many.numbers if n.value == 5.0] == [2]


def test_texts_are_grouped_by_what_they_say() -> None:
    result = count("text", "İstanbul", "istanbul", "ISTANBUL", "ıstanbul", "şişe", "ŞİŞE", "sise")
    assert [t.people for t in result.texts] == [4, 2, 1]
    assert result.texts[-1] == TextCount("sise", 1)
    more = count("text", "two words", "two words", "Two words")
    assert more.texts == [TextCount("two words", 3)]


def test_orders() -> None:
    result = count("ordering", [0, 1, 2], [0, 1, 2], [2, 1, 0], correct=[0, 1, 2])
    assert result.orders == [OrderCount([0, 1, 2], 2), OrderCount([2, 1, 0], 1)]
    assert (result.ranks, result.right) == ([1.667, 2.0, 2.333], 2)


def test_nobody_answered() -> None:
    kinds: list[PollKind] = [
        "single",
        "multiple",
        "scale",
        "number",
        "text",
        "ordering",
        "predict",
    ]
    for kind in kinds:
        result = count(kind, correct=[0])
        assert (result.people, result.median, result.right) == (0, None, 0)
        assert suggest(result) == ""


@pytest.mark.parametrize(
    ("right", "people", "said"),
    [
        (7, 10, "move_on"),
        (69, 100, "discuss"),
        (3, 10, "discuss"),
        (29, 100, "explain"),
        (0, 5, "explain"),
        (None, 5, ""),
    ],
)
def test_what_to_do_after_a_round(right: int | None, people: int, said: str) -> None:
    assert suggest(RoundResult(1, people, right=right)) == said
    assert suggest(None) == ""


def test_flows_of_the_few_stay_hidden_where_nobody_is_to_be_known() -> None:
    both = {1: {str(n): 0 for n in range(4)}, 2: {str(n): 1 for n in range(4)}}
    assert flows(poll("single"), both)[0].pairs == [[0, 1, 4]]
    assert flows(poll("single", anonymous=True), both) == []
    assert flows(poll("multiple"), {1: {"a": [0]}, 2: {"a": [1]}}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("  Içli   Köfte ", "içli köfte"),
        ("DİZİ", "dizi"),
        ("Straße", "STRASSE"),
        ("ﬁle", "file"),
        ("naïve", "NAI\u0308VE"),
    ],
)
def test_the_same_answer(one: str, other: str) -> None:
    assert equality_key(one) == equality_key(other)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("x ≠ y", "x = y"), ("10³", "103"), ("が", "か"), ("ไม้", "ไม่"), ("résumé", "resume")],
)
def test_opposite_answers_stay_two(right: str, wrong: str) -> None:
    counted = count_round(poll("text"), 1, {"a": right, "b": wrong}, PollSecret("p", [right]))
    assert (len(counted.texts), counted.right) == (2, 1)


@pytest.mark.parametrize(
    ("kind", "choice", "correct", "tolerance", "right"),
    [
        ("single", 1, [0, 1], 0, True),
        ("single", 2, [0, 1], 0, False),
        ("multiple", [0, 1], [0, 1], 0, True),
        ("multiple", [0], [0, 1], 0, False),
        ("number", 0.1 + 0.2, [0.3], 0, True),
        ("number", 3.2, [3.0], 0.25, True),
        ("number", 3.3, [3.0], 0.25, False),
        ("text", "ÇAY", ["çay", "tea"], 0, True),
        ("ordering", [1, 0], [0, 1], 0, False),
    ],
)
def test_what_is_right(
    kind: str, choice: Any, correct: list[Any], tolerance: float, right: bool
) -> None:
    assert is_right(kind, choice, correct, tolerance) is right


KINDS = st.sampled_from(["single", "multiple", "scale", "number", "text", "ordering", "predict"])


def choices(kind: str) -> st.SearchStrategy[Any]:
    if kind == "number":
        return st.floats(-1e6, 1e6)
    if kind == "text":
        return st.text(min_size=1, max_size=20).filter(shows)
    if kind == "ordering":
        return st.permutations(range(3))
    if kind == "multiple":
        return st.lists(st.integers(0, 2), min_size=1, unique=True)
    return st.integers(0, 2)


@given(KINDS.flatmap(lambda k: st.tuples(st.just(k), st.lists(choices(k), max_size=30))))
def test_everybody_is_counted_once(case: tuple[PollKind, list[Any]]) -> None:
    kind, raw = case
    told = [check_choice(kind, 3, choice) for choice in raw]
    result = count(kind, *told)
    assert result.people == len(told)
    groups: list[Any] = [*result.numbers, *result.texts, *result.orders]
    if kind in {"number", "text", "ordering"}:
        assert sum(group.people for group in groups) + result.more == len(told)
    elif kind == "multiple":
        assert all(n <= len(told) for n in result.counts)
    else:
        assert sum(result.counts) == len(told)


@given(KINDS.flatmap(lambda k: st.tuples(st.just(k), st.lists(choices(k), min_size=1))))
def test_what_counts_tell_of_the_right_ones_is_what_ballots_tell(
    case: tuple[PollKind, list[Any]],
) -> None:
    kind, raw = case
    told = [check_choice(kind, 3, choice) for choice in raw]
    first: Any = told[0]
    correct = check_correct(kind, 3, first if isinstance(first, list) else [first], 0)
    result = count(kind, *told, correct=correct)
    found = right_of(poll(kind), result, PollSecret("p", correct))
    assert found in (result.right, None)
    assert (found is None) == (kind in {"multiple", "ordering"})
