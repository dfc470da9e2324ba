"""Erasing people and whole courses from an SQLite store, in the writer's open transaction."""

import sqlite3
from collections.abc import Sequence

from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.text_normalization import name_key
from edu_widgets.service.rules import DELETE, EraseRule, Erasure, Write, drive
from edu_widgets.service.store import Committed, blobs
from edu_widgets.service.store.reads import answer
from edu_widgets.service.store.sweeping import destroy
from edu_widgets.service.store.writes import write

ERASED_VOUCHER = "-"
"""Stands for the erased person through whose notebook somebody took part; nobody has this id."""


def retire(
    db: sqlite3.Connection, before: int, keep: Sequence[str], retired: list[str]
) -> Committed:
    """Erase the data of courses without a stored change since a time, but for invite and door."""
    courses = db.execute(
        "SELECT c.course FROM channels c LEFT JOIN documents d ON d.channel = c.name"
        " GROUP BY c.course HAVING max(d.time) < ? ORDER BY c.course",
        (before,),
    ).fetchall()
    retired[:] = [course for (course,) in courses if course not in keep]
    for course in retired:
        names = db.execute("SELECT name FROM channels WHERE course = ?", (course,)).fetchall()
        destroy(db, [name for (name,) in names])
        for table in ("members", "replies", "removals", "roster", "staff_invites", "link_codes"):
            db.execute(f"DELETE FROM {table} WHERE course = ?", (course,))  # noqa: S608 - ours
        db.execute("UPDATE doors SET listed = 0 WHERE course = ?", (course,))
    db.execute("DELETE FROM keys WHERE user NOT IN (SELECT user FROM members) AND user != 'owner'")
    return Committed(0, destroyed=True)


def erase(
    db: sqlite3.Connection, course: str, user_id: str, now: int, rules: Sequence[EraseRule]
) -> Committed:
    """Turn a person's documents in a course into tombstones, and delete the person's data."""
    member = db.execute(
        "SELECT name, voucher FROM members WHERE course = ? AND user = ?", (course, user_id)
    ).fetchone()
    name, voucher = member or ("", "")
    documents = _documents_of(db, course, user_id, name, rules)
    changes = write(db, course, documents, author=user_id, fingerprint=b"", now=now)
    db.execute(
        "UPDATE documents SET author = '' WHERE author = ?2 AND channel IN"
        " (SELECT name FROM channels WHERE course = ?1)",
        (course, user_id),
    )
    _delete_member(db, course, user_id, name, vouched=bool(voucher))
    _leave_no_id(db, course, user_id)
    blobs.erase(db, course, user_id)
    return Committed(0, changes, destroyed=True)


def _documents_of(
    db: sqlite3.Connection, course: str, user_id: str, name: str, rules: Sequence[EraseRule]
) -> list[Write]:
    """Return what features write when a person is erased, and what deletes their documents."""
    channels = db.execute("SELECT name FROM channels WHERE course = ?", (course,)).fetchall()
    vouched = db.execute(
        "SELECT user FROM members WHERE course = ? AND voucher = ?", (course, user_id)
    ).fetchall()
    person = Erasure(
        course,
        user_id,
        name,
        tuple(channel for (channel,) in channels),
        tuple(user for (user,) in vouched),
    )
    wanted: dict[tuple[str, str], Write] = {}
    for rule in rules:
        decision = drive(rule(person), lambda query: answer(db, query))
        wanted |= {(item.channel, item.id): item for item in decision.writes}
    rows = db.execute(
        "SELECT channel, d.id, kind FROM documents d JOIN channels c ON c.name = d.channel"
        " WHERE c.course = ? AND (d.author = ? OR d.channel = ?) AND body IS NOT NULL",
        (course, user_id, user_channel(course, user_id)),
    ).fetchall()
    wanted |= {(channel, id_): Write(channel, id_, kind, DELETE) for channel, id_, kind in rows}
    return list(wanted.values())


def _delete_member(
    db: sqlite3.Connection, course: str, user_id: str, name: str, *, vouched: bool
) -> None:
    """Delete a person's membership, replies, place on the roster, and what no course needs."""
    db.execute("DELETE FROM members WHERE course = ? AND user = ?", (course, user_id))
    db.execute(
        "UPDATE members SET voucher = ? WHERE course = ? AND voucher = ?",
        (ERASED_VOUCHER, course, user_id),
    )
    db.execute("DELETE FROM replies WHERE course = ? AND user = ?", (course, user_id))
    db.execute("DELETE FROM roster WHERE course = ? AND key = ?", (course, name_key(name)))
    if not vouched:  # without their key nobody can come back as them, but others could again
        db.execute(
            "DELETE FROM removals WHERE course = ?1 AND user = ?2"
            " AND EXISTS (SELECT 1 FROM keys WHERE user = ?2)",
            (course, user_id),
        )
    db.execute("UPDATE removals SET name = '' WHERE course = ? AND user = ?", (course, user_id))
    db.execute(
        "DELETE FROM keys WHERE user = ?1 AND NOT EXISTS (SELECT 1 FROM members WHERE user = ?1)",
        (user_id,),
    )


def _leave_no_id(db: sqlite3.Connection, course: str, user_id: str) -> None:
    """Delete what is named after an erased person: their own channel, and tombstones.

    Mirrors that have not heard of such a tombstone are reset.
    """
    destroy(db, [user_channel(course, user_id)])
    swept = db.execute(
        "DELETE FROM documents WHERE body IS NULL AND instr(id, ?2)"
        " AND channel IN (SELECT name FROM channels WHERE course = ?1) RETURNING channel, seq",
        (course, user_id),
    ).fetchall()
    for channel, seq in swept:
        db.execute("UPDATE channels SET swept = max(swept, ?) WHERE name = ?", (seq, channel))
