"""A kernel's side of notifications on the real rules: a client whose service is an `Office`."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import replace
from typing import Any

import msgspec

from edu_widgets.client.events import CommandChanged, DocumentsChanged, SignalReceived
from edu_widgets.client.mirror import Mirror
from edu_widgets.client.outbox import CommandState
from edu_widgets.client.view import Person
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.protocol.documents import body
from edu_widgets.protocol.errors import Refused
from edu_widgets.protocol.messages import Changes
from edu_widgets.service import rules
from tests.notebook.doubles import FakeClient
from tests.notifications.office import COURSE, Office


class NoticeClient(FakeClient):
    """One person's client: commands reach the office, and documents the mirrors, when told."""

    def __init__(self, office: Office, person: rules.Person) -> None:
        super().__init__(COURSE)
        self.office = office
        self.who = person
        self.person = Person(person.id, person.name, person.role)
        self.mirrors: dict[str, Mirror] = defaultdict(Mirror)
        self.mirrors[self.channel] = self.held
        self.standing = replace(self.standing, features=("chat", "polls"))
        self.offered: tuple[str, ...] = ("alerts", "updates")
        self.channels = [self.channel, user_channel(COURSE, person.id)]
        self.channels += [staff_channel(COURSE)] if person.staff else []
        self.usable = True
        self._extra = itertools.count(1)
        self.sync()

    def mirror(self, channel: str | None = None) -> Mirror:
        return self.mirrors[channel or self.channel]

    def features(self, channel: str) -> tuple[str, ...]:
        return self.offered if channel.startswith("user:") else ()

    def check(self) -> None:
        pass

    def discard(self, id: str) -> None:  # noqa: A002
        super().discard(id)
        command = self.outbox.pop(id, None)
        if command is not None:
            self.emit(CommandChanged(command, gone=True))

    def deliver(self) -> None:
        """What was sent reaches the service, in order; answers come before documents."""
        self.run()
        for command in list(self.outbox.values()):
            if command.state is not CommandState.QUEUED:
                continue
            fields: dict[str, Any] = msgspec.json.decode(command.data)
            try:
                self.office.do(self.who, command.type, command.id, command.channel, **fields)
            except Refused as error:
                self.receipts[command.id].fail(error)
                changes = {"code": error.code, "error": str(error)}
                self.move(command, state=CommandState.FAILED, **changes)
            else:
                self.acknowledge(command.id)

    def sync(self, *, live: bool = True) -> None:
        """Documents arrive."""
        for channel in self.channels:
            mirror = self.mirrors[channel]
            first = not mirror.cursor.epoch
            known = mirror.cursor.seq
            docs = [doc for doc in self.office.told[channel] if doc.seq > known]
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

    def put(self, kind: str, id_: str, content: object, channel: str = "") -> None:
        """A document of another feature arrives; the same id again is its next version."""
        told = self.office.told[channel or self.channel]
        seq = max([doc.seq for doc in told], default=0) + 1
        born = next((doc.born for doc in told if doc.id == id_), seq)
        raw = body(content) if content is not None else msgspec.Raw(b"null")
        told.append(Document(id_, kind, born, seq, raw, deleted=content is None))
        self.sync()

    def say(self, type_: str, data: object, channel: str = "") -> None:
        """A base service tells something."""
        raw = msgspec.Raw(msgspec.json.encode(data))
        self.emit(SignalReceived(type_, channel or self.channel, raw))
