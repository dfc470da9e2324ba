"""Tables of the SQLite store, and how its connections are opened."""

import secrets
import sqlite3
from pathlib import Path

VERSION = 1

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE channels (
    name TEXT PRIMARY KEY, course TEXT NOT NULL, epoch TEXT NOT NULL, head INTEGER NOT NULL,
    swept INTEGER NOT NULL DEFAULT 0  -- the highest seq of a tombstone that was forgotten
) WITHOUT ROWID;
CREATE TABLE documents (
    channel TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
    born INTEGER NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL,
    body BLOB,                        -- NULL: a tombstone
    author TEXT NOT NULL, fingerprint BLOB NOT NULL,  -- of the command that created it
    PRIMARY KEY (channel, id)
);
CREATE UNIQUE INDEX documents_by_seq ON documents (channel, seq);
CREATE INDEX documents_by_born ON documents (channel, kind, born);
CREATE INDEX documents_by_author ON documents (author);
CREATE INDEX tombstones ON documents (time) WHERE body IS NULL;
CREATE TABLE replies (
    course TEXT NOT NULL, user TEXT NOT NULL, id TEXT NOT NULL,
    fingerprint BLOB NOT NULL, seq INTEGER NOT NULL, time INTEGER NOT NULL,
    PRIMARY KEY (course, user, id)
) WITHOUT ROWID;
CREATE INDEX replies_by_time ON replies (time);
CREATE TABLE secrets (hash BLOB PRIMARY KEY, user TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE members (
    course TEXT NOT NULL, user TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL,
    role TEXT NOT NULL, PRIMARY KEY (course, user), UNIQUE (course, name_key)
) WITHOUT ROWID;
CREATE INDEX members_by_user ON members (user);
CREATE TABLE invites (
    course TEXT PRIMARY KEY, code TEXT NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;
"""


def connect(path: Path, *, read_only: bool = False, busy_s: float = 2.0) -> sqlite3.Connection:
    """Open the file; transactions are begun explicitly.

    Raises:
        sqlite3.Error: it cannot be opened or is not a database.
    """
    connection = sqlite3.connect(
        path, timeout=busy_s, isolation_level=None, check_same_thread=False
    )
    try:
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            # What is deleted (a person, anonymous ballots) is gone from the file, too.
            connection.execute("PRAGMA secure_delete = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables, and give every channel a new epoch if the file was restored.

    A restored file is another file (inode), or its count of openings is behind the one kept
    beside it. Mirrors that saw more than the file knows then start afresh.

    Raises:
        sqlite3.Error: it cannot be written, or another version of the service made it.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        _make_tables(connection)
        openings = _renew_if_restored(connection, path)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    # After the commit: a crash in between leaves the file ahead of its witness, which is harmless.
    _witness(path).write_text(str(openings))


def _make_tables(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, VERSION):
        message = f"made by another version of the service (schema {version}, not {VERSION})"
        raise sqlite3.DatabaseError(message)
    if version == 0:
        for statement in _TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _renew_if_restored(connection: sqlite3.Connection, path: Path) -> int:
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    status = path.stat()
    identity = f"{status.st_dev}:{status.st_ino}"
    openings = int(meta.get("openings", "0"))
    if meta.get("identity") != identity or openings < _witnessed(path):
        meta["epoch"] = new_epoch()
        connection.execute("UPDATE channels SET epoch = ?", (meta["epoch"],))
        openings = max(openings, _witnessed(path))
    meta |= {"identity": identity, "openings": str(openings + 1)}
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())
    return openings + 1


def _witness(path: Path) -> Path:
    return path.with_name(path.name + ".openings")


def _witnessed(path: Path) -> int:
    try:
        return int(_witness(path).read_text())
    except (OSError, ValueError):
        return 0


def new_epoch() -> str:
    """A name for a history that no other history has."""
    return secrets.token_hex(6)
