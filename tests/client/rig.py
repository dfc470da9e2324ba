"""A session on a clock that moves when told, and the frames a service would send it."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from edu_widgets.client.dialects import dialect_of
from edu_widgets.client.sync.commands import Command
from edu_widgets.client.sync.events import (
    Close,
    Connect,
    Ping,
    Send,
    SessionEvent,
    State,
    StateChanged,
)
from edu_widgets.client.sync.liveness import Limits
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.session import Session
from edu_widgets.protocol import Document, Envelope, decode, encode, messages
from edu_widgets.protocol.documents import body

E = TypeVar("E")

ROOM = "course:py101"


class FakeClock:
    """Time that is moved by hand. `sleep` does not move the monotonic clock, as a closed lid does
    not; `set` moves only the clock on the wall."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept = 0.0
        self.offset = 1_700_000_000.0

    def monotonic(self) -> float:
        return self.now

    def elapsed(self) -> float:
        return self.now + self.slept

    def wall(self) -> float:
        return self.now + self.slept + self.offset

    def pass_(self, seconds: float) -> None:
        self.now += seconds

    def sleep(self, seconds: float) -> None:
        self.slept += seconds

    def set(self, seconds: float) -> None:
        self.offset += seconds


def document(
    id_: str, seq: int, *, born: int | None = None, kind: str = "message", deleted: bool = False
) -> Document:
    born = seq if born is None else born
    return Document(id_, kind, born, seq, body(None if deleted else {"at": seq}), deleted)


def command(
    id_: str, *, lane: str = "chat", key: str | None = None, created: int = 0, size: int = 0
) -> Command:
    data = msgspec.Raw(msgspec.json.encode({"id": id_, "x": "x" * size}))
    return Command(id_, "chat_message", ROOM, data, lane, created, key)


def changes(
    prev: int,
    seq: int,
    docs: Iterable[Document] = (),
    *,
    epoch: str = "e1",
    reset: bool = False,
    floors: dict[str, int] | None = None,
) -> messages.Changes:
    return messages.Changes(epoch, prev, seq, list(docs), reset, floors or {})


class Rig:
    """A session, and everything it did since one last looked."""

    def __init__(
        self,
        *,
        seed: int = 7,
        limits: Limits | None = None,
        interval: float = 1,
        outbox: Outbox | None = None,
    ) -> None:
        self.clock = FakeClock()
        self.outbox = Outbox() if outbox is None else outbox
        ids = itertools.count(1)
        self.session = Session(
            "ada",
            self.outbox,
            self.clock,
            random.Random(seed),
            lambda: f"r{next(ids)}",
            dialect_of,
            limits or Limits(reconnect_interval=interval),
        )
        self.sent: list[Envelope] = []
        self.pinged: list[float] = []
        self.connects = 0
        self.closes: list[Close] = []
        self.events: list[SessionEvent] = []

    def look(self) -> None:
        while actions := self.session.actions():
            for action in actions:
                match action:
                    case Connect():
                        self.connects += 1
                    case Send(frame):
                        self.sent.append(decode(frame))
                    case Close():
                        self.closes.append(action)
                    case Ping(at):
                        self.ping(at)
        self.events += self.session.events()

    def ping(self, at: float) -> None:
        """A ping was sent."""
        self.pinged.append(at)

    def of(self, kind: type[E]) -> list[E]:
        """Events of a kind so far."""
        self.look()
        return [event for event in self.events if isinstance(event, kind)]

    def state(self) -> State:
        """The session's state (a call, so that type checkers do not expect it to stay)."""
        return self.session.state

    def states(self) -> list[State]:
        return [event.state for event in self.of(StateChanged)]

    def frames(self, type_: str) -> list[Envelope]:
        self.look()
        return [frame for frame in self.sent if frame.type == type_]

    def forget(self) -> None:
        self.look()
        self.sent.clear()
        self.events.clear()
        self.closes.clear()
        self.connects = 0

    # -- what happens to it ---------------------------------------------------------------

    def connect(self) -> None:
        """Open, and let the transport come up."""
        self.session.open()
        self.session.opened()
        self.look()

    def live(self, *, epoch: str = "e1", seq: int = 0, docs: Iterable[Document] = ()) -> None:
        """Connected, subscribed and caught up."""
        self.session.subscribe(ROOM)
        self.connect()
        self.grant(epoch=epoch, seq=seq)
        self.receive("changes", changes(0, seq, docs, epoch=epoch, reset=True))
        self.forget()

    def grant(self, *, epoch: str = "e1", seq: int = 0, channel: str = ROOM, **more: Any) -> None:
        asked = [frame for frame in self.frames("subscribe") if frame.channel == channel][-1]
        data = messages.Subscribed(epoch, seq, "student", "ada", **more)
        self.receive("subscribed", data, message_id=asked.message_id, channel=channel)

    def receive(
        self, type_: str, data: object, *, channel: str = ROOM, message_id: str = ""
    ) -> None:
        self.session.receive(encode(type_, channel, data, timestamp=1, message_id=message_id))
        self.look()

    def error(self, code: int, message_id: str = "", retry_after: int | None = None) -> None:
        data = messages.Error("no", code, message_id, retry_after)
        self.receive("error", data, message_id=message_id)

    def submit(self, item: Command) -> None:
        self.outbox.check_room(item.size)
        self.session.submit(item)
        self.look()

    def run(self, seconds: float, answer: Callable[[Envelope], None] | None = None) -> None:
        """Let time pass, ticking exactly when the session wants to be called."""
        end = self.clock.now + seconds
        for _ in range(100_000):
            due = self.session.deadline()
            if due is None or due > end:
                break
            self.clock.now = max(self.clock.now, due)
            before = len(self.sent)
            self.session.tick()
            self.look()
            for frame in self.sent[before:] if answer else ():
                assert answer is not None
                answer(frame)
        else:
            raise AssertionError("the session never comes to rest")
        self.clock.now = end

    def reconnect(self) -> None:
        """Wait for the next attempt, and let it reach the service."""
        assert self.session.next_attempt is not None
        self.clock.now = self.session.next_attempt
        self.session.tick()
        self.session.opened()

    def fail(self, code: int = 0, reason: str = "refused") -> None:
        """Wait for the next attempt, and let it fail."""
        due = self.session.next_attempt
        if due is not None:
            self.clock.now = max(self.clock.now, due)
            self.session.tick()
        self.session.lost(code, reason)
        self.look()
