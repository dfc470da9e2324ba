"""A whole lesson but its chat: an instructor and two students, each in a JupyterLab of their own.

Mira teaches from cells and with the keyboard. Ada's connection is cut for a while. Bo has
everything in Turkish and dark, 360 px wide, and uses nothing but the keyboard.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from tests.faults import Faults

from .classroom import Class, Person
from .harness import KernelError

OUTPUT = ".jp-OutputArea-output"
SHOW = """from IPython.display import display
display(lesson.polls, lesson.people, lesson.notifications)"""
TURKISH = """for one in (lesson.polls, lesson.people, lesson.notifications):
    one.options = {'height': 420, 'lang': 'tr'}"""

#: It runs as soon as anything puts it into a page as markup.
HOSTILE = "<img src=x onerror=window.__hit=1><script>window.__hit=2</script>"

QUESTION = f"""%%poll --seconds 600
What does `2 ** 3 ** 2` give? {HOSTILE}

- 512
- 64 {HOSTILE}
- [12](javascript:window.__hit=3)
"""

#: kind, options, then how Ada and Bo vote, and a line of the CSV that comes of it
KINDS: tuple[tuple[str, list[object], object, object, str], ...] = (
    ("multiple", ["tuple", "list", "set"], [2, 3], [2], "1,2,list,2,1.0,"),
    ("scale", ["too slow", "too fast"], 2, 5, "1,2,2,1,0.5,"),
    ("number", [], 3.5, 3.5, "1,,3.5,2,1.0,"),
    ("text", [], "Isıtma", "ISITMA ", ",2,1.0,"),
    ("ordering", ["open", "read", "close"], [1, 2, 3], [1, 2, 3], "1,,open > read > close,2,1.0,"),
    ("predict", [[1, 1], [2]], 1, 2, '1,1,"[1, 1]",1,0.5,'),
)

SET = """seconds: 60
The first of the set?

- [ ] no
- [x] yes

---

The second of the set?

- yes
- no
"""


@dataclass
class People:
    """The people of the lesson, and the proxy between Ada and the service."""

    mira: Person
    ada: Person
    bo: Person
    cable: Faults

    def all(self) -> tuple[Person, Person, Person]:
        return self.mira, self.ada, self.bo


@pytest.fixture
def people(lesson: Class) -> Iterator[People]:
    """Three people in a course of this test's own, with all but the chat on screen."""
    mira = lesson.instructor()
    with Faults.before(lesson.invite) as cable:
        ada = lesson.student("Ada", invite=cable.through(lesson.invite))
        bo = lesson.student("Bo")
        found = People(mira, ada, bo, cable)
        mira.lab.execute("%load_ext edu_widgets")
        for person in found.all():
            person.lab.show(2, SHOW)
            expect(view(person, "people").locator(".pp")).to_have_count(3)
        bo.lab.execute(TURKISH)
        bo.lab.set_theme("JupyterLab Dark")
        bo.lab.page.add_style_tag(content=f"{OUTPUT} {{ max-width: 360px !important; }}")
        yield found


def test_a_whole_lesson(people: People) -> None:
    vote_talk_vote_again_and_compare(people)
    ask_in_every_way(people)
    run_a_set_of_questions(people)
    be_stuck_and_be_helped(people)
    tell_one_person(people)
    look_at_all_of_it_in_tabs(people)
    for person in people.all():
        assert person.lab.our_errors() == []
        assert person.lab.page.evaluate("() => window.__hit") is None


# -- what they see, and the keys they press -----------------------------------------------------


def view(person: Person, feature: str) -> Locator:
    """`polls`, `people` or `notices` on somebody's page."""
    return person.lab.page.locator(f".edu.{feature}").first


def question(person: Person) -> Locator:
    return view(person, "polls").locator(".ask")


def standing(person: Person) -> Locator:
    """The state of one's own vote."""
    return view(person, "polls").locator(".standing")


def button(person: Person, name: str, feature: str = "polls") -> Locator:
    return view(person, feature).get_by_role("button", name=name, exact=True)


def press(person: Person, target: Locator, *keys: str) -> None:
    """Bring the focus somewhere, and press keys there."""
    target.focus()
    for key in keys:
        person.lab.page.keyboard.press(key)


def run(person: Person, code: str) -> str:
    return person.lab.execute(code)


def focus_is_in(person: Person, feature: str) -> None:
    """The focus is in a view: no key acts on the notebook."""
    inside = "e => e.getRootNode().activeElement !== null"
    person.lab.breathe()
    assert view(person, feature).evaluate(inside)


# -- the lesson ----------------------------------------------------------------------------------


