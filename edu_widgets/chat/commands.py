"""Commands and requests of a course chat, except the command that creates a message."""

import msgspec

from edu_widgets.protocol import REGISTRY, CommandType, Document, FrameType
from edu_widgets.protocol.messages import Data

MAX_FOUND = 50
"""Messages in one answer to a search."""

MAX_QUERY = 200
"""Characters that a search query may have."""

MAX_EMOJI = 32
"""Bytes of UTF-8 a reaction may have."""


class EditMessage(Data):
    """Replace the text of one's own message; staff may edit anybody's."""

    message_id: str
    content: str
    """The new text: Markdown, 1 to 8,000 characters."""
    version: int = 0
    """The `version` the edit is based on; if the message has another one, the answer is `STALE`."""
    mentions: list[str] = msgspec.field(default_factory=list)
    """Display names that the new text mentions."""

    def outbox_key(self) -> str:
        """The message: its edits build on each other."""
        return self.message_id


class DeleteMessage(Data):
    """Delete one's own message, with its pin and its question; staff may delete anybody's."""

    message_id: str


class AddReaction(Data):
    """Add a reaction to a message, or remove it. A repetition changes nothing."""

    message_id: str
    emoji: str
    """One emoji, at most 32 bytes of UTF-8."""
    user_id: str = ""
    action: str = "add"
    """Ours: `add` (the default) or `remove`."""

    def outbox_key(self) -> str:
        """The message and the emoji: only the last command about both counts."""
        return f"{self.message_id} {self.emoji}"


class PinMessage(Data):
    """Pin or unpin a message. Staff only; at most 20 are pinned at once."""

    message_id: str
    pinned: bool
    """True to pin the message, false to unpin it."""

    def outbox_key(self) -> str:
        """The message: only the last command about it counts."""
        return self.message_id


class SetSlowMode(Data):
    """Set the least time between two messages of a person. Staff only."""

    seconds: int
    """Least number of seconds between two messages, 0 (no limit) to 3,600."""

    def outbox_key(self) -> str:
        """A fixed key: only the last command counts."""
        return "slow"


class SetPictures(Data):
    """Allow or forbid students to send pictures. Staff only."""

    allowed: bool
    """True to allow pictures, false to forbid them."""

    def outbox_key(self) -> str:
        """A fixed key: only the last command counts."""
        return "pictures"


class SetAnonymous(Data):
    """Allow or forbid to ask questions anonymously. Staff only."""

    allowed: bool
    """True to allow it, false to forbid it; what was asked anonymously before stays so."""

    def outbox_key(self) -> str:
        """A fixed key: only the last command counts."""
        return "anonymous"


class MuteUser(Data):
    """Mute or unmute a person. Staff only; staff cannot be muted."""

    user_id: str
    """Id of the person; without `user_name`, the id or the name of a member of the course."""
    user_name: str = ""
    """Display name of the person."""
    muted: bool = True
    """True to mute the person, false to unmute them."""
    minutes: int = 0
    """Duration of the mute in minutes; 0: until it is lifted."""

    def outbox_key(self) -> str:
        """The person: only the last command about them counts."""
        return self.user_id


class UpvoteQuestion(Data):
    """Vote for another person's question, or take the vote back. A repetition changes nothing."""

    message_id: str
    on: bool
    """True to vote, false to take the vote back."""

    def outbox_key(self) -> str:
        """The question: only the last command about it counts."""
        return self.message_id


class AnswerQuestion(Data):
    """Mark a question as answered or as open: for staff and for the person who asked it."""

    message_id: str
    answered: bool
    """True for answered, false for open."""

    def outbox_key(self) -> str:
        """The question: only the last command about it counts."""
        return self.message_id


MAX_UNREAD = 1_000
"""Highest number of unread messages that is counted."""


class MarkRead(Data):
    """Move one's own read mark. It only ever moves up."""

    born: int
    """The `born` of the newest message that was read."""

    def outbox_key(self) -> str:
        """A fixed key: only the latest mark counts."""
        return "read"


class Search(Data):
    """Ask for a channel's messages that contain `query` in their text or their author's name.

    Upper and lower case, accents, and the Turkish ı and i are not told apart.
    """

    query: str
    """Text to search for, 1 to 200 characters."""
    limit: int = MAX_FOUND
    """Most messages to return; the service caps it at 50."""
    before: int | None = None
    """Only messages born before this sequence number; without it from the newest on."""


class Found(Data):
    """The answer to `search`. Its documents are for display only; they belong into no mirror."""

    query: str
    """The query of the search."""
    docs: list[Document] = msgspec.field(default_factory=list)
    """The messages found, newest first."""
    more: bool = False
    """True if older messages are left to search."""
    floor: int = 0
    """End of the search, the `before` of the next one; 0 if all messages were searched."""


class CountUnread(Data):
    """Ask for the number of others' messages that were born between two sequence numbers."""

    after: int
    """Only messages born after this sequence number."""
    before: int
    """Only messages born before this sequence number."""


class UnreadCount(Data):
    """The answer to `count_unread`."""

    count: int
    """Number of others' messages in between, at most 1,000."""


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
# The following commands are clicks, not texts: slow mode must not hold them back.
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
SET_PICTURES = REGISTRY.command(
    CommandType(
        "set_pictures",
        SetPictures,
        "status",
        feature="pictures",
        latest=True,
        momentary=True,
        moderation=True,
    )
)
SET_ANONYMOUS = REGISTRY.command(
    CommandType(
        "set_anonymous",
        SetAnonymous,
        "status",
        feature="questions",
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
