"""An edit of the browser's code, seen in a JupyterLab that is open."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import ROOT
from tests.waiting import wait_until

from .classroom import SETUP, Class, Person

# Without a JupyterLab: tests/notebook/test_development.py.
pytestmark = [pytest.mark.own_page, pytest.mark.nightly]

USE = """
import os, sys
sys.path.insert(0, {checkout!r})
os.environ["EDU_WIDGETS_DEV"] = "1"
"""
PROCESS = "import os, edu_widgets; print(os.getpid(), edu_widgets.__path__[0])"


@pytest.fixture
def checkout(
    tmp_path: Path, node_modules: dict[str, str], bundles: Path
) -> Iterator[tuple[Path, Path]]:
    """A copy of the package that is built at each change: its root, and its browser's sources."""
    del bundles
    root = tmp_path / "checkout"
    skip = shutil.ignore_patterns("node_modules", "__pycache__")
    for name in ("edu_widgets", "js"):
        shutil.copytree(ROOT / name, root / name, ignore=skip)
    (root / "js" / "node_modules").symlink_to(ROOT / "js" / "node_modules")
    built = root / "edu_widgets" / "static" / "chat.js"
    before = built.stat().st_mtime_ns
    watch = ["node", "build.mjs", "--watch"]
    # It ends with its input, so it is given one.
    with subprocess.Popen(
        watch, cwd=root / "js", env=node_modules, stdin=subprocess.PIPE
    ) as watching:
        try:
            wait_until(lambda: built.stat().st_mtime_ns != before, "it is built")
            yield root, root / "js" / "src"
        finally:
            watching.terminate()


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_an_edit_shows_in_the_page_and_the_lesson_goes_on(
    lesson: Class, checkout: tuple[Path, Path]
) -> None:
    root, sources = checkout
    first = USE.format(checkout=str(root)) + SETUP.format(folder=str(lesson.folder / "data"))
    cells = [first, f"lesson = {lesson.host_call}.wait_connected(180)", "lesson.chat"]
    cells.append("lesson.panel()")
    mira = Person(lesson.open_notebook(cells).run_all())
    process = mira.lab.execute(PROCESS)
    assert process.endswith(str(root / "edu_widgets"))
    mira.light("Live")
    mira.says("said before")
    mira.box.press_sequentially("not sent yet")
    boxes = mira.lab.page.locator(".edu.chat textarea")
    expect(boxes).to_have_count(2)

    words = sources / "chat" / "locale" / "en.ts"
    edit(words, 'composer: "Message the class"', 'composer: "Whisper"')
    for box in (boxes.first, boxes.last):
        expect(box).to_have_attribute("placeholder", "Whisper")
    mira.sees("said before")
    expect(mira.box).to_have_value("not sent yet")

    # What all widgets share is new to each of them, the panel's own parts too.
    edit(sources / "core" / "locale" / "en.ts", 'live: "Live"', 'live: "On air"')
    mira.light("On air")
    expect(mira.lab.page.locator(".edu.panel .light").first).to_have_text("On air")

    expect(boxes).to_have_count(2)
    mira.box.press("Enter")
    mira.sees("not sent yet")
    assert mira.lab.execute(PROCESS) == process, "the same kernel"
    assert mira.lab.our_errors() == []
