"""Messages, pins, questions and mutes as Python objects for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from edu_widgets.chat.documents import Message, Mute, Pin, Question, Reaction
from edu_widgets.chat.text import is_mentioned
from edu_widgets.client.bodies import clock_time, decoded, when
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.shortening import shorten

if TYPE_CHECKING:
    from edu_widgets.protocol import Document
    from edu_widgets.protocol.blobs import BlobRef

_EXCERPT = 60


@dataclass(frozen=True, slots=True)
class ChatMessage(Tidy):
    """A message of the chat.

    `state` is `sent`; for one's own message that is not acknowledged yet it is `pending`,
    `queued` (kept until connected), `slowed`, `failed` (`error` gives the reason), `held`
    (written in an earlier session, waits for confirmation) or `unconfirmed` (sent to a service
    that confirms nothing). `timestamp` is aware, in UTC. `version` counts edits. One's own
    pending edit is in `content` already, and one's own pending reactions are in `reactions`.
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
    version: int = 0
    mentions: tuple[str, ...] = ()
    question: bool = False
    mentions_me: bool = False
    via: str = ""
    """The name of the person through whose notebook the author took part; "": their own."""
    pictures: tuple[BlobRef, ...] = ()
    """Its pictures; `lesson.chat.picture(p)` has the bytes of one."""
    anonymous: bool = False
    """True if it was asked anonymously: nobody is told by whom, and its `user_id` is empty."""

    def __repr__(self) -> str:
        notes = [self.state] if self.state != "sent" else []
        notes += ["edited"] if self.edited else []
        notes += [f"pictures: {len(self.pictures)}"] if self.pictures else []
        tail = f" ({', '.join(notes)})" if notes else ""
        return f"<{_line(self.user_name, self.timestamp, self.content)}{tail}>"


@dataclass(frozen=True, slots=True)
class PinnedMessage(Tidy):
    """A pinned message: its author, the beginning of its text, and its pin's author and time."""

    id: str
    user_id: str
    user_name: str
    content: str
    at: datetime
    by_name: str
    pinned: bool = True
    """False in the event that it was unpinned."""

    def __repr__(self) -> str:
        return f"<pinned {_line(self.user_name, self.at, self.content)}>"


@dataclass(frozen=True, slots=True)
class AskedQuestion(Tidy):
    """A question: its author, its number of votes, and the time it was answered, if it was."""

    id: str
    user_id: str
    user_name: str
    content: str
    at: datetime
    votes: int
    answered: datetime | None = None
    answered_by: str | None = None
    own: bool = False
    """True if my vote is among them."""
    mine: bool = False
    """True if I asked it."""
    anonymous: bool = False
    """True if it was asked anonymously: nobody is told by whom, and its `user_id` is empty."""

    def __repr__(self) -> str:
        state = "answered" if self.answered else "open"
        votes = f"{self.votes} vote{'s' * (self.votes != 1)}"
        return f"<{state}, {votes}: {_line(self.user_name, self.at, self.content)}>"


@dataclass(frozen=True, slots=True)
class MutedPerson(Tidy):
    """A person who may not write; `until` is None for a mute that lasts until it is lifted."""

    id: str
    name: str
    until: datetime | None
    muted: bool = True
    """False in the event that the mute was lifted."""


def from_document(
    document: Document, me: str = "", *, unconfirmed: bool = False
) -> ChatMessage | None:
    """Return the message in a document, None if it cannot be decoded. `me`: my display name."""
    message = decoded(document, Message)
    return None if message is None else shown(message, document.id, me, unconfirmed=unconfirmed)


def shown(message: Message, id_: str, me: str, *, unconfirmed: bool = False) -> ChatMessage:
    """Return a message's body as a `ChatMessage`."""
    return ChatMessage(
        id_,
        message.user_id,
        message.user_name,
        message.content,
        when(message.timestamp),
        message.reply_to,
        tuple(message.reactions),
        message.edited,
        state="unconfirmed" if unconfirmed else "sent",
        role=message.role or "student",
        type=message.type,
        version=message.version,
        mentions=tuple(message.mentions),
        question=message.question,
        mentions_me=is_mentioned(message.mentions, me),
        via=message.via or "",
        pictures=tuple(message.pictures),
        anonymous=message.anonymous,
    )


def from_pin(pin: Pin, *, pinned: bool = True) -> PinnedMessage:
    """Return a pin's body as a `PinnedMessage`."""
    return PinnedMessage(
        pin.message_id, pin.user_id, pin.user_name, pin.content, when(pin.at), pin.by_name, pinned
    )


def from_question(question: Question, *, own: bool, mine: bool) -> AskedQuestion:
    """Return a question's body as an `AskedQuestion`."""
    return AskedQuestion(
        question.message_id,
        question.user_id,
        question.user_name,
        question.content,
        when(question.at),
        question.votes,
        when(question.answered) if question.answered is not None else None,
        question.answered_by,
        own,
        mine,
        question.anonymous,
    )


def from_mute(mute: Mute, *, muted: bool = True) -> MutedPerson:
    """Return a mute's body as a `MutedPerson`."""
    until = when(mute.until) if mute.until else None
    return MutedPerson(mute.user_id, mute.user_name, until, muted)


def _line(name: str, at: datetime, content: str) -> str:
    text = " ".join(content.split())
    # repr(): a message of others must not write control sequences to a terminal.
    return f"{name or 'anonymous'!r} {clock_time(at)}: {shorten(text, _EXCERPT)!r}"


COLUMNS = (
    "id", "time", "user_id", "user_name", "role", "content", "type", "reply_to", "edited",
    "version", "question", "mentions", "reactions", "state",
)  # fmt: skip
"""The keys of the dict that `plain` returns."""


def plain(message: ChatMessage) -> dict[str, Any]:
    """Return a message as a dict of plain values; times stay aware datetimes."""
    return {
        "id": message.id,
        "time": message.timestamp,
        "user_id": message.user_id,
        "user_name": message.user_name,
        "role": message.role,
        "content": message.content,
        "type": message.type,
        "reply_to": message.reply_to,
        "edited": message.edited,
        "version": message.version,
        "question": message.question,
        "mentions": list(message.mentions),
        "reactions": {reaction.emoji: reaction.count for reaction in message.reactions},
        "state": message.state,
    }
