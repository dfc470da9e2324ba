"""Delay and memory of a service while a member, or an unknown client, floods it.

Each flood has a service of its own, with a history of 300 long messages. An instructor sends a
message ten times a second, and a student waits for it: first undisturbed, then while another
process floods, as fast as the service reads. Memory is the service's resident one: before, the
highest, and two seconds after the end. CPU is the service's, in % of a core: unlike delays, it
is comparable on a machine that has other work.

    python -m benchmarks.floods [--seconds 5] [--rounds 3] [KIND ...]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import multiprocessing
import os
import statistics
import struct
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.readers import upgrade
from edu_widgets.protocol import uuid7

COURSE = "bench"
CHANNEL = f"course:{COURSE}"
HISTORY, LONG = 300, 7_900
P50_MS, P95_MS, MEMORY_MIB = 20, 150, 60
BYTES_A_WRITE = 64 * 1024


def cut(payload: bytes, opcode: int = 0x81) -> bytes:
    """Make a masked frame; the mask is zero and does not change the payload."""
    size = len(payload)
    if size < 126:
        return bytes((opcode, 0x80 | size)) + b"\0\0\0\0" + payload
    if size < 1 << 16:
        return struct.pack("!BBH", opcode, 0xFE, size) + b"\0\0\0\0" + payload
    return struct.pack("!BBQ", opcode, 0xFF, size) + b"\0\0\0\0" + payload


def said(type_: str, data: object = None, channel: str = CHANNEL) -> bytes:
    mid = uuid7()
    whole = {"type": type_, "channel": channel, "data": data or {}, "messageId": mid}
    return cut(json.dumps(whole).encode())


@dataclass(frozen=True)
class Flood:
    """A flood: repeated data, its connections, and `first`, which is sent once on each."""

    make: Callable[[int], bytes]
    connections: int = 1
    first: bytes = b""
    websocket: bool = True
    again: bool = False
    """True if each connection sends once and is then replaced by the next."""
    reads: bool = True
    pause: float = 0.0


def request(path: str, body: bytes = b"", method: str = "GET") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def marks(size: int) -> str:
    """Make a text whose normalisation takes time quadratic in its length."""
    return "a" + "\u0301" * (size // 4) + "\u0316" * (size // 4)


def join(n: int, code: str = "AAAAAAAA", name: str = "") -> bytes:
    body = {"course": COURSE, "code": code, "name": name or f"s{n}"}
    return request("/api/join", json.dumps(body, ensure_ascii=False).encode(), method="POST")


ENTER = said("subscribe")
FLOODS: dict[str, Flood] = {
    "nothing": Flood(lambda _n: b"", pause=0.1),
    "subscribe": Flood(lambda _n: said("subscribe")),
    "subscribe, 10 connections": Flood(lambda _n: said("subscribe"), connections=10),
    "lessons entered and left": Flood(
        lambda n: (
            said("subscribe", channel=f"lesson:bench:{n}")
            + said("unsubscribe", channel=f"lesson:bench:{n}")
        )
    ),
    "messages in lessons": Flood(
        lambda n: said("chat_message", {"id": uuid7(), "content": "x" * 500}, f"lesson:bench:{n}")
    ),
    "pages of history": Flood(lambda _n: said("request_history", {"limit": 200})),
    "people": Flood(lambda _n: said("people"), first=ENTER),
    "typing": Flood(lambda _n: said("typing_start") + said("typing_stop"), first=ENTER),
    "attention": Flood(lambda n: said("attention", {"away": bool(n % 2)}), first=ENTER),
    "heartbeats": Flood(lambda _n: said("heartbeat", {"timestamp": 1}, "system")),
    "heartbeats, 30 connections": Flood(
        lambda _n: said("heartbeat", {"timestamp": 1}, "system"), connections=30
    ),
    "statuses": Flood(lambda _n: said("set_status", {"status": "stuck"}), first=ENTER),
    "votes of combining marks": Flood(
        lambda _n: said("cast_vote", {"pollId": uuid7(), "round": 1, "choice": marks(60_000)})
    ),
    "searches": Flood(lambda _n: said("search", {"query": "zq"})),
    "frames that are none": Flood(lambda _n: cut(b"{" * 50)),
    "pings, never read": Flood(lambda _n: cut(b"p" * 125, 0x89), reads=False),
    "pongs, 10 connections": Flood(lambda _n: cut(b"p" * 125, 0x8A), connections=10),
    "frames of 4 MB": Flood(lambda _n: cut(b"x" * 4_000_000), again=True),
    "messages that never end": Flood(lambda n: cut(b"x" * 60_000, 0 if n else 1), connections=10),
    "/health, pipelined": Flood(lambda _n: request("/health") * 20, connections=4, websocket=False),
    "/health, never read": Flood(
        lambda _n: request("/health") * 20, connections=4, websocket=False, reads=False
    ),
    "joins with wrong codes": Flood(join, connections=4, websocket=False),
    "joins with combining marks": Flood(
        lambda n: join(n, name=marks(60_000)), connections=4, websocket=False
    ),
    "half a request, 1,100 connections": Flood(
        lambda _n: b"", connections=1_100, first=b"GET / HTTP/1.1\r\nX: ", websocket=False, pause=1
    ),
    "connections one after the other": Flood(lambda _n: ENTER, connections=4, again=True),
}


# -- the flooding process -----------------------------------------------------------


async def one(flood: Flood, port: int, token: str, until: float) -> None:
    """Run one connection, or with `again` one after the other."""
    numbers = itertools.count()
    while time.time() < until:
        with contextlib.suppress(OSError, asyncio.TimeoutError):
            async with asyncio.timeout(until - time.time() + 1):
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
                if not flood.reads:
                    writer.transport.pause_reading()  # type: ignore[attr-defined]
                drained = asyncio.create_task(emptied(reader)) if flood.reads else None
                try:
                    await send(flood, writer, port, token, until, numbers)
                finally:
                    if drained is not None:
                        drained.cancel()
                    writer.transport.abort()
        await asyncio.sleep(0 if flood.again else 0.2)


async def emptied(reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(OSError):
        while await reader.read(1 << 20):
            pass


async def send(
    flood: Flood,
    writer: asyncio.StreamWriter,
    port: int,
    token: str,
    until: float,
    numbers: Iterator[int],
) -> None:
    if flood.websocket:
        writer.write(upgrade(port, token))
    writer.write(flood.first)
    while time.time() < until and not writer.transport.is_closing():
        size = 0
        while size < BYTES_A_WRITE:
            part = flood.make(next(numbers))
            size += len(part) or BYTES_A_WRITE
            writer.write(part)
            if flood.again:
                break
        await writer.drain()
        if flood.again:
            return
        await asyncio.sleep(flood.pause)


def attack(kind: str, port: int, token: str, seconds: float) -> None:
    flood, until = FLOODS[kind], time.time() + seconds

    async def all_of_them() -> None:
        await asyncio.gather(*(one(flood, port, token, until) for _ in range(flood.connections)))

    asyncio.run(all_of_them())


# -- the service --------------------------------------------------------------------


async def serve(pipe: Connection) -> None:
    from edu_widgets.service import listening
    from edu_widgets.service.options import Options
    from edu_widgets.service.server import Server

    listening.raise_file_limit()
    with tempfile.TemporaryDirectory() as folder:
        options = Options(courses=(COURSE,), data_dir=Path(folder), port=0)
        async with Server(options) as server:
            about = server.state
            pipe.send((about.port, about.owner_secret, about.invites[COURSE], os.getpid()))
            await asyncio.get_running_loop().run_in_executor(None, pipe.recv)


def child(pipe: Connection) -> None:
    asyncio.run(serve(pipe))


def resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def cpu_s(pid: int) -> float:
    """Return the seconds of CPU time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# -- the measured members -----------------------------------------------------------


