"""What passes between a session and those around it.

Events tell those who listen, always on the network thread and in order; actions tell the
transport what to do; `Service` tells the session what answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from edu_widgets.client.sync.commands import Command
from edu_widgets.protocol.documents import Document


class State(StrEnum):
    """The connection's state.

    ``idle → connecting → connected → reconnecting → offline → closed``; `stopped` where the
    service said that trying again cannot help.
    """

    IDLE = "idle"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    RECONNECTING = "reconnecting"
    OFFLINE = "offline"
    STOPPED = "stopped"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The connection changed: why (`code`, `reason`) and when the next attempt is (wall, ms)."""

    state: State
    code: int = 0
    reason: str = ""
    next_try: int | None = None


@dataclass(frozen=True, slots=True)
class ReconnectFailed:
    """So many attempts in a row failed (seed: `reconnect_failed`); trying goes on, slower."""

    attempts: int


class DocumentsChanged(msgspec.Struct, frozen=True):
    """Documents of a channel changed in the mirror.

    `reset`: the mirror was emptied first. `live`: news, not catching up or paging back.
    `caught_up`: with this change nothing of the catch-up is missing any more; by the time the
    event is heard, the mirror may be further on than the event.
    `dropped`: no longer held here, though nobody has deleted them.
    """

    channel: str
    upserted: tuple[Document, ...] = ()
    removed: tuple[Document, ...] = ()
    reset: bool = False
    live: bool = False
    caught_up: bool = False
    dropped: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelChanged:
    """A channel was granted, refused or taken away, or its number of people changed."""

    channel: str


@dataclass(frozen=True, slots=True)
class CommandChanged:
    """A command of one's own changed its state; `gone` once acknowledged or discarded.

    `seq` is the channel's number of its change, if that is why it is gone; `heads` tells it by
    channel, where others of one's own were changed as well.
    """

    command: Command
    gone: bool = False
    seq: int | None = None
    heads: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageSettled:
    """A page of older documents is in the mirror, or will not come: then `code` or `reason`."""

    channel: str
    kind: str
    code: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SignalReceived:
    """A short-lived message: typing and the like."""

    type: str
    channel: str
    data: msgspec.Raw


class Answered(msgspec.Struct, frozen=True):
    """A frame that wanted an answer got it, or will not: then `code` or `reason`."""

    channel: str
    id: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    code: int = 0
    reason: str = ""
    retry_after: int | None = None
    """After how many ms it may be asked again."""


ChannelEvent = DocumentsChanged | ChannelChanged | PageSettled | SignalReceived | Answered
SessionEvent = StateChanged | ReconnectFailed | CommandChanged | ChannelEvent


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a transport."""


@dataclass(frozen=True, slots=True)
class Send:
    """Write a frame."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask the other side for a sign of life; `at` comes back with it (monotonic, seconds)."""

    at: float


@dataclass(frozen=True, slots=True)
class Close:
    """Close the transport."""

    code: int
    reason: str


Action = Connect | Send | Ping | Close


@dataclass(frozen=True, slots=True)
class Service:
    """What answered at the other end of a transport, and what can be done over it."""

    ours: bool = True
    pings: bool = False
    """Whether `ping` can be used."""
    uplink: bool = True
    """Whether anything can be sent."""
    accepted: bool = True
    """Whether the token is known to be good, or the other side may still close over it."""
    channels: frozenset[str] | None = None
    """The channels it carries, if others cannot be asked for later."""
