"""What a course chat keeps: the seed's `Message`, and the documents around it.

What people ask for is in `edu_widgets.chat.commands`, but for the command that creates a message.
"""

from typing import ClassVar

import msgspec

from edu_widgets.protocol import REGISTRY, CommandType, DocumentKind
from edu_widgets.protocol.messages import Data

MAX_CONTENT = 8_000
"""Characters a message may have."""

WINDOW = 50
"""Messages a first join gets, and a page of older ones has (seed: `request_history` limit)."""


QUESTIONS = 200
"""Questions that a first join gets, the newest: a term has thousands."""

OWN = 1_000
"""Messages to which a first join gets one's own reactions, and questions to which one's votes."""

MAX_EXCERPT = 300
"""Characters of a message that its pin and its question repeat."""

MAX_MENTIONS = 20
"""People that one message may name."""

MAX_PINS = 20
"""Messages that may be pinned at once."""

MAX_REACTIONS = 20
"""Emoji that people may react to one message with."""

NAMED_REACTIONS = 12
"""People that a reaction names; the others are only counted."""

MAX_SLOW = 3_600
"""Seconds that may have to lie between two messages of a person."""


class Reaction(Data):
    """How many people reacted to a message with one emoji, and who the first of them are."""

    emoji: str
    count: int
    """How many people did, all of them."""
    users: list[str]
    """The ids of the first 12 of them."""
    names: list[str] = msgspec.field(default_factory=list)
    """The display names of the same people, in the same order."""


class Message(Data):
    """A chat message (seed: *Chat System Implementation*). Times are ms since 1970.

    Ours are `role`, the author's when it was written, absent for students, and what follows it.
    """

    kind: ClassVar[str] = "message"

    id: str
    user_id: str
    user_name: str
    content: str
    timestamp: int
    type: str = "text"
    user_avatar: str | None = None
    edited: bool = False
    edited_at: int | None = None
    reply_to: str | None = None
    reactions: list[Reaction] = msgspec.field(default_factory=list)
    role: str | None = None
    version: int = 0
    """How often it was edited; an edit has to name the version it saw."""
    mentions: list[str] = msgspec.field(default_factory=list)
    """The display names it mentions; each stands in `content` behind an `@`."""
    question: bool = False
    """Whether it was asked as a question; there is a `question` document then."""


class Pin(Data):
    """A message that stays in sight. Its document's id is `pin:<messageId>`."""

    kind: ClassVar[str] = "pin"

    message_id: str
    user_id: str
    """The id of who wrote the message."""
    user_name: str
    """The display name of who wrote the message."""
    content: str
    """The beginning of the message's text, at most 300 characters."""
    at: int
    """When it was pinned, in ms since 1970."""
    by: str
    """The id of who pinned it."""
    by_name: str
    """The display name of who pinned it."""


class Question(Data):
    """A message that was asked as a question. Its document's id is `question:<messageId>`."""

    kind: ClassVar[str] = "question"

    message_id: str
    user_id: str
    """The id of who asked."""
    user_name: str
    """The display name of who asked."""
    content: str
    """The beginning of the message's text, at most 300 characters."""
    at: int
    """When it was asked, in ms since 1970."""
    votes: int = 0
    """How many people want it answered."""
    answered: int | None = None
    """When it was marked as answered, in ms since 1970; absent while it is open."""
    answered_by: str | None = None
    """The display name of who marked it as answered."""


class ChatSettings(Data):
    """How a chat is run. The one document of its kind; its id is `chat`."""

    kind: ClassVar[str] = "chat_settings"
    ID: ClassVar[str] = "chat"

    slow_mode: int = 0
    """Seconds between two messages of a person; 0: no such limit. Staff is exempt."""


