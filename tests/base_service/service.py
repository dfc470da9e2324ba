"""The service's endpoints: WebSocket, event stream, posts."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.base_service.rooms import Frame, Lost, Member, Rooms
from tests.base_service.variants import Variants

EVENTS = ("notification", "user_activity", "course_update")
"""Messages that are events of their own on a stream; all others are `message`."""

RETRY_MS = 100
_KEEPALIVE = 15.0
_CLOSE_CODES = {"4001": 4001, "1008": 1008, "close": 1000, "error": 4001}


@dataclass
class Asked:
    """A request, as a proxy's log would show it."""

    method: str
    address: str
    authorization: str
    last_event_id: str | None = None


@dataclass
class BaseService:
    """One platform's real-time service."""

    variants: Variants
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rooms = Rooms(self.variants)
        self._tasks: set[asyncio.Task[None]] = set()

    def application(self) -> web.Application:
        """The web application. A WebSocket is taken under any path but those of the others."""
        app = web.Application()
        app.router.add_get("/api/realtime/events", self._events)
        app.router.add_post("/api/realtime/messages", self._messages)
        app.router.add_get("/{path:.*}", self._websocket)
        return app

    # -- who asks --------------------------------------------------------------------------

    def _note(self, request: web.Request) -> None:
        self.asked.append(
            Asked(
                request.method,
                request.path_qs,
                request.headers.get("Authorization", ""),
                request.headers.get("Last-Event-ID"),
            )
        )

    def _knows(self, request: web.Request) -> bool:
        """Return True if the request has the token, where this service looks for it."""
        given = request.query.get("token", "")
        if not given and not self.variants.token_in_query_only:
            given = _bearer(request)
        return given == self.variants.token and bool(request.query.get("userId"))

    def _refusal(self) -> web.HTTPException:
        return web.HTTPForbidden() if self.variants.refuse_with == "403" else web.HTTPUnauthorized()

    # -- WebSocket -----------------------------------------------------------------------------

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        if not self.variants.websocket or "Upgrade" not in request.headers:
            raise web.HTTPNotFound
        await asyncio.sleep(self.variants.handshake_delay)
        known, how = self._knows(request), self.variants.refuse_with
        if not known and how in ("401", "403"):
            raise self._refusal()
        offered = request.headers.get("Sec-WebSocket-Protocol", "").split(",")
        protocols = [name.strip() for name in offered if name.strip()]
        socket = web.WebSocketResponse(protocols=protocols if self.variants.any_subprotocol else ())
        await socket.prepare(request)
        if known:
            await self._converse(request, socket)
        elif how == "abort":
            _abort(request)
        else:
            # As some do, it quotes what it was given.
            told = f"Invalid token {request.query.get('token') or _bearer(request)}"
            if how == "error":
                await socket.send_json(self.rooms.frame("error", "", {"message": told}))
            await socket.close(code=_CLOSE_CODES[how], message=told.encode())
        return socket

    async def _converse(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        member = Member(request.query["userId"], socket.send_str)
        self.rooms.members.append(member)
        try:
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    await self._take(member, message.data)
        except Lost:
            _abort(request)
        finally:
            await self.rooms.gone(member)

    async def _take(self, member: Member, text: str | bytes) -> None:
        # Whoever waits for a history waits; what comes after it is not held up.
        if self.variants.history_delay and "request_history" in str(text):
            loop = asyncio.get_running_loop()
            task = loop.create_task(self._later(self.variants.history_delay, member, text))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            await self.rooms.take(member, text)

    async def _later(self, delay: float, member: Member, text: str | bytes) -> None:
        await asyncio.sleep(delay)
        await self.rooms.take(member, text)

    # -- event stream ------------------------------------------------------------------------

    async def _events(self, request: web.Request) -> web.StreamResponse:
        self._note(request)
        if not self.variants.stream:
            raise web.HTTPNotFound
        if not self._knows(request):
            raise self._refusal()
        response = web.StreamResponse()
        response.content_type = "text/event-stream"
        response.headers["Cache-Control"] = "no-cache"
        await response.prepare(request)
        channels = [name for name in request.query.get("channels", "").split(",") if name]
        queue: asyncio.Queue[str] = asyncio.Queue()
        member = Member(request.query["userId"], queue.put)
        self.rooms.members.append(member)
        try:
            await response.write(f"retry: {RETRY_MS}\n\n".encode())
            await self._replay(request, response, channels)
            for channel in channels:
                await self.rooms.enter(member, channel)
            await self._stream(response, queue)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            await self.rooms.gone(member)
        return response

    async def _stream(self, response: web.StreamResponse, queue: asyncio.Queue[str]) -> None:
        while True:
            try:
                frame = json.loads(await asyncio.wait_for(queue.get(), _KEEPALIVE))
            except TimeoutError:
                await response.write(b": still here\n\n")
            else:
                await response.write(self._event(frame))

    def _event(self, frame: Frame, number: int | None = None) -> bytes:
        """A frame as an event, with the number it has in its channel."""
        if number is None:
            kept = self.rooms.channel(frame["channel"]).events
            number = next((n for n, f in reversed(kept) if f == frame), None)
        name = frame["type"] if frame["type"] in EVENTS else "message"
        lines = [f"event: {name}", f"data: {json.dumps(frame)}"]
        lines[:0] = [f"id: {number}"] if number is not None else []
        return ("\n".join(lines) + "\n\n").encode()

    async def _replay(
        self, request: web.Request, response: web.StreamResponse, channels: list[str]
    ) -> None:
        """The events since the client was here last."""
        with contextlib.suppress(KeyError, ValueError):
            since = int(request.headers["Last-Event-ID"])
            missed = [
                event
                for channel in channels
                for event in self.rooms.channel(channel).events
                if event[0] > since
            ]
            for number, frame in sorted(missed, key=lambda event: event[0]):
                await response.write(self._event(frame, number))

    # -- posts -----------------------------------------------------------------------------------

    async def _messages(self, request: web.Request) -> web.Response:
        """Take a batch of messages; their effects come over the stream."""
        self._note(request)
        if not self.variants.posts:
            raise web.HTTPNotFound
        if not self._knows(request):
            raise self._refusal()
        user_id = request.query["userId"]
        batch = await request.json()
        streams = [member for member in self.rooms.members if member.user_id == user_id]
        if not streams:
            raise web.HTTPConflict(text="There is no stream for the answers.")
        try:
            for frame in batch:
                await self._take(streams[-1], json.dumps(frame))
        except Lost:
            _abort(request)
        return web.json_response({"accepted": len(batch)}, status=202)


def _bearer(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


def _abort(request: web.Request) -> None:
    """Let the line go dead, without a word."""
    if request.transport is not None:
        request.transport.abort()
