"""Any order of sending, losing and coming back: each message is there once, and shown once.

A service in a few lines, and wires on which frames wait until they are delivered, or are lost
with their connection. Words are said again and again, so that only counting tells.
"""

from __future__ import annotations

import json
import random
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from edu_widgets.client.dialects import dialect_of
from edu_widgets.client.sync.commands import Command, CommandState
from edu_widgets.client.sync.events import Close, CommandChanged, Connect, Ping, Send
from edu_widgets.client.sync.liveness import Limits
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.session import Session
from tests.client.dialects.base.rig import WEBSOCKET
from tests.client.rig import ROOM, FakeClock

SEEDS = 40
WORDS = ("ok", "yes", "why?", "done")


@dataclass
class Service:
    """A service's stored messages, and how they come back."""

    rewrite_ids: bool = False
    echo: bool = True
    stored: list[dict[str, Any]] = field(default_factory=list)

    def take(self, text: bytes, now: int) -> list[dict[str, Any]]:
        """A client's frame; the frames that answer it."""
        frame = json.loads(text)
        data = frame["data"]
        if frame["type"] == "request_history":
            return [self.frame("chat_history", {"messages": self.stored[-data["limit"] :]}, now)]
        if frame["type"] != "chat_message":
            return []
        message = dict(data)
        if self.rewrite_ids:
            message |= {"id": f"db{len(self.stored)}", "timestamp": now}
        self.stored.append(message)
        return [self.frame("chat_message", message, now)] if self.echo else []

    @staticmethod
    def frame(type_: str, data: dict[str, Any], now: int) -> dict[str, Any]:
        return {"type": type_, "channel": ROOM, "data": data, "timestamp": now, "messageId": "s"}


class World:
    """One person, one service, and the line between them."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.clock = FakeClock()
        self.service = Service(self.rng.random() < 0.5, self.rng.random() < 0.7)
        self.session = self._session(Outbox())
        self.up: deque[bytes | float] = deque()
        self.down: deque[dict[str, Any] | float] = deque()
        self.open = self.wanted = False
        self.said: list[str] = []
        self.number = 0
        self.wrong: list[str] = []
        self.session.subscribe(ROOM)
        self.session.open()
        self._act()

    def _session(self, outbox: Outbox) -> Session:
        self.ids = 0

        def new_id() -> str:
            self.ids += 1
            return f"r{self.ids}"

        return Session("ada", outbox, self.clock, random.Random(1), new_id, dialect_of, Limits())

    def _act(self) -> None:
        for action in self.session.actions():
            match action:
                case Connect():
                    self.wanted = True
                case Send(frame):
                    self.up.append(frame)
                case Ping(at):
                    self.up.append(at)
                case Close():
                    self.open = self.wanted = False
                    self.up.clear()
                    self.down.clear()
        for event in self.session.events():
            if isinstance(event, CommandChanged) and event.gone:
                sent = event.command.state is CommandState.SENT
                words = json.loads(bytes(event.command.data))["content"]
                if sent and words not in [m["content"] for m in self.service.stored]:
                    self.wrong.append(f"{words} counts as sent")

    # -- what can happen -------------------------------------------------------------------

    def say(self) -> None:
        self.number += 1
        words = self.rng.choice(WORDS)
        created = int(self.clock.wall() * 1000)
        data = {"id": f"x{self.number}", "content": words, "timestamp": created}
        raw = msgspec.Raw(msgspec.json.encode(data))
        command = Command(f"x{self.number}", "chat_message", ROOM, raw, "chat", created)
        self.session.outbox.check_room(command.size)
        self.said.append(words)
        self.session.submit(command)
        self._act()

    def other(self) -> None:
        """Somebody else says something, with words of their own."""
        self.number += 1
        stamp = int(self.clock.wall() * 1000)
        message = {"id": f"o{self.number}", "userId": "bob", "userName": "Bob"}
        message |= {"content": f"other {self.number}", "timestamp": stamp}  # type: ignore[dict-item]
        self.service.stored.append(message)
        if self.open:
            self.down.append(self.service.frame("chat_message", message, stamp))

    def connect(self) -> None:
        self.pass_(10)
        if self.wanted and not self.open:
            self.wanted, self.open = False, True
            self.up.clear()
            self.down.clear()
            self.session.opened(WEBSOCKET)
            self._act()

    def drop(self) -> None:
        """Lose the connection, with whatever is on it in either direction."""
        if self.open:
            self.open = False
            self.up.clear()
            self.down.clear()
            self.session.lost(0, "cut")
            self._act()

    def deliver(self, up: int, down: int) -> None:
        for _ in range(min(up, len(self.up))):
            sent = self.up.popleft()
            if isinstance(sent, float):
                self.down.append(sent)
            else:
                self.down.extend(self.service.take(sent, int(self.clock.wall() * 1000)))
        for _ in range(min(down, len(self.down))):
            if not self.down:
                break  # the line was given up meanwhile
            came = self.down.popleft()
            if isinstance(came, float):
                self.session.pong(came)
            else:
                self.session.receive(json.dumps(came))
            self._act()
        self.look()

    def pass_(self, seconds: float) -> None:
        self.clock.pass_(seconds)
        self.session.tick()
        self._act()

    def step(self) -> None:
        kind = self.rng.choice(["say", "other", "deliver", "deliver", "deliver", "drop", "time"])
        match kind:
            case "say":
                self.say()
            case "other":
                self.other()
            case "deliver":
                if not self.open:
                    self.connect()
                self.deliver(self.rng.randrange(4), self.rng.randrange(4))
            case "drop" if self.rng.random() < 0.5:
                self.drop()
            case _:
                self.pass_(self.rng.choice([0.5, 3, 11]))

    def settle(self) -> None:
        for _ in range(60):
            if not self.open:
                self.connect()
            self.deliver(1000, 1000)
            self.pass_(1)
            if not len(self.session.outbox) and not self.up and not self.down:
                return

    # -- what must be true -------------------------------------------------------------------

    def shown(self) -> Counter[str]:
        docs = self.session.channels[ROOM].mirror.of_kind("message")
        return Counter(str(json.loads(bytes(doc.body))["content"]) for doc in docs)

    def look(self) -> None:
        """At no moment is more shown than was said, one's own on their way included."""
        waiting = Counter(json.loads(bytes(c.data))["content"] for c in self.session.outbox)
        shown, said = self.shown(), Counter(self.said)
        for words in WORDS:
            if shown[words] + waiting[words] != said[words]:
                both = f"{shown[words]} and {waiting[words]} waiting"
                self.wrong.append(f"{words}: said {said[words]}, shown {both}")


@pytest.mark.parametrize("batch", range(8))
def test_each_message_is_there_once_and_shown_once(batch: int) -> None:
    for seed in range(batch * SEEDS, batch * SEEDS + SEEDS):
        world = World(seed)
        for _ in range(world.rng.randrange(10, 70)):
            world.step()
            if len(world.service.stored) > 45:
                break  # a history that does not reach back proves nothing: another test
        world.settle()
        stored = Counter(m["content"] for m in world.service.stored if m["userId"] == "ada")
        assert stored == Counter(world.said), f"seed {seed}: {world.service}"
        assert world.wrong == [], f"seed {seed}"
        assert len(world.session.outbox) == 0, f"seed {seed}"
        shown = world.shown()
        assert {w: shown[w] for w in WORDS} == {w: stored[w] for w in WORDS}, f"seed {seed}"
