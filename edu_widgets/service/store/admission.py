"""Admission to a course, in SQLite. Every function runs in the writer's open transaction."""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.protocol.text_normalization import name_key
from edu_widgets.service.checks import removed
from edu_widgets.service.store import Door, Newcomer, Removed, StoredMember, keys, links
from edu_widgets.service.store.members import enter
from edu_widgets.service.store.sweeping import check_members


def admit(db: sqlite3.Connection, who: Newcomer) -> StoredMember:
    """Let somebody in, or back under another name, if all conditions hold.

    Raises:
        Refused: `REMOVED`, `INVITE_INVALID`, `INVITE_EXPIRED`, `DOOR_CLOSED`, `NOT_LISTED`,
            `ID_CONFLICT`.
    """
    if who.key is not None:
        # A retry after a lost answer, or two kernels of one account at once.
        who = replace(who, user_id=keys.owner_of(db, who.key) or who.user_id)
    if is_removed(db, who.course, who.user_id):
        raise removed(who.course)
    member = db.execute(
        "SELECT name_key, role FROM members WHERE course = ? AND user = ?",
        (who.course, who.user_id),
    ).fetchone()
    role = member[1] if member is not None else "student"
    if who.staff_invite:
        _use_up(db, who)
        role = "admin" if role == "admin" else "instructor"
        links.unlink(db, who.course, who.user_id)
    elif role == "student" and (member is None or member[0] != name_key(who.name)):
        ask_at_the_door(db, who, new=member is None)
    if member is None:
        check_members(db, who.course)
    if who.key is not None:
        keys.add(db, who.user_id, who.key)
    entered = enter(db, who.course, who.user_id, who.name, role)
    if member is None:
        db.execute(
            "UPDATE members SET invite = ?, source = ?, seen = ? WHERE course = ? AND user = ?",
            (who.invite, who.source, who.now, who.course, who.user_id),
        )
    return entered


def _use_up(db: sqlite3.Connection, who: Newcomer) -> None:
    """Delete a staff invite on its use, so that nobody can use it again."""
    row = db.execute(
        "DELETE FROM staff_invites WHERE hash = ? AND course = ? RETURNING expires",
        (who.staff_invite, who.course),
    ).fetchone()
    if row is None:
        raise refusal(Code.INVITE_INVALID, "This staff invite is not valid, or was used already.")
    if row[0] <= who.now:
        raise refusal(Code.INVITE_EXPIRED, Code.INVITE_EXPIRED.meaning)


def ask_at_the_door(db: sqlite3.Connection, who: Newcomer, *, new: bool) -> None:
    """Check the door and the roster for a new person or a new name.

    Raises:
        Refused: `DOOR_CLOSED`, `NOT_LISTED`.
    """
    state = door(db, who.course)
    if new and state.closed:
        raise refusal(Code.DOOR_CLOSED, Code.DOOR_CLOSED.meaning)
    if state.listed is None:
        return
    key = name_key(who.name)
    listed = db.execute(
        "SELECT 1 FROM roster WHERE course = ? AND key = ?", (who.course, key)
    ).fetchone()
    if listed is None:
        text = f"{who.name!r} is not among the names that may join {who.course}: use the name "
        raise refusal(Code.NOT_LISTED, text + "your instructor knows you by, or ask them.")
    others = db.execute(
        "SELECT name FROM members WHERE course = ? AND user != ? AND role = 'student'"
        " AND NOT EXISTS (SELECT 1 FROM removals r WHERE r.course = members.course"
        " AND r.user = members.user)",
        (who.course, who.user_id),
    )
    if any(name_key(name) == key for (name,) in others):
        text = f"{who.name!r} is in {who.course} already: join from the account you joined from "
        raise refusal(Code.NOT_LISTED, text + "before, or ask your instructor.")


def add_staff_invite(db: sqlite3.Connection, course: str, code_hash: bytes, expires: int) -> None:
    """Store the hash of an invite whose first user becomes an instructor."""
    db.execute("INSERT INTO staff_invites VALUES (?, ?, ?)", (code_hash, course, expires))


def door(db: sqlite3.Connection, course: str) -> Door:
    """Return a course's rules of admission."""
    row = db.execute(
        "SELECT closed, listed, vouching FROM doors WHERE course = ?", (course,)
    ).fetchone()
    closed, listed, vouching = row or (False, False, True)
    names = None
    if listed:
        (names,) = db.execute("SELECT count(*) FROM roster WHERE course = ?", (course,)).fetchone()
    return Door(bool(closed), names, bool(vouching))


