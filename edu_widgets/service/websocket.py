"""The WebSocket door: aiohttp reads, we write (see `TransportWriter`)."""

import asyncio
import itertools
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from edu_widgets.protocol import HEADER, VERSION, Code
from edu_widgets.protocol.errors import Refused
from edu_widgets.service import budget, connection_writer, dispatch
from edu_widgets.service.connection_writer import GOODBYE_S, KEPT_BY_SYSTEM, TransportWriter
from edu_widgets.service.frames import error
from edu_widgets.service.gate import gate_of
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Identity
from edu_widgets.service.member import Member
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.supervisor import Supervisor

SILENT_S = 10.0
"""Without a sign of life for so long the peer is asked with a ping …"""

DEAD_S = 25.0
"""… and given up after this …"""

PAGE_S = 75.0
"""… or this, while a page of a catch-up is on its way: its pong comes behind that."""

IN_A_ROW = 2
"""Frames that are handled one after the other before it is the others' turn."""

MAX_FRAME_READ = 1024 * 1024
"""Bytes of a frame that are read, though what is longer than `MAX_FRAME` is refused: with less, a
client could not be told which of its frames it was. Beyond, the connection is closed."""

_PING = b"\x89\x00"
_CLOSE_CODES = {
    WSCloseCode.MESSAGE_TOO_BIG: Code.TOO_LARGE,
    WSCloseCode.PROTOCOL_ERROR: Code.PROTOCOL,
    WSCloseCode.INVALID_TEXT: Code.PROTOCOL,
    WSCloseCode.UNSUPPORTED_DATA: Code.PROTOCOL,
}


class Socket(web.WebSocketResponse):
    """aiohttp's, closing with the codes of our table."""

    closing: Callable[[], None] | None = None
    """Called before a close frame is written, whoever began to close."""

    async def close(
        self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True
    ) -> bool:
        """Close; what aiohttp found wrong with a frame is told in our numbers."""
        ours = _CLOSE_CODES.get(WSCloseCode(code)) if code in _CLOSE_CODES else None
        if ours is not None:
            code, message = ours, ours.meaning.encode()
        if self.closing is not None:
            self.closing()
        return await super().close(code=code, message=message, drain=drain)


class SocketWriter(TransportWriter):
    """Writes to a member on a WebSocket."""

    __slots__ = ("_closing", "_socket", "_supervisor")

    def __init__(self, socket: Socket, request: web.BaseRequest, supervisor: Supervisor) -> None:
        super().__init__(request, attrgetter("websocket"))
        self._socket = socket
        self._supervisor = supervisor
        self._closing: asyncio.Task[object] | None = None
        socket.closing = self.shut

    def check(self, now: float) -> None:
        """Close a reader that takes nothing of what waits for it, or of whom nothing was heard."""
        if self.is_stalled(now):
            self.close(Code.SLOW_CONSUMER, Code.SLOW_CONSUMER.meaning)
            return
        silent = now - self.heard
        if silent > (PAGE_S if self.is_waiting else DEAD_S):
            self.close(Code.DEAD_PEER, Code.DEAD_PEER.meaning)
        elif silent > SILENT_S and not self.is_shut:
            self.put(_PING)

    def ask(self, mark: bytes) -> None:
        """Send a ping that its pong quotes."""
        self.put(bytes((0x89, len(mark))) + mark)

    def pong(self, payload: bytes) -> None:
        """Answer a ping."""
        self.put(bytes((0x8A, len(payload))) + payload)

    def close(self, code: int, reason: str) -> None:
        """Begin to close; cut the connection if that takes too long."""
        if self._closing is None:
            self.code = code
            self.shut()
            self._closing = self._supervisor.spawn("A close", self._close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        message = reason.encode()[:120].decode(errors="ignore").encode()
        try:
            async with asyncio.timeout(GOODBYE_S):
                # A slow reader would not take the close frame either; it is not waited for.
                drain = self.buffered() < connection_writer.MAX_BUFFERED
                await self._socket.close(code=code, message=message, drain=drain)
        except (TimeoutError, ConnectionError, RuntimeError):
            pass
        finally:
            self.hang_up()

    async def closed(self) -> None:
        """Wait for the end of a close that was begun."""
        if self._closing is not None:
            await asyncio.gather(self._closing, return_exceptions=True)


async def serve(
    hub: Hub, request: web.Request, identity: Identity, address: str
) -> web.StreamResponse:
    """Hold one member's connection from handshake to close; `address` is where they are."""
    socket = Socket(
        compress=False,
        writer_limit=KEPT_BY_SYSTEM,
        autoping=False,
        max_msg_size=MAX_FRAME_READ,
        timeout=GOODBYE_S,
        decode_text=False,
    )
    socket.headers[HEADER] = VERSION
    await socket.prepare(request)
    writer = SocketWriter(socket, request, hub.supervisor)
    member = Member(identity, writer, address)
    try:
        hub.admit(member)
    except Refused as problem:
        writer.close(problem.code, str(problem))
        await writer.closed()
        return socket
    gate = gate_of(request)
    if gate is not None:
        gate.prove(partial(hub.budgets.charge, member), budget.REQUEST, writer)
        writer.flow()
    try:
        await _read(hub, member, socket, writer)
    finally:
        code = writer.code or socket.close_code or WSCloseCode.ABNORMAL_CLOSURE
        await hub.dismiss(member, code)
        await writer.closed()
    return socket


async def _read(hub: Hub, member: Member, socket: Socket, writer: SocketWriter) -> None:
    """Read while there is a budget for it: what is not received stays where it is sent from.

    aiohttp stops reading from the socket when half a megabyte has not been received.
    """
    for count in itertools.count(1):
        if writer.is_shut:
            return
        message: Any = await socket.receive()
        writer.heard = writer.now()
        if message.type in {WSMsgType.PING, WSMsgType.PONG, WSMsgType.BINARY}:
            await hub.budgets.pay(member, budget.FRAME)
        match message.type:
            case WSMsgType.TEXT:
                await dispatch.receive(hub, member, message.data)
            case WSMsgType.PING:
                writer.pong(message.data)
            case WSMsgType.PONG:
                writer.ponged(bytes(message.data))
            case WSMsgType.BINARY:
                text = "Frames have to be text (JSON), not binary."
                member.write(error("", Code.PROTOCOL, text, now_ms()))
            case _:
                return
        writer.heard = writer.now()  # it was not silent while it waited
        if count % IN_A_ROW == 0:
            await asyncio.sleep(0)
