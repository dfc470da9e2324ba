"""A service on this loop, and clients that speak raw frames to it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from edu_widgets.protocol import uuid7
from edu_widgets.service.options import Options
from edu_widgets.service.server import Server
from tests.waiting import PATIENCE, SOCKET

from .carrying import CARRIERS, Ended, HttpSocket

COURSE = "py101"
CHANNEL = f"course:{COURSE}"

EACH_WAY = pytest.mark.parametrize("way", ["websocket", *CARRIERS])
"""For tests of what a member is, whatever carries the connection."""


@dataclass
class Reply:
    """An answer to an HTTP request."""

    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Service:
    """A running service and ways to reach it."""

    server: Server
    http: aiohttp.ClientSession
    clients: list["Client"] = field(default_factory=list)
    way: str = "websocket"
    """What carries the connections of its clients."""

    @property
    def url(self) -> str:
        return self.server.state.url

    @property
    def code(self) -> str:
        return self.server.state.invites[COURSE]

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        raw = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        async with self.http.request(method, self.url + path, data=raw, headers=named) as answer:
            text = await answer.text()
            with contextlib.suppress(ValueError):
                return Reply(answer.status, json.loads(text), dict(answer.headers))
            return Reply(answer.status, text, dict(answer.headers))

    async def join(self, name: str, **more: str) -> dict[str, str]:
        body = {"course": COURSE, "code": self.code, "name": name} | more
        reply = await self.ask("POST", "/api/join", body)
        assert reply.status == 200, reply.body
        result: dict[str, str] = reply.body
        return result

    async def owner(self, name: str = "Prof") -> "Client":
        secret = self.server.state.owner_secret
        await self.join(name, code="", secret=secret)
        return await self.open(secret)

    async def student(self, name: str = "Ada") -> "Client":
        joined = await self.join(name)
        client = await self.open(joined["token"])
        client.user_id = joined["userId"]
        return client

    async def two(self) -> tuple["Client", "Client"]:
        """Ada and Bob, both in the course."""
        ada, bob = await self.student(), await self.student("Bob")
        await ada.enter()
        await bob.enter()
        return ada, bob

    async def open(self, token: str, path: str = "/api/realtime/ws", **options: Any) -> "Client":
        client = Client(await self._socket(token, path, **options), token)
        self.clients.append(client)
        return client

    async def _socket(self, token: str, path: str, **options: Any) -> Any:
        if self.way != "websocket":
            socket = CARRIERS[self.way](self.http, self.url, token)
            assert await socket.open() == 200
            return socket
        return await connect(
            self.url.replace("http", "ws") + path,
            additional_headers={"Authorization": f"Bearer {token}"},
            compression=None,
            max_size=None,
            close_timeout=1,  # a service that holds somebody back does not say goodbye
            **SOCKET,
            **options,
        )


class Client:
    """One raw connection; keeps what it has read, so that nothing is missed."""

    def __init__(self, socket: Any, token: str) -> None:
        self.socket = socket
        self.token = token
        self.user_id = ""
        self.seen: list[dict[str, Any]] = []
        self._unread: list[dict[str, Any]] = []

    async def send(
        self, type_: str, channel: str = CHANNEL, data: Any = None, mid: str = ""
    ) -> str:
        mid = mid or uuid7()
        envelope = {"type": type_, "channel": channel, "data": data or {}, "timestamp": 0}
        await self.socket.send(json.dumps(envelope | {"messageId": mid}))
        return mid

    async def say(self, text: str, channel: str = CHANNEL, mid: str = "", **more: Any) -> str:
        mid = mid or uuid7()
        return await self.send("chat_message", channel, {"id": mid, "content": text} | more, mid)

    async def subscribe(
        self, channel: str = CHANNEL, epoch: str = "", seq: int = 0, **more: Any
    ) -> dict[str, Any]:
        data = {"since": {"epoch": epoch, "seq": seq}} | more
        mid = await self.send("subscribe", channel, data)
        frame = await self.until(lambda f: f["messageId"] == mid)
        result: dict[str, Any] = frame["data"]
        return result

    async def enter(self, channel: str = CHANNEL) -> dict[str, Any]:
        """Subscribe and read to the head."""
        granted = await self.subscribe(channel)
        assert "epoch" in granted, granted
        await self.until(lambda f: f["type"] == "changes" and f["data"]["seq"] >= granted["seq"])
        return granted

    async def read(self) -> dict[str, Any]:
        raw = await asyncio.wait_for(self.socket.recv(), PATIENCE)
        frame: dict[str, Any] = json.loads(raw)
        self.seen.append(frame)
        return frame

    async def until(self, wanted: Callable[[dict[str, Any]], bool] | str) -> dict[str, Any]:
        """The next frame that fits, looking at those set aside first."""

        def fits(frame: dict[str, Any]) -> bool:
            return frame["type"] == wanted if isinstance(wanted, str) else wanted(frame)

        for index, frame in enumerate(self._unread):
            if fits(frame):
                return self._unread.pop(index)
        while not fits(frame := await self.read()):
            self._unread.append(frame)
        return frame

    async def answer(self, mid: str) -> dict[str, Any]:
        """The ack or error of a command."""
        return await self.until(
            lambda f: f["type"] in {"ack", "error"} and f["data"].get("messageId") == mid
        )

    async def until_reply(self, mid: str) -> dict[str, Any]:
        """The frame that answers one of ours."""
        return await self.until(lambda f: f["messageId"] == mid)

    async def message(self, content: str) -> dict[str, Any]:
        """The body of a chat message, when it arrives."""
        found: list[dict[str, Any]] = []

        def holds(frame: dict[str, Any]) -> bool:
            if frame["type"] != "changes":
                return False
            bodies = [d["body"] for d in frame["data"].get("docs", []) if d.get("body")]
            found.extend(b for b in bodies if b.get("content") == content)
            return bool(found)

        await self.until(holds)
        return found[0]

    async def counts(self, people: int) -> None:
        """Read until the last that was told is that so many are here."""
        while [f["data"]["people"] for f in self.seen if f["type"] == "room"][-1:] != [people]:
            self._unread.append(await self.read())

    async def beat(self) -> None:
        """A round trip: everything written before it has been read afterwards."""
        mid = await self.send("heartbeat", "system", {"timestamp": 1})
        await self.until(lambda f: f["type"] == "heartbeat_ack" and f["messageId"] == mid)

    async def closed(self) -> int:
        """Read to the end; returns the close code."""
        try:
            while True:
                await self.read()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006
        except Ended as end:
            return end.code

    def cut(self) -> None:
        """Break the connection off, without a word."""
        by_http = isinstance(self.socket, HttpSocket)
        (self.socket.cut if by_http else self.socket.transport.abort)()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()


@contextlib.asynccontextmanager
async def serving(data_dir: Path, way: str = "websocket", **options: Any) -> AsyncIterator[Service]:
    """A service in this process, closed with everything that was opened to it."""
    defaults: dict[str, Any] = {"port": 0, "courses": (COURSE,)}
    wanted = Options(data_dir=data_dir, **(defaults | options))
    async with (
        Server(wanted) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
    ):
        service = Service(server, http, way=way)
        try:
            yield service
        finally:
            for client in service.clients:
                await client.socket.close()
