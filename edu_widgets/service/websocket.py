"""The WebSocket door: aiohttp reads, we write.

aiohttp's `send_str` builds a frame for every member and awaits each. A frame that is built once
and given to `transport.write` costs little more than the system call, and a reader that does not
read holds nobody up. What is waited for is that the pages of a catch-up arrive.

What the system keeps for a connection is kept small, so that what waits for a slow reader waits
here, where it is seen.
"""

import asyncio
import contextlib
import itertools
import socket as sockets
from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from edu_widgets.protocol import HEADER, VERSION, Code
from edu_widgets.protocol.errors import Refused
from edu_widgets.service import budget, dispatch
from edu_widgets.service.connection_writer import MAX_BUFFERED, MAX_STALL_S
from edu_widgets.service.frames import Control, Frame, error
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

GOODBYE_S = 2.0
"""How long a close may take before the connection is cut."""

KEPT_BY_SYSTEM = 64 * 1024
UNSENT = 16 * 1024
"""Bytes that the system may keep for a connection, and have unsent, before it is full."""

IN_A_ROW = 2
"""Frames that are handled one after the other before it is the others' turn."""

MAX_FRAME_READ = 1024 * 1024
"""Bytes of a frame that are read, though what is longer than `MAX_FRAME` is refused: with less, a
client could not be told which of its frames it was. Beyond, the connection is closed."""

_PING = Control(b"\x89\x00")
_numbers = itertools.count()
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


class SocketWriter:
    """Writes to a member on a WebSocket (see `ConnectionWriter`)."""

    # Slots, since a frame to a large room touches every one of these objects.
    __slots__ = (
        "_arrivals",
        "_buffered",
        "_closing",
        "_flows",
        "_loop",
        "_put",
        "_shut",
        "_socket",
        "_stalled_since",
        "_supervisor",
        "_taken",
        "_transport",
        "_written",
        "code",
        "heard",
    )

    def __init__(self, socket: Socket, request: web.BaseRequest, supervisor: Supervisor) -> None:
        transport = request.transport
        if transport is None:
            raise ConnectionResetError
        _keep_little(transport)
        self._socket = socket
        self._supervisor = supervisor
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._put = transport.write
        self._buffered = transport.get_write_buffer_size
        self._flows = False
        self._written = 0
        self._taken = 0
        self._arrivals: dict[bytes, asyncio.Future[None]] = {}
        self._stalled_since: float | None = None
        self._closing: asyncio.Task[object] | None = None
        self._shut = False
        socket.closing = self.shut
        self.heard = self._loop.time()
        self.code = 0
        """Why we closed it, if we did."""

    def now(self) -> float:
        """The time that `heard` and `check` go by, in seconds."""
        return self._loop.time()

    @property
    def is_shut(self) -> bool:
        """Whether nothing is written any more."""
        return self._shut

    def shut(self) -> None:
        """Write nothing any more: the connection is lost, or a close frame is on its way."""
        self._shut = True
        self._flows = False

    def flow(self) -> None:
        """Count nothing while nothing waits: `paused` and `resumed` are called from now on."""
        self._transport.set_write_buffer_limits(0)
        if not self._buffered():
            self.resumed()

    def paused(self) -> None:
        """Something waits to be sent: from now on it is counted what is written."""
        self._flows = False
        self._written, self._taken, self._stalled_since = self._buffered(), 0, None

    def resumed(self) -> None:
        """Nothing waits to be sent."""
        self._flows = not self._shut

    def write(self, out: Frame | Control) -> None:
        """Write at once; a reader with too much waiting is closed."""
        if self._flows:
            self._put(out.websocket)
            return
        if self._shut:
            return
        if self._buffered() > MAX_BUFFERED:
            self.close(Code.SLOW_CONSUMER, Code.SLOW_CONSUMER.meaning)
            return
        data = out.websocket
        self._written += len(data)
        self._put(data)

    def check(self, now: float) -> None:
        """Close a reader that takes nothing of what waits for it, or of whom nothing was heard."""
        silent = now - self.heard
        waiting = self._buffered()
        taken = self._written - waiting
        if not waiting or taken > self._taken:
            self._taken, self._stalled_since = taken, None
        elif self._stalled_since is None:
            self._stalled_since = now
        elif now - self._stalled_since >= MAX_STALL_S:
            self.close(Code.SLOW_CONSUMER, Code.SLOW_CONSUMER.meaning)
            return
        if silent > (PAGE_S if self._arrivals else DEAD_S):
            self.close(Code.DEAD_PEER, Code.DEAD_PEER.meaning)
        elif silent > SILENT_S and not self._shut:
            self.write(_PING)

    def arrival(self) -> asyncio.Future[None]:
        """What is done once the member has read all that was written so far."""
        arrival: asyncio.Future[None] = self._loop.create_future()
        if self._shut:
            arrival.cancel()
            return arrival
        payload = next(_numbers).to_bytes(8)
        self._arrivals[payload] = arrival
        self.write(Control(bytes((0x89, len(payload))) + payload))
        return arrival

    def ponged(self, payload: bytes) -> None:
        """A ping was answered."""
        arrival = self._arrivals.pop(payload, None)
        if arrival is not None:
            arrival.set_result(None)

    def pong(self, payload: bytes) -> None:
        """Answer a ping."""
        self.write(Control(bytes((0x8A, len(payload))) + payload))

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
                drain = self._buffered() < MAX_BUFFERED
                await self._socket.close(code=code, message=message, drain=drain)
        except (TimeoutError, ConnectionError, RuntimeError):
            pass
        finally:
            if self._buffered():
                self._transport.abort()

    async def closed(self) -> None:
        """Wait for the end of a close that was begun."""
        if self._closing is not None:
            await asyncio.gather(self._closing, return_exceptions=True)


def _keep_little(transport: asyncio.Transport) -> None:
    """Let the system keep little of what waits to be sent, so that `check` sees the rest."""
    socket = transport.get_extra_info("socket")
    if socket is None:
        return
    options = [(sockets.SOL_SOCKET, sockets.SO_SNDBUF, KEPT_BY_SYSTEM)]
    lowat = getattr(sockets, "TCP_NOTSENT_LOWAT", None)
    if lowat is not None:
        options.append((sockets.IPPROTO_TCP, lowat, UNSENT))
    for option in options:
        with contextlib.suppress(OSError):  # it is not of TCP, or the system has no such option
            socket.setsockopt(*option)


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
