"""Reading channels from SQLite: catching up, pages, answers to rules."""

import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

import msgspec

from edu_widgets.protocol import Cursor, Document
from edu_widgets.protocol.documents import body
from edu_widgets.protocol.messages import Changes, Page
from edu_widgets.protocol.registry import DocumentKind
from edu_widgets.protocol.text_normalization import name_key
from edu_widgets.service.rules import Get, Members, Person, Query
from edu_widgets.service.store import MAX_BEHIND, PAGE_BYTES, Catchup, Matches, Searched, runs

_COLUMNS = "id, kind, born, seq, body"

SEARCH_PART_S = 0.1
"""Seconds after which a part of a search ends, even if documents of the part are left."""

_NULL = msgspec.Raw(b"null")

_TOGETHER = 16
"""Documents that one statement reads; what is left of them is read one by one."""

_NAMED = {
    count: f"SELECT {_COLUMNS} FROM documents WHERE channel = ?"  # noqa: S608
    f" AND id IN ({', '.join('?' * count)})"
    for count in (1, _TOGETHER)
}

Row = tuple[str, str, int, int, bytes | None]


def document(row: Row) -> Document:
    """Make a document of a row."""
    name, kind, born, seq, body = row
    if body is None:
        return Document(name, kind, born, seq, _NULL, deleted=True)
    return Document(name, kind, born, seq, msgspec.Raw(body))


def head(db: sqlite3.Connection, channel: str) -> tuple[str, int, int]:
    """Return epoch, head and highest swept tombstone of a channel, which need not exist yet."""
    row: tuple[str, int, int] | None = db.execute(
        "SELECT epoch, head, swept FROM channels WHERE name = ?", (channel,)
    ).fetchone()
    if row is None:
        (epoch,) = db.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
        return epoch, 0, 0
    return row


def answer(db: sqlite3.Connection, query: Query) -> list[Document]:
    """Return the documents for a rule's query."""
    if isinstance(query, Get):
        return [document(row) for row in _named(db, query.channel, query.ids)]
    if isinstance(query, Members):
        return _members(db, query)
    order = "DESC" if query.newest else "ASC"
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM documents WHERE channel = ? AND kind = ? AND body IS NOT NULL"  # noqa: S608
        f" ORDER BY born {order} LIMIT ?",
        (query.channel, query.kind, query.limit),
    ).fetchall()
    return [document(row) for row in (reversed(rows) if query.newest else rows)]


def _members(db: sqlite3.Connection, query: Members) -> list[Document]:
    rows = db.execute(
        "SELECT coalesce(l.user, m.user), coalesce(l.name, m.name), coalesce(l.role, m.role)"
        " FROM members m LEFT JOIN members l ON l.course = m.course AND l.user = m.linked"
        " WHERE m.course = ?1 AND (m.user = ?2 OR m.name_key = ?3)"
        " ORDER BY m.user = ?2 DESC LIMIT 1",
        (query.course, query.who, name_key(query.who)),
    ).fetchall()
    return [Document(row[0], "member", 0, 0, body(Person(*row))) for row in rows]


def _named(db: sqlite3.Connection, channel: str, ids: Sequence[str]) -> Iterator[Row]:
    """Read the documents of these ids that exist, in the order of the ids."""
    at = 0
    while at < len(ids):
        count = _TOGETHER if len(ids) - at >= _TOGETHER else 1
        part = ids[at : at + count]
        rows: dict[str, Row] = {row[0]: row for row in db.execute(_NAMED[count], (channel, *part))}
        yield from (rows[name] for name in part if name in rows)
        at += count


def went_back(db: sqlite3.Connection, channel: str, cursor: Cursor | None) -> bool:
    """Return whether a cursor of the present epoch is beyond the store: an older copy is back."""
    epoch, seq, _ = head(db, channel)
    known = cursor is not None and cursor.epoch == epoch
    return known and cursor is not None and runs.went_back(db, channel, cursor, seq)


def changes_since(
    db: sqlite3.Connection,
    channel: str,
    cursor: Cursor | None,
    floors: dict[str, int],
    windows: Sequence[DocumentKind],
) -> Catchup:
    """Read the way from a cursor to the head, in one snapshot."""
    db.execute("BEGIN")
    try:
        epoch, seq, swept = head(db, channel)
        same = cursor is not None and cursor.epoch == epoch and swept <= cursor.seq <= seq
        if same and cursor is not None and not runs.too_old(db, cursor):
            if cursor.seq == seq:
                return Catchup(epoch, seq)
            rows = _changed(db, channel, cursor.seq)
            if len(rows) <= MAX_BEHIND:
                docs = (document(row) for row in rows if row[2] >= floors.get(row[1], 0))
                return Catchup(epoch, seq, tuple(_frames(epoch, cursor.seq, seq, docs)))
        docs_kept, kept_floors = _window(db, channel, windows)
        frames = list(_frames(epoch, 0, seq, docs_kept))
        first = msgspec.structs.replace(frames[0], reset=True, floors=kept_floors)
        return Catchup(epoch, seq, (first, *frames[1:]))
    finally:
        db.execute("COMMIT")


