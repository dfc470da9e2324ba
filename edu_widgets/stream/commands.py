"""Commands and signals of the stream. All go to the course's channel."""

from edu_widgets.protocol import REGISTRY, CommandType, FrameType
from edu_widgets.protocol.messages import Data
from edu_widgets.stream.documents import FEATURE, StreamSource


class StartStream(Data):
    """Show the class a stream, now or at a time; it takes the place of the one before. Staff only.

    The command's id becomes the stream's id.
    """

    url: str
    """The address of its picture: http or https, at most 2,000 characters."""
    source: StreamSource
    """The protocol of the address: HLS, WHEP, or a page that is embedded."""
    title: str = ""
    """The title in plain text, at most 120 characters."""
    starts: int = 0
    """Time at which it goes live by itself, in ms since 1970; 0: at once."""


class StopStream(Data):
    """End the stream, or add the recording to one that is over. Staff only."""

    id: str
    """Id of the stream; another one is left alone."""
    recording: str = ""
    """The address of its recording; empty for none yet."""


class RemindStream(Data):
    """Wish to be told when a stream begins, or not any more. A repetition changes nothing."""

    id: str
    """Id of the stream."""
    on: bool
    """True to be reminded."""

    def outbox_key(self) -> str:
        """A fixed key: only the last command counts."""
        return "reminder"


class StreamWatching(Data):
    """A connection says whether its person's player plays."""

    on: bool = False
    """True if it does."""
    delay: int = 0
    """Time by which its picture is behind, in ms; 0: not known."""


class StreamAudience(Data):
    """The number of people who watch, to everybody."""

    count: int = 0
    """The number of people whose player plays; 0 under five."""
    delay: int = 0
    """The median of the delays that are known, in ms; 0: none is."""


# What could not be said for two minutes is not said later: the lesson has gone on.
START_STREAM = REGISTRY.command(
    CommandType("start_stream", StartStream, FEATURE, feature=FEATURE, momentary=True)
)
STOP_STREAM = REGISTRY.command(
    CommandType("stop_stream", StopStream, FEATURE, feature=FEATURE, momentary=True)
)
REMIND_STREAM = REGISTRY.command(
    CommandType("remind_stream", RemindStream, FEATURE, feature=FEATURE, latest=True, kept_as="")
)

STREAM_WATCHING = REGISTRY.frame(
    FrameType("stream_watching", StreamWatching, "client", of_seed=False, signal=True)
)
STREAM_AUDIENCE = REGISTRY.frame(
    FrameType("stream_audience", StreamAudience, "service", of_seed=False, signal=True)
)
