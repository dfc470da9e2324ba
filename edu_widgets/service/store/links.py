"""Reading and ending the links of viewers to members, in SQLite.

A link ends with the member's role as a student and with their erasure. Functions that write run in
the writer's open transaction.
"""

import sqlite3
from collections.abc import Sequence

from edu_widgets.protocol.channels import STAFF_ROLES
from edu_widgets.service.rules import EraseRule
from edu_widgets.service.store import Committed, StoredMember, erasing, members


def linked(db: sqlite3.Connection, course: str, user_id: str) -> tuple[str, ...]:
    """Return the ids of the viewers who are linked to a member."""
    rows = db.execute(
        "SELECT user FROM members WHERE course = ?1 AND linked = ?2 AND ?2 != ''",
        (course, user_id),
    )
    return tuple(user for (user,) in rows)


def unlink(db: sqlite3.Connection, course: str, user_id: str) -> tuple[str, ...]:
    """Delete a member's code and end their links; returns the viewers.

    Each viewer gets back the name that they had before they were linked.
    """
    db.execute("DELETE FROM link_codes WHERE course = ? AND user = ?", (course, user_id))
    viewers = linked(db, course, user_id)
    for viewer in viewers:
        free(db, course, viewer)
    return viewers


def free(db: sqlite3.Connection, course: str, viewer: str) -> None:
    """End the link of one viewer."""
    (name,) = db.execute(
        "UPDATE members SET linked = '' WHERE course = ? AND user = ? RETURNING name",
        (course, viewer),
    ).fetchone()
    members.enter(db, course, viewer, name, "student")


def set_role(db: sqlite3.Connection, course: str, user_id: str, role: str) -> StoredMember | None:
    """Change a member's role; a role of staff ends all links to them."""
    if role in STAFF_ROLES:
        unlink(db, course, user_id)
    return members.set_role(db, course, user_id, role)


def erase(
    db: sqlite3.Connection, course: str, user_id: str, now: int, rules: Sequence[EraseRule]
) -> Committed:
    """Erase a member and the viewers who are linked to them."""
    who = (*linked(db, course, user_id), user_id)
    done = [erasing.erase(db, course, one, now, rules) for one in who]
    db.execute("DELETE FROM link_codes WHERE course = ? AND user = ?", (course, user_id))
    return Committed(0, sum((one.changes for one in done), ()), destroyed=True)
