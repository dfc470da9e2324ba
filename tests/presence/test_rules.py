"""Statuses and hands, rule by rule."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edu_widgets.presence.service.ending import erase
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.rules import Erasure, Person, drive
from edu_widgets.service.store import reads
from tests.in_memory.service import COURSE, MIRA, STAFF, own
from tests.nightly import examples
from tests.presence.classroom import ADA, BO, JONAS, Classroom


def refused(code: Code) -> "pytest.RaisesExc[Refused]":
    return pytest.RaisesExc(Refused, check=lambda error: error.code == code)


def test_a_status_is_seen_by_staff_and_its_person_only(classroom: Classroom) -> None:
    done = classroom.do(ADA, "set_status", status="stuck")
    assert {change.channel for change in done.changes} == {STAFF, own(ADA)}
    assert not done.urgent
    assert classroom.status(ADA) == "stuck"
    assert classroom.course_docs() == 0


def test_the_same_status_again_keeps_its_time(classroom: Classroom) -> None:
    classroom.do(ADA, "set_status", status="stuck")
    at = classroom.status_at(ADA)
    classroom.now += 60_000
    assert classroom.do(ADA, "set_status", status="stuck").changes == ()
    assert classroom.status_at(ADA) == at
    classroom.do(ADA, "set_status", status="done")
    assert classroom.status_at(ADA) == at + 60_000


def test_a_status_is_taken_back(classroom: Classroom) -> None:
    classroom.do(ADA, "set_status", status="done")
    classroom.do(ADA, "set_status")
    assert classroom.status(ADA) is None
    assert classroom.do(ADA, "set_status").changes == ()


def test_there_are_three_statuses(classroom: Classroom) -> None:
    with pytest.raises(Exception, match="Invalid enum value"):
        classroom.do(ADA, "set_status", status="asleep")


def test_only_staff_clears_all_of_them(classroom: Classroom) -> None:
    for person, status in ((ADA, "stuck"), (BO, "done")):
        classroom.do(person, "set_status", status=status)
    with refused(Code.FORBIDDEN):
        classroom.do(ADA, "clear_statuses")
    classroom.do(MIRA, "clear_statuses")
    assert (classroom.status(ADA), classroom.status(BO)) == (None, None)
    assert classroom.do(MIRA, "clear_statuses").changes == ()


def test_a_hand_goes_up_is_taken_solved_and_up_again(classroom: Classroom) -> None:
    classroom.do(ADA, "raise_hand", note=" Why? ", traceback="NameError: np\n")
    hand = classroom.hand(ADA)
    assert hand is not None
    assert (hand.user_name, hand.note, hand.traceback) == ("Ada", "Why?", "NameError: np")
    classroom.now += 1_000
    classroom.do(MIRA, "take_hand", userId=ADA.id)
    taken = classroom.hand(ADA)
    assert taken is not None
    assert (taken.taken, taken.taken_by_name, taken.at) == (classroom.now, "Mira", hand.at)
    classroom.now += 1_000
    classroom.do(MIRA, "solve_hand", userId=ADA.id, at=hand.at)
    solved = classroom.hand(ADA)
    assert solved is not None
    assert (solved.solved, solved.note, solved.traceback) == (classroom.now, "", "")
    assert solved.taken_by_name == "Mira"
    classroom.now += 1_000
    classroom.do(ADA, "raise_hand", note="Again")
    again = classroom.hand(ADA)
    assert again is not None
    assert (again.at, again.note, again.solved, again.taken) == (classroom.now, "Again", None, None)


def test_what_is_added_keeps_the_place_and_who_helps(classroom: Classroom) -> None:
    classroom.do(ADA, "raise_hand")
    at = classroom.now
    classroom.do(MIRA, "take_hand", userId=ADA.id)
    classroom.now += 5_000
    classroom.do(ADA, "raise_hand", note="More of it")
    hand = classroom.hand(ADA)
    assert hand is not None
    assert (hand.at, hand.note, hand.taken_by) == (at, "More of it", MIRA.id)
    assert classroom.do(ADA, "raise_hand", note="More of it").changes == ()


def test_nobody_is_taken_from_somebody_else(classroom: Classroom) -> None:
    classroom.do(ADA, "raise_hand")
    classroom.do(MIRA, "take_hand", userId=ADA.id)
    assert classroom.do(MIRA, "take_hand", userId=ADA.id).changes == ()
    with pytest.raises(Refused, match="Mira is helping already") as error:
        classroom.do(JONAS, "take_hand", userId=ADA.id)
    assert error.value.code == Code.STALE
    classroom.do(MIRA, "take_hand", userId=ADA.id, taken=False)
    classroom.do(JONAS, "take_hand", userId=ADA.id)
    hand = classroom.hand(ADA)
    assert hand is not None
    assert hand.taken_by_name == "Jonas"


def test_a_hand_is_given_back_by_who_took_it_or_anyway(classroom: Classroom) -> None:
    classroom.do(ADA, "raise_hand")
    classroom.do(MIRA, "take_hand", userId=ADA.id)
    with refused(Code.STALE):
        classroom.do(JONAS, "take_hand", userId=ADA.id, taken=False)
    classroom.do(JONAS, "take_hand", userId=ADA.id, taken=False, anyway=True)
    classroom.do(JONAS, "take_hand", userId=ADA.id)
    classroom.do(JONAS, "take_hand", userId=ADA.id, taken=False)
    classroom.do(MIRA, "take_hand", userId=ADA.id)


def test_a_hand_raised_since_stays_up(classroom: Classroom) -> None:
    classroom.do(ADA, "raise_hand")
    seen = classroom.now
    classroom.do(ADA, "lower_hand")
    classroom.now += 1_000
    classroom.do(ADA, "raise_hand", note="Something else")
    assert classroom.do(MIRA, "solve_hand", userId=ADA.id, at=seen).changes == ()
    hand = classroom.hand(ADA)
    assert hand is not None
    assert hand.solved is None


def test_one_lowers_ones_own_and_staff_anybodys(classroom: Classroom) -> None:
    classroom.do(ADA, "raise_hand")
    with refused(Code.FORBIDDEN):
        classroom.do(BO, "lower_hand", userId=ADA.id)
    classroom.do(ADA, "lower_hand")
    assert classroom.hand(ADA) is None
    assert classroom.do(ADA, "lower_hand").changes == ()
    classroom.do(ADA, "raise_hand")
    classroom.do(MIRA, "lower_hand", userId=ADA.id)
    assert classroom.hand(ADA) is None


@pytest.mark.parametrize("command", ["take_hand", "solve_hand"])
def test_students_help_by_other_means(classroom: Classroom, command: str) -> None:
    classroom.do(ADA, "raise_hand")
    with refused(Code.FORBIDDEN):
        classroom.do(BO, command, userId=ADA.id)


def test_a_hand_that_is_down_cannot_be_taken(classroom: Classroom) -> None:
    with refused(Code.NOT_FOUND):
        classroom.do(MIRA, "take_hand", userId=ADA.id)
    assert classroom.do(MIRA, "solve_hand", userId=ADA.id).changes == ()


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        ("raise_hand", {"note": "x" * 501}),
        ("raise_hand", {"traceback": "x" * 4_001}),
        ("lower_hand", {"userId": "a:b"}),
        ("take_hand", {"userId": "\u202e"}),
    ],
)
def test_what_cannot_be(classroom: Classroom, type_: str, fields: dict[str, str]) -> None:
    with pytest.raises(Refused) as error:
        classroom.do(MIRA, type_, **fields)
    assert error.value.code in (Code.INVALID, Code.NOT_FOUND)


@pytest.mark.parametrize("type_", ["set_status", "clear_statuses", "raise_hand", "lower_hand"])
def test_only_in_a_courses_channel(classroom: Classroom, type_: str) -> None:
    with refused(Code.INVALID):
        classroom.do(MIRA, type_, room=f"lesson:{COURSE}:3")


def test_a_command_that_comes_again_changes_nothing(classroom: Classroom) -> None:
    id_ = uuid7()
    classroom.do(ADA, "raise_hand", id_, note="Why?")
    classroom.do(ADA, "lower_hand")
    assert classroom.do(ADA, "raise_hand", id_, note="Why?").replayed
    assert classroom.hand(ADA) is None


def test_what_is_over_is_swept(classroom: Classroom) -> None:
    for person in (ADA, BO):
        classroom.do(person, "set_status", status="stuck")
        classroom.do(person, "raise_hand", note="secret")
    classroom.do(MIRA, "solve_hand", userId=BO.id)
    classroom.sweep(gone=[ADA.id], solved=[BO.id])
    assert (classroom.status(ADA), classroom.hand(ADA)) == (None, None)
    assert (classroom.status(BO), classroom.hand(BO)) == ("stuck", None)
    classroom.do(BO, "raise_hand")
    classroom.sweep(solved=[BO.id])
    assert classroom.hand(BO) is not None, "raised again meanwhile"


def test_an_erased_helper_is_forgotten(classroom: Classroom) -> None:
    for person in (ADA, BO):
        classroom.do(person, "raise_hand", note="Why?")
        classroom.do(MIRA, "take_hand", userId=person.id)
    classroom.do(MIRA, "solve_hand", userId=BO.id)
    erasure = Erasure(COURSE, MIRA.id, "Mira", ())
    decision = drive(erase(erasure), lambda query: reads.answer(classroom.db, query))
    bodies = {write.id: write.encoded() for write in decision.writes}
    assert len(decision.writes) == 4
    assert bodies["hand:u-bo"] is None
    assert b"Mira" not in (bodies["hand:u-ada"] or b"Mira")


PEOPLE = (ADA, BO, MIRA, JONAS)
ACTIONS = ("set_status", "raise_hand", "lower_hand", "take_hand", "solve_hand", "clear_statuses")


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(PEOPLE),
            st.sampled_from(ACTIONS),
            st.sampled_from(PEOPLE),
            st.sampled_from([None, "stuck", "done", "following"]),
            st.booleans(),
        ),
        max_size=25,
    )
)
def test_whatever_is_asked_both_sides_see_the_same(
    steps: list[tuple[Person, str, Person, str | None, bool]],
) -> None:
    classroom = Classroom()
    for person, action, other, status, flag in steps:
        classroom.now += 1_000
        fields: dict[str, dict[str, Any]] = {
            "set_status": {"status": status},
            "raise_hand": {"note": status or ""},
            "lower_hand": {"userId": other.id} if flag else {},
            "take_hand": {"userId": other.id, "taken": flag},
            "solve_hand": {"userId": other.id},
        }
        try:
            classroom.do(person, action, **fields.get(action, {}))
        except Refused as error:
            assert error.code in (Code.FORBIDDEN, Code.NOT_FOUND, Code.STALE)  # noqa: PT017
        for each in PEOPLE:
            classroom.status(each)  # asserts that staff and the person see the same
            hand = classroom.hand(each)
            if hand is None:
                continue
            assert hand.at <= (hand.taken or hand.at) <= (hand.solved or classroom.now)
            assert (hand.taken is None) == (hand.taken_by is None)
            if hand.solved is not None:
                assert hand.note == hand.traceback == ""
