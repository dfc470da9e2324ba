"""The widgets' code in a real JupyterLab: it travels once a kernel and reaches every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .classroom import Class, Person
from .conftest import OpenNotebook
from .harness import KERNELS

pytestmark = pytest.mark.own_page

IMPORTED = "() => [...(globalThis[Symbol.for('edu-widgets')] ?? new Map()).keys()]"
CLOSE = {
    "user": "import ipywidgets; ipywidgets.Widget.close_all()",
    # What "close all widgets" of a page leaves behind. The kernel's end is closed here, because
    # ipykernel does not get to know of each comm that a page closes.
    "page": "for model in list(_instances.values()): model.comm.close()",
}
MODELS = """
from ipywidgets.widgets.widget import _instances
from edu_widgets.notebook.shared_code import SharedCode
code = [w for w in _instances.values() if isinstance(w, SharedCode)]
print(sorted(w.name for w in code))
"""


@pytest.mark.parametrize("kernel", KERNELS)
def test_each_page_gets_the_code_whenever_it_comes(
    lesson: Class, notebook: OpenNotebook, kernel: str
) -> None:
    mira = lesson.instructor(kernel)
    mira.says("first shown")
    mira.sees("first shown")
    assert mira.lab.execute(MODELS) == "['chat', 'core']"
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
    # With a second page comes what tells people apart who share a kernel.
    assert mira.lab.execute(MODELS) == "['chat', 'core', 'viewers']", "one model a file"
    now = mira.lab.page.evaluate(IMPORTED)
    assert set(imported) <= set(now), "as before"
    assert len(now) <= 3, "imported once a page"
    assert mira.lab.our_errors() == other.lab.our_errors() == []


@pytest.mark.parametrize("closed_by", CLOSE)
def test_the_code_is_there_again_after_all_widgets_were_closed(
    lesson: Class, closed_by: str
) -> None:
    mira = lesson.instructor()
    mira.says("before")
    mira.sees("before")
    mira.lab.execute(MODELS)
    mira.lab.execute(CLOSE[closed_by])
    expect(mira.lab.page.locator(".edu.chat")).to_have_count(0)
    mira.lab.run_cell(2)
    mira.light("Live")
    mira.sees("before")
    assert mira.lab.execute(MODELS) == "['chat', 'core']"
    mira.lab.reload()
    mira.light("Live")
    mira.sees("before")
    expect(mira.lab.page.locator(".edu.chat")).to_have_count(1)
