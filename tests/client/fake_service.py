"""A small service one can tell what to do wrong, on loopback, in a thread of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from edu_widgets.protocol import Document, Envelope, decode, encode, messages
from edu_widgets.protocol.documents import body
from tests.loop_thread import LoopThread
from tests.waiting import wait_until


def eventually(condition: Callable[[], Any], what: str = "it comes true") -> None:
    """Wait until `condition` holds."""
    wait_until(condition, what)


@dataclass
class Script:
    """The service's behaviour; change it at any time."""

    refuse: tuple[int, dict[str, str], bytes] | None = None
    """Answer the upgrade with this status, these headers and this body."""
    ours: bool = True
    answer: bool = True
    """Whether anything is answered."""
    commands: bool = True
    """Whether commands are."""
    close_at_once: tuple[int, str] | None = None
    epoch: str = "e1"
    role: str = "student"
    to_come: int = 0
    """How many changes more than it sends at once a channel's head is said to be at."""


class FakeService(LoopThread):
    """Channels with documents, and a record of all that came."""

    def __init__(self, script: Script | None = None, port: int = 0) -> None:
        super().__init__()
        self.script = script or Script()
        self.port = port
        self.frames: list[Envelope] = []
        self.requests: list[Request] = []
        self.connections: list[ServerConnection] = []
        self.docs: dict[str, list[Document]] = {}

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/api/realtime/ws"

    def of(self, type_: str) -> list[Envelope]:
        return [frame for frame in self.frames if frame.type == type_]

    # -- from the test's thread ---------------------------------------------------------

    def say(self, type_: str, channel: str, data: object, message_id: str = "") -> None:
        """Send a frame to everybody."""
        frame = encode(type_, channel, data, timestamp=1, message_id=message_id)
        self.raw(frame)

    def raw(self, frame: bytes) -> None:
        async def send() -> None:
            for connection in self.connections:
                await connection.send(frame, text=True)

        self.run(send())

    def close_all(self, code: int, reason: str = "") -> None:
        async def close() -> None:
            for connection in tuple(self.connections):
                await connection.close(code, reason)

        self.run(close())

    def abort_all(self) -> None:
        for connection in tuple(self.connections):
            self.call(connection.transport.abort)

    # -- on its own ---------------------------------------------------------------------

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        async with serve(
            self._serve,
            "127.0.0.1",
            self.port,
            process_request=self._check,
            process_response=self._mark,
            compression=None,
            close_timeout=1,
            ping_interval=None,
        ) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            yield
            for connection in tuple(self.connections):
                connection.transport.abort()

    def _check(self, _: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        if self.script.refuse is None:
            return None
        status, headers, payload = self.script.refuse
        all_ = Headers({**headers, "Content-Length": str(len(payload))})
        return Response(status, "No", all_, payload)

    def _mark(self, _: ServerConnection, request: Request, response: Response) -> None:
        del request
        if self.script.ours:
            response.headers["Edu-Widgets"] = "1"

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        try:
            if self.script.close_at_once is not None:
                await connection.close(*self.script.close_at_once)
                return
            async for frame in connection:
                await self._take(connection, decode(frame))
        except ConnectionClosed:
            pass
        finally:
            self.connections.remove(connection)

    async def _take(self, connection: ServerConnection, frame: Envelope) -> None:
        self.frames.append(frame)
        if not self.script.answer:
            return

        async def answer(type_: str, data: object, message_id: str = "") -> None:
            await connection.send(
                encode(type_, frame.channel, data, timestamp=1, message_id=message_id), text=True
            )

        docs = self.docs.setdefault(frame.channel, [])
        match frame.type:
            case "subscribe":
                seq = docs[-1].seq if docs else 0
                granted = messages.Subscribed(
                    self.script.epoch,
                    seq + self.script.to_come,
                    self.script.role,
                    frame.user_id or "",
                    people=1,
                )
                await answer("subscribed", granted, frame.message_id)
                await answer("changes", messages.Changes(self.script.epoch, 0, seq, docs, True))
            case "heartbeat":
                await answer("heartbeat_ack", messages.HeartbeatAck(1))
            case "unsubscribe" | "typing_start" | "typing_stop":
                pass
            case _ if self.script.commands:
                known = next((d for d in docs if d.id == frame.message_id), None)
                if known is None:
                    seq = len(docs) + 1
                    content = msgspec.json.decode(frame.data)
                    known = Document(frame.message_id, "message", seq, seq, body(content))
                    docs.append(known)
                    change = messages.Changes(self.script.epoch, seq - 1, seq, [known])
                    await answer("changes", change)
                await answer("ack", messages.Ack(frame.message_id, known.seq), frame.message_id)
