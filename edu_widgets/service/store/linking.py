"""Linking viewers to the members that they are, in SQLite.

Functions that write run in the writer's open transaction.
"""

import sqlite3
from collections.abc import Sequence

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import STAFF_ROLES, user_channel
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.checks import removed
from edu_widgets.service.rules import Linking, LinkRule, Write, drive
from edu_widgets.service.store import Committed, LinkCode, admission
from edu_widgets.service.store.reads import answer
from edu_widgets.service.store.sweeping import destroy
from edu_widgets.service.store.writes import write


def add_code(db: sqlite3.Connection, code: LinkCode) -> None:
    """Store a member's code in place of the one they had.

    Raises:
        Refused: `FORBIDDEN`, `INVALID`, `REMOVED`: they may have none.
    """
    _check_member(db, code.course, code.user_id)
    row = (code.course, code.user_id, code.digest, code.expires)
    db.execute("INSERT OR REPLACE INTO link_codes VALUES (?, ?, ?, ?)", row)


def _check_member(db: sqlite3.Connection, course: str, user_id: str) -> str:
    """Check that somebody can be linked to; returns their name.

    Raises:
        Refused: `FORBIDDEN`, `INVALID`, `REMOVED`.
    """
    if admission.is_removed(db, course, user_id):
        raise removed(course)
    member = db.execute(
        "SELECT name, role, voucher FROM members WHERE course = ? AND user = ?", (course, user_id)
    ).fetchone()
    if member is None or member[2]:
        text = f"Only who joined {course} in a notebook of their own has such a code."
        raise refusal(Code.FORBIDDEN, text)
    if member[1] in STAFF_ROLES:
        text = "Instructors are students in the notebooks of others, and not linked to them."
        raise refusal(Code.INVALID, text)
    return str(member[0])


def link(
    db: sqlite3.Connection,
    course: str,
    viewer: str,
    digest: str,
    now: int,
    rules: Sequence[LinkRule],
) -> Committed:
    """Link a viewer to the member whose code this is; counts of both become one person's.

    Raises:
        Refused: `INVITE_INVALID`: there is no such code; `FORBIDDEN`, `INVALID`, `REMOVED`.
    """
    me = db.execute(
        "SELECT voucher, linked FROM members WHERE course = ? AND user = ?", (course, viewer)
    ).fetchone()
    if me is None or not me[0] or me[1]:
        text = "Only who takes part through somebody else's notebook, and is not linked, can be."
        raise refusal(Code.FORBIDDEN, text)
    code = db.execute(
        "DELETE FROM link_codes WHERE course = ? AND digest = ? AND expires > ? RETURNING user",
        (course, digest, now),
    ).fetchone()
    if code is None:
        text = "This code is not valid, or not any more: make a new one in your own notebook."
        raise refusal(Code.INVITE_INVALID, text)
    (user,) = code
    if user == me[0]:
        text = "This code is of whose notebook this is; it takes the code of who looks at it."
        raise refusal(Code.INVALID, text)
    name = _check_member(db, course, user)
    channels = db.execute("SELECT name FROM channels WHERE course = ?", (course,)).fetchall()
    linking = Linking(course, viewer, user, name, tuple(one for (one,) in channels), now)
    wanted: dict[tuple[str, str], Write] = {}
    for rule in rules:
        decision = drive(rule(linking), lambda query: answer(db, query))
        wanted |= {(item.channel, item.id): item for item in decision.writes}
    own = user_channel(course, viewer)
    kept = [item for (channel, _), item in wanted.items() if channel != own]
    changes = write(db, course, kept, author=user, fingerprint=b"", now=now)
    destroy(db, [own])
    _hand_over_replies(db, course, viewer, user)
    # The name becomes free: they are called as the member is.
    db.execute(
        "UPDATE members SET linked = ?, name_key = ? WHERE course = ? AND user = ?",
        (user, f"\0{viewer}", course, viewer),
    )
    return Committed(0, changes, destroyed=True)


def _hand_over_replies(db: sqlite3.Connection, course: str, viewer: str, user: str) -> None:
    """Make a viewer's answered commands the member's.

    One whose answer was lost on the way is sent again, by the member now, and is recognised. The
    heads of the answer are left out: the viewer's own channel is none of the member's.
    """
    db.execute(
        "INSERT OR IGNORE INTO replies SELECT course, ?3, id, fingerprint, seq, time, '{}', counted"
        " FROM replies WHERE course = ?1 AND user = ?2",
        (course, viewer, user),
    )
    db.execute("DELETE FROM replies WHERE course = ? AND user = ?", (course, viewer))