def set_door(db: sqlite3.Connection, course: str, *, closed: bool) -> Door:
    """Open or close the door for new people."""
    db.execute(
        "INSERT INTO doors (course, closed, listed) VALUES (?1, ?2, 0)"
        " ON CONFLICT (course) DO UPDATE SET closed = ?2",
        (course, closed),
    )
    return door(db, course)


def set_roster(db: sqlite3.Connection, course: str, names: Sequence[str] | None) -> Door:
    """Replace the roster of names that may join; `None`: any name may."""
    db.execute("DELETE FROM roster WHERE course = ?", (course,))
    db.executemany(
        "INSERT OR IGNORE INTO roster VALUES (?, ?, ?)",
        ((course, name_key(name), name) for name in names or ()),
    )
    db.execute(
        "INSERT INTO doors (course, closed, listed) VALUES (?1, 0, ?2)"
        " ON CONFLICT (course) DO UPDATE SET listed = ?2",
        (course, names is not None),
    )
    return door(db, course)


def called(db: sqlite3.Connection, course: str, who: str) -> tuple[StoredMember, ...]:
    """Return the members of a course with this id, or else this name; also removed people.

    Also a person with this id who came by a platform's token and is no member, if they wrote.
    """
    members = db.execute(
        "SELECT course, user, name, role, '', '', linked FROM members WHERE course = ?"
        " ORDER BY user",
        (course,),
    )
    people = [StoredMember(*row) for row in members]
    key = name_key(who)
    by_id = [person for person in people if person.user_id == who]
    # Who is linked has the member's name, and is that person.
    named = (person for person in people if not person.linked)
    found = by_id or [person for person in named if name_key(person.name) == key]
    if not found:
        wrote = db.execute(
            "SELECT 1 FROM documents d JOIN channels c ON c.name = d.channel"
            " WHERE c.course = ? AND d.author = ? LIMIT 1",
            (course, who),
        ).fetchone()
        found = [StoredMember(course, who, "", "student")] if wrote else []
    return tuple(found)


def is_removed(db: sqlite3.Connection, course: str, user_id: str) -> bool:
    """Return whether a person was removed from a course and not readmitted."""
    found = db.execute(
        "SELECT 1 FROM removals WHERE course = ? AND user = ?", (course, user_id)
    ).fetchone()
    return found is not None


def remove(
    db: sqlite3.Connection, who: Removed, by: str, *, same_join: bool
) -> tuple[Removed, ...]:
    """Remove a person; with `same_join` also students with the same invite and address.

    Raises:
        Refused: `REMOVED`: the instructor `by` was removed just now.
    """
    if is_removed(db, who.course, by):
        raise removed(who.course)
    people = [who]
    if same_join:
        others = db.execute(
            "SELECT m.user, m.name FROM members m JOIN members w ON w.course = m.course"
            " AND w.invite = m.invite AND w.source = m.source AND w.source != ''"
            " WHERE w.course = ? AND w.user = ? AND m.user NOT IN (w.user, ?)"
            " AND m.role = 'student' ORDER BY m.name",
            (who.course, who.user_id, by),
        )
        people += [Removed(who.course, user, name, who.at) for user, name in others]
    return tuple(person for person in people if _remove(db, person))


def _remove(db: sqlite3.Connection, who: Removed) -> bool:
    done = db.execute(
        "INSERT OR IGNORE INTO removals VALUES (?, ?, ?, ?)",
        (who.course, who.user_id, who.name, who.at),
    )
    # The name becomes free, for the person it really belongs to.
    db.execute(
        "UPDATE members SET name_key = ? WHERE course = ? AND user = ?",
        (f"\0{who.user_id}", who.course, who.user_id),
    )
    return done.rowcount == 1


def readmit(db: sqlite3.Connection, course: str, user_id: str) -> Removed | None:
    """Let somebody join again; `None` if they were not removed."""
    row = db.execute(
        "DELETE FROM removals WHERE course = ? AND user = ? RETURNING name, at",
        (course, user_id),
    ).fetchone()
    if row is None:
        return None
    member = db.execute(
        "SELECT name, role FROM members WHERE course = ? AND user = ?", (course, user_id)
    ).fetchone()
    name = enter(db, course, user_id, *member).name if member is not None else row[0]
    return Removed(course, user_id, name, row[1])
