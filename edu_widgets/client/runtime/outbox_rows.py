"""Reading and writing the rows of an outbox's file, which may be damaged or of another version."""

import contextlib
import sqlite3
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec

from edu_widgets.client.sync.clock import elapsed
from edu_widgets.client.sync.commands import Command, CommandState
from edu_widgets.protocol import MAX_FRAME
from edu_widgets.protocol.blobs import MAX_BLOB

SCHEMA = """
CREATE TABLE IF NOT EXISTS command (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    channel TEXT NOT NULL,
    data BLOB NOT NULL,
    lane TEXT NOT NULL,
    created INTEGER NOT NULL,
    key TEXT,
    state TEXT NOT NULL,
    code INTEGER NOT NULL,
    error TEXT NOT NULL,
    boot TEXT NOT NULL DEFAULT '',
    since REAL NOT NULL DEFAULT 0
)
"""
BLOBS = """
CREATE TABLE IF NOT EXISTS blob (
    channel TEXT NOT NULL,
    hash TEXT NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (channel, hash)
)
"""
PUT_BLOB = "INSERT OR REPLACE INTO blob (channel, hash, data) VALUES (?, ?, ?)"
DELETE_BLOB = "DELETE FROM blob WHERE channel = ? AND hash = ?"
EARLIER = "id, type, channel, data, lane, created, key, state, code, error"
COLUMNS = f"{EARLIER}, boot, since"
PUT = (
    f"INSERT INTO command ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608
    "ON CONFLICT (id) DO UPDATE SET state=excluded.state, code=excluded.code, "
    "error=excluded.error, created=excluded.created, boot=excluded.boot, since=excluded.since"
)
_PLACES = "SELECT place FROM command ORDER BY place LIMIT ?"
_ROW, _EARLIER_ROW = (  # data as bytes, even if the file has it as text
    f"SELECT {columns} FROM command WHERE place = ?".replace(  # noqa: S608 - constants
        "data", "CAST(data AS BLOB)"
    )
    for columns in (COLUMNS, f"{EARLIER}, '', 0")
)

MOST_ROWS = 10_000
"""Most rows read of one file; the rest stays in it for the next time."""
_LONGEST = 1024 * 1024
"""Most bytes of a row that is read."""
_MOST_BLOBS = 1_000
_MOST_ERROR = 2_000

_DAMAGE = frozenset(
    {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG}
)
UNREADABLE = (sqlite3.Error, sqlite3.Warning, ValueError, TypeError, OverflowError, RecursionError)
"""Errors that reading a file of any content may raise, except for `OSError`."""

_STATES = frozenset(CommandState)
_Word = Annotated[str, msgspec.Meta(pattern=r"^[a-z_-]{1,32}\Z")]


class _Row(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    id: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_.\-]{1,64}\Z")]
    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    channel: Annotated[str, msgspec.Meta(pattern=r"^[^\x00-\x1f]{1,400}\Z")]
    data: bytes
    lane: _Word
    created: Annotated[int, msgspec.Meta(ge=0, le=4_000_000_000_000)]
    key: Annotated[str, msgspec.Meta(max_length=1_000)] | None
    state: _Word
    code: Annotated[int, msgspec.Meta(ge=0, le=65_535)]
    error: str
    boot: str
    since: float


@dataclass(slots=True)
class Rows:
    """The content of a file."""

    commands: list[Command] = field(default_factory=list)
    places: list[tuple[int]] = field(default_factory=list)
    """The keys of these commands' rows in the file."""
    left: int = 0
    """Number of rows that stay for later, such as those of a newer version."""
    damaged: int = 0


def read(db: sqlite3.Connection) -> Rows:
    """Read the rows one by one, so that a damaged one does not prevent the others.

    Raises:
        UNREADABLE: the file as a whole cannot be read.
    """
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    found = Rows()
    try:
        # One by one: a damaged page ends this, but the rows before it are read.
        for place in db.execute(_PLACES, (MOST_ROWS + 1,)):
            found.places.append(place)
    except sqlite3.Error as error:
        if not found.places or not is_damage(error):
            raise
        found.damaged += 1
    if len(found.places) > MOST_ROWS:
        found.left += 1
        del found.places[MOST_ROWS:]
    columns = [column[1] for column in db.execute("PRAGMA table_info(command)")]
    select = _ROW if "since" in columns else _EARLIER_ROW
    found.places = [place for place in found.places if _take(db, select, place, found)]
    return found


def blobs(db: sqlite3.Connection) -> list[tuple[str, str, bytes]]:
    """Read the pictures that wait with the commands: channel, hash and bytes of each.

    Those that cannot be read are left out: their commands say so once they are sent.
    """
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 2 * MAX_BLOB)
    found: list[tuple[str, str, bytes]] = []
    with contextlib.suppress(*UNREADABLE):
        for row in db.execute("SELECT channel, hash, data FROM blob LIMIT ?", (_MOST_BLOBS,)):
            found.append(msgspec.convert(row, tuple[str, str, bytes]))  # noqa: PERF401 - till damage
    return found


def _take(db: sqlite3.Connection, select: str, place: tuple[int], found: Rows) -> bool:
    """Read one row; return True if it is a command of this version."""
    try:
        command = _command(db.execute(select, place).fetchone())
    except UNREADABLE as error:
        if isinstance(error, sqlite3.Error) and not is_damage(error):
            raise
        found.damaged += 1
        return False
    if command is None:
        found.left += 1
        return False
    found.commands.append(command)
    return True


def _command(values: tuple[object, ...]) -> Command | None:
    """Return the command of a row; None if its state is one of a newer version.

    Raises:
        ValueError, TypeError, RecursionError: the row is damaged: no version writes such a one.
    """
    row = msgspec.convert(values, _Row)
    msgspec.json.decode(row.data, type=dict[str, msgspec.Raw])
    if row.state not in _STATES:
        return None
    command = Command(
        row.id, row.type, row.channel, msgspec.Raw(row.data), row.lane, row.created, row.key,
        CommandState(row.state), row.code, row.error[:_MOST_ERROR], since=_since(row),
    )  # fmt: skip
    if command.size > MAX_FRAME:
        msg = "longer than a frame may be"
        raise ValueError(msg)
    return command


def row(command: Command) -> tuple[object, ...]:
    """Return a command's values for `PUT`."""
    return (
        command.id, command.type, command.channel, bytes(command.data), command.lane,
        command.created, command.key, command.state.value, command.code, command.error,
        boot_id(), command.since,
    )  # fmt: skip


@cache
def boot_id() -> str:
    """Return an id of this start of the computer; "" if the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _since(row: _Row) -> float:
    """Return the time a command was written, on the clock of `elapsed`.

    Within one start of the computer that is stored. After a restart it is computed from the system
    time; a command from the future was written by a wrong clock, so its age counts from now.
    """
    now = elapsed()
    if row.boot and row.boot == boot_id():
        return min(row.since, now)
    return now - max(0.0, time.time() - row.created / 1000)


def is_damage(error: Exception) -> bool:
    """Return True if the file is damaged, False for a problem of its disk or permissions."""
    return not isinstance(error, sqlite3.Error) or primary_code(error) in _DAMAGE


def primary_code(error: sqlite3.Error) -> int:
    """Return SQLite's primary result code, without its extended part."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
