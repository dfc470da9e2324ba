"""A service and its clients without sockets: the real store, hub and sessions on a fake wire."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from edu_widgets.chat.commands import AddReaction
from edu_widgets.chat.documents import ChatMessage, Message
from edu_widgets.chat.service import FEATURE as CHAT
from edu_widgets.client.dialects import dialect_of
from edu_widgets.client.sync.commands import Command
from edu_widgets.client.sync.events import Close, Connect, Send
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.session import Session
from edu_widgets.protocol import (
    MAX_SERVICE_FRAME,
    REGISTRY,
    CommandType,
    DocumentKind,
    decode,
    uuid7,
)
from edu_widgets.protocol.channels import course_channel, staff_channel, user_channel
from edu_widgets.protocol.errors import OutboxFull
from edu_widgets.protocol.messages import Data
from edu_widgets.service import dispatch
from edu_widgets.service.audit import Audit
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.features import Feature
from edu_widgets.service.frames import Frame
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Identity
from edu_widgets.service.member import Member
from edu_widgets.service.rules import DELETE, Decision, Get, Person, Request, RuleRun, Write
from edu_widgets.service.store.sqlite import SqliteStore

COURSE = "py101"
ROOM = course_channel(COURSE)
STAFF = staff_channel(COURSE)

KINDS = ("message", "test_secret", "role", "own_reactions")
"""Kinds of documents that are compared."""


class Secret(Data):
    """A document of the tests' own: something only its channel's readers may see."""

    text: str


class Touch(Data):
    """A command of the tests' own: edit, delete, or write to several channels at once."""

    id: str
    what: str
    text: str = ""


@contextmanager
def registered() -> Iterator[None]:
    """The tests' own types, in the protocol's registry for as long as the block lasts."""
    REGISTRY.document(DocumentKind("test_secret", Secret))
    REGISTRY.command(CommandType("test_touch", Touch, "status", feature="chat"))
    yield
    del REGISTRY.documents["test_secret"], REGISTRY.commands["test_touch"]


def touch(request: Request[Touch]) -> RuleRun:
    """Edit or delete any message; or tell room, staff and oneself something in one commit."""
    data = request.data
    if data.what == "everywhere":
        mine = user_channel(request.course, request.user.id)
        body = Secret(data.text)
        channels = enumerate((ROOM, STAFF, mine))
        return Decision([Write(c, f"{data.id}-{i}", "test_secret", body) for i, c in channels])
    found = yield Get(ROOM, (data.id,))
    if not found or found[0].deleted:
        return Decision()
    if data.what == "delete":
        return Decision([Write(ROOM, data.id, Message.kind, DELETE)])
    message: Message = found[0].as_(Message)
    edited = msgspec.structs.replace(message, content=data.text, edited=True)
    return Decision([Write(ROOM, data.id, Message.kind, edited)])


TOUCH = Feature("touch", rules={"test_touch": touch})


class Time:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def elapsed(self) -> float:
        return self.now

    def wall(self) -> float:
        return 1_700_000_000.0 + self.now


class Wire:
    """The way out to one member: frames wait here until they are delivered, or lost."""

    def __init__(self) -> None:
        self.frames: deque[bytes] = deque()
        self.closed = False

    def write(self, frame: Frame) -> None:
        if not self.closed:
            self.frames.append(frame.payload)

    def arrival(self) -> asyncio.Future[None]:
        read: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        read.set_result(None)
        return read

    def close(self, code: int, reason: str) -> None:
        del code, reason
        self.closed = True

    def check(self, now: float) -> None:
        del now


class Client:
    """One person: a session, and the wire it may have."""

    def __init__(self, world: World, name: str, role: str) -> None:
        self.world = world
        self.person = Person(name, name, role)
        self.outbox = Outbox()
        self.session = Session(
            name, self.outbox, world.time, random.Random(name), uuid7, dialect_of
        )
        self.channels = [ROOM, user_channel(COURSE, name)]
        self.channels += [STAFF] if self.person.staff else []
        for channel in self.channels:
            self.session.subscribe(channel)
        self.wire: Wire | None = None
        self.member: Member | None = None
        self.to_service: deque[bytes] = deque()
        self.wanted = False
        self.session.open()
        self.act()

    def submit(self, type_: str, id_: str, data: Any, lane: str) -> None:
        """Hand a command over."""
        time, raw = self.world.time, msgspec.Raw(msgspec.json.encode(data))
        created, since = int(time.wall() * 1000), time.elapsed()
        command = Command(id_, type_, ROOM, raw, lane, created, since=since)
        try:
            self.outbox.check_room(command.size)
        except OutboxFull:
            return
        self.session.submit(command)
        self.act()

    def connect(self) -> None:
        """Let a wanted connection come up."""
        self.world.time.now += 10
        self.session.tick()
        self.act()
        if self.wanted and self.wire is None:
            self.wanted = False
            self.wire = Wire()
            self.member = Member(Identity(self.person.id, {COURSE: self.person}), self.wire)
            self.world.hub.admit(self.member)
            self.session.opened()
            self.act()

    async def drop(self) -> None:
        """Lose the connection with everything on it."""
        if self.member is not None:
            await self.world.hub.dismiss(self.member, 1006)
        self.wire = self.member = None
        self.to_service.clear()
        self.session.lost(0, "cut")
        self.act()

    async def deliver(self, up: int, down: int) -> None:
        """Let some frames through in each direction."""
        for _ in range(min(up, len(self.to_service))):
            if self.member is not None:
                await dispatch.receive(self.world.hub, self.member, self.to_service.popleft())
        for _ in range(min(down, len(self.wire.frames) if self.wire else 0)):
            assert self.wire is not None
            self.session.receive(self.wire.frames.popleft())
            self.act()

    def frames(self) -> list[bytes]:
        """The frames on their way to this client."""
        return list(self.wire.frames) if self.wire is not None else []

    def lose(self) -> bool:
        """Lose a live change on its way: a hole, to be noticed at the next change."""
        for frame in self.wire.frames if self.wire else ():
            envelope = decode(frame, limit=MAX_SERVICE_FRAME)
            state = self.session.channels.get(envelope.channel)
            if envelope.type == "changes" and state is not None and not state.catching_up:
                assert self.wire is not None
                self.wire.frames.remove(frame)
                return True
        return False

    def delay_pages(self) -> None:
        """Let pages of older documents arrive after everything that was sent since."""
        if self.wire is not None:
            frames = list(self.wire.frames)
            late = [f for f in frames if decode(f, limit=MAX_SERVICE_FRAME).type == "page"]
            self.wire.frames = deque([f for f in frames if f not in late] + late)

    def act(self) -> None:
        for action in self.session.actions():
            match action:
                case Connect():
                    self.wanted = True
                case Send(frame):
                    self.to_service.append(frame)
                case Close():
                    self.wanted = False
        self.session.events()

    @property
    def quiet(self) -> bool:
        """Nothing is on its way in either direction."""
        return not self.to_service and not (self.wire and self.wire.frames)


