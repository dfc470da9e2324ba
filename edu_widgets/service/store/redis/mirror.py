"""A process's mirror of what is in Redis: an SQLite file with the tables of the one-process store.

It is made anew at each start, and what it holds is never more than what Redis has acknowledged.
Used by the writer's thread alone; other threads read the file through connections of their own.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from edu_widgets.protocol import Document
from edu_widgets.service.store import ChannelChange, Committed, admission_triggers, schema
from edu_widgets.service.store.history import side_files, transaction
from edu_widgets.service.store.reads import document
from edu_widgets.service.store.redis.plans import (
    PEOPLE,
    Rows,
    document_field,
    kind_counter,
    limit_counter,
    person_counter,
    stored_document,
)

GLOBAL = "*"
"""Stands for what belongs to no course: keys of people, nonces, the service's id."""

_LOCAL = {"run_heads"}
"""Tables that each process has for itself."""

_BY_CHANNEL = {"documents", "blob_uses"}

_FORGOTTEN = frozenset({"members", "keys", "roster"})
"""Tables whose rows leave nothing behind when they go."""

_PEOPLE = {"members": "user", "removals": "user"}
_FINGERPRINT = {"replies": 3}
"""The columns that scripts keep in hexadecimal."""

_BODY = 6
"""The column of a document's body; NULL: a tombstone."""

_CHANGED = 1_000


class _Head(msgspec.Struct, array_like=True, frozen=True):
    """What an entry begins with."""

    number: int
    era: str


_HEAD = msgspec.msgpack.Decoder(_Head)


def course_of(channel: str) -> str:
    """Return the course of a channel, also of one that nobody can subscribe to."""
    return channel.split(":", 2)[1]


