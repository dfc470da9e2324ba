"""The widgets' code in a real JupyterLab: each page asks for it and imports it once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .classroom import Class, Person
from .conftest import OpenNotebook
from .harness import TRIED

pytestmark = [pytest.mark.own_page, pytest.mark.nightly]

IMPORTED = """() => [...(globalThis[Symbol.for('edu-widgets')] ?? new Map()).keys()]
  .filter((key) => /^core@\\S+( chat@\\S+)? $/.test(key))"""
"""What a page has imported to show the chat; of other files each comes when it is used."""
CLOSE = {
    "user": "import ipywidgets; ipywidgets.Widget.close_all()",
    # What "close all widgets" of a page leaves behind. The kernel's end is closed here, because
    # ipykernel does not get to know of each comm that a page closes.
    "page": (
        "from ipywidgets.widgets.widget import _instances\n"
        "for model in list(_instances.values()): model.comm.close()"
    ),
}


@pytest.mark.parametrize("kernel", TRIED)
def test_each_page_gets_the_code_whenever_it_comes(
    lesson: Class, notebook: OpenNotebook, kernel: str
) -> None:
    mira = lesson.instructor(kernel)
    mira.says("first shown")
    mira.sees("first shown")
    imported = mira.lab.page.evaluate(IMPORTED)
    assert len(imported) == 2

    mira.lab.reload()
    mira.light("Live")
    mira.sees("first shown")

    other = Person(notebook(again=mira.lab))
    other.light("Live")
    other.sees("first shown")

    mira.lab.run_cell(2)
    mira.light("Live")
    assert mira.lab.page.evaluate(IMPORTED) == imported, "imported once a page"
    assert mira.lab.our_errors() == other.lab.our_errors() == []


@pytest.mark.parametrize("closed_by", ["user", "page"])
def test_the_code_is_there_again_after_all_widgets_were_closed(
    lesson: Class, closed_by: str
) -> None:
    mira = lesson.instructor()
    mira.says("before")
    mira.sees("before")
    mira.lab.execute(CLOSE[closed_by])
    expect(mira.lab.page.locator(".edu.chat")).to_have_count(0)
    mira.lab.run_cell(2)
    mira.light("Live")
    mira.sees("before")
    mira.lab.reload()
    mira.light("Live")
    mira.sees("before")
    expect(mira.lab.page.locator(".edu.chat")).to_have_count(1)
