"""A whole lesson's chat: an instructor and two students, each in a JupyterLab of their own.

Mira teaches, with mouse and menus. Ada's connection is cut for a while. Emre has the chat in
Turkish and dark, 360 px wide, and uses nothing but the keyboard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from tests.faults import Faults

from .classroom import Class, Person

pytestmark = pytest.mark.own_page

OUTPUT = ".jp-OutputArea-output"
OLD = "for n in range(300):\n    last = lesson.chat.send(f'line {n}.')\nlast.wait(180)"


@dataclass
class People:
    """The people of the lesson, and the proxy between Ada and the service."""

    mira: Person
    ada: Person
    emre: Person
    cable: Faults


@pytest.fixture
def people(lesson: Class) -> Iterator[People]:
    """Three people in a course of this test's own."""
    mira = lesson.instructor()
    with Faults.before(lesson.invite) as cable:
        ada = lesson.student("Ada", invite=cable.through(lesson.invite))
        emre = lesson.student("Emre Şahin")
        emre.lab.execute("lesson.chat.options = {'height': 420, 'lang': 'tr'}")
        emre.lab.set_theme("JupyterLab Dark")
        _narrow(emre)
        yield People(mira, ada, emre, cable)


def test_a_whole_lesson(people: People) -> None:
    mention_and_reply(people)
    react_and_take_back(people)
    edit_what_was_changed_meanwhile(people)
    ask_and_answer(people)
    pin_and_jump(people)
    slow_down_and_mute(people)
    find_what_is_not_loaded(people)
    come_back_after_a_cut(people)
    reload_and_delete(people)
    for person in (people.mira, people.ada, people.emre):
        assert person.lab.our_errors() == []
        assert person.lab.page.evaluate("() => window.__hit") is None


# -- Emre's keyboard ---------------------------------------------------------------------------


def _narrow(person: Person) -> None:
    """Make the notebook's outputs 360 px wide; a reload makes them wide again."""
    style = f"{OUTPUT} {{ max-width: 360px !important; }}"
    person.lab.page.add_style_tag(content=style)


def press(person: Person, *keys: str) -> None:
    """Press keys where the focus is; a text that is no key's name is typed."""
    keyboard = person.lab.page.keyboard
    for key in keys:
        if re.fullmatch(r"[A-Z][A-Za-z]+(\+[A-Z][a-z]+)?|[/+]", key):
            keyboard.press(key)
        else:
            keyboard.type(key)


def tab_to(person: Person, target: Locator, key: str = "Tab") -> None:
    """Press Tab until something has the focus."""
    expect(target).to_be_visible()
    for _ in range(20):
        if target.evaluate("e => e.getRootNode().activeElement === e"):
            return
        person.lab.page.keyboard.press(key)
    raise AssertionError(f"Tab does not lead to {target}")


def said(person: Person, text: str) -> Locator:
    """The last message with this text of its own, not in a quote."""
    text_of = person.lab.page.locator(".text", has_text=text)
    return person.chat.locator("article", has=text_of).last


def to_message(person: Person, text: str) -> Locator:
    """From the box, go up in the list to a message."""
    target = said(person, text)
    expect(target).to_be_visible()
    press(person, "Escape", "End")
    for _ in range(30):
        if target.evaluate("e => e.getRootNode().activeElement === e"):
            return target
        press(person, "ArrowUp")
    raise AssertionError(f"no arrow leads to {text!r}")


def to_box(person: Person) -> None:
    tab_to(person, person.box)


def no_barriers(person: Person) -> None:
    assert person.lab.axe(OUTPUT) == []


def choose(person: Person, text: str, *items: str) -> None:
    """Point at a message and choose from its menu."""
    message = said(person, text)
    message.hover()
    message.get_by_role("button", name="More").click()
    for item in items:
        person.chat.get_by_role("menuitem", name=item).click()


def set_pace(person: Person, pace: str) -> None:
    person.chat.get_by_role("button", name="Chat settings").click()
    paces = person.chat.get_by_role("group", name="Slow mode")
    paces.get_by_role("menuitemradio", name=pace).click()


# -- what they do ------------------------------------------------------------------------------


