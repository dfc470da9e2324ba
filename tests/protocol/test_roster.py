"""The names of a roster, as they are given."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from edu_widgets.protocol.admission import listed_names
from edu_widgets.protocol.errors import InvalidArgument


def endless() -> Iterator[str]:
    return (f"Person {number}" for number in count())


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ("Ada\nBob", "not one string"),
        ("x" * 10_000_000, "not one string"),
        (b"Ada", "is a list of names"),
        ({"Ada": 1}, "is a list of names"),
        (5, "is a list of names"),
        (["A", "A"], "same name"),
        (["Ada", "ＡＤＡ"], "same name"),
        (["Ada", None], "string"),
        (endless(), "at most 2,000"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_roster_is_refused(names: Any, says: str) -> None:
    with pytest.raises(InvalidArgument, match=says):
        listed_names(names)


def test_a_roster_is_cleaned() -> None:
    assert listed_names(["  Ada\u200b Lovelace ", "Bo"]) == ["Ada Lovelace", "Bo"]
