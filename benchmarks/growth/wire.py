"""Members of a course on a raw socket, of ours or of Socket.IO, which use hardly any CPU."""

from __future__ import annotations

import asyncio
import json
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import jwt

from benchmarks.members import KEY
from benchmarks.readers import upgrade
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.channels import course_channel

MARK = b"growth-"
"""Begins the content of each message."""

CONTENT = 100
"""Characters of a message."""

_TEXT, _PING, _CLOSE = 0x81, 0x89, 0x88
_MEDIUM, _LONG = 126, 127


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member goes."""

    name: str
    course: str
    port: int
    speaks: bool = False


class Tally:
    """What all members of a process have received."""

    def __init__(self) -> None:
        self.heard = 0
        self.acked = 0
        self.bytes = 0
        self.lost = 0
        """Connections that were closed by the service."""
        self._wanted = 0
        self._enough = asyncio.Event()

    def add(self, messages: int) -> None:
        """Count messages."""
        self.heard += messages
        if self.heard >= self._wanted:
            self._enough.set()

    async def until(self, heard: int) -> None:
        """Wait for so many messages."""
        self._wanted = heard
        if self.heard < heard:
            self._enough.clear()
            await self._enough.wait()


class Member(asyncio.Protocol, ABC):
    """Reads its frames while it joins, and then only counts."""

    transport: asyncio.Transport

    def __init__(self, place: Place, tally: Tally) -> None:
        self.place = place
        self.tally = tally
        self.said = 0
        self.acks: asyncio.Semaphore | None = None
        """Is released by each acknowledgement, if there is one."""
        self._leaving = False
        self._rest = b""

    async def join(self) -> float:
        """Connect and join; returns the seconds until everything that was missed is here."""
        began = time.monotonic()
        loop = asyncio.get_running_loop()
        self.live: asyncio.Future[None] = loop.create_future()
        self._leaving, self._up, self._rest = False, False, b""
        await loop.create_connection(lambda: self, "127.0.0.1", self.place.port)
        await self.live
        return time.monotonic() - began

    def leave(self) -> None:
        """Cut the connection."""
        self._leaving = True
        self.transport.abort()

    def send(self, payload: bytes, opcode: int = _TEXT) -> None:
        """Write a frame; its mask of zeros does not change it."""
        size = len(payload)
        length = bytes((size,)) if size < _MEDIUM else bytes((_MEDIUM,)) + size.to_bytes(2)
        head = bytes((opcode, 0x80 | length[0])) + length[1:]
        self.transport.write(head + b"\0\0\0\0" + payload)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a WebSocket."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.hello())

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it, if it was not our wish."""
        if not self._leaving:
            self.tally.lost += 1
            if not self.live.done():
                self.live.set_exception(exc or ConnectionResetError("closed while joining"))

    def data_received(self, data: bytes) -> None:
        """Take the frames apart."""
        data = self._rest + data
        at, end = 0, len(data)
        if not self._up:
            at = data.find(b"\r\n\r\n") + 4
            self._up = at >= 4
            if not self._up:
                self._rest = data
                return
            self.opened()
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size == _MEDIUM:
                size, start = int.from_bytes(data[at + 2 : at + 4]), at + 4
            elif size == _LONG:
                size, start = int.from_bytes(data[at + 2 : at + 10]), at + 10
            stop = start + size
            if start > end or stop > end:
                break
            if data[at] == _TEXT:
                self.text(data, start, stop)
            elif data[at] == _PING:
                self.send(data[start:stop], 0x8A)
            at = stop
        self._rest = data[at:]

    def heard(self, data: bytes, start: int, stop: int) -> int:
        """Count the messages in a frame."""
        messages = data.count(MARK, start, stop)
        if messages:
            self.tally.bytes += stop - start
            self.tally.add(messages)
        return messages

    def acked(self) -> None:
        """Count an acknowledgement."""
        self.tally.acked += 1
        if self.acks is not None:
            self.acks.release()

    def content(self) -> str:
        """Make the next message."""
        self.said += 1
        return f"{MARK.decode()}{self.said:06d}-".ljust(CONTENT, "x")

    @abstractmethod
    def hello(self) -> bytes:
        """Return the request for a WebSocket."""

    @abstractmethod
    def opened(self) -> None:
        """Begin, now that there is a WebSocket."""

    @abstractmethod
    def text(self, data: bytes, start: int, stop: int) -> None:
        """Take a text frame, which is `data[start:stop]`."""

    @abstractmethod
    def say(self) -> None:
        """Send a message to the course."""


