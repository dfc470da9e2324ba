"""The chat as this process knows it: the course's messages, then one's own on their way."""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from edu_widgets.chat import documents
from edu_widgets.chat.documents import WINDOW, Message, Reaction
from edu_widgets.client.course import CourseClient
from edu_widgets.client.outbox import Command
from edu_widgets.client.receipts import Receipt
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.protocol import Document

_log = logging.getLogger(__name__)

MESSAGES = "messages"
"""The collection's name in the page."""

_KIND = Message.kind
_MESSAGE = msgspec.json.Decoder(Message)
_COMMAND = msgspec.json.Decoder(documents.ChatMessage)
_LINGER = 30.0
_EXCERPT = 60


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """A message, as people see it.

    `state` is `sent`, or of one's own not yet acknowledged: `pending`, `queued` (kept until
    connected), `slowed`, `failed` (`error` says why) or `held` (written in an earlier session,
    waits for a yes). `timestamp` is aware, in UTC.
    """

    id: str
    user_id: str
    user_name: str
    content: str
    timestamp: datetime
    reply_to: str | None = None
    reactions: tuple[Reaction, ...] = ()
    edited: bool = False
    state: str = "sent"
    role: str = "student"
    type: str = "text"
    error: str = ""

    def __repr__(self) -> str:
        text = " ".join(self.content.split())
        text = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
        when = f"{self.timestamp.astimezone():%H:%M}"
        notes = [self.state] if self.state != "sent" else []
        notes += ["edited"] if self.edited else []
        tail = f" ({', '.join(notes)})" if notes else ""
        # repr(): a message of others must not write control sequences to a terminal.
        return f"<{self.user_name!r} {when}: {text!r}{tail}>"


@dataclass(frozen=True, slots=True)
class _Own:
    """One's own message on its way: handed over, in the outbox, or acknowledged but not back."""

    id: str
    data: documents.ChatMessage
    created: int
    state: str
    error: str = ""
    until: int | None = None


@dataclass(slots=True)
class _Handed:
    """Handed to the client, which has not told of it yet."""

    data: documents.ChatMessage
    created: int
    receipt: Receipt | None = None

    @property
    def failed(self) -> bool:
        return self.receipt is not None and self.receipt.error is not None


@dataclass(slots=True)
class _Rendered:
    doc: Json
    rev: int = 0


