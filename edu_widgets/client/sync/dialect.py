"""The seam between a session and what it speaks: our protocol, or the seed's messages alone."""

from collections.abc import Callable, Mapping
from typing import Protocol

from edu_widgets.client.sync.channel import ChannelState
from edu_widgets.client.sync.events import Service, SessionEvent
from edu_widgets.client.sync.liveness import Limits, Link
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.questions import Questions


class SessionPort(Protocol):
    """What a dialect may use of its session."""

    @property
    def user_id(self) -> str:
        """Whose session it is."""

    @property
    def outbox(self) -> Outbox:
        """Commands on their way."""

    @property
    def channels(self) -> Mapping[str, ChannelState]:
        """The channels that are wanted, by name."""

    @property
    def limits(self) -> Limits:
        """The seed's settings."""

    @property
    def questions(self) -> Questions:
        """Frames that an answer is awaited for."""

    @property
    def new_id(self) -> Callable[[], str]:
        """Makes ids for frames."""

    def now(self) -> tuple[float, float]:
        """The time, on the monotonic clock and on the wall."""

    def send(self, type_: str, channel: str, data: object, message_id: str = "") -> str:
        """Write a frame on the present connection; its id."""

    def ping(self) -> None:
        """Ask the other side for a sign of life, below the messages."""

    def emit(self, event: SessionEvent) -> None:
        """Tell those who listen."""

    def ask(self, channel: ChannelState) -> None:
        """Ask for everything of a channel since our cursor."""

    def flush(self) -> None:
        """Send the commands whose turn it is."""

    def answered(self) -> None:
        """Note that the service does its work on this connection."""

    def measure(self, sent: float | None, service_ms: float | None = None) -> None:
        """Note a round trip that began at `sent`, and the service's time that its answer names."""

    def drop(self, code: int, reason: str, channel: str = "") -> None:
        """Send nothing of what waits, unless somebody asks for it: for all channels, or one."""

    def reconnect(self, reason: str) -> None:
        """Give the connection up for another one."""


class Dialect(Protocol):
    """One way of speaking with a service. The session keeps connections, this keeps words."""

    name: str
    """`ours` or `base`."""
    readonly: bool
    """Whether nothing can be sent at present."""
    answers: bool
    """Whether the service answers questions that are no commands."""
    lacking: str
    """Why not, as a sentence for people."""

    def opened(self, link: Link, service: Service) -> None:
        """A connection is up; wanted channels are asked for next."""

    def lost(self) -> None:
        """The connection is gone, and what was under way with it."""

    def ask(self, link: Link, channel: ChannelState, now: float) -> None:
        """Ask for a channel, and for what is new in it."""

    def leave(self, channel: ChannelState) -> None:
        """Nobody wants the channel any more."""

    def take(self, link: Link, frame: bytes | str) -> None:
        """Act on a frame; one that cannot be understood is logged and changes nothing."""

    def pong(self, link: Link, asked_at: float) -> None:
        """The other side has read everything that was sent before `asked_at`."""

    def flush(self, now: float) -> None:
        """Send the commands whose turn it is."""

    def older(self, channel: ChannelState, kind: str, limit: int) -> bool:
        """Ask for older documents of a window; False if there is nothing to ask for."""

    def signal(self, type_: str, name: str, data: object) -> None:
        """Send something short-lived."""

    def beat(self, link: Link, stamp: int) -> None:
        """Send a heartbeat; `stamp` is the time on the wall, in ms."""

    def gone(self, link: Link, now: float, *, silent: bool) -> bool:
        """Whether the other side counts as gone; `silent`: nothing was heard for too long."""

    def tick(self, link: Link, now: float) -> None:
        """Do what is due."""

    def due(self, link: Link) -> float | None:
        """When `tick` or `gone` wants to be called, on the monotonic clock."""


class Dialects(Protocol):
    """Makes what a session speaks."""

    def __call__(self, session: SessionPort, *, native: bool) -> Dialect:
        """The dialect of a service of ours (`native`), or of a base one."""