class EduWidgetsMember(Member):
    """A member of our service, who resumes at their cursor."""

    def __init__(self, place: Place, tally: Tally) -> None:
        super().__init__(place, tally)
        self._channel = course_channel(place.course)
        role = "instructor" if place.speaks else "student"
        claims = {"sub": place.name, "name": place.name, "exp": time.time() + 3600}
        claims |= {"courses": [place.course], "role": role}
        self._token = jwt.encode(claims, KEY, algorithm="HS256")
        self._cursor: dict[str, Any] | None = None
        self._head = -1
        self._last = (b"", 0, 0)

    def hello(self) -> bytes:
        """See `Member`."""
        return upgrade(self.place.port, self._token, "/api/realtime/ws")

    def opened(self) -> None:
        """Subscribe; what came last is read only now."""
        data, start, stop = self._last
        if stop:
            self._follow(json.loads(data[start:stop])["data"])
        self._last, self._head = (b"", 0, 0), -1
        data_ = {} if self._cursor is None else {"since": self._cursor}
        subscribe = {"type": "subscribe", "channel": self._channel, "data": data_}
        self.send(json.dumps(subscribe).encode())

    def text(self, data: bytes, start: int, stop: int) -> None:
        """See `Member`."""
        if self.live.done():
            if self.heard(data, start, stop):
                self._last = (data, start, stop)
            elif data.startswith(b'{"type":"ack"', start):
                self.acked()
            return
        message = json.loads(data[start:stop])
        if message["type"] == "subscribed":
            self._head = message["data"]["seq"]
            if self._cursor is None:
                self._cursor = {"epoch": message["data"]["epoch"], "seq": 0}
        elif message["type"] == "changes":
            self._follow(message["data"])
        elif message["type"] == "error":
            self.live.set_exception(RuntimeError(str(message)))
            return
        if self._cursor is not None and 0 <= self._head <= self._cursor["seq"]:
            self.live.set_result(None)

    def _follow(self, changes: dict[str, Any]) -> None:
        self._cursor = {"epoch": changes["epoch"], "seq": changes["seq"]}

    def say(self) -> None:
        """See `Member`."""
        id_ = uuid7()
        data = {"id": id_, "content": self.content()}
        out = {"type": "chat_message", "channel": self._channel, "data": data, "messageId": id_}
        self.send(json.dumps(out).encode())


class SocketIoMember(Member):
    """A member on Socket.IO (Engine.IO 4), who joins a room; what was missed is not sent."""

    def hello(self) -> bytes:
        """See `Member`."""
        return upgrade(self.place.port, "", "/socket.io/?EIO=4&transport=websocket")

    def opened(self) -> None:
        """Wait for the server's `open`."""

    def text(self, data: bytes, start: int, stop: int) -> None:
        """See `Member`."""
        if self.live.done() and self.heard(data, start, stop):
            return
        kind = data[start : start + 2]
        if kind[:1] == b"0":
            self.send(b"40")
        elif kind == b"40":
            self.send(b'420["join","%b"]' % self.place.course.encode())
        elif kind == b"43":
            if self.live.done():
                self.acked()
            else:
                self.live.set_result(None)
        elif kind[:1] == b"2":
            self.send(b"3")

    def say(self) -> None:
        """See `Member`."""
        message = {"id": uuid7(), "name": self.place.name, "content": self.content()}
        words = json.dumps(["say", self.place.course, message])
        self.send(f"42{self.said}{words}".encode())


WIRES: dict[str, type[Member]] = {"edu-widgets": EduWidgetsMember, "Socket.IO": SocketIoMember}
