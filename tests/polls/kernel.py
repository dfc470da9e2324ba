"""A kernel's side of polls on the real rules: a client whose service is a `School`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import msgspec

from edu_widgets.client.events import DocumentsChanged
from edu_widgets.client.mirror import Mirror
from edu_widgets.client.outbox import CommandState
from edu_widgets.client.receipts import Receipt
from edu_widgets.client.view import Person
from edu_widgets.protocol import REGISTRY
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.protocol.errors import Refused
from edu_widgets.protocol.messages import Changes
from edu_widgets.service import rules
from tests.notebook.doubles import FakeClient
from tests.polls.school import COURSE, School


class PollClient(FakeClient):
    """One person's client: commands reach the school, and documents the mirrors, when told."""

    def __init__(self, school: School, person: rules.Person) -> None:
        super().__init__(COURSE)
        self.school = school
        self.who = person
        self.person = Person(person.id, person.name, person.role)
        self.mirrors: dict[str, Mirror] = defaultdict(Mirror)
        self.mirrors[self.channel] = self.held
        self.standing = replace(self.standing, features=("chat", "polls"))
        self.channels = [self.channel, user_channel(COURSE, person.id)]
        self.channels += [staff_channel(COURSE)] if person.staff else []
        self.usable = True
        self.sync()

    def mirror(self, channel: str | None = None) -> Mirror:
        return self.mirrors[channel or self.channel]

    def check(self) -> None:
        pass

    def wait_connected(self, timeout: float = 10.0) -> None:
        pass

    def send(
        self,
        type_: str,
        data: msgspec.Struct,
        *,
        channel: str | None = None,
        id: str | None = None,  # noqa: A002
    ) -> Receipt:
        key = getattr(data, "outbox_key", None)
        if REGISTRY.commands[type_].latest and key is not None:
            for command in self.commands(type_):
                old: Any = msgspec.json.decode(command.data, type=type(data))
                if old.outbox_key() == key():
                    self.drop(command.id)
        return super().send(type_, data, channel=channel, id=id)

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
                self.school.do(self.who, command.type, command.id, **fields)
            except Refused as error:
                self.receipts[command.id].fail(error)
                changes = {"code": error.code, "error": str(error)}
                self.move(command, state=CommandState.FAILED, **changes)
            else:
                self.acknowledge(command.id)

    def sync(self) -> None:
        """Documents arrive."""
        for channel in self.channels:
            mirror = self.mirrors[channel]
            first = not mirror.cursor.epoch
            known = mirror.cursor.seq
            docs = [doc for doc in self.school.told[channel] if doc.seq > known]
            if not docs and not first:
                continue
            seq = docs[-1].seq if docs else 0
            applied = mirror.apply(Changes("e", known, seq, docs, reset=first))
            self.emit(
                DocumentsChanged(
                    channel, applied.upserted, applied.removed, applied.reset, live=not first
                )
            )

    def settle(self) -> None:
        """Everything that is under way arrives."""
        self.deliver()
        self.sync()
        self.run()
