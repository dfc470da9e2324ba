"""Detection of an older store by the cursors of mirrors: the channels' heads at each start.

A cursor carries the start of the service in which it was valid. If the store does not know that
start, or if the channel's head was lower in it, then an older copy was restored: with its folder,
its disk, or the whole machine. Then the channel begins a new history.
"""

import sqlite3

from edu_widgets.protocol import Cursor

KEPT = 64
"""Starts that are remembered; the mirror of a cursor from an older one is reset."""

_DIGITS = 12
"""Digits that the number of a start never reaches."""


def note(db: sqlite3.Connection, generation: str) -> None:
    """Note a start of the service, and forget starts of long ago."""
    (number,) = db.execute("SELECT coalesce(max(number), 0) + 1 FROM runs").fetchone()
    db.execute("INSERT INTO runs VALUES (?, ?)", (number, generation))
    for table, column in (("runs", "number"), ("run_heads", "run")):
        db.execute(f"DELETE FROM {table} WHERE {column} <= ?", (number - KEPT,))  # noqa: S608


def note_head(db: sqlite3.Connection, channel: str, head: int) -> None:
    """Note a channel's head before its first write in this start; later calls change nothing."""
    db.execute(
        "INSERT OR IGNORE INTO run_heads SELECT ?, max(number), ? FROM runs", (channel, head)
    )


def present(db: sqlite3.Connection) -> str:
    """Return this start as cursors carry it: its number and its generation."""
    number, generation = db.execute(
        "SELECT number, generation FROM runs ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return f"{number}-{generation}"


def went_back(db: sqlite3.Connection, channel: str, cursor: Cursor, head: int) -> bool:
    """Return whether a cursor of the present epoch is beyond this store's history."""
    if cursor.seq > head:
        return True
    number = _number(cursor)
    if number is None or number < _oldest(db):
        return False
    known = db.execute("SELECT generation FROM runs WHERE number = ?", (number,)).fetchone()
    if known is None or f"{number}-{known[0]}" != cursor.generation:
        return True
    (end,) = db.execute(
        "SELECT min(head) FROM run_heads WHERE channel = ? AND run > ?", (channel, number)
    ).fetchone()
    return end is not None and cursor.seq > end


def too_old(db: sqlite3.Connection, cursor: Cursor) -> bool:
    """Return whether the start in which a cursor was valid is forgotten."""
    number = _number(cursor)
    return number is not None and number < _oldest(db)


def _number(cursor: Cursor) -> int | None:
    """Return the number of the start that a cursor carries; None if it carries none."""
    number = cursor.generation.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < _DIGITS else None


def _oldest(db: sqlite3.Connection) -> int:
    (number,) = db.execute("SELECT coalesce(min(number), 0) FROM runs").fetchone()
    return int(number)
