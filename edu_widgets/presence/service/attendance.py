"""Attendance: from when to when students are here, noted for the staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edu_widgets.presence.documents import MAX_STAYS, Attendance, attendance_id
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.service.rules import Decision, Get, Person, Request, RuleRun, Write, read

LEAST_MS = 60_000
"""A shorter visit is not noted."""

RENEWED_MS = 5 * 60_000
"""Interval of noting somebody who stays; who is away for no longer has not left."""


@dataclass(slots=True)
class Stay:
    """Somebody's stay as far as this process has seen it, in ms since 1970."""

    user_id: str
    name: str
    begin: int
    end: int
    noted: int = 0
    """The `end` that was noted last; 0: none yet."""


class Stays:
    """The stays of one course that go on."""

    def __init__(self) -> None:
        self._here: dict[str, Stay] = {}

    def look(self, people: Iterable[Person], now: int) -> list[Stay]:
        """See who is here; return the stays that are to be noted."""
        students = {person.id: person for person in people if not person.staff}
        due = []
        for id_, stay in list(self._here.items()):
            if id_ not in students:
                del self._here[id_]
                if stay.end > stay.noted and stay.end - stay.begin >= LEAST_MS:
                    due.append(stay)
        for id_, person in students.items():
            stay = self._here.setdefault(id_, Stay(id_, person.name, now, now))
            stay.name, stay.end = person.name, now
            if now - (stay.noted or stay.begin) >= (RENEWED_MS if stay.noted else LEAST_MS):
                stay.noted = now
                due.append(stay)
        return due


def note(request: Request[list[Stay]]) -> RuleRun:
    """Write stays: one that goes on becomes longer."""
    staff, stays = staff_channel(request.course), request.data
    found = yield Get(staff, tuple(attendance_id(stay.user_id) for stay in stays))
    writes = []
    for stay in stays:
        id_ = attendance_id(stay.user_id)
        held = read(found, id_, Attendance)
        told = list(held.stays) if held is not None else []
        if told and told[-1][0] <= stay.begin <= told[-1][1] + RENEWED_MS:
            told[-1] = [told[-1][0], max(told[-1][1], stay.end)]
        else:
            told.append([stay.begin, stay.end])
        body = Attendance(stay.user_id, stay.name, told[-MAX_STAYS:])
        writes.append(Write(staff, id_, Attendance.kind, body, signed=False))
    return Decision(writes, urgent=False, reply=False)
