"""Service CPU a delivered message, 500 members, against other ways to write.

Each way runs in a process of its own, whose CPU time (all threads) is read; the readers are in
another process and not counted. In every way one member posts a message over its connection, and
everybody gets one of the same size:

- `transport`: bare `transport.write` of a ready frame on plain asyncio sockets, the floor;
- `room`: aiohttp reads the message, the service's room writes a ready frame: no rule, no store;
- `service`: the whole service, from a posted chat message through store and room;
- `events`: the same for members on event streams, whose messages come by posts;
- `send_str`: aiohttp's `send_str`, awaited one member after the other;
- `websockets`: `websockets.broadcast`.

Two rhythms: *paced*, a message 30 ms after everybody has the one before, as in a lively class: a
process that wakes for each pays for cold caches and for waking its readers; and *back to back*, the
next as soon as everybody has the one before. One run takes all ways in turn, several rounds, so
that they share the weather. Told apart are the writing and, a message, the rest: waking, reading,
and for the service rule, store and acknowledgement.

    python -m benchmarks.service_fanout [--members 500] [--messages 100] [--rounds 5] [--ways …]
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

from benchmarks.readers import Crowd, Reader, enter, settle

if TYPE_CHECKING:
    from edu_widgets.service.server import Server

PAYLOAD = 300
BUDGET = 1.25
HEADROOM = 200
RHYTHMS = {"paced": 0.03, "back to back": 0.0}


def frame(size: int) -> bytes:
    """Make an unmasked text frame."""
    return bytes((0x81, 126)) + size.to_bytes(2, "big") + b"x" * size


class Meter:
    """The CPU time of this process, and of the writing in it."""

    def __init__(self) -> None:
        self.writing = 0.0

    async def write(self, send: Callable[[], Awaitable[None]]) -> None:
        """Run one fan-out."""
        before = time.thread_time()
        await send()
        self.writing += time.thread_time() - before

    async def report(self, pipe: Connection) -> None:
        """Report the CPU time of each rhythm; waits in a thread, which uses no CPU meanwhile."""
        loop = asyncio.get_running_loop()
        for _ in RHYTHMS:
            await loop.run_in_executor(None, pipe.recv)
            self.writing = 0.0
            before = time.process_time()
            await loop.run_in_executor(None, pipe.recv)
            pipe.send((time.process_time() - before, self.writing))


# -- the ways, each in a process of its own -------------------------------------------


async def transport_way(pipe: Connection, size: int) -> None:
    members: list[asyncio.Transport] = []
    meter = Meter()
    data = frame(size)

    class Peer(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            members.append(transport)

        def data_received(self, raw: bytes) -> None:
            if b"\r\n\r\n" in raw:
                members[-1].write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
                return
            before = time.thread_time()
            for member in members:
                member.write(data)
            meter.writing += time.thread_time() - before

    server = await asyncio.get_running_loop().create_server(Peer, "127.0.0.1", 0, backlog=1024)
    pipe.send((server.sockets[0].getsockname()[1], "", ""))
    await meter.report(pipe)
    server.close()


async def send_str_way(pipe: Connection, size: int) -> None:
    members: list[web.WebSocketResponse] = []
    meter = Meter()
    text = "x" * size

    async def send() -> None:
        for member in members:
            await member.send_str(text)

    async def handler(request: web.Request) -> web.StreamResponse:
        member = web.WebSocketResponse(compress=False)
        await member.prepare(request)
        members.append(member)
        async for _ in member:
            await meter.write(send)
        return member

    app = web.Application()
    app.router.add_get("/", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    pipe.send((runner.addresses[0][1], "", ""))
    await meter.report(pipe)


async def websockets_way(pipe: Connection, size: int) -> None:
    from websockets.asyncio.server import ServerConnection, broadcast, serve
    from websockets.exceptions import ConnectionClosedError

    members: set[ServerConnection] = set()
    meter = Meter()

    async def send() -> None:
        broadcast(members, "x" * size)

    async def handler(member: ServerConnection) -> None:
        members.add(member)
        with contextlib.suppress(ConnectionClosedError):  # the end of the run
            async for _ in member:
                await meter.write(send)

    async with serve(handler, "127.0.0.1", 0, compression=None, backlog=1024) as server:
        pipe.send((next(iter(server.sockets)).getsockname()[1], "", ""))
        await meter.report(pipe)


async def service_way(pipe: Connection, size: int, *, whole: bool = True) -> None:
    from edu_widgets.service import dispatch
    from edu_widgets.service.config import from_table
    from edu_widgets.service.frames import Frame
    from edu_widgets.service.hub import Hub
    from edu_widgets.service.member import Member
    from edu_widgets.service.options import Options
    from edu_widgets.service.rooms import Room
    from edu_widgets.service.server import Server

    meter = Meter()
    write, receive = Room.write, dispatch.receive

    def metered(room: Room, *args: Any) -> None:
        before = time.thread_time()
        write(room, *args)
        meter.writing += time.thread_time() - before

    async def relay(hub: Hub, member: Member, raw: bytes | str) -> None:
        if b"chat_message" not in (raw if isinstance(raw, bytes) else raw.encode()):
            await receive(hub, member, raw)
        elif room := hub.rooms.get("course:bench"):
            room.write(Frame(b"x" * size))

    Room.write = metered  # type: ignore[assignment, method-assign]
    if not whole:
        dispatch.receive = relay
    table = from_table({"rateLimits": False, "maxConnectionsPerPerson": 2000})
    with tempfile.TemporaryDirectory() as folder:
        options = Options(courses=("bench",), data_dir=Path(folder), port=0, config=table)
        async with Server(options) as server:
            # Numbers of four digits from the start: every message then has the same length.
            await asyncio.gather(*(fill(server) for _ in range(1_000)))
            pipe.send((server.state.port, server.state.owner_secret, "course:bench"))
            await meter.report(pipe)


async def fill(server: "Server") -> None:
    from edu_widgets.protocol import uuid7
    from edu_widgets.service.rules import Decision, Request, RuleRun, Write

    def rule(request: Request[object]) -> RuleRun:
        yield from ()
        return Decision([Write(request.channel, uuid7(), "message", request.data)])

    await server.hub.commit("course:bench", rule, "x")


WAYS: dict[str, Callable[[Connection, int], Coroutine[Any, Any, None]]] = {
    "transport": transport_way,
    "room": partial(service_way, whole=False),
    "service": service_way,
    "events": service_way,
    "send_str": send_str_way,
    "websockets": websockets_way,
}


def child(way: str, pipe: Connection, size: int) -> None:
    asyncio.run(WAYS[way](pipe, size))


# -- measuring ---------------------------------------------------------------------


def command(channel: str, number: int) -> bytes:
    mid = f"m-{time.time_ns()}-{number:06d}"
    data = {"id": mid, "content": "x" * (PAYLOAD - HEADROOM)}
    out = {"type": "chat_message", "channel": channel, "data": data, "messageId": mid}
    return json.dumps(out).encode()


@dataclass
class Found:
    """CPU µs of one run of one way in one rhythm."""

    delivered: float
    """CPU µs a delivered message, in all."""
    written: float
    """The part of that for writing."""
    rest: float
    """CPU µs a posted message, without the writing."""


async def connect(
    crowd: Crowd, port: int, secret: str, channel: str, http: aiohttp.ClientSession | None
) -> list[Reader]:
    readers = [await enter(crowd, port, secret, channel, http) for _ in range(crowd.members)]
    await settle(crowd)
    return readers


async def run(way: str, members: int, messages: int, size: int) -> tuple[dict[str, Found], int]:
    """Return the CPU time of a way by rhythm, and the bytes of one of its messages."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=child, args=(way, theirs, size))
    process.start()
    loop = asyncio.get_running_loop()
    port, secret, channel = await loop.run_in_executor(None, ours.recv)
    crowd = Crowd(members)
    http = aiohttp.ClientSession() if way == "events" else None
    readers = await connect(crowd, port, secret, channel, http)
    before = crowd.bytes  # to measure the size of a message
    await readers[0].say(command(channel, 999_999))
    await settle(crowd, before + PAYLOAD * members)
    one = (crowd.bytes - before) // members
    found = {}
    for rhythm, pause in RHYTHMS.items():
        ours.send("go")
        await asyncio.sleep(0.1)
        for number in range(messages):
            crowd.arrived.clear()
            crowd.target = crowd.bytes + one * members - 100
            await asyncio.sleep(pause)
            await readers[0].say(command(channel, number))
            await crowd.arrived.wait()
        await asyncio.sleep(0.1)
        ours.send("enough")
        used, writing = await loop.run_in_executor(None, ours.recv)
        n = messages * members
        found[rhythm] = Found(used * 1e6 / n, writing * 1e6 / n, (used - writing) * 1e6 / messages)
    for reader in readers:
        reader.transport.abort()
    if http is not None:
        await http.close()
    await asyncio.sleep(0.05)
    process.terminate()
    process.join()
    return found, one


