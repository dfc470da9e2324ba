"""Messages between a session and its surroundings.

Events inform listeners, always on the network thread and in order; actions are instructions for
the transport; `Service` describes the other end of a transport to the session.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from edu_widgets.client.sync.commands import Command
from edu_widgets.protocol.documents import Document


class State(StrEnum):
    """The connection's state.

    ``idle → connecting → connected → reconnecting → offline → closed``; `stopped` after a code of
    the service that means that a retry cannot help.
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
    """The connection's state changed. `next_try`: time of the next attempt, in ms since 1970."""

    state: State
    code: int = 0
    reason: str = ""
    next_try: int | None = None


@dataclass(frozen=True, slots=True)
class ReconnectFailed:
    """Several attempts in a row failed (seed: `reconnect_failed`); they go on, less often."""

    attempts: int


class DocumentsChanged(msgspec.Struct, frozen=True):
    """Documents of a channel changed in the mirror.

    `reset`: the mirror was emptied first. `live`: news, not a catch-up or an older page.
    `caught_up`: the catch-up is complete with this change; when the event is delivered, the mirror
    may be further on than the event.
    `dropped`: documents that are no longer held here, though nobody has deleted them.
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
    """A command of one's own changed its state; `gone`: it was acknowledged or discarded.

    `seq` is the sequence number of its change, if it was acknowledged; `heads` has the numbers by
    channel, if it changed other channels that the person reads, too.
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
    """A signal came: a short-lived message, such as typing."""

    type: str
    channel: str
    data: msgspec.Raw


@dataclass(frozen=True, slots=True)
class FrameReceived:
    """A frame of the service, as it came: each one of a base service, unknown ones of ours."""

    channel: str
    """The channel that it names; "" for none."""
    type: str
    data: object
    """The decoded data."""
    id: str
    timestamp: int | None
    """The time that the frame names, in ms since 1970."""


class Answered(msgspec.Struct, frozen=True):
    """A question got its answer, or will get none: then with `code` or `reason`."""

    channel: str
    id: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    code: int = 0
    reason: str = ""
    retry_after: int | None = None
    """Milliseconds after which the question may be repeated."""


ChannelEvent = DocumentsChanged | ChannelChanged | PageSettled | SignalReceived | Answered
SessionEvent = StateChanged | ReconnectFailed | CommandChanged | FrameReceived | ChannelEvent


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a transport."""


@dataclass(frozen=True, slots=True)
class Send:
    """Write a frame."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class Ping:
    """Send a ping; its time `at` (monotonic, seconds) is returned with the pong."""

    at: float


@dataclass(frozen=True, slots=True)
class Close:
    """Close the transport."""

    code: int
    reason: str


Action = Connect | Send | Ping | Close


@dataclass(frozen=True, slots=True)
class Service:
    """The other end of a transport, and the abilities of the connection."""

    ours: bool = True
    pings: bool = False
    """True if `ping` can be used."""
    uplink: bool = True
    """True if frames can be sent."""
    accepted: bool = True
    """True if the token was accepted; False if the other side may still close because of it."""
    channels: frozenset[str] | None = None
    """The channels it carries, if no others can be subscribed to later; else None."""
