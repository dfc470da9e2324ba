"""The outbox on disk: one SQLite file a process, taken over after that process has ended."""

import contextlib
import logging
import os
import sqlite3
import time
from hashlib import sha256
from pathlib import Path

from edu_widgets.client.runtime import outbox_rows
from edu_widgets.client.runtime.unused_files import forget_unused, used
from edu_widgets.client.sync.commands import Command
from edu_widgets.protocol.folders import (
    DATABASE_FILES,
    NO_LOCKS,
    OUTBOX,
    advice,
    check_database,
    reason,
    words,
)
from edu_widgets.protocol.ids import uuid7

_log = logging.getLogger(__name__)

_NEWBORN = 60.0
"""Seconds for which an empty file is left alone, as its process may be about to lock it."""


def folder_of(folder: Path, service: str, user_id: str) -> Path:
    """Return the folder with the files of one user at one service."""
    return folder / sha256(f"{service}\n{user_id}".encode()).hexdigest()[:24]


def forget_commands(folder: Path, service: str, user_id: str, course: str) -> None:
    """Delete a user's commands for a course from the files of processes that have ended.

    A running process holds the lock of its file, and is told by the service.
    """
    for path in folder_of(folder, service, user_id).glob("*.sqlite3"):
        with contextlib.suppress(OSError, *outbox_rows.UNREADABLE):
            db = _open(path, create=False)
            try:
                rows = db.execute("SELECT place, channel FROM command").fetchall()
                theirs = [(place,) for place, name in rows if _course_of(name) == course]
                db.executemany("DELETE FROM command WHERE place = ?", theirs)
                blobs = [row[:2] for row in outbox_rows.blobs(db) if _course_of(row[0]) == course]
                db.executemany(outbox_rows.DELETE_BLOB, blobs)
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                db.close()


def _course_of(channel: str) -> str:
    return channel.split(":")[1] if ":" in channel else ""


