"""One answer of a text poll is removed: it is told nowhere, and who took part is still counted."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.polls import frozen, results
from edu_widgets.polls.documents import MAX_REMOVED, RoundResult, TextCount
from edu_widgets.polls.removal import missing_answer
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, Refused
from tests.in_memory.service import MIRA, ROOM, STAFF
from tests.polls.desk import Desk, both
from tests.polls.school import ADA, BO, CY, School, student
from tests.polls.test_rules import refused

pytestmark = pytest.mark.usefixtures("named_bundles")

MEAN = "Bo is  STUPID"


def asked(school: School, *answers: str, **fields: Any) -> str:
    """An open text poll with these answers, each by another student, counted."""
    id_ = school.ask(kind="text", **fields)
    for number, answer in enumerate(answers):
        school.vote(student(number), id_, answer)
    school.refresh(id_)
    return id_


def remove(school: School, id_: str, text: str = MEAN, person: Any = MIRA) -> None:
    school.do(person, "remove_answer", pollId=id_, text=text)


# -- the rule ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["open", "closed", "revealed"])
def test_all_that_say_the_same_go_and_people_stay(school: School, state: str) -> None:
    id_ = asked(school, "tea", "bo is stupid", "BO IS STUPİD", "Tea", correct=["tea"])
    if state == "closed":
        school.close(id_)
    if state == "revealed":
        school.reveal(id_, counts=True)
        assert [one.text for one in school.poll(id_).results[0].texts] == ["BO IS STUPİD", "Tea"]
    remove(school, id_)
    (found,) = school.tally(id_).rounds
    assert found.texts == [TextCount("Tea", 2)]
    assert (found.people, found.removed, found.more, found.right) == (4, 2, 0, 2)
    assert (school.turnout(id_).answered, school.tally(id_).people) == (4, 4)
    assert [one.texts for one in school.poll(id_).results] == (
        [[TextCount("Tea", 2)]] if state == "revealed" else []
    )
    assert school.refresh(id_).changes == (), "nothing that is counted again brings it back"


def test_given_again_it_is_removed_again(school: School) -> None:
    id_ = asked(school, MEAN, "tea")
    remove(school, id_)
    school.vote(CY, id_, "bo is stupid")
    school.refresh(id_)
    school.close(id_)
    school.revote(id_)
    school.vote(BO, id_, "Bo is stupid", round_=2)
    school.vote(ADA, id_, "tea", round_=2)
    school.reveal(id_, counts=True)
    told = [(one.people, one.removed, one.texts) for one in school.poll(id_).results]
    assert told == [(3, 2, [TextCount("tea", 1)]), (2, 1, [TextCount("tea", 1)])]


def test_before_a_reveal_nothing_reaches_students(school: School) -> None:
    id_ = asked(school, MEAN, "tea")
    before = len(school.told[ROOM])
    remove(school, id_)
    assert len(school.told[ROOM]) == before
    assert b"removed" not in school.ever_told(ADA)


def test_removed_twice_it_is_as_once(school: School) -> None:
    id_ = asked(school, MEAN, "tea")
    remove(school, id_)
    before = (len(school.told[ROOM]), len(school.told[STAFF]))
    remove(school, id_, "bo is stupid")
    assert (len(school.told[ROOM]), len(school.told[STAFF])) == before


def test_only_staff_remove_and_only_what_is_there(school: School) -> None:
    id_ = asked(school, MEAN)
    with refused(Code.FORBIDDEN):
        remove(school, id_, person=ADA)
    with refused(Code.NOT_FOUND):
        remove(school, id_, "Bo is clever")
    with refused(Code.NOT_FOUND):
        remove(school, "nothing")
    for text in ("", " ", "x" * 201):
        with refused(Code.INVALID):
            remove(school, id_, text)
    for other in (
        school.ask("a", "b"),
        school.ask(kind="number"),
        school.ask(kind="text", open=False),
    ):
        with refused(Code.INVALID):
            remove(school, other)
    assert school.tally(id_).rounds[0].removed == 0


def test_there_is_an_end_to_it(school: School) -> None:
    id_ = asked(school)
    for number in range(MAX_REMOVED):
        school.vote(ADA, id_, f"bad {number}")
        remove(school, id_, f"bad {number}")
    school.vote(ADA, id_, MEAN)
    with refused(Code.TOO_LATE):
        remove(school, id_)


@pytest.mark.parametrize("ended", [False, True])
def test_of_an_anonymous_poll_too_once_it_is_closed(school: School, ended: bool) -> None:
    id_ = asked(school, MEAN, "bo is stupid", *["tea"] * 4, anonymous=True, correct=["tea"])
    with refused(Code.NOT_FOUND):
        remove(school, id_)  # nobody finds out by trying what is said while it is open
    school.close(id_)
    if ended:
        school.reveal(id_, counts=True, answer=True)
        assert school.ballots(id_) == []
    remove(school, id_)
    remove(school, id_)
    (found,) = school.tally(id_).rounds
    assert (found.people, found.removed, found.texts) == (6, 2, [TextCount("tea", 4)])
    assert found.right == 4
    school.reveal(id_, counts=True)
    (shown,) = school.poll(id_).results
    assert (shown.removed, shown.texts) == (2, [TextCount("tea", 4)])


def test_few_anonymous_answers_cannot_be_guessed(school: School) -> None:
    id_ = asked(school, MEAN, "tea", anonymous=True)
    school.close(id_)
    with refused(Code.NOT_FOUND):
        remove(school, id_)


# -- in a cell -------------------------------------------------------------------------------------


def test_it_is_in_no_table_and_the_row_says_how_many(mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Say it.", kind="text")
    both(mira, ada)
    own = ada.polls.poll(poll.id)
    _ = own.vote(MEAN)
    ada.client.deliver()
    both(ada, mira)
    assert poll.exported()[0]["answer"] == MEAN.replace("  ", " ")
    receipt = poll.remove_answer(" bo is stupid ")
    both(mira, ada)
    assert receipt.done()
    _ = poll.remove_answer(MEAN)  # once more is no error
    _ = poll.reveal()
    both(mira, ada)
    for held in (poll, own):
        (row,) = held.exported()
        assert (row["answer"], row["people"], row["share"]) == (results.REMOVED, 1, 1)
        told = held.to_csv() or ""
        assert results.REMOVED in told
        assert "STUPID" not in told
        assert held.answered == 1
    body = mira.polls.seen.get(poll.id)
    assert body is not None
    for left in (frozen.html(body.poll), frozen.html(body.poll, "tr"), frozen.plain(body.poll)):
        assert "STUPID" not in left
    assert "Removed by an instructor" in frozen.html(body.poll)
    assert "removed by an instructor" in frozen.plain(body.poll)


def test_a_page_asks_for_it(school: School, mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Say it.", kind="text")
    both(mira, ada)
    _ = ada.polls.poll(poll.id).vote(MEAN)
    ada.client.deliver()
    both(ada, mira)
    assert ada.intend("remove_answer", id=poll.id, text=MEAN), "refused"
    assert mira.intend("remove_answer", id=poll.id, text=7), "refused"
    assert not mira.intend("remove_answer", id=poll.id, text=MEAN)
    both(mira, ada)
    assert school.tally(poll.id).rounds[0].removed == 1


def test_what_nobody_wrote_names_the_nearest(mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Say it.", kind="text")
    both(mira, ada)
    _ = ada.polls.poll(poll.id).vote(MEAN)
    ada.client.deliver()
    both(ada, mira)
    with pytest.raises(InvalidArgument, match=r"nearest .*STUPID"):
        _ = poll.remove_answer("Bo is stupit")
    with pytest.raises(InvalidArgument, match=r"results\(\)"):
        _ = poll.remove_answer("42")
    with pytest.raises(Refused):
        _ = ada.polls.poll(poll.id).remove_answer(MEAN)
    chosen = mira.polls.ask("Which?", ["a", "b"])
    both(mira)
    with pytest.raises(InvalidArgument, match="text"):
        _ = chosen.remove_answer("a")
    assert not mira.client.outbox


def test_looking_for_the_nearest_takes_little_time() -> None:
    texts = [TextCount("ab" * 99 + str(number), 1) for number in range(MAX_REMOVED)]
    assert "nearest" in missing_answer("ba" * 99, [RoundResult(1, 200, texts=texts)])
