"""The files of this project that a page names are there: what moves takes its name along."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|tsx?|mjs|css|ipynb|toml|yml|md))`")
LINKED = re.compile(r"\]\((\.\./[^)#\s]+)")
FROM = [ROOT / part for part in (".", "edu_widgets", "edu_widgets/client", "js", "js/src")]
BUILT = "edu_widgets/static/"
PAGES = sorted([*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])


def missing(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    named = [name for name in NAMED.findall(text) if not name.startswith(BUILT)]
    lost = [name for name in named if not any((base / name).exists() for base in FROM)]
    return lost + [link for link in LINKED.findall(text) if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_each_file_that_a_page_names_is_there(page: Path) -> None:
    assert missing(page) == []


def test_a_file_that_has_moved_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("`client/course.py`, `client/gone.py` and [this](../gone.py)", encoding="utf-8")
    assert missing(page) == ["client/gone.py", "../gone.py"]
