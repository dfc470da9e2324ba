"""Plans of commands and lists of changed rows, as the scripts in Redis take them.

A plan holds the decision of a command's rule, which was run against the mirror, and the versions of
all documents that the rule has read. The script writes the decision only if Redis has these
versions still.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from edu_widgets.protocol import REGISTRY, Document
from edu_widgets.protocol.blobs import holds, named_in
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.service.rules import (
    DELETE,
    FORGET,
    NOBODY,
    Decision,
    Get,
    Members,
    Query,
    Request,
    Rule,
    drive,
)
from edu_widgets.service.store.reads import answer

PEOPLE = "p"
"""The name of the counter that changes with any member or removal of a course."""


def person_counter(user_id: str) -> str:
    """Return the name of the counter that changes with one person's membership or removal."""
    return f"{PEOPLE}\0{user_id}"


def kind_counter(channel: str, kind: str) -> str:
    """Return the name of the counter that changes with any document of a kind in a channel."""
    return f"{channel}\0{kind}"


def limit_counter(user_id: str, limit: str) -> str:
    """Return the name of the counter that changes with a person's commands under a rate limit."""
    return f"w\0{user_id}\0{limit}"


def document_field(channel: str, id_: str) -> str:
    """Return a document's field in the Redis hash of documents."""
    return f"{channel}\0{id_}"


