"""`edu-widgets demo`: one command shows a living class, and Ctrl-C ends all of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.waiting import PATIENCE, wait_until

from .harness import REPOSITORY, Lab


@dataclass
class Demo:
    """The running command, and what it printed until it was ready."""

    process: subprocess.Popen[str]
    printed: str

    def address(self, label: str) -> str:
        """An address it printed."""
        found = re.search(rf"{label}:\s+(\S+)", self.printed)
        assert found, self.printed
        return found.group(1)


@pytest.fixture
def demo(tmp_path: Path, bundles: Path, lab: Lab, request: pytest.FixtureRequest) -> Iterator[Demo]:
    """The demo without a browser, until its addresses are printed; with a lesson, that one."""
    del bundles, lab
    more = ["--lesson", request.param] if hasattr(request, "param") else []
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "edu_widgets.cli", "demo", "--no-browser", "--port", "18899", *more],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if "Ctrl-C" in line:
            break
    yield Demo(process, printed)
    if process.poll() is None:
        process.kill()
    process.stdout.close()
    process.wait()


def test_the_first_minute_shows_a_living_class(demo: Demo, lab: Lab, tmp_path: Path) -> None:
    assert demo.process.poll() is None, demo.printed
    assert demo.address("Invite").startswith(demo.address("Service"))
    page = lab.new_page(viewport={"width": 1500, "height": 950})
    try:
        page.goto(demo.address("JupyterLab"))
        chats = page.locator(".edu.chat")
        expect(chats).to_have_count(2)
        for index in range(2):
            chat = chats.nth(index)
            expect(chat.locator(".light")).to_have_text("Live")
            expect(chat.locator("article", has_text="Good morning!")).to_have_count(1)
            expect(chat.locator("header", has_text="(simulated)").first).to_be_attached()
            # More is said while one watches.
            expect(chat.locator("article", has_text="the same object")).to_have_count(1)
        mira, ada = chats.nth(0), chats.nth(1)
        expect(mira.locator(".tag").first).to_have_text("Instructor")
        ada.locator("textarea").fill("Hello from the student's side")
        ada.locator("textarea").press("Enter")
        expect(mira.locator("article", has_text="Hello from the student's side")).to_have_count(1)
        expect(page.locator(".jp-toast-message, .Toastify__toast")).to_have_count(0)
    finally:
        page.close()
    family = psutil.Process(demo.process.pid).children(recursive=True)
    family += [p for p in psutil.process_iter() if _belongs_to(p, tmp_path)]
    assert family
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(PATIENCE) == 0
    wait_until(lambda: not any(p.is_running() for p in family), "nothing of the demo is left")
    assert not list(tmp_path.glob("edu-widgets-*"))


@pytest.mark.nightly  # in each run: tests/test_classmates.py
@pytest.mark.parametrize("demo", ["broadcasting-numpy"], indirect=True)
def test_a_lesson_with_a_question_has_people_who_answer(demo: Demo, lab: Lab) -> None:
    assert demo.process.poll() is None, demo.printed
    page = lab.new_page(viewport={"width": 1500, "height": 950})
    try:
        page.goto(demo.address("JupyterLab"))
        expect(page.locator(".edu.chat")).not_to_have_count(0)
        run_cell(page, "shape.open()")
        poll = page.locator(".edu.polls", has_text="What is the shape of")
        expect(poll.first).to_contain_text(re.compile(r"\b([5-9]|10) of 1\d answered"))
        run_cell(page, 'lesson.chat.send("""**Exercise')
        task = page.locator(".edu.chat article", has_text="Exercise: how far is it?")
        expect(task.first).to_be_attached()
        people = page.locator(".jp-Notebook").first.locator(".edu.people .ct.done .n")
        expect(people.first).to_have_text(re.compile(r"[1-9]"))
    finally:
        page.close()
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(PATIENCE) == 0


def run_cell(page: Page, code: str) -> None:
    """Run the instructor's cell that has this code in it."""
    script = """async (code) => {
        const app = window.jupyterapp;
        const has = (cell) => cell.model.sharedModel.getSource().includes(code);
        const panel = [...app.shell.widgets('main')].find((one) =>
            one.content?.widgets?.some(has));
        app.shell.activateById(panel.id);
        panel.content.activeCellIndex = panel.content.widgets.findIndex(has);
        await app.commands.execute('notebook:run-cell');
    }"""
    page.evaluate(script, code)


def _belongs_to(process: psutil.Process, folder: Path) -> bool:
    try:
        return str(folder) in " ".join(process.cmdline())
    except psutil.Error:
        return False
