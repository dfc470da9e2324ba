"""What a session says to a service, and believes of it: our protocol, or the seed's alone."""

from typing import Protocol

from edu_widgets.client.channel import ChannelState
from edu_widgets.client.link import Link
from edu_widgets.client.transport import Service


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
