"""Code from the chat goes into a cell of the notebook, in a real JupyterLab."""

from __future__ import annotations

from playwright.sync_api import expect

from .classroom import Class


def test_code_goes_into_a_new_cell(lesson: Class) -> None:
    mira = lesson.instructor()
    mira.box.click()
    mira.box.fill("Try this:\n```python\na = 1\nb = a + 1\n```")
    mira.box.press("Enter")
    message = mira.message("Try this")
    expect(message.locator(".state")).to_have_count(0)
    before = mira.lab.notebook_source()
    message.get_by_role("button", name="Insert into a new cell").click()
    expect(message.locator(".copied")).to_have_text("Inserted")
    after = mira.lab.notebook_source()
    assert [source for source in after if source not in before] == ["a = 1\nb = a + 1"]
    # Every other cell is as it was, in its order.
    assert [source for source in after if source in before] == before
    assert mira.lab.our_errors() == []
