"""A class in a real JupyterLab: an instructor and students, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.waiting import wait_until

from .classroom import Class, Person
from .conftest import OpenNotebook
from .harness import OLD, TRIED


@pytest.fixture
def pair(lesson: Class) -> tuple[Person, Person]:
    """Mira, who hosts, and Ada."""
    mira = lesson.instructor()
    return mira, lesson.student("Ada")


@pytest.fixture(scope="module")
def everybody(
    module_notebook: OpenNotebook, tmp_path_factory: pytest.TempPathFactory, bundles: Path
) -> Iterator[tuple[Person, Person]]:
    """The same two, in one lesson that several tests are about."""
    del bundles
    lesson = Class("py101", tmp_path_factory.mktemp("lesson"), module_notebook)
    mira = lesson.instructor()
    yield mira, lesson.student("Ada")
    lesson.stop()


def test_what_one_types_the_other_sees(everybody: tuple[Person, Person]) -> None:
    mira, ada = everybody
    ada.says("Is `b[:, None]` a copy or a view?")
    mira.sees("Is b[:, None] a copy or a view?")
    expect(mira.message("copy or a view").locator("header")).to_contain_text("Ada")
    mira.says("A view: try `np.shares_memory`.")
    ada.sees("A view: try np.shares_memory.")
    expect(ada.message("A view").locator(".tag")).to_have_text("Instructor")
    # Mine is no longer on its way once the service has it.
    expect(ada.message("copy or a view").locator(".state")).to_have_count(0)
    assert mira.lab.our_errors() == []
    assert ada.lab.our_errors() == []


def test_typing_never_moves_the_notebook(everybody: tuple[Person, Person]) -> None:
    mira, ada = everybody
    cells, counts = ada.lab.notebook_source(), ada.lab.execution_counts()
    ada.box.click()
    ada.box.press_sequentially("dd add bb x z")
    ada.box.press("Shift+Enter")
    ada.box.press_sequentially("second line")
    for key in ("Control+Shift+Minus", "ArrowUp", "Control+b"):
        ada.box.press(key)
    expect(ada.box).to_have_value("dd add bb x z\nsecond line")
    ada.box.press("Enter")
    mira.sees("second line")
    ada.box.press_sequentially("a")
    ada.box.press("Escape")
    assert ada.lab.notebook_source() == cells
    assert ada.lab.execution_counts() == counts
    # Escape left the box for the list, and the draft is kept.
    expect(ada.box).not_to_be_focused()
    expect(ada.box).to_have_value("a")
    assert ada.lab.cell_count() == len(cells)
    ada.box.fill("")


def test_hostile_text_is_only_text(everybody: tuple[Person, Person]) -> None:
    mira, ada = everybody
    hostile = "<img src=x onerror='window.__hit=1'><script>window.__hit=1</script>"
    ada.says(hostile)
    mira.sees("<img src=x onerror='window.__hit=1'>")
    ada.says("[click](javascript:window.__hit=1) ![x](https://example.org/x.png)")
    mira.sees("click")
    for person in (mira, ada):
        assert person.lab.page.evaluate("() => window.__hit") is None
        assert person.chat.locator("img, script, iframe").count() == 0
        assert person.chat.locator("a[href^='javascript']").count() == 0


def test_python_reads_what_is_said(everybody: tuple[Person, Person]) -> None:
    mira, ada = everybody
    mira.lab.execute(
        "heard = []\n@lesson.chat.on('message')\ndef hear(message): heard.append(message.content)"
    )
    ada.says("from the page")
    mira.sees("from the page")  # a page's messages and a cell's are handled side by side
    ada.lab.execute("lesson.chat.send('from Python').wait()")
    mira.sees("from the page", "from Python")
    wait_until(
        lambda: mira.lab.execute("print(heard)") == "['from the page', 'from Python']",
        "the callback has heard both",
    )


def test_nothing_said_reaches_the_saved_notebook(everybody: tuple[Person, Person]) -> None:
    mira, ada = everybody
    ada.says("only for the room")
    mira.sees("only for the room")
    for person in (mira, ada):
        person.lab.save()
        saved = (person.lab.lab.work / person.lab.name).read_text(encoding="utf-8")
        assert "only for the room" not in saved
        assert "course chat" in saved.lower()


def test_no_serious_accessibility_problem(everybody: tuple[Person, Person]) -> None:
    mira, ada = everybody
    ada.says("Look:\n")
    mira.says("see https://example.org and `code`")
    ada.sees("see https://example.org")
    assert ada.lab.axe(".jp-OutputArea-output") == []


def test_a_killed_service_loses_nothing_and_repeats_nothing(
    lesson: Class, pair: tuple[Person, Person]
) -> None:
    mira, ada = pair
    ada.says("before it was killed")
    mira.sees("before it was killed")
    lesson.kill_service()
    ada.light("Reconnecting")
    ada.says("while it was down")
    ada.sees("while it was down")
    expect(ada.message("while it was down").locator(".state")).to_contain_text("Waiting")
    mira.lab.run_cell(1)  # host() again: the same address, the same people
    mira.sees("before it was killed", "while it was down")
    ada.light("Live")
    ada.says("after it was back")
    for person in (mira, ada):
        person.sees("before it was killed", "while it was down", "after it was back")
    told = ["before it was killed", "while it was down", "after it was back"]
    assert mira.messages() == told
    assert ada.messages() == told


def test_a_reloaded_page_has_its_chat_back(pair: tuple[Person, Person]) -> None:
    mira, ada = pair
    ada.says("said before the reload")
    mira.sees("said before the reload")
    ada.box.press_sequentially("half a thou")
    ada.lab.reload()
    ada.sees("said before the reload")
    expect(ada.box).to_have_value("half a thou")
    mira.says("said after it")
    ada.sees("said after it")


@pytest.mark.nightly  # in each run: tests/notebook/test_widget.py
def test_one_chat_remains_of_five_runs_and_keeps_its_draft(pair: tuple[Person, Person]) -> None:
    mira, ada = pair
    ada.box.click()
    ada.box.press_sequentially("a draft")
    for _ in range(5):
        ada.lab.run_cell(2)
    expect(ada.lab.page.locator(".edu.chat")).to_have_count(1)
    expect(ada.box).to_have_value("a draft")
    mira.says("still here?")
    ada.sees("still here?")
    ada.box.click()
    ada.box.press("Enter")
    mira.sees("a draft")
    same = ada.lab.execute("print(lesson.chat is lesson.chat, len(lesson.chat.messages))")
    assert same == "True 2"


@pytest.mark.parametrize("kernel", [name for name in TRIED if name != OLD])
def test_the_chat_goes_on_while_a_cell_sleeps(lesson: Class, kernel: str) -> None:
    mira = lesson.instructor()
    ada = lesson.student("Ada", kernel)
    gate = _keep_busy(ada)
    mira.says("can you hear me?")
    ada.sees("can you hear me?")
    ada.says("yes, while my cell runs")
    mira.sees("yes, while my cell runs")
    expect(ada.chat.locator(".banner")).to_have_count(0)
    assert _still_running(ada)
    gate.touch()
    ada.lab.wait_kernel()
    mira.sees("yes, while my cell runs")


@pytest.mark.nightly
def test_an_old_kernel_hears_while_busy_and_sends_once_afterwards(lesson: Class) -> None:
    mira = lesson.instructor()
    ada = lesson.student("Ada", OLD)
    gate = _keep_busy(ada)
    mira.says("can you hear me?")
    ada.sees("can you hear me?")
    ada.says("I can only answer later")
    expect(ada.chat.locator(".banner")).to_contain_text("The kernel is busy.")
    ada.sees("I can only answer later")
    assert mira.message("I can only answer later").count() == 0
    assert _still_running(ada)
    gate.touch()
    mira.sees("I can only answer later")
    ada.lab.wait_kernel()
    expect(ada.chat.locator(".banner")).to_have_count(0)
    ada.sees("I can only answer later")
    assert mira.messages() == ["can you hear me?", "I can only answer later"]


def _keep_busy(person: Person) -> Path:
    """Run a cell until the file returned exists."""
    gate = person.lab.folder / "go-on"
    code = (
        "import time, pathlib\n"
        f"while not pathlib.Path({str(gate)!r}).exists():\n"
        "    time.sleep(0.05)"
    )
    run = "window.__running = true; __lab.execute(code).then(() => { window.__running = false; });"
    person.lab.page.evaluate(f"(code) => {{ {run} }}", code)
    person.lab.wait_busy()
    return gate


def _still_running(person: Person) -> bool:
    """Return True if the cell of `_keep_busy` runs: a subshell's messages say *idle* in between."""
    return bool(person.lab.page.evaluate("() => window.__running"))


def test_a_second_view_shows_the_same_chat(pair: tuple[Person, Person]) -> None:
    mira, ada = pair
    ada.lab.page.evaluate("() => __lab.panel().content.activeCellIndex = 2")
    ada.lab.command("notebook:create-output-view")
    views = ada.lab.page.locator(".edu.chat")
    expect(views).to_have_count(2)
    mira.says("in both of them")
    for index in range(2):
        expect(views.nth(index).locator("article", has_text="in both of them")).to_have_count(1)


def test_a_restarted_kernel_is_told_and_comes_back(pair: tuple[Person, Person]) -> None:
    mira, ada = pair
    ada.says("before the restart")
    mira.sees("before the restart")
    ada.lab.restart_kernel()
    expect(ada.chat.locator(".banner")).to_contain_text("The kernel has stopped.")
    ada.lab.run_all()
    ada.light("Live")
    ada.sees("before the restart")
    ada.says("and I am the same Ada")
    mira.sees("and I am the same Ada")
    names = mira.lab.execute("print(sorted({m.user_name for m in lesson.chat.messages}))")
    assert names == "['Ada']"
