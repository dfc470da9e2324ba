"""Install a host, and be in a lesson in it.

Join, receive, send, vote, outlive the service, reload, run again, change the theme:

    python -m tests.hosts marimo            # one of the names below, or several
    python -m tests.hosts --list

Each host gets an environment of its own in the system's temporary folder (or `$EDU_HOSTS`), where
it stays for the next time. Pictures are left in test-results/. Ends with 1 if a step failed.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Page, expect, sync_playwright

import edu_widgets as edu
from edu_widgets import folders
from edu_widgets.service import state
from tests.conftest import ROOT
from tests.hosting import hosted
from tests.lab.harness import CHROMIUM_FLAGS, find_chromium
from tests.ports import own_port
from tests.waiting import PATIENCE, wait_until

from .browser_python import Pyodide
from .environments import environment, version, wheel
from .pages import (
    Editor,
    Jupyter,
    Marimo,
    MarimoRun,
    Notebook,
    Served,
    Voila,
    VoilaClassic,
    shown,
)
from .static import Static

PICTURES = ROOT / "test-results"
"""What each host showed, and what the pages did when a step failed."""
TOLD = ("jupyterlab", "notebook", "voila", "marimo", "nbconvert", "ipykernel", "anywidget")
"""The packages whose versions are told, where they are installed."""
LEAST_WIDTH = 300
"""Pixels, of a page of 900."""
MOST_SAVED = 2_000
"""Bytes of one widget in a saved notebook."""


@dataclass(frozen=True)
class Host:
    """A host, and what pip installs for it."""

    page: type[Served | Static | Pyodide]
    packages: tuple[str, ...]


HOSTS = {
    "marimo": Host(Marimo, ("marimo==0.25.*",)),
    "marimo-run": Host(MarimoRun, ("marimo==0.25.*",)),
    "voila": Host(Voila, ("voila==0.5.*", "ipykernel")),
    "voila-classic": Host(VoilaClassic, ("voila==0.5.*", "ipykernel")),
    "static": Host(Static, ("nbconvert==7.*", "ipykernel")),
    "pyodide": Host(Pyodide, ("ipykernel",)),
    "notebook-7": Host(Notebook, ("notebook==7.*", "ipykernel")),
    **{
        f"lab-{minor}": Host(Jupyter, (f"jupyterlab=={minor}.*", "ipykernel"))
        for minor in ("4.2", "4.3", "4.4", "4.5", "4.6")
    },
    **{
        f"ipykernel-{pin}": Host(Jupyter, (f"ipykernel=={pin}.*", "jupyterlab==4.6.*"))
        for pin in ("6.17", "6.29", "7.0", "7.4")
    },
}

CELLS = (
    """
import os
os.environ["EDU_WIDGETS_DATA_DIR"] = {folder!r}
import edu_widgets as edu
lesson = edu.join({invite!r}{name}).wait_connected(180)
""",
    "lesson.chat",
    "lesson.polls",
)


class Steps:
    """The steps that were tried, with their results."""

    def __init__(self, name: str) -> None:
        self.failed = False
        self.pages: list[Page] = []
        self._host = name

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step; one that fails does not keep the next from being tried."""
        try:
            yield
        except Exception:  # noqa: BLE001 - told, and the end is 1
            self.failed = True
            print(f"{self._host}: {name} FAILED\n{traceback.format_exc()}", flush=True)
            for number, page in enumerate(self.pages):
                page.screenshot(path=PICTURES / f"{self._host}-{name}-{number}.png")
        else:
            print(f"{self._host}: {name}", flush=True)