class Mute(Data):
    """Somebody may not write for a while. Its document's id is `mute:<userId>`.

    It is in the staff's channel and in that person's own.
    """

    kind: ClassVar[str] = "mute"

    user_id: str
    """Who may not write."""
    user_name: str
    """The display name of who may not write."""
    until: int = 0
    """Until when, in ms since 1970; 0: until it is lifted."""
    by_name: str = ""
    """The display name of who said so."""
    at: int = 0
    """When it was said, in ms since 1970."""


class OwnReactions(Data):
    """What one person reacted to one message with, in their own channel.

    Its document's id is `reactions:<messageId>`, for a message of another channel than the
    course's `reactions:<channel>/<messageId>`; it is deleted when nothing is left.
    """

    kind: ClassVar[str] = "own_reactions"

    message_id: str
    emojis: list[str]
    """The emoji this person has set."""


class OwnVote(Data):
    """One person wants a question answered; in their own channel.

    Its document's id is `vote:<messageId>`, for a question of another channel than the course's
    `vote:<channel>/<messageId>`; it is deleted when the vote is taken back.
    """

    kind: ClassVar[str] = "own_vote"

    message_id: str
    """The id of the message that was asked as a question."""


class ReadMark(Data):
    """How far one person has read the chat; in their own channel, its id is `read:chat`."""

    kind: ClassVar[str] = "read_mark"
    ID: ClassVar[str] = "read:chat"

    born: int
    """The `born` of the newest message they have read."""


class LastMessage(Data):
    """When one person last wrote, kept only while the chat is slowed down.

    In their own channel; its document's id is `last:chat`.
    """

    kind: ClassVar[str] = "last_message"
    ID: ClassVar[str] = "last:chat"

    at: int
    """When they last wrote, in ms since 1970."""


class ChatMessage(Data):
    """Create a message. The service takes author, name, role and time from what it knows."""

    id: str
    content: str
    user_id: str = ""
    user_name: str = ""
    timestamp: float = 0
    type: str = "text"
    reply_to: str | None = None
    question: bool = False
    """Whether it is to stand among the questions; the channel has to offer `questions`."""
    mentions: list[str] = msgspec.field(default_factory=list)
    """The display names it mentions, at most 20; kept are those that stand in it behind an `@`."""


MESSAGE = REGISTRY.document(DocumentKind(Message.kind, Message, window=WINDOW))
for _kind in (
    DocumentKind(Pin.kind, Pin),
    DocumentKind(ChatSettings.kind, ChatSettings, only=ChatSettings.ID),
    DocumentKind(Mute.kind, Mute),
    DocumentKind(OwnReactions.kind, OwnReactions, window=OWN),
    DocumentKind(OwnVote.kind, OwnVote, window=OWN),
    DocumentKind(ReadMark.kind, ReadMark, only=ReadMark.ID),
    DocumentKind(LastMessage.kind, LastMessage, only=LastMessage.ID),
    DocumentKind(Question.kind, Question, window=QUESTIONS),
):
    REGISTRY.document(_kind)
CHAT_MESSAGE = REGISTRY.command(
    CommandType(
        "chat_message", ChatMessage, "chat", feature="chat", limited=True, kept_as="message"
    )
)


def pin_id(message_id: str) -> str:
    """The id of a message's pin."""
    return f"pin:{message_id}"


def question_id(message_id: str) -> str:
    """The id of the question that a message asked."""
    return f"question:{message_id}"


def mute_id(user_id: str) -> str:
    """The id of a person's mute."""
    return f"mute:{user_id}"


def reactions_id(message_id: str, channel: str = "") -> str:
    """The id of what a person reacted to a message of a channel with (default: the course's)."""
    return f"reactions:{_of(channel)}{message_id}"


def vote_id(message_id: str, channel: str = "") -> str:
    """The id of a person's vote for a question of a channel (default: the course's)."""
    return f"vote:{_of(channel)}{message_id}"


def _of(channel: str) -> str:
    # Ids are made by clients, and unique in a channel only: a vote for a question must not be
    # taken for one for a question of the same id elsewhere.
    return "" if not channel or channel.startswith("course:") else f"{channel}/"
