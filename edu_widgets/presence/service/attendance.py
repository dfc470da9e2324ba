"""Attendance: from when to when students are here, noted for the staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from edu_widgets.presence.documents import MAX_STAYS, Attendance, attendance_id
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.service.rules import (
    Decision,
    Get,
    Members,
    Part,
    Person,
    Request,
    RuleRun,
    Write,
    read,
)

LEAST_MS = 60_000
"""A shorter visit is not noted."""

RENEWED_MS = 5 * 60_000
"""Interval of noting somebody who stays; who is away for no longer has not left."""


@dataclass(slots=True)
class Stay:
    """A person's stay as far as this process has seen it, in ms since 1970."""

    user_id: str
    name: str
    begin: int
    end: int
    noted: int = 0
    """The `end` that was noted last; 0: none yet."""
    viewer: bool = False
    """True for a viewer of somebody's notebook, who may have been linked to a member since."""


class Stays:
    """The stays of one course that go on."""

    def __init__(self) -> None:
        self._here: dict[str, Stay] = {}

    def look(self, people: Iterable[Person], now: int) -> list[Stay]:
        """Compare the people here with the known stays; returns the stays to be stored."""
        students = {person.id: person for person in people if not person.staff}
        due = []
        for id_, stay in list(self._here.items()):
            if id_ not in students:
                del self._here[id_]
                if stay.end > stay.noted and stay.end - stay.begin >= LEAST_MS:
                    due.append(stay)
        for id_, person in students.items():
            stay = self._here.setdefault(id_, Stay(id_, person.name, now, now, 0, bool(person.via)))
            stay.name, stay.end = person.name, now
            if now - (stay.noted or stay.begin) >= (RENEWED_MS if stay.noted else LEAST_MS):
                stay.noted = now
                due.append(stay)
        return due


def note(request: Request[list[Stay]]) -> RuleRun:
    """Write stays: one that goes on becomes longer."""
    staff, people = staff_channel(request.course), dict[str, list[Stay]]()
    for told in request.data:
        stay = (yield from _of_a_member(request.course, told)) if told.viewer else told
        people.setdefault(stay.user_id, []).append(stay)
    found = yield Get(staff, tuple(map(attendance_id, people)))
    writes = []
    for user_id, stays in people.items():
        id_ = attendance_id(user_id)
        held = read(found, id_, Attendance)
        before = held.stays if held is not None else []
        all_ = merged([*before, *([stay.begin, stay.end] for stay in stays)])
        body = Attendance(user_id, stays[-1].name, all_)
        writes.append(Write(staff, id_, Attendance.kind, body, signed=False))
    return Decision(writes, urgent=False, reply=False)


def _of_a_member(course: str, stay: Stay) -> Part[Stay]:
    """Return the stay of a viewer as that of the member whom they are linked to, if any."""
    for doc in (yield Members(course, stay.user_id)):
        person: Person = doc.as_(Person)
        return replace(stay, user_id=person.id, name=person.name)
    return stay


def merged(stays: Iterable[list[int]]) -> list[list[int]]:
    """Return stays in order, those that overlap or follow within five minutes as one."""
    told: list[list[int]] = []
    for begin, end in sorted(stays):
        if told and begin <= told[-1][1] + RENEWED_MS:
            told[-1] = [told[-1][0], max(told[-1][1], end)]
        else:
            told.append([begin, end])
    return told[-MAX_STAYS:]
