"""A client without a network, a clock without time, a comm without a kernel."""

# ruff: noqa: A002 - `id` is the client's own name
from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, ClassVar, cast

import comm
import msgspec
from comm.base_comm import BaseComm
from typing_extensions import override

from edu_widgets.chat.documents import Message, Reaction
from edu_widgets.client.course import CourseClient, CourseEvent, CourseView, Person, ViewChanged
from edu_widgets.client.runtime.receipts import Answer, Receipt
from edu_widgets.client.sync.commands import Command, CommandState, InPlaceOf
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged
from edu_widgets.client.sync.mirror import Applied, Mirror
from edu_widgets.client.view import Entrance
from edu_widgets.protocol import REGISTRY, Document, uuid7
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.documents import body
from edu_widgets.protocol.errors import EduWidgetsError, NotConnected, TooLate, refusal
from edu_widgets.protocol.messages import Changes, Page

START = 1_700_000_000_000


class FakeClient(CourseClient):
    """Stands in for a CourseClient: what it is given happens when the test says so.

    By `override` the type checker sees where it and the real one drift apart.
    """

    base: bool = False
    usable: bool = True

    def __init__(self, course: str = "py101", name: str = "Ada", role: str = "student") -> None:
        self.course = course
        self.host = "127.0.0.1:8765"
        self.scope = "ada-in-py101"
        self.channel = f"course:{course}"
        self.invite = ""
        self.entrance = Entrance()
        self.now = 1_000.0
        self.person = Person("u-ada", name, role)
        self.standing = CourseView("live", features=("chat",))
        self.held = Mirror()
        self.base = False
        self.caught = True
        self.others: dict[str, Mirror] = {}
        self.signals: list[tuple[str, Any]] = []
        self.last_words: list[Callable[[], object]] = []
        self.answers: list[Answer] = []
        self.questions: list[tuple[str, Any]] = []
        self.listeners: list[Callable[[CourseEvent], None]] = []
        self.outbox: dict[str, Command] = {}
        self.receipts: dict[str, Receipt] = {}
        self.asked: list[tuple[str, str]] = []
        self.refuse_with: EduWidgetsError | None = None
        self.page: Page | None = None
        self.called: list[tuple[Any, ...]] = []
        self._posted: list[Callable[[], object]] = []
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._count = itertools.count(1)
        self._lock = threading.Lock()
        self.seq = 0

    # -- the interface ------------------------------------------------------------

    @override
    def check_open(self) -> None:
        """It is open."""

    @override
    def wait_for(self, so: Callable[[], bool], timeout: float) -> bool:
        """Nothing comes by itself."""
        del timeout
        return so()

    @override
    def me(self) -> Person:
        return self.person

    @override
    def view(self) -> CourseView:
        return self.standing

    @override
    def mirror(self, channel: str | None = None) -> Mirror:
        if channel in (None, self.channel):
            return self.held
        return self.others.setdefault(str(channel), Mirror())

    @override
    def caught_up(self, channel: str | None = None) -> bool:
        del channel
        # Other channels are as far as the course's.
        return self.caught and bool(self.held.cursor.epoch)

    @override
    def wait_caught_up(self, *channels: str, timeout: float = 10.0) -> bool:
        return all(self.caught_up(channel) for channel in channels)

    @override
    def service_now(self) -> float:
        return self.now * 1000

    @override
    def before_close(self, say: Callable[[], object]) -> Callable[[], None]:
        self.last_words.append(say)
        return lambda: self.last_words.remove(say)

    @override
    def promise(self) -> Receipt:
        return Receipt(uuid7(), cast("Any", None))

    @override
    def signal(self, type_: str, data: Any, *, channel: str | None = None) -> None:
        del channel
        self.signals.append((type_, data))

    @override
    def ask(self, type_: str, data: Any, *, channel: str | None = None) -> Answer:
        del channel
        if self.refuse_with is not None:
            raise self.refuse_with
        self.questions.append((type_, data))
        self.answers.append(Answer(uuid7(), cast("Any", None)))
        return self.answers[-1]

    @override
    def commands(self, type_: str) -> list[Command]:
        return [c for c in self.outbox.values() if c.type == type_]

    @override
    def send(
        self,
        type_: str,
        data: msgspec.Struct,
        *,
        channel: str | None = None,
        id: str | None = None,
        instead: InPlaceOf | None = None,
        register: Callable[[Receipt], Callable[[], object]] | None = None,
    ) -> Receipt:
        if self.refuse_with is not None:
            raise self.refuse_with
        raw = msgspec.Raw(msgspec.json.encode(data))
        created = START + next(self._count)
        at = channel or self.channel
        lane = REGISTRY.commands[type_].lane
        command = Command(id or uuid7(), type_, at, raw, lane, created)
        receipt = Receipt(command.id, cast("Any", None))
        if register is not None:
            _ = register(receipt)()

        def submit() -> None:
            taken = command
            if instead is not None:
                before = self.outbox.get(instead.id)
                made = instead.data(before, self._forget_waiting(instead.id))
                taken = replace(command, data=msgspec.Raw(msgspec.json.encode(made)))
            self.move(taken)

        with self._lock:
            self.receipts[command.id] = receipt
            self._posted.append(submit)
        return receipt

    def _forget_waiting(self, id: str) -> bool:
        waiting = id in self.outbox and self.outbox[id].state is not CommandState.SENT
        if waiting:
            self.emit(CommandChanged(self.outbox.pop(id), gone=True))
        return waiting

    @override
    def retry(self, id: str) -> None:
        self.asked.append(("retry", id))

    @override
    def discard(self, id: str) -> None:
        self.asked.append(("discard", id))

    @override
    def withdraw(self, id: str) -> Receipt:
        receipt = Receipt(uuid7(), cast("Any", None))
        found = self.outbox.get(id)
        if found is None or found.handed:
            receipt.fail(TooLate("It was handed over."))
        else:
            self.emit(CommandChanged(self.outbox.pop(id), gone=True))
            receipt.settle(0)
        return receipt

    @override
    def hurry(self, lane: str) -> None:
        self.asked.append(("hurry", lane))

    @override
    def retry_now(self) -> None:
        self.asked.append(("retry_now", ""))

    @override
    def older(self, kind: str, limit: int = 50, *, channel: str | None = None) -> Receipt:
        del channel
        self.asked.append(("older", f"{kind} {limit}"))
        receipt = Receipt(uuid7(), cast("Any", None))
        self.receipts["older"] = receipt
        return receipt

    @override
    def listen(self, listener: Callable[[CourseEvent], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener) if listener in self.listeners else None

    @override
    def call_back(self, fn: Callable[..., object], *args: object) -> None:
        self.called.append((fn, *args))
        fn(*args)

    @override
    def later(self, delay: float, fn: Callable[[], object]) -> Callable[[], None]:
        timer = (self.now + delay, next(self._count), fn)
        self._timers.append(timer)
        return lambda: self._timers.remove(timer) if timer in self._timers else None

    @override
    def on_network(self, fn: Callable[[], object]) -> None:
        with self._lock:
            self._posted.append(fn)

    # -- what happens -----------------------------------------------------------------

    @property
    def timers(self) -> int:
        return len(self._timers)

    @override
    def monotonic(self) -> float:
        return self.now

    def run(self) -> None:
        """Run the functions that were posted to the network thread."""
        while self._posted:
            with self._lock:
                posted, self._posted = self._posted, []
            for fn in posted:
                fn()

    def advance(self, seconds: float) -> None:
        """Let time pass, and the timers fire in it."""
        self.run()
        end = self.now + seconds
        while self._timers and (first := min(self._timers))[0] <= end:
            self._timers.remove(first)
            self.now = max(self.now, first[0])
            first[2]()
            self.run()
        self.now = end

    def emit(self, event: CourseEvent) -> None:
        for listener in tuple(self.listeners):
            listener(event)

    def become(self, **changes: Any) -> None:
        self.standing = replace(self.standing, **changes)
        self.emit(ViewChanged(self.standing))

    def move(self, command: Command, **changes: Any) -> None:
        """A command is now so."""
        moved = self.outbox[command.id] = replace(command, **changes)
        self.emit(CommandChanged(moved))

    def acknowledge(
        self, id: str, seq: int | None = None, heads: dict[str, int] | None = None
    ) -> None:
        """The service has stored it; a message has the next change of the channel."""
        command = replace(self.outbox.pop(id), state=CommandState.SENT)
        if seq is None:
            seq = self.seq + 1 if command.type == "chat_message" else 0
        self.receipts[id].settle(seq or 1)
        heads = {command.channel: seq, **(heads or {})}
        self.emit(CommandChanged(command, gone=True, seq=seq, heads=heads))

    def refuse(self, id: str, code: int, text: str) -> None:
        """The service refuses a command for good."""
        self.receipts[id].fail(refusal(code, text))
        self.move(self.outbox[id], state=CommandState.FAILED, code=code, error=text)

    def drop(self, id: str) -> None:
        command = self.outbox.pop(id)
        self.receipts[id].fail(NotConnected("discarded"))
        self.emit(CommandChanged(command, gone=True))

    # -- documents ------------------------------------------------------------------------

    def document(self, text: str = "hello", *, born: int = 0, **fields: Any) -> Document:
        """The next document of the channel; with `born`, another version of an older one."""
        self.seq += 1
        return message(text, born or self.seq, self.seq, **fields)

    def arrive(self, *docs: Document, live: bool = True) -> None:
        """Documents arrive as changes."""
        epoch, prev = self.held.cursor.epoch, self.held.cursor.seq
        self._applied(self.held.apply(Changes(epoch, prev, self.seq, list(docs))), live=live)

    def tell(self, channel: str, *docs: Document, live: bool = True) -> None:
        """Documents of another channel arrive; the first time as a first load."""
        mirror = self.mirror(channel)
        first = not mirror.cursor.epoch
        seq = max([mirror.cursor.seq, *(doc.seq for doc in docs)])
        frame = Changes("one", mirror.cursor.seq, seq, list(docs), reset=first)
        applied = mirror.apply(frame)
        live = live and not first
        caught = self.caught_up(channel)
        self.emit(
            DocumentsChanged(
                channel, applied.upserted, applied.removed, applied.reset, live, caught
            )
        )

    def load(self, *docs: Document, epoch: str = "one", floor: int = 0) -> None:
        """A first load, or a fresh window."""
        frame = Changes(epoch, 0, self.seq, list(docs), reset=True, floors={"message": floor})
        self._applied(self.held.apply(frame), live=False)

    def arrive_older(self, docs: Iterable[Document], *, floor: int = 0) -> None:
        self.held.await_page("message")
        applied = self.held.add_page(Page("message", list(docs), floor, floor > 0))
        self._applied(applied, live=False)
        self.receipts["older"].settle(0)

    def _applied(self, applied: Applied, *, live: bool) -> None:
        self.emit(
            DocumentsChanged(
                self.channel,
                applied.upserted,
                applied.removed,
                applied.reset,
                live=live,
                caught_up=self.caught_up(),
            )
        )


def message(text: str, born: int, seq: int, **fields: Any) -> Document:
    """A message's document."""
    id_ = fields.pop("id", f"0190{born:04x}-0000-7000-8000-{born:012x}")
    deleted = fields.pop("deleted", False)
    values: dict[str, Any] = {"user_id": "u-mira", "user_name": "Mira", "timestamp": START + born}
    content = Message(id=id_, content=text, **(values | fields))
    return Document(id_, "message", born, seq, body(None if deleted else content), deleted)


def keyed(id: str, kind: str, seq: int, content: Any, *, born: int = 0) -> Document:
    """A document of any kind; a tombstone if there is no content."""
    return Document(id, kind, born or seq, seq, body(content), deleted=content is None)


def reaction(emoji: str, *users: str) -> Reaction:
    return Reaction(emoji, len(users), list(users), ["One", "Two", "Three"][: len(users)])


class Shelf(FakeClient):
    """A client whose pictures come when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[tuple[str, BlobRef]] = []
        self.coming: dict[tuple[str, str], Future[bytes]] = {}
        self.fetched: list[str] = []

    @override
    def keep_blob(self, channel: str, ref: BlobRef, data: bytes) -> None:
        assert len(data) == ref.bytes
        self.given.append((channel, ref))

    @override
    def fetch_blob(self, channel: str, hash_: str) -> Future[bytes]:
        if self.refuse_with is not None:
            raise self.refuse_with
        self.fetched.append(hash_)
        return self.coming.setdefault((channel, hash_), Future())

    def come(self, hash_: str, data: bytes = b"x", channel: str = "course:py101") -> None:
        self.coming.setdefault((channel, hash_), Future()).set_result(data)
        self.run()

    def fail(self, hash_: str, error: Exception) -> None:
        self.coming.pop(("course:py101", hash_)).set_exception(error)
        self.run()


def as_client(fake: FakeClient) -> CourseClient:
    return fake


def as_fake(client: CourseClient) -> FakeClient:
    assert isinstance(client, FakeClient)
    return client


class RecordingComm(BaseComm):
    """A comm whose front end is a list."""

    opened: ClassVar[list[RecordingComm]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.published: list[tuple[str, Any]] = []
        RecordingComm.opened.append(self)
        super().__init__(*args, **kwargs)

    @override
    def publish_msg(self, msg_type: str, data: Any = None, *args: Any, **keys: Any) -> None:
        if keys.get("buffers"):
            data = data | {"content": data["content"] | {"buffers": keys["buffers"]}}
        self.published.append((msg_type, data))

    def take(self) -> list[dict[str, Any]]:
        """The custom messages since the last call, with the `buffers` of those that have some."""
        messages = [
            data["content"]
            for type_, data in self.published
            if type_ == "comm_msg" and data.get("method") == "custom"
        ]
        self.published.clear()
        return messages

    def close_in_pages(self) -> None:
        """Close it as "close all widgets" of a page does: nothing more arrives."""
        self._closed = True

    def receive(self, content: Any) -> None:
        """A page sends a custom message."""
        data = {"method": "custom", "content": content}
        self.handle_msg({"content": {"comm_id": self.comm_id, "data": data}, "buffers": []})


def name_bundles(monkeypatch: Any) -> None:
    """Have each file of code be a line with its name, so that nothing has to be built."""
    for module in ("shared_code", "widget"):
        monkeypatch.setattr(f"edu_widgets.notebook.{module}.bundle", lambda name: f"// {name}")


def record_comms(monkeypatch: Any) -> None:
    RecordingComm.opened = []
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
