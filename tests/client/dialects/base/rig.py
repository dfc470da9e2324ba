"""A session that speaks with a base service, on a clock that moves when told."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from edu_widgets.client.sync.commands import Command
from edu_widgets.client.sync.events import (
    CommandChanged,
    DocumentsChanged,
    Service,
)
from edu_widgets.client.sync.liveness import Limits
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.client.sync.outbox import Outbox
from tests.client.rig import ROOM, Rig

WEBSOCKET = Service(ours=False, pings=True, accepted=False)
STREAM = Service(ours=False, pings=False, uplink=False)

MINE = "user:py101:ada"


def said(
    id_: str, content: str = "", *, at: int = 0, user: str = "grace", **more: Any
) -> dict[str, Any]:
    """A message of the seed; `at` in seconds of the rig's clock, from its beginning."""
    return {
        "id": id_,
        "userId": user,
        "userName": user.capitalize(),
        "content": content or id_,
        "timestamp": 1_700_001_000_000 + at * 1000,
        "type": "text",
    } | more


class BaseRig(Rig):
    """Pings are answered at once, unless `deaf`."""

    def __init__(self, limits: Limits | None = None, outbox: Outbox | None = None) -> None:
        super().__init__(limits=limits, outbox=outbox)
        self.deaf = False
        self.commands: list[CommandChanged] = []

    def look(self) -> None:
        seen = len(self.events)
        super().look()
        new = self.events[seen:]
        self.commands += [event for event in new if isinstance(event, CommandChanged)]

    def ping(self, at: float) -> None:
        super().ping(at)
        if not self.deaf:
            self.session.pong(at)

    # -- what happens ---------------------------------------------------------------------

    def join(
        self, *told: dict[str, Any], service: Service = WEBSOCKET, history: bool = True
    ) -> None:
        """Connected, and what the history told is there."""
        self.session.subscribe(ROOM)
        self.session.subscribe(MINE, ours=True)
        self.session.open()
        self.session.opened(service)
        self.look()
        if service.uplink and history:
            self.history(*told)

    def history(self, *messages: dict[str, Any], **envelope: Any) -> None:
        self.hear("chat_history", {"messages": list(messages)}, **envelope)

    def hear(self, type_: str, data: Any, **envelope: Any) -> None:
        frame = {"type": type_, "channel": ROOM, "data": data, "messageId": "m"} | envelope
        self.raw(json.dumps(frame))

    def raw(self, frame: str | bytes) -> None:
        self.session.receive(frame)
        self.look()

    def cut(self) -> None:
        """The connection is lost, and the next one comes up."""
        self.session.lost(0, "cut")
        self.look()
        self.again()

    def again(self) -> None:
        self.session.retry_now()
        self.session.opened(WEBSOCKET)
        self.look()

    def say(self, id_: str, content: str = "", *, reply_to: str | None = None) -> None:
        created = int(self.clock.wall() * 1000)
        data: dict[str, object] = {"id": id_, "content": content or id_, "userId": "ada"}
        data |= {"userName": "Ada", "timestamp": created}
        data |= {"replyTo": reply_to} if reply_to else {}
        raw = msgspec.Raw(msgspec.json.encode(data))
        self.submit(Command(id_, "chat_message", ROOM, raw, "chat", created))

    def react(self, id_: str, message: str, emoji: str = "👍") -> None:
        created = int(self.clock.wall() * 1000)
        raw = msgspec.Raw(msgspec.json.encode({"messageId": message, "emoji": emoji}))
        self.submit(Command(id_, "add_reaction", ROOM, raw, "status", created))

    def echo(self, id_: str, **changes: Any) -> None:
        """The service hands a message of ours to everybody, us too."""
        sent = next(frame for frame in self.frames("chat_message") if frame.message_id == id_)
        self.hear("chat_message", msgspec.json.decode(sent.data) | changes)

    # -- what is seen ---------------------------------------------------------------------

    @property
    def mirror(self) -> Mirror:
        return self.session.channels[ROOM].mirror

    def shown(self) -> list[str]:
        """The texts in the room, in order; `?` behind those that are unconfirmed."""
        docs = self.mirror.of_kind("message")
        bodies = [(doc.id, msgspec.json.decode(doc.body)) for doc in docs]
        return [b["content"] + "?" * (id_ in self.mirror.unconfirmed) for id_, b in bodies]

    def body(self, id_: str) -> dict[str, Any]:
        doc = self.mirror.get(id_)
        assert doc is not None
        found: dict[str, Any] = msgspec.json.decode(doc.body)
        return found

    def sent_ids(self) -> list[str]:
        return [frame.message_id for frame in self.frames("chat_message")]

    def last(self, id_: str) -> tuple[str, bool]:
        """A command's last state, and whether it is gone."""
        self.look()
        event = [event for event in self.commands if event.command.id == id_][-1]
        return str(event.command.state), event.gone

    def told(self) -> list[DocumentsChanged]:
        return [event for event in self.of(DocumentsChanged) if event.channel == ROOM]
