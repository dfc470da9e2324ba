"""A store moves from its file into Redis, or back; afterwards both are compared, row by row."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable
from edu_widgets.service.store import schema
from edu_widgets.service.store.history import transaction
from edu_widgets.service.store.redis.leases import processes
from edu_widgets.service.store.redis.link import Link, LinkError, check
from edu_widgets.service.store.redis.mirror import GLOBAL, Mirror, course_of
from edu_widgets.service.store.redis.replica import OK, Replica
from edu_widgets.service.store.redis.sealing import VAULT, PollKeys

AT_ONCE = 500
"""Rows in one script call."""

_BYTES_AT_ONCE = 1024 * 1024

MOVED = "moved"
"""The name of a course's history in a Redis that it was moved out of: who starts on it again begins
another history."""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """The numbers of things that were moved and are the same on both sides."""

    courses: int
    documents: int
    members: int
    pictures: int


def check_idle(link: Link) -> None:
    """Check that no process runs on a Redis.

    Raises:
        ServiceUnavailable: one does, or Redis cannot be reached.
    """
    try:
        link.ready()
        running = processes(link)
    except LinkError as error:
        raise ServiceUnavailable(str(error)) from error
    finally:
        link.drop()
    if running:
        text = "stop every service on it first, and try again five seconds later."
        raise ServiceUnavailable(f"A service runs on the Redis at {link.where}: {text}")


@contextlib.contextmanager
def _replica(link: Link, folder: Path) -> Iterator[Replica]:
    """A mirror of a Redis, which keeps to nothing that is published.

    Raises:
        ServiceUnavailable: it cannot be reached.
    """
    replica = Replica(link, folder / "moving.db", PollKeys(folder / "moving-keys"))
    try:
        link.ready()
        yield replica
    except LinkError as error:
        raise ServiceUnavailable(str(error)) from error
    finally:
        replica.mirror.close()
        link.drop()
        with contextlib.suppress(OSError):
            (folder / "moving-keys").rmdir()


def to_redis(store: Path, link: Link, *, allow_loss: bool) -> Moved:
    """Copy a store's file into an empty Redis database, and compare them.

    Raises:
        ServiceUnavailable: Redis cannot be used, or what it has now is not the same.
        InvalidArgument: it holds a service already, or an anonymous poll is open.
    """
    check(link, allow_loss=allow_loss)
    check_idle(link)
    with contextlib.closing(schema.connect(store)) as db, _replica(link, store.parent) as replica:
        if replica.stored_courses() or replica.link.call("EXISTS", replica.key(GLOBAL, "state")):
            msg = f"The Redis database at {link.where} holds a service already; name an empty one."
            raise InvalidArgument(msg)
        _refuse_open_ballots(db)
        by_course: dict[str, list[tuple[str, Row]]] = {GLOBAL: []}
        for table in replica.mirror.tables:
            for row, course in _rows(db, replica.mirror, table):
                by_course.setdefault(course, []).append((table, row))
        for course, rows in by_course.items():
            _write(replica, course, rows)
    with _replica(link, store.parent) as fresh, contextlib.closing(schema.connect(store)) as db:
        _load(fresh)
        return _compare(db, fresh)


def _write(replica: Replica, course: str, rows: list[tuple[str, Row]]) -> None:
    def put(some: list[tuple[str, Row]], _db: sqlite3.Connection) -> None:
        for table, row in some:
            replica.mirror.put(table, row)

    for some in _parts(rows):
        if replica.rewrite(course, partial(put, some)) != OK:
            msg = f"Redis at {replica.link.where} does not take what is moved; empty it, try again."
            raise ServiceUnavailable(msg)
    replica.mirror.db.execute("UPDATE blobs SET data = x''")
    replica.link.call("XTRIM", replica.key(course, "log"), "MAXLEN", 0)


def _parts(rows: list[tuple[str, Row]]) -> Iterator[list[tuple[str, Row]]]:
    part, size = list[tuple[str, Row]](), 0
    for table, row in rows:
        part.append((table, row))
        size += sum(len(value) for value in row if isinstance(value, (bytes, str)))
        if len(part) >= AT_ONCE or size >= _BYTES_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def to_file(link: Link, fresh: Path) -> Moved:
    """Copy what is in Redis into a new store's file, and compare them.

    Args:
        link: The connection to Redis.
        fresh: An empty file.

    Raises:
        ServiceUnavailable: Redis cannot be read, or what the file has now is not the same.
        InvalidArgument: it holds no service, or an anonymous poll is open.
    """
    check_idle(link)
    with _replica(link, fresh.parent) as replica:
        _load(replica)
        _refuse_open_ballots(replica.mirror.db)
        with contextlib.closing(schema.connect(fresh)) as db:
            _write_file(replica, db)
            moved = _compare(db, replica)
        for course in replica.mirror.eras:
            replica.link.call("HSET", replica.key(course, "state"), "era", MOVED)
        return moved


def copy(link: Link, fresh: Path) -> None:
    """Copy what is in Redis into a new store's file, while processes may run.

    Each course is as it was at one moment. The ballots of open anonymous polls are left out.

    Args:
        link: The connection to Redis.
        fresh: An empty file.

    Raises:
        ServiceUnavailable: Redis cannot be read.
        InvalidArgument: it holds no service.
    """
    with tempfile.TemporaryDirectory() as folder, _replica(link, Path(folder)) as replica:
        _load(replica)
        with contextlib.closing(schema.connect(fresh)) as db:
            _write_file(replica, db)
            db.execute("DELETE FROM documents WHERE channel GLOB ?", (f"{VAULT}*",))
            db.execute("DELETE FROM channels WHERE name GLOB ?", (f"{VAULT}*",))
            db.execute("DELETE FROM blobs WHERE data = x''")  # deleted while this was read
            db.execute("VACUUM")  # nothing of them is left in free pages


def _write_file(replica: Replica, db: sqlite3.Connection) -> None:
    """Write all that a mirror has, and the pictures in Redis, into an empty file."""
    with transaction(db):
        schema.make_tables(db)
        db.execute("DELETE FROM meta")
        for table in replica.mirror.tables:
            for row, course in _rows(replica.mirror.db, replica.mirror, table):
                whole = row
                if table == "blobs":
                    whole = (*row[:-1], replica.blob(course, row[1]) or b"")
                marks = ",".join("?" * len(row))
                db.execute(f"INSERT INTO {table} VALUES ({marks})", whole)  # noqa: S608 - ours


def _load(replica: Replica) -> None:
    """Load all that Redis has.

    Raises:
        InvalidArgument: it holds no service.
    """
    for course in (*replica.stored_courses(), GLOBAL):  # last what courses may refer to
        replica.load(course)
    if not replica.mirror.applied.get(GLOBAL):
        raise InvalidArgument(f"The Redis database at {replica.link.where} holds no service.")


def _rows(db: sqlite3.Connection, mirror: Mirror, table: str) -> Iterator[tuple[Row, str]]:
    """Return the rows of a table with the course that each belongs to."""
    columns = list(mirror.tables[table])
    for row in db.execute(f"SELECT {', '.join(columns)} FROM {table}"):  # noqa: S608 - ours
        named = dict(zip(columns, row, strict=True))
        told = course_of(named["channel"]) if "channel" in named else named.get("course")
        yield row, told or GLOBAL


def _refuse_open_ballots(db: sqlite3.Connection) -> None:
    """Check that no ballots are to be moved that are to be destroyed later.

    Raises:
        InvalidArgument: an anonymous poll is open.
    """
    if db.execute("SELECT 1 FROM channels WHERE name GLOB ?", (f"{VAULT}*",)).fetchone():
        msg = (
            "An anonymous poll is open: its ballots could not be destroyed where they are now. "
            "Close it (lesson.polls), and move then."
        )
        raise InvalidArgument(msg)


def _compare(db: sqlite3.Connection, replica: Replica) -> Moved:
    """Compare every row and picture of a file with what Redis has.

    Raises:
        ServiceUnavailable: they differ.
    """
    mirror = replica.mirror
    for table in mirror.tables:
        sides = []
        for one in (db, mirror.db):
            found = (row for row, _ in _rows(one, mirror, table))
            sides.append(sorted(map(repr, (r[:-1] if table == "blobs" else r for r in found))))
        if sides[0] != sides[1]:
            raise ServiceUnavailable(
                f"What was moved is not the same on both sides ({table}: {len(sides[0])} rows in "
                f"the file, {len(sides[1])} in Redis). Go on with the one that it was moved from."
            )
    pictures = db.execute("SELECT DISTINCT course, hash, data FROM blobs").fetchall()
    for course, hash_, data in pictures:
        if replica.blob(course, hash_) != data:
            msg = "A picture was not moved. Go on with the store that it was moved from."
            raise ServiceUnavailable(msg)
    courses, documents, members = (
        db.execute(f"SELECT count({what}) FROM {table}").fetchone()[0]  # noqa: S608 - ours
        for what, table in (("DISTINCT course", "channels"), ("*", "documents"), ("*", "members"))
    )
    return Moved(courses, documents, members, len(pictures))
