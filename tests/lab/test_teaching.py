"""A lesson taught live: cells followed, an exercise with hints, notes, and what is left of it.

Mira shares her cells. Ada follows; Bo's page is asleep through five of them, and catches up. Then
all work on an exercise and fail in three ways, of which one gets a hint; a note is shared; the
record and the report are read in a browser without a network.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .classroom import Class, Person
from .test_whole_lesson import OUTPUT, run, view

pytestmark = pytest.mark.nightly

SHOW = """from IPython.display import display
display(lesson.cells, lesson.progress, lesson.notes, lesson.notifications)"""

CHECKS = "{'none': 'mean([]) is None'}"

#: What people write, and the failure that comes of it.
FAILING = {
    "Ada": ("def mean(xs):\n    return sum(xs) / len(xs)", "ZeroDivisionError: division by zero"),
    "Bo": ("def mean(xs):\n    return sum(xs) / len(ys)", "NameError: name '…' is not defined"),
    "Cem": ("def mean(xs):\n    return sum(xs) / len(ys)", "NameError: name '…' is not defined"),
    "Duygu": ("mean = 3", "TypeError: 'int' object is not callable"),
}

GOOD = "def mean(xs):\n    return sum(xs) / len(xs) if xs else None"


def asleep(person: Person, *, hidden: bool) -> None:
    """Have somebody's page in the background, or in front again."""
    person.lab.page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
          document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def cells(person: Person) -> Locator:
    return view(person, "cells")


def test_a_lesson_taught_live(lesson: Class) -> None:
    mira = lesson.instructor()
    people = {name: lesson.student(name) for name in ("Ada", "Bo")}
    ada, bo = people.values()
    for person in (mira, *people.values()):
        person.lab.show(2, SHOW)
        expect(cells(person)).to_be_visible()
    follow_and_catch_up(mira, ada, bo)
    # Two more classmates, without a page of their own.
    for name in ("Cem", "Duygu"):
        run(ada, f"{name.lower()} = edu.join({lesson.invite!r}, name={name!r}).wait_connected(180)")
    work_and_be_helped(mira, ada, bo)
    share_a_note(ada, bo)
    read_what_is_left(mira, ada)
    for person in (mira, ada, bo):
        assert person.lab.our_errors() == []


def follow_and_catch_up(mira: Person, ada: Person, bo: Person) -> None:
    """One follows; the other's page is in the background for five cells."""
    cells(mira).get_by_role("button", name="Share this notebook").click()
    expect(cells(mira)).to_contain_text("Sharing this notebook")
    mira.lab.show(1, "first = 1")
    for person in (ada, bo):
        expect(cells(person)).to_contain_text("first = 1")
    asleep(bo, hidden=True)
    for number in range(2, 7):
        mira.lab.show(1, f"print('cell', {number} * 11)")
    expect(cells(ada)).to_contain_text("cell 66")
    asleep(bo, hidden=False)
    expect(cells(bo)).to_contain_text("You missed 5 cells")
    before = bo.lab.cell_count()
    cells(bo).get_by_role("button", name="Catch up").click()
    cells(bo).get_by_role("button", name="Insert 5 below the active cell").click()
    bo.lab.wait_for("(count) => __lab.panel().content.model.cells.length === count", arg=before + 5)
    assert "print('cell', 6 * 11)" in bo.lab.notebook_source()
    assert cells(bo).get_by_text("You missed").count() == 0
    assert ada.lab.axe(OUTPUT) == []


def work_and_be_helped(mira: Person, ada: Person, bo: Person) -> None:
    """Three kinds of failure; those of one get a hint, and it helps."""
    run(mira, f"lesson.progress.exercise('mean', 'A mean', {CHECKS}).name")
    expect(view(ada, "progress")).to_contain_text("A mean")
    for name, (code, _) in FAILING.items():
        person = bo if name == "Bo" else ada
        which = "lesson" if name in {"Ada", "Bo"} else name.lower()
        check = f"{which}.progress.check('mean', lesson.progress['mean'].code, globals())"
        run(person, f"{code}\n_ = {check}")
    groups = view(mira, "progress").locator(".grp")
    expect(groups.first).to_contain_text("NameError: name '…' is not defined")
    expect(groups.first).to_contain_text("2")
    view(mira, "progress").get_by_role("button", name="Show").first.click()
    for _, said in FAILING.values():
        expect(groups.filter(has_text=said)).to_have_count(1)
    assert "ys" not in view(mira, "progress").inner_text(), "nobody's own words"
    groups.first.get_by_role("button", name="Send a hint to these 2").click()
    groups.first.get_by_role("textbox", name="Hint").fill("`ys` is **nowhere**.")
    groups.first.get_by_role("textbox", name="Hint").press("Enter")
    expect(view(bo, "progress")).to_contain_text("ys is nowhere.")
    expect(view(bo, "notices")).to_contain_text("ys is nowhere.")
    assert "nowhere" not in view(ada, "progress").inner_text()
    check = "lesson.progress.check('mean', lesson.progress['mean'].code, globals())"
    run(bo, f"{GOOD}\n_ = {check}")
    expect(groups.filter(has_text="NameError")).to_contain_text("1 of 2 done since")
    assert mira.lab.axe(OUTPUT) == []


def share_a_note(ada: Person, bo: Person) -> None:
    """What one shares the others read; what is private stays so."""
    run(ada, "lesson.notes.write('only mine').wait(180)")
    run(ada, "lesson.notes.write('A mean of nothing is **none**.').wait(180)")
    run(ada, "lesson.notes.share(lesson.notes.mine[-1]).wait(180)")
    view(bo, "notes").get_by_role("tab", name="Class").click()
    expect(view(bo, "notes")).to_contain_text("A mean of nothing is none.")
    assert "only mine" not in view(bo, "notes").inner_text()


def read_what_is_left(mira: Person, ada: Person) -> None:
    """The record and the report, opened where there is no network."""
    run(mira, "_ = lesson.record('lesson.html'); _ = lesson.report().to_html('report.html')")
    browser = mira.lab.context.browser
    assert browser is not None
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(mira.lab.folder.joinpath("lesson.html").as_uri())
    articles = page.locator("article:visible")
    page.get_by_label("Search").fill("cell 66")
    expect(articles).to_have_count(1)
    page.get_by_label("Search").fill("nothing is none")
    expect(articles).to_have_count(1)
    whole = page.locator("main").inner_text()
    assert "only mine" not in whole
    assert "Ada" not in whole
    page.goto(mira.lab.folder.joinpath("report.html").as_uri())
    row = page.get_by_role("region", name="Exercises", exact=True).get_by_role("row").nth(1)
    expect(row).to_contain_text("A mean")
    people = page.get_by_role("region", name="Progress", exact=True)
    expect(people.get_by_role("row", name="Bo")).to_contain_text("yes")
    context.close()
    assert "Only instructors" in run(
        ada, "try:\n    lesson.report()\nexcept edu.Forbidden as error:\n    print(error)"
    )
