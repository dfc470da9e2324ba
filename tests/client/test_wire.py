"""Frames come out whole and in order, however the network has cut them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.frames import Close, Frame, Opcode

from edu_widgets.client.transport.base import Target, TransportFailed
from edu_widgets.client.transport.websocket import WebSocketTransport
from tests.client.conftest import Join
from tests.client.fake_service import FakeService, eventually
from tests.waiting import PATIENCE, comes_true

_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CLOSING = Frame(Opcode.CLOSE, Close(4501, "over").serialize()).serialize(mask=False)


def text(payload: bytes) -> bytes:
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


class Peer:
    """A service's end of one connection, byte by byte."""

    def __init__(self) -> None:
        self.port = 0
        self.first = b""
        """What comes in the same segment as the answer to the upgrade."""
        self.writer: asyncio.StreamWriter | None = None
        self.left = asyncio.Event()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        (key,) = (
            line.partition(b":")[2].strip()
            for line in request.split(b"\r\n")
            if line.lower().startswith(b"sec-websocket-key:")
        )
        accept = base64.b64encode(hashlib.sha1(key + _MAGIC).digest())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Edu-Widgets: 1\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n" + self.first
        )
        self.writer = writer
        with contextlib.suppress(ConnectionError):
            while await reader.read(4096):
                pass
        self.left.set()

    def write(self, data: bytes) -> None:
        assert self.writer is not None
        self.writer.write(data)


@asynccontextmanager
async def connected(first: bytes = b"") -> AsyncIterator[tuple[Peer, WebSocketTransport]]:
    peer = Peer()
    peer.first = first
    server = await asyncio.start_server(peer.take, "127.0.0.1", 0)
    peer.port = server.sockets[0].getsockname()[1]
    target = Target(f"ws://127.0.0.1:{peer.port}/api/realtime/ws", "me", lambda: "token")
    transport = WebSocketTransport(target)
    await transport.open()
    try:
        yield peer, transport
    finally:
        await transport.close(1000, "")
        if peer.writer is not None:
            await peer.left.wait()
            peer.writer.transport.abort()
        server.close()


class Reading:
    """The frames that a transport hands over; its task ends with the connection."""

    def __init__(self, transport: WebSocketTransport) -> None:
        self.transport = transport
        self.got: list[bytes] = []
        self.rested: list[int] = []
        self.task = asyncio.create_task(transport.read(self.receive, self.rest))

    def receive(self, frame: bytes | str) -> None:
        assert isinstance(frame, bytes)
        self.got.append(frame)

    def rest(self) -> None:
        self.rested.append(len(self.got))

    async def until(self, condition: Callable[[], object]) -> None:
        await comes_true(condition, "the frames come")


@pytest.mark.parametrize("cut", range(1, 8))
@pytest.mark.parametrize("first", [b"", text(b"hello")], ids=["alone", "greeted"])
async def test_a_frame_cut_anywhere_comes_whole_and_the_next_one_too(
    cut: int, first: bytes
) -> None:
    async with connected(first) as (peer, transport):
        reading = Reading(transport)
        before = [b"hello"] if first else []
        await reading.until(lambda: reading.got == before)
        seen, frame = transport.received, text(b"cut in two")
        peer.write(frame[:cut])
        await reading.until(lambda: transport.received == seen + cut)
        assert reading.got == before
        peer.write(frame[cut:] + text(b"next"))
        await reading.until(lambda: reading.got == [*before, b"cut in two", b"next"])
        await reading.until(lambda: reading.rested[-1] == len(reading.got))
        reading.task.cancel()


async def test_nothing_after_a_close_is_handed_over_and_nobody_waits_to_be_hung_up_on() -> None:
    async with connected() as (peer, transport):
        reading = Reading(transport)
        peer.write(text(b"last") + CLOSING + text(b"a word too many"))
        with pytest.raises(TransportFailed) as ended:
            await asyncio.wait_for(reading.task, PATIENCE)
        assert (ended.value.code, ended.value.reason) == (4501, "over")
        assert reading.got == [b"last"]
        await asyncio.wait_for(peer.left.wait(), PATIENCE)


class OddError(Exception):
    pass


def fail(*_: object) -> None:
    raise OddError


@pytest.mark.parametrize("failing", ["receive", "rest", "a later rest"])
async def test_what_fails_over_a_frame_ends_the_reading(failing: str) -> None:
    async with connected() as (peer, transport):
        got: list[bytes | str] = []

        def rest() -> None:
            if failing == "rest" or len(got) > 1:
                raise OddError

        receive = fail if failing == "receive" else got.append
        reading = asyncio.create_task(transport.read(receive, rest))
        peer.write(text(b"x") * 2)
        with pytest.raises(OddError):
            await asyncio.wait_for(reading, PATIENCE)


@pytest.mark.parametrize(
    "bad",
    [b"\x81\x7f" + b"\x00\x00\x00\x00\x7f\xff\xff\xff", b"\x81\x82maskhi", b"\xf1\x00"],
    ids=["too long", "masked", "reserved bits"],
)
def test_a_forbidden_frame_ends_the_connection_and_the_next_one_works(
    fake: FakeService, join: Join, bad: bytes
) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    for connection in tuple(fake.connections):
        fake.call(connection.transport.write, bad)
    eventually(lambda: client.numbers().reconnects == 1)
    client.wait_connected(PATIENCE)


def test_fragments_pings_and_small_pieces_arrive(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    change = b'{"type":"room","channel":"course:py101","data":{"people":7}}'
    stream = Frame(Opcode.TEXT, change[:9], fin=False).serialize(mask=False)
    stream += Frame(Opcode.PING, b"?").serialize(mask=False)
    stream += Frame(Opcode.CONT, change[9:]).serialize(mask=False)
    for connection in tuple(fake.connections):
        pieces = [bytes([byte]) for byte in stream]
        # In one go: between two calls the service may write a frame of its own.
        fake.call(
            lambda write, all_: [write(piece) for piece in all_], connection.transport.write, pieces
        )
    eventually(lambda: client.view().online == 7)
