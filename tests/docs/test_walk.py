"""The functions that the architecture page names in its walk exist where it says."""

from __future__ import annotations

import importlib
import re
from operator import attrgetter

import pytest

from tests.conftest import ROOT

STEP = re.compile(r"`([a-z_/]+)\.py`\s+`([\w.]+)`")


def steps() -> list[tuple[str, str]]:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    walk = page.partition("\n## The walk\n")[2].partition("\n## ")[0]
    return STEP.findall(walk)


def test_the_walk_has_steps() -> None:
    assert len(steps()) > 30


@pytest.mark.parametrize(("path", "name"), steps())
def test_a_step_is_where_it_is_said_to_be(path: str, name: str) -> None:
    module = importlib.import_module(f"edu_widgets.{path.replace('/', '.')}")
    assert callable(attrgetter(name)(module))
