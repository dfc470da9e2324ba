"""Writing to everybody: one frame, and no waiting for the slow."""

import asyncio
import contextlib
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from edu_widgets.protocol import Code
from edu_widgets.service import connection_writer, websocket
from edu_widgets.service.config import from_table
from edu_widgets.service.connection_writer import MAX_BUFFERED, MAX_STALL_S
from edu_widgets.service.frames import Frame
from edu_widgets.service.supervisor import Supervisor
from tests.waiting import PATIENCE, SOCKET

from .harness import Service, serving

FREE = from_table({"rateLimits": False})


async def test_our_frames_are_what_aiohttp_would_have_written() -> None:
    """Guards the bypass: what we write must be whole frames between aiohttp's own."""
    payloads = ["", "x" * 125, "é" * 100, "y" * 70_000]

    async def handler(request: web.Request) -> web.StreamResponse:
        socket = websocket.Socket(compress=False, autoping=False, decode_text=False)
        await socket.prepare(request)
        writer = websocket.SocketWriter(socket, request, Supervisor())
        for payload in payloads:
            writer.write(Frame(payload.encode()))
            await socket.send_str(payload)
        writer.close(4000, "done")
        await writer.closed()
        return socket

    app = web.Application()
    app.router.add_get("/", handler)
    async with (
        TestServer(app) as server,
        connect(
            str(server.make_url("/")).replace("http", "ws"), compression="deflate", **SOCKET
        ) as client,
    ):
        got = []
        with contextlib.suppress(ConnectionClosed):
            while True:
                got.append(await client.recv())
        assert client.close_code == 4000
    assert got == [p for p in payloads for _ in range(2)]