class OutboxFile:
    """Commands of one user at one service, stored in `folder`.

    Each process writes a file of its own and holds SQLite's exclusive lock on it until it ends; a
    file whose lock is free belongs to a process that has ended, and its commands are taken over.
    So two kernels of one person never send each other's messages, and a kernel that was killed
    loses nothing. Files are readable by their owner only (0600).
    """

    def __init__(self, folder: Path, service: str, user_id: str, *, former: str = "") -> None:
        self._folder = folder_of(folder, service, user_id)
        self._former = folder_of(folder, former, user_id) if former else None
        """The folder of commands stored under the service's former name; None if it has none."""
        self.problem = ""
        """The present problem, in a sentence for people; empty if there is none."""
        self._told: set[str] = set()
        """Problems that were logged since the last success, so that each is logged once."""
        self._stored: set[str] = set()
        """The ids of the commands in the file."""
        self._unwritten: dict[str, tuple[str, tuple[object, ...]]] = {}
        """The last write of each command that the disk did not take, by the command's id."""
        self._write_failed = False
        self._wipe = False
        self._closed = False
        self._path = self._folder / f"{uuid7()}.sqlite3"
        self._db: sqlite3.Connection | None = None

    def load(self) -> list[Command]:
        """Open this process's file, and take over the commands of processes that have ended."""
        folders = [self._folder] if self._former is None else [self._former, self._folder]
        others = [path for folder in folders for path in sorted(folder.glob("*.sqlite3"))]
        if not self._open():
            return []
        used(self._folder)
        forget_unused(self._folder.parent)
        # The same command may stand in two files, where an earlier one could not be emptied.
        found: dict[str, Command] = {}
        for path in others:
            for command in self._take_over(path):
                found.setdefault(command.id, command)
        return list(found.values())

    @property
    def behind(self) -> bool:
        """True if something could not be written yet; `catch_up` retries."""
        return bool(self._unwritten)

    def put(self, command: Command) -> None:
        """Store or replace a command."""
        self._unwritten[command.id] = (outbox_rows.PUT, outbox_rows.row(command))
        self.catch_up()

    def remove(self, id: str, *, wipe: bool = False) -> None:  # noqa: A002
        """Delete a command; `wipe`: its bytes must not stay in any file."""
        self._unwritten.pop(id, None)
        if id in self._stored:
            self._wipe = self._wipe or wipe
            self._unwritten[id] = ("DELETE FROM command WHERE id = ?", (id,))
        self.catch_up()

    def put_blob(self, channel: str, hash_: str, data: bytes) -> None:
        """Store a picture that a command will name."""
        self._unwritten[f"{channel} {hash_}"] = (outbox_rows.PUT_BLOB, (channel, hash_, data))
        self.catch_up()

    def remove_blob(self, channel: str, hash_: str) -> None:
        """Delete a picture."""
        self._unwritten[f"{channel} {hash_}"] = (outbox_rows.DELETE_BLOB, (channel, hash_))
        self.catch_up()

    def load_blobs(self) -> list[tuple[str, str, bytes]]:
        """Return the pictures in this process's file, with those taken over."""
        return outbox_rows.blobs(self._db) if self._db is not None else []

    def catch_up(self) -> None:
        """Write the changes that are not on disk yet."""
        if not self._unwritten or not self._open():
            return
        assert self._db is not None  # noqa: S101 - it is open
        try:
            with self._db:
                self._db.execute("BEGIN")
                for late in self._unwritten.values():
                    self._db.execute(*late)
        except sqlite3.Error as error:
            self._failed("Waiting messages cannot be kept", reason(error))
            self._write_failed = True
            return
        for id_, (sql, _) in self._unwritten.items():
            (self._stored.add if sql is outbox_rows.PUT else self._stored.discard)(id_)
        self._unwritten.clear()
        self._empty_log()
        if self._write_failed:
            self._write_failed, self.problem = False, ""
            self._told.clear()

    def _open(self) -> bool:
        """Open this process's file, if it is not open; return True if it is."""
        if self._db is None and not self._closed:
            try:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._db = _open(self._path, create=True)
            except (OSError, sqlite3.Error) as error:
                _unlink(self._path)
                # Nobody else knows of the file: it is held only where locking fails.
                why = NO_LOCKS if _is_busy(error) else reason(error)
                self._failed("Waiting messages cannot be kept", why)
                self._write_failed = True
        return self._db is not None

    def close(self) -> None:
        """Close the file; an empty one is removed."""
        self._closed = True
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

    def _empty_log(self) -> None:
        """After a `wipe`, empty the write-ahead log, which still holds the deleted bytes."""
        if self._wipe and self._db is not None:
            with contextlib.suppress(sqlite3.Error):  # retried after the next write
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                self._wipe = False

    def _take_over(self, path: Path) -> list[Command]:
        try:
            check_database(path)
        except OSError as error:
            self._complain(
                f"{error.filename} is in the way of waiting messages of before: {words(error)}. "
                "Move it away, and they are sent the next time."
            )
            return []
        try:
            if not _is_left_behind(path):
                return []
            db = _open(path, create=False)
        except FileNotFoundError:
            return []
        except (OSError, *outbox_rows.UNREADABLE) as error:
            return [] if _is_busy(error) or not path.exists() else self._unreadable(path, error)
        try:
            found = outbox_rows.read(db)
        except outbox_rows.UNREADABLE as error:
            db.close()
            return self._unreadable(path, error)
        self._move_here(found, db, path)
        return found.commands

    def _move_here(self, found: outbox_rows.Rows, db: sqlite3.Connection, path: Path) -> None:
        """Move another file's commands into ours and remove it; if that fails it stays."""
        try:
            if self._db is not None and found.commands:
                with self._db:
                    self._db.execute("BEGIN")
                    rows = [outbox_rows.row(command) for command in found.commands]
                    self._db.executemany(outbox_rows.PUT, rows)
                    self._db.executemany(outbox_rows.PUT_BLOB, outbox_rows.blobs(db))
                self._stored.update(command.id for command in found.commands)
            # Emptied under its lock: a process that opens it before its removal finds nothing.
            db.execute("BEGIN")
            db.executemany("DELETE FROM command WHERE place = ?", found.places)
            db.execute("DELETE FROM blob")
            db.execute("COMMIT")
        except sqlite3.Error as error:
            db.close()
            is_damaged = found.damaged and outbox_rows.is_damage(error)
            if is_damaged or _is_locked_by_damage(path, error):
                self._set_aside(path)
            else:
                self._failed("Waiting messages of before cannot be taken over", reason(error))
            return
        db.close()
        if found.damaged:
            self._set_aside(path, keep=found.left > 0)
        elif not found.left:
            _unlink(path)

    def _unreadable(self, path: Path, error: Exception) -> list[Command]:
        if outbox_rows.is_damage(error) and not isinstance(error, OSError):
            self._set_aside(path)
        else:
            self._failed("Waiting messages of before cannot be read", reason(error))
        return []

    def _set_aside(self, path: Path, *, keep: bool = False) -> None:
        """Rename a damaged file so that it is not read again; `keep`: leave it for its rest."""
        aside = path.with_suffix(f".corrupt-{int(time.time())}")
        if keep:
            self._complain(f"Some of the waiting messages in {path} are damaged; they stay there.")
            return
        for suffix in ("", "-wal", "-journal"):
            with contextlib.suppress(OSError):
                Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
        where = f"and stays at {path}" if path.exists() else f"and was set aside as {aside}"
        self._complain(
            f"A file of waiting messages is damaged {where}. What could be read of it is sent."
        )

    def _failed(self, what: str, why: str) -> None:
        self._complain(f"{what} in {self._folder.parent}: {why}. {advice(OUTBOX)}")

    def _complain(self, problem: str) -> None:
        self.problem = problem
        if problem not in self._told:  # once, not for each message
            self._told.add(problem)
            _log.warning("%s", problem)


def _open(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open a file under an exclusive lock held until it is closed."""
    check_database(path)
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
        # Acknowledged commands are overwritten: one may be a vote in an anonymous poll.
        db.execute("PRAGMA secure_delete=ON")
        db.execute("BEGIN EXCLUSIVE")
        db.execute(outbox_rows.SCHEMA)
        db.execute(outbox_rows.BLOBS)
        db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db


def _is_left_behind(path: Path) -> bool:
    """Return True for a file, unless it is empty and new: its process is about to lock it."""
    found = path.stat()
    return found.st_size > 0 or time.time() - found.st_mtime >= _NEWBORN


def _is_busy(error: Exception) -> bool:
    codes = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return isinstance(error, sqlite3.Error) and outbox_rows.primary_code(error) in codes


def _is_locked_by_damage(path: Path, error: sqlite3.Error) -> bool:
    """True if SQLite refuses to write a file that the account may write: its header is damaged."""
    return outbox_rows.primary_code(error) == sqlite3.SQLITE_READONLY and os.access(path, os.W_OK)


def _unlink(path: Path) -> None:
    for suffix in DATABASE_FILES:
        with contextlib.suppress(OSError):
            Path(f"{path}{suffix}").unlink()
