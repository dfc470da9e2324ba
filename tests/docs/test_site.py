"""The documentation as a site: complete, whole, and without anything from elsewhere."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

import edu_widgets as edu
from edu_widgets.protocol.attributes import public_names
from tests.conftest import ROOT
from tests.docs.blocks import PAGES, name

COUNTED = ("blockquote", "h1", "h2", "h3", "img", "li", "pre", "tr")


class Reader(HTMLParser):
    """The contents of an HTML page: ids, loaded files, and its article's elements by number."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.loaded: list[str] = []
        self.elements: Counter[str] = Counter()
        self._article = "<article" not in text
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        self.ids.add(given.get("id", ""))
        if tag != "a":
            self.loaded += [given[key] for key in ("src", "href") if key in given]
        self._article |= tag == "article"
        if self._article and tag in COUNTED:
            self.elements[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        self._article &= tag != "article"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; building it warns of nothing."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return folder


def read(page: Path) -> Reader:
    return Reader(page.read_text("utf-8"))


def test_every_page_is_in_it(site: Path) -> None:
    built = {page.stem for page in site.glob("*.html")}
    own = {Path(page).stem for page in map(name, PAGES) if page.startswith("docs/")}
    others = {"index", "contributing", "changelog", "figures", "reporting"}
    assert built == own | others | {"404"}
    assert (site / "notebooks/first-lesson-student.ipynb").is_file()


def test_it_loads_nothing_from_elsewhere(site: Path) -> None:
    for page in site.glob("*.html"):
        elsewhere = [to for to in read(page).loaded if "//" in to]
        assert not elsewhere, page.name


@pytest.mark.parametrize("page", ["README.md", "CHANGELOG.md", "docs/polls.md", "docs/service.md"])
def test_a_page_is_built_as_it_is_meant(site: Path, page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    meant = Reader(MarkdownIt("gfm-like", {"linkify": False}).render(text))
    uris: dict[str, Any] = {"README.md": "index", "CHANGELOG.md": "changelog"}
    built = read(site / f"{uris.get(page, Path(page).stem)}.html")
    assert built.elements == meant.elements


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    ids = read(site / "api.html").ids
    for given in set(edu.__all__) - {"__version__"}:
        module = getattr(edu, given).__module__
        assert {f"edu_widgets.{given}", f"{module}.{given}"} & ids, given
    assert {f"edu_widgets.Lesson.{given}" for given in public_names(edu.Lesson)} <= ids
