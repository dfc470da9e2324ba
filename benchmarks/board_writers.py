"""Thirty people draw on one board for a minute, over real sockets.

    python -m benchmarks.board_writers [--writers 30] [--seconds 60]

Every writer is the whole kernel client (session, outbox, WebSocket) in two processes beside the
service; each tells 30 parts a second of strokes of a second, and puts each stroke on the board when
it ends.

Measured: how late the service's loop is, by the time that a request takes whose answer needs
nothing but the loop (so it is an upper bound, with the client's own part); CPU of the service;
frames of parts to each client a second, each of which is one message to its page. Checked: every
stroke is kept, and all clients hold the same. Budget: p95 60 ms; 30 frames of parts a second.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import math
import os
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import psutil

from benchmarks.members import (
    ROOM,
    WORKERS,
    Member,
    start_service,
    start_workers,
    websocket_url,
)
from benchmarks.progress_sockets import until
from edu_widgets.board.commands import (
    BOARD_PART,
    BOARD_PARTS,
    DRAW_ITEM,
    SET_BOARD,
    BoardPart,
    DrawItem,
    SetBoard,
)
from edu_widgets.board.documents import FIRST_PAGE, BoardItem
from edu_widgets.board.points import encode
from edu_widgets.client.sync.events import CommandChanged, SessionEvent, SignalReceived
from edu_widgets.protocol import uuid7
from edu_widgets.service import launch

PARTS = 30
"""Parts a second, and of a stroke."""

POINTS = [(24 * n, round(160 * math.sin(n / 8))) for n in range(2 * PARTS)]
BUDGET_MS, BUDGET_FRAMES = 60.0, 30.5
PATIENCE_S = 400.0
PROBE_EVERY_S = 0.05


class Writer(Member):
    """One kernel client that draws, and counts the frames of parts that it gets."""

    def __init__(self, name: str, url: str, role: str = "student") -> None:
        super().__init__(name, url, role=role)
        self.frames = 0
        self.waiting: set[str] = set()
        self.open(self._heard)

    def _heard(self, event: SessionEvent) -> None:
        if isinstance(event, SignalReceived):
            self.frames += event.type == BOARD_PARTS.name
        elif isinstance(event, CommandChanged) and event.command.id in self.waiting:
            assert event.command.state != "failed", event.command.error
            if event.gone:
                self.waiting.discard(event.command.id)

    def part(self, stroke: str, step: int) -> None:
        points = encode(POINTS[2 * step : 2 * step + 2])
        part = BoardPart(stroke, FIRST_PAGE, "pen", "ink", 2, points)
        with self.connection.act() as session:
            session.signal(BOARD_PART.name, ROOM, part)

    def draw(self, stroke: str, number: int) -> None:
        place = (40 * (number % 40), 30 * (number % 30))
        data = DrawItem(stroke, FIRST_PAGE, "pen", "ink", 2, *place, encode(POINTS))
        id_ = uuid7()
        self.waiting.add(id_)
        self.send(DRAW_ITEM.name, data, id_)

    def held(self) -> tuple[int, str]:
        """The number of strokes that it holds, and what is the same if all of them are."""
        docs = self.channels[0].mirror.of_kind(BoardItem.kind)
        told = hashlib.sha256(b"".join(bytes(doc.body) + doc.id.encode() for doc in docs))
        return len(docs), told.hexdigest()


async def write(writer: Writer, number: int, seconds: float) -> int:
    """Draw a stroke a second; return the number of strokes."""
    begin = time.monotonic() + number / PARTS / 30
    drawn = 0
    while time.monotonic() - begin < seconds:
        stroke = uuid7()
        for step in range(PARTS):
            due = begin + drawn + step / PARTS
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            writer.part(stroke, step)
        writer.draw(stroke, drawn + number)
        drawn += 1
    return drawn


async def work(pipe: Pipe, url: str, first: int, count: int) -> None:
    """Run one process of writers, controlled by the pipe."""
    loop = asyncio.get_running_loop()
    writers = [Writer(f"w{number}", url) for number in range(first, first + count)]
    await until(lambda: all(writer.live for writer in writers))
    pipe.send("live")
    seconds = await loop.run_in_executor(None, pipe.recv)
    for writer in writers:
        writer.frames = 0
    began = time.monotonic()
    drawn = await asyncio.gather(*(write(w, first + n, seconds) for n, w in enumerate(writers)))
    frames = [writer.frames / (time.monotonic() - began) for writer in writers]
    await until(lambda: all(not writer.waiting for writer in writers))
    pipe.send((sum(drawn), frames))
    wanted = await loop.run_in_executor(None, pipe.recv)
    await until(lambda: all(writer.held()[0] == wanted for writer in writers))
    pipe.send({writer.held()[1] for writer in writers})
    await asyncio.gather(*(writer.connection.close() for writer in writers))


async def probe(url: str, waits: list[float]) -> None:
    """Ask the service again and again for what costs it nothing."""
    host, _, port = url.split("/")[2].partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    request = f"GET /no-such-thing/at-all HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode()
    try:
        while True:
            began = time.monotonic()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.partition(b":")[2])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length")
            )
            await reader.readexactly(length)
            waits.append(1000 * (time.monotonic() - began))
            await asyncio.sleep(PROBE_EVERY_S)
    finally:
        writer.close()


def line(name: str, waits: list[float]) -> str:
    ordered = sorted(waits)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return (
        f"  {name}: p50 {statistics.median(ordered):.1f}, p95 {p95:.1f}, max {ordered[-1]:.1f} ms "
        f"(n={len(ordered)})"
    )


async def teach(url: str, pipes: list[Pipe], pid: int, args: argparse.Namespace) -> bool:
    """Run one minute; return True if the budget was kept."""
    loop = asyncio.get_running_loop()
    teacher = Writer("teacher", url, "instructor")
    await until(lambda: teacher.live)
    teacher.send(SET_BOARD.name, SetBoard(open=True), uuid7())
    for pipe in pipes:
        assert await loop.run_in_executor(None, pipe.recv) == "live"
    idle: list[float] = []
    asking = asyncio.create_task(probe(url, idle))
    await asyncio.sleep(3)
    asking.cancel()
    service = psutil.Process(pid)
    before, began = sum(service.cpu_times()[:2]), time.monotonic()
    teacher.frames = 0
    for pipe in pipes:
        pipe.send(args.seconds)
    waits: list[float] = []
    asking = asyncio.create_task(probe(url, waits))
    told = await asyncio.gather(*(loop.run_in_executor(None, pipe.recv) for pipe in pipes))
    asking.cancel()
    cpu, wall = sum(service.cpu_times()[:2]) - before, time.monotonic() - began
    drawn = sum(count for count, _ in told)
    frames = [rate for _, rates in told for rate in rates]
    await until(lambda: teacher.held()[0] == drawn)
    for pipe in pipes:
        pipe.send(drawn)
    held = {teacher.held()[1]}
    for pipe in pipes:
        held |= await loop.run_in_executor(None, pipe.recv)
    print(line("the loop, nobody draws", idle))
    print(line("the loop, all draw", waits))
    print(
        f"  frames of parts a second to each client: {min(frames):.1f} to {max(frames):.1f}; "
        f"service: {cpu:.1f} s of CPU in {wall:.1f} s"
    )
    same = "hold the same" if len(held) == 1 else f"hold {len(held)} different boards"
    print(f"  {drawn} strokes drawn and kept; {args.writers + 1} clients {same}")
    await teacher.connection.close()
    ordered = sorted(waits)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    return p95 <= BUDGET_MS and max(frames) <= BUDGET_FRAMES and len(held) == 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60.0)
    args = parser.parse_args()
    print(
        f"{args.writers} writers for {args.seconds:g} s; {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f} before"
    )
    with tempfile.TemporaryDirectory() as name:
        info = start_service(Path(name))
        url = websocket_url(info)
        pipes = start_workers(work, url, [args.writers // WORKERS] * WORKERS)
        try:
            kept = asyncio.run(asyncio.wait_for(teach(url, pipes, info.pid, args), PATIENCE_S))
        finally:
            launch.stop(info)
    print(f"load {os.getloadavg()[0]:.1f} after; budget {'kept' if kept else 'missed'}")
    sys.exit(not kept)


if __name__ == "__main__":
    main()
