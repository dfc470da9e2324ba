"""An instructor's and a student's notebook side by side in one JupyterLab: who said it stays so."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from .classroom import Class, Person


def beside(mira: Person, ada: Person) -> Page:
    """Mira's page with Ada's notebook next to hers; both kernels run on."""
    ada.lab.close()
    lab, page = mira.lab.lab, mira.lab.page
    page.goto(f"{lab.url}/lab/tree/{mira.lab.name}?token={lab.token}")
    mira.lab.wait_kernel().run_cell(2)
    expect(page.locator(".edu.chat .light")).to_have_text(["Live"])
    mira.lab.command(
        "docmanager:open",
        {"path": ada.lab.name, "factory": "Notebook", "options": {"mode": "split-right"}},
    )
    mira.lab.wait_for("(path) => __lab.panel()?.context.path === path", ada.lab.name)
    mira.lab.wait_kernel().run_cell(2)
    expect(page.locator(".edu.chat .light")).to_have_text(["Live", "Live"])
    return page


def chat(page: Page, place: int) -> Locator:
    """The chat in the first (Mira's) or second (Ada's) notebook of a page."""
    return page.locator(".jp-NotebookPanel").nth(place).locator(".edu.chat")


@pytest.mark.parametrize("kernel", ["ipykernel-7.4"])
def test_two_people_in_one_page(lesson: Class, kernel: str) -> None:
    mira, ada = lesson.instructor(kernel), lesson.student("Ada", kernel)
    page = beside(mira, ada)
    hers, adas = chat(page, 0), chat(page, 1)
    hers.locator("textarea").press_sequentially("for the class")
    expect(adas.locator("textarea")).to_have_value("")
    adas.locator("textarea").press_sequentially("a question")
    expect(hers.locator("textarea")).to_have_value("for the class")
