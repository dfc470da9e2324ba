"""One's own commands, and where they are kept."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec

from edu_widgets.protocol import REGISTRY, is_id, uuid7
from edu_widgets.protocol.envelope import BROKEN_TEXT
from edu_widgets.protocol.errors import InvalidArgument

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
    lane: str
    created: int
    key: str | None = None
    state: CommandState = CommandState.QUEUED
    code: int = 0
    error: str = ""
    retry_at: int | None = None
    since: float = 0.0
    """`elapsed()` when it was written: its age, whatever the clock on the wall was set to."""
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


def compose(
    type_: str, data: msgspec.Struct, channel: str, id_: str | None, written: tuple[float, float]
) -> Command:
    """A command of a registered type; with a new id, or one that was made elsewhere (a page).

    Args:
        type_: The command's type.
        data: What it says.
        channel: The channel it is for.
        id_: Its id; None for a new one.
        written: When: in seconds since 1970, and in those of `Clock.elapsed`.

    Raises:
        InvalidArgument: `id_` cannot be an id, or a text is not Unicode.
    """
    if id_ is not None and not is_id(id_):
        msg = f"{id_!r:.80} cannot be an id: 1 to 64 letters, digits, '_', '.' or '-'."
        raise InvalidArgument(msg)
    try:
        body = msgspec.json.encode(data)
    except UnicodeEncodeError as error:
        raise InvalidArgument(BROKEN_TEXT) from error
    kind = REGISTRY.commands[type_]
    key = getattr(data, "outbox_key", None)
    return Command(
        id_ or uuid7(),
        type_,
        channel,
        msgspec.Raw(body),
        kind.lane,
        int(written[0] * 1000),
        key() if (kind.latest or kind.one_by_one) and callable(key) else None,
        since=written[1],
    )