@dataclass(slots=True)
class Plan:
    """A command's decision, with what it depends on."""

    request: Request[Any]
    decision: Decision
    reads: dict[str, int] = field(default_factory=dict)
    """The seq of each document that was read by id; 0: there was none."""
    counters: set[str] = field(default_factory=set)
    """The counters of what was read otherwise."""
    written: set[str] = field(default_factory=set)
    raised: set[str] = field(default_factory=set)

    def depends_on(self, written: set[str], raised: set[str]) -> bool:
        """Return whether the rule has read what others, sent before it, are about to change."""
        return (
            reply_field(self.request) in written
            or not written.isdisjoint(self.reads)
            or not raised.isdisjoint(self.counters)
        )

    def packed(self, terms: "Terms", epoch: str, fingerprint: bytes) -> bytes:
        """Encode it for `commit.lua`."""
        request = self.request
        by_channel: dict[str, dict[str, list[Any]]] = {}
        for item in self.decision.writes:
            body = item.encoded()
            signed = (request.user.id, fingerprint.hex()) if item.signed else ("", "")
            told = False if body is None else body.decode()
            by_channel.setdefault(item.channel, {})[item.id] = [item.id, item.kind, told, *signed]
        own = {user_channel(request.course, request.user.id), staff_channel(request.course)}
        reply: list[Any] | bool = False
        if self.decision.reply:
            reply = [request.course, request.user.id, request.message_id, fingerprint.hex(), 0]
            reply += [request.now, "", request.counted]
        return msgspec.msgpack.encode(
            {
                "era": terms.era,
                "fresh": terms.fresh,
                "base": terms.base,
                "token": terms.token,
                "fence": terms.fence,
                "origin": terms.origin,
                "course": request.course,
                "channel": request.channel,
                "epoch": epoch,
                "now": request.now,
                "urgent": self.decision.urgent,
                "told": sorted(own - {request.channel}),
                "reads": [[field, seq] for field, seq in self.reads.items()],
                "counters": sorted(self.counters),
                "writes": [
                    {"name": name, "docs": list(items.values())}
                    for name, items in by_channel.items()
                ],
                "reply": reply,
                "reply_field": reply_field(request),
            }
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a process asks: which history of the course it knows, and up to where."""

    era: str
    base: int
    fresh: str
    """The name of the course's history, if it has none yet."""
    token: str
    """The token with which this process holds the course's lock; "" without it."""
    origin: str
    fence: int = 0
    """The number of the lease with which this process leads the course; 0: it need not."""


def reply_field(request: Request[Any]) -> str:
    """The field of a command's reply in the hash of rows."""
    return f"replies\0{request.course}\0{request.user.id}\0{request.message_id}"


def planned(
    db: sqlite3.Connection, request: Request[Any], rule: Rule, check_limit: Callable[[], None]
) -> Plan | None:
    """Run a rule against the mirror; `None` for a decision that only `replace.lua` can write.

    Raises:
        Refused: by the rule, or by `check_limit`.
    """
    plan = Plan(request, Decision())
    if request.counted:
        check_limit()
        plan.counters.add(limit_counter(request.user.id, request.counted))
        plan.raised.add(limit_counter(request.user.id, request.counted))
    if request.user is not NOBODY:
        plan.counters.add(person_counter(request.user.id))

    def read(query: Query) -> list[Document]:
        docs = answer(db, query)
        if isinstance(query, Get):
            found = {doc.id: doc.seq for doc in docs}
            for id_ in query.ids:
                plan.reads[document_field(query.channel, id_)] = found.get(id_, 0)
        elif isinstance(query, Members):
            plan.counters.add(PEOPLE)
        else:
            plan.counters.add(kind_counter(query.channel, query.kind))
        return docs

    plan.decision = drive(rule(request), read)
    # The command's own document, if it is to create one, must not be there.
    plan.reads.setdefault(document_field(request.channel, request.message_id), 0)
    plan.written.add(reply_field(request))
    return None if plan.decision.destroy or not _is_plain(db, plan) else plan


def _is_plain(db: sqlite3.Connection, plan: Plan) -> bool:
    """Return whether a decision only sets documents, without pictures. Notes what it writes."""
    for item in plan.decision.writes:
        if item.body is FORGET:
            return False
        field_ = document_field(item.channel, item.id)
        plan.written.add(field_)
        plan.raised.add(kind_counter(item.channel, item.kind))
        kind = REGISTRY.documents.get(item.kind)
        may_hold = item.body is DELETE if kind is None else holds(kind.body)
        if not may_hold:
            continue
        if kind is not None and named_in(item.encoded() or b"{}", kind.body):
            return False
        row = db.execute(
            "SELECT seq, EXISTS (SELECT 1 FROM blob_uses u WHERE u.channel = d.channel"
            " AND u.document = d.id) FROM documents d WHERE channel = ? AND id = ?",
            (item.channel, item.id),
        ).fetchone()
        if row is not None and row[1]:
            return False
        plan.reads.setdefault(field_, row[0] if row is not None else 0)
    return True


@dataclass(slots=True)
class Rows:
    """Changed rows of a course, and the counters that they raise."""

    documents: list[bytes | str] = field(default_factory=list)
    documents_gone: list[str] = field(default_factory=list)
    rows: list[bytes | str] = field(default_factory=list)
    rows_gone: list[str] = field(default_factory=list)
    blobs: list[bytes | str] = field(default_factory=list)
    blobs_gone: list[str] = field(default_factory=list)
    counters: set[str] = field(default_factory=set)
    forgets: bool = False
    """True if the content of documents goes, or a person."""

    def values(self) -> list[bytes | str]:
        """Return fields and values, as arguments: the scripts' MessagePack has no bytes."""
        return [*self.documents, *self.rows, *self.blobs]

    def packed(self, terms: Terms, next_era: str) -> bytes:
        """Encode all else for `replace.lua`."""
        return msgspec.msgpack.encode(
            {
                "era": terms.era,
                "base": terms.base,
                "token": terms.token,
                "next_era": next_era,
                "forgets": self.forgets,
                "documents": len(self.documents),
                "documents_gone": self.documents_gone,
                "rows": len(self.rows),
                "rows_gone": self.rows_gone,
                "blobs": len(self.blobs),
                "blobs_gone": self.blobs_gone,
                "counters": sorted(self.counters),
            }
        )


def stored_document(row: Sequence[Any]) -> bytes:
    """Encode a row of `documents` as the scripts keep it."""
    _, _, kind, born, seq, now, body, author, fingerprint = row
    text = False if body is None else bytes(body).decode()
    return msgspec.msgpack.encode([kind, born, seq, now, author, bytes(fingerprint).hex(), text])
