"""Counting and listing people: the same on the service and in a kernel."""

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

import msgspec

from edu_widgets.presence.commands import Counts, Here
from edu_widgets.presence.documents import Status
from edu_widgets.protocol.channels import STAFF_ROLES

Standing: TypeAlias = Literal["stuck", "following", "none", "away", "done"]

ORDER: tuple[Standing, ...] = ("stuck", "following", "none", "away", "done")
"""Statuses in the order of their urgency."""


def standing(*, away: bool, status: str | None) -> Standing:
    """Return the status that somebody counts as.

    Whoever is stuck looks for an answer elsewhere, and whoever is done may rest: being away says
    something only of the others.
    """
    if status == "stuck":
        return "stuck"
    if status == "done":
        return "done"
    if away:
        return "away"
    return "following" if status == "following" else "none"


def for_everybody(people: Iterable[Here]) -> Counts:
    """Return the number of people here, and of those away."""
    away = [person.away for person in people]
    return Counts(len(away), sum(away))


def for_staff(people: Iterable[Here], statuses: Mapping[str, Status]) -> Counts:
    """Return the number of people here, and of students by status."""
    found = dict.fromkeys(ORDER, 0)
    here = 0
    for person in people:
        here += 1
        if person.role not in STAFF_ROLES:
            status = statuses.get(person.id)
            found[standing(away=person.away, status=status.status if status else None)] += 1
    return Counts(here, **found)


def with_status(person: Here, status: Status | None) -> Here:
    """A person as staff sees them."""
    if status is None:
        return person
    return msgspec.structs.replace(person, status=status.status, at=status.at)


def stuck_first(person: Here) -> tuple[int, float, str]:
    """Return the sort key for staff: by status, the longest in it first; staff last."""
    if person.role in STAFF_ROLES:
        return len(ORDER), 0, person.name
    kind = standing(away=person.away, status=person.status)
    since = person.at if kind in {"stuck", "done"} else person.since if kind == "away" else 0
    return ORDER.index(kind), since, person.name


def staff_first(person: Here) -> tuple[bool, str]:
    """Return the sort key for students: people whom they may ask first, then by name."""
    return person.role not in STAFF_ROLES, person.name
