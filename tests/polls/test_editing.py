"""A poll is mended: wording, right answer and time change, votes stay what they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, Refused, TooLate
from tests.in_memory.service import MIRA, STAFF
from tests.polls.desk import Desk, both
from tests.polls.school import ADA, BO, School

pytestmark = pytest.mark.usefixtures("named_bundles")


# -- the rule ------------------------------------------------------------------------------------


def test_an_open_poll_gets_other_words_and_keeps_its_votes(school: School) -> None:
    id_ = school.ask("yse", "no", correct=[0])
    school.vote(ADA, id_, 0)
    school.now += 7
    school.do(MIRA, "edit_poll", pollId=id_, question="Is it?", options=["yes", "no"])
    poll = school.poll(id_)
    assert (poll.question, poll.options, poll.edited) == ("Is it?", ["yes", "no"], school.now)
    assert school.tally(id_).rounds[0].counts == [1, 0]
    assert school.own(ADA, id_) == {"1": 0}


def test_another_right_answer_is_counted_with(school: School) -> None:
    id_ = school.ask("a", "b", correct=[0])
    school.vote(ADA, id_, 1)
    school.do(MIRA, "edit_poll", pollId=id_, correct=[1])
    assert school.tally(id_).rounds[0].right == 1
    assert school.poll(id_).edited is None, "what the class sees is as it was"
    assert b'"correct"' not in school.ever_told(ADA)
    school.reveal(id_, answer=True)
    assert school.poll(id_).correct == [1]


def test_a_draft_may_get_other_options(school: School) -> None:
    id_ = school.ask("a", "b", open=False, correct=[1])
    school.do(MIRA, "edit_poll", pollId=id_, options=["a", "b", "c"], seconds=30)
    draft = school.find(STAFF, id_)
    assert (draft.options, draft.seconds, draft.edited) == (["a", "b", "c"], 30, None)
    school.do(MIRA, "edit_poll", pollId=id_, options=["a", "b"], correct=[0], seconds=0)
    assert school.find(STAFF, id_).seconds is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"options": ["a", "b", "c"]}, Code.INVALID),
        ({"options": ["a", "a"]}, Code.INVALID),
        ({"question": " "}, Code.INVALID),
        ({"question": "x" * 2_001}, Code.INVALID),
        ({"correct": [2]}, Code.INVALID),
        ({"correct": [0], "tolerance": 1}, Code.INVALID),
        ({"seconds": 4}, Code.INVALID),
        ({"seconds": 86_401}, Code.INVALID),
        ({"question": "Fine?", "correct": [9]}, Code.INVALID),
        ({"seconds": 30}, Code.TOO_LATE),
    ],
)
def test_what_an_edit_cannot_be_changes_nothing(
    school: School, fields: dict[str, Any], code: Code
) -> None:
    id_ = school.ask("a", "b", seconds=60, correct=[0])
    school.vote(ADA, id_, 0)
    before = school.poll(id_)
    with pytest.raises(Refused) as caught:
        school.do(MIRA, "edit_poll", pollId=id_, **fields)
    assert caught.value.code == code
    assert school.poll(id_) == before


def test_what_was_shown_stays(school: School) -> None:
    id_ = school.ask("a", "b", correct=[0])
    school.reveal(id_, counts=True)
    with pytest.raises(Refused):
        school.do(MIRA, "edit_poll", pollId=id_, question="Other?")
    school.do(MIRA, "edit_poll", pollId=id_, correct=[1])
    school.reveal(id_, answer=True)
    with pytest.raises(Refused):
        school.do(MIRA, "edit_poll", pollId=id_, correct=[0])
    assert school.poll(id_).correct == [1]


def test_the_time_counts_from_the_opening(school: School) -> None:
    id_ = school.ask("a", "b", seconds=60)
    opened = school.poll(id_).opened or 0
    school.now += 20_000
    school.do(MIRA, "edit_poll", pollId=id_, seconds=30)
    assert school.poll(id_).closes == opened + 30_000
    school.vote(BO, id_, 0)
    school.do(MIRA, "edit_poll", pollId=id_, seconds=300)
    assert school.poll(id_).closes == opened + 300_000
    school.do(MIRA, "edit_poll", pollId=id_, seconds=0)
    assert school.poll(id_).closes is None


def test_the_answer_of_an_ended_anonymous_poll_is_counted_with(school: School) -> None:
    id_ = school.ask("a", "b", anonymous=True, correct=[0])
    for number in range(5):
        school.vote(student_of(number), id_, 1)
    school.reveal(id_, counts=True)
    school.do(MIRA, "edit_poll", pollId=id_, correct=[1])
    assert school.tally(id_).rounds[0].right == 5


def student_of(number: int) -> Any:
    from tests.polls.school import student

    return student(number)


# -- in a cell ----------------------------------------------------------------------------------


def test_a_poll_is_mended_by_name(mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Wich?", ["a", "b"])
    both(mira, ada)
    _ = ada.polls.poll(poll.id).vote(1)
    both(ada, mira)
    _ = poll.edit(question="Which?", options=["A", 2])
    assert (poll.question, poll.options) == ("Which?", ["A", "2"]), "seen at once"
    both(mira, ada)
    own = ada.polls.poll(poll.id)
    assert (own.question, own.mine, poll.answered) == ("Which?", 1, 1)
    (doc,) = ada.shown()
    assert (doc["question"], doc["edited"]) == ("Which?", mira.client.service.now)
    assert mira.polls.ask("Which?", ["A", "2"]) is poll, "and the cell may be mended too"


@pytest.mark.parametrize(
    "given",
    [{}, {"options": ["a"]}, {"options": "ab"}, {"question": ""}, {"question": 1}, {"correct": 3}],
)
def test_what_cannot_be_edited(mira: Desk, given: dict[str, Any]) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira)
    with pytest.raises(InvalidArgument):
        _ = poll.edit(**given)
    assert not mira.client.outbox


def test_after_the_reveal_it_is_too_late(mira: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"], correct=1)
    both(mira)
    _ = poll.reveal()
    both(mira)
    with pytest.raises(TooLate, match="words stay"):
        _ = poll.edit(question="What?")
    with pytest.raises(TooLate, match=r"poll\.reveal"):
        _ = poll.edit(correct=2)


def test_a_corrected_answer_and_time_in_a_cell_are_taken_over(
    mira: Desk, ada: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    poll = mira.polls.ask("2 + 2?", ["3", "4"], correct=1, seconds=60)
    both(mira, ada)
    assert mira.polls.ask("2 + 2?", ["3", "4"], correct=2, seconds=300) is poll
    assert poll.correct == 2, "seen at once"
    told = capsys.readouterr().out
    assert "right answer is changed" in told
    assert "300 s" in told
    assert "'4'" not in told, "a cell may be projected"
    both(mira, ada)
    (doc,) = ada.shown()
    assert doc["left"] == 300_000
    assert mira.polls.ask("2 + 2?", ["3", "4"], correct=2, seconds=300) is poll
    assert capsys.readouterr().out == ""
    _ = poll.reveal()
    both(mira, ada)
    assert ada.polls.poll(poll.id).correct == 2


def test_it_is_taken_over_before_the_service_has_the_question(mira: Desk) -> None:
    poll = mira.polls.ask("2 + 2?", kind="number", correct=5)
    mira.polls.ask("2 + 2?", kind="number", correct=4, tolerance=0.5)
    assert poll.correct == 4
    both(mira)
    assert (poll.correct, mira.polls.seen.answer_of(mira.polls.seen.all()[0])) == (4, ([4.0], 0.5))


def test_what_cannot_be_taken_over_is_said(
    mira: Desk, ada: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    poll = mira.polls.ask("2 + 2?", ["3", "4"], correct=1, seconds=60)
    both(mira, ada)
    _ = ada.polls.poll(poll.id).vote(1)
    both(ada, mira)
    mira.polls.ask("2 + 2?", ["3", "4"], correct=1, seconds=30)
    assert "poll.close()" in capsys.readouterr().out
    _ = poll.extend(30)
    both(mira, ada)
    mira.polls.ask("2 + 2?", ["3", "4"], correct=1, seconds=60)
    assert capsys.readouterr().out == "", "time that was given stays"
    _ = poll.reveal()
    both(mira, ada)
    mira.polls.ask("2 + 2?", ["3", "4"], correct=2, seconds=60)
    assert "poll.reveal(answer=…)" in capsys.readouterr().out
    assert not mira.client.outbox
    assert poll.correct == 1


def test_a_corrected_file_is_taken_over(mira: Desk, tmp_path: Path) -> None:
    path = tmp_path / "week.md"
    path.write_text("Which is mutable?\n\n- [x] tuple\n- [ ] list\n")
    (draft,) = mira.polls.load(path)
    both(mira)
    path.write_text("seconds: 30\nWhich is mutable?\n\n- [ ] tuple\n- [x] list\n")
    assert mira.polls.load(path) == [draft]
    assert draft.correct == 2
    both(mira)
    assert draft.correct == 2
    assert mira.shown()[0]["seconds"] == 30
