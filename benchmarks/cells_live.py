"""An instructor shares cells with a class: from a cell's end to every kernel, and joining late.

    python -m benchmarks.cells_live [--members 300] [--cells 40] [--lesson 300]
        [--pictures 60] [--rounds 1]

Every member is the whole kernel client (session, outbox, WebSocket) in two processes beside the
service. Measured: from handing over the end of a run until it is in each member's mirror, with the
clock that the machine's processes share; then, in a process of its own, joining a lesson of so many
cells, of which so many have a picture of 200 kB: until the newest cells are there, until all cells
and pictures are, these at the pace at which a kernel hands them to its pages, and the memory.
Budgets: p95 100 ms to 300 members; usable within 1 s, everything within 5 s, 30 MiB.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

import psutil

from benchmarks.members import ROOM, WORKERS, Member, start_service, start_workers, websocket_url
from edu_widgets.cells.commands import SHARE_CELL, ShareCell
from edu_widgets.cells.documents import Cell, CellOutput
from edu_widgets.client.runtime.blob_transfers import BlobTransfers
from edu_widgets.client.sync.clock import elapsed
from edu_widgets.client.sync.events import DocumentsChanged, SessionEvent
from edu_widgets.client.sync.uploads import Uploads
from edu_widgets.notebook.pace import Turns, share_of
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.blobs import BlobRef, picture
from edu_widgets.service import launch
from tests.pictures import png

BUDGET_MS, USABLE_S, WHOLE_S, BUDGET_MIB = 100.0, 1.0, 5.0, 30.0
PATIENCE_S = 240.0
PICTURE = 200_000
SOURCE = "table = df.groupby('station').agg(mean=('temp', 'mean'))\ntable.head()\n"


def cell(number: int, plot: BlobRef | None = None) -> Cell:
    """A cell with a table's worth of output, and perhaps a picture."""
    text = "\n".join(f"station {n}  {n * number % 37}.{n}" for n in range(20))
    body = Cell(SOURCE * 4, 1_700_000_000_000 + number * 1000, "ok", number)
    body.ended = body.started + 200
    body.outputs = [CellOutput("text", text), CellOutput("text", f"{number}")]
    if plot is not None:
        body.outputs.append(CellOutput("picture", picture=plot))
    return body


class Follower(Member):
    """A kernel client that notes when each cell came."""

    def __init__(self, name: str, url: str, role: str = "student") -> None:
        super().__init__(name, url, (ROOM,), role)
        self.came: dict[str, float] = {}
        self.open(self._heard)

    def _heard(self, event: SessionEvent) -> None:
        if isinstance(event, DocumentsChanged):
            now = time.monotonic()
            for doc in event.upserted:
                if doc.kind == Cell.kind:
                    self.came.setdefault(doc.id, now)

    def pictures(self) -> BlobTransfers:
        """The pictures of this client, as a kernel has them."""
        uploads = Uploads(self.session.outbox, None, elapsed)
        return BlobTransfers(self.connection, lambda: self.target, uploads)

    @property
    def mirror(self) -> Any:
        return self.channels[0].mirror


async def until(so: Callable[[], bool]) -> None:
    while not so():  # noqa: ASYNC110
        await asyncio.sleep(0.005)


async def work(pipe: Pipe, url: str, first: int, count: int) -> None:
    """Run one process of members, controlled by the pipe."""
    loop = asyncio.get_running_loop()
    members = []
    for number in range(first, first + count):
        members.append(Follower(f"m{number}", url))
        await asyncio.sleep(0.004)
    await until(lambda: all(member.live for member in members))
    pipe.send("live")
    cells = await loop.run_in_executor(None, pipe.recv)
    await until(lambda: all(len(member.came) >= cells for member in members))
    pipe.send([member.came for member in members])
    await asyncio.gather(*(member.connection.close() for member in members))


