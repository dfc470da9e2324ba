"""The class behind a real JupyterHub and its proxy, with the configuration that the page shows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.client.network import Network
from tests.hub.harness import RealHub
from tests.hub.server import ADDRESS
from tests.lab.harness import CHROMIUM_FLAGS, VIEWPORT, find_chromium, notebook_of
from tests.waiting import PATIENCE

pytestmark = pytest.mark.nightly
"""Eleven seconds of a processor, of which the Hub takes most."""


def test_somebody_of_a_hub_is_in_the_class_by_each_transport(
    tmp_path: Path, node_modules: dict[str, str]
) -> None:
    """Mira, whom a group makes an instructor, on a Hub whose base URL is not the root."""
    hub = RealHub(tmp_path / "hub", node_modules, base="/jupyter/")
    with Network(hub.port) as network:
        network.upgrade = 403
        another = f"{network.base}/jupyter/services/class/"
        hub.of_people["BY_ANOTHER_WAY"] = {"mira": another}
        with hub:
            assert hub.status(hub.service) == hub.status(f"{hub.service}/") == 200
            assert hub.status(f"{hub.service}/health", Host="proxy-public") == 200
            assert hub.status(f"{hub.service}/health", Host="other.example.org") == 403
            hub.start("mira")
            assert hub.ask("mira") == [
                ["mira", "instructor", "websocket"],
                ["mira", "instructor", "event stream"],
            ]
            hub.ask("mira", "say/Hello")
            assert hub.ask("mira", "heard/Hello") == [["Hello"], ["Hello"]]


# -- in browsers --------------------------------------------------------------------------------

LAB = (
    "jupyterhub-singleuser",
    "--allow-root",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LanguageServerManager.autodetect=False",
)
ENTER = "import edu_widgets as edu\nlesson = edu.connect().wait_connected(180)"
KERNEL = """() => globalThis.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel
    ?.connectionStatus === 'connected'"""


def chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))


def visit(browser: Browser, hub: RealHub, name: str, cells: Sequence[str]) -> Page:
    """Somebody logs in in a browser of their own, and runs the cells of a notebook there."""
    (hub.home(name) / "lesson.ipynb").write_text(json.dumps(notebook_of(cells, "python3")), "utf-8")
    page = browser.new_context(viewport=VIEWPORT).new_page()
    page.context.set_default_timeout(PATIENCE * 1000)
    page.goto(f"{hub.url}hub/login")
    page.locator("#username_input").fill(name)
    page.locator("#login_submit").click()
    page.goto(f"{hub.url}user/{name}/doc/tree/lesson.ipynb", wait_until="domcontentloaded")
    page.wait_for_function(KERNEL)
    page.evaluate("() => globalThis.jupyterapp.commands.execute('notebook:run-all-cells')")
    return page


def says(page: Page, text: str) -> None:
    box = page.locator(".edu.chat textarea").first
    box.fill(text)
    box.press("Enter")


def sees(page: Page, text: str) -> None:
    expect(page.locator(".edu.chat").first.locator("article", has_text=text)).to_have_count(1)


def test_two_students_and_an_instructor_in_their_browsers(
    tmp_path: Path, node_modules: dict[str, str], bundles: Path
) -> None:
    """Ada by a WebSocket, Bob where none gets through, and Mira, who asks them."""
    del bundles
    hub = RealHub(tmp_path / "hub", node_modules, server=LAB)
    with Network(hub.port) as network:
        network.upgrade = 403
        hub.of_people[ADDRESS] = {"bob": f"{network.base}/services/class"}
        with hub, sync_playwright() as playwright, chromium(playwright) as browser:
            hub.start("ada", "bob", "mira")
            views = "lesson.chat", "lesson.polls", "print(lesson.user.role, lesson.status())"
            people = {name: visit(browser, hub, name, [ENTER, *views]) for name in ("ada", "bob")}
            ask = 'poll = lesson.polls.ask("2 ** 3?", ["6", "8"], seconds=600)'
            mira = visit(browser, hub, "mira", [ENTER, *views, ask])
            people["mira"] = mira
            for name, page in people.items():
                expect(page.locator(".edu.chat .light").first).to_have_text("Live")
                says(page, f"Here is {name}.")
            for page in people.values():
                for name in people:
                    sees(page, f"Here is {name}.")
                    writer = page.locator(".edu.chat").first.locator("article", has_text=name)
                    expect(writer.first).to_contain_text(name)
            told = {
                name: page.locator(".jp-OutputArea-output pre") for name, page in people.items()
            }
            expect(told["ada"].filter(has_text="student Live over websocket")).to_have_count(1)
            expect(told["bob"].filter(has_text="student Live over event stream")).to_have_count(1)
            expect(told["mira"].filter(has_text="instructor Live over websocket")).to_have_count(1)
            for name, answer in (("ada", "8"), ("bob", "6")):
                choices = people[name].locator(".edu.polls").first
                choices.get_by_role("radio", name=answer).first.click()
            expect(mira.locator(".edu.polls .answered").first).to_contain_text("2")