def mention_and_reply(people: People) -> None:
    """A mention is completed; a reply quotes, and its quote leads to what it replies to."""
    mira, ada, emre = people.mira, people.ada, people.emre
    ada.says("Why does `(a + b).shape` work?")
    emre.sees("Why does (a + b).shape work?")
    emre.lab.page.locator(".jp-OutputArea").last.focus()
    to_box(emre)
    press(emre, "merhaba @ad")
    expect(ada.chat.locator(".typing")).to_contain_text("Emre Şahin")
    expect(emre.chat.get_by_role("option", name="Ada")).to_have_attribute("aria-selected", "true")
    no_barriers(emre)
    press(emre, "Enter", "<b>sağdan</b> hizala", "Enter")
    expect(ada.message("hizala")).to_have_class(re.compile(r"\bnamed\b"))
    ada.sees("@Ada <b>sağdan</b> hizala")
    to_message(emre, "Why does")
    press(emre, "r")
    expect(emre.chat.locator(".bar")).to_contain_text("Yanıtlanan")
    press(emre, "1 olan boyut genişler", "Enter")
    quote = mira.message("1 olan boyut genişler").locator(".quote")
    expect(quote).to_contain_text("Why does")
    quote.click()
    expect(mira.chat.locator("article.flash")).to_contain_text("Why does")


def react_and_take_back(people: People) -> None:
    """By the picker and by the chip; it shows whose it is."""
    mira, emre = people.mira, people.emre
    to_message(emre, "Why does")
    press(emre, "+", "ateş")
    no_barriers(emre)
    press(emre, "Enter")
    chip = said(mira, "Why does").locator("button.chip", has_text="🔥")
    expect(chip).to_have_attribute("aria-pressed", "false")
    for count, pressed in (("2", "true"), ("1", "false")):
        chip.click()
        expect(chip).to_contain_text(count)
        expect(chip).to_have_attribute("aria-pressed", pressed)
    expect(said(emre, "Why does").locator("button.chip.own")).to_contain_text("1")


def edit_what_was_changed_meanwhile(people: People) -> None:
    """The later change is refused, said so in Turkish, and kept; saved again, it is made."""
    mira, ada, emre = people.mira, people.ada, people.emre
    to_box(emre)
    press(emre, "ArrowUp")
    expect(emre.box).to_have_value("1 olan boyut genişler")
    choose(mira, "1 olan boyut", "Edit")
    expect(mira.box).to_have_value("1 olan boyut genişler")
    mira.box.fill("1 olan boyut genişler. (Mira: güzel!)")
    mira.box.press("Enter")
    emre.sees("Mira: güzel!")
    press(emre, ": (4, 3)", "Enter")
    expect(emre.chat.locator(".refusal")).to_have_text("İleti bu arada değişti; yeniden bakın.")
    expect(emre.chat.locator(".bar")).to_have_text("Kaydedilmedi. Metniniz duruyor.")
    expect(emre.box).to_have_value("1 olan boyut genişler: (4, 3)")
    no_barriers(emre)
    press(emre, "Enter")
    ada.sees("1 olan boyut genişler: (4, 3)")
    expect(emre.chat.locator(".refusal")).to_have_text("")


def ask_and_answer(people: People) -> None:
    """A question is wanted by others, and answered; the focus goes with it."""
    mira, ada, emre = people.mira, people.ada, people.emre
    ada.chat.get_by_role("button", name="Ask as a question").click()
    ada.says("Is it a view?")
    question = to_message(emre, "Is it a view?")
    tab_to(emre, question.get_by_role("button", name="Oy ver"))
    press(emre, "Enter")
    mira.chat.get_by_role("button", name="Questions (1)").click()
    expect(mira.chat.locator(".asked .chip")).to_have_text(re.compile("1"))
    mira.chat.get_by_role("button", name="Mark as answered").press("Enter")
    expect(emre.message("Is it a view?").locator(".mark")).to_have_text("Yanıtlandı")
    expect(mira.chat.get_by_role("button", name="Mark as open")).to_be_focused()
    mira.lab.page.keyboard.press("Escape")


def pin_and_jump(people: People) -> None:
    mira, emre = people.mira, people.emre
    choose(mira, "sağdan", "Pin")
    pinned = emre.chat.locator(".pinbar .said")
    tab_to(emre, pinned, "Shift+Tab")
    no_barriers(emre)
    press(emre, "Enter")
    expect(emre.chat.locator("article.flash")).to_contain_text("sağdan")
    expect(emre.chat.locator("article.flash")).to_be_focused()
    choose(mira, "sağdan", "Unpin")
    expect(pinned).to_have_count(0)


