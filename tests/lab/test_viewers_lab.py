"""Two people, two browsers, one kernel: each under a name of their own."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from .classroom import Class, Person
from .conftest import OpenNotebook
from .harness import NAMED
from .test_panel_lab import SHOW, goes_to, panel, tab


def named(name: str) -> dict[str, Any]:
    return {"extra_http_headers": {NAMED: name}}


def sign(person: Person) -> Locator:
    return person.lab.page.locator(".jp-Notebook .sign:visible").first


@pytest.mark.parametrize("kernel", ["ipykernel-7.4"])
def test_two_people_in_one_kernel_are_two(
    lesson: Class, notebook: OpenNotebook, kernel: str
) -> None:
    mira = lesson.instructor(kernel)
    ada = lesson.student("Ada", kernel, **named("Ada"))
    expect(sign(ada)).to_have_count(0)
    ada.lab.show(2, SHOW)
    bob = Person(notebook(again=ada.lab, **named("Bob")).wait_kernel())
    bob.lab.show(2, SHOW)
    expect(sign(bob)).to_contain_text("You are Bob")
    expect(sign(ada)).to_contain_text("+1")

    # What is written, being written, and not sent yet.
    ada.box.press_sequentially("a draft of mine")
    bob.says("Same error here.")
    bob.sees("Same error here.")
    ada.sees("Same error here.")
    expect(ada.message("Same error here.")).to_contain_text("via Ada")
    expect(ada.message("Same error here.").locator("header b")).to_have_text("Bob")
    expect(ada.box).to_have_value("a draft of mine")
    expect(bob.box).to_have_value("")
    bob.box.press_sequentially("typing")
    expect(ada.chat.locator(".typing")).to_contain_text("Bob")

    # What is unread, and what is voted.
    goes_to(panel(bob), "Polls")
    mira.says("Who has it?")
    ada.sees("Who has it?")
    expect(tab(panel(bob), "Chat")).to_have_accessible_name("Chat 1 unread")
    expect(tab(panel(ada), "Chat")).to_have_accessible_name("Chat")
    assert "Error" not in mira.lab.execute('poll = lesson.polls.ask("Which?", ["one", "two"])')
    goes_to(panel(ada), "Polls")
    for person, choice in ((ada, "one"), (bob, "two")):
        panel(person).get_by_role("radio", name=choice).click()
        expect(panel(person).locator(".edu.polls")).to_contain_text("Counted")
    told = mira.lab.execute("poll.close().wait(60); poll.results()[['people', 'vouched']].values")
    assert "".join(told.split()) == "array([[1,1],[1,1]])"

    # A page that is loaded anew: who is who stays.
    bob.lab.reload()
    goes_to(panel(bob), "Polls")
    expect(panel(bob).locator(".opt", has_text="two")).to_contain_text("Your vote")
    expect(sign(bob)).to_contain_text("You are Bob")


@pytest.mark.nightly
@pytest.mark.parametrize("kernel", ["ipykernel-7.4"])
def test_an_instructors_page_shows_no_staff_content_to_two(
    lesson: Class, notebook: OpenNotebook, kernel: str
) -> None:
    mira = lesson.instructor(kernel, **named("Mira"))
    bob = Person(notebook(again=mira.lab, **named("Bob")).wait_kernel())
    bob.lab.run_cell(2)
    expect(sign(bob)).to_contain_text("You are Bob")
    expect(mira.chat.locator(".banner.calm")).to_contain_text("open to others")
    bob.says("I am a student here.")
    mira.sees("I am a student here.")
    expect(mira.message("I am a student here.")).to_contain_text("via Mira")


@pytest.mark.nightly
@pytest.mark.parametrize("kernel", ["ipykernel-7.4"])
def test_a_code_makes_a_viewer_one_with_their_own_membership(
    lesson: Class, notebook: OpenNotebook, kernel: str
) -> None:
    mira = lesson.instructor(kernel)
    own = lesson.student("Bob", kernel)
    ada = lesson.student("Ada", kernel, **named("Ada"))
    bob = Person(notebook(again=ada.lab, **named("Bob")).wait_kernel())
    bob.lab.run_cell(2)
    bob.says("As who I am here.")
    mira.sees("As who I am here.")
    expect(mira.message("As who I am here.")).to_contain_text("via Ada")

    sign(bob).click()
    page = bob.lab.page
    page.get_by_role("button", name="I am in the class already").click()
    entry = page.get_by_role("textbox", name="Code", exact=True)
    entry.fill("WRONG-CODE")
    page.get_by_role("button", name="Link", exact=True).click()
    expect(entry).to_have_attribute("aria-invalid", "true")
    entry.fill(own.lab.execute("print(lesson.link_code().code)"))
    page.get_by_role("button", name="Link", exact=True).click()

    # The dialogue goes as the page becomes the member's, who has no second name.
    expect(entry).to_have_count(0)
    expect(bob.chat.get_by_role("button", name="You are Bob", exact=True)).to_be_visible()
    expect(bob.chat.get_by_role("button", name="3 here", exact=True)).to_be_visible()
    bob.sees("As who I am here.")
