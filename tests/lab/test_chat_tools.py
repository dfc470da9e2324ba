"""The chat's tools between two people, each in a browser of their own, in a real JupyterLab."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .classroom import Class, Person

# test_whole_chat.py uses each of them in every run.
pytestmark = pytest.mark.nightly

_BOTH = "👍 2: \u2068Mira\u2069 and \u2068Ada\u2069"


def _choose(person: Person, text: str, *items: str) -> None:
    """Point at a message and choose from its menu."""
    message = person.message(text)
    message.hover()
    message.get_by_role("button", name="More").click()
    for item in items:
        person.chat.get_by_role("menuitem", name=item).click()


def _chip(person: Person, text: str, emoji: str) -> Locator:
    return person.message(text).locator("button.chip", has_text=emoji)


def test_two_people_use_the_tools_of_a_message(lesson: Class) -> None:
    mira = lesson.instructor()
    ada = lesson.student("Ada")
    ada.says("why does it work")
    mira.sees("why does it work")

    # React, by mouse and by keyboard.
    message = mira.message("why does it work")
    message.hover()
    message.get_by_role("button", name="React").first.click()
    mira.chat.get_by_role("group", name="Frequently used").get_by_role(
        "button", name="thumbs up"
    ).click()
    expect(_chip(ada, "why does it work", "👍")).to_have_attribute("aria-pressed", "false")
    _chip(ada, "why does it work", "👍").click()
    expect(_chip(mira, "why does it work", "👍")).to_contain_text("2")
    expect(_chip(mira, "why does it work", "👍")).to_have_attribute("title", _BOTH)
    _chip(mira, "why does it work", "👍").click()
    expect(_chip(ada, "why does it work", "👍")).to_contain_text("1")

    # Reply: the quote leads to its original.
    message.focus()
    mira.lab.page.keyboard.press("r")
    mira.box.press_sequentially("shapes stretch")
    mira.box.press("Enter")
    expect(ada.message("shapes stretch").locator(".quote")).to_contain_text("why does it work")

    # Pin, unpin.
    _choose(mira, "shapes stretch", "Pin")
    expect(ada.chat.locator(".pinbar")).to_contain_text("shapes stretch")
    mira.chat.get_by_role("button", name="All pinned messages").click()
    mira.chat.get_by_role("button", name="Unpin").click()
    expect(ada.chat.locator(".pinbar")).to_have_count(0)

    # Edit one's own, delete it.
    ada.message("why does it work").first.focus()
    ada.lab.page.keyboard.press("e")
    expect(ada.box).to_have_value("why does it work")
    ada.box.fill("why does this work")
    ada.box.press("Enter")
    mira.sees("why does this work", times=2)  # and in the quote of its reply
    expect(mira.message("why does this work").locator("header").first).to_contain_text("edited")
    mira.message("why does this work").first.focus()
    mira.lab.page.keyboard.press("Delete")
    mira.chat.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(ada.message("shapes stretch").locator(".quote")).to_contain_text("Deleted message")
    assert mira.lab.our_errors() == []
    assert ada.lab.our_errors() == []


def test_staff_slow_down_and_mute(lesson: Class) -> None:
    mira = lesson.instructor()
    ada = lesson.student("Ada")
    ada.says("one")
    mira.sees("one")
    settings = mira.chat.get_by_role("button", name="Chat settings")
    settings.click()
    paces = mira.chat.get_by_role("group", name="Slow mode")
    paces.get_by_role("menuitemradio", name="5 s").click()
    expect(ada.chat.locator(".slow")).to_have_text("Slow mode: one message every 5\u00a0s")
    settings.click()
    paces.get_by_role("menuitemradio", name="Off").click()
    expect(ada.chat.locator(".slow")).to_have_text("")

    _choose(mira, "one", "Mute", "Until I lift it")
    expect(ada.chat.locator(".readonly")).to_contain_text("You are muted")
    expect(ada.box).to_have_count(0)
    settings.click()
    mira.chat.get_by_role("menuitem", name="Unmute").click()
    expect(ada.box).to_have_count(1)
    ada.says("two")
    mira.sees("two")


def test_questions_are_asked_wanted_and_answered(lesson: Class) -> None:
    mira = lesson.instructor()
    ada = lesson.student("Ada")
    ada.lab.execute("lesson.chat.ask('Is it a view?'); 0")
    tab = mira.chat.get_by_role("button", name="Questions (1)")
    expect(tab).to_be_visible()
    tab.click()
    mira.chat.get_by_role("button", name="Upvote, 0 votes").click()
    expect(ada.message("Is it a view?").locator(".chip")).to_contain_text("1")
    mira.chat.get_by_role("button", name="Mark as answered").click()
    expect(ada.message("Is it a view?").locator(".mark")).to_have_text("Answered")
    expect(mira.chat.get_by_role("button", name="Questions", exact=True)).to_be_visible()
