"""A lesson at the board in a real JupyterLab: an instructor's mouse, and a student's finger."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.waiting import wait_until

from .classroom import Class, Person

pytestmark = pytest.mark.nightly

PLOT = """
import matplotlib; matplotlib.use("agg")
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
_ = axes.plot([20, 21, 24, 23])
receipt = lesson.board.add_figure(figure, alt="Temperatures of four days").wait(60)
"""
HELD = "print(sorted((one.user_name, one.tool, one.state) for one in lesson.board.strokes))"


def board(person: Person) -> Locator:
    """A person's view of the board."""
    return person.lab.page.locator(".edu.board").first


def sheet(person: Person) -> Locator:
    return board(person).locator(".sheet")


def place(person: Person, x: float, y: float) -> tuple[float, float]:
    """A place of the sheet on the screen."""
    box = board(person).locator("canvas").bounding_box()
    assert box is not None
    return box["x"] + x, box["y"] + y


def draw(person: Person, *places: tuple[float, float]) -> None:
    """Draw with the mouse."""
    mouse = person.lab.page.mouse
    mouse.move(*place(person, *places[0]))
    mouse.down()
    for one in places[1:]:
        mouse.move(*place(person, *one), steps=6)
    mouse.up()


def touch(person: Person, *places: tuple[float, float]) -> None:
    """Draw with a finger, as the browser tells of one."""
    devtools = person.lab.page.context.new_cdp_session(person.lab.page)

    def tell(type_: str, *points: tuple[float, float]) -> None:
        at = [dict(zip("xy", place(person, *point), strict=True)) for point in points]
        devtools.send("Input.dispatchTouchEvent", {"type": type_, "touchPoints": at})

    tell("touchStart", places[0])
    for one in places[1:]:
        tell("touchMove", one)
    tell("touchEnd")
    devtools.detach()


def holds(person: Person, *wanted: tuple[str, str, str]) -> None:
    """Their kernel has exactly these things: author, tool, and whether it was sent."""
    wait_until(
        lambda: person.lab.execute(HELD).strip() == str(sorted(wanted)), f"the board has {wanted}"
    )


def test_a_lesson_is_drawn_over_a_figure_by_mouse_and_by_finger(
    lesson: Class, tmp_path: Path
) -> None:
    mira = lesson.instructor()
    ada = lesson.student("Ada", viewport={"width": 900, "height": 1000}, has_touch=True)
    for person in (mira, ada):
        person.lab.show(2, "lesson.board")
        expect(sheet(person)).to_be_visible()

    # A figure is a page, and the instructor's mouse draws over it.
    assert "Error" not in mira.lab.execute(PLOT)
    for person in (mira, ada):
        board(person).get_by_role("button", name="Next page").click()
        expect(board(person).locator("img.ground, .ground img")).to_have_count(1)
    draw(mira, (80, 80), (160, 120), (240, 80))
    for person in (mira, ada):
        expect(sheet(person)).to_have_attribute("aria-label", "Page 2 of 2: 1 thing on it")
    holds(ada, ("Mira", "pen", "sent"))

    # Who has no pen does not draw, and draws once there is one.
    touch(ada, (80, 160), (160, 170), (240, 160))
    expect(board(ada)).to_contain_text("Only staff draws.")
    board(mira).get_by_role("button", name="Pen: nobody has it").click()
    board(mira).get_by_role("menuitemradio", name="Ada").click()
    expect(board(ada).get_by_role("toolbar")).to_be_visible()
    touch(ada, (80, 160), (160, 170), (240, 160))
    holds(mira, ("Ada", "pen", "sent"), ("Mira", "pen", "sent"))

    # Without a connection strokes are kept, and arrive when there is one.
    lesson.kill_service()
    expect(board(ada).locator(".light")).to_have_text(re.compile("Reconnecting|Offline"))
    touch(ada, (80, 220), (160, 230), (240, 220))
    touch(ada, (80, 240), (160, 250), (240, 240))
    holds(ada, *[("Ada", "pen", "queued")] * 2, ("Ada", "pen", "sent"), ("Mira", "pen", "sent"))
    mira.lab.run_cell(1)  # host() again: the same address, the same board
    holds(mira, *[("Ada", "pen", "sent")] * 3, ("Mira", "pen", "sent"))

    # The page is saved with its figure and all ink.
    board(ada).get_by_role("button", name="Export").click()
    with ada.lab.page.expect_download() as download:
        board(ada).get_by_role("menuitem", name="As PNG").click()
    saved = tmp_path / "page.png"
    download.value.save_as(saved)
    assert saved.read_bytes().startswith(b"\x89PNG")
    for person in (mira, ada):
        assert person.lab.our_errors() == []