async def teach(url: str, pipes: list[Pipe], args: argparse.Namespace) -> list[float]:
    """Share cells, and return in ms how long each took to each member."""
    loop, cells, lesson = asyncio.get_running_loop(), args.cells, args.lesson
    teacher = Follower("teacher", url, "instructor")
    await until(lambda: teacher.live)
    for pipe in pipes:
        assert await loop.run_in_executor(None, pipe.recv) == "live"
        pipe.send(cells)
    sent: dict[str, float] = {}
    for number in range(1, cells + 1):
        id_ = uuid7()
        sent[id_] = time.monotonic()
        teacher.send(SHARE_CELL.name, ShareCell(id_, cell(number)), uuid7())
        await asyncio.sleep(0.25)
    took = []
    for pipe in pipes:
        for came in await loop.run_in_executor(None, pipe.recv):
            took += [1000 * (at - sent[id_]) for id_, at in came.items()]
    transfers = teacher.pictures()
    for number in range(cells + 1, lesson + 1):
        plot = None
        if number > lesson - args.pictures:
            data = png(640, 480, size=PICTURE, mark=str(number))
            plot = picture(data, "A plot")
            transfers.add(ROOM, plot.hash, data)
            await until(lambda: transfers.uploads.due() is None)
        teacher.send(SHARE_CELL.name, ShareCell(uuid7(), cell(number, plot)), uuid7())
        await until(lambda: len(teacher.came) > number - 20)  # noqa: B023
    await until(lambda: len(teacher.came) == lesson)
    await transfers.close()
    await teacher.connection.close()
    return took


async def join(pipe: Pipe, url: str, first: int, count: int, *, pictures: int) -> None:
    """Join a lesson of `count` cells late, in a process of its own."""
    del first
    before, began = _memory(), time.monotonic()
    late = Follower("late", url)
    await until(lambda: late.live)
    usable = time.monotonic() - began
    while late.mirror.more(Cell.kind):
        with late.connection.act() as session:
            session.older(ROOM, Cell.kind, 200)
        held = late.mirror.count(Cell.kind)
        await until(lambda: late.mirror.count(Cell.kind) > held)  # noqa: B023
    assert late.mirror.count(Cell.kind) == count
    plots = [
        output.picture
        for doc in late.mirror.of_kind(Cell.kind)
        for output in doc.as_(Cell).outputs
        if output.picture is not None
    ]
    assert len(plots) == pictures
    transfers, turns = late.pictures(), Turns()

    async def show(plot: BlobRef) -> None:
        data = await transfers.get(ROOM, plot.hash)
        await asyncio.sleep(turns.take(share_of(len(data))))

    await asyncio.gather(*map(show, plots))
    pipe.send((usable, time.monotonic() - began, _memory() - before))
    await transfers.close()
    await late.connection.close()


def _memory() -> float:
    """The memory that is this process's alone, in MiB."""
    return float(psutil.Process().memory_full_info().uss) / 2**20


def run(args: argparse.Namespace) -> tuple[list[float], tuple[float, float, float]]:
    with tempfile.TemporaryDirectory() as name:
        info = start_service(Path(name))
        url = websocket_url(info)
        share = args.members // WORKERS
        pipes = start_workers(work, url, [share] * WORKERS)
        try:
            took = asyncio.run(asyncio.wait_for(teach(url, pipes, args), PATIENCE_S))
            [late] = start_workers(partial(join, pictures=args.pictures), url, [args.lesson])
            return took, late.recv()
        finally:
            launch.stop(info)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=300)
    parser.add_argument("--cells", type=int, default=40)
    parser.add_argument("--lesson", type=int, default=300)
    parser.add_argument("--pictures", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    found = [run(args) for _ in range(args.rounds)]
    took = sorted(ms for times, _ in found for ms in times)
    p50, p95 = statistics.median(took), took[int(0.95 * len(took))]
    print(f"a cell's end to {args.members} kernels: p50 {p50:.0f} ms  p95 {p95:.0f} ms", end="")
    print(f"  max {took[-1]:.0f} ms  (n = {len(took)})")
    late = [values for _, values in found]
    usable, whole, memory = (max(values) for values in zip(*late, strict=True))
    print(
        f"joined after {args.lesson} cells, {args.pictures} pictures: "
        f"usable {usable:.2f} s, whole {whole:.2f} s, "
        f"+ {memory:.1f} MiB (worst of {len(found)})"
    )
    sys.exit(p95 > BUDGET_MS or usable > USABLE_S or whole > WHOLE_S or memory > BUDGET_MIB)


if __name__ == "__main__":
    main()
