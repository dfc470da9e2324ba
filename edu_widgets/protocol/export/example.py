"""An example session, in frames that the structs really produce.

The story needs the course chat: the given registry has to hold `chat_message`.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from edu_widgets.protocol.codes import Code
from edu_widgets.protocol.documents import Cursor, Document, body
from edu_widgets.protocol.envelope import encode
from edu_widgets.protocol.ids import uuid7
from edu_widgets.protocol.messages import (
    Ack,
    Changes,
    Error,
    Heartbeat,
    HeartbeatAck,
    Room,
    Subscribe,
    Subscribed,
)
from edu_widgets.protocol.registry import Registry

_CHANNEL = "course:py101"
_EPOCH = "k3j9x2m1"
_START = 1_790_000_000_000
_QUESTION = f"{_START - 60_000}-k3j9x2m1q"
"""An id as the platform's own clients make them."""


class Step(NamedTuple):
    """One frame of the story."""

    sender: str
    """`client` or `service`."""
    says: str
    """The event, in a sentence or two."""
    frame: bytes


def _id(n: int) -> str:
    return uuid7(
        now=lambda: (_START + 1000 * n) / 1000 + 0.0005, random_bits=lambda bits: 7 * n % 2**bits
    )


class _Story:
    """Builds frames with reproducible ids and times."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.now = _START

    def sleep(self, seconds: int) -> None:
        self.now += 1000 * seconds

    def client(self, type_: str, data: object, id_: str, channel: str = _CHANNEL) -> bytes:
        self.now += 1000
        return encode(type_, channel, data, timestamp=self.now, message_id=id_, user_id="ada")

    def service(self, type_: str, data: object, id_: str = "", channel: str = _CHANNEL) -> bytes:
        self.now += 12
        return encode(type_, channel, data, timestamp=self.now, message_id=id_)

    def write(self, id_: str, content: str) -> object:
        fields = {"id": id_, "content": content}
        return msgspec.convert(fields, self._registry.commands["chat_message"].data)

    def message(self, id_: str, born: int, seq: int, **fields: Any) -> Document:
        about = {"id": id_, "userId": "ada", "userName": "Ada", "timestamp": self.now} | fields
        value = msgspec.convert(about, self._registry.documents["message"].body)
        return Document(id_, "message", born, seq, body(value))


def steps(registry: Registry) -> Iterator[Step]:
    """Yield the story, frame by frame."""
    story = _Story(registry)
    yield from _joining(story)
    yield from _writing(story)
    yield from _coming_back(story)
    yield from _refused(story)


def _joining(story: _Story) -> Iterator[Step]:
    yield Step(
        "client",
        "Ada opens the course. Her mirror is empty, so its cursor is at 0 of no history.",
        story.client("subscribe", Subscribe("ada", Cursor()), _id(1)),
    )
    granted = Subscribed(_EPOCH, 41, "student", "ada", "Ada", ["chat"], 24)
    yield Step(
        "service",
        "She may read it. The answer carries the id of the question and names the head.",
        story.service("subscribed", granted, _id(1)),
    )
    question = story.message(_QUESTION, 40, 41, userId="grace", userName="Grace", content="Ready?")
    yield Step(
        "service",
        "A fresh window: everything her mirror held is dropped. One message is all there is; it "
        "was born at 40 and changed once since.",
        story.service("changes", Changes(_EPOCH, 0, 41, [question], reset=True)),
    )


def _writing(story: _Story) -> Iterator[Step]:
    yield Step(
        "client",
        "Ada writes. The id is made once: sent again after a broken connection, it is the same.",
        story.client("chat_message", story.write(_id(2), "Ready!"), _id(2)),
    )
    answer = story.message(_id(2), 42, 42, content="Ready!")
    yield Step(
        "service",
        "Everybody in the channel gets the new document, Ada too. `prev` is her cursor, so there "
        "is no hole, and the cursor moves to 42.",
        story.service("changes", Changes(_EPOCH, 41, 42, [answer])),
    )
    yield Step(
        "service",
        "Ada alone gets the ack: it is stored. It never moves the cursor, and may come before "
        "or after the change.",
        story.service("ack", Ack(_id(2), 42), _id(2)),
    )
    yield Step(
        "service",
        "A signal: no document, no sequence number, and nothing is lost if it is.",
        story.service("room", Room(25)),
    )
    story.sleep(29)
    beat = Heartbeat(story.now)
    yield Step(
        "client",
        "Every 30 seconds, a sign of life …",
        story.client("heartbeat", beat, _id(3), "system"),
    )
    answer_to_it = HeartbeatAck(beat.timestamp)
    yield Step(
        "service",
        "… and its answer.",
        story.service("heartbeat_ack", answer_to_it, _id(3), "system"),
    )


def _coming_back(story: _Story) -> Iterator[Step]:
    story.sleep(2 * 3600)
    yield Step(
        "client",
        "Her laptop slept for two hours. A new connection asks the same question, from where she "
        "was.",
        story.client("subscribe", Subscribe("ada", Cursor(_EPOCH, 42)), _id(4)),
    )
    granted = Subscribed(_EPOCH, 46, "student", "ada", "Ada", ["chat"], 23)
    yield Step(
        "service",
        "The same history, four changes on.",
        story.service("subscribed", granted, _id(4)),
    )
    later = story.message(_id(5), 43, 45, userId="grace", userName="Grace", content="Let us begin.")
    gone = Document(_QUESTION, "message", 40, 46, deleted=True)
    yield Step(
        "service",
        "Two documents bring her up to date: one that was created at 43 and changed at 44 and 45, "
        "and the tombstone of one that was deleted at 46.",
        story.service("changes", Changes(_EPOCH, 42, 46, [later, gone])),
    )


def _refused(story: _Story) -> Iterator[Step]:
    yield Step(
        "client",
        "Ada writes a lot …",
        story.client("chat_message", story.write(_id(6), "Again me."), _id(6)),
    )
    text = "Too many messages; again in 12 s."
    yield Step(
        "service",
        "… too much. 4004 says *try again*, and when: the client waits and sends the same command "
        "with the same id.",
        story.service("error", Error(text, Code.RATE_LIMITED, _id(6), 12_000), _id(6)),
    )
