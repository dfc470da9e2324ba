"""The paths, headers and bodies that carry frames where no WebSocket gets through."""

from typing import Annotated

import msgspec

WEBSOCKET = "/api/realtime/ws"
EVENTS = "/api/realtime/events"
MESSAGES = "/api/realtime/messages"
POLL = "/api/realtime/poll"
"""Paths of a service."""

CONNECTION = "Edu-Widgets-Connection"
"""Header with a connection's id: of an answer that opens one, and of each request that is of it.

A request that opens another connection names the one it replaces.
"""

NUMBER = "Edu-Widgets-Number"
"""Header with the number of a batch of frames; the first of a connection is 1."""

AUTHORIZATION = "Edu-Widgets-Authorization"
"""Goes before `Authorization`, which a proxy may take for its own."""

OPENED, PING, CLOSE = "connection", "ping", "close"
"""Names of the events of a stream that are no frames."""

PONG, BYE = "pong", "bye"
"""Types of the frames that are the carrier's own: the answer to a ping, and the last word."""

PADDING = 2 * 1024
"""Bytes of a comment before the first event: many a proxy passes nothing on before it has some."""

FIRST_EVENT_S = 3.0
"""In how many seconds the first event has to come, or the stream is held back on the way."""

COMMENT_S = 15.0
"""Seconds between comments in a stream."""

LEASE_S = 75.0
"""Seconds without a request after which a connection is over."""

POLL_S = 25.0
"""Seconds that a poll waits at most."""

MAX_BATCH = 256 * 1024
"""Bytes a batch may have."""

MAX_BATCH_FRAMES = 1000


class Closed(msgspec.Struct, frozen=True):
    """The reason for a connection's end: the last event of a stream, or part of a poll's answer."""

    code: int
    reason: str = ""


class Ping(msgspec.Struct, frozen=True):
    """Data of the event `ping`, and of the frame `pong` that answers it."""

    id: str


class Poll(msgspec.Struct, frozen=True, omit_defaults=True):
    """Body of a poll; without `after` it opens a connection."""

    connection: str = ""
    """The connection; where it opens one, that which it replaces."""
    after: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """The number of the last frame that has come; what is older is not sent again."""
    wait: Annotated[float, msgspec.Meta(ge=0)] = POLL_S
    """Seconds to wait for something to send."""


class Polled(msgspec.Struct, frozen=True, omit_defaults=True):
    """Answer to a poll."""

    connection: str
    last: int = 0
    """The number of the last of `frames`, or of the last before them."""
    frames: list[msgspec.Raw] = []
    close: Closed | None = None
