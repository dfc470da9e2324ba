"""Polls in a real JupyterLab: an instructor asks, a student votes, each in their own browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from .classroom import Class, Person

SHOW = "lesson.polls"
ASK = 'poll = lesson.polls.ask("What is `2 ** 3 ** 2`?", [512, 64, 12], again=True)'


@pytest.fixture
def pair(lesson: Class) -> tuple[Person, Person]:
    """Mira, who hosts, and Ada, with their polls on screen."""
    mira, ada = lesson.instructor(), lesson.student("Ada")
    for person in (mira, ada):
        person.lab.show(2, SHOW)
        expect(polls(person)).to_be_visible()
    return mira, ada


def polls(person: Person) -> Locator:
    """A person's view of the polls."""
    return person.lab.page.locator(".edu.polls").first


def button(person: Person, name: str) -> Locator:
    """A button of the polls by its name."""
    return polls(person).get_by_role("button", name=name, exact=True)


def answer(person: Person, text: str) -> Locator:
    """An option to vote for."""
    return polls(person).get_by_role("radio", name=text)


def ask(mira: Person, code: str = ASK) -> None:
    """Run a line in the instructor's kernel."""
    assert "Error" not in mira.lab.execute(code)


def test_a_question_is_asked_closed_voted_on_again_and_compared(
    pair: tuple[Person, Person],
) -> None:
    mira, ada = pair
    expect(polls(ada)).to_contain_text("No poll is open")
    ask(mira)
    expect(polls(ada).locator(".ask")).to_have_text("What is 2 ** 3 ** 2?")
    expect(answer(ada, "64")).to_be_visible()

    # By keys alone: into the options, down without voting, Space.
    answer(ada, "512").focus()
    ada.lab.page.keyboard.press("ArrowDown")
    expect(answer(ada, "64")).to_be_focused()
    expect(answer(ada, "64")).not_to_be_checked()
    ada.lab.page.keyboard.press("Space")
    expect(answer(ada, "64")).to_be_checked()
    expect(polls(ada).locator(".standing")).to_contain_text("Counted")
    expect(polls(mira).locator(".turn")).to_contain_text("1 of 1 answered")
    # Nothing of what was answered is on the instructor's screen until it is asked for.
    expect(polls(mira).locator(".fig")).to_have_count(0)
    button(mira, "Show to me only").click()
    expect(polls(mira).locator(".opt", has_text="64")).to_contain_text("100%")
    expect(polls(ada).locator(".fig")).to_have_count(0)

    button(mira, "Close").click()
    expect(polls(ada)).to_contain_text("Closed. Talk it over.")
    button(mira, "Vote again").click()
    expect(polls(ada).locator(".standing")).to_have_text("Your vote in round 1: B")
    expect(polls(mira).locator(".fig")).to_have_count(0)
    answer(ada, "512").focus()
    ada.lab.page.keyboard.press("a")
    expect(polls(ada).locator(".standing")).to_contain_text("Counted")

    button(mira, "Close").click()
    button(mira, "What to reveal").click()
    polls(mira).get_by_role("menuitem", name="Choose the answer…").click()
    button(mira, "A: 512").click()
    polls(mira).locator(".choosing").get_by_role("button", name="Reveal", exact=True).click()
    for person in (mira, ada):
        expect(polls(person).locator(".opt.right")).to_contain_text("Correct")
        expect(polls(person).locator(".opt.right")).to_contain_text("100%")
        button(person, "Compare rounds").click()
        expect(polls(person).locator(".sum")).to_contain_text("moved to correct")
        expect(polls(person).locator(".sum .good dd")).to_have_text("1")
        expect(polls(person).locator(".rib path.move.right")).to_have_count(1)
        assert person.lab.our_errors() == []
    assert mira.lab.execute("print(poll.state, poll.round)") == "revealed 2"
    assert mira.lab.axe(".jp-OutputArea-output") == []


def test_a_vote_made_offline_is_counted_after_reconnecting(
    lesson: Class, pair: tuple[Person, Person]
) -> None:
    mira, ada = pair
    ask(mira)
    expect(answer(ada, "512")).to_be_visible()
    lesson.kill_service()
    expect(polls(ada).locator(".light")).to_have_text("Reconnecting")
    answer(ada, "512").click()
    expect(answer(ada, "512")).to_be_checked()
    expect(polls(ada).locator(".standing")).to_have_text("Kept, not yet counted")
    mira.lab.run_cell(1)  # host() again: the same address, the same people
    expect(polls(ada).locator(".light")).to_have_text("Live")
    expect(polls(ada).locator(".standing")).to_contain_text("Counted")
    expect(polls(mira).locator(".turn")).to_contain_text("1 of 1 answered")


def test_a_question_is_written_in_the_page_and_its_result_kept(
    pair: tuple[Person, Person],
) -> None:
    mira, ada = pair
    cells = mira.lab.cell_count()
    button(mira, "New poll").click()
    mira.lab.page.keyboard.press("Tab")
    polls(mira).get_by_role("textbox", name="Question").fill("Is `[] == False`?")
    polls(mira).get_by_role("textbox", name="Option A").press_sequentially("dd yes")
    polls(mira).get_by_role("textbox", name="Option B").press_sequentially("no")
    button(mira, "Option B is correct").click()
    button(mira, "Keep as draft").click()
    expect(polls(mira).locator(".ask code")).to_have_text("[] == False")
    expect(polls(ada)).to_contain_text("No poll is open")
    button(mira, "Open").click()
    expect(polls(mira).get_by_role("timer")).to_be_visible()
    expect(polls(ada).get_by_role("timer")).to_be_visible()
    answer(ada, "no").click()
    expect(polls(mira).locator(".turn")).to_contain_text("1 of 1")
    button(mira, "Close").click()
    button(mira, "Reveal").click()
    expect(polls(ada).locator(".opt.right")).to_contain_text("Your vote")
    assert mira.lab.cell_count() == cells, "typing has not moved the notebook"
    button(mira, "Keep in notebook").click()
    expect(polls(mira).locator(".said")).to_have_text("Kept in a new cell")
    kept = mira.lab.page.locator(".jp-OutputArea-output", has_text="✓ Correct")
    expect(kept).to_be_visible()
    assert mira.lab.cell_count() == cells + 1


@pytest.mark.nightly
def test_votes_are_taken_while_a_cell_runs(pair: tuple[Person, Person]) -> None:
    mira, ada = pair
    ask(mira)
    expect(answer(ada, "512")).to_be_visible()
    gate = ada.lab.folder / "go-on"
    busy = f"import pathlib, time\nwhile not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.05)"
    ada.lab.show(0, busy, wait=False)
    ada.lab.wait_busy()
    answer(ada, "64").click()
    expect(polls(mira).locator(".turn")).to_contain_text("1 of 1 answered")
    expect(polls(ada).locator(".standing")).to_contain_text("Counted")
    gate.touch()  # only now the cell ends
    ada.lab.wait_kernel()


@pytest.mark.nightly
def test_a_theme_is_followed_whenever_it_changes(pair: tuple[Person, Person]) -> None:
    _, ada = pair
    host = ada.lab.page.locator("[data-scheme]:has(.edu.polls)")
    for scheme in ("dark", "light", "dark", "light", "dark"):
        ada.lab.set_theme(f"JupyterLab {scheme.title()}")
        expect(host).to_have_attribute("data-scheme", scheme)
