"""Notifications in a real JupyterLab: an instructor tells, students are told, each in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.waiting import wait_until

from .classroom import Class, Person


def show(person: Person, source: str) -> None:
    """Show something in the place of the chat."""
    person.lab.page.evaluate(
        """(source) => {
          const { content } = window.jupyterapp.shell.currentWidget;
          content.widgets[2].model.sharedModel.setSource(source);
        }""",
        source,
    )
    person.lab.run_cell(2)


def pane(person: Person) -> Locator:
    """A person's view of their notifications."""
    return person.lab.page.locator(".edu.notices").first


def notes(person: Person, text: str = "") -> Locator:
    """The notifications that contain a text."""
    return pane(person).locator(".nt", has_text=text)


def toast(person: Person) -> Locator:
    """The toast on a person's page."""
    return person.lab.page.locator(".toast")


def tell(person: Person, call: str) -> None:
    """Run `lesson.notifications.send(...)` in somebody's kernel, and wait until it is sent."""
    said = person.lab.execute(f"print(lesson.notifications.send({call}).wait(180))")
    assert "Error" not in said


def test_a_notification_to_one_person_only(lesson: Class) -> None:
    mira = lesson.instructor()
    ada, bo = lesson.student("Ada"), lesson.student("Bo")
    ada.says("Is my plot right?")
    mira.sees("Is my plot right?")
    for person in (ada, bo):
        show(person, "lesson.notifications")
        expect(pane(person).locator(".empty")).to_contain_text("Nothing new")

    tell(mira, "'Your plot is right', '`plt.show()` was all', 'success', to='Ada'")
    expect(notes(ada, "Your plot is right")).to_have_count(1)
    expect(notes(ada).locator("code")).to_have_text("plt.show()")
    expect(pane(ada).locator(".sub")).to_have_text("1 unread")

    # What comes later is there, so what came before would be.
    tell(mira, "'5 minutes left', expires=600, actions=[('Done', 'done')]")
    expect(notes(bo, "5 minutes left")).to_have_count(1)
    expect(notes(bo)).to_have_count(1)
    expect(notes(ada)).to_have_count(2)
    everything = "\n".join(str(bo.lab.outputs(index)) for index in range(3))
    assert "Your plot" not in everything
    titles = bo.lab.execute("print([n.title for n in lesson.notifications.items])")
    assert titles == "['5 minutes left']"

    # Read here is read in the next kernel, and what was chosen reaches the instructor.
    notes(bo).get_by_role("button", name="Done", exact=True).click()
    expect(notes(bo).get_by_role("button", name="Done", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(pane(bo).locator(".sub")).to_have_text("")
    expect(notes(bo)).not_to_contain_text("Sending")
    bo.lab.restart_kernel()
    bo.lab.run_all()
    expect(notes(bo, "5 minutes left")).to_have_count(1)
    expect(pane(bo).locator(".un")).to_have_count(0)
    taken = "print([(t.user_name, t.label) for t in lesson.notifications.taken])"
    assert mira.lab.execute(taken) == "[('Bo', 'Done')]"
    assert ada.lab.our_errors() == []
    assert bo.lab.our_errors() == []


@pytest.mark.nightly
def test_a_toast_over_the_chat_takes_nothing_from_who_writes(lesson: Class) -> None:
    mira, ada = lesson.instructor(), lesson.student("Ada")
    show(ada, "lesson.notifications")
    expect(pane(ada)).to_be_visible()
    show(ada, "lesson.chat")
    ada.box.click()
    ada.box.press_sequentially("half a thou")
    tell(mira, "'5 minutes left', 'Finish exercise 3.2.', 'warning'")
    expect(toast(ada)).to_contain_text("5 minutes left")
    expect(ada.box).to_be_focused()
    ada.box.press_sequentially("ght")
    expect(ada.box).to_have_value("half a thought")
    box, shown = ada.chat.locator(".composer").bounding_box(), toast(ada).bounding_box()
    assert box is not None
    assert shown is not None
    over = shown["y"] + shown["height"] <= box["y"] or shown["y"] >= box["y"] + box["height"]
    beside = shown["x"] >= box["x"] + box["width"]
    assert over or beside, "it is not over the composer"

    toast(ada).get_by_role("button", name="Dismiss").click()
    expect(toast(ada)).to_have_count(0)
    unread = "print(lesson.notifications.unread)"
    wait_until(lambda: ada.lab.execute(unread) == "0", "it is read in the kernel")

    # A mention stands in the chat, which is in sight; a poll that opens does not.
    mira.says("@Ada look at the last cell")
    ada.sees("look at the last cell")
    assert mira.lab.execute("_ = lesson.polls.ask('Which?', ['a', 'b'])") == ""
    expect(toast(ada)).to_contain_text("A poll is open")
    toast(ada).get_by_role("button", name="Dismiss").click()
    expect(toast(ada)).to_have_count(0)
    kinds = "print(sorted(n.kind for n in lesson.notifications.items))"
    assert ada.lab.execute(kinds) == "['mention', 'notification', 'poll']"
    ada.lab.execute("lesson.notifications.do_not_disturb = True")
    tell(mira, "'Another one'")
    counted = "print(len(lesson.notifications.items))"
    wait_until(lambda: ada.lab.execute(counted) == "4", "it is in the list")
    expect(toast(ada)).to_have_count(0)
    assert ada.lab.our_errors() == []