def _changed(db: sqlite3.Connection, channel: str, after: int) -> list[Row]:
    return db.execute(
        f"SELECT {_COLUMNS} FROM documents WHERE channel = ? AND seq > ? ORDER BY seq LIMIT ?",  # noqa: S608
        (channel, after, MAX_BEHIND + 1),
    ).fetchall()


def _window(
    db: sqlite3.Connection, channel: str, windows: Sequence[DocumentKind]
) -> tuple[list[Document], dict[str, int]]:
    marks = ",".join("?" * len(windows))
    rows: list[Row] = db.execute(
        f"SELECT {_COLUMNS} FROM documents WHERE channel = ? AND body IS NOT NULL"  # noqa: S608
        f" AND kind NOT IN ({marks})",
        (channel, *(kind.name for kind in windows)),
    ).fetchall()
    floors = {}
    for kind in windows:
        size = kind.window or 0
        if kind.recent:
            rows += _changed_last(db, channel, kind.name, size)
            continue
        newest = _newest(db, channel, kind.name, None, size + 1)
        if len(newest) > size:
            newest = newest[:size]
            floors[kind.name] = newest[-1][2]
        rows += newest
    rows.sort(key=lambda row: row[3])
    return [document(row) for row in rows], floors


def _newest(
    db: sqlite3.Connection, channel: str, kind: str, before: int | None, limit: int
) -> list[Row]:
    return db.execute(
        f"SELECT {_COLUMNS} FROM documents WHERE channel = ? AND kind = ? AND born < ?"  # noqa: S608
        " AND body IS NOT NULL ORDER BY born DESC LIMIT ?",
        (channel, kind, 2**62 if before is None else before, limit),
    ).fetchall()


def _changed_last(db: sqlite3.Connection, channel: str, kind: str, limit: int) -> list[Row]:
    return db.execute(  # `+` makes SQLite use the index by kind, not that of all changes
        f"SELECT {_COLUMNS} FROM documents WHERE channel = ? AND kind = ?"  # noqa: S608
        " AND body IS NOT NULL ORDER BY +seq DESC LIMIT ?",
        (channel, kind, limit),
    ).fetchall()


def _frames(epoch: str, prev: int, seq: int, docs: Iterable[Document]) -> Iterator[Changes]:
    """Cut documents into frames; the last frame's seq is the head, also if it has no document."""
    batch: list[Document] = []
    size = 0
    for doc in docs:
        if batch and size + len(doc.body) > PAGE_BYTES:
            yield Changes(epoch, prev, batch[-1].seq, batch)
            prev, batch, size = batch[-1].seq, [], 0
        batch.append(doc)
        size += len(doc.body) + 100
    yield Changes(epoch, prev, seq, batch)


def page(db: sqlite3.Connection, channel: str, kind: str, before: int | None, limit: int) -> Page:
    """Read older documents of a kind, oldest first; fewer than `limit` if they are long."""
    rows = _newest(db, channel, kind, before, limit + 1)
    sizes = accumulate(len(row[4] or b"") for row in rows)
    kept = max(1, min(limit, sum(size <= PAGE_BYTES for size in sizes)))
    more = len(rows) > kept
    docs = [document(row) for row in reversed(rows[:kept])]
    return Page(kind, docs, docs[0].born if docs and more else 0, more)


def search(
    db: sqlite3.Connection,
    channel: str,
    kind: str,
    before: int | None,
    count: int,
    matches: Matches,
    limit: int,
) -> Searched:
    """Return the matches among the newest `count` documents born before `before`."""
    rows = _newest(db, channel, kind, before, count + 1)
    found: list[Document] = []
    end = time.monotonic() + SEARCH_PART_S
    for index, row in enumerate(rows[:count]):
        if matches(row[4] or b""):
            found.append(document(row))
        if len(found) == limit or time.monotonic() > end:
            more = index + 1 < len(rows)
            return Searched(tuple(found), row[2] if more else 0, more)
    if len(rows) > count:
        return Searched(tuple(found), rows[count - 1][2], more=True)
    return Searched(tuple(found), 0, more=False)
