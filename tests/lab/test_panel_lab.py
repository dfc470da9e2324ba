"""The panel in a real JupyterLab: a lesson in tabs, in a cell, beside the notebook, projected."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.waiting import wait_until

from .classroom import Class, Person

SHOW = "panel = lesson.panel(height=300); panel"


def panel(person: Person) -> Locator:
    """A person's view of the panel in its cell."""
    return person.lab.page.locator(".jp-Notebook .edu.panel")


def beside(person: Person) -> Locator:
    """Their view of it in a tab of its own."""
    return person.lab.page.locator(".jp-LinkedOutputView .edu.panel")


def tab(view: Locator, name: str) -> Locator:
    """A tab by the beginning of its name."""
    return view.locator(".tab", has_text=name)


TABS = 9
"""Chat, polls, board, cells, stream, people, progress, notes and notifications."""


def shown(view: Locator, text: str) -> Locator:
    """The visible elements of a view with this text, the parts of its tabs included."""
    return view.get_by_text(text).filter(visible=True)


def goes_to(view: Locator, name: str) -> None:
    """Show a tab."""
    tab(view, name).click()
    expect(tab(view, name)).to_have_attribute("aria-selected", "true")


@pytest.fixture
def pair(lesson: Class) -> tuple[Person, Person]:
    """Mira, who hosts, and Ada, with a panel on screen."""
    mira, ada = lesson.instructor(), lesson.student("Ada")
    for person in (mira, ada):
        person.lab.show(2, SHOW)
        expect(panel(person).get_by_role("tab")).to_have_count(TABS)
        expect(panel(person).locator(".light:visible")).to_have_text(["Live"])
    return mira, ada


def test_a_lesson_in_tabs(pair: tuple[Person, Person]) -> None:
    mira, ada = pair
    # By keys: to the last tab, round to the first and on; what is written meanwhile is counted.
    tab(panel(ada), "Chat").focus()
    for key in ("End", *("ArrowRight",) * 6):
        ada.lab.page.keyboard.press(key)
    expect(tab(panel(ada), "People")).to_be_focused()
    expect(panel(ada).locator(".edu.people")).to_contain_text("Ada (you)")
    mira.says("Who has a shape of (4, 3)?")
    expect(tab(panel(ada), "Chat")).to_have_accessible_name("Chat 1 unread")
    ada.lab.page.keyboard.press("Home")
    ada.sees("Who has a shape of (4, 3)?")
    ada.box.focus()
    ada.lab.page.keyboard.type("dd me")
    ada.lab.page.keyboard.press("Enter")
    mira.sees("dd me")
    goes_to(panel(ada), "People")
    expect(tab(panel(ada), "Chat")).to_have_accessible_name("Chat")

    # A poll opens: counted until it was voted in.
    assert "Error" not in mira.lab.execute('poll = lesson.polls.ask("Which?", ["one", "two"])')
    expect(tab(panel(ada), "Polls")).to_have_accessible_name("Polls 1 to vote in")
    goes_to(panel(ada), "Polls")
    panel(ada).get_by_role("radio", name="two").click()
    expect(panel(ada).locator(".edu.polls")).to_contain_text("Counted")
    goes_to(panel(ada), "Chat")
    expect(tab(panel(ada), "Polls")).to_have_accessible_name("Polls")

    # The instructor's strip.
    goes_to(panel(ada), "People")
    panel(ada).get_by_role("radio", name="Stuck").click()
    expect(panel(mira).locator(".desk .mark")).to_contain_text("1")
    assert "Error" not in ada.lab.execute("lesson.people.raise_hand('Why?')")
    expect(tab(panel(mira), "People")).to_have_accessible_name("People 1 hand waiting")
    panel(mira).locator(".desk").get_by_role("button", name="hand").click()
    expect(panel(mira).locator(".edu.people")).to_contain_text("Why?")
    assert panel(ada).locator(".desk").count() == 0
    for person in (mira, ada):
        assert person.lab.axe(".jp-OutputArea-output") == []
        assert person.lab.our_errors() == []

    # Projected, neither a name nor a message is on the page, nor what only one person sees.
    goes_to(panel(mira), "Chat")
    expect(shown(panel(mira), "dd me")).to_have_count(1)
    panel(mira).get_by_role("switch", name="Projector mode").click()
    expect(panel(mira).locator(".ask")).to_have_text("Which?")
    expect(panel(mira).locator(".tabs")).to_have_count(0)
    for hidden in ("Ada", "dd me", "Live", "Why?"):
        expect(shown(panel(mira), hidden)).to_have_count(0)
    wait_until(lambda: mira.lab.execute("print(panel.projector)") == "True", "Python knows it")
    assert mira.lab.execute("print(panel.hide_names, panel.quiet)") == "True True"
    panel(mira).get_by_role("button", name="Leave projector mode (Esc)").focus()
    mira.lab.page.keyboard.press("Escape")
    expect(panel(mira).get_by_role("tab")).to_have_count(TABS)
    wait_until(lambda: mira.lab.execute("print(panel.quiet)") == "False", "all is as before")
    mira.lab.execute("panel.projector = True")
    expect(panel(mira).locator(".tabs")).to_have_count(0)
    mira.lab.execute("panel.projector = False; panel.show('notifications')")
    expect(panel(mira).locator(".edu.notices")).to_be_visible()


