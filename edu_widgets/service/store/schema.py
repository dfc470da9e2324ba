"""Tables of the SQLite store, their upgrades, and the opening of connections."""

import secrets
import sqlite3
from pathlib import Path

from edu_widgets.protocol.folders import check_database, is_full, words
from edu_widgets.protocol.text_normalization import name_key
from edu_widgets.service.store import history, keys
from edu_widgets.service.store.history import transaction

VERSION = 7

TABLES = """
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

SINCE = {
    2: """
ALTER TABLE members ADD COLUMN invite TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN source TEXT NOT NULL DEFAULT '';
CREATE TABLE staff_invites (
    hash BLOB PRIMARY KEY, course TEXT NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE doors (
    course TEXT PRIMARY KEY, closed INTEGER NOT NULL, listed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE roster (
    course TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (course, key)
) WITHOUT ROWID;
CREATE TABLE removals (
    course TEXT NOT NULL, user TEXT NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (course, user)
) WITHOUT ROWID;
CREATE INDEX removals_by_user ON removals (user);
""",
    3: """
CREATE TABLE keys (
    id TEXT PRIMARY KEY, user TEXT NOT NULL, stored BLOB NOT NULL, server BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX keys_by_user ON keys (user);
CREATE TABLE nonces (hash BLOB PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX nonces_by_time ON nonces (until);
""",
    4: """
ALTER TABLE replies ADD COLUMN heads TEXT NOT NULL DEFAULT '{}';
ALTER TABLE replies ADD COLUMN counted TEXT NOT NULL DEFAULT '';
ALTER TABLE channels ADD COLUMN renewed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
CREATE TABLE runs (number INTEGER PRIMARY KEY, generation TEXT NOT NULL);
CREATE TABLE run_heads (
    channel TEXT NOT NULL, run INTEGER NOT NULL, head INTEGER NOT NULL,  -- before its first write
    PRIMARY KEY (channel, run)
) WITHOUT ROWID;
""",
    5: """
ALTER TABLE members ADD COLUMN voucher TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN vouched INTEGER NOT NULL DEFAULT 0;
ALTER TABLE doors ADD COLUMN vouching INTEGER NOT NULL DEFAULT 1;
CREATE INDEX members_by_voucher ON members (course, voucher);
""",
    6: """
CREATE TABLE blobs (
    channel TEXT NOT NULL, hash TEXT NOT NULL, course TEXT NOT NULL, author TEXT NOT NULL,
    type TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, bytes INTEGER NOT NULL,
    pending INTEGER NOT NULL,         -- when it was sent for a document that is not there yet; or 0
    data BLOB NOT NULL,
    PRIMARY KEY (channel, hash)
);
CREATE INDEX blobs_by_author ON blobs (course, author, bytes, pending);
CREATE INDEX blobs_by_time ON blobs (pending) WHERE pending > 0;
CREATE TABLE blob_uses (
    channel TEXT NOT NULL, hash TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (channel, hash, document)
) WITHOUT ROWID;
CREATE INDEX blob_uses_by_document ON blob_uses (channel, document);
""",
    7: """
ALTER TABLE members ADD COLUMN linked TEXT NOT NULL DEFAULT '';
CREATE INDEX members_by_link ON members (course, linked) WHERE linked != '';
CREATE TABLE link_codes (
    course TEXT NOT NULL, user TEXT NOT NULL, digest TEXT NOT NULL, expires INTEGER NOT NULL,
    PRIMARY KEY (course, user)
) WITHOUT ROWID;
""",
}
"""By version: the statements that upgrade the tables of the one before."""

_LOG_BYTES = 16 * 1024 * 1024
"""Bytes that the write-ahead log's file is cut to after a large transaction."""

_NAMES_COMPARED = 2
"""The version since which names are compared by `name_key`."""

_KEYS = 3
"""The version since which people prove their identity without sending their secret."""


def check_files(path: Path) -> None:
    """Check that a store and the files beside it are ordinary ones, before they are opened.

    Raises:
        NotOurs: one is a pipe, a device or a folder.
    """
    try:
        check_database(path)
    except OSError as error:
        named = Path(str(error.filename)).name
        raise NotOurs(f"cannot be opened. Look at {named}: {words(error)}") from error


def connect(path: Path, *, read_only: bool = False, busy_s: float = 2.0) -> sqlite3.Connection:
    """Open the file; transactions are begun explicitly.

    Raises:
        sqlite3.Error: it cannot be opened or is not a database.
    """
    # Without creating it: an empty file must not take the place of one that was deleted.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(
        uri, uri=True, timeout=busy_s, isolation_level=None, check_same_thread=False
    )
    try:
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.execute("PRAGMA synchronous = FULL")
            # Deleted data (a person, anonymous ballots) is overwritten in the file, too.
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute(f"PRAGMA journal_size_limit = {_LOG_BYTES}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection, path: Path, *, replaced: bool) -> str:
    """Make or upgrade the tables and begin a new generation, which is returned.

    Every channel begins a new history if the file was replaced.

    Raises:
        sqlite3.Error: it cannot be written, is damaged, or no store that this version knows.
    """
    begun = check(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    with transaction(connection):
        if not begun:
            make_tables(connection)
        _upgrade(connection)
    return history.begin(connection, path, replaced=replaced)


def make_tables(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty store."""
    _run(connection, TABLES)
    connection.execute("INSERT INTO meta VALUES ('epoch', ?)", (history.new_epoch(),))
    connection.execute("PRAGMA user_version = 1")
    _upgrade(connection)


def _upgrade(connection: sqlite3.Connection) -> None:
    """Upgrade the tables of an earlier version to this one."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    for later in range(version + 1, VERSION + 1):
        _run(connection, SINCE[later])
    if version < _NAMES_COMPARED:
        _renew_name_keys(connection)
    if version < _KEYS:
        keys.take_over_secrets(connection)
    fresh = [("digests", secrets.token_hex(32)), ("service", secrets.token_hex(16))]
    connection.executemany("INSERT OR IGNORE INTO meta VALUES (?, ?)", fresh)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _renew_name_keys(connection: sqlite3.Connection) -> None:
    """Recompute the keys that names are compared by; where two become equal the old one stays."""
    members = connection.execute("SELECT course, user, name FROM members").fetchall()
    connection.executemany(
        "UPDATE OR IGNORE members SET name_key = ? WHERE course = ? AND user = ?",
        [(name_key(name), course, user) for course, user, name in members],
    )


def _run(connection: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";\n"):
        connection.execute(statement)


def check(connection: sqlite3.Connection) -> bool:
    """Check that a file is undamaged and of a known version; false for an empty one.

    Raises:
        sqlite3.Error: it is damaged, or no store that this version knows.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if version > VERSION:
        raise NotOurs("was written by a newer version of edu-widgets; upgrade this one")
    if tables and not {"meta", "channels", "documents"} <= tables:
        raise NotOurs("belongs to another program")
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    return bool(tables)


class NotOurs(sqlite3.DatabaseError):
    """The file is no store of this version."""


def problem(path: Path, error: Exception) -> str:
    """Return a message with the reason why a store cannot be opened, and the remedy."""
    if isinstance(error, NotOurs):
        return f"{path} {error}."
    if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
        return f"{path} is locked by another program; close that, then start the service again."
    if isinstance(error, (sqlite3.OperationalError, OSError)):
        if is_full(path.parent):
            return f"{path} cannot be written because the disk is full: make room, and start again."
        return (
            f"{path} cannot be opened or written. See that its folder is writable by this user, "
            "and that the disk is not full."
        )
    return (
        f"{path} is damaged, or no store of edu-widgets. Put a backup back with "
        "`edu-widgets restore FILE`, or move the file away to begin with an empty one."
    )
