"""Names of courses, people and channels."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.protocol.channels import (
    Channel,
    course_channel,
    course_name,
    parse_channel,
    person_name,
    staff_channel,
    user_channel,
)
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.visible_text import shows

WILD = st.text(st.characters(), max_size=80)
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
INVISIBLE = "\u200b\u2060\ufeff\u00ad\u180e\U000e0001\U000e0041"
FILLERS = "\u3164\u115f\u1160\uffa0\u2800\u034f\ufe0f"

LETTERS = st.characters(categories=["Ll", "Lu", "Lt", "Nd"], exclude_characters=FILLERS)
COURSES = st.builds(
    lambda first, rest: unicodedata.normalize("NFC", first + rest)[:64],
    LETTERS,
    st.text(LETTERS | st.sampled_from("._-"), max_size=30),
)
PARTS = st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters=":"), min_size=1, max_size=64
)

# -- courses ------------------------------------------------------------------------


@given(COURSES)
def test_a_course_keeps_its_name(name: str) -> None:
    assert course_name(name) == name


@given(WILD)
def test_a_course_has_one_spelling(text: str) -> None:
    try:
        name = course_name(text)
    except InvalidArgument:
        return
    assert course_name(name) == name
    assert unicodedata.is_normalized("NFC", name)
    assert 1 <= len(name) <= 64
    assert not set(name) & {":", "/", " ", "?", "#", "%", "\\"}
    assert str(parse_channel(course_channel(name))) == course_channel(name)


@pytest.mark.parametrize(
    "name",
    [
        "py101",
        "İstanbul",
        "ısı",
        "ISI",
        "Öğrenme-2026",
        "a",
        "1",
        "数学",
        "python_3.11",
        "हिन्दी",
        "ไทย",
    ],
)
def test_courses_of_any_script(name: str) -> None:
    assert course_name(name) == name


def test_turkish_letters_stay_what_they_are() -> None:
    assert len({course_name(name) for name in ("İ", "I", "ı", "i")}) == 4
    assert course_name("I\u0307stanbul") == "İstanbul"
    assert course_name("i\u0307") == "i\u0307"


def test_composed_and_decomposed_are_one_course() -> None:
    assert course_name("e\u0301tude") == course_name("étude") == "étude"


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "py 101",
        "py:101",
        "py/101",
        "../etc",
        ".hidden",
        "-a",
        "_a",
        "a\n",
        "a\0",
        "🎓",
        "a🎓",
    ]
    + ["a" * 65, "a" * 100_000, "\u0301a", "a\ud800", "a?b", "a#b", "a%20", "a\u00a0b", "a\u2028b"]
    + [f"py{c}101" for c in BIDI + INVISIBLE + FILLERS]
    + list(FILLERS),
    ids=lambda name: ascii(name)[:40],
)
def test_no_course(name: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        course_name(name)
    assert "py101" in str(caught.value), "the message shows a good name"
    assert len(str(caught.value)) < 1_000, "the message does not repeat a huge name"


# -- people -------------------------------------------------------------------------


@given(WILD)
def test_a_person_has_one_spelling(text: str) -> None:
    try:
        name = person_name(text)
    except InvalidArgument:
        return
    assert person_name(name) == name, "what a client cleaned the service does not change again"
    assert unicodedata.is_normalized("NFC", name)
    assert 1 <= len(name) <= 64
    assert name == name.strip()
    assert not set(name) & set(BIDI + INVISIBLE)
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in name)
    assert shows(name)
    name.encode()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ada", "Ada"),
        ("  Ada \t Lovelace\n", "Ada Lovelace"),
        ("Ada\u2028Lovelace", "Ada Lovelace"),
        ("İbrahim Işık", "İbrahim Işık"),
        ("I\u0307brahim", "İbrahim"),
        ("Ren\u0065\u0301", "René"),
        ("Rene\u202e\u0301", "René"),
        ("\u202eadA\u202c", "adA"),
        ("A\0d\x1ba", "Ada"),
        ("Ada\ufe0f", "Ada"),
        ("A\u200dda", "Ada"),
        ("\x1b[31mAda\x1b[0m", "Ada"),
        ("👩\u200d🏫 Ada", "👩\u200d🏫 Ada"),
        ("❤\ufe0f", "❤\ufe0f"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Ada\u200d", "Ada"),
        ("\u200cAda \u200d", "Ada"),
        ("O'Brien-Müller, J.", "O'Brien-Müller, J."),
        ("<b>Ada</b>", "<b>Ada</b>"),
        ("王", "王"),
        ("a" * 64, "a" * 64),
    ],
    ids=ascii,
)
def test_people(text: str, name: str) -> None:
    assert person_name(text) == name


NOBODY = ["", " ", "\n\t", "\0", "\u200d", "\u200c\u200d", "\u0301"]
NOBODY += [BIDI, INVISIBLE, FILLERS, " ".join(FILLERS), "a" * 65, "a" * 100_000]


@pytest.mark.parametrize(
    "text",
    NOBODY,
    ids=lambda text: ascii(text)[:40],
)
def test_nobody(text: str) -> None:
    with pytest.raises(InvalidArgument, match="1 to 64 visible") as caught:
        person_name(text)
    assert len(str(caught.value)) < 1_000


def test_half_a_character_is_named() -> None:
    with pytest.raises(InvalidArgument, match=r"Character 5 .*U\+D83D"):
        person_name("Ada \ud83d")


@pytest.mark.parametrize("check", [person_name, course_name])
def test_a_long_name_is_refused_before_it_is_spelled(
    check: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(unicodedata, "normalize")
        with pytest.raises(InvalidArgument):
            check("a" + "\u0316\u0301" * 32_000)


# -- channels -----------------------------------------------------------------------


@given(COURSES, PARTS)
def test_channels_round_trip(course: str, rest: str) -> None:
    assert parse_channel(course_channel(course)) == Channel("course", course)
    assert parse_channel(staff_channel(course)) == Channel("staff", course)
    assert parse_channel(user_channel(course, rest)) == Channel("user", course, rest)
    assert parse_channel(f"lesson:{course}:{rest}") == Channel("lesson", course, rest)


@given(WILD, WILD, WILD)
def test_a_channel_has_one_spelling(kind: str, course: str, rest: str) -> None:
    for name in (f"{kind}:{course}:{rest}", f"user:{course}:{rest}", f"course:{course}", kind):
        try:
            channel = parse_channel(name)
        except InvalidArgument:
            continue
        assert parse_channel(str(channel)) == channel
        assert str(channel) == unicodedata.normalize("NFC", name) or channel.rest


@given(PARTS)
def test_user_ids_are_never_changed(text: str) -> None:
    user_id = "e\u0301" + text
    assert parse_channel(user_channel("py101", user_id)).rest == user_id


@pytest.mark.parametrize(
    "name",
    ["", ":", "course", "course:", "course::", "course:py101:", "course:py101:x", "staff:py101:x"]
    + ["lesson:py101", "lesson:py101:", "user:py101", "user:py101:", "user::u", "user:py101:a:b"]
    + ["Course:py101", " course:py101", "course:py101 ", "course: py101", "system", "room:py101"]
    + ["user:py101:a b", "user:py101:a\nb", "user:py101:a\0", "user:py101:\ud800"]
    + [f"user:py101:u{c}" for c in BIDI + INVISIBLE]
    + [
        "user:py101:" + "u" * 129,
        "course:" + "a" * 65,
        "x" * 100_000,
        "user:py101:" + "u" * 100_000,
    ],
    ids=lambda name: ascii(name)[:40],
)
def test_no_channel(name: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        parse_channel(name)
    assert len(str(caught.value)) < 1_000


@pytest.mark.parametrize(
    "user_id", ["auth0|5f7c", "ada@example.org", "owner", "İ", "00000000-0000"]
)
def test_user_ids_of_platforms(user_id: str) -> None:
    assert parse_channel(user_channel("py101", user_id)).rest == user_id