class Mirror:
    """A copy of the tables in Redis, kept up to date by the logs of the courses."""

    def __init__(self, path: Path, touched: Callable[[str], None]) -> None:
        """Make the file anew.

        Raises:
            sqlite3.Error, OSError: it cannot be made.
        """
        for old in (path, *side_files(path)):
            old.unlink(missing_ok=True)
        path.touch(mode=0o600)
        self.path = path
        self.applied: dict[str, int] = {}
        """By course: the number of its last applied entry."""
        self.eras: dict[str, str] = {}
        """By course: the name of the history that it is part of."""
        self.db = schema.connect(path)
        self.db.execute("PRAGMA synchronous = OFF")  # Redis has it
        self.db.execute("PRAGMA journal_mode = WAL")
        with transaction(self.db):
            schema.make_tables(self.db)
        self.db.execute("DELETE FROM meta")
        self.tables = self._tables()
        self._changed: dict[tuple[str, tuple[Any, ...]], tuple[tuple[Any, ...], bool]] | None = None
        self.db.execute("CREATE TEMP TABLE noting (wanted INTEGER NOT NULL)")
        self.db.execute("INSERT INTO temp.noting VALUES (0)")
        self.db.create_function("changed", -1, self._note)
        for table, columns in self.tables.items():
            self._watch(table, list(columns))
        admission_triggers.add(self.db, touched)

    def close(self) -> None:
        """Close and delete the file."""
        self.db.close()
        for old in (self.path, *side_files(self.path)):
            with contextlib.suppress(OSError):
                old.unlink(missing_ok=True)

    # -- noting what a transaction changes ------------------------------------------------

    def _tables(self) -> dict[str, dict[str, int]]:
        """By table: its columns in order, each with its place in the primary key, from 1; or 0."""
        names = self.db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        ).fetchall()
        return {
            name: {row[1]: row[5] for row in self.db.execute(f"PRAGMA table_info({name})")}
            for (name,) in names
            if name not in _LOCAL
        }

    def _watch(self, table: str, columns: list[str]) -> None:
        for event, row, gone in (("INSERT", "NEW", 0), ("UPDATE", "NEW", 0), ("DELETE", "OLD", 1)):
            values = ", ".join(f"{row}.{column}" for column in columns)
            # What is applied is not noted: SQLite sees that by itself, without a call of Python.
            self.db.execute(
                f"CREATE TEMP TRIGGER changed_{table}_{event.lower()} AFTER {event}"  # noqa: S608 - ours
                f" ON main.{table} WHEN (SELECT wanted FROM temp.noting)"
                f" BEGIN SELECT changed('{table}', {gone}, {values}); END"
            )

    def _note(self, table: str, gone: int, *row: Any) -> None:
        if self._changed is not None:
            self._changed[table, self._key(table, row)] = (row, bool(gone))

    def _key(self, table: str, row: tuple[Any, ...]) -> tuple[Any, ...]:
        places = self.tables[table].values()
        return tuple(value for value, place in zip(row, places, strict=True) if place)

    @contextlib.contextmanager
    def noting(self) -> Iterator[dict[str, "Change"]]:
        """Note what is changed within, by course. To be used in an open transaction."""
        self._changed = {}
        found: dict[str, Change] = {}
        self.db.execute("UPDATE temp.noting SET wanted = 1")
        try:
            yield found
            for (table, key), (row, gone) in self._changed.items():
                named = dict(zip(self.tables[table], row, strict=True))
                told = course_of(named["channel"]) if table in _BY_CHANNEL else named.get("course")
                found.setdefault(told or GLOBAL, Change(self)).add(table, key, row, gone=gone)
        finally:
            self._changed = None
            self.db.execute("UPDATE temp.noting SET wanted = 0")

    def has_blob(self, course: str, hash_: str) -> bool:
        """Return whether a channel of a course has a picture."""
        found = self.db.execute(
            "SELECT 1 FROM blobs WHERE course = ? AND hash = ? LIMIT 1", (course, hash_)
        )
        return found.fetchone() is not None

    # -- applying -----------------------------------------------------------------------------

    def put(self, table: str, row: tuple[Any, ...] | list[Any]) -> None:
        """Set a row."""
        marks = ",".join("?" * len(row))
        self.db.execute(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", row)  # noqa: S608 - ours

    def drop(self, table: str, key: tuple[Any, ...] | list[Any]) -> None:
        """Delete a row, given by its primary key."""
        where = " AND ".join(f"{name} = ?" for name, place in self.tables[table].items() if place)
        self.db.execute(f"DELETE FROM {table} WHERE {where}", key)  # noqa: S608 - ours

    def epoch(self, channel: str) -> str:
        """Return the epoch that a channel has, or will have."""
        row = self.db.execute(
            "SELECT epoch FROM channels WHERE name = ?1 UNION ALL"
            " SELECT value FROM meta WHERE key = 'epoch' LIMIT 1",
            (channel,),
        ).fetchone()
        return row[0] if row else ""

    def apply(self, course: str, entry: bytes) -> "Applied | None":
        """Apply an entry of a course's log; `None` if it does not follow on the last one."""
        head = _HEAD.decode(entry)
        number, era = head.number, head.era
        applied = self.applied.get(course, 0)
        if era != (self.eras.get(course) or era) or number > applied + 1:
            return None
        if number <= applied:  # as each of its own, which a process hears as well
            return Applied(None, [])
        _, _, _origin, kind, urgent, told, *rest = msgspec.msgpack.decode(entry)
        if kind:
            changes, gone = self._apply_rows(told, *rest)
            done = Committed(0, changes, urgent=urgent, destroyed=bool(gone))
        else:
            changes, gone = self._apply_commit(course, told, rest[0] or None), []
            done = Committed(rest[1], changes, urgent=urgent, heads=rest[2] or {})
        self.applied[course], self.eras[course] = number, era
        return Applied(done, gone)

    def _apply_commit(
        self, course: str, told: list[Any], reply: list[Any] | None
    ) -> tuple[ChannelChange, ...]:
        changes = []
        for name, epoch, prev, seq, docs in told:
            self.db.execute(
                "INSERT INTO channels (name, course, epoch, head) VALUES (?1, ?2, ?3, ?4)"
                " ON CONFLICT (name) DO UPDATE SET head = ?4",
                (name, course, epoch, seq),
            )
            for id_, kind, born, at, now, author, fingerprint, text in docs:
                body = None if text is False else text.encode()
                row = (name, id_, kind, born, at, now, body, author, bytes.fromhex(fingerprint))
                self.put("documents", row)
            changes.append(_change(name, epoch, prev, seq, docs))
        if reply:
            self.put("replies", _row("replies", reply))
        return tuple(changes)

    def _apply_rows(
        self,
        told: list[Any],
        rows: list[Any],
        gone: list[Any],
    ) -> tuple[tuple[ChannelChange, ...], list[str]]:
        vaults = []
        for table, key in gone:
            self.drop(table, key)
            if table == "channels" and key[0].startswith("vault:"):
                vaults.append(key[0])
        for table, row in rows:
            self.put(table, row)
        return tuple(_change(*change) for change in told), vaults

    def load(self, course: str, found: "Snapshot") -> None:
        """Replace all of a course by what Redis has."""
        with transaction(self.db):
            self._clear(course)
            for field_, raw in found.documents.items():
                channel, _, id_ = field_.decode().partition("\0")
                kind, born, seq, now, author, fingerprint, body = msgspec.msgpack.decode(raw)
                text = None if body is False else body.encode()
                row = (channel, id_, kind, born, seq, now, text, author, bytes.fromhex(fingerprint))
                self.put("documents", row)
            for field_, raw in found.rows.items():
                table = field_.decode().partition("\0")[0]
                if table in self.tables:  # else of a newer version
                    self.put(table, _row(table, msgspec.msgpack.decode(raw)))
        self.applied[course], self.eras[course] = found.number, found.era

    def heads(self, course: str) -> dict[str, tuple[str, int]]:
        """Return epoch and head of each channel of a course."""
        rows = self.db.execute("SELECT name, epoch, head FROM channels WHERE course = ?", (course,))
        return {name: (epoch, head) for name, epoch, head in rows}

    def _clear(self, course: str) -> None:
        if course == GLOBAL:
            for table in ("keys", "nonces", "meta", "runs"):
                self.db.execute(f"DELETE FROM {table}")  # noqa: S608 - ours
            return
        of_channels = [t for t, c in self.tables.items() if "channel" in c and "course" not in c]
        for table in of_channels:
            self.db.execute(
                f"DELETE FROM {table} WHERE channel IN"  # noqa: S608 - ours
                " (SELECT name FROM channels WHERE course = ?)",
                (course,),
            )
        for table, columns in self.tables.items():
            if "course" in columns:
                self.db.execute(f"DELETE FROM {table} WHERE course = ?", (course,))  # noqa: S608

    def lacking(self, course: str, before: dict[str, tuple[str, int]]) -> Committed:
        """Return what clients lack that know a course as it was before it was loaded again."""
        changes = []
        now = self.heads(course)
        gone = {name: (self.epoch(name), 0) for name in before if name not in now}
        for name, (epoch, head) in (now | gone).items():
            was = before.get(name, (epoch, 0))
            if was == (epoch, head):
                continue
            rows = self.db.execute(
                "SELECT id, kind, born, seq, body FROM documents WHERE channel = ? AND seq > ?"
                " ORDER BY seq LIMIT ?",
                (name, was[1], _CHANGED),
            ).fetchall()
            if was[0] != epoch or len(rows) == _CHANGED:  # clients ask anew
                changes.append(ChannelChange(name, epoch, head, head, ()))
            else:
                docs = tuple(document(row) for row in rows)
                changes.append(ChannelChange(name, epoch, was[1], head, docs))
        return Committed(0, tuple(changes))


class Change:
    """The rows of one course that a transaction has changed, to be sent to Redis."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self.stored = Rows()
        self.put: list[Any] = []
        self.gone: list[Any] = []
        self.vaults: list[str] = []

    def add(self, table: str, key: tuple[Any, ...], row: tuple[Any, ...], *, gone: bool) -> None:
        """Add a row with its new content, or that it is deleted."""
        rows, counters = self.stored, self.stored.counters
        field_ = "\0".join((table, *(v.hex() if isinstance(v, bytes) else str(v) for v in key)))
        if table in _PEOPLE:
            counters.update((PEOPLE, person_counter(row[1])))
        rows.forgets |= gone and table in _FORGOTTEN
        if table == "doors":
            counters.add(PEOPLE)
        if table == "replies":
            counters.add(limit_counter(row[1], row[7]))
        if table == "blobs":
            row = self._without_data(row, gone=gone)
        if table == "documents":
            channel, id_, kind, *_ = row
            rows.forgets |= gone or row[_BODY] is None
            counters.add(kind_counter(channel, kind))
            if gone:
                rows.documents_gone.append(document_field(channel, id_))
            else:
                rows.documents += [document_field(channel, id_), stored_document(row)]
        elif gone:
            rows.rows_gone.append(field_)
        else:
            rows.rows += [field_, msgspec.msgpack.encode(row)]
        if gone:
            self.gone.append([table, list(key)])
            if table == "channels" and key[0].startswith("vault:"):
                self.vaults.append(key[0])
        else:
            self.put.append([table, list(row)])

    def _without_data(self, row: tuple[Any, ...], *, gone: bool) -> tuple[Any, ...]:
        """Take a picture's bytes out of its row: they are in Redis once, and in no log."""
        _, hash_, course, *_, data = row
        if not gone and data:
            self.stored.blobs += [hash_, data]
        elif gone and not self._mirror.has_blob(course, hash_):
            self.stored.blobs_gone.append(hash_)
        return (*row[:-1], b"")

    def entry(self, course: str, number: int, era: str, origin: str, done: object) -> bytes:
        """Encode it as an entry of the course's log, with the commit that it is part of."""
        changes = done.changes if isinstance(done, Committed) else ()
        urgent = not isinstance(done, Committed) or done.urgent
        told = [
            [c.channel, c.epoch, c.prev, c.seq, [_told(doc) for doc in c.docs]]
            for c in changes
            if course_of(c.channel) == course
        ]
        entry = [number, era, origin, 1, urgent, told, self.put, self.gone]
        return msgspec.msgpack.encode(entry)


@dataclass(frozen=True, slots=True)
class Applied:
    """The commit of an entry, `None` if it was applied before, and the vaults it destroyed."""

    commit: Committed | None
    vaults: list[str]


def committed(entry: bytes) -> Committed:
    """Return the commit of a command's entry."""
    _, _, _, _, urgent, told, _, own, heads = msgspec.msgpack.decode(entry)
    changes = tuple(_change(*change) for change in told)
    return Committed(own, changes, urgent=urgent, heads=heads or {})


class Snapshot:
    """All that Redis has of a course at one moment."""

    def __init__(
        self, state: dict[bytes, bytes], documents: dict[bytes, bytes], rows: dict[bytes, bytes]
    ) -> None:
        self.number = int(state.get(b"n", 0))
        self.era = state.get(b"era", b"").decode()
        self.documents = documents
        self.rows = rows


def _told(doc: Document) -> list[Any]:
    text = False if doc.deleted else bytes(doc.body).decode()
    return [doc.id, doc.kind, doc.born, doc.seq, 0, "", "", text]


def _change(name: str, epoch: str, prev: int, seq: int, docs: list[Any]) -> ChannelChange:
    made = (
        document((doc[0], doc[1], doc[2], doc[3], None if doc[7] is False else doc[7].encode()))
        for doc in docs
    )
    return ChannelChange(name, epoch, prev, seq, tuple(made))


def _row(table: str, row: list[Any]) -> list[Any]:
    """Return a row as the tables have it: scripts keep fingerprints in hexadecimal."""
    place = _FINGERPRINT.get(table)
    if place is not None and isinstance(row[place], str):
        row[place] = bytes.fromhex(row[place])
    return row
