"""Exercises, reports, hints and counts, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.progress.documents import (
    ExerciseCounts,
    Hint,
    counts_id,
    exercise_id,
)
from edu_widgets.progress.service.counting import Tally, tell
from edu_widgets.progress.service.hints import erase
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.rules import Erasure, drive
from edu_widgets.service.store import reads
from tests.in_memory.service import COURSE, MIRA, ROOM, STAFF, own
from tests.progress.course import ADA, BO, PEOPLE, Course


def refused(code: Code) -> pytest.RaisesExc[Refused]:
    return pytest.RaisesExc(Refused, check=lambda error: error.code == code)


def test_a_report_is_seen_by_staff_and_its_person_only(course: Course) -> None:
    course.give()
    done = course.report(ADA, "pf", failures=[{"check": 1, "type": "KeyError", "message": "'df'"}])
    assert {change.channel for change in done.changes} == {STAFF, own(ADA)}
    held = course.progress(ADA)
    assert held is not None
    assert (held.user_name, held.checks, held.attempts, held.done) == ("Ada", "pf", 1, False)
    assert b"KeyError" not in course.ever_told(BO)


def test_attempts_add_up_and_progress_has_its_time(course: Course) -> None:
    course.give()
    course.report(ADA, "pf")
    began = course.now
    course.now += 60_000
    course.report(ADA, "fp", runs=3)
    held = course.progress(ADA)
    assert held is not None
    assert (held.attempts, held.progressed, held.at) == (4, began, course.now)
    course.report(ADA, "pp")
    held = course.progress(ADA)
    assert held is not None
    assert (held.progressed, held.done) == (course.now, True)


def test_a_report_that_comes_again_counts_once(course: Course) -> None:
    course.give()
    for _ in range(2):
        course.do(ADA, "report_progress", "r-1", results=[{"exercise": "clean", "checks": "pf"}])
    held = course.progress(ADA)
    assert held is not None
    assert held.attempts == 1


def test_one_report_has_many_exercises_and_leaves_out_unknown_ones(course: Course) -> None:
    names = [f"e{n}" for n in range(40)]
    for name in names:
        course.give(name)
    results = [{"exercise": name, "checks": "p"} for name in [*names, "missing"]]
    course.do(ADA, "report_progress", results=results)
    assert sum(course.progress(ADA, name) is not None for name in names) == 40
    assert course.progress(ADA, "missing") is None


def test_nothing_is_kept_of_an_instructors_runs(course: Course) -> None:
    course.give()
    assert course.report(MIRA, "pp").changes == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"checks": ""},
        {"checks": "x"},
        {"checks": "p" * 51},
        {"checks": "f", "runs": 0},
        {"checks": "f", "runs": 10**6},
        {"checks": "f", "failures": [{"check": 1, "type": "KeyError"}]},
        {"checks": "f", "failures": [{"check": -1, "type": "KeyError"}]},
        {"checks": "f", "failures": [{"check": 0, "type": "Key Error"}]},
        {"checks": "f", "failures": [{"check": 0, "type": "K" * 41}]},
        {"checks": "f", "failures": [{"check": 0, "type": "E", "message": "x" * 301}]},
        {"checks": "f", "failures": [{"check": 0, "type": "E"}] * 6},
    ],
)
def test_what_cannot_be_a_result_changes_nothing(course: Course, fields: dict[str, Any]) -> None:
    course.give()
    with refused(Code.INVALID):
        course.do(ADA, "report_progress", results=[{"exercise": "clean", **fields}])
    assert course.progress(ADA) is None


def test_a_message_is_cleaned_of_what_cannot_be_seen(course: Course) -> None:
    course.give()
    failure = {"check": 0, "type": "E", "message": "a\u202eb\nc\x00"}
    course.report(ADA, "f", failures=[failure])
    held = course.progress(ADA)
    assert held is not None
    assert held.failures[0].message == "ab c"


def test_only_staff_gives_and_deletes_exercises_and_sends_hints(course: Course) -> None:
    course.give()
    course.report(ADA, "f")
    for type_, fields in (
        ("set_exercise", {"name": "x", "title": "X"}),
        ("delete_exercise", {"name": "clean"}),
        ("send_hint", {"exercise": "clean", "text": "x", "people": [ADA.id]}),
    ):
        with refused(Code.FORBIDDEN):
            course.do(ADA, type_, **fields)


@pytest.mark.parametrize("type_", ["set_exercise", "delete_exercise", "report_progress"])
def test_in_the_courses_channel_only(course: Course, type_: str) -> None:
    fields: dict[str, dict[str, Any]] = {
        "set_exercise": {"name": "x", "title": "X"},
        "delete_exercise": {"name": "x"},
        "report_progress": {"results": []},
    }
    with refused(Code.INVALID):
        course.do(MIRA, type_, room=STAFF, **fields[type_])


def test_an_exercise_renamed_while_people_work_keeps_their_progress(course: Course) -> None:
    course.give()
    course.report(ADA, "pf")
    course.give("more")
    course.give(title="Clean it <b>well</b>")
    found = course.document(ROOM, exercise_id("clean"))
    assert found is not None
    assert (found.as_(dict)["title"], found.as_(dict)["place"]) == ("Clean it <b>well</b>", 1)
    assert course.progress(ADA) is not None
    assert course.give(title="Clean it <b>well</b>").changes == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "a b"},
        {"name": "a:b"},
        {"name": "x" * 41},
        {"title": " "},
        {"title": "x" * 121},
        {"checks": [{"name": "x", "code": "y" * 2_001}]},
        {"checks": [{"name": "x", "code": "y" * 1_900}] * 20},
        {"checks": [{"name": "x"}] * 51},
        {"checks": [{"name": ""}]},
    ],
)
def test_what_cannot_be_an_exercise(course: Course, fields: dict[str, Any]) -> None:
    with refused(Code.INVALID):
        course.do(MIRA, "set_exercise", **{"name": "x", "title": "X", **fields})


def test_a_course_has_a_hundred_exercises_at_most(course: Course) -> None:
    for n in range(100):
        course.give(f"e{n}", checks=[])
    with refused(Code.INVALID):
        course.give("one-more")
    course.give("e5", title="Changed", checks=[])


def test_a_deleted_exercise_takes_all_with_it(course: Course) -> None:
    course.give()
    course.report(ADA, "f")
    course.do(MIRA, "send_hint", exercise="clean", text="Look", people=[ADA.id])
    course.do(MIRA, "delete_exercise", name="clean")
    assert course.progress(ADA) is None
    for channel in (STAFF, own(ADA)):
        assert course.rows(channel, Hint.kind) == []
    with refused(Code.NOT_FOUND):
        course.do(MIRA, "send_hint", exercise="clean", text="Look", people=[ADA.id])


# -- hints -----------------------------------------------------------------------------


def test_a_hint_reaches_those_it_is_for_and_nobody_else(course: Course) -> None:
    course.give()
    for person in (ADA, BO, PEOPLE[2]):
        course.report(person, "f")
    people = [ADA.id, BO.id, ADA.id, "u-stranger", "../u"]
    course.do(MIRA, "send_hint", exercise="clean", text="Look at **df**", people=people)
    for person in (ADA, BO):
        [(_, body)] = course.rows(own(person), Hint.kind)
        assert b"Look at" in body
        assert b"u-bo" not in body, "who else got it is told to nobody"
    assert course.rows(own(PEOPLE[2]), Hint.kind) == []
    assert course.rows(ROOM, Hint.kind) == []
    [(id_, _)] = course.rows(STAFF, Hint.kind)
    found = course.document(STAFF, id_)
    assert found is not None
    assert found.as_(Hint).to == [ADA.id, BO.id]


def test_a_hint_to_nobody_is_refused_by_a_sentence(course: Course) -> None:
    course.give()
    for people in ([], ["u-stranger"]):
        with pytest.raises(Refused, match="would reach nobody"):
            course.do(MIRA, "send_hint", exercise="clean", text="x", people=people)
    with refused(Code.INVALID):
        course.do(MIRA, "send_hint", exercise="clean", text=" ", people=[ADA.id])


def test_an_erased_person_leaves_nothing(course: Course) -> None:
    course.give()
    for person in (ADA, BO):
        course.report(person, "f")
    course.do(MIRA, "send_hint", exercise="clean", text="x", people=[ADA.id, BO.id])
    channels = (ROOM, STAFF, own(ADA))
    decision = drive(
        erase(Erasure(COURSE, ADA.id, ADA.name, channels)),
        lambda query: reads.answer(course.db, query),
    )
    written = {(write.channel, write.id): write.body for write in decision.writes}
    assert {channel for channel, _ in written} == {STAFF, own(ADA)}
    assert [body.to for body in written.values() if isinstance(body, Hint)] == [[BO.id]]
    # What they made themselves goes by its author.
    authors = course.db.execute(
        "SELECT DISTINCT author FROM documents WHERE id LIKE 'progress:%:u-ada'"
    ).fetchall()
    assert authors == [(ADA.id,)]


# -- counts ----------------------------------------------------------------------------


def counts(course: Course, tally: Tally) -> ExerciseCounts | None:
    course.by_itself("counts", [tally.counts("clean")], tell)
    found = course.document(ROOM, counts_id("clean"))
    return None if found is None else found.as_(ExerciseCounts)


def test_the_class_is_told_counts_only_where_allowed_and_from_five_people_on(
    course: Course,
) -> None:
    tally = Tally()
    course.give()
    for person in PEOPLE[:5]:
        tally.note("clean", person.id, done=person in PEOPLE[:2])
    assert counts(course, tally) is None
    course.give(counts=True)
    told = counts(course, tally)
    assert told is not None
    assert (told.done, told.people) == (2, 5)
    course.give(counts=False)
    assert course.document(ROOM, counts_id("clean")) is None
    course.give(counts=True)
    assert counts(course, tally) is not None
    tally.note("clean", PEOPLE[0].id, done=None)
    assert counts(course, tally) is None, "four are too few"


def test_counts_that_did_not_change_are_not_written(course: Course) -> None:
    tally = Tally()
    course.give(counts=True)
    for person in PEOPLE:
        tally.note("clean", person.id, done=True)
    assert counts(course, tally) is not None
    assert course.by_itself("counts", [tally.counts("clean")], tell).changes == ()


def test_people_are_counted_once_whatever_they_run() -> None:
    tally = Tally()
    for name in ("a", "b", "a"):
        tally.note(name, ADA.id, done=name == "b")
    assert (tally.counts("a").people, tally.counts("b").done) == (1, 1)
    tally.note("a", ADA.id, done=None)
    tally.note("b", ADA.id, done=None)
    tally.note("b", ADA.id, done=None)
    assert tally.counts("a").people == 0
