"""One answer of a text poll is removed: it is told nowhere, and who took part is still counted."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.polls import frozen, results
from edu_widgets.polls.documents import MAX_REMOVED, RoundResult, TextCount
from edu_widgets.polls.text_answers import missing_answer
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


# -- hidden and merged --------------------------------------------------------------------------


def hide(school: School, id_: str, text: str = MEAN, person: Any = MIRA, on: bool = True) -> None:
    school.do(person, "hide_answer", pollId=id_, text=text, on=on)


def merge(school: School, id_: str, *texts: str, into: str = "", person: Any = MIRA) -> None:
    school.do(person, "merge_answers", pollId=id_, texts=list(texts), into=into)


@pytest.mark.parametrize("anonymous", [False, True])
def test_what_is_hidden_staff_sees_and_students_count(school: School, anonymous: bool) -> None:
    id_ = asked(school, MEAN, "bo is stupid", *["tea"] * 4, anonymous=anonymous)
    school.close(id_)
    hide(school, id_)
    hide(school, id_)
    assert {one.text: one.people for one in school.tally(id_).rounds[0].texts} == {
        "tea": 4,
        school.tally(id_).rounds[0].texts[1].text: 2,
    }
    school.reveal(id_, counts=True)
    (shown,) = school.poll(id_).results
    assert (shown.people, shown.removed, shown.texts) == (6, 2, [TextCount("tea", 4)])
    assert b"stupid" not in school.ever_told(student(3)).lower()
    hide(school, id_, on=False)  # also once the ballots of an anonymous poll are gone
    (shown,) = school.poll(id_).results
    assert (shown.removed, len(shown.texts)) == (0, 2)


def test_merged_answers_are_one_in_every_round_and_later(school: School) -> None:
    id_ = asked(school, "list", "a List", "lists", "dict", correct=["list"])
    merge(school, id_, "A LIST", "lists", into="list")
    school.vote(student(9), id_, "Lists")
    school.refresh(id_)
    (found,) = school.tally(id_).rounds
    assert found.texts == [TextCount("list", 4), TextCount("dict", 1)]
    assert (found.people, found.right, found.removed) == (5, 4, 0)
    merge(school, id_, "list", into="the list")  # and what was merged into it goes along
    assert school.tally(id_).rounds[0].texts[0] == TextCount("the list", 4)
    assert not school.poll(id_).results, "before a reveal nothing reaches students"
    remove(school, id_, "the list")
    assert school.tally(id_).rounds[0].removed == 4
    assert school.refresh(id_).changes == ()


def test_merged_answers_are_taken_apart(school: School) -> None:
    id_ = asked(school, "list", "lists", "a list")
    merge(school, id_, "lists", "a list", into="list")
    merge(school, id_, "lists")
    assert {t.text: t.people for t in school.tally(id_).rounds[0].texts} == {"list": 2, "lists": 1}
    merge(school, id_, "list")
    assert len(school.tally(id_).rounds[0].texts) == 3


def test_of_an_ended_anonymous_poll_they_stay_merged(school: School) -> None:
    id_ = asked(school, "list", "lists", *["tea"] * 4, anonymous=True)
    school.reveal(id_, counts=True)
    merge(school, id_, "lists", into="list")
    assert {t.text: t.people for t in school.poll(id_).results[0].texts} == {"tea": 4, "list": 2}
    assert school.poll(id_).results[0].people == 6
    with refused(Code.TOO_LATE):
        merge(school, id_, "lists")


def test_only_staff_moderates_and_there_is_an_end_to_it(school: School) -> None:
    id_ = asked(school, "tea", "chai")
    for do in (hide, merge):
        with refused(Code.FORBIDDEN):
            do(school, id_, "tea", person=ADA)
        with refused(Code.NOT_FOUND):
            do(school, "nothing", "tea")
        with refused(Code.INVALID):
            do(school, school.ask("a", "b"), "a")
    with refused(Code.INVALID):
        merge(school, id_, into="tea")
    with refused(Code.INVALID):
        merge(school, id_, *(f"tea {n}" for n in range(21)), into="tea")
    for number in range(0, MAX_REMOVED, 20):
        merge(school, id_, *(f"{n}" for n in range(number, number + 20)), into="tea")
    with refused(Code.TOO_LATE):
        merge(school, id_, "chai", into="tea")
    assert len(school.tally(id_).rounds[0].texts) == 2


def test_in_a_cell_and_on_a_page(school: School, mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Say it.", kind="text")
    both(mira, ada)
    for number, text in enumerate(("tea", "chai", MEAN), 5):
        school.vote(student(number), poll.id, text)
    both(mira, ada)
    _ = poll.merge_answers(["chai"], "tea")
    _ = poll.hide_answer(MEAN)
    both(mira, ada)
    assert next((row["answer"], row["people"]) for row in poll.exported()) == ("tea", 2)
    mira.intend("peek", id=poll.id, on=True)
    (doc,) = mira.shown()
    texts = {one["text"]: one.get("hidden") for one in doc["peek"]["results"][0]["texts"]}
    assert texts == {"tea": None, " ".join(MEAN.split()): True}
    assert doc["peek"]["merged"] == ["tea"]
    assert "hiddenTexts" not in doc, "nothing is shown yet of which it could be missing"
    with pytest.raises(InvalidArgument, match="nearest"):
        _ = poll.merge_answers(["teaa"], "tea")
    with pytest.raises(InvalidArgument, match="1 to 20"):
        _ = poll.merge_answers([], "tea")
    assert ada.intend("hide_answer", id=poll.id, text="tea", on=True), "refused"
    assert ada.intend("merge_answers", id=poll.id, text="tea", into="chai"), "refused"
    assert not mira.intend("merge_answers", id=poll.id, text="tea")
    assert not mira.intend("hide_answer", id=poll.id, text=MEAN, on=False)
    both(mira, ada)
    _ = poll.split_answers("tea")
    _ = poll.reveal()
    both(mira, ada)
    assert len(ada.polls.poll(poll.id).exported()) == 3


def test_what_is_hidden_is_shown_again_from_the_page_after_the_reveal(
    school: School, mira: Desk, ada: Desk
) -> None:
    poll = mira.polls.ask("Say it.", kind="text")
    both(mira, ada)
    for number, text in enumerate(("tea", "chai"), 5):
        school.vote(student(number), poll.id, text)
    both(mira, ada)
    _ = poll.hide_answer("chai")
    both(mira, ada)
    _ = poll.reveal()
    both(mira, ada)
    (doc,), (hers,) = mira.shown(), ada.shown()
    assert [one["text"] for one in doc["results"][0]["texts"]] == ["tea"]
    assert doc["hiddenTexts"] == ["chai"]
    assert "hiddenTexts" not in hers
    assert "chai" not in str(hers)
    assert not mira.intend("hide_answer", id=poll.id, text="chai", on=False)
    both(mira, ada)
    assert "hiddenTexts" not in mira.shown()[0]
    assert len(ada.polls.poll(poll.id).exported()) == 2
