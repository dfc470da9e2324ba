"""Keys pressed inside a widget in a real JupyterLab: none changes a cell, accelerators go on."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, expect

from .classroom import Class
from .harness import LabPage

#: What a key pressed in the wrong place changes.
STATE = """() => {
  const notebook = __lab.panel().content;
  return {
    sources: notebook.model.sharedModel.cells.map((cell) => cell.getSource()),
    types: notebook.widgets.map((cell) => cell.model.type),
    counts: [...notebook.model.cells].map((cell) => cell.executionCount),
    active: notebook.activeCellIndex,
    selected: notebook.selectedCells.length,
    mode: notebook.mode,
    inside: document.activeElement.shadowRoot !== null,
  };
}"""

#: Keys that delete, add, change and run cells, merge, move and select them.
STROKES: dict[str, list[str]] = {
    "deletes": [*"ddxz", "Control+x"],
    "adds and changes": [*"abcvmyjko", *"00", "Control+m", "Shift+M"],
    "runs": ["Shift+Enter", "Control+Enter", "Alt+Enter"],
    "merges and moves": ["Control+Backspace", "Control+Shift+M", "Control+Shift+ArrowUp"],
    "selects": ["Control+a", "Shift+ArrowDown"],
}

PALETTE = ".jp-ModalCommandPalette:not(.lm-mod-hidden)"


def state(page: LabPage) -> Any:
    """The notebook's cells, and where the focus is."""
    return page.page.evaluate(STATE)


def saves(page: LabPage) -> None:
    """Ctrl+S from where the focus is saves the notebook."""
    page.page.evaluate("() => { __lab.panel().context.model.dirty = true }")
    page.page.keyboard.press("Control+s")
    page.wait_for("() => !__lab.panel().context.model.dirty")


def opens_palette(page: LabPage) -> None:
    """Ctrl+Shift+C opens the command palette; Escape closes it."""
    page.page.keyboard.press("Control+Shift+c")
    expect(page.page.locator(PALETTE)).to_be_visible()
    page.page.keyboard.press("Escape")
    expect(page.page.locator(PALETTE)).to_have_count(0)


def keys_stay(page: LabPage, place: Locator, name: str) -> None:
    """No key pressed in `place` changes the notebook; saving and the palette work from it."""
    place.focus()
    before = state(page)
    assert before["inside"], name
    for does, strokes in STROKES.items():
        for stroke in strokes:
            page.page.keyboard.press(stroke)
        assert state(page) == before, f"{does}, on {name}"
    # What leaked late would stand before this in the kernel's queue.
    page.execute("0")
    assert state(page) == before, name
    saves(page)
    assert state(page) == before, name


def test_keys_of_a_widget_are_not_the_notebooks(lesson: Class) -> None:
    mira, ada = lesson.instructor(), lesson.student("Ada")
    mira.lab.execute('lesson.chat.send("Which shape?"); lesson.polls.ask("Why?", ["this", "that"])')
    page = ada.lab
    page.show(2, "lesson.panel(height=300)")
    panel = page.page.locator(".jp-Notebook .edu.panel")
    places: list[tuple[str, str, Locator]] = [
        ("Chat", "a tab", panel.get_by_role("tab", name="Chat")),
        ("Chat", "a message", panel.locator("article", has_text="Which shape?")),
        ("Chat", "a button", panel.get_by_role("button", name="Ask as a question")),
        ("Polls", "an option", panel.get_by_role("radio", name="this")),
        ("Notifications", "a switch", panel.get_by_role("switch", name="Do not disturb")),
    ]
    for tab, name, place in places:
        panel.get_by_role("tab", name=tab).click()
        expect(place).to_be_visible()
        keys_stay(page, place, name)
    opens_palette(page)
    panel.get_by_role("tab", name="Chat").click()
    ada.box.focus()
    before = state(page)
    for does, strokes in STROKES.items():
        for stroke in strokes:
            page.page.keyboard.press(stroke)
        assert state(page) == before, f"{does}, where text is written"
    saves(page)
    assert page.our_errors() == []