async def test_a_frame_is_built_once_for_all(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd = [await service.student(f"S{n}") for n in range(20)]
    for client in crowd:
        await client.enter()
    built: list[str] = []
    real = Frame.__init__

    def counting(self: Frame, payload: bytes) -> None:
        built.append(json.loads(payload)["type"])
        real(self, payload)

    monkeypatch.setattr(Frame, "__init__", counting)
    await crowd[0].say("hello")
    for client in crowd:
        await client.message("hello")
    assert built.count("changes") == 1


async def cut(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def stall(service: Service, token: str) -> asyncio.StreamWriter:
    """A member that subscribes and then never reads."""
    host, port = "127.0.0.1", service.server.state.port
    _, writer = await asyncio.open_connection(host, port, limit=1)
    head = (
        f"GET /api/realtime/ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    frame = b'{"type":"subscribe","channel":"course:py101"}'
    writer.write(head.encode() + bytes((0x81, 0x80 | len(frame), 0, 0, 0, 0)) + frame)
    await writer.drain()
    return writer


async def test_a_reader_that_never_reads_stalls_nobody_and_is_closed(tmp_path: Path) -> None:
    async with serving(tmp_path, config=FREE) as service:
        ada, bob = await service.two()
        stalled = await stall(service, (await service.join("Slow"))["token"])
        await bob.counts(3)
        text = "x" * 7_900
        count = 0
        hub = service.server.hub
        highest = 0
        while len(hub.members) == 3:
            await ada.answer(await ada.say(f"{count}" + text))
            await bob.message(f"{count}" + text)
            count += 1
            highest = max(highest, *(m.writer.buffered() for m in hub.members))  # type: ignore[attr-defined]
            assert count < 3_000
        assert highest < MAX_BUFFERED + 64 * 1024
        assert count * len(text) > MAX_BUFFERED
        await bob.beat()
        await cut(stalled)
    assert '"code":4002' in (tmp_path / "audit.jsonl").read_text()


async def test_a_reader_that_stalls_with_little_waiting_is_closed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edu_widgets.service.hub.TICK_S", 0.02)
    monkeypatch.setattr(connection_writer, "MAX_STALL_S", 0.1)
    monkeypatch.setattr(connection_writer, "MAX_BUFFERED", 1 << 30)
    async with serving(tmp_path, config=FREE) as service:
        ada = await service.student()
        await ada.enter()
        stalled = await stall(service, (await service.join("Slow"))["token"])
        await ada.counts(2)
        slow = next(m for m in service.server.hub.members if m.identity.user_id != ada.user_id)
        while not slow.writer.buffered():  # type: ignore[attr-defined]
            await ada.answer(await ada.say("x" * 7_900))
        async with asyncio.timeout(PATIENCE):
            while len(service.server.hub.members) == 2:
                await ada.beat()
        await cut(stalled)


class Link:
    """A transport that takes as much as a test lets it."""

    def __init__(self) -> None:
        self.waiting = 0

    def write(self, data: bytes) -> None:
        self.waiting += len(data)

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def get_extra_info(self, _name: str) -> None:
        return None


def on_a_link(
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Link, websocket.SocketWriter, list[int]]:
    """A link, the writer to it, and the codes it was closed with."""
    link, closed = Link(), list[int]()

    def close(_outlet: websocket.SocketWriter, code: int, _reason: str) -> None:
        closed.append(code)

    monkeypatch.setattr(websocket.SocketWriter, "close", close)
    request: Any = SimpleNamespace(transport=link)
    return link, websocket.SocketWriter(websocket.Socket(), request, Supervisor()), closed


@pytest.mark.parametrize("taken", [0, 1_000])
async def test_a_slow_reader_is_judged_by_what_it_takes(
    monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    """More is written than it takes each second, so that what waits never gets less."""
    link, closed = Link(), list[int]()
    monkeypatch.setattr(
        websocket.SocketWriter, "close", lambda _self, code, _why: closed.append(code)
    )
    request: Any = SimpleNamespace(transport=link)
    writer = websocket.SocketWriter(websocket.Socket(), request, Supervisor())
    for second in range(60):
        writer.heard = second
        writer.write(Frame(b"x" * 5_000))
        link.waiting -= taken
        writer.check(second)
    assert set(closed) == (set() if taken else {Code.SLOW_CONSUMER})


async def test_a_reader_that_was_behind_and_caught_up_is_judged_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link, writer, closed = on_a_link(monkeypatch)
    for second in (0, 1_000):
        link.waiting = 5_000
        writer.paused()
        writer.heard = second
        writer.check(second)
        writer.write(Frame(b"x" * 5_000))
        assert link.waiting > 10_000
        writer.check(second + MAX_STALL_S - 1)
        link.waiting = 0
        writer.resumed()
    assert not closed
    link.waiting = 5_000
    writer.paused()
    writer.check(second)
    writer.check(second + MAX_STALL_S)
    assert closed == [Code.SLOW_CONSUMER]


async def test_a_close_that_fails_unexpectedly_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(websocket.Socket, "close", broken)
    request: Any = SimpleNamespace(transport=Link())
    writer = websocket.SocketWriter(websocket.Socket(), request, Supervisor())
    writer.close(Code.RESTARTING, "over")
    await writer.closed()
    assert "A close failed" in caplog.text


async def test_pongs_that_nobody_takes_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    link, closed = Link(), list[int]()
    monkeypatch.setattr(
        websocket.SocketWriter, "close", lambda _self, code, _why: closed.append(code)
    )
    request: Any = SimpleNamespace(transport=link)
    writer = websocket.SocketWriter(websocket.Socket(), request, Supervisor())
    while not closed:
        writer.pong(b"p" * 125)
    assert link.waiting < MAX_BUFFERED + 200


async def test_the_silent_are_asked_and_then_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edu_widgets.service.hub.TICK_S", 0.02)
    monkeypatch.setattr(websocket, "SILENT_S", 0.05)
    monkeypatch.setattr(websocket, "DEAD_S", 2)
    monkeypatch.setattr(websocket, "PAGE_S", 2)
    async with serving(tmp_path) as service:
        ada = await service.student()
        dead = await stall(service, (await service.join("Dead"))["token"])
        await ada.enter()
        await ada.counts(2)
        async with asyncio.timeout(PATIENCE):
            while len(service.server.hub.members) == 2:
                await (await ada.socket.ping())
        await ada.beat()  # whose pongs were enough
        await cut(dead)


async def test_compression_is_never_agreed_to(service: Service) -> None:
    joined = await service.join("Ada")
    headers = {"Authorization": f"Bearer {joined['token']}"}
    async with (
        ClientSession() as http,
        http.ws_connect(service.url + "/api/realtime/ws", headers=headers, compress=15) as socket,
    ):
        assert not socket.compress


async def test_closing_tells_everybody_that_it_restarts(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        crowd = [await service.student(f"S{n}") for n in range(5)]
        ends = asyncio.gather(*(client.closed() for client in crowd))
        await service.server.hub.close()
        assert set(await ends) == {Code.RESTARTING}
