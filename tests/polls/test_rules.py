"""The rules of polls, for instructors and students, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.polls import results
from edu_widgets.polls.documents import Turnout
from edu_widgets.polls.service.ending import ABANDONED_MS
from edu_widgets.protocol import Code, Cursor
from edu_widgets.protocol.errors import ProtocolError, Refused
from edu_widgets.service.rules import Person
from edu_widgets.service.store import members, reads
from tests.in_memory.service import COURSE, MIRA, ROOM, STAFF, START, own
from tests.polls.school import ADA, BO, CY, School, student


def refused(code: Code) -> Any:
    return pytest.raises(Refused, check=lambda error: error.code == code)


# -- creating and opening -------------------------------------------------------------------


def test_a_poll_is_asked_and_open_at_once(school: School) -> None:
    id_ = school.ask("yes", "no", seconds=60)
    poll = school.poll(id_)
    assert (poll.state, poll.round, poll.opened, poll.closes) == ("open", 1, START, START + 60_000)
    assert (poll.created_by, poll.created_at) == (MIRA.id, START)
    assert school.turnout(id_) == Turnout(id_, 1, 0, START)


def test_a_draft_is_for_staff_until_it_is_opened(school: School) -> None:
    id_ = school.ask("yes", "no", open=False, seconds=30)
    assert school.poll(id_) is None
    assert id_.encode() not in school.ever_told(ADA)
    with refused(Code.NOT_FOUND):
        school.vote(ADA, id_, 0)
    school.now += 5_000
    school.do(MIRA, "open_poll", pollId=id_)
    assert school.poll(id_).closes == START + 35_000
    assert school.find(STAFF, id_) is None
    school.vote(ADA, id_, 0)
    opened = school.poll(id_)
    school.now += 1
    school.do(MIRA, "open_poll", pollId=id_, seconds=99)
    assert school.poll(id_) == opened, "opened twice it is as opened once"


def test_a_draft_created_again_after_its_reply_is_forgotten_is_one(school: School) -> None:
    id_ = school.ask("yes", "no", open=False)
    school.db.execute("DELETE FROM replies")
    school.now += 9
    school.do(MIRA, "create_poll", id_, question="Which?", options=["yes", "no"])
    assert school.find(STAFF, id_).created_at == START


@pytest.mark.parametrize(
    "fields",
    [
        {"question": " "},
        {"question": "x" * 2_001},
        {"options": ["a"]},
        {"options": [str(n) for n in range(21)]},
        {"options": ["a", " a "]},
        {"options": ["a", " "]},
        {"options": ["a", "x" * 501]},
        {"kind": "text"},
        {"kind": "number", "options": ["1", "2"]},
        {"seconds": 4},
        {"seconds": 86_401},
        {"correct": [2]},
        {"correct": ["a"]},
        {"kind": "multiple", "correct": [0, 0]},
        {"kind": "ordering", "correct": [0]},
        {"tolerance": 1},
        {"kind": "number", "options": [], "correct": [1], "tolerance": -1},
    ],
)
def test_what_cannot_be_asked(school: School, fields: dict[str, Any]) -> None:
    whole = {"question": "Which?", "options": ["a", "b"]} | fields
    with refused(Code.INVALID):
        school.do(MIRA, "create_poll", **whole)
    assert not school.told


def test_a_kind_nobody_knows(school: School) -> None:
    with pytest.raises((ProtocolError, ValueError)):
        school.do(MIRA, "create_poll", question="?", kind="auction")


def test_only_staff_run_polls_and_only_in_the_course(school: School) -> None:
    id_ = school.ask("a", "b")
    before = len(school.told[ROOM])
    asked: list[tuple[str, dict[str, Any]]] = [
        ("create_poll", {"question": "?", "options": ["a", "b"]}),
        ("open_poll", {"pollId": id_}),
        ("edit_poll", {"pollId": id_, "question": "What?"}),
        ("close_poll", {"pollId": id_, "round": 1}),
        ("extend_poll", {"pollId": id_, "round": 1, "seconds": 5}),
        ("reveal_poll", {"pollId": id_, "counts": True}),
        ("revote_poll", {"pollId": id_, "round": 2}),
        ("remove_answer", {"pollId": id_, "text": "rude"}),
        ("delete_poll", {"pollId": id_}),
    ]
    for type_, fields in asked:
        with refused(Code.FORBIDDEN):
            school.do(ADA, type_, **fields)
        with refused(Code.INVALID):
            school.do(MIRA, type_, room=STAFF, **fields)
    with refused(Code.INVALID):
        school.do(ADA, "cast_vote", room="lesson:c:1", pollId=id_, round=1, choice=0)
    assert len(school.told[ROOM]) == before


# -- voting ----------------------------------------------------------------------------------


def test_a_vote_counts_once_and_can_be_changed(school: School) -> None:
    id_ = school.ask("a", "b")
    first = school.vote(ADA, id_, 0)
    school.vote(ADA, id_, 1)
    school.vote(BO, id_, 1)
    school.vote(ADA, id_, 0, id_=first)  # the first one's ack was lost: it comes again
    school.refresh(id_)
    assert school.own(ADA, id_) == {"1": 1}
    assert school.tally(id_).rounds[0].counts == [0, 2]
    assert (school.turnout(id_).answered, school.tally(id_).people) == (2, 2)


def test_counting_again_says_nothing_new(school: School) -> None:
    id_ = school.ask("a", "b")
    school.vote(ADA, id_, 0)
    assert {c.channel for c in school.refresh(id_).changes} == {ROOM, STAFF}
    school.now += 1_000
    assert school.refresh(id_).changes == ()


@pytest.mark.parametrize(
    ("kind", "options", "choice"),
    [
        ("single", 2, 2),
        ("single", 2, -1),
        ("single", 2, [0]),
        ("single", 2, "a"),
        ("single", 2, 0.5),
        ("multiple", 2, []),
        ("multiple", 2, [0, 0]),
        ("multiple", 2, [0, 9]),
        ("multiple", 2, 0),
        ("scale", 5, 5),
        ("ordering", 3, [0, 1]),
        ("ordering", 3, [0, 1, 1]),
        ("number", 0, "3"),
        ("number", 0, 2**70),
        ("text", 0, "  "),
        ("text", 0, "\u200b\u200b"),
        ("text", 0, "x" * 201),
        ("text", 0, 3),
    ],
)
def test_a_choice_has_to_fit(school: School, kind: str, options: int, choice: Any) -> None:
    id_ = school.ask(*(f"o{n}" for n in range(options)), kind=kind)
    with refused(Code.INVALID):
        school.vote(ADA, id_, choice)
    assert school.ballots(id_) == []


def test_late_votes_count_nowhere(school: School) -> None:
    id_ = school.ask("a", "b", seconds=10)
    school.now += 9_999
    school.vote(ADA, id_, 0)
    school.now += 1
    with refused(Code.TOO_LATE):  # though nobody has closed it yet
        school.vote(BO, id_, 0)
    school.refresh(id_)
    assert (school.poll(id_).state, school.poll(id_).closes) == ("closed", START + 10_000)
    school.revote(id_)
    with refused(Code.TOO_LATE):
        school.vote(BO, id_, 0, round_=1)
    with refused(Code.INVALID):
        school.vote(BO, id_, 0, round_=3)
    school.vote(BO, id_, 1, round_=2)
    school.refresh(id_)
    assert [r.counts for r in school.tally(id_).rounds] == [[1, 0], [0, 1]]
    school.do(MIRA, "delete_poll", pollId=id_)
    with refused(Code.TOO_LATE):
        school.vote(BO, id_, 1, round_=2)


def test_a_vote_may_be_for_nothing(school: School) -> None:
    with refused(Code.NOT_FOUND):
        school.vote(ADA, "nothing", 0)


# -- time ------------------------------------------------------------------------------------


def test_more_time(school: School) -> None:
    id_ = school.ask("a", "b", seconds=10)
    school.now += 5_000
    school.do(MIRA, "extend_poll", pollId=id_, round=1, seconds=30)
    assert school.poll(id_).closes == START + 40_000
    for seconds in (0, 86_400):
        with refused(Code.INVALID):
            school.do(MIRA, "extend_poll", pollId=id_, round=1, seconds=seconds)
    with refused(Code.TOO_LATE):
        school.do(MIRA, "extend_poll", pollId=id_, round=2, seconds=5)
    school.now += 35_000
    with refused(Code.TOO_LATE):
        school.do(MIRA, "extend_poll", pollId=id_, round=1, seconds=5)
    untimed = school.ask("a", "b")
    school.do(MIRA, "extend_poll", pollId=untimed, round=1, seconds=5)
    assert school.poll(untimed).closes is None


def test_a_close_that_comes_late_closes_no_other_round(school: School) -> None:
    id_ = school.ask("a", "b")
    school.close(id_)
    school.revote(id_)
    school.close(id_, round_=1)
    assert (school.poll(id_).state, school.poll(id_).round) == ("open", 2)


# -- revealing -------------------------------------------------------------------------------


def test_counts_and_answer_are_revealed_apart(school: School) -> None:
    id_ = school.ask("a", "b", correct=[1])
    for person, choice in ((ADA, 0), (BO, 1), (CY, 1)):
        school.vote(person, id_, choice)
    school.reveal(id_, counts=True)
    poll = school.poll(id_)
    assert (poll.state, poll.correct, poll.results[0].counts) == ("revealed", [], [1, 2])
    assert poll.results[0].right is None, "two of three right says which is right"
    assert school.find(STAFF, f"secret:{id_}") is not None
    school.reveal(id_, answer=True)
    poll = school.poll(id_)
    assert (poll.correct, poll.results[0].right, poll.results[0].people) == ([1], 2, 3)
    assert school.find(STAFF, f"secret:{id_}") is None


def test_the_answer_may_come_at_the_reveal(school: School) -> None:
    id_ = school.ask("a", "b")
    school.vote(ADA, id_, 0)
    with refused(Code.INVALID):
        school.reveal(id_, counts=True, answer=True)
    assert school.poll(id_).state == "open", "what is refused changes nothing"
    with refused(Code.INVALID):
        school.reveal(id_, answer=True, correct=[7])
    with refused(Code.INVALID):
        school.reveal(id_)
    school.reveal(id_, counts=True, answer=True, correct=[0])
    assert (school.poll(id_).correct, school.poll(id_).results[0].right) == ([0], 1)


def test_an_answer_revealed_alone_tells_no_counts(school: School) -> None:
    id_ = school.ask("a", "b", correct=[0])
    school.vote(ADA, id_, 0)
    school.reveal(id_, answer=True)
    poll = school.poll(id_)
    assert (poll.results, poll.correct, poll.shown.counts) == ([], [0], False)


def test_a_draft_reveals_nothing(school: School) -> None:
    id_ = school.ask("a", "b", open=False, correct=[0])
    with refused(Code.INVALID):
        school.reveal(id_, answer=True)


# -- rounds ----------------------------------------------------------------------------------


def test_a_second_round_and_who_moved_where(school: School) -> None:
    id_ = school.ask("a", "b", "c", correct=[1])
    for person, first in ((ADA, 0), (BO, 0), (CY, 1)):
        school.vote(person, id_, first)
    school.close(id_)
    assert school.tally(id_).suggestion == "discuss"
    school.revote(id_)
    assert school.poll(id_).results == []
    assert school.turnout(id_).answered == 0
    for person in (ADA, CY, student(9)):
        school.vote(person, id_, 1, round_=2)
    school.refresh(id_)
    tally = school.tally(id_)
    (flow,) = tally.flows
    assert (flow.from_, flow.to, flow.both) == (1, 2, 2)
    assert flow.pairs == [[0, 1, 1], [1, 1, 1]]
    assert (tally.suggestion, tally.people) == ("move_on", 3)
    assert b"pairs" not in school.ever_told(ADA)
    school.reveal(id_, counts=True, answer=True)
    poll = school.poll(id_)
    assert [r.counts for r in poll.results] == [[2, 1, 0], [0, 3, 0]]
    assert poll.flows == [flow]
    assert school.own(ADA, id_) == {"1": 0, "2": 1}
    with refused(Code.TOO_LATE):
        school.revote(id_, 3)


def test_a_round_revealed_stays_so_when_the_next_begins(school: School) -> None:
    id_ = school.ask("a", "b")
    school.vote(ADA, id_, 0)
    school.reveal(id_, counts=True)
    school.revote(id_, seconds=20)
    poll = school.poll(id_)
    assert (poll.state, poll.shown.counts, len(poll.results)) == ("open", False, 1)
    school.vote(ADA, id_, 1, round_=2)
    school.refresh(id_)
    assert [r.round for r in school.poll(id_).results] == [1], "the open round is not told"
    assert school.poll(id_).flows == []
    school.revote(id_, 2)
    assert school.poll(id_) == poll, "asked twice, it begins once"


def test_a_round_begins_when_the_one_before_is_closed(school: School) -> None:
    id_ = school.ask("a", "b")
    with refused(Code.INVALID):
        school.revote(id_)
    school.close(id_)
    with refused(Code.INVALID):
        school.revote(id_, 3)


# -- the end ---------------------------------------------------------------------------------


def test_a_deleted_poll_leaves_nothing(school: School) -> None:
    id_ = school.ask("a", "b", correct=[0])
    school.vote(ADA, id_, 0)
    school.refresh(id_)
    school.do(MIRA, "delete_poll", pollId=id_)
    assert school.poll(id_) is None
    assert school.tally(id_) is None
    assert school.turnout(id_) is None
    assert school.own(ADA, id_) is None
    assert school.ballots(id_) == []
    school.do(MIRA, "delete_poll", pollId=id_)
    draft = school.ask("a", "b", open=False)
    school.do(MIRA, "delete_poll", pollId=draft)
    assert school.find(STAFF, draft) is None


def secret_votes(school: School, people: int) -> str:
    id_ = school.ask("a", "b", anonymous=True, correct=[0])
    for number in range(people):
        school.vote(student(number), id_, number % 2)
    school.refresh(id_)
    return id_


def test_while_an_anonymous_poll_is_open_staff_see_only_how_many(school: School) -> None:
    id_ = secret_votes(school, 6)
    assert (school.tally(id_).people, school.tally(id_).rounds) == (6, [])
    assert school.turnout(id_).answered == 6
    seen = school.ever_told(MIRA)
    assert not any(student(n).id.encode() in seen for n in range(6))
    voters = {ballot for ballot, _ in school.ballots(id_)}
    assert not any(student(n).id in voter for n in range(6) for voter in voters)


@pytest.mark.parametrize(("people", "counts"), [(4, []), (5, [3, 2])])
def test_few_answers_of_an_anonymous_poll_stay_hidden(
    school: School, people: int, counts: list[int]
) -> None:
    id_ = secret_votes(school, people)
    school.close(id_)
    (result,) = school.tally(id_).rounds
    assert (result.people, result.counts) == (people, counts)
    assert (result.right is None) == (people < 5)
    school.reveal(id_, counts=True, answer=True)
    (result,) = school.poll(id_).results
    assert (result.people, result.counts) == (people, counts)


def test_an_anonymous_vote_that_comes_again_counts_once(school: School) -> None:
    id_ = school.ask("a", "b", anonymous=True)
    first = school.vote(ADA, id_, 0)
    school.vote(ADA, id_, 1)
    school.vote(ADA, id_, 0, id_=first)
    assert [choice for _, choice in school.ballots(id_)] == [1]
    assert school.own(ADA, id_) == {"1": 1}


def test_nothing_tells_who_voted_once_an_anonymous_poll_has_ended(school: School) -> None:
    for number in range(8):  # two of whom do not vote
        members.enter(school.db, COURSE, student(number).id, student(number).name, "student")
    id_ = secret_votes(school, 6)
    school.close(id_)
    school.revote(id_)
    for number in range(6):
        school.vote(student(number), id_, 0, round_=2)
    school.close(id_, 2)
    away = Cursor("e", school.told[own(student(1))][-1].seq)
    key = school.db.execute("SELECT body FROM documents WHERE id = 'key'").fetchone()[0]
    ballots = [ballot.partition(":")[2] for ballot, _ in school.ballots(id_)]
    school.reveal(id_, counts=True)
    poll = school.poll(id_)
    assert poll.ended
    assert [r.counts for r in poll.results] == [[3, 3], [6, 0]]
    assert poll.flows[0].pairs == [[0, 0, 3], [1, 0, 3]]
    left = school.dump()
    assert key.decode() not in left
    assert not any(ballot in left for ballot in ballots)
    rows = school.db.execute(
        "SELECT body, author, fingerprint FROM documents WHERE kind = 'own_ballot'"
    ).fetchall()
    assert rows == [], "not even tombstones"
    heads = school.db.execute(
        "SELECT count(*), count(DISTINCT head), count(DISTINCT swept) FROM channels"
        " WHERE name GLOB 'user:*'"
    ).fetchone()
    assert heads == (8, 1, 1), "no number tells in whose channel there was something"
    for number in range(6):
        assert school.told[own(student(number))][-1].deleted, "whoever is connected is told"
    late = reads.changes_since(school.db, own(student(1)), away, {}, [])
    assert [frame.reset for frame in late.frames] == [True], "whoever was away begins anew"
    authors = "SELECT count(*) FROM replies WHERE user LIKE 'u-student%'"
    assert school.db.execute(authors).fetchone() == (0,)
    with refused(Code.TOO_LATE):
        school.revote(id_, 3)
    school.reveal(id_, answer=True)
    assert [r.right for r in school.poll(id_).results] == [3, 6]
    assert school.refresh(id_).changes == ()


def test_a_clock_set_back_over_a_restart_leaves_a_timer_its_own_length(school: School) -> None:
    id_ = school.ask("a", "b", seconds=60)
    school.now -= 40 * 24 * 3_600_000
    school.refresh(id_)
    assert school.poll(id_).closes == school.now + 60_000
    school.now += 60_000
    school.refresh(id_)
    assert school.poll(id_).state == "closed"


def test_somebody_elses_command_id_is_a_conflict_and_no_vote(school: School) -> None:
    id_ = school.ask("a", "b", anonymous=True)
    used = school.vote(ADA, id_, 1)
    school.vote(ADA, id_, 1, id_=used)
    for person, choice in ((BO, 1), (BO, 0), (ADA, 0)):
        with refused(Code.ID_CONFLICT):
            school.vote(person, id_, choice, id_=used)
    assert [choice for _, choice in school.ballots(id_)] == [1]
    named = school.ask("a", "b")
    school.vote(BO, named, 0, id_=used)
    assert school.own(BO, named) == {"1": 0}, "counted, or refused, but never only acknowledged"


def test_counts_of_an_ended_poll_can_still_be_revealed(school: School) -> None:
    id_ = secret_votes(school, 6)
    school.reveal(id_, answer=True)
    assert (school.poll(id_).ended, school.poll(id_).results) == (True, [])
    school.reveal(id_, counts=True)
    (result,) = school.poll(id_).results
    assert (result.counts, result.right) == ([3, 3], 3)


def test_an_anonymous_poll_left_alone_ends_by_itself(school: School) -> None:
    id_ = secret_votes(school, 6)
    school.close(id_)
    school.now += ABANDONED_MS - 1
    school.refresh(id_)
    assert not school.poll(id_).ended
    school.now += 1
    school.refresh(id_)
    poll = school.poll(id_)
    assert (poll.ended, poll.state, poll.results) == (True, "closed", [])
    assert school.ballots(id_) == []
    assert school.tally(id_).rounds[0].counts == [3, 3]


def test_results_say_how_many_took_part_through_anothers_notebook(school: School) -> None:
    bob, lina = (Person(f"via-{n}", n, "student", via="Ada") for n in ("Bob", "Lina"))
    id_ = school.ask("a", "b")
    for person, choice in ((ADA, 0), (bob, 1), (lina, 1), (lina, 0)):
        school.vote(person, id_, choice)
    school.close(id_)
    school.refresh(id_)
    (result,) = school.tally(id_).rounds
    assert (result.people, result.vouched) == (3, 2)
    school.revote(id_)
    school.vote(bob, id_, 0, 2)
    school.reveal(id_, counts=True)
    assert [(one.people, one.vouched) for one in school.poll(id_).results] == [(3, 2), (1, 1)]
    rows = results.rows(school.poll(id_), school.poll(id_).results)
    assert {(row["round"], row["vouched"]) for row in rows} == {(1, 2), (2, 1)}


def test_of_an_anonymous_poll_nothing_is_said_of_them(school: School) -> None:
    bob = Person("via-bob", "Bob", "student", via="Ada")
    id_ = school.ask("a", "b", anonymous=True)
    for person in (bob, *(student(n) for n in range(5))):
        school.vote(person, id_, 0)
    school.close(id_)
    school.refresh(id_)
    (result,) = school.tally(id_).rounds
    assert (result.people, result.vouched) == (6, 0)
