"""Data of the messages that all features share: the seed's, then our additions.

A string below a field describes it in the schema, in TypeScript and on the protocol page; fields
of the seed that mean the same everywhere are described once, in `edu_widgets.protocol.seed`.

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
    """The mirror's position; without it the service sends a fresh window."""
    floors: dict[str, int] = {}
    """By kind: the lowest `born` the mirror holds; changes to older documents are left out."""


class Unsubscribe(Data):
    """Leave a channel."""

    user_id: str = ""


class Heartbeat(Data):
    """Sent every 30 s (seed: `heartbeatInterval`); `timestamp` in ms comes back in the ack."""

    timestamp: float = 0
    """The sender's clock, in ms since 1970."""


class HeartbeatAck(Data):
    """The answer to a heartbeat, with its `timestamp`."""

    timestamp: float = 0
    """The `timestamp` of the heartbeat, in ms since 1970."""


class Goodbye(Data):
    """The service is about to end, and others of its kind go on: come back to them.

    A client opens another connection at a random time within `spread_ms`, so that not all come at
    once. Until then this one works as before. Who has not come back soon after that time is
    disconnected with `RESTARTING`.
    """

    spread_ms: int
    """Time within which to come back, in ms."""


class Error(Data):
    """A command or a frame was refused."""

    message: str
    """One sentence for people: what was refused and what to do."""
    code: int = 0
    """A number of the table of codes; 0 from a service that has none."""
    message_id: str = ""
    """The id of the refused frame, where it could be read."""
    retry_after: int | None = None
    """Time to wait before trying again, in ms."""


class RequestHistory(Data):
    """Ask for older documents of `kind` in a channel, `limit` at most, born before `before`."""

    limit: int = 50
    """Largest number of documents to send; the service caps it."""
    before: int | None = None
    """Only documents born before this sequence number; without it the newest ones."""
    kind: str = "message"
    """The kind of document asked for."""


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
    """True if the person is here now."""


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
    """True if the person began to write, false if they stopped."""
    user_name: str = ""


# -- ours on top ---------------------------------------------------------------


class Subscribed(Data):
    """A channel is granted: its history's `epoch`, its head `seq`, the reader's role."""

    epoch: str
    """Names the channel's history; another epoch than before means that a reset follows."""
    seq: int
    """The channel's head: the mirror is caught up when its cursor gets there."""
    role: str
    user_id: str
    user_name: str = ""
    features: list[str] = []
    """The channel's features, such as `chat`."""
    people: int = 0
    """Number of people in the channel."""
    names: list[str] = []
    """Their display names, staff first; at most 50, and none in a room of more than 200."""
    staff: int = 0
    """Number of instructors and administrators among them."""
    generation: str = ""
    """Names the present start of the service; `since` carries it once the mirror is caught up."""


class Unsubscribed(Data):
    """A channel was taken away (role change, course ended); its mirror is to be cleared."""

    channel: str
    """The channel that was taken away."""
    code: int
    """The reason, as a number of the table of codes."""
    message: str = ""
    """The reason, as one sentence for people."""


class Changes(Data):
    """Documents changed between `prev` (excluded) and `seq`, oldest change first.

    A mirror's cursor moves only by these, and only if `prev` is not above it. `reset` replaces
    everything the mirror holds; `floors` then names, for kinds kept in a window, the lowest
    `born` it contains (absent: all there are).
    """

    epoch: str
    """Names the channel's history these changes belong to."""
    prev: int
    """The change after which the documents begin; if above the mirror's cursor, there is a hole."""
    seq: int
    """The last change among the documents; the cursor moves there."""
    docs: list[Document] = []
    """The changed documents in their newest version, tombstones included."""
    reset: bool = False
    """True if the mirror has to drop everything it holds first."""
    floors: dict[str, int] = {}
    """With `reset`, by kind kept in a window: the lowest `born` in it."""


class Page(Data):
    """The answer to `request_history`: documents born in `[floor, before)`, oldest first.

    `more` is true if older ones exist.
    """

    kind: str
    """The kind of document asked for."""
    docs: list[Document] = []
    """The documents, oldest first, without tombstones."""
    floor: int = 0
    """The lowest `born` the page reaches down to; 0 if nothing is older."""
    more: bool = False
    """True if older documents exist."""


class Ack(Data):
    """The command with this id is stored; `seq` is the channel's number of its last change."""

    message_id: str
    """The id of the command."""
    seq: int = 0
    """The sequence number of the command's last change in the channel; 0 if it changed nothing."""
    heads: dict[str, int] = {}
    """The same number for other channels that the sender reads and the command changed, by name."""


class Room(Data):
    """The number and names of the people in the channel. Coalesced, at most four a second."""

    people: int
    """Number of people in the channel."""
    names: list[str] = []
    """Their display names, staff first; at most 50, and none in a room of more than 200."""
    staff: int = 0
    """Number of instructors and administrators among them."""


class Role(Data):
    """Body of the `role` document in a person's own channel."""

    kind: ClassVar[str] = "role"

    role: str
    """The person's role in the course: `student`, `instructor` or `admin`."""
    name: str = ""
    """The person's display name in the course."""
