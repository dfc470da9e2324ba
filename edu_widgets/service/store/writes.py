"""Changing an SQLite store. Every function runs in the writer's open transaction."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from edu_widgets.protocol import REGISTRY, Code, Document
from edu_widgets.protocol.blobs import holds, named_in
from edu_widgets.protocol.channels import parse_channel, staff_channel, user_channel
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.rules import (
    FORGET,
    RateLimited,
    Request,
    Rule,
    Write,
    drive,
)
from edu_widgets.service.store import (
    ChannelChange,
    Committed,
    blobs,
    runs,
)
from edu_widgets.service.store.history import new_epoch
from edu_widgets.service.store.reads import answer, head
from edu_widgets.service.store.sweeping import destroy


def commit(db: sqlite3.Connection, request: Request[Any], rule: Rule) -> Committed:
    """Recognise a repeated command, or run its rule and write the decision.

    Raises:
        Refused: by the rule, or `ID_CONFLICT`.
    """
    again = earlier(db, request)
    if again is not None:
        return again
    check_limit(db, request)
    decision = drive(rule(request), lambda query: answer(db, query))
    changes = write(
        db,
        request.course,
        decision.writes,
        author=request.user.id,
        fingerprint=request.fingerprint,
        now=request.now,
        blobs_of=request.channel,
    )
    destroy(db, decision.destroy)
    own = next((c.seq for c in changes if c.channel == request.channel), None)
    seq = head(db, request.channel)[1] if own is None else own
    read = {user_channel(request.course, request.user.id), staff_channel(request.course)}
    heads = {c.channel: c.seq for c in changes if c.channel in read - {request.channel}}
    if decision.reply:
        _keep_reply(db, request, seq, heads)
    return Committed(
        seq, changes, urgent=decision.urgent, destroyed=bool(decision.destroy), heads=heads
    )


def check_limit(db: sqlite3.Connection, request: Request[Any]) -> None:
    """Check a rate limit against stored commands, while its interval reaches before this start.

    Raises:
        RateLimited: the limit is reached.
    """
    if not request.across:
        return
    limit = request.config.rate_limit
    times = db.execute(
        "SELECT time FROM replies WHERE course = ? AND user = ? AND counted = ?"
        " AND time > ? AND time <= ? ORDER BY time DESC LIMIT ?",
        (
            request.course,
            request.user.id,
            request.counted,
            request.now - limit.interval,
            request.now,
            limit.messages,
        ),
    ).fetchall()
    if times and len(times) >= limit.messages:
        raise RateLimited(max(1, times[-1][0] + limit.interval - request.now))


def _keep_reply(
    db: sqlite3.Connection, request: Request[Any], seq: int, heads: dict[str, int]
) -> None:
    db.execute(
        "INSERT INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            request.course,
            request.user.id,
            request.message_id,
            request.fingerprint,
            seq,
            request.now,
            json.dumps(heads),
            request.counted,
        ),
    )


def earlier(db: sqlite3.Connection, request: Request[Any]) -> Committed | None:
    """Return the earlier result of a repeated command; `None` for a new one.

    Replies are deleted after some days; documents that the command created stay.
    """
    found = db.execute(
        "SELECT 0, fingerprint, seq, user, heads FROM replies"
        " WHERE course = ?1 AND user = ?2 AND id = ?3 UNION ALL"
        " SELECT 1, fingerprint, born, author, '{}' FROM documents WHERE channel = ?4 AND id = ?3",
        (request.course, request.user.id, request.message_id, request.channel),
    ).fetchall()
    if not found:
        return None
    _, fingerprint, seq, author, heads = min(found)  # the reply, if there is one
    if author != request.user.id or fingerprint != request.fingerprint:
        raise refusal(Code.ID_CONFLICT, Code.ID_CONFLICT.meaning)
    return Committed(seq, replayed=True, heads=json.loads(heads))


_TOGETHER = 16
"""Documents that one statement writes; what is left of them is written one by one."""

_PUT = {
    count: "INSERT INTO documents (channel, id, kind, born, seq, time, body, author, fingerprint)"  # noqa: S608
    f" VALUES {', '.join(['(?, ?, ?, ?, ?, ?, ?, ?, ?)'] * count)}"
    " ON CONFLICT (channel, id) DO UPDATE SET seq = excluded.seq, time = excluded.time,"
    " body = excluded.body WHERE kind = excluded.kind RETURNING id, born"
    for count in (1, _TOGETHER)
}


def write(
    db: sqlite3.Connection,
    course: str,
    writes: Sequence[Write],
    *,
    author: str,
    fingerprint: bytes,
    now: int,
    blobs_of: str = "",
) -> tuple[ChannelChange, ...]:
    """Write documents, each channel's with consecutive seqs.

    What blobs they name and their own channels have not is taken from the channel `blobs_of`.
    """
    by_channel: dict[str, dict[str, Write]] = defaultdict(dict)
    forgotten = [item for item in writes if item.body is FORGET]
    for item in writes:
        if item.body is not FORGET:
            by_channel[item.channel][item.id] = item
    changes = []
    for channel, items in by_channel.items():
        epoch, prev = _advance(db, course, channel, len(items))
        seq = prev + len(items)
        docs = _put_all(db, items, prev + 1, author=author, fingerprint=fingerprint, now=now)
        for doc in docs:
            _name_blobs(db, channel, doc, blobs_of)
        changes.append(ChannelChange(channel, epoch, prev, seq, docs))
    if forgotten:
        changes += _forget(db, course, forgotten)
    return tuple(changes)


def _name_blobs(db: sqlite3.Connection, channel: str, doc: Document, source: str) -> None:
    if doc.deleted:  # also of a feature that is not installed any more
        blobs.name(db, channel, doc.id, (), source)
        return
    kind = REGISTRY.documents.get(doc.kind)
    if kind is None or not holds(kind.body):
        return
    refs = named_in(doc.body, kind.body)
    if refs or doc.born != doc.seq:  # a new document has named none before
        blobs.name(db, channel, doc.id, refs, source)


def _forget(db: sqlite3.Connection, course: str, writes: Sequence[Write]) -> list[ChannelChange]:
    """Delete documents of people's own channels without a trace of their owners.

    A channel would be known by its advanced head. So the own channels of everybody in the course
    advance to the same head, and mirrors that are not connected now are reset later.
    """
    members = db.execute("SELECT user FROM members WHERE course = ?", (course,)).fetchall()
    known = db.execute(
        "SELECT name FROM channels WHERE course = ? AND name GLOB 'user:*'", (course,)
    ).fetchall()
    names = {user_channel(course, user) for (user,) in members}
    names |= {name for (name,) in known} | {item.channel for item in writes}
    before = {name: head(db, name) for name in sorted(names)}
    seq = 1 + max(at for _, at, _ in before.values())
    born = {}
    for item in writes:
        key = (item.channel, item.id)
        found = db.execute(
            "DELETE FROM documents WHERE channel = ? AND id = ? RETURNING born", key
        ).fetchone()
        born[key] = found[0] if found else seq
        blobs.name(db, *key, (), "")
    changes = []
    for name, (epoch, prev, _) in before.items():
        runs.note_head(db, name, prev)
        db.execute(
            "INSERT INTO channels (name, course, epoch, head, swept) VALUES (?1, ?2, ?3, ?4, ?4)"
            " ON CONFLICT (name) DO UPDATE SET head = ?4, swept = ?4",
            (name, course, epoch, seq),
        )
        mine = [item for item in writes if item.channel == name]
        docs = tuple(
            Document(item.id, item.kind, born[name, item.id], seq, deleted=True) for item in mine
        )
        changes.append(ChannelChange(name, epoch, prev, seq, docs))
    return changes


def open_channel(db: sqlite3.Connection, course: str, channel: str) -> None:
    """Store that a channel exists, also while it has no documents."""
    _advance(db, course, channel, 0)


def _advance(db: sqlite3.Connection, course: str, channel: str, count: int) -> tuple[str, int]:
    """Take `count` seqs of a channel; returns its epoch and the head before them."""
    row = db.execute(
        "UPDATE channels SET head = head + ? WHERE name = ? RETURNING epoch, head",
        (count, channel),
    ).fetchone()
    if row is not None:
        runs.note_head(db, channel, row[1] - count)
        return row[0], row[1] - count
    epoch, prev, _ = head(db, channel)
    runs.note_head(db, channel, prev)
    db.execute(
        "INSERT INTO channels (name, course, epoch, head) VALUES (?, ?, ?, ?)",
        (channel, course, epoch, prev + count),
    )
    return epoch, prev


def _put_all(
    db: sqlite3.Connection,
    items: Mapping[str, Write],
    first: int,
    *,
    author: str,
    fingerprint: bytes,
    now: int,
) -> tuple[Document, ...]:
    """Write one channel's documents, by their ids, with consecutive seqs from `first` on."""
    bodies = {id_: item.encoded() for id_, item in items.items()}
    rows = [
        (item.channel, item.id, item.kind, seq, seq, now, bodies[item.id])
        + ((author, fingerprint) if item.signed else ("", b""))
        for seq, item in enumerate(items.values(), first)
    ]
    born: dict[str, int] = {}
    at = 0
    while at < len(rows):
        count = _TOGETHER if len(rows) - at >= _TOGETHER else 1
        values = [value for row in rows[at : at + count] for value in row]
        born.update(db.execute(_PUT[count], values))
        at += count
    if len(born) < len(rows):  # a document of another kind has the id
        raise refusal(Code.ID_CONFLICT, Code.ID_CONFLICT.meaning)
    return tuple(
        Document(id_, item.kind, born[id_], seq, deleted=True)
        if (body := bodies[id_]) is None
        else Document(id_, item.kind, born[id_], seq, msgspec.Raw(body))
        for seq, (id_, item) in enumerate(items.items(), first)
    )


def renew_epoch(db: sqlite3.Connection, channel: str) -> None:
    """Begin a new history of a channel, so that all mirrors are reset.

    It happens once a start of the service: forged cursors cannot reset the class repeatedly.
    """
    db.execute(
        "INSERT INTO channels (name, course, epoch, head, renewed)"
        " SELECT ?, ?, ?, 0, max(number) FROM runs WHERE true"
        " ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch, renewed = excluded.renewed"
        " WHERE renewed < excluded.renewed",
        (channel, parse_channel(channel).course, new_epoch()),
    )
