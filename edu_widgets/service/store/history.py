"""Whether a store's file goes on where the service left it, or another was put in its place.

A *generation* is a random name in the file that is renewed at every start and at every end of the
service. The *witness*, a small file beside the store, tells which generations the service left
there. A copy that was taken earlier has an older one, however it was put back: under the same
inode, by SQLite's own backup, or as another file.

Where the witness went back with the file, as with a whole folder or disk, members tell (`runs`).
"""

import contextlib
import json
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edu_widgets.protocol.errors import ServiceUnavailable
from edu_widgets.service.store import runs

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_GENERATION = "SELECT value FROM meta WHERE key = 'generation'"


@dataclass(frozen=True, slots=True)
class Witness:
    """What the service left: its generations, the newer last, and whether it had not ended."""

    generations: tuple[str, ...]
    running: bool


def was_replaced(path: Path) -> bool:
    """Whether the file is not the one that the service left; asked before it is opened.

    Raises:
        ServiceUnavailable: it is not, and SQLite would mix it with the log of the one before.
    """
    witness, generation = _witness(path), _stored_generation(path)
    log = side_files(path)[0]
    if witness is None:
        return bool(generation)
    if generation is None and log.exists():
        return False  # damaged: with its log it may be whole, which is found out next
    if generation in witness.generations:
        # Whoever puts a copy back by SQLite's means takes the log away; a crash leaves it.
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
    """Note that the service has begun; every channel gets a new epoch if the file was replaced.

    Returns:
        The generation that has begun.
    """
    meta = dict(db.execute("SELECT key, value FROM meta"))
    status = path.stat()
    identity = f"{status.st_dev}:{status.st_ino}"
    before, generation = meta.get("generation", ""), _new_generation()
    # In the log may be what was put back by SQLite's own means while the service ran.
    witness = _witness(path)
    replaced |= witness is not None and before not in witness.generations
    # First what may be found, then what is: a crash in between leaves nothing unknown.
    _testify(path, Witness((before, generation), running=True))
    with transaction(db):
        # A key that an older copy of the file has signs nothing here.
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
    """Whether the store is still of this generation: nothing was put in its place."""
    return bool(db.execute(_GENERATION).fetchone() == (generation,))


def end(db: sqlite3.Connection, path: Path) -> None:
    """Note that the service has ended, and leave all there is in the one file.

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
    """What stands beside a store: SQLite's log and index of it, and the witness."""
    names = (f"{path.name}-wal", f"{path.name}-shm", f"{path.name}.generation")
    log, index, witness = (path.with_name(name) for name in names)
    return log, index, witness


def new_epoch() -> str:
    """A name for a history that no other history has."""
    return secrets.token_hex(6)


def _new_generation() -> str:
    return secrets.token_hex(8)


def _stored_generation(path: Path) -> str | None:
    """The generation in the file itself, without what SQLite's log would add to it.

    None where it cannot be read; "" in an empty file.
    """
    try:
        uri = f"{path.resolve().as_uri()}?immutable=1"
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
            row = db.execute(_GENERATION).fetchone()
            return str(row[0]) if row else ""
    except sqlite3.Error as error:
        return None if is_damage(error) else ""


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that a file is damaged, not that it cannot write now."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE


def _witness(path: Path) -> Witness | None:
    try:
        told = json.loads(side_files(path)[2].read_text("utf-8"))
        return Witness(tuple(map(str, told["generations"])), told["running"] is not False)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _testify(path: Path, witness: Witness) -> None:
    target = side_files(path)[2]
    fresh = target.with_name(f"{target.name}.new")
    told = {"generations": witness.generations, "running": witness.running}
    fresh.write_text(json.dumps(told), "utf-8")
    fresh.replace(target)


def _emptied(db: sqlite3.Connection) -> bool:
    """Move the log into the file; false if somebody reads an older state."""
    with contextlib.suppress(sqlite3.Error):
        (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    return False


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
