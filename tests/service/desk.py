"""The chat's rules on a real store, without sockets: who asks what, and what is there then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from edu_widgets.chat.documents import ChatMessage, Message
from edu_widgets.chat.service import FEATURE
from edu_widgets.protocol import REGISTRY, uuid7
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.service.config import ChannelConfig, ServiceConfig
from edu_widgets.service.rules import Person, Request
from edu_widgets.service.store import Committed
from edu_widgets.service.store.sqlite import SqliteStore

COURSE = "c"
ROOM = "course:c"
STAFF = staff_channel(COURSE)
ADA = Person("u-ada", "Ada", "student")
BO = Person("u-bo", "Bo", "student")
MIRA = Person("u-mira", "Mira", "instructor")
START = 1_700_000_000_000


def own(person: Person) -> str:
    return user_channel(COURSE, person.id)


class Desk:
    """Hands commands to the store; its clock moves when told."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.now = START
        self.config: ChannelConfig = ServiceConfig().course

    def request(
        self, person: Person, type_: str, data: msgspec.Struct, id_: str = "", room: str = ROOM
    ) -> Request[Any]:
        id_ = id_ or uuid7()
        return Request(COURSE, room, person, type_, data, id_, self.now, self.config)

    async def do(
        self, person: Person, type_: str, id_: str = "", room: str = ROOM, **fields: Any
    ) -> Committed:
        """One command, as it would come over the wire."""
        raw = msgspec.json.encode(fields)
        data = msgspec.json.decode(raw, type=REGISTRY.commands[type_].data)
        request = self.request(person, type_, data, id_, room)
        return await self.store.commit(request, FEATURE.rules[type_])

    async def say(self, person: Person, text: str, id_: str = "", **more: Any) -> str:
        """A message; its id."""
        data = ChatMessage(id_ or uuid7(), text, **more)
        request = self.request(person, "chat_message", data, data.id)
        await self.store.commit(request, FEATURE.rules["chat_message"])
        return data.id

    async def all(self, kind: str, channel: str = ROOM) -> list[Any]:
        """Every living document's body of a kind."""
        page = await self.store.page(channel, kind, None, 1_000)
        return [doc.as_(REGISTRY.documents[kind].body) for doc in page.docs]

    async def message(self, id_: str) -> Message:
        """The message with this id."""
        found: Message = next(m for m in await self.all("message") if m.id == id_)
        return found

    async def heads(self) -> tuple[int, ...]:
        """The number of changes in each channel."""
        channels = (ROOM, STAFF, own(ADA), own(BO), own(MIRA))
        return tuple([(await self.store.heads(channel)).seq for channel in channels])


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Desk]:
    store = SqliteStore(folder / "service.db")
    try:
        yield Desk(store)
    finally:
        await store.close()
