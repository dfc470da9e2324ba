"""One's own commands, and where they are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec

from edu_widgets.protocol import Lane

_ENVELOPE_BYTES = 512


class CommandState(StrEnum):
    """Where a command is.

    `queued`: waits for the connection or its turn; `sent`: under way; `slowed`: refused for
    now, sent again at `retry_at`; `failed`: refused for good; `held`: written long ago, waits
    for a yes; `unconfirmed`: sent to a service that confirms nothing, and no longer kept.
    """

    QUEUED = "queued"
    SENT = "sent"
    SLOWED = "slowed"
    FAILED = "failed"
    HELD = "held"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Command:
    """One command; immutable, replaced as it moves. Times are ms since 1970."""

    id: str
    type: str
    channel: str
    data: msgspec.Raw
    lane: Lane
    created: int
    key: str | None = None
    state: CommandState = CommandState.QUEUED
    code: int = 0
    error: str = ""
    retry_at: int | None = None
    handed: bool = False
    """Whether it was sent and not refused: the service may have it."""

    @property
    def size(self) -> int:
        """Bytes it counts for in the outbox."""
        return len(self.data) + _ENVELOPE_BYTES


@dataclass(frozen=True, slots=True)
class InPlaceOf:
    """Whose place a command takes: one of one's own that was not sent yet.

    `data` makes what is sent, on the network thread: from that one as it then is (None: it is
    settled), and whether it was withdrawn or is followed.
    """

    id: str
    data: Callable[[Command | None, bool], msgspec.Struct]


class Storage(Protocol):
    """Where commands survive the process."""

    @property
    def behind(self) -> bool:
        """Whether something could not be written yet."""

    def catch_up(self) -> None:
        """Try once more to write what could not be written."""

    def put(self, command: Command) -> None:
        """Keep, or replace, a command."""

    def remove(self, id: str, *, wipe: bool = False) -> None:  # noqa: A002
        """Forget a command; `wipe`: so that no file holds its bytes any more."""

    def load(self) -> list[Command]:
        """All kept commands, in order."""

    def close(self) -> None:
        """Let go of the file."""


class NoStorage:
    """Keep nothing beyond the process."""

    behind = False

    def catch_up(self) -> None:
        """Nothing to write."""

    def put(self, command: Command) -> None:
        """Keep nothing."""

    def remove(self, id: str, *, wipe: bool = False) -> None:  # noqa: A002
        """Nothing to forget."""

    def load(self) -> list[Command]:
        """Nothing was kept."""
        return []

    def close(self) -> None:
        """Nothing to close."""