def vote_talk_vote_again_and_compare(people: People) -> None:
    """A peer-instruction question; one of the votes is made offline."""
    mira, ada, bo = people.all()
    mira.lab.show(2, QUESTION)
    mira.lab.show(2, SHOW)
    for person in people.all():
        expect(question(person)).to_contain_text("What does 2 ** 3 ** 2 give? <img src=x")

    people.cable.refuse()
    people.cable.cut()
    expect(view(ada, "polls").locator(".light")).to_have_text("Reconnecting")
    options = view(ada, "polls").get_by_role("radio")
    press(ada, options.first, "ArrowDown", "Space")
    expect(standing(ada)).to_have_text("Kept, not yet counted")
    press(bo, view(bo, "polls").get_by_role("radio").first, "1")
    expect(standing(bo)).to_contain_text("Sayıldı")
    turnout = view(mira, "polls").locator(".turn .count")
    expect(turnout).to_contain_text("1 of")
    people.cable.heal()
    expect(turnout).to_contain_text("2 of")
    expect(standing(ada)).to_contain_text("Counted")
    expect(view(mira, "polls").locator(".fig")).to_have_count(0)

    press(mira, button(mira, "Close"), "Enter")
    expect(view(ada, "polls")).to_contain_text("Closed. Talk it over.")
    expect(button(mira, "Vote again")).to_be_visible()
    for person in people.all():
        focus_is_in(person, "polls")
    press(mira, button(mira, "Vote again"), "Enter")
    expect(standing(ada)).to_have_text("Your vote in round 1: B")
    for person in (ada, bo):
        press(person, view(person, "polls").get_by_role("radio").first, "a")
    expect(turnout).to_contain_text("2 of")

    run(mira, "poll.close().wait(180); poll.reveal(answer='512').wait(180)")
    for person in (mira, ada):
        expect(view(person, "polls").locator(".opt.right")).to_contain_text("100%")
        press(person, button(person, "Compare rounds"), "Enter")
        expect(view(person, "polls").locator(".sum .good dd")).to_have_text("1")
    expect(view(bo, "polls").locator(".opt.right")).to_contain_text("%100")
    assert mira.lab.axe(OUTPUT) == []
    assert bo.lab.axe(OUTPUT) == []
    line = run(mira, "print(poll.to_csv())").splitlines()[1]
    assert line.startswith("py101,")
    assert line.endswith(f" {HOSTILE},1,1,512,1,0.5,True,0")
    mira.lab.show(2, f"{SHOW}\npoll.freeze()")
    expect(mira.lab.page.locator(OUTPUT, has_text="✓ Correct")).to_be_visible()
    expect(view(mira, "people").locator(".pp")).to_have_count(3)


def ask_in_every_way(people: People) -> None:
    """Every kind once, one of them anonymous; a cell run again asks nothing again."""
    mira, ada, bo = people.all()
    for kind, options, of_ada, of_bo, line in KINDS:
        ask = f"poll = lesson.polls.ask('A {kind} {HOSTILE}?', {options!r}, kind={kind!r})"
        run(mira, ask)
        before = run(mira, "print(poll.id)")
        run(mira, ask)
        assert run(mira, "print(poll.id)") == before
        for person, choice in ((ada, of_ada), (bo, of_bo)):
            expect(question(person)).to_contain_text(f"A {kind} <img")
            run(person, f"lesson.polls.current.vote({choice!r}).wait(180)")
        run(mira, "poll.close().wait(180); poll.reveal(answer=False).wait(180)")
        assert line in run(mira, "print(poll.to_csv())")
        expect(view(bo, "polls").locator(".foot")).to_contain_text("Yanıtlayan: 2")

    run(mira, "poll = lesson.polls.ask('How was the pace?', ['ok', 'not'], anonymous=True)")
    for person in (ada, bo):
        expect(question(person)).to_have_text("How was the pace?")
        press(person, view(person, "polls").get_by_role("radio").first, "Space")
    expect(view(mira, "polls").locator(".turn .count")).to_contain_text("2 of")
    run(mira, "poll.close().wait(180); poll.reveal(answer=False).wait(180)")
    expect(view(ada, "polls")).to_contain_text("Too few answered to show counts.")
    assert run(mira, "print(len(poll.results()))") == "0"


def run_a_set_of_questions(people: People) -> None:
    """Questions from a file, one after the other, by one key."""
    mira, ada, _ = people.all()
    mira.lab.folder.joinpath("week3.md").write_text(SET, encoding="utf-8")
    run(mira, "_ = lesson.polls.load('week3.md')")
    for title in ("The first of the set?", "The second of the set?"):
        press(mira, button(mira, "Next question"), "Enter")
        expect(question(ada)).to_have_text(title)
        press(mira, button(mira, "Close"), "Enter")
        expect(view(ada, "polls")).to_contain_text("Closed.")
        expect(question(mira)).to_have_text(title)
        focus_is_in(mira, "polls")
        press(mira, button(mira, "Reveal"), "Enter")
        expect(view(ada, "polls")).to_contain_text("Nobody answered.")


