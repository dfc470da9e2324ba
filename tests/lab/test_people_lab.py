"""People in a real JupyterLab: a student is stuck and gets help, each in their own browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .classroom import Class, Person
from .harness import KernelError, LabPage


def show(page: LabPage) -> None:
    """Show the people in the place of the chat."""
    page.page.evaluate(
        """(source) => {
          const { content } = window.jupyterapp.shell.currentWidget;
          content.widgets[2].model.sharedModel.setSource(source);
        }""",
        "lesson.people",
    )
    page.run_cell(2)


def people(person: Person) -> Locator:
    """A person's view of the people."""
    return person.lab.page.locator(".edu.people").first


def row(person: Person, name: str) -> Locator:
    """The row of somebody."""
    return people(person).locator(".pp", has_text=name)


def test_stuck_a_hand_with_its_error_help_and_back(lesson: Class) -> None:
    mira, ada = lesson.instructor(), lesson.student("Ada")
    for person in (mira, ada):
        show(person.lab)
        expect(row(person, "Ada")).to_be_visible()
        expect(row(person, "Mira")).to_be_visible()
    with pytest.raises(KernelError, match="ZeroDivisionError"):
        ada.lab.execute("def half(n):\n    return n / 0\n\nhalf(3)")

    # By keys alone, without a key of the notebook's: 3 and H.
    people(ada).get_by_role("radio", name="Following").focus()
    ada.lab.page.keyboard.press("3")
    expect(people(ada).get_by_role("radio", name="Stuck")).to_be_checked()
    expect(row(mira, "Ada")).to_contain_text("Stuck")
    expect(people(mira).locator(".ct.stuck")).to_contain_text("1")
    ada.lab.page.keyboard.press("h")
    expect(people(ada)).to_contain_text("Send the error with it?")
    ada.lab.page.keyboard.type("Why 3 of all numbers, dd?")
    people(ada).get_by_label("Send the error with it?").check()
    people(ada).locator("textarea").press("Enter")

    hand = people(mira).locator(".hand", has_text="Ada")
    expect(hand).to_contain_text("Why 3 of all numbers, dd?")
    hand.locator(".er").click()
    expect(hand.locator("pre")).to_contain_text("return n / 0")
    expect(hand.locator("pre")).not_to_contain_text("/tmp")
    hand.get_by_role("button", name="Take: help Ada").click()
    expect(hand).to_contain_text("You are helping")
    expect(people(ada)).to_contain_text("Mira is helping")

    # Projecting: no name is on the page any more.
    people(mira).get_by_role("switch", name="Hide names").click()
    expect(people(mira)).to_contain_text("Names, notes and errors are hidden.")
    assert "Ada" not in people(mira).inner_text()
    people(mira).get_by_role("switch", name="Hide names").click()
    hand.get_by_role("button", name="Solved").click()
    expect(people(ada)).to_contain_text("Mira has marked it as solved.")
    expect(people(mira)).to_contain_text("No hands up")

    ada.lab.page.close()
    assert "Ada" in people(mira).inner_text(), "closing a page is not leaving"


def test_in_turkish_and_after_the_service_was_killed(lesson: Class) -> None:
    mira, ada = lesson.instructor(), lesson.student("Ada")
    show(ada.lab)
    ada.lab.execute("lesson.people.options = {'height': 300, 'lang': 'tr'}")
    expect(people(ada)).to_contain_text("Takıldım")
    show(mira.lab)
    expect(row(mira, "Ada")).to_be_visible()
    lesson.kill_service()
    expect(people(ada)).to_contain_text("Yeniden bağlanıyor")
    people(ada).get_by_role("radio", name="Bitirdim").click()
    expect(people(ada)).to_contain_text("Saklandı")
    mira.lab.execute(f"{lesson.host_call}.wait_connected(180)")
    expect(row(mira, "Ada")).to_contain_text("Done")
    expect(people(ada)).not_to_contain_text("Saklandı")
