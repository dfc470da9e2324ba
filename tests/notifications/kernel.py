"""A kernel's side of notifications on the real rules: a client whose service is an `Office`."""

from __future__ import annotations

import msgspec

from edu_widgets.client.sync.events import SignalReceived
from edu_widgets.protocol import Document
from edu_widgets.protocol.documents import body
from edu_widgets.service import rules
from tests.in_memory.client import InMemoryClient
from tests.notifications.office import Office


class NoticeClient(InMemoryClient[Office]):
    """One person's client: commands reach the office, and documents the mirrors, when told."""

    def __init__(self, office: Office, person: rules.Person) -> None:
        super().__init__(office, person)
        self.offered: tuple[str, ...] = ("alerts", "updates")

    def features(self, channel: str) -> tuple[str, ...]:
        return self.offered if channel.startswith("user:") else ()

    def put(self, kind: str, id_: str, content: object, channel: str = "") -> None:
        """A document of another feature arrives; the same id again is its next version."""
        told = self.service.told[channel or self.channel]
        seq = max([doc.seq for doc in told], default=0) + 1
        born = next((doc.born for doc in told if doc.id == id_), seq)
        raw = body(content) if content is not None else msgspec.Raw(b"null")
        told.append(Document(id_, kind, born, seq, raw, deleted=content is None))
        self.sync()

    def say(self, type_: str, data: object, channel: str = "") -> None:
        """A base service tells something."""
        raw = msgspec.Raw(msgspec.json.encode(data))
        self.emit(SignalReceived(type_, channel or self.channel, raw))
