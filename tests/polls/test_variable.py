"""The notebook's variable with the lesson: named in code that a page puts into a cell."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from edu_widgets.lesson import Lesson
from edu_widgets.polls.page_content import variable_of
from tests.notebook.doubles import FakeClient


@pytest.fixture
def main(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The notebook's own variables."""
    module = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", module)
    return module


class Touchy:
    """Somebody else's object with polls, which minds being looked at."""

    @property
    def polls(self) -> None:
        raise AssertionError("looked at")


def test_the_variable_is_named_that_has_this_lesson(main: ModuleType) -> None:
    mine: Any = FakeClient()
    other: Any = FakeClient()
    assert variable_of(mine) is None
    vars(main).update(
        _=Lesson(mine), other=Lesson(other), touchy=Touchy(), n=3, kind=Lesson, ders=Lesson(mine)
    )
    assert variable_of(mine) == "ders"
    assert variable_of(other) == "other"
