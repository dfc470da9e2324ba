"""Texts that are cut where people see a character end, and times that are told."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.client.bodies import clock_time
from edu_widgets.protocol.shortening import shorten

FAMILY = "👩\u200d👩\u200d👧"
FLAG = "🇹🇷"


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        (f"a{FLAG}b", 3, "a…"),
        (f"{FLAG}{FLAG}{FLAG}", 4, f"{FLAG}…"),
        (f"a{FAMILY}b", 5, "a…"),
        (f"a{FAMILY}b", 7, f"a{FAMILY}b"),
        (f"{FAMILY}bc", 6, f"{FAMILY}…"),
        ("ae\u0301xy", 3, "a…"),
        ("👍🏽👍🏽", 3, "👍🏽…"),
        ("👍🏽👍🏽", 2, "…"),
        ("❤️❤️", 3, "❤️…"),
    ],
)
def test_a_text_is_cut_between_what_people_see_as_characters(
    text: str, most: int, cut: str
) -> None:
    assert shorten(text, most) == cut


def test_a_tower_of_accents_is_cut_all_the_same() -> None:
    tower = "Z" + "\u0301" * 5_000
    assert shorten(tower, 300) == tower[:299] + "…"


@given(st.text(), st.integers(1, 30))
def test_it_is_the_beginning_and_never_too_long(text: str, most: int) -> None:
    cut = shorten(text, most)
    assert len(cut) <= most
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_times_of_other_days_carry_the_day() -> None:
    now = datetime(2026, 11, 29, 0, 5).astimezone()
    assert clock_time(now, now) == "00:05"
    assert clock_time(now - timedelta(minutes=7), now) == "2026-11-28 23:58"