def scenario(name: str, host: Host, lesson: Any, folder: Path, package: Path) -> Steps:
    """Go through it all in one host."""
    python = environment(name, host.packages, package)
    told = [f"{one} {found}" for one in TOLD if (found := version(python, one))]
    print(f"{name}: {', '.join(told)}", flush=True)
    steps = Steps(name)
    guests = issubclass(host.page, Served) and host.page.visitors > 1
    who = "" if guests else ", name='Ada'"
    cells = [
        cell.format(folder=str(folder / "ada"), invite=lesson.invite, name=who) for cell in CELLS
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        with host.page(python, folder, cells, browser) as place:
            steps.pages = place.pages
            match place:
                case Static():
                    _is_over(steps, place, PICTURES / f"{name}.png")
                case Pyodide():
                    with steps.step("one sentence"):
                        said = place.said(lesson.invite)
                        assert "Use a Jupyter whose kernel runs on a computer." in said, said
                case Served():
                    _live(steps, place, lesson, PICTURES / f"{name}.png")
        browser.close()
    return steps


def _live(steps: Steps, place: Served, lesson: Any, picture: Path) -> None:
    page = place.open()
    with steps.step("join"):
        shown(page)
    page.screenshot(path=picture)
    if steps.failed:
        return
    with steps.step("wide enough"):
        for view in page.locator(".edu.chat, .edu.polls").all():
            assert view.evaluate("view => view.clientWidth") >= LEAST_WIDTH
    _take_part(steps, page, lesson)
    if place.visitors > 1:
        _visit(steps, place, lesson)
    _outlive_the_service(steps, page, lesson)
    _look_again(steps, place, page, picture)


def _visit(steps: Steps, place: Served, lesson: Any) -> None:
    """Look at the page as a second visitor."""
    with steps.step("second visitor"):
        other = place.open()
        shown(other)
        _sees(other, "Welcome")
        wait_until(lambda: len(_people(lesson)) == 3, "two visitors are two people")
    with steps.step("all are students"):
        guests = [person for person in _people(lesson) if person.user_id != lesson.user.user_id]
        assert [person.role for person in guests] == ["student", "student"], guests
    with steps.step(f"kernels: {place.kernels}"):
        server = psutil.Process(place.server.pid)
        own = [child for child in server.children(recursive=True) if _is_kernel(child)]
        assert len(own) == place.kernels, [child.cmdline() for child in own]


def _is_kernel(process: psutil.Process) -> bool:
    return any("ipykernel" in word for word in process.cmdline())


def _is_over(steps: Steps, place: Static, picture: Path) -> None:
    for name, scripts, told in (
        ("run", True, "This was live. To take part"),
        ("plain", False, "This was live: run this cell again"),
        ("plain", True, "This was live: run this cell again"),
    ):
        with steps.step(f"{name}.html {'with' if scripts else 'without'} scripts says it was live"):
            page = place.open(name, scripts=scripts)
            said = page.get_by_text(told)
            expect(said).to_have_count(2)  # the chat and the polls
            expect(said.first).to_be_visible()
            page.screenshot(path=picture.with_stem(f"{picture.stem}-{name}"))
            expect(page.locator("textarea, input, button")).to_have_count(0)
            expect(page.get_by_text("busy")).to_have_count(0)
    with steps.step("hardly any code is saved"):
        assert max(place.sizes()) <= MOST_SAVED, place.sizes()


def _take_part(steps: Steps, page: Page, lesson: Any) -> None:
    with steps.step("receive"):
        lesson.chat.send("Welcome")
        _sees(page, "Welcome")
    with steps.step("send"):
        box = page.locator(".edu.chat textarea").first
        box.click()
        box.press_sequentially("Hello from here")
        box.press("Enter")
        wait_until(
            lambda: any(m.content == "Hello from here" for m in lesson.chat.messages), "it arrives"
        )
    with steps.step("vote"):
        poll = lesson.polls.ask("What is `2 ** 3`?", ["6", "8"])
        page.locator(".edu.polls").get_by_role("radio", name="8").first.click()
        wait_until(lambda: poll.answered == 1, "the vote is counted")


def _outlive_the_service(steps: Steps, page: Page, lesson: Any) -> None:
    """Write while the service is gone, and see it arrive once the service is back."""
    chat = page.locator(".edu.chat").first
    with steps.step("the loss is seen"):
        about = state.read(folders.service_folder(lesson.course))
        assert about is not None
        os.kill(about.pid, signal.SIGKILL)
        expect(chat.locator(".light")).to_have_text("Reconnecting")
    with steps.step("written meanwhile"):
        box = chat.locator("textarea")
        box.click()
        box.press_sequentially("While it was gone")
        box.press("Enter")
        expect(chat.locator("article", has_text="While it was gone")).to_contain_text("Waiting")
    with steps.step("reconnect"):
        assert edu.host(lesson.course, port=about.port, rate_limits=False) is lesson
        shown(page)
        wait_until(
            lambda: [m.content for m in lesson.chat.messages].count("While it was gone") == 1,
            "it arrives once",
        )
        expect(chat.locator("article", has_text="Waiting")).to_have_count(0)
        for text in ("Welcome", "Hello from here", "While it was gone"):
            _sees(page, text)


def _look_again(steps: Steps, place: Served, page: Page, picture: Path) -> None:
    page.screenshot(path=picture)
    with steps.step("reload"):
        place.reload(page)
        shown(page)
        _sees(page, "Welcome")
    if isinstance(place, Editor):
        with steps.step("run again"):
            place.rerun(page)
            shown(page)
            _sees(page, "Welcome")
    if not place.has_dark_theme:
        return
    with steps.step("theme"):
        place.make_dark(page)
        shown(page)
        dark = "chat => chat.getRootNode().host.dataset.scheme === 'dark'"
        wait_until(lambda: page.locator(".edu.chat").first.evaluate(dark), "it is dark")
    page.screenshot(path=picture.with_name(f"{picture.stem}-dark.png"))


def _sees(page: Page, text: str) -> None:
    expect(page.locator(".edu.chat").first.locator("article", has_text=text)).to_have_count(1)


def _people(lesson: Any) -> list[Any]:
    return list(lesson.people.all)


def main() -> int:
    """Run what was asked for, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hosts", nargs="*", choices=[*HOSTS, []], help="default: all")
    parser.add_argument("--list", action="store_true", help="only tell their names")
    said = parser.parse_args()
    if said.list:
        print("\n".join(HOSTS))
        return 0
    expect.set_options(timeout=PATIENCE * 1000)
    package, failed = wheel(), False
    for name in said.hosts or HOSTS:
        # A service that was started again may still write while its folder goes.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
            folder = Path(made)
            with (
                pytest.MonkeyPatch.context() as patch,
                hosted(folder / "mira", patch, port=own_port(), rate_limits=False) as lesson,
            ):
                steps = scenario(name, HOSTS[name], lesson, folder, package)
        failed = failed or steps.failed
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
