"""The interface between a session and its dialect: our protocol, or only the seed's messages."""

from collections.abc import Callable, Mapping
from typing import Protocol

from edu_widgets.client.sync.channel import ChannelState
from edu_widgets.client.sync.events import Service, SessionEvent
from edu_widgets.client.sync.liveness import Limits, Link
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.questions import Questions


class SessionPort(Protocol):
    """The session as its dialect sees it."""

    @property
    def user_id(self) -> str:
        """The id of the session's user."""

    @property
    def outbox(self) -> Outbox:
        """The user's commands that are not settled yet."""

    @property
    def channels(self) -> Mapping[str, ChannelState]:
        """The subscribed channels, by name."""

    @property
    def limits(self) -> Limits:
        """The settings of timing, such as the heartbeat's interval."""

    @property
    def questions(self) -> Questions:
        """The questions that wait for an answer."""

    @property
    def new_id(self) -> Callable[[], str]:
        """A function that makes an id for a frame."""

    def now(self) -> tuple[float, float]:
        """Return the monotonic time and the system time, in seconds."""

    def send(self, type_: str, channel: str, data: object, message_id: str = "") -> str:
        """Write a frame to the present connection; return its id."""

    def ping(self) -> None:
        """Send a ping of the transport."""

    def emit(self, event: SessionEvent) -> None:
        """Report an event to the listeners."""

    def ask(self, channel: ChannelState) -> None:
        """Subscribe to a channel, for all changes since our cursor."""

    def flush(self) -> None:
        """Send the commands that are due."""

    def answered(self) -> None:
        """Note that the service works on this connection, which ends the series of failures."""

    def measure(self, sent: float | None, service_ms: float | None = None) -> None:
        """Note a round trip that began at `sent`, and the service's time in its answer (ms)."""

    def drop(self, code: int, reason: str, channel: str = "") -> None:
        """Fail the waiting commands of all channels, or of one; a user may retry them."""

    def reconnect(self, reason: str) -> None:
        """Close the connection and open another one."""

    def move_within(self, seconds: float) -> None:
        """Change over to another connection at a random time within so many seconds."""


class Dialect(Protocol):
    """The frames to exchange with one kind of service; the session manages the connection."""

    name: str
    """`ours` or `base`."""
    readonly: bool
    """True if nothing can be sent at present."""
    answers: bool
    """True if the service answers questions (`CourseClient.ask`)."""
    lacking: str
    """If it does not, the reason in a sentence for people."""

    def opened(self, link: Link, service: Service) -> None:
        """Begin on a connection that is up; the session asks for its channels next."""

    def lost(self) -> None:
        """End on a connection that is gone, with all that was under way."""

    def ask(self, link: Link, channel: ChannelState, now: float) -> None:
        """Subscribe to a channel and request its changes."""

    def leave(self, channel: ChannelState) -> None:
        """Unsubscribe from a channel."""

    def take(self, link: Link, frame: bytes | str) -> None:
        """Process a frame; one that cannot be understood is logged and changes nothing."""

    def pong(self, link: Link, asked_at: float) -> None:
        """Note that the other side has read everything that was sent before `asked_at`."""

    def flush(self, now: float) -> None:
        """Send the commands that are due."""

    def older(self, channel: ChannelState, kind: str, limit: int) -> bool:
        """Request older documents of a window; return False if there are none to request."""

    def signal(self, type_: str, name: str, data: object) -> None:
        """Send a signal."""

    def beat(self, link: Link, stamp: int) -> None:
        """Send a heartbeat; `stamp` is the system time in ms."""

    def gone(self, link: Link, now: float, *, silent: bool) -> bool:
        """Return True if the other side counts as gone; `silent`: nothing came for too long."""

    def tick(self, link: Link, now: float) -> None:
        """Do the work that is due."""

    def due(self, link: Link) -> float | None:
        """Return the time for the next call of `tick` and `gone`, on the monotonic clock."""


class Dialects(Protocol):
    """Makes the dialects of a session."""

    def __call__(self, session: SessionPort, *, native: bool) -> Dialect:
        """Make the dialect for a service of ours (`native`), or for a base service."""
