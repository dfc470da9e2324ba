"""Detection of a store's file that was replaced since the service used it last.

A *generation* is a random name in the file that is renewed at every start and at every end of the
service. The *witness*, a small file beside the store, names the generations the service left
there. An earlier copy has an older one, however it was put back: under the same inode, by SQLite's
own backup, or as another file.

If the witness was put back with the file, as with a whole folder or disk, the cursors of members
show it (`runs`).
"""

import contextlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edu_widgets.protocol.errors import ServiceUnavailable
from edu_widgets.protocol.folders import read_file
from edu_widgets.service.store import runs

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_GENERATION = "SELECT value FROM meta WHERE key = 'generation'"


@dataclass(frozen=True, slots=True)
class Witness:
    """The generations that the service left in its file, the newer last.

    `running`: it has not ended properly.
    """

    generations: tuple[str, ...]
    running: bool


def was_replaced(path: Path) -> bool:
    """Return whether the file was replaced since the service used it; called before it is opened.

    Raises:
        ServiceUnavailable: it was, and SQLite would mix it with the log of the previous file.
    """
    witness, generation = _witness(path), _stored_generation(path)
    log = side_files(path)[0]
    if witness is None:
        return bool(generation)
    if generation is None and log.exists():
        return False  # damaged, but its log may repair it: that is checked next
    if generation in witness.generations:
        # A restore by SQLite removes the log; a crash leaves it.
        return witness.running and not log.exists()
    if log.exists() and log.stat().st_size:
        msg = (
            f"{path.name} in {path.parent} was replaced, but {log.name} is of the file before and "
            "would undo that. Put the copy back with `edu-widgets restore FILE`, or delete "
            f"{log.name} and {path.name}-shm."
        )
        raise ServiceUnavailable(msg)
    return True


def begin(db: sqlite3.Connection, path: Path, *, replaced: bool) -> str:
    """Begin a new generation; every channel gets a new epoch if the file was replaced.

    Returns:
        The new generation.
    """
    meta = dict(db.execute("SELECT key, value FROM meta"))
    status = path.stat()
    identity = f"{status.st_dev}:{status.st_ino}"
    before, generation = meta.get("generation", ""), _new_generation()
    # The log may hold a copy that SQLite's backup put back while the service ran.
    witness = _witness(path)
    replaced |= witness is not None and before not in witness.generations
    # The witness first, with both generations: after a crash in between either is known.
    _testify(path, Witness((before, generation), running=True))
    with transaction(db):
        # A new signing key: the one in an older copy of the file must not be valid here.
        values = {"identity": identity, "generation": generation, "key": secrets.token_hex(32)}
        if replaced or meta.get("identity") != identity:
            values["epoch"] = new_epoch()
            db.execute("UPDATE channels SET epoch = ?", (values["epoch"],))
            db.execute("DELETE FROM staff_invites")  # they may have been used since
        db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())
        runs.note(db, generation)
    if _emptied(db):
        _testify(path, Witness((generation,), running=True))
    return generation


def is_of(db: sqlite3.Connection, generation: str) -> bool:
    """Return whether the store is still of this generation, so that it was not replaced."""
    return bool(db.execute(_GENERATION).fetchone() == (generation,))


def end(db: sqlite3.Connection, path: Path) -> None:
    """Note that the service has ended, and move the log into the one file.

    Raises:
        sqlite3.Error, OSError: it cannot be written; the next start takes it for a crash.
    """
    (before,) = db.execute(_GENERATION).fetchone()
    generation = _new_generation()
    _testify(path, Witness((before, generation), running=True))
    db.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (generation,))
    if _emptied(db):
        _testify(path, Witness((generation,), running=False))


def side_files(path: Path) -> tuple[Path, Path, Path]:
    """Return the paths of the files beside a store: SQLite's log and its index, and the witness."""
    names = (f"{path.name}-wal", f"{path.name}-shm", f"{path.name}.generation")
    log, index, witness = (path.with_name(name) for name in names)
    return log, index, witness


def new_epoch() -> str:
    """Make a name for a channel's history that no other history has."""
    return secrets.token_hex(6)


def _new_generation() -> str:
    return secrets.token_hex(8)


def _stored_generation(path: Path) -> str | None:
    """Read the generation in the file itself, without SQLite's log.

    `None` if the file is damaged; "" if it has none or cannot be read otherwise.
    """
    try:
        uri = f"{path.resolve().as_uri()}?immutable=1"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
            row = db.execute(_GENERATION).fetchone()
            return str(row[0]) if row else ""
    except sqlite3.Error as error:
        return None if is_damage(error) else ""


def is_damage(error: Exception) -> bool:
    """Return whether an error of SQLite means damage, not that it cannot write now."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _witness(path: Path) -> Witness | None:
    try:
        told = json.loads(read_file(side_files(path)[2]))
        return Witness(tuple(map(str, told["generations"])), told["running"] is not False)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _testify(path: Path, witness: Witness) -> None:
    target = side_files(path)[2]
    fresh = target.with_name(f"{target.name}.new")
    told = {"generations": witness.generations, "running": witness.running}
    fresh.write_text(json.dumps(told), "utf-8")
    fresh.replace(target)


def _emptied(db: sqlite3.Connection) -> bool:
    """Move the log into the file; false if a reader of an older state prevents it."""
    with contextlib.suppress(sqlite3.Error):
        (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    return False


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Run statements as one transaction; an exception rolls it back."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
