"""A kernel's side of a feature on its real rules: a client whose service is in memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any, Generic, TypeVar

import msgspec

from edu_widgets.client.events import DocumentsChanged
from edu_widgets.client.mirror import Mirror
from edu_widgets.client.outbox import CommandState
from edu_widgets.client.view import Person
from edu_widgets.protocol.errors import Refused
from edu_widgets.protocol.messages import Changes
from edu_widgets.service import rules
from tests.in_memory.service import COURSE, InMemoryService, channels_of
from tests.notebook.doubles import FakeClient

S = TypeVar("S", bound=InMemoryService)


class InMemoryClient(FakeClient, Generic[S]):
    """One person's client: commands reach the service, and documents the mirrors, when told."""

    def __init__(self, service: S, person: rules.Person) -> None:
        super().__init__(COURSE)
        self.service = service
        self.who = person
        self.person = Person(person.id, person.name, person.role)
        self.mirrors: dict[str, Mirror] = defaultdict(Mirror)
        self.mirrors[self.channel] = self.held
        self.standing = replace(self.standing, features=("chat", service.feature.name))
        self.channels = channels_of(person)
        self.usable = True
        self.sync()

    def mirror(self, channel: str | None = None) -> Mirror:
        return self.mirrors[channel or self.channel]

    def check(self) -> None:
        pass

    def discard(self, id: str) -> None:  # noqa: A002
        super().discard(id)
        if id in self.outbox:
            self.drop(id)

    def deliver(self) -> None:
        """What was sent reaches the service, in order; answers come before documents."""
        self.run()
        for command in list(self.outbox.values()):
            if command.state is not CommandState.QUEUED:
                continue
            fields: dict[str, Any] = msgspec.json.decode(command.data)
            try:
                done = self.service.do(
                    self.who, command.type, command.id, command.channel, **fields
                )
            except Refused as error:
                self.receipts[command.id].fail(error)
                changes = {"code": error.code, "error": str(error)}
                self.move(command, state=CommandState.FAILED, **changes)
            else:
                self.acknowledge(command.id, done.seq)

    def sync(self, *, live: bool = True) -> None:
        """Documents arrive."""
        for channel in self.channels:
            mirror = self.mirrors[channel]
            first = not mirror.cursor.epoch
            known = mirror.cursor.seq
            docs = [doc for doc in self.service.told[channel] if doc.seq > known]
            if not docs and not first:
                continue
            seq = docs[-1].seq if docs else 0
            applied = mirror.apply(Changes("e", known, seq, docs, reset=first))
            self.emit(
                DocumentsChanged(
                    channel,
                    applied.upserted,
                    applied.removed,
                    applied.reset,
                    live=live and not first,
                )
            )

    def settle(self) -> None:
        """Everything that is under way arrives."""
        self.deliver()
        self.sync()
        self.run()
