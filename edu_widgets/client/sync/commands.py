"""One's own commands, their states and their storage."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec

from edu_widgets.protocol import REGISTRY, is_id, uuid7
from edu_widgets.protocol.envelope import BROKEN_TEXT
from edu_widgets.protocol.errors import InvalidArgument

_ENVELOPE_BYTES = 512

UNREGISTERED = "unregistered"
"""The lane of types that no feature has registered."""


class CommandState(StrEnum):
    """The state of a command.

    `queued`: waits for the connection or its turn; `sent`: under way; `slowed`: refused for
    now, sent again at `retry_at`; `failed`: refused for good; `held`: written long ago, waits
    for consent; `unconfirmed`: sent to a service that acknowledges nothing, and no longer kept.
    """

    QUEUED = "queued"
    SENT = "sent"
    SLOWED = "slowed"
    FAILED = "failed"
    HELD = "held"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True)
class Command:
    """One command; immutable, replaced when its state changes. Times are ms since 1970."""

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
    """`elapsed()` when it was written, for its age: independent of the system time."""
    handed: bool = False
    """True if it was sent and not refused, so that the service may have it."""

    @property
    def size(self) -> int:
        """Bytes that the command counts for in the outbox."""
        return len(self.data) + _ENVELOPE_BYTES

    @property
    def kept_as(self) -> str:
        """The word for the command in the count of waiting ones; "" if it is not counted."""
        known = REGISTRY.commands.get(self.type)
        return known.kept_as if known is not None else "change"

    @property
    def is_one_by_one(self) -> bool:
        """True for a command that waits for the answer to the one before it with the same key."""
        known = REGISTRY.commands.get(self.type)
        return known is not None and known.one_by_one

    def is_momentary(self) -> bool:
        """Return True for a command meant for now, which without a connection is given up."""
        known = REGISTRY.commands.get(self.type)
        if known is None or not known.momentary:
            return False
        if not hasattr(known.data, "of_the_moment"):
            return True
        try:
            return bool(msgspec.json.decode(self.data, type=known.data).of_the_moment())
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False  # of another version: the service will say

    def anew(self, created: int, since: float) -> "Command":
        """Return the command as if it had been written now; `created` and `since` as the fields."""
        return Command(
            self.id, self.type, self.channel, self.data, self.lane, created, self.key, since=since
        )

    def says_the_same(self, other: "Command") -> bool:
        """Return True if both have the same type, channel and data."""
        mine, theirs = (self.type, self.channel, self.data), (other.type, other.channel, other.data)
        return mine == theirs

    def shares_key(self, other: "Command") -> bool:
        """Return True if both are of one type and channel and have the same key."""
        mine, theirs = (self.type, self.channel, self.key), (other.type, other.channel, other.key)
        return self.key is not None and mine == theirs

    def outdates(self, old: "Command") -> bool:
        """Return True if this command replaces `old`: of one key, and only the latest counts."""
        return self.shares_key(old) and not self.is_one_by_one


@dataclass(frozen=True, slots=True)
class InPlaceOf:
    """The earlier command of one's own that a command replaces, if that was not sent yet.

    `data` makes the command's data, on the network thread, from the earlier command as it is then
    (None: it is settled) and a flag: True if it was withdrawn, False if it is followed.
    """

    id: str
    data: Callable[[Command | None, bool], msgspec.Struct]


class Storage(Protocol):
    """Storage of commands beyond the process."""

    @property
    def behind(self) -> bool:
        """True if something could not be written yet."""

    def catch_up(self) -> None:
        """Retry the writes that have failed."""

    def put(self, command: Command) -> None:
        """Store or replace a command."""

    def remove(self, id: str, *, wipe: bool = False) -> None:  # noqa: A002
        """Delete a command; `wipe`: its bytes must not stay in any file."""

    def load(self) -> list[Command]:
        """Return all stored commands, in order."""

    def close(self) -> None:
        """Close the file."""


class NoStorage:
    """Storage that stores nothing."""

    behind = False

    def catch_up(self) -> None:
        """Do nothing."""

    def put(self, command: Command) -> None:
        """Do nothing."""

    def remove(self, id: str, *, wipe: bool = False) -> None:  # noqa: A002
        """Do nothing."""

    def load(self) -> list[Command]:
        """Return no commands."""
        return []

    def close(self) -> None:
        """Do nothing."""


def compose(
    type_: str, data: object, channel: str, id_: str | None, written: tuple[float, float]
) -> Command:
    """Make a command, with a new id or one made elsewhere (by a page).

    Args:
        type_: The command's type; an unregistered one is for a service that knows it.
        data: Its data.
        channel: The channel it is for.
        id_: Its id; None for a new one.
        written: The time it was written, in seconds since 1970 and in those of `Clock.elapsed`.

    Raises:
        InvalidArgument: `id_` cannot be an id, a text is not Unicode, or the data is no JSON.
    """
    if id_ is not None and not is_id(id_):
        msg = f"{id_!r:.80} cannot be an id: 1 to 64 letters, digits, '_', '.' or '-'."
        raise InvalidArgument(msg)
    try:
        body = msgspec.json.encode(data)
    except UnicodeEncodeError as error:
        raise InvalidArgument(BROKEN_TEXT) from error
    except (TypeError, ValueError, RecursionError) as error:
        msg = f"The data of {type_!r:.80} cannot be written as JSON: {error}."
        raise InvalidArgument(msg) from error
    kind = REGISTRY.commands.get(type_)
    key = getattr(data, "outbox_key", None)
    return Command(
        id_ or uuid7(),
        type_,
        channel,
        msgspec.Raw(body),
        kind.lane if kind is not None else UNREGISTERED,
        int(written[0] * 1000),
        key() if kind is not None and (kind.latest or kind.one_by_one) and callable(key) else None,
        since=written[1],
    )
