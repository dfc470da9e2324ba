"""Values as people hand them over in Python, and options that can be read in two ways."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from edu_widgets.polls.authoring import choice_of, option_texts, question
from edu_widgets.polls.counting import count_round
from edu_widgets.polls.documents import Poll
from edu_widgets.polls.kinds import is_right
from edu_widgets.polls.values import number_of, number_text
from edu_widgets.protocol.errors import InvalidArgument


class Scalar:
    """A number as NumPy has one: Python's own is got with `item()`."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.ndim = 0

    def item(self) -> object:
        return self.value

    def __repr__(self) -> str:
        return f"np.int64({self.value})"


class Array:
    """Several values as NumPy has them."""

    ndim = 1

    def __init__(self, *values: object) -> None:
        self.values = values

    def __iter__(self) -> Any:
        return map(Scalar, self.values)

    def tolist(self) -> list[object]:
        return list(self.values)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (12000, 12000.0),
        (0.1234567890123, 0.1234567890123),
        (6.02214076e23, 6.02214076e23),
        (10**23, 1e23),
        (5e-324, 5e-324),
        (-1.7976931348623157e308, -1.7976931348623157e308),
        (Scalar(3), 3.0),
        (Scalar(0.5), 0.5),
        (Decimal("0.1"), 0.1),
        (Fraction(1, 4), 0.25),
        (np.float32(0.1), 0.1),
        (np.float16("6.5e4"), 65000.0),
        (np.array(3), 3.0),
    ],
)
def test_a_number_is_what_was_meant(value: object, number: float) -> None:
    assert number_of(value) == number
    assert choice_of("number", (), value) == number
    assert question("?", kind="number", correct=value).correct == (number,)


def test_nothing_below_zero_is_nothing() -> None:
    assert math.copysign(1, number_of(-0.0)) == 1


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        -math.inf,
        True,
        "3",
        None,
        1j,
        [],
        10**5000,
        Scalar(math.nan),
        Scalar(True),
        2**53 + 1,
        Fraction(1, 3),
        Decimal("0.12345678901234567890"),
        Decimal("1e-999999999"),
        bytearray(b"3"),
        np.ma.masked,
    ],
    ids=lambda value: str(type(value).__name__),
)
def test_no_number(value: object) -> None:
    with pytest.raises(InvalidArgument):
        choice_of("number", (), value)
    for setting in ("tolerance", "seconds"):
        if value is not None:
            with pytest.raises(InvalidArgument):
                question("?", kind="number", **{setting: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "english", "turkish"),
    [
        (12345.5, "12,345.5", "12.345,5"),
        (0.1234567890123, "0.1234567890123", "0,1234567890123"),
        (123456789012345.0, "123,456,789,012,345", "123.456.789.012.345"),
        (6.02214076e23, "6.02214076E23", "6,02214076E23"),
        (-2.5e-7, "-2.5E-7", "-2,5E-7"),
        (-0.0, "0", "0"),
    ],
)
def test_numbers_are_printed_with_all_their_digits(
    value: float, english: str, turkish: str
) -> None:
    assert number_text(value) == english
    assert number_text(value, "tr") == turkish


def test_whole_numbers_are_told_apart_and_computed_ones_are_not() -> None:
    assert not is_right("number", float(2**40 + 1), [float(2**40)])
    assert not is_right("number", 2e-12, [1e-12])
    assert is_right("number", 0.1 + 0.2, [0.3])


def test_the_median_of_huge_numbers_is_a_number() -> None:
    counted = count_round(Poll("p", "?", "number", "u", 0), 1, {"a": 1.7e308, "b": 1.7e308})
    assert counted.median == 1.7e308


@pytest.mark.parametrize("options", [np.array(3), np.ma.masked, np.ones((2, 2)), 3, None])
def test_what_is_no_list_of_options_is_refused(options: Any) -> None:
    with pytest.raises(InvalidArgument, match="Options are a list"):
        question("?", options)


@pytest.mark.parametrize("kind", [np.array(["single", "text"]), None, ["single"], 3])
def test_what_is_no_kind_is_refused(kind: Any) -> None:
    with pytest.raises(InvalidArgument, match="is no kind of poll"):
        question("?", ["a", "b"], kind=kind)


