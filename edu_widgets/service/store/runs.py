"""Whether what a mirror saw is in this store: how far each start of the service came.

A mirror carries the start in which its cursor was right. A store that knows nothing of it, or in
which the channel did not come as far in it, was put back since, by whatever means: with its folder,
its disk, or the whole machine. Then the channel begins another history.
"""

import sqlite3

from edu_widgets.protocol import Cursor

KEPT = 64
"""Starts of which it is known how far they came. Who slept through more of them begins afresh."""

_DIGITS = 12
"""More than the number of a start has."""


def note(db: sqlite3.Connection, generation: str) -> None:
    """The service has started; starts of long ago are forgotten."""
    (number,) = db.execute("SELECT coalesce(max(number), 0) + 1 FROM runs").fetchone()
    db.execute("INSERT INTO runs VALUES (?, ?)", (number, generation))
    for table, column in (("runs", "number"), ("run_heads", "run")):
        db.execute(f"DELETE FROM {table} WHERE {column} <= ?", (number - KEPT,))  # noqa: S608


def note_head(db: sqlite3.Connection, channel: str, head: int) -> None:
    """A channel is about to be written; before the first time in this start it was so far."""
    db.execute(
        "INSERT OR IGNORE INTO run_heads SELECT ?, max(number), ? FROM runs", (channel, head)
    )


def present(db: sqlite3.Connection) -> str:
    """This start, as mirrors carry it: its number and its generation."""
    number, generation = db.execute(
        "SELECT number, generation FROM runs ORDER BY number DESC LIMIT 1"
    ).fetchone()
    return f"{number}-{generation}"


def went_back(db: sqlite3.Connection, channel: str, cursor: Cursor, head: int) -> bool:
    """Whether a mirror of the present epoch saw what is not in this store."""
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
    """Whether nothing is known any more of the start in which a cursor was right."""
    number = _number(cursor)
    return number is not None and number < _oldest(db)


def _number(cursor: Cursor) -> int | None:
    """The number of the start that a mirror carries; None if it carries none."""
    number = cursor.generation.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < _DIGITS else None


def _oldest(db: sqlite3.Connection) -> int:
    (number,) = db.execute("SELECT coalesce(min(number), 0) FROM runs").fetchone()
    return int(number)
