"""Ids: UUID version 7."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.protocol import is_id, uuid7

FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def at(ms: int, bits: int = 0) -> str:
    # The half keeps the division from falling just below the millisecond meant.
    return uuid7(now=lambda: (ms + 0.5) / 1000, random_bits=lambda n: bits & (2**n - 1))


@given(st.integers(0, 2**42), st.integers(0, 2**62 - 1))
def test_form(ms: int, bits: int) -> None:
    text = at(ms, bits)
    assert FORM.fullmatch(text)
    value = uuid.UUID(text)
    assert value.version == 7
    assert value.variant == uuid.RFC_4122
    assert value.int >> 80 == ms
    assert is_id(text)


@given(st.integers(0, 2**42), st.integers(0, 2**42), st.integers(0, 2**62 - 1))
def test_sorts_by_time_whatever_the_random_bits(one: int, other: int, bits: int) -> None:
    if one != other:
        assert (at(one, bits) < at(other, ~bits)) == (one < other)


def test_bits_of_the_example_in_the_standard() -> None:
    """RFC 9562, appendix A.6."""
    bits = iter([0xCC3, 0x18C4DC0C0C07398F])
    made = uuid7(now=lambda: 1645557742.0, random_bits=lambda _n: next(bits))
    assert made == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_asks_for_as_many_random_bits_as_it_has_room_for() -> None:
    asked: list[int] = []

    def bits(n: int) -> int:
        asked.append(n)
        return 0

    uuid7(random_bits=bits)
    assert sum(asked) == 74


def test_no_two_are_equal() -> None:
    assert len({uuid7() for _ in range(5_000)}) == 5_000


@pytest.mark.parametrize("good", ["1700000000000-k3j9x2m1q", "a", "A_b.c-1", "x" * 64])
def test_ids(good: str) -> None:
    assert is_id(good)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "x" * 65,
        "a b",
        "a\n",
        "ü",
        "ı",
        "a/b",
        "a:b",
        "<a>",
        "\0",
        "a\u200d",
        "１",
        None,
        7,
        b"a",
        [],
    ],
)
def test_no_ids(bad: object) -> None:
    assert not is_id(bad)
