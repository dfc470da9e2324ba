"""A lesson is a thing of its own: what was asked in an earlier one is asked anew, and said."""

from __future__ import annotations

from pathlib import Path

import pytest

from edu_widgets.polls.documents import APART_MS
from tests.in_memory.service import MIRA
from tests.notebook.doubles import RecordingComm
from tests.polls.desk import Desk, both
from tests.polls.school import ADA, School

pytestmark = pytest.mark.usefixtures("named_bundles")

MINUTE = 60_000


@pytest.fixture
def mira(school: School, comms: type[RecordingComm]) -> Desk:
    desk = Desk(school, MIRA)
    school.attend()
    both(desk)
    return desk


def restarted(school: School, *desks: Desk) -> Desk:
    """An instructor's kernel that just came."""
    both(*desks)
    school.attend()
    new = Desk(school, MIRA)
    both(new)
    return new


def stays(school: School, minutes: int) -> None:
    """An instructor stays in the course for so long."""
    for _ in range(minutes // 5):
        school.now += 5 * MINUTE
        school.attend()


def test_next_weeks_question_is_asked_anew_and_that_is_said(
    school: School, mira: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira)
    _ = poll.reveal()
    both(mira)
    school.now += 7 * 24 * 60 * MINUTE
    later = restarted(school, mira)
    again = later.polls.ask("Which?", ["a", "b"])
    both(later)
    assert (again.id != poll.id, again.state) == (True, "open")
    told = capsys.readouterr().out
    assert "'Which?': asked 20" in told
    assert "revealed; asking again." in told
    assert later.polls.ask("Which?", ["a", "b"]) is again
    assert capsys.readouterr().out == ""


def test_a_rehearsal_in_the_morning_does_not_spoil_the_class(school: School, mira: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira)
    _ = poll.reveal()
    both(mira)
    school.now += 31 * MINUTE
    later = restarted(school, mira)
    assert later.polls.ask("Which?", ["a", "b"]).id != poll.id


@pytest.mark.parametrize("minutes", [1, 29])
def test_a_lesson_goes_on_over_a_restart(
    school: School, mira: Desk, minutes: int, capsys: pytest.CaptureFixture[str]
) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira)
    stays(school, 120)
    school.now += minutes * MINUTE
    later = restarted(school, mira)
    assert later.polls.ask("Which?", ["a", "b"]).id == poll.id
    assert capsys.readouterr().out == "", "it is open, as the cell says"
    _ = later.polls.poll(poll.id).reveal()
    both(later)
    assert later.polls.ask("Which?", ["a", "b"]).id == poll.id
    assert "revealed; again=True asks anew." in capsys.readouterr().out
    assert later.polls.ask("Which?", ["a", "b"], again=True).id != poll.id


def test_a_kernel_that_was_left_running_over_night_is_in_another_lesson(
    school: School, mira: Desk
) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira)
    stays(school, 16 * 60)
    both(mira)
    assert mira.polls.ask("Which?", ["a", "b"]) is not poll


def test_a_computer_that_slept_waits_until_it_is_known_which_lesson_this_is(
    school: School, mira: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira)
    school.now += APART_MS + MINUTE
    monkeypatch.setattr("edu_widgets.polls.asking._PATIENCE", 0.01)
    assert mira.polls.ask("Which?", ["a", "b"]) is not poll


def test_a_file_is_prepared_anew_in_its_order(
    school: School, mira: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "week3.md"
    path.write_text("\n---\n".join(f"Question {n}?\n- a\n- b\n" for n in range(1, 4)))
    first = mira.polls.load(path)
    assert capsys.readouterr().out == ""
    both(mira)
    assert mira.polls.load(path) == first
    assert capsys.readouterr().out == "week3.md: 3 prepared already.\n"
    mira.polls.next()
    both(mira)
    mira.polls.load(path)
    assert capsys.readouterr().out == (
        "week3.md: 2 prepared already, 1 asked already in this lesson.\n"
    )
    _ = first[0].reveal()
    both(mira)
    school.now += 7 * 24 * 60 * MINUTE
    later = restarted(school, mira)
    second = later.polls.load(path)
    assert capsys.readouterr().out == "week3.md: 3 prepared (1 of them asked before).\n"
    both(later)
    assert [poll.question for poll in later.polls.drafts] == [f"Question {n}?" for n in (1, 2, 3)]
    assert later.polls.next().id == second[0].id


def test_what_was_prepared_before_the_lesson_and_never_asked_is_used(
    school: School, mira: Desk
) -> None:
    draft = mira.polls.draft("Which?", ["a", "b"])
    both(mira)
    school.now += 24 * 60 * MINUTE
    later = restarted(school, mira)
    assert later.polls.ask("Which?", ["a", "b"]).id == draft.id
    both(later)
    school.now += 5 * MINUTE
    assert later.polls.ask("Which?", ["a", "b"]).id == draft.id, "it was opened in this lesson"


def test_of_many_open_polls_the_newest_are_named(
    mira: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(100):
        mira.polls.ask(f"Question {number}?", ["a", "b"])
        both(mira)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith(
        "100 polls are open, also 'Question 96?', 'Question 97?', 'Question 98?' and 96 more."
    )


def test_several_open_polls_are_said(
    school: School, mira: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = Desk(school, ADA)
    wrong = mira.polls.ask("Wich?", ["a", "b"])
    both(mira, ada)
    assert capsys.readouterr().out == ""
    right = mira.polls.ask("Which?", ["a", "b"])
    told = capsys.readouterr().out
    assert told.startswith("2 polls are open, also 'Wich?'.")
    assert "poll.edit(question=…)" in told
    both(mira, ada)
    _ = wrong.close()
    mira.polls.ask("And now?", ["a", "b"])
    assert capsys.readouterr().out.startswith("2 polls are open, also 'Which?'.")
    draft = mira.polls.draft("Third?", ["a", "b"])
    both(mira, ada)
    _ = right.close()
    _ = draft.open()
    assert capsys.readouterr().out.startswith("2 polls are open, also 'And now?'.")
