"""Members of a course in an SQLite store, and its invite. Used in the writer's open transaction."""

import sqlite3
from functools import lru_cache
from itertools import count

from edu_widgets.protocol.text_normalization import look_alike_key, name_key
from edu_widgets.service.store import StoredInvite, StoredMember
from edu_widgets.service.store.sweeping import MAX_MEMBERS

_look = lru_cache(2 * MAX_MEMBERS)(look_alike_key)
"""All names of a course: with fewer each newcomer would have all of them looked at again."""


def enter(db: sqlite3.Connection, course: str, user_id: str, name: str, role: str) -> StoredMember:
    """Add or rename a member; a name that equals another or looks like it gets a number."""
    others = db.execute(
        "SELECT name_key, name FROM members WHERE course = ? AND user != ?", (course, user_id)
    ).fetchall()
    taken = {key for key, _ in others}
    # A removed person's name is free: its key begins with NUL, as no name's key does.
    looks = {_look(other) for key, other in others if not key.startswith("\0")}
    given = name
    if name_key(name) in taken or _look(name) in looks:
        key, look = name_key(name), _look(name)  # a number behind them is what it is
        numbers = (f" ({number})" for number in count(2))
        given += next(n for n in numbers if key + n not in taken and look + n not in looks)
    db.execute(
        "INSERT INTO members (course, user, name, name_key, role) VALUES (?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT (course, user) DO UPDATE SET name = ?3, name_key = ?4, role = ?5",
        (course, user_id, given, name_key(given), role),
    )
    return StoredMember(course, user_id, given, role)


def set_role(db: sqlite3.Connection, course: str, user_id: str, role: str) -> StoredMember | None:
    """Change a member's role."""
    row = db.execute(
        "UPDATE members SET role = ? WHERE course = ? AND user = ? RETURNING name",
        (role, course, user_id),
    ).fetchone()
    return None if row is None else StoredMember(course, user_id, row[0], role)


def set_invite(
    db: sqlite3.Connection, invite: StoredInvite, unless_good_at: int | None = None
) -> StoredInvite:
    """Replace a course's invite, or keep the one that is good at a time; returns what holds."""
    held = db.execute(
        "SELECT course, code, expires FROM invites WHERE course = ?1"
        " AND ?2 IS NOT NULL AND (expires = 0 OR expires > ?2)",
        (invite.course, unless_good_at),
    ).fetchone()
    if held is not None:
        return StoredInvite(*held)
    db.execute(
        "INSERT OR REPLACE INTO invites VALUES (?, ?, ?)",
        (invite.course, invite.code, invite.expires),
    )
    return invite
