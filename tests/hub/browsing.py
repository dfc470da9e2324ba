"""People of a JupyterHub in browsers of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence

from playwright.sync_api import Browser, Page, Playwright, expect

from tests.hub.harness import RealHub
from tests.lab.harness import CHROMIUM_FLAGS, VIEWPORT, find_chromium, notebook_of
from tests.waiting import PATIENCE

LAB = (
    "jupyterhub-singleuser",
    "--allow-root",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LanguageServerManager.autodetect=False",
)
"""The command of a person's server: JupyterLab, without what it would ask the internet."""

ENTER = f"import edu_widgets as edu\nlesson = edu.connect().wait_connected({PATIENCE:g})"
VIEWS = ("lesson.chat", "lesson.polls", "print(lesson.user.role, lesson.status())")

_KERNEL = """() => globalThis.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel
    ?.connectionStatus === 'connected'"""


def chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))


class Person:
    """Somebody who logs in in a browser of their own, and runs the cells of a notebook there."""

    def __init__(self, browser: Browser, hub: RealHub, name: str, cells: Sequence[str]) -> None:
        self.name = name
        notebook = notebook_of([ENTER, *cells], "python3")
        (hub.home(name) / "lesson.ipynb").write_text(json.dumps(notebook), "utf-8")
        self.page: Page = browser.new_context(viewport=VIEWPORT).new_page()
        self.page.context.set_default_timeout(PATIENCE * 1000)
        self.page.goto(f"{hub.url}hub/login")
        self.page.locator("#username_input").fill(name)
        self.page.locator("#login_submit").click()
        self.page.wait_for_url(f"{hub.url}user/{name}/**", wait_until="commit")
        lab = f"{hub.url}user/{name}/doc/tree/lesson.ipynb"
        self.page.goto(lab, wait_until="domcontentloaded")
        self.page.wait_for_function(_KERNEL)
        self.page.evaluate("globalThis.jupyterapp.commands.execute('notebook:run-all-cells')")

    def says(self, text: str) -> None:
        box = self.page.locator(".edu.chat textarea").first
        box.fill(text)
        box.press("Enter")

    def sees(self, text: str, writer: str) -> None:
        """Wait until a message is there, once, with its writer's name."""
        message = self.page.locator(".edu.chat").first.locator("article", has_text=text)
        expect(message).to_have_count(1)
        expect(message).to_contain_text(writer)

    def is_told(self, text: str) -> None:
        """Wait until a cell has printed something."""
        printed = self.page.locator(".jp-OutputArea-output pre").filter(has_text=text)
        expect(printed).to_have_count(1)

    def votes(self, answer: str) -> None:
        polls = self.page.locator(".edu.polls").first
        polls.get_by_role("radio", name=answer).first.click()

    def counts_votes(self, number: int, of: int) -> None:
        turn = self.page.locator(".edu.polls").first.locator(".turn")
        expect(turn).to_contain_text(f"{number} of {of} answered")
