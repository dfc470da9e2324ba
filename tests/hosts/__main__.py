"""Install a host, and be in a lesson in it: join, receive, send, vote, theme, reload, run again.

    python -m tests.hosts marimo            # one of the names below, or several
    python -m tests.hosts --list

Each host gets an environment of its own in the system's temporary folder (or `$EDU_HOSTS`), where
it stays for the next time. A picture of each is left in docs/images/hosts/. Ends with 1 if a step
failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.conftest import ROOT
from tests.hosting import hosted
from tests.lab.harness import CHROMIUM_FLAGS, find_chromium
from tests.waiting import PATIENCE, wait_until

from .environments import environment, version, wheel
from .pages import (
    HostPage,
    Jupyter,
    Marimo,
    MarimoRun,
    Notebook,
    Static,
    Voila,
    VoilaClassic,
    shown,
)

PICTURES = ROOT / "docs/images/hosts"


@dataclass(frozen=True)
class Host:
    """A host, and what pip installs for it; the first of it gives the version."""

    page: type[HostPage]
    packages: tuple[str, ...]


HOSTS = {
    "marimo": Host(Marimo, ("marimo==0.25.*",)),
    "marimo-run": Host(MarimoRun, ("marimo==0.25.*",)),
    "voila": Host(Voila, ("voila==0.5.*", "ipykernel")),
    "voila-classic": Host(VoilaClassic, ("voila==0.5.*", "ipykernel")),
    "static": Host(Static, ("nbconvert==7.*", "ipykernel")),
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
    """What was tried, and what came of it."""

    def __init__(self) -> None:
        self.failed: dict[str, str] = {}
        self.done: list[str] = []

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """A step; one that fails does not keep the next from being tried."""
        try:
            yield
            self.done.append(name)
        except Exception:  # noqa: BLE001 - reported at the end
            self.failed[name] = traceback.format_exc()


def scenario(name: str, host: Host, lesson: Any, folder: Path, package: Path) -> Steps:
    """Go through it all in one host."""
    python = environment(name, host.packages, package)
    told = host.packages[0].split("=")[0]
    print(f"{name}: {told} {version(python, told)}", flush=True)
    steps = Steps()
    who = "" if host.page.visitors > 1 else ", name='Ada'"
    cells = [
        cell.format(folder=str(folder / "ada"), invite=lesson.invite, name=who) for cell in CELLS
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        with host.page(python, folder, cells, browser) as place:
            page = place.open()
            if isinstance(place, Static):
                _is_over(steps, place, page)
                page.screenshot(path=PICTURES / f"{name}.png")
                return steps
            with steps.step("join"):
                shown(page)
            _take_part(steps, page, lesson)
            if place.visitors > 1:
                with steps.step("second visitor"):
                    other = place.open()
                    shown(other)
                    _sees(other, "Welcome")
                    wait_until(lambda: len(_people(lesson)) == 3, "two visitors are two people")
            _look_again(steps, place, page, PICTURES / f"{name}.png")
        browser.close()
    return steps


def _is_over(steps: Steps, place: Static, page: Page) -> None:
    with steps.step("says that it was live"):
        expect(page.get_by_text("This was live.").first).to_be_visible()
        expect(page.locator("textarea, input")).to_have_count(0)
    with steps.step("hardly any code is saved"):
        assert max(place.code()) < 4_000, place.code()


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


def _look_again(steps: Steps, place: HostPage, page: Page, picture: Path) -> None:
    picture.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=picture)
    with steps.step("reload"):
        place.reload(page)
        shown(page)
        _sees(page, "Welcome")
    if place.reruns:
        with steps.step("run again"):
            place.rerun(page)
            shown(page)
            _sees(page, "Welcome")
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
    package, worst = wheel(), 0
    for name in said.hosts or HOSTS:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            with (
                pytest.MonkeyPatch.context() as patch,
                hosted(folder / "mira", patch, rate_limits=False) as lesson,
            ):
                steps = scenario(name, HOSTS[name], lesson, folder, package)
        for step, why in steps.failed.items():
            print(f"{name}: {step} FAILED\n{why}", flush=True)
        print(f"{name}: {', '.join(steps.done)}: well", flush=True)
        worst = worst or bool(steps.failed)
    return int(worst)


if __name__ == "__main__":
    sys.exit(main())
