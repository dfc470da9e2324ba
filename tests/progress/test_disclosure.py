"""The part of an error that leaves the kernel: no value, yet enough to tell failures apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest

from edu_widgets.progress.disclosure import blanked, message_of, type_of, words_of

PUBLISHED = words_of(["Clean the table", "temp_has_no_gaps: df['temp'].notna().all()"])

SECRETS = [
    *("hunter2", "S3cr3t-Pa55", "correcthorsebatterystaple", "ada.lovelace@example.org"),
    *("+90 532 123 45 67", "4111 1111 1111 1111", "DE89370400440532013000", "1815-12-10"),
    *("Ada Lovelace", "Müller-Lüdenscheidt", "Şule Yılmaz", "Николай", "李小龍", "محمد"),
    *("/home/ada/diary.txt", r"C:\Users\Ada\diary.txt", "https://ada.example/?token=abc"),
    *("eyJhbGciOiJIUzI1NiJ9.e30.x", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "AKIAIOSFODNN7"),
    *("-----BEGIN PRIVATE KEY-----MIIE", "550e8400-e29b-41d4-a716-446655440000", "0xDEADBEEF"),
    *("192.168.17.4", "52.5200,13.4050", "π≈3.14159", "!!@@##$$%%", "💊💉", "H1V+"),
    *("mother_maiden_name", "tempest", "keychain99", "salary=123456", "\u202ereversed\u202c"),
]

SHAPES: list[Callable[[str], Exception]] = [
    KeyError,
    lambda secret: ValueError(f"could not convert string to float: {secret!r}"),
    lambda secret: AssertionError(f"expected 12, got {secret}"),
    lambda secret: NameError(f"name {secret!r} is not defined"),
    lambda secret: FileNotFoundError(2, "No such file or directory", secret),
    lambda secret: RuntimeError({"user": secret, secret: [secret]}),
]


def test_there_are_as_many_secrets_as_the_docs_say() -> None:
    assert len(set(SECRETS)) == 34


@pytest.mark.parametrize("secret", SECRETS)
def test_no_value_leaves_in_any_message(secret: str) -> None:
    pieces = {piece for piece in re.split(r"[\s\W]+", secret) if len(piece) > 2} | {secret}
    for shape in SHAPES:
        told = message_of(shape(secret), PUBLISHED)
        left = {piece for piece in pieces if piece in told} - {"PRIVATE", "KEY", "token"}
        assert not left, told
        assert not re.search(r"\d", told), told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError("temp"), "'temp'"),
        (KeyError("hunter2"), "'…'"),
        (NameError("name 'df' is not defined"), "name 'df' is not defined"),
        (AssertionError("expected 12 rows, got 11"), "expected … rows, got …"),
        (
            ValueError("operands could not be broadcast together with shapes (3,) (4,)"),
            "operands could not be broadcast together with shapes (…,) (…,)",
        ),
        (TypeError("'NoneType' object is not subscriptable"), "'…' object is not subscriptable"),
        (ZeroDivisionError("division by zero"), "division by zero"),
        (AssertionError(), ""),
    ],
)
def test_enough_stays_to_help(error: Exception, told: str) -> None:
    assert message_of(error, PUBLISHED) == told


def test_the_same_failure_of_two_people_is_one_group() -> None:
    for shape in SHAPES:
        told = {message_of(shape(secret), PUBLISHED) for secret in ("hunter2", "gandalf", "x1y2z")}
        assert len(told) == 1
    assert blanked("index 5 is out of bounds for axis 0") == blanked(
        "index 17 is out of bounds for axis 1"
    )


def test_only_built_in_types_are_named() -> None:
    class HunterTwoError(KeyError):
        pass

    class KeyErrorLike(Exception):  # noqa: N818
        pass

    KeyErrorLike.__name__ = "KeyError"
    assert type_of(KeyError("x")) == "KeyError"
    assert type_of(HunterTwoError()) == "Error"
    assert type_of(KeyErrorLike()) == "Error"
    assert type_of(SystemExit(3)) == "SystemExit"


def test_a_message_that_cannot_be_read_is_blank() -> None:
    class Rude(Exception):  # noqa: N818
        def __str__(self) -> str:
            raise SystemExit("hunter2")

    assert message_of(Rude()) == "…"


def test_what_is_cut_off_is_not_taken_for_another_word() -> None:
    assert blanked("x " * 147 + "is not" + "hunter")[-1] == "…"
    assert len(blanked("not " * 1000)) <= 300


def test_a_message_of_any_size_is_looked_at_no_further() -> None:
    class Long(str):
        __slots__ = ()

        def __getitem__(self, key: Any) -> str:
            assert key.stop == 300
            return super().__getitem__(key)

    class Huge(Exception):  # noqa: N818
        def __str__(self) -> str:
            return Long("not " * 100_000)

    assert message_of(Huge()).startswith("not not")


def test_the_list_of_words_is_sorted_and_holds_no_value() -> None:
    listed = files("edu_widgets.progress").joinpath("error_words.txt").read_text("utf-8")
    head, *words = listed.splitlines()
    assert head.startswith("# ")
    assert words == sorted(set(words))
    assert len(words) >= 2_800
    assert all(re.fullmatch(r"[^\W\d]+", word) for word in words)
    assert {"axis", "broadcast", "dtype", "expected", "subscriptable"} <= set(words)
    assert not {"hunter", "secret", "salary", "Ada", "tempest"} & set(words)