class Person:
    """A member who sends and receives messages."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.heard: dict[str, asyncio.Future[None]] = {}
        self.task = asyncio.create_task(self._hear())

    async def _hear(self) -> None:
        async for message in self.socket:
            told = json.loads(message.data)
            docs = told["data"].get("docs", []) if told["type"] == "changes" else []
            for id_ in [doc["id"] for doc in docs] + [told["messageId"]]:
                waiting = self.heard.get(id_)
                if waiting is not None and not waiting.done():
                    waiting.set_result(None)

    async def say(self, text: str, hearer: Person) -> None:
        """Send a message, and wait until another member has received it."""
        id_ = uuid7()
        hearer.heard[id_] = asyncio.get_running_loop().create_future()
        data = {"id": id_, "content": text}
        whole = {"type": "chat_message", "channel": CHANNEL, "data": data, "messageId": id_}
        await self.socket.send_str(json.dumps(whole))
        await asyncio.wait_for(hearer.heard[id_], 30)
        del hearer.heard[id_]


async def came(http: aiohttp.ClientSession, url: str, body: dict[str, str]) -> tuple[Person, str]:
    async with http.post(f"{url}/api/join", json=body) as answer:
        told = await answer.json()
    headers = {"Authorization": f"Bearer {told['token']}"}
    socket = await http.ws_connect(f"{url}/api/realtime/ws", headers=headers, max_msg_size=0)
    await socket.send_str(json.dumps({"type": "subscribe", "channel": CHANNEL, "data": {}}))
    return Person(socket), told["token"]


async def delays(speaker: Person, hearer: Person, seconds: float) -> list[float]:
    """Measure ms from one member to another, for ten messages a second."""
    found: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begin = time.monotonic()
        await speaker.say("something", hearer)
        found.append((time.monotonic() - begin) * 1000)
        await asyncio.sleep(0.1)
    return found


async def measured(kind: str, seconds: float) -> dict[str, Any]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = multiprocessing.Pipe()
    process = context.Process(target=child, args=(theirs,))
    process.start()
    loop = asyncio.get_running_loop()
    port, secret, code, pid = await loop.run_in_executor(None, ours.recv)
    url = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as http:
        prof, _ = await came(http, url, {"course": COURSE, "secret": secret, "name": "Prof"})
        bob, _ = await came(http, url, {"course": COURSE, "code": code, "name": "Bob"})
        _, token = await came(http, url, {"course": COURSE, "code": code, "name": "Eve"})
        for n in range(HISTORY):
            await prof.say(f"{n} ".ljust(LONG, "x"), bob)
        begin, used = time.monotonic(), cpu_s(pid)
        quiet = await delays(prof, bob, seconds)
        cpu_quiet = (cpu_s(pid) - used) / (time.monotonic() - begin)
        before = highest = resident_mib(pid)
        flood = context.Process(target=attack, args=(kind, port, token, seconds + 2))
        flood.start()
        await asyncio.sleep(1)
        during: list[float] = []
        begin, used = time.monotonic(), cpu_s(pid)
        while flood.is_alive() and len(during) < seconds * 12:
            during += await delays(prof, bob, 0.2)
            highest = max(highest, resident_mib(pid))
        cpu_during = (cpu_s(pid) - used) / (time.monotonic() - begin)
        await loop.run_in_executor(None, flood.join)
        await asyncio.sleep(2)
        after = resident_mib(pid)
        prof.task.cancel()
        bob.task.cancel()
    ours.send("enough")
    process.join(15)
    process.kill()
    return {
        "quiet": quiet,
        "during": during,
        "cpu quiet": 100 * cpu_quiet,
        "cpu during": 100 * cpu_during,
        "grown": after - before,
        "highest": highest - before,
    }


def shown(values: list[list[float]], part: float) -> str:
    """Return a percentile over all rounds, and its range over them."""
    each = [quantile(run, part) for run in values]
    return f"{quantile(list(itertools.chain(*values)), part):.0f} ({min(each):.0f}–{max(each):.0f})"


def median(rounds: list[dict[str, Any]], name: str) -> str:
    return f"{statistics.median(r[name] for r in rounds):.0f}"


def quantile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(FLOODS))
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print("| flood | quiet p50 | p95 | CPU | during p50 | p95 | CPU | n | MiB, highest | after |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for kind in args.kinds or FLOODS:
        rounds = [asyncio.run(measured(kind, args.seconds)) for _ in range(args.rounds)]
        cells = []
        for name in ("quiet", "during"):
            runs = [r[name] for r in rounds]
            cells += [shown(runs, 0.5), shown(runs, 0.95), median(rounds, f"cpu {name}")]
        count = sum(len(r["during"]) for r in rounds)
        grown = f"{median(rounds, 'highest')} | {median(rounds, 'grown')}"
        print(f"| {kind} | {' | '.join(cells)} | {count} | {grown} |", flush=True)
    print(f"Targets: p50 {P50_MS} ms, p95 {P95_MS} ms, afterwards {MEMORY_MIB} MiB.")


if __name__ == "__main__":
    main()
