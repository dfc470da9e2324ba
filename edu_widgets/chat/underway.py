"""One's own commands on their way: handed over, in the outbox, or acknowledged but not back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from edu_widgets.chat.documents import CHAT_MESSAGE
from edu_widgets.client.acknowledged import Acknowledged
from edu_widgets.client.bodies import report
from edu_widgets.client.commands import InPlaceOf
from edu_widgets.client.course import CourseClient
from edu_widgets.client.events import CommandChanged
from edu_widgets.client.outbox import Command
from edu_widgets.client.receipts import Receipt
from edu_widgets.protocol import REGISTRY, Lane, uuid7

_ENDED = ("sent", "unconfirmed")


@dataclass(frozen=True, slots=True)
class Own:
    """One command of one's own. `state` is as the page shows it; `seq` once acknowledged."""

    id: str
    type: str
    data: Any
    created: int
    state: str
    error: str = ""
    code: int = 0
    until: int | None = None
    seq: int | None = None
    withdrawable: bool = False
    """Whether it waits and the service cannot have it."""


@dataclass(slots=True)
class _Handed:
    """Handed to the client, which has not told yet that it is gone."""

    type: str
    data: msgspec.Struct
    created: int
    receipt: Receipt | None = None

    @property
    def failed(self) -> bool:
        return self.receipt is not None and self.receipt.error is not None


class Underway:
    """One's own commands of some types until what they changed is in the mirror. Any thread."""

    def __init__(
        self, client: CourseClient, types: Iterable[str], clock: Callable[[], float]
    ) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.RLock()
        self._decoders = {
            name: msgspec.json.Decoder(REGISTRY.commands[name].data) for name in types
        }
        self._handed: dict[str, _Handed] = {}
        self._acknowledged = Acknowledged(self._arrived)

    def send(
        self,
        type_: str,
        data: msgspec.Struct,
        id_: str = "",
        created: int | None = None,
        *,
        instead: InPlaceOf | None = None,
    ) -> Receipt:
        """Hand a command over; it counts even before the outbox tells of it.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        id_ = id_ or uuid7()
        handed = _Handed(type_, data, int(time.time() * 1000) if created is None else created)
        with self._lock:
            self._handed[id_] = handed
        try:
            handed.receipt = self._client.send(type_, data, id=id_, instead=instead)
        except BaseException:
            with self._lock:
                self._handed.pop(id_, None)
            raise
        return handed.receipt

    def moved(self, event: CommandChanged) -> None:
        """The outbox tells of a command: it moved, was acknowledged, or discarded."""
        command = event.command
        with self._lock:
            if not event.gone:
                self._acknowledged.forget(command.id)
                return
            # Until now it counted as handed over: the outbox forgets it before it tells.
            self._handed.pop(command.id, None)
            if command.state in _ENDED:
                # What it changed is still on the way: until then it counts, as sent.
                own = self._from_command(command, live=True)
                if own is not None:
                    sent = replace(own, state="sent", seq=event.seq or 0)
                    self._acknowledged.keep(command.id, sent, self._clock())

    def of(self, *types: str) -> list[Own]:
        """One's own commands of these types (default: all), by creation."""
        live = self._client.view().state == "live"
        with self._lock:
            found = self._acknowledged.waiting(self._clock())
            commands = [c for name in self._decoders for c in self._client.commands(name)]
            # Behind a command that has to come again later, the others of its lane wait.
            slowed = {command.lane for command in commands if command.state == "slowed"}
            for command in commands:
                own = self._from_command(command, live=live and command.lane not in slowed)
                if own is not None and not self._arrived(own):
                    found[command.id] = own
            for id_, handed in list(self._handed.items()):
                state = "pending" if live and _lane(handed.type) not in slowed else "queued"
                own = Own(id_, handed.type, handed.data, handed.created, state)
                if handed.failed or self._arrived(own):
                    del self._handed[id_]
                elif id_ not in found:
                    found[id_] = own
        wanted = [own for own in found.values() if not types or own.type in types]
        return sorted(wanted, key=lambda own: own.created)

    def _arrived(self, own: Own) -> bool:
        """Whether the mirror holds what it changed."""
        mirror = self._client.mirror()
        if own.type == CHAT_MESSAGE.name:
            return mirror.get(own.id) is not None
        return own.seq is not None and mirror.cursor.seq >= own.seq

    def _from_command(self, command: Command, *, live: bool) -> Own | None:
        decoder = self._decoders.get(command.type)
        if decoder is None:
            return None
        try:
            data = decoder.decode(command.data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            report(command.id, str(error))
            return None
        state = str(command.state)
        if state == "sent" or (state == "queued" and live):
            state = "pending"
        return Own(
            command.id,
            command.type,
            data,
            command.created,
            state,
            command.error,
            command.code,
            command.retry_at,
            withdrawable=state in ("queued", "slowed") and not command.handed,
        )


def _lane(type_: str) -> Lane:
    return REGISTRY.commands[type_].lane
