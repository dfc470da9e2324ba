"""The WebSocket door: aiohttp reads, we write.

aiohttp's `send_str` builds a frame for every member and awaits each. A frame that is built once
and given to `transport.write` costs little more than the system call, and a reader that does not
read holds nobody up. A room goes one step further while nothing waits for a member: it calls the
socket's `send`, as the transport would have done. The first frame that is not taken whole goes
on through the transport, and all later ones too until nothing waits any more.

Whatever is written here goes through `SocketOutlet`, which keeps that order.
`tests/service/test_fanout.py` guards the private parts this leans on; where a transport is of
another kind, everything goes through `transport.write`.
"""

import asyncio
import contextlib
import itertools
import socket as sockets
from asyncio import selector_events
from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from edu_widgets.protocol import HEADER, VERSION, Code
from edu_widgets.protocol.errors import Refused
from edu_widgets.service import budget, dispatch
from edu_widgets.service.frames import Frame, error
from edu_widgets.service.gate import gate_of
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Identity
from edu_widgets.service.member import Member
from edu_widgets.service.outlet import MAX_BUFFERED, MAX_STALL_S, Send
from edu_widgets.service.steady_time import now_ms

SILENT_S = 45.0
"""Without a frame for so long (the heartbeat is 30 s) the peer is asked with a ping …"""

DEAD_S = 75.0
"""… and given up after this."""

GOODBYE_S = 2.0
"""How long a close may take before the connection is cut."""

IN_A_ROW = 8
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


class SocketOutlet:
    """The way out to a member on a WebSocket (see `edu_widgets.service.outlet.Outlet`)."""

    # Slots, since a frame to a large room touches every one of these objects.
    __slots__ = (
        "_buffered",
        "_closing",
        "_loop",
        "_protocol",
        "_send",
        "_shut",
        "_socket",
        "_stalled_since",
        "_transport",
        "_turned",
        "_waiting",
        "_write",
        "code",
        "heard",
        "straight",
    )

    def __init__(self, socket: Socket, request: web.BaseRequest) -> None:
        transport = request.transport
        if transport is None:
            raise ConnectionResetError
        self._socket = socket
        self._protocol = request.protocol
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._write = transport.write
        self._buffered = transport.get_write_buffer_size
        self._waiting = 0
        self._stalled_since: float | None = None
        self._closing: asyncio.Task[None] | None = None
        self._shut = False
        self._send = _straight(transport)
        self.straight = None if self._buffered() else self._send
        self._turned: Callable[[Send | None], None] = _nothing
        socket.closing = self._shut_up
        self.heard = self._loop.time()
        self.code = 0
        """Why we closed it, if we did."""

    def now(self) -> float:
        """The time that `heard` and `check` go by, in seconds."""
        return self._loop.time()

    def write(self, out: Frame) -> None:
        """Write at once; a reader with too much waiting is closed."""
        if self._shut:
            return
        if self._buffered() > MAX_BUFFERED:
            self.close(Code.SLOW_CONSUMER, Code.SLOW_CONSUMER.meaning)
            return
        self._put(out.websocket)

    def resume(self, out: Frame, sent: int) -> None:
        """Write the rest of a frame of which `straight` took only `sent` bytes."""
        self._put(out.websocket[sent:])
        self._turn(None)  # also after an error, of which the transport makes what it does

    def lead(self, member: Member) -> None:
        """Let rooms write straight to a member of ours, whenever nothing waits."""
        member.resume = self.resume
        self._turned = member.turn
        member.turn(self.straight)

    def _put(self, data: bytes) -> None:
        self._write(data)
        if self.straight is not None and self._buffered():
            self._turn(None)

    def _turn(self, straight: Send | None) -> None:
        if straight is not self.straight:
            self.straight = straight
            self._turned(straight)

    def _shut_up(self) -> None:
        self._shut = True
        self._turn(None)

    async def drain(self) -> None:
        """Wait while the transport has more than its high-water mark."""
        if self._protocol.writing_paused:
            with contextlib.suppress(ConnectionError):
                await self._protocol._drain_helper()  # noqa: SLF001 - see the module

    def check(self, now: float) -> None:
        """Close a reader for whom ever more is waiting, or of whom nothing was heard."""
        silent = now - self.heard
        if self.straight is not None and silent <= SILENT_S:
            self._waiting, self._stalled_since = 0, None
            return  # nothing waits, and it was heard: so it is with nearly everybody
        waiting = self._buffered()
        less, self._waiting = waiting < self._waiting, waiting
        if not waiting or less:
            self._stalled_since = None
            if not (waiting or self._shut or self._transport.is_closing()):
                self._turn(self._send)
        elif self._stalled_since is None:
            self._stalled_since = now
        elif now - self._stalled_since >= MAX_STALL_S:
            self.close(Code.SLOW_CONSUMER, Code.SLOW_CONSUMER.meaning)
            return
        if silent > DEAD_S:
            self.close(Code.DEAD_PEER, Code.DEAD_PEER.meaning)
        elif silent > SILENT_S and not self._shut and not self._transport.is_closing():
            self._put(_PING)

    def pong(self, payload: bytes) -> None:
        """Answer a ping."""
        if not self._shut:
            self._put(bytes((0x8A, len(payload))) + payload)

    def close(self, code: int, reason: str) -> None:
        """Begin to close; cut the connection if that takes too long."""
        if self._closing is None:
            self.code = code
            self._shut_up()
            self._closing = self._loop.create_task(self._close(code, reason))

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


