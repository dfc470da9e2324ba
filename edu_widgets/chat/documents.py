"""Messages of a course chat: the seed's `Message`, and the command that creates one."""

from typing import ClassVar

import msgspec

from edu_widgets.protocol import REGISTRY, CommandType, DocumentKind, Lane
from edu_widgets.protocol.messages import Data

MAX_CONTENT = 8_000
"""Characters a message may have."""

WINDOW = 50
"""Messages a first join gets, and a page of older ones has (seed: `request_history` limit)."""


class Reaction(Data):
    """Who reacted to a message with one emoji."""

    emoji: str
    count: int
    users: list[str]


class Message(Data):
    """A chat message (seed: *Chat System Implementation*). Times are ms since 1970.

    `role` is ours: the author's role when it was written, absent for students.
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


class ChatMessage(Data):
    """Create a message. The service takes author, name, role and time from what it knows."""

    id: str
    content: str
    user_id: str = ""
    user_name: str = ""
    timestamp: float = 0
    type: str = "text"
    reply_to: str | None = None


MESSAGE = REGISTRY.document(DocumentKind(Message.kind, Message, window=WINDOW))
CHAT_MESSAGE = REGISTRY.command(
    CommandType("chat_message", ChatMessage, Lane.CHAT, feature="chat", limited=True)
)
