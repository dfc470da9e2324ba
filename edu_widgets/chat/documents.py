"""Documents of a course chat: the seed's `Message`, and the documents around it.

The commands are in `edu_widgets.chat.commands`, except the one that creates a message.
"""

from typing import ClassVar

import msgspec

from edu_widgets.protocol import REGISTRY, CommandType, DocumentKind
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.messages import Data

MAX_CONTENT = 8_000
"""Characters a message may have."""

WINDOW = 50
"""Messages in a first join, and in a page of older ones (seed: `request_history` limit)."""


QUESTIONS = 200
"""Questions that a first join gets, the newest: a term has thousands."""

OWN = 1_000
"""Documents in a first join with one's own reactions, and as many with one's own votes."""

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

MAX_PICTURES = 4
"""Pictures that a message may have."""

MAX_SLOW = 3_600
"""Seconds that may have to lie between two messages of a person."""


class Reaction(Data):
    """The people who reacted to a message with one emoji: their number, and the first of them."""

    emoji: str
    count: int
    """Number of all people who reacted with it."""
    users: list[str]
    """The ids of the first 12 of them."""
    names: list[str] = msgspec.field(default_factory=list)
    """The display names of the same people, in the same order."""


class Message(Data):
    """A chat message (seed: *Chat System Implementation*). Times are ms since 1970.

    Our own fields are `role` (the author's at the time, absent for students) and those after it.
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
    """Number of edits so far; an edit has to name the version it is based on."""
    mentions: list[str] = msgspec.field(default_factory=list)
    """Display names it mentions; each is in `content` behind an `@`."""
    question: bool = False
    """True if the message was asked as a question; it then has a `question` document."""
    via: str | None = None
    """Display name of the person through whose notebook the author took part, if not their own."""
    pictures: list[BlobRef] = msgspec.field(default_factory=list)
    """Its pictures, at most 4; the text may then be empty."""
    anonymous: bool = False
    """True if it was asked anonymously; it then has no `userId`, `userName`, `role` and `via`."""


class Pin(Data):
    """A message that stays in sight. Its document's id is `pin:<messageId>`."""

    kind: ClassVar[str] = "pin"

    message_id: str
    user_id: str
    """Id of the message's author."""
    user_name: str
    """Display name of the message's author."""
    content: str
    """The beginning of the message's text, at most 300 characters."""
    at: int
    """Time of pinning, in ms since 1970."""
    by: str
    """Id of the person who pinned it."""
    by_name: str
    """Display name of the person who pinned it."""


class Question(Data):
    """A message that was asked as a question. Its document's id is `question:<messageId>`."""

    kind: ClassVar[str] = "question"

    message_id: str
    user_id: str
    """Id of the person who asked."""
    user_name: str
    """Display name of the person who asked."""
    content: str
    """The beginning of the message's text, at most 300 characters."""
    at: int
    """Time of asking, in ms since 1970."""
    votes: int = 0
    """Number of people who want it answered."""
    answered: int | None = None
    """Time it was marked as answered, in ms since 1970; absent while it is open."""
    answered_by: str | None = None
    """Display name of the person who marked it as answered."""
    anonymous: bool = False
    """True if it was asked anonymously; it then has no `userId` and `userName`."""


class ChatSettings(Data):
    """Settings of a chat. The only document of its kind; its id is `chat`."""

    kind: ClassVar[str] = "chat_settings"
    ID: ClassVar[str] = "chat"

    slow_mode: int = 0
    """Least number of seconds between two messages of a person; 0: no limit. Staff are exempt."""
    pictures: bool = True
    """False if students may not send pictures."""
    anonymous: bool = False
    """True if questions may be asked anonymously."""


