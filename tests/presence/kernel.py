"""A kernel's side of presence on the real rules: a client whose service is a `Classroom`."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import msgspec

from edu_widgets.client.events import DocumentsChanged, SignalReceived
from edu_widgets.client.mirror import Mirror
from edu_widgets.client.outbox import CommandState
from edu_widgets.client.view import Person
from edu_widgets.presence.commands import PeoplePage, Presence
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.protocol.errors import NotConnected, Refused
from edu_widgets.protocol.messages import Changes
from edu_widgets.service import rules
from tests.notebook.doubles import FakeClient
from tests.presence.classroom import COURSE, Classroom


class PresenceClient(FakeClient):
    """One person's client: commands reach the classroom, and documents the mirrors, when told."""

    def __init__(self, classroom: Classroom, person: rules.Person) -> None:
        super().__init__(COURSE)
        self.classroom = classroom
        self.who = person
        self.person = Person(person.id, person.name, person.role)
        self.mirrors: dict[str, Mirror] = defaultdict(Mirror)
        self.mirrors[self.channel] = self.held
        self.standing = replace(self.standing, features=("chat", "presence"))
        self.channels = [self.channel, user_channel(COURSE, person.id)]
        self.channels += [staff_channel(COURSE)] if person.staff else []
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

    # -- commands and documents ----------------------------------------------------------

    def deliver(self) -> None:
        """What was sent reaches the service, in order."""
        self.run()
        for command in list(self.outbox.values()):
            if command.state is not CommandState.QUEUED:
                continue
            fields: dict[str, Any] = msgspec.json.decode(command.data)
            try:
                self.classroom.do(self.who, command.type, command.id, **fields)
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
            docs = [doc for doc in self.classroom.told[channel] if doc.seq > known]
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

    # -- who is here ------------------------------------------------------------------------

    def answer(self, page: PeoplePage) -> None:
        """The oldest question that is open is answered."""
        open_ = next(answer for answer in self.answers if not answer.done())
        open_.answer(msgspec.Raw(msgspec.json.encode(page)))
        self.run()

    def fail_answer(self) -> None:
        next(answer for answer in self.answers if not answer.done()).fail(NotConnected("late"))
        self.run()

    def hear(self, frame: Presence, channel: str = "") -> None:
        """The service tells of changes."""
        data = msgspec.Raw(msgspec.json.encode(frame))
        self.emit(SignalReceived("presence", channel or self.channel, data))
        self.run()