class Chat:
    """Documents and one's own commands, merged; also what the page sees. Any thread.

    Acknowledged messages come first, by birth; then one's own by creation.
    """

    def __init__(self, client: CourseClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.RLock()
        self._handed: dict[str, _Handed] = {}
        self._acknowledged: dict[str, tuple[_Own, float]] = {}
        self._rendered: dict[str, _Rendered] = {}

    # -- for people ---------------------------------------------------------------------

    def messages(self) -> list[ChatMessage]:
        """All loaded messages, oldest first, then one's own on their way."""
        found = [m for d in self._client.mirror().of_kind(_KIND) if (m := from_document(d))]
        return found + [self._from_own(own) for own in self._own().values()]

    def count(self) -> int:
        """How many `messages` there are."""
        return self._client.mirror().count(_KIND) + len(self._own())

    def _from_own(self, own: _Own) -> ChatMessage:
        me = self._client.me()
        return ChatMessage(
            own.id,
            me.user_id,
            me.name,
            own.data.content,
            _time(own.created),
            own.data.reply_to,
            state=own.state,
            role=me.role,
            error=own.error,
        )

    # -- one's own ------------------------------------------------------------------------

    def send(self, data: documents.ChatMessage, created: int) -> Receipt:
        """Hand a message to the client; it is shown even before the outbox tells of it.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        handed = _Handed(data, created)
        with self._lock:
            self._handed[data.id] = handed
        try:
            handed.receipt = self._client.send(documents.CHAT_MESSAGE.name, data, id=data.id)
        except BaseException:
            with self._lock:
                self._handed.pop(data.id, None)
            raise
        return handed.receipt

    def knows(self, id_: str) -> bool:
        """Whether a message of this id is here already, acknowledged or on its way."""
        return self._client.mirror().get(id_) is not None or id_ in self._own()

    def moved(self, command: Command, *, gone: bool) -> None:
        """The outbox tells of a command: it moved, was acknowledged, or discarded."""
        with self._lock:
            self._handed.pop(command.id, None)
            if not gone:
                self._acknowledged.pop(command.id, None)
            elif command.state == "sent" and self._client.mirror().get(command.id) is None:
                # Its document is still on the way: until then it stays, as sent.
                own = _from_command(command, live=True)
                if own is not None:
                    sent = _Own(own.id, own.data, own.created, "sent")
                    self._acknowledged[command.id] = (sent, self._clock() + _LINGER)

    def own_ids(self) -> list[str]:
        """The ids of one's own on their way."""
        return list(self._own())

    def _own(self) -> dict[str, _Own]:
        mirror, live = self._client.mirror(), self._client.view().state == "live"
        with self._lock:
            now = self._clock()
            self._acknowledged = {
                id_: (own, until)
                for id_, (own, until) in self._acknowledged.items()
                if until > now and mirror.get(id_) is None
            }
            found = {id_: own for id_, (own, _) in self._acknowledged.items()}
            commands = self._client.commands(documents.CHAT_MESSAGE.name)
            # Behind a message that has to come again later, the others wait.
            live = live and not any(command.state == "slowed" for command in commands)
            for command in commands:
                own = _from_command(command, live=live)
                if own is not None and mirror.get(command.id) is None:
                    found[command.id] = own
            for id_, handed in list(self._handed.items()):
                if handed.failed or mirror.get(id_) is not None:
                    del self._handed[id_]
                elif id_ not in found:
                    state = "pending" if live else "queued"
                    found[id_] = _Own(id_, handed.data, handed.created, state)
        return dict(sorted(found.items(), key=lambda item: item[1].created))

    # -- for the page ------------------------------------------------------------------------

    def windows(self) -> dict[str, Window]:
        """The newest messages, and one's own on their way."""
        mirror = self._client.mirror()
        docs = mirror.newest(_KIND, WINDOW + 1)
        more = len(docs) > WINDOW or mirror.more(_KIND)
        docs = docs[-WINDOW:]
        floor = docs[0].born if more and docs else mirror.floor(_KIND)
        own = [self._render_own(own) for own in self._own().values()]
        return {MESSAGES: Window([*_rendered(docs), *own], floor, more)}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """These messages as they are now, in order, and the ids of those that are gone."""
        del collection
        mirror, own = self._client.mirror(), self._own()
        docs: list[Document] = []
        kept: list[_Own] = []
        gone: list[str] = []
        for id_ in ids:
            doc = mirror.get(id_)
            if doc is not None:
                docs.append(doc)
            elif id_ in own:
                kept.append(own[id_])
            else:
                gone.append(id_)
        with self._lock:
            for id_ in (*gone, *(doc.id for doc in docs)):
                self._rendered.pop(id_, None)
        docs.sort(key=lambda doc: doc.born)
        kept.sort(key=lambda own: own.created)
        return [*_rendered(docs), *(self._render_own(own) for own in kept)], gone

    def older(self, collection: str, before: int) -> Window:
        """A page of loaded messages born before `before`."""
        del collection
        mirror = self._client.mirror()
        docs = mirror.before(_KIND, before, WINDOW + 1)
        more = len(docs) > WINDOW or mirror.more(_KIND)
        docs = docs[-WINDOW:]
        floor = docs[0].born if more and docs else min(before, mirror.floor(_KIND))
        return Window(_rendered(docs), floor, more)

    def _render_own(self, own: _Own) -> Json:
        """One's own message; `rev` grows whenever it looks different from before."""
        me = self._client.me()
        doc: Json = {"id": own.id, "user": me.user_id, "name": me.name, "at": own.created}
        doc["body"] = to_nodes(own.data.content)
        optional = {
            "role": me.role if me.role != "student" else None,
            "replyTo": own.data.reply_to,
            "state": own.state if own.state != "sent" else None,
            "error": own.error if own.state == "failed" else None,
            "until": own.until if own.state == "slowed" else None,
        }
        doc |= {key: value for key, value in optional.items() if value}
        with self._lock:
            held = self._rendered.get(own.id)
            if held is None:
                held = self._rendered[own.id] = _Rendered(doc)
            elif held.doc != doc:
                held = self._rendered[own.id] = _Rendered(doc, held.rev + 1)
        return {**doc, "rev": held.rev}


def from_document(document: Document) -> ChatMessage | None:
    """The message in a document; None if it has none that can be read."""
    message = _decoded(document)
    if message is None:
        return None
    return ChatMessage(
        document.id,
        message.user_id,
        message.user_name,
        message.content,
        _time(message.timestamp),
        message.reply_to,
        tuple(message.reactions),
        message.edited,
        role=message.role or "student",
        type=message.type,
    )


def _decoded(document: Document) -> Message | None:
    try:
        return _MESSAGE.decode(document.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _report(document.id, str(error))
        return None


def _from_command(command: Command, *, live: bool) -> _Own | None:
    try:
        data = _COMMAND.decode(command.data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _report(command.id, str(error))
        return None
    state = str(command.state)
    if state == "sent" or (state == "queued" and live):
        state = "pending"
    return _Own(command.id, data, command.created, state, command.error, command.retry_at)


@functools.lru_cache(maxsize=256)
def _report(id_: str, error: str) -> None:
    # Cached, since a message is read again and again, and has to be reported once.
    _log.warning("Message %s could not be read and is not shown: %s", id_, error)


def _time(ms: float) -> datetime:
    """An aware time; the beginning of time for numbers that are none."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, UTC)


def _rendered(docs: Iterable[Document]) -> list[Json]:
    return [doc for document in docs if (doc := _render(document))]


def _render(document: Document) -> Json | None:
    """A message's document for the page."""
    message = _decoded(document)
    if message is None:
        return None
    doc: Json = {
        "id": document.id,
        "born": document.born,
        "seq": document.seq,
        "user": message.user_id,
        "name": message.user_name,
        "at": message.timestamp,
    }
    doc["body"] = to_nodes(message.content) if message.type == "text" else message.content
    edited_at: Any = (message.edited_at or message.timestamp) if message.edited else None
    optional = {
        "role": message.role if message.role != "student" else None,
        "type": message.type if message.type != "text" else None,
        "edited": edited_at,
        "replyTo": message.reply_to,
        "reactions": [msgspec.to_builtins(reaction) for reaction in message.reactions],
    }
    return doc | {key: value for key, value in optional.items() if value}
