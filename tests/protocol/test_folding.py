"""Comparing texts: what is left out, and what it may take."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.protocol.folding import fold

MARKS = st.sampled_from("\u0300\u0301\u0316\u0345\u0307\u3099")


def plainly(text: str) -> str:
    """The same, said as simply as can be."""
    for step in (str, lambda t: t.casefold().replace("ı", "i")):
        apart = unicodedata.normalize("NFKD", step(text))
        text = "".join(char for char in apart if not unicodedata.combining(char))
    return text


@given(st.text(st.characters() | MARKS | st.sampled_from("İıßéﬁ\u0344한"), max_size=40))
def test_marks_may_go_before_letters_are_taken_apart(text: str) -> None:
    assert fold(text) == (text.lower() if text.isascii() else plainly(text))


def test_a_pile_of_marks_is_never_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    real, seen = unicodedata.normalize, []

    def normalize(form: Any, text: str) -> str:
        seen.append(text)
        return real(form, text)

    monkeypatch.setattr(unicodedata, "normalize", normalize)
    assert fold("a" + "\u0316\u0301" * 4_000) == "a"
    assert seen
    assert all(len(text) == 1 for text in seen)
