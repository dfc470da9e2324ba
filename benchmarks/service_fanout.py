"""Service CPU a delivered message, 500 members, against other ways to write.

Each way runs in a process of its own, whose CPU time is read; the readers are in another process
and not counted. Messages come at the pace of a lively class, not back to back: a process that wakes
for each pays for cold caches and for waking its readers, and all ways have to pay alike. One run
takes all ways in turn, several rounds, so that they share the weather:

- `transport`: bare `transport.write` of a ready frame on plain asyncio sockets, the floor;
- `room`: the service's fan-out alone, a ready frame to a room's members;
- `service`: the whole service, from a posted chat message through store and room;
- `send_str`: aiohttp's `send_str`, awaited one member after the other;
- `websockets`: `websockets.broadcast`.

    python -m benchmarks.service_fanout [--members 500] [--messages 200] [--rounds 3]
"""

import argparse
import asyncio
import base64
import json
import multiprocessing
import os
import resource
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from edu_widgets.service.server import Server

PAYLOAD = 300
BUDGET = 1.2
HEADROOM = 200
PACE_S = 0.03


def frame(size: int) -> bytes:
    """An unmasked text frame."""
    return bytes((0x81, 126)) + size.to_bytes(2, "big") + b"x" * size


# -- the ways, each in a process of its own -------------------------------------------


async def transport_way(pipe: Connection, messages: int, size: int) -> None:
    members: list[asyncio.Transport] = []

    class Peer(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            members.append(transport)

        def data_received(self, data: bytes) -> None:
            if b"\r\n\r\n" in data:
                transport = members[-1]
                transport.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")

    server = await asyncio.get_running_loop().create_server(Peer, "127.0.0.1", 0, backlog=1024)
    pipe.send((server.sockets[0].getsockname()[1], "", ""))

    async def send() -> None:
        data = frame(size)
        for member in members:
            member.write(data)

    await measured(pipe, messages, send)
    server.close()


async def send_str_way(pipe: Connection, messages: int, size: int) -> None:
    members: list[web.WebSocketResponse] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        member = web.WebSocketResponse(compress=False)
        await member.prepare(request)
        members.append(member)
        async for _ in member:
            pass
        return member

    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    pipe.send((runner.addresses[0][1], "", ""))
    text = "x" * size

    async def send() -> None:
        for member in members:
            await member.send_str(text)

    await measured(pipe, messages, send)


async def websockets_way(pipe: Connection, messages: int, size: int) -> None:
    from websockets.asyncio.server import ServerConnection, broadcast, serve

    members: set[ServerConnection] = set()

    async def handler(member: ServerConnection) -> None:
        members.add(member)
        await member.wait_closed()

    async with serve(handler, "127.0.0.1", 0, compression=None, backlog=1024) as server:
        pipe.send((next(iter(server.sockets)).getsockname()[1], "", ""))

        async def send() -> None:
            broadcast(members, "x" * size)

        await measured(pipe, messages, send)


async def measured(pipe: Connection, messages: int, send: Callable[[], Awaitable[None]]) -> None:
    """Send on demand, one message at a time as the service does, and tell the CPU it took."""
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, pipe.recv)
    before = time.process_time()
    for _ in range(messages):
        await loop.run_in_executor(None, pipe.recv)
        await send()
    await loop.run_in_executor(None, pipe.recv)
    pipe.send(time.process_time() - before)


async def service_way(pipe: Connection, messages: int, size: int) -> None:
    await serving(pipe, messages, size, whole=True)


async def room_way(pipe: Connection, messages: int, size: int) -> None:
    await serving(pipe, messages, size, whole=False)


async def serving(pipe: Connection, messages: int, size: int, *, whole: bool) -> None:
    from edu_widgets.service.config import from_table
    from edu_widgets.service.frames import Frame
    from edu_widgets.service.server import Options, Server

    table = from_table({"rateLimits": False, "maxConnectionsPerPerson": 2000})
    with tempfile.TemporaryDirectory() as folder:
        options = Options(courses=("bench",), data_dir=Path(folder), port=0, config=table)
        async with Server(options) as server:
            # Numbers of four digits from the start: every message then has the same length.
            await asyncio.gather(*(fill(server) for _ in range(1_000)))
            pipe.send((server.state.port, server.state.owner_secret, "course:bench"))
            room = server.hub.rooms.open("course:bench")

            async def send() -> None:
                if not whole:
                    room.write(Frame(b"x" * size))

            await measured(pipe, messages, send)


async def fill(server: "Server") -> None:
    from edu_widgets.protocol import uuid7
    from edu_widgets.service.rules import Decision, Request, RuleRun, Write

    def rule(request: Request[object]) -> RuleRun:
        yield from ()
        return Decision([Write(request.channel, uuid7(), "message", request.data)])

    await server.hub.commit("course:bench", rule, "x")


