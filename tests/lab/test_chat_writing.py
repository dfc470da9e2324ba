"""Mentions, typing, what is new, and searching, between two people in a real JupyterLab."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .classroom import Class

# test_whole_chat.py does so in every run.
pytestmark = pytest.mark.nightly


def test_two_people_mention_and_find(lesson: Class) -> None:
    mira = lesson.instructor()
    talk = "for n in range(120):\n    last = lesson.chat.send(f'line {n}.')\nlast.wait(180).ok"
    mira.lab.page.evaluate("(code) => __lab.execute(code)", talk)
    ada = lesson.student("Ada")
    ada.sees("line 119.")

    # An @ completes a name; who is meant sees it stand out.
    mira.box.click()
    mira.box.press_sequentially("look @ad")
    expect(mira.chat.get_by_role("option", name="Ada")).to_have_attribute("aria-selected", "true")
    expect(ada.chat.locator(".typing")).to_contain_text("Mira")
    mira.box.press("Enter")
    expect(mira.box).to_have_value("look @Ada ")
    mira.box.press("Enter")
    named = ada.message("look @Ada")
    expect(named).to_have_class(re.compile(r"\bnamed\b"))

    # What is not loaded is found, and shown where it was said.
    expect(ada.message("line 7.")).to_have_count(0)
    ada.chat.get_by_role("button", name="Search").click()
    ada.chat.get_by_label("Search messages and people").press_sequentially("LİNE 7.")
    expect(ada.chat.locator(".search .n[role=status]")).to_have_text("1 found")
    ada.chat.locator(".hit").click()
    expect(ada.chat.locator("article.flash")).to_contain_text("line 7.")
    expect(ada.chat.locator("article.flash")).to_be_focused()
    ada.chat.get_by_role("button", name="Close search").click()
    expect(named).to_be_in_viewport()
    assert mira.lab.our_errors() == []
    assert ada.lab.our_errors() == []
