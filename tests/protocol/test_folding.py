"""Comparing texts: what is left out, and what it may take."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.protocol.text_normalization import equality_key, look_key, name_key, search_key

MARKS = st.sampled_from("\u0300\u0301\u0316\u0345\u0307\u3099")


def plainly(text: str) -> str:
    """The same, said as simply as can be."""
    for step in (str, lambda t: t.casefold().replace("ı", "i")):
        apart = unicodedata.normalize("NFKD", step(text))
        text = "".join(char for char in apart if not unicodedata.combining(char))
    return text


@given(st.text(st.characters() | MARKS | st.sampled_from("İıßéﬁ\u0344한"), max_size=40))
def test_marks_may_go_before_letters_are_taken_apart(text: str) -> None:
    assert search_key(text) == (text.lower() if text.isascii() else plainly(text))


def test_a_pile_of_marks_is_never_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    real, seen = unicodedata.normalize, []

    def normalize(form: Any, text: str) -> str:
        seen.append(text)
        return real(form, text)

    monkeypatch.setattr(unicodedata, "normalize", normalize)
    assert search_key("a" + "\u0316\u0301" * 4_000) == "a"
    assert seen
    assert all(len(text) == 1 for text in seen)


VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "folding.json").read_text("utf-8"))


@pytest.mark.parametrize(("one", "other"), VECTORS["equal"], ids=ascii)
def test_equal_answers(one: str, other: str) -> None:
    assert equality_key(one) == equality_key(other)


@pytest.mark.parametrize(("one", "other"), VECTORS["different"], ids=ascii)
def test_different_answers(one: str, other: str) -> None:
    assert equality_key(one) != equality_key(other)


@given(st.text(st.characters() | MARKS | st.sampled_from("İıßẞéﬁ\u0344한ς\ufe0f"), max_size=40))
def test_a_key_is_its_own_key(text: str) -> None:
    assert equality_key(equality_key(text)) == equality_key(text)


@pytest.mark.parametrize(
    "other", ["Ada\ufe0f", "A\u200dda", "ADA", "Ａｄａ", "Ada ", "A\u2060da", "𝐀da"], ids=ascii
)
def test_names_that_look_the_same_are_the_same(other: str) -> None:
    assert name_key(other) == name_key("Ada")


def test_options_are_told_apart_by_their_looks() -> None:
    for other in ("a\u200b b", "a\u00a0b", "ａ b", "a  b"):
        assert look_key(other) == look_key("a b")
    for other in ("A b", "á b", "a³ b"):
        assert look_key(other) != look_key("a b")
    assert look_key("a  b", code=True) != look_key("a b", code=True)


PILES = (
    "a" + "\u0301" * 2_000 + "\u0316" * 2_000,
    "a" + "\u0301\u0316" * 2_000,
    "a" + "\u0f73" * 4_000,  # two marks each, and none by its class
    "a" + "\u0f75\u0f81" * 2_000,
    "a" + "\u0344" * 4_000,
    "a" + "\u0650\u064b" * 2_000,
    "a" + "\u200d" * 4_000,
    "\uff76" + "\uff9e\u0316" * 2_000,  # a mark only once its width is another
)


@pytest.mark.parametrize("text", PILES)
@pytest.mark.parametrize("key", [equality_key, look_key, name_key, search_key])
def test_nothing_is_normalised_in_which_many_marks_follow_each_other(
    key: Callable[[str], str], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes a time with their square, and nothing else runs meanwhile."""
    real = unicodedata.normalize

    def looked_at(form: Any, given: str) -> str:
        run = longest = 0
        for char in real("NFKD", given):
            run = run + 1 if unicodedata.combining(char) else 0
            longest = max(longest, run)
        assert longest <= 40
        return real(form, given)

    monkeypatch.setattr(unicodedata, "normalize", looked_at)
    assert len(key(text)) < 5_000


def test_no_text_becomes_many_times_as_long_to_be_searched() -> None:
    assert len(search_key("\ufdfa" * 100)) <= 400
    assert search_key("\ufdfa")
