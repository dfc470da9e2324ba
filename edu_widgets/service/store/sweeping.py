"""Expiry of stored data, so that a store grows only with the documents that people write."""

import sqlite3
from collections.abc import Iterable

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.store import blobs

REPLIES_KEPT_MS = 7 * 24 * 3600 * 1000
"""Milliseconds for which an ack is stored; after that, documents identify their commands …"""

REPLIES_KEPT = 2_000
"""… and the number of a person's newest commands whose acks are stored; four outboxes full."""

STRANGERS_KEPT_MS = 30 * 24 * 3600 * 1000
"""Milliseconds since a student's last visit until they are forgotten, if they left no documents."""

MAX_MEMBERS = 10_000
"""Members of one course; beyond, nobody new may join until some are forgotten."""

_DAY_MS = 24 * 3600 * 1000


def sweep(db: sqlite3.Connection, now: int, tombstones_before: int) -> None:
    """Delete expired data; a cursor below a deleted tombstone leads to a reset."""
    _replies(db, now)
    db.execute("DELETE FROM staff_invites WHERE expires < ?", (now,))
    db.execute("DELETE FROM nonces WHERE until < ?", (now,))
    db.execute("DELETE FROM link_codes WHERE expires < ?", (now,))
    _tombstones(db, tombstones_before)
    blobs.sweep(db, now)
    _strangers(db, now)


def sizes(db: sqlite3.Connection) -> dict[str, int]:
    """Return the number of rows of each table."""
    tables = [
        name
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        )
    ]
    count = "SELECT count(*) FROM {}"
    return {name: db.execute(count.format(name)).fetchone()[0] for name in sorted(tables)}


def seen(db: sqlite3.Connection, user_ids: Iterable[str], now: int) -> None:
    """Note that people are connected, at most once a day."""
    db.executemany(
        "UPDATE members SET seen = ?2 WHERE user = ?1 AND seen < ?2 - ?3",
        [(user_id, now, _DAY_MS) for user_id in user_ids],
    )


def check_members(db: sqlite3.Connection, course: str) -> None:
    """Check that a course has room for one more member.

    Raises:
        Refused: `ROOM_FULL`.
    """
    (number,) = db.execute("SELECT count(*) FROM members WHERE course = ?", (course,)).fetchone()
    if number >= MAX_MEMBERS:
        text = f"{course} knows {MAX_MEMBERS} people already; ask your instructor."
        raise refusal(Code.ROOM_FULL, text)


def destroy(db: sqlite3.Connection, channels: Iterable[str]) -> None:
    """Delete channels and their documents; SQLite overwrites deleted data (`secure_delete`)."""
    for channel in channels:
        db.execute("DELETE FROM documents WHERE channel = ?", (channel,))
        db.execute("DELETE FROM channels WHERE name = ?", (channel,))
        db.execute("DELETE FROM run_heads WHERE channel = ?", (channel,))
        blobs.destroy(db, channel)


def _replies(db: sqlite3.Connection, now: int) -> None:
    db.execute("DELETE FROM replies WHERE time < ?", (now - REPLIES_KEPT_MS,))
    many: Iterable[tuple[str, str]] = db.execute(
        "SELECT course, user FROM replies GROUP BY course, user HAVING count(*) > ?",
        (REPLIES_KEPT,),
    ).fetchall()
    for course, user in many:
        db.execute(
            "DELETE FROM replies WHERE course = ?1 AND user = ?2 AND id NOT IN (SELECT id FROM"
            " replies WHERE course = ?1 AND user = ?2 ORDER BY time DESC, id DESC LIMIT ?3)",
            (course, user, REPLIES_KEPT),
        )


def _tombstones(db: sqlite3.Connection, before: int) -> None:
    old = "FROM documents WHERE body IS NULL AND time < ?"
    swept = db.execute(f"SELECT channel, max(seq) {old} GROUP BY channel", (before,)).fetchall()
    for channel, seq in swept:
        db.execute("UPDATE channels SET swept = max(swept, ?) WHERE name = ?", (seq, channel))
    db.execute(f"DELETE {old}", (before,))


def _strangers(db: sqlite3.Connection, now: int) -> None:
    """Forget absent students who left no documents, and keys of people without a course."""
    db.execute("UPDATE members SET seen = ? WHERE seen = 0", (now,))
    old = db.execute(
        "SELECT course, user FROM members m WHERE role = 'student' AND seen < ?"
        " AND NOT EXISTS (SELECT 1 FROM removals r WHERE r.course = m.course AND r.user = m.user)"
        " AND NOT EXISTS (SELECT 1 FROM documents d JOIN channels c ON c.name = d.channel"
        " WHERE c.course = m.course AND d.author = m.user)"
        " AND NOT EXISTS (SELECT 1 FROM documents d"
        " WHERE d.channel = 'user:' || m.course || ':' || m.user AND body IS NOT NULL)",
        (now - STRANGERS_KEPT_MS,),
    ).fetchall()
    for course, user in old:
        destroy(db, (user_channel(course, user),))
        for table in ("members", "replies"):
            db.execute(f"DELETE FROM {table} WHERE course = ? AND user = ?", (course, user))  # noqa: S608
    users = {user for _, user in old}
    db.executemany(
        "DELETE FROM keys WHERE user = ?1 AND NOT EXISTS (SELECT 1 FROM members WHERE user = ?1)",
        [(user,) for user in sorted(users)],
    )