def test_options_that_are_no_strings_are_shown_as_they_are_printed() -> None:
    given = [Decimal("0.10"), Fraction(1, 3), date(2026, 11, 30), np.float32(0.1), None, [1, "a"]]
    shown = ["0.10", "1/3", "2026-11-30", "0.1", "None", "[1, 'a']"]
    assert option_texts("single", given) == shown


# -- numbers among options -------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["single", "predict", "multiple", "scale"])
@pytest.mark.parametrize("value", [3, Scalar(3)])
def test_a_number_that_means_two_options_is_refused(kind: str, value: object) -> None:
    with pytest.raises(InvalidArgument, match="'3' or '4'"):
        question("Mode of 2, 3, 3?", [2, 3, 4], kind=kind, correct=value)
    with pytest.raises(InvalidArgument, match="'3' or '4'"):
        choice_of(kind, ["2", "3", "4"], value)
    assert choice_of(kind, ["2", "3", "4"], "3") in (1, [1])


@pytest.mark.parametrize(
    ("options", "correct", "indexes"),
    [
        ([1, 2, 3], 2, (1,)),  # both ways lead there
        ([10, 20, 30], 2, (1,)),  # a place
        ([10, 20, 30], 20, (1,)),  # what it says
        ([2.5, 3.5], 2.5, (0,)),
        (["a", "b"], 2, (1,)),
        (["$4$", "`5`"], 5, (1,)),
        ([10, 20, 30], [10, 30], (0, 2)),
        ([2, 3, 4], "4", (2,)),
        (["x = 1", "x = 2"], 2, (1,)),
    ],
)
def test_a_number_that_means_one_option(
    options: list[Any], correct: Any, indexes: tuple[int, ...]
) -> None:
    kind = "multiple" if isinstance(correct, list) else "single"
    assert question("?", options, kind=kind, correct=correct).correct == indexes


@pytest.mark.parametrize(
    ("kind", "options", "correct"),
    [
        ("ordering", [3, 1, 2], [1, 2, 3]),
        ("multiple", [2, 3, 1], [1, 2]),
        ("single", ["3 cm", "2 cm", "4 cm"], 2.0),
        ("single", ["2 cm", "3 cm", "4 cm"], 3),
        ("multiple", [10, 20, 30], [1, 30]),
        ("single", [2, 3], True),
    ],
)
def test_what_cannot_be_told(kind: str, options: list[Any], correct: Any) -> None:
    with pytest.raises(InvalidArgument):
        question("?", options, kind=kind, correct=correct)


def test_an_order_by_what_the_options_say() -> None:
    assert question("?", [30, 10, 20], kind="ordering", correct=[10, 20, 30]).correct == (1, 2, 0)
    assert choice_of("ordering", ["3", "1", "2"], ["1", "2", "3"]) == [1, 2, 0]


# -- options -----------------------------------------------------------------------------------


def test_options_are_plain_values_in_their_order() -> None:
    assert option_texts("single", Array(1, 2)) == ["1", "2"]
    assert option_texts("single", [[Scalar(1), 2], Scalar(0.5)]) == ["[1, 2]", "0.5"]
    assert option_texts("single", range(2)) == ["0", "1"]
    assert choice_of("multiple", ["a", "b", "c"], Array(1, 3)) == [0, 2]


@pytest.mark.parametrize("options", [{"a", "b"}, frozenset("ab"), {"a": 1}, 5, None, "ab", b"ab"])
def test_what_is_no_list_of_options(options: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"list"):
        question("?", options)
    with pytest.raises(InvalidArgument):
        question("?", ["a", "b"], kind="ordering", correct={"a", "b"})


@pytest.mark.parametrize(
    "options",
    [
        ["a", "a\u200b"],
        ["é", "e\u0301"],
        ["a b", "a\u00a0b"],
        ["a", "\u202ea"],
        ["a", "a"],
        ["a", "\u200b"],
    ],
    ids=ascii,
)
def test_options_that_cannot_be_told_apart(options: list[str]) -> None:
    with pytest.raises(InvalidArgument):
        question("?", options)


@pytest.mark.parametrize("field", ["text", "options"])
def test_half_a_character_in_a_question(field: str) -> None:
    whole: dict[str, Any] = {"text": "?", "options": ["a", "b"]}
    whole[field] = "?\ud800" if field == "text" else ["a", "\udc00"]
    with pytest.raises(InvalidArgument, match="half a character"):
        question(whole.pop("text"), **whole)
