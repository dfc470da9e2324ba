"""One's own commands on their way: handed over, in the outbox, or acknowledged but not back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import msgspec

from edu_widgets.client.acknowledged import Acknowledged
from edu_widgets.client.bodies import report
from edu_widgets.client.course import CourseClient
from edu_widgets.client.outbox import Command
from edu_widgets.client.receipts import Receipt
from edu_widgets.protocol import CommandType

D = TypeVar("D", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Own(Generic[D]):
    """A command of one's own.

    `state`: `pending` (under way), `queued` (kept until connected), `slowed`, `failed` (`error`
    and `code` say why), `held` (of an earlier session, waits for a yes) or `sent` (acknowledged,
    its document not yet here). `created` is in ms since 1970.
    """

    id: str
    data: D
    created: int
    state: str
    error: str = ""
    code: int = 0


@dataclass(slots=True)
class _Handed(Generic[D]):
    own: Own[D]
    receipt: Receipt


class OnTheWay(Generic[D]):
    """The commands of one type that are not done yet. Any thread.

    `arrived` tells whether what a command asks for is in the documents by now.
    """

    def __init__(
        self,
        client: CourseClient,
        command: CommandType,
        data: type[D],
        arrived: Callable[[Own[D]], bool],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._command = command
        self._decoder = msgspec.json.Decoder(data)
        self._arrived = arrived
        self._clock = clock
        self._lock = threading.RLock()
        self._handed: dict[str, _Handed[D]] = {}
        self._acknowledged = Acknowledged(arrived)

    def hand(self, id_: str, data: D) -> Receipt:
        """Hand a command to the client; it is known here even before the outbox tells of it.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        receipt = self._client.send(self._command.name, data, id=id_)
        own = Own(id_, data, int(time.time() * 1000), "pending")
        with self._lock:
            if all(command.id != id_ for command in self._client.commands(self._command.name)):
                self._handed[id_] = _Handed(own, receipt)
        return receipt

    def moved(self, command: Command, *, gone: bool) -> None:
        """The outbox tells of a command: it moved, was acknowledged, or discarded."""
        with self._lock:
            if not gone:
                self._acknowledged.forget(command.id)
                return
            # Until now it counted as handed over: the outbox forgets it before it tells.
            self._handed.pop(command.id, None)
            if command.state == "sent" and not command.error:
                own = self._own(command)
                if own is not None and not self._arrived(own):
                    own = replace(own, state="sent")
                    self._acknowledged.keep(command.id, own, self._clock())

    def all(self) -> list[Own[D]]:
        """What is not done yet, oldest first."""
        live = self._client.view().state == "live"
        with self._lock:
            found = self._acknowledged.waiting(self._clock())
            for command in self._client.commands(self._command.name):
                own = self._own(command)
                if own is not None and not self._arrived(own):
                    found[own.id] = own
            for id_, handed in list(self._handed.items()):
                if handed.receipt.error is not None or self._arrived(handed.own):
                    del self._handed[id_]
                else:
                    found.setdefault(id_, handed.own)
        shown = (self._by_connection(own, live=live) for own in found.values())
        return sorted(shown, key=lambda own: (own.created, own.id))

    @staticmethod
    def _by_connection(own: Own[D], *, live: bool) -> Own[D]:
        """What waits is under way, or kept, as the connection is."""
        if own.state in {"queued", "pending"}:
            return replace(own, state="pending" if live else "queued")
        return own

    def _own(self, command: Command) -> Own[D] | None:
        try:
            data = self._decoder.decode(command.data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            report(command.id, str(error))
            return None
        state = str(command.state)
        state = "pending" if state == "sent" else state
        return Own(command.id, data, command.created, state, command.error, command.code)