def _nothing(_straight: Send | None) -> None:
    pass


def _straight(transport: asyncio.Transport) -> Send | None:
    # Of this kind of transport we know that `write` does the same when nothing waits. Once it has
    # closed the socket, `send` raises; it can never reach somebody else's connection.
    if isinstance(transport, selector_events._SelectorSocketTransport):  # type: ignore[attr-defined]  # noqa: SLF001
        socket = getattr(transport, "_sock", None)
        if isinstance(socket, sockets.socket) and socket.gettimeout() == 0:
            return socket.send
    return None


async def serve(
    hub: Hub, request: web.Request, identity: Identity, address: str
) -> web.StreamResponse:
    """Hold one member's connection from handshake to close; `address` is where they are."""
    socket = Socket(
        compress=False,
        autoping=False,
        max_msg_size=MAX_FRAME_READ,
        timeout=GOODBYE_S,
        decode_text=False,
    )
    socket.headers[HEADER] = VERSION
    await socket.prepare(request)
    outlet = SocketOutlet(socket, request)
    member = Member(identity, outlet, address)
    outlet.lead(member)
    try:
        hub.admit(member)
    except Refused as problem:
        outlet.close(problem.code, str(problem))
        await outlet.closed()
        return socket
    gate = gate_of(request)
    if gate is not None:
        gate.prove(partial(hub.budgets.charge, member), budget.REQUEST)
    try:
        await _read(hub, member, socket, outlet)
    finally:
        code = outlet.code or socket.close_code or WSCloseCode.ABNORMAL_CLOSURE
        await hub.dismiss(member, code)
        await outlet.closed()
    return socket


async def _read(hub: Hub, member: Member, socket: Socket, outlet: SocketOutlet) -> None:
    """Read while there is a budget for it: what is not received stays where it is sent from.

    aiohttp stops reading from the socket when half a megabyte has not been received.
    """
    for count in itertools.count(1):
        message: Any = await socket.receive()
        outlet.heard = outlet.now()
        if message.type in {WSMsgType.PING, WSMsgType.PONG, WSMsgType.BINARY}:
            await hub.budgets.pay(member, budget.FRAME)
        match message.type:
            case WSMsgType.TEXT:
                await dispatch.receive(hub, member, message.data)
            case WSMsgType.PING:
                outlet.pong(message.data)
            case WSMsgType.PONG:
                pass
            case WSMsgType.BINARY:
                text = "Frames have to be text (JSON), not binary."
                member.write(error("", Code.PROTOCOL, text, now_ms()))
            case _:
                return
        outlet.heard = outlet.now()  # it was not silent while it waited
        if count % IN_A_ROW == 0:
            await asyncio.sleep(0)
