"""What this person asked for about themselves and what is not done yet: it is shown at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from edu_widgets.client.acknowledged import LINGER
from edu_widgets.client.course import CourseClient
from edu_widgets.client.outbox import Command, CommandState
from edu_widgets.client.receipts import Receipt
from edu_widgets.protocol import REGISTRY


@dataclass(frozen=True, slots=True)
class Wish:
    """A command of one's own. `state`: `pending` (under way) or `queued` (kept)."""

    id: str
    type: str
    data: msgspec.Struct
    created: int
    state: str


class Wishes:
    """The newest of one's own commands of some types. Any thread.

    `granted` tells whether the documents say by now what a wish asks for.
    """

    def __init__(
        self, client: CourseClient, types: tuple[str, ...], granted: Callable[[Wish], bool]
    ) -> None:
        self._client = client
        self._types = types
        self._granted = granted
        self._lock = threading.Lock()
        self._handed: tuple[Wish, Receipt] | None = None
        self._acknowledged: tuple[Wish, float] | None = None

    def hand(self, type_: str, data: msgspec.Struct) -> Receipt:
        """Hand a command to the client; it is known here even before the outbox tells of it.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        receipt = self._client.send(type_, data)
        wish = Wish(receipt.id, type_, data, int(time.time() * 1000), "pending")
        with self._lock:
            self._handed = (wish, receipt)
            self._acknowledged = None
        return receipt

    def moved(self, command: Command, *, gone: bool) -> bool:
        """The outbox tells of a command; whether it is one of ours."""
        if command.type not in self._types:
            return False
        with self._lock:
            if self._handed is not None and self._handed[0].id == command.id:
                self._handed = None
        done = gone and command.state is CommandState.SENT and not command.error
        wish = _wish(command) if done else None
        if wish is not None and not self._granted(wish):
            with self._lock:
                self._acknowledged = (wish, time.monotonic() + LINGER)
        return True

    def documents_came(self) -> None:
        """The documents are newer now: what was acknowledged is in them, or over already."""
        with self._lock:
            self._acknowledged = None

    def newest(self) -> Wish | None:
        """What is wanted and not yet so, or None."""
        found = [
            wish
            for type_ in self._types
            for command in self._client.commands(type_)
            if command.state in _HOPEFUL and (wish := _wish(command)) is not None
        ]
        with self._lock:
            if self._handed is not None and self._handed[1].done():
                self._handed = None
            if self._acknowledged is not None and self._acknowledged[1] < time.monotonic():
                self._acknowledged = None
            found += [held[0] for held in (self._handed, self._acknowledged) if held is not None]
        if not found:
            return None
        wish = max(found, key=lambda wish: (wish.created, wish.id))
        if self._granted(wish):
            return None
        live = self._client.view().state == "live"
        return replace(wish, state="pending" if live else "queued")


_HOPEFUL = (CommandState.QUEUED, CommandState.SENT, CommandState.SLOWED)


def _wish(command: Command) -> Wish | None:
    try:
        data = msgspec.json.decode(command.data, type=REGISTRY.commands[command.type].data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None  # of another version: it is sent, and shown once it is done
    if getattr(data, "user_id", ""):
        return None  # about somebody else
    return Wish(command.id, command.type, data, command.created, str(command.state))
