"""Connections without a WebSocket, as a program made from docs/protocol.md would open them."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import Callable
from typing import Any

import aiohttp

from tests.waiting import PATIENCE

Log = list[tuple[str, Any]]


class Ended(Exception):  # noqa: N818
    """The connection is over; the code is the service's, or 1006."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class HttpSocket:
    """The common part of event streams and polls: posts, and a queue of received frames."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self.http = http
        self.url = url
        self.id = ""
        self.headers = {"Authorization": f"Bearer {token}"}
        self.comments = 0
        self.pings: list[str] = []
        self.answers_pings = True
        self.numbers = itertools.count(1)
        self._order = asyncio.Lock()
        self._come: asyncio.Queue[str | Ended] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []

    async def post(self, frames: list[Any], number: int, **headers: str) -> tuple[int, Any]:
        """Status and body."""
        own = {"Edu-Widgets-Connection": self.id, "Edu-Widgets-Number": str(number)}
        body = "[" + ",".join(f if isinstance(f, str) else json.dumps(f) for f in frames) + "]"
        url = f"{self.url}/api/realtime/messages"
        async with self.http.post(
            url, data=body.encode(), headers=self.headers | own | headers
        ) as answer:
            text = await answer.text()
            assert answer.headers.get("Edu-Widgets") == "1"
            return answer.status, json.loads(text) if text else None

    async def send(self, frame: str) -> None:
        async with self._order:
            status, _ = await self.post([frame], next(self.numbers))
        if status == 404:
            raise Ended(1006)
        assert status == 204

    async def recv(self) -> str:
        found = await self._come.get()
        if isinstance(found, Ended):
            self._come.put_nowait(found)
            raise found
        return found

    async def close(self) -> None:
        with contextlib.suppress(Ended, aiohttp.ClientError):
            await self.send('{"type": "bye"}')
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        for task in self._tasks:
            task.cancel()

    def run(self, work: Callable[[], Any]) -> None:
        async def guarded() -> None:
            try:
                await work()
            except Ended as ended:
                self._come.put_nowait(ended)
            except (aiohttp.ClientError, ConnectionError):
                self._come.put_nowait(Ended(1006))

        self._tasks.append(asyncio.ensure_future(guarded()))


class EventsSocket(HttpSocket):
    """Reads an event stream."""

    async def open(self, former: str = "") -> int:
        headers = self.headers | ({"Edu-Widgets-Connection": former} if former else {})
        timeout = aiohttp.ClientTimeout(total=None)
        self.response = await self.http.get(
            f"{self.url}/api/realtime/events", headers=headers, timeout=timeout
        )
        if self.response.status == 200:
            self.id = self.response.headers["Edu-Widgets-Connection"]
            first = await asyncio.wait_for(self._event(), PATIENCE)
            assert first == ("connection", {"id": self.id})
            self.run(self._follow)
        return self.response.status

    async def _event(self) -> tuple[str, Any]:
        name, data = "message", ""
        while line := (await self.response.content.readline()).decode():
            field, _, value = line.rstrip("\n").partition(":")
            match field:
                case "event":
                    name = value.strip()
                case "data":
                    data += value.removeprefix(" ")
                case "":
                    self.comments += line.startswith(":")
                    if data:
                        return name, json.loads(data)
        raise Ended(1006)

    async def _follow(self) -> None:
        try:
            while True:
                name, data = await self._event()
                if name == "close":
                    raise Ended(data["code"])
                if name == "ping":
                    self.pings.append(data["id"])
                    if self.answers_pings:
                        await self.pong()
                else:
                    self._come.put_nowait(json.dumps(data))
        finally:
            self.response.close()

    async def pong(self) -> None:
        with contextlib.suppress(Ended):
            while self.pings:
                pong = {"type": "pong", "data": {"id": self.pings.pop(0)}}
                await self.send(json.dumps(pong))


class PollSocket(HttpSocket):
    """Polls."""

    last = 0

    async def poll(self, **body: Any) -> tuple[int, Any]:
        url = f"{self.url}/api/realtime/poll"
        async with self.http.post(url, json=body, headers=self.headers) as answer:
            return answer.status, await answer.json()

    async def open(self, former: str = "") -> int:
        status, first = await self.poll(connection=former)
        if status == 200:
            self.id = first["connection"]
            self.run(self._follow)
        return status

    async def _follow(self) -> None:
        while True:
            status, told = await self.poll(connection=self.id, after=self.last)
            if status != 200:
                raise Ended(1006)
            for frame in told.get("frames", ()):
                self._come.put_nowait(json.dumps(frame))
            self.last = told.get("last", 0)
            if "close" in told:
                raise Ended(told["close"]["code"])


CARRIERS: dict[str, type[EventsSocket | PollSocket]] = {"events": EventsSocket, "poll": PollSocket}
