"""Documents of the stream: a stream with its state, and people who want a reminder.

No picture goes through the service: a document holds the address where a media server has it.
"""

from typing import ClassVar, Literal, TypeAlias

from edu_widgets.protocol import REGISTRY, DocumentKind
from edu_widgets.protocol.messages import Data

MAX_TITLE = 120
"""Characters that a title may have."""

MOST_AHEAD_MS = 366 * 24 * 3_600_000
"""Time for which a stream can be announced beforehand."""

LONGEST_MS = 12 * 3_600_000
"""Time after which a stream that nobody stopped is over by itself."""

FEWEST = 5
"""Viewers under which their number is told to nobody."""

MAX_DELAY = 120_000
"""Longest delay of a picture that is believed, in ms."""

FEATURE = "stream"
"""The channel feature of streams, and the lane of their commands."""

StreamSource: TypeAlias = Literal["hls", "whep", "embed"]
StreamState: TypeAlias = Literal["announced", "live", "ended"]


class Stream(Data):
    """The latest stream of a course, in its channel."""

    kind: ClassVar[str] = "stream"
    ID: ClassVar[str] = "stream"

    id: str
    """Id of the stream: that of the command that started it."""
    state: StreamState
    """The state: announced, live, or over."""
    by_id: str
    """Id of the instructor who started it."""
    by_name: str
    """Display name of that instructor."""
    url: str = ""
    """The address of its picture; empty once it is over."""
    source: StreamSource = "hls"
    """The protocol of the address: HLS, WHEP, or a page that is embedded."""
    title: str = ""
    """The title in plain text, at most 120 characters."""
    starts: int | None = None
    """Time for which it was announced, in ms since 1970."""
    began: int | None = None
    """Time at which it went live, in ms since 1970."""
    ended: int | None = None
    """Time at which it ended, in ms since 1970."""
    recording: str = ""
    """The address of its recording, once it is over."""


class StreamReminder(Data):
    """A person's wish to be told when a stream begins, in their own channel."""

    kind: ClassVar[str] = "stream_reminder"
    ID: ClassVar[str] = "stream_reminder"

    stream: str
    """Id of the stream."""


REGISTRY.document(DocumentKind(Stream.kind, Stream, only=Stream.ID))
REGISTRY.document(DocumentKind(StreamReminder.kind, StreamReminder, only=StreamReminder.ID))