def test_what_notifications_lead_to_comes_to_the_front(pair: tuple[Person, Person]) -> None:
    mira, ada = pair
    # A message, in a tab that was seen before and is hidden.
    goes_to(panel(mira), "Notifications")
    ada.lab.execute("ada = lesson.chat; ada.send('@Mira, is it (4, 3)?').wait()")
    ada.lab.execute("for n in range(30): last = ada.send(f'line {n}')\nlast.wait()")
    expect(tab(panel(mira), "Chat")).to_contain_text("31")
    panel(mira).get_by_role("button", name="Show", exact=True).click()
    expect(tab(panel(mira), "Chat")).to_have_attribute("aria-selected", "true")
    expect(mira.message("is it (4, 3)?")).to_be_in_viewport()
    expect(tab(panel(mira), "Notifications")).to_have_accessible_name("Notifications")

    # A poll, in a tab that nobody has looked at.
    goes_to(panel(ada), "Notifications")
    assert "Error" not in mira.lab.execute('poll = lesson.polls.ask("Which?", ["one", "two"])')
    panel(ada).get_by_role("button", name="Vote", exact=True).click()
    expect(tab(panel(ada), "Polls")).to_have_attribute("aria-selected", "true")
    expect(panel(ada).get_by_role("radio", name="two")).to_be_visible()


def test_beside_the_notebook_narrow_and_after_a_reload(lesson: Class) -> None:
    mira = lesson.instructor()
    mira.lab.show(2, SHOW)
    goes_to(panel(mira), "People")
    expect(panel(mira).locator(".edu.people")).to_contain_text("Mira")
    panel(mira).locator(".tabs").click(button="right", position={"x": 500, "y": 10})
    mira.lab.page.get_by_text("Create New View for Cell Output").click()
    expect(beside(mira).get_by_role("tab")).to_have_count(TABS)

    # It fills its tab, and shows another than the cell.
    goes_to(beside(mira), "Chat")
    expect(beside(mira).locator("textarea")).to_be_visible()
    expect(panel(mira).locator(".edu.people")).to_be_visible()
    height = """() => {
      const around = document.querySelector('.jp-LinkedOutputView');
      const view = document.querySelector('.jp-LinkedOutputView .jp-OutputArea-output');
      return [around.clientHeight, around.scrollHeight, view.getBoundingClientRect().height];
    }"""

    def fills() -> bool:
        has, scrolls, view = mira.lab.page.evaluate(height)
        return bool(view > has - 60 and scrolls <= has + 1)

    wait_until(fills, "the panel fills its tab")
    beside(mira).locator("textarea").click()
    mira.lab.page.keyboard.type("from beside")
    mira.lab.page.keyboard.press("Enter")
    expect(beside(mira).locator("article", has_text="from beside")).to_have_count(1)

    # At 360 px each tab is still a target, and nothing is cut.
    panel(mira).evaluate("(view) => { view.getRootNode().host.style.width = '360px' }")
    expect(panel(mira)).to_have_css("width", "360px")
    strip = panel(mira).locator(".tabs")
    assert strip.evaluate("(tabs) => tabs.scrollWidth - tabs.clientWidth") == 0
    for name in ("Chat", "Polls", "People", "Notifications"):
        box = tab(panel(mira), name).bounding_box()
        assert box is not None
        assert box["width"] >= 32, name
        assert box["height"] >= 32, name
    assert mira.lab.axe(".jp-OutputArea-output") == []

    # The page is loaded again: the same tab, the same lesson, no cell run.
    goes_to(panel(mira), "People")
    mira.lab.reload()
    expect(panel(mira).locator(".edu.people")).to_contain_text("Mira")
    expect(tab(panel(mira), "People")).to_have_attribute("aria-selected", "true")
    goes_to(panel(mira), "Chat")
    mira.sees("from beside")
    assert mira.lab.our_errors() == []
