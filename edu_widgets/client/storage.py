"""The outbox on disk: one SQLite file a process, taken over when its process is gone."""

import contextlib
import logging
import os
import sqlite3
import time
from hashlib import sha256
from pathlib import Path

import msgspec

from edu_widgets.client.outbox import Command, CommandState
from edu_widgets.protocol import Lane
from edu_widgets.protocol.folders import OUTBOX, advice, reason
from edu_widgets.protocol.ids import uuid7

_log = logging.getLogger(__name__)

_SCHEMA = """
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
    error TEXT NOT NULL
)
"""
_COLUMNS = "id, type, channel, data, lane, created, key, state, code, error"
_PUT = (
    f"INSERT INTO command ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608
    "ON CONFLICT (id) DO UPDATE SET state=excluded.state, code=excluded.code, "
    "error=excluded.error, created=excluded.created"
)
_NEWBORN = 60.0
"""Seconds for which an empty file is left alone."""


class OutboxFile:
    """Commands of one user at one service, kept in `folder`.

    Each process writes a file of its own and holds SQLite's exclusive lock on it for as long
    as it lives; a file whose lock is free belongs to a process that is gone, and its commands
    are taken over. So two kernels of one person never send each other's messages, and a
    kernel that was killed loses nothing. Files are readable by their owner only (0600).
    """

    def __init__(self, folder: Path, service: str, user_id: str) -> None:
        name = sha256(f"{service}\n{user_id}".encode()).hexdigest()[:24]
        self._folder = folder / name
        self.problem = ""
        """What went wrong, in a sentence for people; empty if nothing did."""
        self._unwritten: dict[str, tuple[str, tuple[object, ...]]] = {}
        """The last write of each command that the disk did not take, by the command's id."""
        self._write_failed = False
        self._wipe = False
        self._path = self._folder / f"{uuid7()}.sqlite3"
        self._db: sqlite3.Connection | None = None

    def load(self) -> list[Command]:
        """Open this process's file, and take over what processes that are gone left behind."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            others = sorted(self._folder.glob("*.sqlite3"))
            self._db = _open(self._path, create=True)
            return [command for path in others for command in self._take_over(path)]
        except (OSError, sqlite3.Error) as error:
            self._failed("Waiting messages cannot be kept", error)
            return []

    def put(self, command: Command) -> None:
        """Keep, or replace, a command."""
        self._write(command.id, _PUT, _row(command))

    def remove(self, id: str, *, wipe: bool = False) -> None:  # noqa: A002
        """Forget a command; `wipe`: so that no file holds its bytes any more."""
        self._wipe = self._wipe or wipe
        self._write(id, "DELETE FROM command WHERE id = ?", (id,))

    def close(self) -> None:
        """Let go of the file; an empty one is removed."""
        if self._db is None:
            return
        db, self._db = self._db, None
        empty = False
        with contextlib.suppress(sqlite3.Error):
            empty = db.execute("SELECT count(*) FROM command").fetchone()[0] == 0
        with contextlib.suppress(sqlite3.Error):
            db.close()
        if empty:
            _unlink(self._path)

    def _write(self, id_: str, sql: str, row: tuple[object, ...]) -> None:
        """Write this, and before it what could not be written until now."""
        if self._db is None:
            return
        self._unwritten[id_] = (sql, row)
        try:
            with self._db:
                self._db.execute("BEGIN")
                for late in self._unwritten.values():
                    self._db.execute(*late)
        except sqlite3.Error as error:
            self._failed("A waiting message cannot be kept", error)
            self._write_failed = True
        else:
            self._unwritten.clear()
            self._empty_log()
            if self._write_failed:
                self._write_failed, self.problem = False, ""

    def _empty_log(self) -> None:
        """Once something was to be wiped: the write-ahead log holds it, whatever was deleted."""
        if self._wipe and self._db is not None:
            with contextlib.suppress(sqlite3.Error):  # then after the next write
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                self._wipe = False

    def _take_over(self, path: Path) -> list[Command]:
        try:
            if _just_made(path):
                return []
            db = _open(path, create=False)
        except FileNotFoundError:
            return []
        except sqlite3.DatabaseError as error:
            return [] if _is_busy(error) or not path.exists() else self._unreadable(path, error)
        try:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM command ORDER BY place"  # noqa: S608 - constants
            ).fetchall()
            commands = [_command(row) for row in rows]
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            db.close()
            return self._unreadable(path, error)
        self._move_here(commands, db, path)
        return commands

    def _move_here(self, commands: list[Command], db: sqlite3.Connection, path: Path) -> None:
        """Keep in our file what was in another, which then goes; if that fails it stays."""
        try:
            if self._db is not None and commands:
                with self._db:
                    self._db.execute("BEGIN")
                    self._db.executemany(_PUT, [_row(command) for command in commands])
            # Emptied under its lock: who opens it before it is gone must find nothing.
            db.execute("DELETE FROM command")
        except sqlite3.Error as error:
            self._failed("Waiting messages of before cannot be taken over", error)
            db.close()
        else:
            db.close()
            _unlink(path)

    def _unreadable(self, path: Path, error: Exception) -> list[Command]:
        if isinstance(error, sqlite3.Error) and not _is_damage(error):
            self._failed("Waiting messages of before cannot be read", error)
            return []
        return self._set_aside(path)

    def _set_aside(self, path: Path) -> list[Command]:
        aside = path.with_suffix(f".corrupt-{int(time.time())}")
        for suffix in ("", "-wal", "-journal"):
            with contextlib.suppress(OSError):
                Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
        self._complain(f"A file of waiting messages is damaged and was set aside as {aside}.")
        return []

    def _failed(self, what: str, error: Exception) -> None:
        self._complain(f"{what} in {self._folder.parent}: {reason(error)}. {advice(OUTBOX)}")

    def _complain(self, problem: str) -> None:
        if problem != self.problem:  # once, not for each message
            self.problem = problem
            _log.warning("%s", problem)


def _open(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open a file under an exclusive lock held until it is closed."""
    if create:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=0,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        db.execute("PRAGMA locking_mode=EXCLUSIVE")
        # A write-ahead log outlives a killed process without a wait for the disk at each write.
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        # What is acknowledged is gone from the file too: it may be a vote in an anonymous poll.
        db.execute("PRAGMA secure_delete=ON")
        db.execute("BEGIN EXCLUSIVE")
        db.execute(_SCHEMA)
        db.execute("COMMIT")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _just_made(path: Path) -> bool:
    """Whether its process has made it this moment, and not yet had the time to lock it."""
    found = path.stat()
    return found.st_size == 0 and time.time() - found.st_mtime < _NEWBORN


def _is_busy(error: sqlite3.Error) -> bool:
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken; else the reason is its disk or its permissions."""
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)


def _code(error: sqlite3.Error) -> int:
    """The primary result code, without what extends it."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _unlink(path: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            Path(f"{path}{suffix}").unlink()


def _row(command: Command) -> tuple[object, ...]:
    return (
        command.id, command.type, command.channel, bytes(command.data), command.lane.value,
        command.created, command.key, command.state.value, command.code, command.error,
    )  # fmt: skip


def _command(row: tuple[str, str, str, bytes, str, int, str | None, str, int, str]) -> Command:
    id_, type_, channel, data, lane, created, key, state, code, error = row
    msgspec.json.decode(data)
    return Command(
        id_, type_, channel, msgspec.Raw(data), Lane(lane), created, key,
        CommandState(state), code, error,
    )  # fmt: skip