WAYS = {
    "transport": transport_way,
    "room": room_way,
    "service": service_way,
    "send_str": send_str_way,
    "websockets": websockets_way,
}


def child(way: str, pipe: Connection, messages: int, size: int) -> None:
    asyncio.run(WAYS[way](pipe, messages, size))


# -- the readers --------------------------------------------------------------------


class Reader(asyncio.Protocol):
    """Counts bytes; anything cleverer would only take CPU from what is measured."""

    def __init__(self, crowd: "Crowd", hello: bytes) -> None:
        self.crowd = crowd
        self.hello = hello
        self.up = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.hello)

    def data_received(self, data: bytes) -> None:
        self.crowd.received(self, data)


class Crowd:
    """All readers; `arrived` is set when everybody has what was sent."""

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


def upgrade(port: int, secret: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
        + (f"Authorization: Bearer {secret}\r\n" if secret else "")
        + "\r\n"
    ).encode()


def masked(payload: bytes) -> bytes:
    head = bytes((0x81, 0x80 | 126)) + len(payload).to_bytes(2, "big")
    return head + b"\0\0\0\0" + payload  # a mask of zeros leaves it as it is


def command(channel: str, number: int) -> bytes:
    mid = f"m-{time.time_ns()}-{number:06d}"
    data = {"id": mid, "content": "x" * (PAYLOAD - HEADROOM)}
    out = {"type": "chat_message", "channel": channel, "data": data, "messageId": mid}
    return masked(json.dumps(out).encode())


async def settle(crowd: Crowd, least: int = 0) -> None:
    """Wait for `least` bytes, and until nothing more has come for a second."""
    last = -1
    while last != crowd.bytes or crowd.up < crowd.members or crowd.bytes < least:
        last = crowd.bytes
        await asyncio.sleep(1)


async def run(way: str, members: int, messages: int) -> tuple[float, int]:
    """CPU µs of the sending process a delivered message, and the bytes of one message."""
    ours, theirs = multiprocessing.Pipe()
    size = run.size  # type: ignore[attr-defined]
    process = multiprocessing.get_context("spawn").Process(
        target=child, args=(way, theirs, messages, size)
    )
    process.start()
    loop = asyncio.get_running_loop()
    port, secret, channel = await loop.run_in_executor(None, ours.recv)
    crowd = Crowd(members)
    hello = upgrade(port, secret)
    readers = []
    for _ in range(members):
        transport, reader = await loop.create_connection(
            lambda: Reader(crowd, hello), "127.0.0.1", port
        )
        readers.append(reader)
        while not reader.up:  # noqa: ASYNC110 - as fast as can be
            await asyncio.sleep(0)
        if channel:
            transport.write(
                masked(json.dumps({"type": "subscribe", "channel": channel}).encode().ljust(126))
            )
    await settle(crowd)
    one = size + 4
    if way == "service":  # learn how large a message of the service is
        before = crowd.bytes
        readers[0].transport.write(command(channel, 999_999))
        await settle(crowd, before + PAYLOAD * members)
        one = (crowd.bytes - before) // members
        run.size = one - 4  # type: ignore[attr-defined]
    ours.send("go")
    for number in range(messages):
        crowd.arrived.clear()
        crowd.target = crowd.bytes + one * members - 100
        await asyncio.sleep(PACE_S)
        ours.send("now")
        if way == "service":
            readers[0].transport.write(command(channel, number))
        await crowd.arrived.wait()
    ours.send("enough")
    used = await loop.run_in_executor(None, ours.recv)
    for reader in readers:
        reader.transport.abort()
    await asyncio.sleep(0.05)
    process.terminate()
    process.join()
    return used * 1e6 / (messages * members), one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    assert socket.SOMAXCONN
    del soft
    figures: dict[str, list[float]] = {way: [] for way in WAYS}
    run.size = PAYLOAD  # type: ignore[attr-defined]
    asyncio.run(run("service", 20, 5))  # its message's size is everybody's
    for _ in range(args.rounds):
        for way in WAYS:
            used, one = asyncio.run(run(way, args.members, args.messages))
            figures[way].append(used)
            print(f"  {way:<11} {used:6.2f} µs  ({one} bytes)", file=sys.stderr)
    n = args.members * args.messages
    floor = statistics.median(figures["transport"])
    print(f"CPU µs a delivered message; {args.members} members, n = {args.rounds} × {n}")
    for way, found in figures.items():
        median = statistics.median(found)
        spread = f"{min(found):.2f}–{max(found):.2f}"
        print(f"  {way:<11} {median:6.2f}  ({spread})  {median / floor:.2f} × transport.write")
    ratio = statistics.median(figures["service"]) / floor
    print(
        f"budget: service ≤ {BUDGET} × transport.write: {'kept' if ratio <= BUDGET else 'BROKEN'}"
    )


if __name__ == "__main__":
    main()
