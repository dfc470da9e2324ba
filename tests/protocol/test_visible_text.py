"""Texts that people see: what is taken out of them, what stays, what is refused."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.visible_text import checked, clean, one_line, shows

ODD = st.sampled_from(
    "\u0301\x00\x1b\x9b[m\u200b\u200c\u200d\u200e\u202e\u2066\ufe0f\U000e0062\U0001f3f4👩ق\u094d\r\n"
)
WILD = st.text(st.characters(exclude_categories=["Cs"]) | ODD, max_size=40)
FLAG = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    "text",
    [
        "👩\u200d💻",
        "👩🏽\u200d🚀",
        "❤\ufe0f\u200d🔥",
        "🙂\u200d↔\ufe0f",
        FLAG,
        "🇹🇷",
        "1\ufe0f\u20e3",
        "ℹ\ufe0f",
        "می\u200cخواهم",
        "क्\u200dष",
        "ශ්\u200dරී",
        "辻\U000e0100",
        "\u200fשלום!",
        "∩\ufe00",
        "def f():\n\treturn 1",
        "e\u0301",
    ],
    ids=ascii,
)
def test_what_scripts_and_emojis_are_written_with_stays(text: str) -> None:
    assert clean(text) == text
    assert shows(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x9b1;31mred", "red"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\text", "text"),
        ("\x9d0;title\x9ctext", "text"),
        ("\x1bPq#0~\x1b\\text", "text"),
        ("\x1b_Gi=1;AAAA\x1b\\text", "text"),
        ("\x1b#8\x1b(0\x1b%Gtext", "text"),
        ("\x1bc\x1b7\x1b=te\x1b>xt\x1b8", "text"),
        ("text\x1b[38;5;1", "text"),
        ("a\0b\x08c\x7f", "abc"),
        ("abc\u202edcba\u202c", "abcdcba"),
        ("a\u2066b\u2069", "ab"),
        ("Ada\ufe0f", "Ada"),
        ("A\u200dd\u200ca", "Ada"),
        ("pass\u200bword\ufeff", "password"),
        ("a\U000e0062", "a"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("\u3164", ""),
    ],
    ids=ascii,
)
def test_what_is_not_seen_goes(text: str, left: str) -> None:
    assert clean(text) == left


@pytest.mark.parametrize(
    "pile",
    ["\u0301", "\u0489", "\u0e48", "\u064b", "\u20dd", "\u200f", "\u0301\u200e", "\u093f\u200d"],
    ids=ascii,
)
def test_marks_do_not_pile_up(pile: str) -> None:
    left = clean("ก" + pile * 300 + "b" + pile)
    assert left.startswith("ก" + pile[:1])
    assert left.endswith("b" + pile)
    assert len(left.partition("b")[0]) <= 1 + 8
    assert len(clean("\U0001f3f4" + "\U000e0067" * 300)) <= 1 + 8


@pytest.mark.parametrize("text", ["בְּרֵאשִׁ֖ית", "ཧྐྵྨླྺྼྻྂ", "ệ̣̂", "กี่", "لَّٰ"], ids=ascii)
def test_what_scripts_pile_up_stays(text: str) -> None:
    assert clean(text) == text


@given(WILD)
def test_cleaning_twice_is_as_once(text: str) -> None:
    for cleaned in (clean, one_line):
        once = cleaned(text)
        assert cleaned(once) == once
        assert not [c for c in once if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert "\n" not in one_line(text)


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "\ude00\ud83d"], ids=ascii)
def test_half_a_character_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="half a character"):
        clean(text)


@pytest.mark.parametrize(
    "text", ["", " \n", "\u200b\u200d", "\u2800", "\u0301", "\x1b[0m", "\u202e"]
)
def test_what_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="A title needs 1 to 20 visible"):
        checked(text, "A title", 20)
    assert checked(text, "A title", 20, least=0) == ""


def test_length_is_looked_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(unicodedata, "normalize")
        with pytest.raises(InvalidArgument, match="64,001"):
            checked("e" + "\u0316\u0301" * 32_000, "A title", 200, lines=False)
