"""A kernel's side of a feature on its real rules: a client whose service is in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Generic, TypeVar
from unittest.mock import patch

import msgspec
from typing_extensions import override

from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.client.view import Person
from edu_widgets.protocol.errors import Refused
from edu_widgets.protocol.messages import Changes
from edu_widgets.service import rules
from tests.in_memory.service import COURSE, InMemoryService, channels_of
from tests.notebook.doubles import FakeClient

S = TypeVar("S", bound=InMemoryService)


@contextmanager
def nothing_here_yet() -> Iterator[None]:
    """Clients made meanwhile have no documents until they `sync`."""
    with patch.object(InMemoryClient, "sync", lambda _: None):
        yield


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

    @override
    def mirror(self, channel: str | None = None) -> Mirror:
        return self.mirrors[channel or self.channel]

    @override
    def service_now(self) -> float:
        return float(self.service.now)

    @override
    def caught_up(self, channel: str | None = None) -> bool:
        return self.caught and bool(self.mirror(channel).cursor.epoch)

    @override
    def check(self) -> None:
        pass

    @override
    def discard(self, id: str) -> None:
        super().discard(id)
        if id in self.outbox:
            self.drop(id)

    def deliver(self) -> None:
        """The service gets the commands, in order; answers come before documents."""
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
                heads = {change.channel: change.seq for change in done.changes}
                mine = {name: seq for name, seq in heads.items() if name in self.channels}
                self.acknowledge(command.id, done.seq, mine)

    def sync(self, *, live: bool = True, pages: int = 1) -> None:
        """Documents arrive, in so many frames, all of which are here before one is told of."""
        for channel in self.channels:
            mirror = self.mirrors[channel]
            first = not mirror.cursor.epoch
            docs = [doc for doc in self.service.told[channel] if doc.seq > mirror.cursor.seq]
            if not docs and not first:
                continue
            size = max(1, -(-len(docs) // pages))
            parts = [docs[n : n + size] for n in range(0, len(docs), size)] or [[]]
            applied = []
            for number, part in enumerate(parts):
                known, seq = mirror.cursor.seq, part[-1].seq if part else 0
                frame = Changes("e", known, seq, part, reset=first and number == 0)
                applied.append(mirror.apply(frame))
            for number, done in enumerate(applied, start=1):
                self.emit(
                    DocumentsChanged(
                        channel,
                        done.upserted,
                        done.removed,
                        done.reset,
                        live=live and not first,
                        caught_up=self.caught and number == len(applied),
                    )
                )

    def settle(self) -> None:
        """Everything that is under way arrives."""
        self.deliver()
        self.sync()
        self.run()