def be_stuck_and_be_helped(people: People) -> None:
    """Statuses by key; a hand with the error, taken and solved; names hidden."""
    mira, ada, bo = people.all()
    with pytest.raises(KernelError, match="ValueError"):
        run(bo, f"def half(n):\n    raise ValueError({HOSTILE!r})\n\nhalf(3)")
    press(ada, view(ada, "people").get_by_role("radio").first, "2")
    press(bo, view(bo, "people").get_by_role("radio").first, "3", "h")
    figures = view(mira, "people")
    expect(figures.locator(".ct.done")).to_contain_text("1")
    expect(figures.locator(".ct.stuck")).to_contain_text("1")
    expect(view(bo, "people").locator("textarea")).to_be_focused()
    bo.lab.page.keyboard.insert_text(f"dd why? {HOSTILE}")
    bo.lab.page.keyboard.press("Tab")
    bo.lab.page.keyboard.press("Space")
    press(bo, view(bo, "people").locator("textarea"), "Enter")

    hand = view(mira, "people").locator(".hand", has_text="Bo")
    expect(hand).to_contain_text(f"dd why? {HOSTILE}")
    press(mira, hand.locator(".er"), "Enter")
    expect(hand.locator("pre")).to_contain_text("line 2, in half")
    press(mira, hand.get_by_role("button", name="Take: help Bo"), "Enter")
    expect(view(bo, "people")).to_contain_text("Mira ilgileniyor")
    focus_is_in(mira, "people")

    switch = view(mira, "people").get_by_role("switch", name="Hide names")
    press(mira, switch, "Space")
    expect(view(mira, "people")).to_contain_text("Names, notes and errors are hidden.")
    assert not re.search(r"\b(Ada|Bo|why)\b", view(mira, "people").inner_text())
    press(mira, switch, "Space")
    press(mira, hand.get_by_role("button", name="Solved"), "Enter")
    expect(view(bo, "people")).to_contain_text("Mira, çözüldü olarak işaretledi.")
    expect(view(mira, "people")).to_contain_text("No hands up")


def tell_one_person(people: People) -> None:
    """A notification to Ada alone, with a link and an action; nothing pops up for who is quiet."""
    mira, ada, bo = people.all()
    run(bo, "lesson.notifications.do_not_disturb = True")
    actions = "[('Open <b>it</b>', 'https://campus.example.edu/hw2'), ('Done', 'done')]"
    send = "lesson.notifications.send"
    run(mira, f"{send}('Right {HOSTILE}', {HOSTILE!r}, to='Ada', actions={actions}).wait(180)")
    run(mira, f"{send}('5 minutes left', expires=600).wait(180)")
    for person, count in ((ada, 2), (bo, 1)):
        sent = view(person, "notices").locator(".nt", has_text=re.compile("Right|minutes"))
        expect(sent).to_have_count(count)
    assert "Right" not in run(bo, "print(lesson.notifications.items)")
    expect(bo.lab.page.locator(".toast")).to_have_count(0)
    note = view(ada, "notices").locator(".nt", has_text="Right")
    link = note.get_by_role("link")
    expect(link).to_have_attribute("href", "https://campus.example.edu/hw2")
    expect(note).to_contain_text("leads to campus.example.edu")
    press(ada, note.get_by_role("button", name="Done", exact=True), "Enter")
    expect(note.get_by_role("button", name="Done", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(note).not_to_contain_text("Sending")
    focus_is_in(ada, "notices")
    taken = "print([(t.user_name, t.label) for t in lesson.notifications.taken])"
    assert run(mira, taken) == "[('Ada', 'Done')]"
    assert ada.lab.axe(OUTPUT) == []


def look_at_all_of_it_in_tabs(people: People) -> None:
    """The same as a panel: what is new is counted, arrows lead from tab to tab."""
    mira, ada, bo = people.all()
    for person in (mira, ada):
        person.lab.show(2, "lesson.panel()")
    strip = view(mira, "panel").locator(".figs")
    expect(strip).to_contain_text(re.compile(r"1\s*done"))
    expect(strip).to_contain_text(re.compile(r"1\s*stuck"))
    tabs = view(ada, "panel").get_by_role("tab")
    run(mira, "_ = lesson.polls.ask('The last one?', ['yes', 'no'])")
    expect(tabs.nth(1)).to_have_accessible_name("Polls 1 to vote in")
    press(ada, tabs.first, "ArrowRight")
    expect(question(ada)).to_have_text("The last one?")
    press(ada, view(ada, "polls").get_by_role("radio").first, "b")
    expect(standing(ada)).to_contain_text("Counted")
    expect(tabs.nth(1)).to_have_accessible_name("Polls")
    press(bo, view(bo, "people").get_by_role("radio").first, "2")
    expect(strip).to_contain_text(re.compile(r"2\s*done"))
    assert mira.lab.axe(OUTPUT) == []
