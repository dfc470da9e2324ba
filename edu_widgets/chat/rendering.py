"""Renders documents for the page (docs/widget-protocol.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edu_widgets.chat.documents import ChatMessage, Message, Mute, Pin, Question
from edu_widgets.chat.overlay import NOTHING, Pending, edited, reacted, votes
from edu_widgets.chat.text import is_mentioned
from edu_widgets.client.bodies import decoded
from edu_widgets.client.pending_commands import PendingCommand
from edu_widgets.client.view import Person
from edu_widgets.notebook.nodes import plain_text, to_nodes
from edu_widgets.notebook.pictures import shown
from edu_widgets.notebook.stream import Json
from edu_widgets.protocol import Document


@dataclass(frozen=True, slots=True)
class MessageReader:
    """The reader for whom a message is rendered, the emoji they have set, and if it is theirs."""

    me: Person
    reactions: frozenset[str] = frozenset()
    asked: bool = False
    """True if they asked it anonymously."""


def message(
    document: Document,
    reader: MessageReader,
    pending: Pending = NOTHING,
    *,
    unconfirmed: bool = False,
) -> Json | None:
    """Render a message; None for a document that cannot be decoded."""
    original = decoded(document, Message)
    if original is None:
        return None
    body = edited(original, pending)
    me = reader.me
    doc: Json = {
        "id": document.id,
        "born": document.born,
        "seq": document.seq,
        "user": body.user_id,
        "name": body.user_name,
        "at": body.timestamp,
    }
    doc["body"] = _nodes(body.content, body.mentions, me) if body.type == "text" else body.content
    edited_at: Any = (body.edited_at or body.timestamp) if body.edited else None
    optional = {
        "role": body.role if body.role != "student" else None,
        "via": body.via,
        "type": body.type if body.type != "text" else None,
        "edited": edited_at,
        "version": body.version,
        "replyTo": body.reply_to,
        "question": body.question,
        "mentionsMe": is_mentioned(body.mentions, me.name),
        "pictures": [shown(picture) for picture in body.pictures],
        "mine": body.anonymous and reader.asked,
        "reactions": _reactions(body, reader, pending),
        "editing": pending.editing,
        "deleting": pending.deleting,
        "state": "unconfirmed" if unconfirmed else None,
    }
    return doc | {key: value for key, value in optional.items() if value}


def _reactions(body: Message, reader: MessageReader, pending: Pending) -> list[Json]:
    own = set(reader.reactions)
    for emoji, wish in pending.reactions.items():
        (own.add if wish.on else own.discard)(emoji)
    return [
        {"emoji": r.emoji, "count": r.count, "names": r.names, "own": r.emoji in own}
        for r in reacted(body, pending, reader.me)
    ]


def own_message(own: PendingCommand[Any], me: Person) -> Json:
    """Render one's own message that has no document yet."""
    data: ChatMessage = own.data
    named = not data.anonymous
    user, name = (me.user_id, me.name) if named else ("", "")
    doc: Json = {"id": own.id, "user": user, "name": name, "at": own.created}
    doc["body"] = _nodes(data.content, data.mentions, me)
    optional = {
        "role": me.role if named and me.role != "student" else None,
        "via": me.via if named else None,
        "mine": data.anonymous,
        "replyTo": data.reply_to,
        "question": data.question,
        "mentionsMe": is_mentioned(data.mentions, me.name),
        "pictures": [shown(picture) for picture in data.pictures],
        "state": own.state if own.state != "sent" else None,
        "error": own.error if own.state == "failed" else None,
        "code": own.code if own.state == "failed" else None,
        "withdrawable": own.withdrawable,
    }
    return doc | {key: value for key, value in optional.items() if value}


def pin(document: Document) -> Json | None:
    """Render a pinned message; None for a document that cannot be decoded."""
    body = decoded(document, Pin)
    if body is None:
        return None
    return _quoted(document, body) | {"byName": body.by_name}


def question(
    document: Document, body: Question, pending: Pending, *, mine: bool, voted: bool
) -> Json:
    """Render a question; `mine`: the reader asked it, `voted`: they have voted for it."""
    doc = _quoted(document, body) | {
        "votes": votes(body, pending),
        "own": pending.vote.on if pending.vote is not None else voted,
        "mine": mine,
    }
    return doc | ({"answered": body.answered} if body.answered is not None else {})


def _quoted(document: Document, body: Pin | Question) -> Json:
    """Render the message that a pin or a question quotes."""
    return {
        "id": body.message_id,
        "born": document.born,
        "seq": document.seq,
        "user": body.user_id,
        "name": body.user_name,
        # A quote that ends within some markup shows that markup as it was typed.
        "text": plain_text(to_nodes(body.content)),
        "at": body.at,
    }


def mute(document: Document) -> Json | None:
    """Render a mute, for staff; None for a document that cannot be decoded."""
    body = decoded(document, Mute)
    if body is None:
        return None
    doc = {"id": body.user_id, "born": document.born, "seq": document.seq}
    return doc | {"name": body.user_name, "until": body.until}


def _nodes(content: str, mentions: list[str], me: Person) -> Any:
    return to_nodes(content, tuple(mentions), me.name if is_mentioned(mentions, me.name) else "")