class World:
    """The service, its file, and everybody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.time = Time()
        self.clients: list[Client] = []
        self.said: list[str] = []
        self.taken: dict[str, bytes] = {}

    async def open(self) -> World:
        """Start the service on its file."""
        self.store = SqliteStore(self.folder / "service.sqlite3")
        config = ServiceConfig(rate_limits=False)
        audit = Audit(self.folder / "audit.jsonl")
        features = (CHAT, TOUCH)
        self.audit = audit
        self.hub = Hub(self.store, courses=[COURSE], config=config, features=features, audit=audit)
        return self

    async def close(self) -> None:
        """Stop the service; everybody loses their connection."""
        for client in self.clients:
            await client.drop()
        await self.hub.close()
        await self.store.close()
        self.audit.close()

    async def restart(self) -> None:
        """Stop and start on the same file."""
        await self.close()
        await self.open()

    async def back_up(self) -> None:
        """Copy the stopped service's file."""
        await self.close()
        shutil.copy(self.folder / "service.sqlite3", self.folder / "backup.sqlite3")
        await self.open()

    async def restore(self) -> None:
        """Put the copy back: a history in which the latest never happened."""
        backup = self.folder / "backup.sqlite3"
        if not backup.exists():
            return
        await self.close()
        for path in self.folder.glob("service.sqlite3*"):
            path.unlink()
        shutil.copy(backup, self.folder / "service.sqlite3")
        await self.open()

    async def snapshot(self) -> None:
        """Keep all the service's files as they are while it runs, as a disk's snapshot does."""
        await self.store.check()  # nothing is being written
        files = self.folder.glob("service.sqlite3*")
        self.taken = {path.name: path.read_bytes() for path in files}

    async def roll_back(self) -> None:
        """Put all of them back: nothing beside the store tells that it is another one."""
        if not self.taken:
            return
        await self.close()
        for path in self.folder.glob("service.sqlite3*"):
            if path.name not in self.taken:
                path.unlink()
        for name, raw in self.taken.items():
            (self.folder / name).write_bytes(raw)
        await self.open()

    def join(self, name: str, role: str = "student") -> Client:
        """Somebody new."""
        client = Client(self, name, role)
        self.clients.append(client)
        return client

    def say(self, client: Client, text: str) -> None:
        """Somebody writes a message."""
        data = ChatMessage(id=uuid7(), content=text)
        self.said.append(data.id)
        client.submit("chat_message", data.id, data, "chat")

    def touch(self, client: Client, what: str, target: str, text: str) -> None:
        """Somebody changes something; each command has an id of its own."""
        data = Touch(id=target, what=what, text=text)
        client.submit("test_touch", uuid7(), data, "status")

    def react(self, client: Client, target: str, emoji: str, *, add: bool) -> None:
        """Somebody reacts, or takes it back: what the others may learn a little later."""
        data = AddReaction(target, emoji, action="add" if add else "remove")
        client.submit("add_reaction", uuid7(), data, "vote")

    async def settle(self) -> None:
        """Connect everybody and let everything through, until nothing moves any more."""
        quiet = 0
        for _ in range(10_000):
            for client in self.clients:
                if client.wire is None or client.wire.closed:
                    if client.wire is not None:
                        await client.drop()
                    client.connect()
                await client.deliver(1000, 1000)
            await asyncio.sleep(0)
            busy = any(not client.quiet or client.outbox.waiting for client in self.clients)
            busy = busy or any(c.member is not None and c.member.tasks for c in self.clients)
            if not busy:
                self.hub.rooms.flush()  # as a quarter of a second later
                busy = any(not client.quiet for client in self.clients)
            quiet = 0 if busy else quiet + 1
            if quiet > 3:
                return
            if busy:
                await asyncio.sleep(0.001)
        stuck = {c.person.id: (c.quiet, len(c.outbox), c.session.state) for c in self.clients}
        raise AssertionError(f"never quiet: {stuck}")

    async def truth(self, channel: str) -> dict[str, Any]:
        """Every living document of a channel, as the store has it."""
        docs: dict[str, Any] = {}
        for kind in KINDS:
            before: int | None = None
            while True:
                page = await self.store.page(channel, kind, before, 200)
                docs |= {doc.id: doc for doc in page.docs if not doc.deleted}
                if not page.more:
                    break
                before = page.floor
        return docs
