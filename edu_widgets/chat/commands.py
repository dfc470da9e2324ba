"""What people ask of a course chat, beside writing a message."""

import msgspec

from edu_widgets.protocol import REGISTRY, CommandType, Document, FrameType
from edu_widgets.protocol.messages import Data

MAX_FOUND = 50
"""Messages in one answer to a search."""

MAX_QUERY = 200
"""Characters that may be searched for."""

MAX_EMOJI = 32
"""Bytes of UTF-8 a reaction may have."""


class EditMessage(Data):
    """Give a message another text: one's own, or as staff anybody's."""

    message_id: str
    content: str
    """The new text: Markdown, 1 to 8,000 characters."""
    version: int = 0
    """The `version` that was seen; if the message has another one by now, the answer is `STALE`."""
    mentions: list[str] = msgspec.field(default_factory=list)
    """The display names it mentions now."""

    def outbox_key(self) -> str:
        """Edits of one message build on each other."""
        return self.message_id


class DeleteMessage(Data):
    """Delete a message, with its pin and its question: one's own, or as staff anybody's."""

    message_id: str


class AddReaction(Data):
    """Set a reaction to a message, or take it back. Doing it twice changes nothing."""

    message_id: str
    emoji: str
    """One emoji, at most 32 bytes of UTF-8."""
    user_id: str = ""
    action: str = "add"
    """Ours: `add` (the default) or `remove`."""

    def outbox_key(self) -> str:
        """Only the last word on a message and an emoji counts."""
        return f"{self.message_id} {self.emoji}"


class PinMessage(Data):
    """Pin a message, or unpin it. Only staff; at most 20 at once."""

    message_id: str
    pinned: bool
    """Whether it is to be pinned."""

    def outbox_key(self) -> str:
        """Only the last word on a message counts."""
        return self.message_id


class SetSlowMode(Data):
    """Set how much time has to lie between two messages of a person. Only staff."""

    seconds: int
    """How many seconds, 0 (no limit) to 3,600."""

    def outbox_key(self) -> str:
        """Only the last word counts."""
        return "slow"


class MuteUser(Data):
    """Keep a person from writing, or let them write again. Only staff, and never about staff."""

    user_id: str
    """Whom it is about; without `user_name` the id or the name of a member of the course."""
    user_name: str = ""
    """The display name of whom it is about."""
    muted: bool = True
    """Whether they are to be muted."""
    minutes: int = 0
    """For how long; 0: until it is lifted."""

    def outbox_key(self) -> str:
        """Only the last word on a person counts."""
        return self.user_id


class UpvoteQuestion(Data):
    """Want a question answered, or no more. Not one's own; doing it twice changes nothing."""

    message_id: str
    on: bool
    """Whether the vote is given; `false` takes it back."""

    def outbox_key(self) -> str:
        """Only the last word on a question counts."""
        return self.message_id


class AnswerQuestion(Data):
    """Mark a question as answered, or as open again: staff, and who asked it."""

    message_id: str
    answered: bool
    """Whether it is answered."""

    def outbox_key(self) -> str:
        """Only the last word on a question counts."""
        return self.message_id


MAX_UNREAD = 1_000
"""Messages that are counted as unread at most."""


class MarkRead(Data):
    """Note how far one has read. It only ever moves up."""

    born: int
    """The `born` of the newest message that was read."""

    def outbox_key(self) -> str:
        """Only the latest counts."""
        return "read"


class Search(Data):
    """Ask for a channel's messages that contain `query` in their text or their author's name.

    Upper and lower case, accents, and the Turkish ı and i are not told apart.
    """

    query: str
    """What to look for, 1 to 200 characters."""
    limit: int = MAX_FOUND
    """How many messages at most; the service caps it at 50."""
    before: int | None = None
    """Only messages born before this sequence number; without it from the newest on."""


class Found(Data):
    """The answer to `search`. Its documents are for showing; they belong into no mirror."""

    query: str
    """What was looked for."""
    docs: list[Document] = msgspec.field(default_factory=list)
    """The messages found, newest first."""
    more: bool = False
    """Whether older messages are left to look through."""
    floor: int = 0
    """How far down it was looked: the `before` of the next search; 0 if all was seen."""


class CountUnread(Data):
    """Ask how many messages of others were born between two messages."""

    after: int
    """Only messages born after this sequence number."""
    before: int
    """Only messages born before this one."""


class UnreadCount(Data):
    """The answer to `count_unread`."""

    count: int
    """How many there are, at most 1,000."""


EDIT_MESSAGE = REGISTRY.command(
    CommandType("edit_message", EditMessage, "chat", feature="chat", limited=True, one_by_one=True)
)
DELETE_MESSAGE = REGISTRY.command(
    CommandType(
        "delete_message",
        DeleteMessage,
        "chat",
        feature="chat",
        moderation=True,
        about="message_id",
    )
)
# What follows is clicked, not written: a chat that is slowed down must not hold it back.
ADD_REACTION = REGISTRY.command(
    CommandType("add_reaction", AddReaction, "vote", feature="reactions", latest=True)
)
PIN_MESSAGE = REGISTRY.command(
    CommandType(
        "pin_message",
        PinMessage,
        "status",
        feature="chat",
        latest=True,
        moderation=True,
        about="message_id",
    )
)
SET_SLOW_MODE = REGISTRY.command(
    CommandType(
        "set_slow_mode",
        SetSlowMode,
        "status",
        feature="chat",
        latest=True,
        momentary=True,
        moderation=True,
    )
)
MUTE_USER = REGISTRY.command(
    CommandType(
        "mute_user",
        MuteUser,
        "status",
        feature="chat",
        latest=True,
        momentary=True,
        moderation=True,
        about="user_id",
    )
)
UPVOTE_QUESTION = REGISTRY.command(
    CommandType("upvote_question", UpvoteQuestion, "vote", feature="questions", latest=True)
)
ANSWER_QUESTION = REGISTRY.command(
    CommandType("answer_question", AnswerQuestion, "vote", feature="questions", latest=True)
)
MARK_READ = REGISTRY.command(
    CommandType("mark_read", MarkRead, "status", feature="chat", latest=True, kept_as="")
)
SEARCH = REGISTRY.frame(FrameType("search", Search, "client", of_seed=False))
FOUND = REGISTRY.frame(FrameType("found", Found, "service", of_seed=False))
COUNT_UNREAD = REGISTRY.frame(FrameType("count_unread", CountUnread, "client", of_seed=False))
UNREAD_COUNT = REGISTRY.frame(FrameType("unread_count", UnreadCount, "service", of_seed=False))