def table(found: dict[str, list[Found]]) -> None:
    """Print medians with ranges, and ratios to the floor (of the same round, then the median)."""
    floor = [f.delivered for f in found["transport"]]
    for way, runs in found.items():
        whole = [f.delivered for f in runs]
        ratios = [mine / bare for mine, bare in zip(whole, floor, strict=True)]
        print(
            f"  {way:<11} {spread(whole)}  {spread(ratios)} ×"
            f"   writing {spread([f.written for f in runs])}"
            f"   rest {statistics.median(f.rest for f in runs):5.0f} µs a message"
        )


def spread(values: list[float]) -> str:
    return f"{statistics.median(values):5.2f} ({min(values):.2f}–{max(values):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=500)
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ways", nargs="*", default=list(WAYS), choices=list(WAYS))
    args = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65_536)), hard))
    ways = ["transport", *(way for way in args.ways if way != "transport")]
    found: dict[str, dict[str, list[Found]]] = {r: {way: [] for way in ways} for r in RHYTHMS}
    # A message of the service sets everybody's size; its head has two or four bytes.
    _, size = asyncio.run(run("service", 20, 5, PAYLOAD))
    for _ in range(args.rounds):
        for way in ways:
            result, one = asyncio.run(run(way, args.members, args.messages, size - 4))
            for rhythm, figures in result.items():
                found[rhythm][way].append(figures)
                print(f"  {way:<11} {rhythm:<13} {figures}  ({one} bytes)", file=sys.stderr)
    n = args.members * args.messages
    for rhythm, by_way in found.items():
        print(f"CPU µs a delivered message, {rhythm}; {args.members} members, ", end="")
        print(f"n = {args.rounds} × {n}; load average {os.getloadavg()[0]:.1f}")
        table(by_way)
    if "service" in ways:
        paced = found["paced"]
        ratios = zip(paced["service"], paced["transport"], strict=True)
        ratio = statistics.median(mine.delivered / bare.delivered for mine, bare in ratios)
        verdict = "kept" if ratio <= BUDGET else "BROKEN"
        print(f"budget: whole service, paced, ≤ {BUDGET} × transport.write: {verdict}")


if __name__ == "__main__":
    main()