class Mute(Data):
    """A person who may not write for a while. Its document's id is `mute:<userId>`.

    It is in the staff's channel and in that person's own.
    """

    kind: ClassVar[str] = "mute"

    user_id: str
    """Id of the muted person."""
    user_name: str
    """Display name of the muted person."""
    until: int = 0
    """End of the mute, in ms since 1970; 0: until it is lifted."""
    by_name: str = ""
    """Display name of the person who muted them."""
    at: int = 0
    """Time of muting, in ms since 1970."""


class OwnReactions(Data):
    """One person's reactions to one message, in that person's own channel.

    Its document's id is `reactions:<messageId>`, or `reactions:<channel>/<messageId>` for a
    message outside the course's channel; it is deleted when no reaction is left.
    """

    kind: ClassVar[str] = "own_reactions"

    message_id: str
    emojis: list[str]
    """The emoji this person has set."""


class OwnVote(Data):
    """One person's vote for a question, in that person's own channel.

    Its document's id is `vote:<messageId>`, or `vote:<channel>/<messageId>` for a question
    outside the course's channel; it is deleted when the vote is taken back.
    """

    kind: ClassVar[str] = "own_vote"

    message_id: str
    """The id of the message that was asked as a question."""


class OwnQuestion(Data):
    """That one person asked a question anonymously, in that person's own channel.

    Its document's id is `asked:<messageId>`, or `asked:<channel>/<messageId>` for a question
    outside the course's channel.
    """

    kind: ClassVar[str] = "own_question"

    message_id: str
    """The id of the message that was asked as a question."""


class ReadMark(Data):
    """One person's read position in the chat; in their own channel, its id is `read:chat`."""

    kind: ClassVar[str] = "read_mark"
    ID: ClassVar[str] = "read:chat"

    born: int
    """The `born` of the newest message they have read."""


class LastMessage(Data):
    """Time of one person's last message, kept only in slow mode.

    In their own channel; its document's id is `last:chat`.
    """

    kind: ClassVar[str] = "last_message"
    ID: ClassVar[str] = "last:chat"

    at: int
    """Time of their last message, in ms since 1970."""


class ChatMessage(Data):
    """Create a message. The service sets author, name, role and time itself."""

    id: str
    content: str
    user_id: str = ""
    user_name: str = ""
    timestamp: float = 0
    type: str = "text"
    reply_to: str | None = None
    question: bool = False
    """True to list it among the questions; the channel has to offer `questions`."""
    mentions: list[str] = msgspec.field(default_factory=list)
    """Display names it mentions, at most 20; only those in the text behind an `@` are kept."""
    pictures: list[BlobRef] = msgspec.field(default_factory=list)
    """Its pictures, at most 4; the channel has to offer `pictures`."""
    anonymous: bool = False
    """True to keep from everybody who asks; for questions, where the chat's settings allow it."""


MESSAGE = REGISTRY.document(DocumentKind(Message.kind, Message, window=WINDOW))
for _kind in (
    DocumentKind(Pin.kind, Pin),
    DocumentKind(ChatSettings.kind, ChatSettings, only=ChatSettings.ID),
    DocumentKind(Mute.kind, Mute),
    DocumentKind(OwnReactions.kind, OwnReactions, window=OWN, recent=True),
    DocumentKind(OwnVote.kind, OwnVote, window=OWN, recent=True),
    DocumentKind(OwnQuestion.kind, OwnQuestion, window=OWN, recent=True),
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
    """The id of a person's reactions to a message of a channel (default: the course's)."""
    return f"reactions:{_of(channel)}{message_id}"


def vote_id(message_id: str, channel: str = "") -> str:
    """The id of a person's vote for a question of a channel (default: the course's)."""
    return f"vote:{_of(channel)}{message_id}"


def asked_id(message_id: str, channel: str = "") -> str:
    """The id of the note that a person asked a channel's question (default: the course's)."""
    return f"asked:{_of(channel)}{message_id}"


def _of(channel: str) -> str:
    # Clients make the ids, which are unique in a channel only: votes for two questions with the
    # same id in different channels must not be mixed up.
    return "" if not channel or channel.startswith("course:") else f"{channel}/"
