"""People who take part through somebody else's notebook, in SQLite.

Functions that write run in the writer's open transaction.
"""

import sqlite3

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.checks import removed
from edu_widgets.service.store import Door, Newcomer, StoredMember, admission, keys, links
from edu_widgets.service.store.members import enter
from edu_widgets.service.store.sweeping import check_members

MOST_VOUCHED = 10
"""People that one person may vouch for in a course within a day."""

MOST_KEYS = 10
"""Keys of one of them: a notebook always proves somebody by the same one. Whoever brings more has
only the last."""

_DAY_MS = 24 * 3600 * 1000


def vouch(db: sqlite3.Connection, who: Newcomer) -> StoredMember:
    """Let in a person that `who.voucher` vouches for, or back under another name.

    Raises:
        Refused: `REMOVED`, `FORBIDDEN`, `ROOM_FULL`, `DOOR_CLOSED`, `NOT_LISTED`, `ID_CONFLICT`.
    """
    via = _check_voucher(db, who)
    if admission.is_removed(db, who.course, who.user_id):
        raise removed(who.course)
    if who.key is not None and keys.owner_of(db, who.key) not in (None, who.user_id):
        raise refusal(Code.ID_CONFLICT, Code.ID_CONFLICT.meaning)
    member = db.execute(
        "SELECT name FROM members WHERE course = ? AND user = ?",
        (who.course, who.user_id),
    ).fetchone()
    own = _linked_to(db, who)
    if own is not None:
        if who.key is not None:
            keys.add(db, who.user_id, who.key, most=MOST_KEYS)
        _note(db, who)
        return own
    # A name that the store made unique by a number, such as "Ada (2)", stays the same.
    same = member is not None and who.name in (member[0], member[0].rpartition(" (")[0])
    if not same:
        admission.ask_at_the_door(db, who, new=member is None)
    if member is None:
        check_members(db, who.course)
    if who.key is not None:
        keys.add(db, who.user_id, who.key, most=MOST_KEYS)
    name = member[0] if same else who.name
    entered = enter(db, who.course, who.user_id, name, "student")
    _note(db, who)
    return StoredMember(entered.course, entered.user_id, entered.name, "student", who.voucher, via)


def _note(db: sqlite3.Connection, who: Newcomer) -> None:
    """Note that somebody was vouched for just now."""
    db.execute(
        "UPDATE members SET voucher = ?, vouched = ?, seen = ? WHERE course = ? AND user = ?",
        (who.voucher, who.now, who.now, who.course, who.user_id),
    )


def _linked_to(db: sqlite3.Connection, who: Newcomer) -> StoredMember | None:
    """Return somebody as the member they are linked to; `None`: they are linked to nobody.

    Raises:
        Refused: `REMOVED`: that member was removed.
    """
    row = db.execute(
        "SELECT m.linked, l.name FROM members m LEFT JOIN members l"
        " ON l.course = m.course AND l.user = m.linked"
        " WHERE m.course = ? AND m.user = ? AND m.linked != ''",
        (who.course, who.user_id),
    ).fetchone()
    if row is None:
        return None
    member, name = row
    if admission.is_removed(db, who.course, member):
        raise removed(who.course)
    if name is None:  # the member was forgotten, who had not come for long
        links.free(db, who.course, who.user_id)
        return None
    return StoredMember(who.course, who.user_id, name, "student", who.voucher, linked=member)


def _check_voucher(db: sqlite3.Connection, who: Newcomer) -> str:
    """Check that the voucher may vouch; returns the voucher's name.

    Raises:
        Refused: `REMOVED`, `FORBIDDEN`, `ROOM_FULL`.
    """
    if admission.is_removed(db, who.course, who.voucher):
        raise removed(who.course)
    voucher = db.execute(
        "SELECT name, voucher FROM members WHERE course = ? AND user = ?",
        (who.course, who.voucher),
    ).fetchone()
    if voucher is None:
        raise refusal(Code.FORBIDDEN, f"Only who is in {who.course} vouches for others there.")
    if voucher[1]:
        text = "Who takes part through somebody else's notebook vouches for nobody."
        raise refusal(Code.FORBIDDEN, text)
    if not admission.door(db, who.course).vouching:
        text = f"In {who.course} nobody takes part through somebody else's notebook: join yourself."
        raise refusal(Code.FORBIDDEN, text)
    (others,) = db.execute(
        "SELECT count(*) FROM members"
        " WHERE course = ? AND voucher = ? AND user != ? AND vouched > ?",
        (who.course, who.voucher, who.user_id, who.now - _DAY_MS),
    ).fetchone()
    if others >= MOST_VOUCHED:
        text = f"{MOST_VOUCHED} people take part through this notebook today; nobody else can."
        raise refusal(Code.ROOM_FULL, text)
    return str(voucher[0])


def vouched(db: sqlite3.Connection, course: str, voucher: str) -> tuple[str, ...]:
    """Return the ids of the people that `voucher` vouches for; "": of all vouched for."""
    rows = db.execute(
        "SELECT user FROM members WHERE course = ?1 AND voucher != '' AND ?2 IN ('', voucher)",
        (course, voucher),
    )
    return tuple(user for (user,) in rows)


def removed_from(db: sqlite3.Connection, user_id: str) -> frozenset[str]:
    """Return the courses that a person may not be in, because of themselves or their voucher."""
    rows = db.execute(
        "SELECT course FROM removals WHERE user = ?1 UNION"
        " SELECT m.course FROM members m WHERE m.user = ?1 AND m.linked != '' AND"
        " (m.linked NOT IN (SELECT user FROM members l WHERE l.course = m.course) OR m.linked IN"
        " (SELECT user FROM removals r WHERE r.course = m.course)) UNION"
        " SELECT m.course FROM members m LEFT JOIN doors d ON d.course = m.course"
        " WHERE m.user = ?1 AND m.voucher != '' AND (d.vouching = 0 OR m.voucher NOT IN"
        " (SELECT user FROM members v WHERE v.course = m.course) OR m.voucher IN"
        " (SELECT user FROM removals r WHERE r.course = m.course))",
        (user_id,),
    )
    return frozenset(course for (course,) in rows)


def set_vouching(db: sqlite3.Connection, course: str, *, allowed: bool) -> Door:
    """Allow or forbid that people take part through the notebooks of others."""
    db.execute(
        "INSERT INTO doors (course, closed, listed, vouching) VALUES (?1, 0, 0, ?2)"
        " ON CONFLICT (course) DO UPDATE SET vouching = ?2",
        (course, allowed),
    )
    return admission.door(db, course)