def slow_down_and_mute(people: People) -> None:
    """What slow mode held back goes once it is off; who is muted keeps their text and place."""
    mira, emre = people.mira, people.emre
    set_pace(mira, "1 min")
    expect(emre.chat.locator(".slow")).to_contain_text("Yavaş mod")
    to_box(emre)
    press(emre, "ilk", "Enter", "ikinci", "Enter")
    waits = emre.chat.locator(".state", has_text=re.compile(r"\d+ sn sonra gönderilecek"))
    expect(waits).to_have_count(1)
    no_barriers(emre)
    set_pace(mira, "Off")
    mira.sees("ikinci")

    press(emre, "yarım kalan")
    choose(mira, "ikinci", "Mute", "For 5 minutes")
    expect(emre.chat.locator(".readonly")).to_contain_text("Sessize alındınız")
    expect(emre.chat.locator("article:focus")).to_have_count(1)
    no_barriers(emre)
    mira.chat.get_by_role("button", name="Chat settings").click()
    mira.chat.get_by_role("menuitem", name="Unmute").click()
    expect(emre.box).to_have_value("yarım kalan")
    to_box(emre)
    press(emre, " düşünce", "Enter")
    mira.sees("yarım kalan düşünce")


def find_what_is_not_loaded(people: People) -> None:
    mira, emre = people.mira, people.emre
    mira.lab.execute(OLD)
    emre.sees("line 299.")
    press(emre, "Escape", "End", "/", "HİZALA")
    expect(emre.chat.locator(".search .n[role=status]")).to_have_text("1 sonuç")
    no_barriers(emre)
    press(emre, "ArrowDown", "Enter")
    expect(emre.chat.locator("article.flash")).to_contain_text("hizala")
    expect(emre.chat.locator("article.flash")).to_be_focused()
    press(emre, "Escape")
    expect(emre.chat.locator(".search")).to_have_count(0)
    expect(emre.message("line 299.")).to_be_in_viewport()


def come_back_after_a_cut(people: People) -> None:
    """What is written, edited and reacted to without a connection is made up for, once."""
    mira, ada, cable = people.mira, people.ada, people.cable
    ada.says("before the cut")
    mira.sees("before the cut")
    cable.refuse()
    cable.cut()
    ada.light("Reconnecting")
    ada.says("written offline")
    ada.box.press("ArrowUp")  # on its way, it cannot be changed
    expect(ada.box).to_have_value("")
    ada.message("before the cut").focus()
    press(ada, "e")
    expect(ada.box).to_have_value("before the cut")
    press(ada, ", edited offline", "Enter")
    ada.message("line 299.").focus()
    press(ada, "+", "heart", "Enter")
    expect(ada.message("line 299.").locator("button.chip.own")).to_have_count(1)
    expect(ada.chat.locator(".state", has_text="Waiting")).to_have_count(2)
    no_barriers(ada)
    cable.heal()
    ada.light("Live")
    mira.sees("before the cut, edited offline", "written offline")
    expect(mira.message("line 299.").locator("button.chip")).to_have_count(2)  # and one to add
    expect(ada.chat.locator(".state")).to_have_count(0)


def reload_and_delete(people: People) -> None:
    """A change that is not saved and what is new outlive a reload; what is deleted is gone."""
    mira, ada, emre = people.mira, people.ada, people.emre
    to_box(emre)
    press(emre, "son söz", "Enter")
    mira.sees("son söz")
    # Others may see it before its writer is told so; only then is it one's own to change.
    expect(emre.chat.locator(".pend")).to_have_count(0)
    press(emre, "ArrowUp")
    expect(emre.box).to_have_value("son söz")
    press(emre, "ümüz")
    emre.lab.save()
    emre.lab.page.goto("about:blank")
    ada.says("while you were away")
    mira.sees("while you were away")
    emre.lab.open_again()
    _narrow(emre)
    expect(emre.box).to_have_value("son sözümüz")
    expect(emre.chat.locator(".rule.new")).to_have_text("Yeni")
    no_barriers(emre)
    to_box(emre)
    press(emre, "Enter")
    mira.sees("son sözümüz")
    to_message(emre, "son sözümüz")
    press(emre, "Delete")
    expect(emre.chat.get_by_role("alertdialog")).to_be_in_viewport()
    no_barriers(emre)
    # The answer that does nothing has the focus.
    expect(emre.chat.get_by_role("button", name="Vazgeç")).to_be_focused()
    press(emre, "Shift+Tab", "Enter")
    mira.sees("son sözümüz", times=0)
    choose(mira, "while you were away", "Delete")
    mira.chat.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    ada.sees("while you were away", times=0)
