"""Attendance: from when to when students were here, for staff alone, erased with them."""

from __future__ import annotations

from edu_widgets.presence.documents import MAX_STAYS, Attendance, attendance_id
from edu_widgets.presence.service.attendance import LEAST_MS, RENEWED_MS, Stay, Stays, note
from edu_widgets.presence.service.ending import erase
from edu_widgets.service.rules import DELETE, Erasure, drive
from edu_widgets.service.store import reads
from tests.in_memory.service import COURSE, MIRA, ROOM, STAFF, own
from tests.presence.classroom import ADA, BO, Classroom


def kept(classroom: Classroom) -> list[list[int]]:
    """Ada's stays as staff sees them."""
    found = classroom.document(STAFF, attendance_id(ADA.id))
    return found.as_(Attendance).stays if found is not None else []


def test_a_stay_is_noted_after_a_minute_then_seldom_and_at_its_end() -> None:
    stays, start = Stays(), 1_000_000
    assert stays.look([MIRA, ADA, BO], start) == []
    assert stays.look([MIRA, ADA], start + LEAST_MS // 2) == [], "Bo came and went"
    [stay] = stays.look([MIRA, ADA], start + LEAST_MS)
    assert (stay.user_id, stay.begin, stay.end) == (ADA.id, start, start + LEAST_MS)
    assert stays.look([MIRA, ADA], start + LEAST_MS + 30_000) == []
    assert len(stays.look([ADA], start + LEAST_MS + RENEWED_MS)) == 1
    assert stays.look([ADA], start + LEAST_MS + RENEWED_MS + 30_000) == []
    [stay] = stays.look([], start + LEAST_MS + RENEWED_MS + 60_000)
    assert stay.end == start + LEAST_MS + RENEWED_MS + 30_000
    assert stays.look([], start + 10 * RENEWED_MS) == []


def test_a_stay_becomes_longer_a_break_begins_another_and_the_oldest_go(
    classroom: Classroom,
) -> None:
    def write(begin: int, end: int) -> None:
        classroom.by_itself("stays", [Stay(ADA.id, "Ada", begin, end)], note)

    write(0, 60_000)
    write(0, 600_000)
    write(600_000 + RENEWED_MS, 2_000_000)
    assert kept(classroom) == [[0, 2_000_000]], "a short break ends none, nor does a restart"
    write(9_000_000, 9_060_000)
    assert kept(classroom) == [[0, 2_000_000], [9_000_000, 9_060_000]]
    for n in range(2, MAX_STAYS + 2):
        write(n * 9_000_000, n * 9_000_000 + 60_000)
    assert len(kept(classroom)) == MAX_STAYS
    assert kept(classroom)[0][0] == 2 * 9_000_000
    assert not classroom.ever_told(ADA), "only staff is told"


def test_an_erased_person_was_never_here(classroom: Classroom) -> None:
    classroom.by_itself("stays", [Stay(ADA.id, "Ada", 0, 60_000)], note)
    erasure = Erasure(COURSE, ADA.id, "Ada", (ROOM, STAFF, own(ADA)))
    decision = drive(erase(erasure), lambda query: reads.answer(classroom.db, query))
    assert [(write.id, write.body) for write in decision.writes] == [
        (attendance_id(ADA.id), DELETE)
    ]
