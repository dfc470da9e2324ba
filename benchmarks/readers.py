"""Readers of a WebSocket that use hardly any CPU, so that one process has hundreds."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re

import aiohttp

from edu_widgets.protocol import carriers

PING = 0x89


class Reader(asyncio.Protocol):
    """Counts bytes and answers pings; anything more would take CPU from the measured service."""

    def __init__(self, crowd: Crowd, hello: bytes) -> None:
        self.crowd = crowd
        self.hello = hello
        self.up = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.hello)

    def data_received(self, data: bytes) -> None:
        self.crowd.received(self, data)
        at = data.find(PING) if self.up else -1
        while at >= 0:  # the messages are ASCII, so these bytes are no part of one
            payload = data[at + 2 : at + 2 + data[at + 1]] if at + 1 < len(data) else b""
            self.transport.write(bytes((0x8A, 0x80 | len(payload))) + b"\0\0\0\0" + payload)
            at = data.find(PING, at + 1)

    async def say(self, frame: bytes) -> None:
        """Send a frame."""
        self.transport.write(masked(frame))


class StreamReader(Reader):
    """The same on an event stream: what it says goes by posts, and pings are answered so, too."""

    def __init__(self, crowd: Crowd, base: str, secret: str, http: aiohttp.ClientSession) -> None:
        self.secret = {"Authorization": f"Bearer {secret}"}
        head = f"GET {carriers.EVENTS} HTTP/1.1\r\nHost: {base.removeprefix('http://')}\r\n"
        super().__init__(crowd, f"{head}Authorization: Bearer {secret}\r\n\r\n".encode())
        self.base = base
        self.http = http
        self.id = ""
        self.number = 0
        self.order = asyncio.Lock()
        self.pongs: set[asyncio.Task[None]] = set()

    def data_received(self, data: bytes) -> None:
        self.crowd.received(self, data)
        if not self.id and (found := re.search(rb"Edu-Widgets-Connection: (\S+)", data)):
            self.id = found[1].decode()
        for mark in re.findall(rb'event: ping\ndata: (\{"id":"\w+"\})', data):
            pong = asyncio.ensure_future(self.say(b'{"type":"pong","data":' + mark + b"}"))
            self.pongs.add(pong)
            pong.add_done_callback(self.pongs.discard)

    async def say(self, frame: bytes) -> None:
        """Post a frame."""
        async with self.order:
            self.number += 1
            own = {carriers.CONNECTION: self.id, carriers.NUMBER: str(self.number)}
            body, headers = b"[" + frame + b"]", self.secret | own
            async with self.http.post(self.base + carriers.MESSAGES, data=body, headers=headers):
                pass


class Crowd:
    """All readers; `arrived` is set when all of them have received what was sent."""

    def __init__(self, members: int) -> None:
        self.members = members
        self.bytes = 0
        self.target = 0
        self.up = 0
        self.arrived = asyncio.Event()

    def received(self, reader: Reader, data: bytes) -> None:
        if not reader.up and b"\r\n\r\n" in data:
            reader.up = True
            self.up += 1
        self.bytes += len(data)
        if self.target and self.bytes >= self.target:
            self.arrived.set()


def upgrade(port: int, secret: str, path: str = "/") -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        + (f"Authorization: Bearer {secret}\r\n" if secret else "")
        + "\r\n"
    ).encode()


def masked(payload: bytes) -> bytes:
    head = bytes((0x81, 0x80 | 126)) + len(payload).to_bytes(2, "big")
    return head + b"\0\0\0\0" + payload  # a mask of zeros does not change it


async def settle(crowd: Crowd, least: int = 0) -> None:
    """Wait for `least` bytes, and until nothing more has come for a second."""
    last = -1
    while last != crowd.bytes or crowd.up < crowd.members or crowd.bytes < least:
        last = crowd.bytes
        await asyncio.sleep(1)


async def enter(
    crowd: Crowd,
    port: int,
    secret: str,
    channel: str,
    http: aiohttp.ClientSession | None = None,
) -> Reader:
    """Connect one more reader; it is subscribed if `channel` is given."""
    _, reader = await asyncio.get_running_loop().create_connection(
        lambda: make(crowd, port, secret, http), "127.0.0.1", port
    )
    while not reader.up:  # noqa: ASYNC110 - as fast as can be
        await asyncio.sleep(0)
    if channel:
        subscribe = json.dumps({"type": "subscribe", "channel": channel})
        await reader.say(subscribe.encode().ljust(126))
    return reader


def make(crowd: Crowd, port: int, secret: str, http: aiohttp.ClientSession | None) -> Reader:
    """A reader on an event stream, if there is something to post with; else on a WebSocket."""
    if http is None:
        return Reader(crowd, upgrade(port, secret))
    return StreamReader(crowd, f"http://127.0.0.1:{port}", secret, http)
