"""Pending commands: mine, from before they are handed over until the mirrors have their changes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec

from edu_widgets.client.bodies import report
from edu_widgets.client.course import CourseClient
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import Command, CommandState, InPlaceOf
from edu_widgets.client.sync.events import CommandChanged
from edu_widgets.protocol import CommandType, uuid7

LINGER = 30.0
"""Seconds after which an acknowledged command whose changes never arrive is forgotten."""

D = TypeVar("D", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class PendingCommand(Generic[D]):
    """One of my own commands.

    `state`: `pending` (under way), `queued` (kept until connected, or until its turn), `slowed`
    (sent again at `retry_at`), `failed` (with the reason in `error` and `code`), `held` (of an
    earlier session, waits for consent) or `sent` (acknowledged, its changes not yet here).
    `created` and `retry_at` are in ms since 1970.
    """

    id: str
    type: str
    data: D
    created: int
    state: str
    error: str = ""
    code: int = 0
    retry_at: int | None = None
    withdrawable: bool = False
    """True if the command waits and cannot have reached the service."""
    heads: Mapping[str, int] = field(default_factory=dict)
    """Once acknowledged: by channel, the sequence number that its changes reach to."""

    @property
    def hopeful(self) -> bool:
        """True if the command is done or will be without help: neither failed nor held."""
        return self.state not in {"failed", "held"}


@dataclass(slots=True)
class _Entry(Generic[D]):
    command: PendingCommand[D]
    channel: str
    receipt: Receipt | None = None
    """Set until the outbox reports the command."""
    epochs: Mapping[str, str] = field(default_factory=dict)
    """Once acknowledged: by channel, the history that its sequence number belongs to."""
    until: float | None = None
    """Time on the monotonic clock at which it is forgotten if no further event comes."""


class PendingCommands(Generic[D]):
    """My own commands of some types that are not done yet. Any thread.

    A command is registered before it is handed over, so that no event of the outbox can come too
    early. After the acknowledgement it stays until the mirrors reach the sequence numbers named
    there, or hold a document with the command's own id.
    """

    def __init__(
        self,
        client: CourseClient,
        *types: CommandType,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._clock = clock
        self._types = {type_.name: type_ for type_ in types}
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {
            type_.name: msgspec.json.Decoder(type_.data) for type_ in types
        }
        self._lock = threading.RLock()
        self._entries: dict[str, _Entry[D]] = {}

    def send(
        self,
        type_: str,
        data: D,
        id_: str = "",
        created: int | None = None,
        *,
        channel: str | None = None,
        instead: InPlaceOf | None = None,
    ) -> Receipt:
        """Register a command and hand it over.

        Args:
            type_: The name of the command.
            data: Its data.
            id_: Its id, if that was made elsewhere (by a page).
            created: The time it was made, in ms since 1970; None: now.
            channel: The channel it is for; None: the course's.
            instead: The waiting command that it replaces, see `CourseClient.send`.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        id_ = id_ or uuid7()
        created = int(time.time() * 1000) if created is None else created
        command = PendingCommand(id_, type_, data, created, "queued")

        def register(receipt: Receipt) -> Callable[[], object]:
            entry = _Entry(command, channel or self._client.channel, receipt)
            return partial(self._entries.setdefault, id_, entry)

        return self._client.send(
            type_, data, channel=channel, id=id_, instead=instead, register=register
        )

    def heard(self, event: CommandChanged) -> bool:
        """Take an event of the outbox; return True if its command is of one of these types."""
        command = event.command
        if command.type not in self._types:
            return False
        with self._lock:
            ended = command.state in (CommandState.SENT, CommandState.UNCONFIRMED)
            if not event.gone:
                self._note(command)
            elif event.seq is None and not ended:
                self._entries.pop(command.id, None)
            elif (entry := self._note(command)) is not None:
                heads = event.heads or {command.channel: event.seq or 0}
                entry.command = replace(entry.command, state="sent", heads=heads)
                entry.epochs = {name: self._client.mirror(name).cursor.epoch for name in heads}
        return True

    def waiting(self, *types: str) -> list[PendingCommand[D]]:
        """Return pending commands of some types (default: all), in the order of handing over."""
        live = self._client.view().state == "live"
        with self._lock:
            kept = [command for name in self._types for command in self._client.commands(name)]
            for command in kept:
                self._note(command)
            self._forget_settled({command.id for command in kept})
            # The other commands of a lane wait behind a slowed one.
            slowed = {command.lane for command in kept if command.state is CommandState.SLOWED}
            found = [
                self._by_connection(entry.command, slowed, live=live)
                for entry in list(self._entries.values())  # any thread may add to them
                if not self._has_arrived(entry)
            ]
        return [command for command in found if not types or command.type in types]

    # -- inside, under the lock ---------------------------------------------------------------

    def _note(self, command: Command) -> _Entry[D] | None:
        """Note a command the outbox holds or just held; events tell its progress from here on."""
        read = self._read(command)
        if read is None:
            return None
        entry = self._entries.get(command.id)
        revived = entry is not None and not entry.command.hopeful and read.hopeful
        if entry is not None and revived and entry.command.created != read.created:
            del self._entries[command.id]  # tried again: it goes behind the waiting ones
            entry = None
        if entry is None:
            entry = self._entries[command.id] = _Entry(read, command.channel)
        entry.command, entry.receipt, entry.until = read, None, self._clock() + LINGER
        return entry

    def _forget_settled(self, kept: set[str]) -> None:
        now = self._clock()
        for id_, entry in list(self._entries.items()):
            if id_ in kept:
                continue
            if entry.receipt is not None and entry.receipt.done():
                if entry.receipt.error is not None:
                    del self._entries[id_]  # the client never took it
                    continue
                # Settled, and its event is about to be heard.
                entry.receipt, entry.until = None, now + LINGER
            overdue = entry.until is not None and entry.until <= now
            if overdue or self._has_arrived(entry):
                del self._entries[id_]

    def _has_arrived(self, entry: _Entry[D]) -> bool:
        """Return True if the mirrors hold the command's changes."""
        command = entry.command
        if self._client.mirror(entry.channel).get(command.id) is not None:
            return True  # the created document has the command's id
        return command.state == "sent" and all(
            self._is_at(channel, seq, entry.epochs.get(channel, ""))
            for channel, seq in command.heads.items()
        )

    def _is_at(self, channel: str, seq: int, epoch: str) -> bool:
        """Return True if a mirror has reached `seq`, or follows another history, counted anew."""
        cursor = self._client.mirror(channel).cursor
        return cursor.seq >= seq or (epoch != "" and cursor.epoch not in ("", epoch))

    def _by_connection(
        self, command: PendingCommand[D], slowed: set[Any], *, live: bool
    ) -> PendingCommand[D]:
        """Return a queued command as pending while its lane is sending, else as it is."""
        if command.state != "queued":
            return command
        if live and self._types[command.type].lane not in slowed:
            return replace(command, state="pending", withdrawable=False)
        return command

    def _read(self, command: Command) -> PendingCommand[D] | None:
        try:
            data: D = self._decoders[command.type].decode(command.data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            report(command.id, str(error))
            return None
        state = "pending" if command.state is CommandState.SENT else str(command.state)
        return PendingCommand(
            command.id,
            command.type,
            data,
            command.created,
            state,
            command.error,
            command.code,
            command.retry_at,
            withdrawable=state in {"queued", "slowed"} and not command.handed,
        )
