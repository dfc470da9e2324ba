"""Data of the messages every feature shares: the seed's, then ours on top.

Feature-owned messages (`chat_message`, …) are registered by their feature's `documents.py`.
"""

from typing import ClassVar

import msgspec

from edu_widgets.protocol.documents import Cursor, Document


class Data(msgspec.Struct, rename="camel", omit_defaults=True):
    """Base of all message data: fields are camelCase on the wire; unknown ones are ignored."""


# -- the seed's ---------------------------------------------------------------


class Subscribe(Data):
    """Ask for a channel. With `since` (ours) the answer is `subscribed`, then `changes`.

    `floors` names, for kinds kept in a window, the lowest `born` the mirror holds.
    """

    user_id: str = ""
    since: Cursor | None = None
    floors: dict[str, int] = {}


class Unsubscribe(Data):
    """Leave a channel."""

    user_id: str = ""


class Heartbeat(Data):
    """Sent every 30 s (seed: `heartbeatInterval`); `timestamp` in ms comes back in the ack."""

    timestamp: float = 0


class HeartbeatAck(Data):
    """The answer to a heartbeat, with its `timestamp`."""

    timestamp: float = 0


class Error(Data):
    """A command or a frame was refused; `retry_after` is in ms."""

    message: str
    code: int = 0
    message_id: str = ""
    retry_after: int | None = None


class RequestHistory(Data):
    """Ask for older documents of `kind` in a channel, `limit` at most, born before `before`."""

    limit: int = 50
    before: int | None = None
    kind: str = "message"


class UserJoined(Data):
    """Someone has entered a channel."""

    user_id: str
    user_name: str = ""


class UserLeft(Data):
    """Someone has left a channel."""

    user_id: str


class UserPresence(Data):
    """Someone is here or not."""

    user_id: str
    online: bool


class TypingStart(Data):
    """The sender writes. Short-lived, never queued."""

    user_id: str = ""


class TypingStop(Data):
    """The sender has stopped writing."""

    user_id: str = ""


class UserTyping(Data):
    """Someone writes, or has stopped."""

    user_id: str
    is_typing: bool
    user_name: str = ""


# -- ours on top ---------------------------------------------------------------


class Subscribed(Data):
    """A channel is granted: its history's `epoch`, its head `seq`, what the reader may do."""

    epoch: str
    seq: int
    role: str
    user_id: str
    user_name: str = ""
    features: list[str] = []
    people: int = 0
    code: int = 0


class Unsubscribed(Data):
    """A channel was taken away (role change, course ended); its mirror is to be cleared."""

    channel: str
    code: int
    message: str = ""


class Changes(Data):
    """Documents changed between `prev` (excluded) and `seq`, oldest change first.

    A mirror's cursor moves only by these, and only if `prev` is not above it. `reset` replaces
    everything the mirror holds; `floors` then names, for kinds kept in a window, the lowest
    `born` it contains (absent: all there are).
    """

    epoch: str
    prev: int
    seq: int
    docs: list[Document] = []
    reset: bool = False
    floors: dict[str, int] = {}


class Page(Data):
    """The answer to `request_history`: documents born in `[floor, before)`, oldest first.

    `more` tells whether older ones exist.
    """

    kind: str
    docs: list[Document] = []
    floor: int = 0
    more: bool = False


class Ack(Data):
    """The command with this id is stored; `seq` is the channel's number of its last change."""

    message_id: str
    seq: int = 0


class Room(Data):
    """How many people are in the channel now. Coalesced, at most four a second."""

    people: int


class Role(Data):
    """Body of the `role` document in a person's own channel."""

    kind: ClassVar[str] = "role"

    role: str
    name: str = ""
