"""The cost of sharing for the instructor: a run of a cell with sharing on, beside the same without.

    python -m benchmarks.cell_sharing [--cells 20] [--rounds 6] [--pause 0.03]

A real kernel hosts a course. Short blocks of cells are run in turn without and with sharing, so
that both have the same machine. Measured of each cell: from the request to the kernel's `idle`, by
whoever asks; and the processor's time of the kernel's main thread between two cells, which other
work on the machine does not change. Cells print a few lines, as those of a lesson do, and between
two of them is a pause, in which what was shared is rendered and sent: without one (`--pause 0`, as
*Run All*) the next cell is beside that work. Budget: 2 ms more at p95.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from itertools import pairwise
from typing import NamedTuple

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

BUDGET_MS = 2.0
CELL = "total = sum(range(200))\nfor line in range(3):\n    print(line, total)"
SETUP = """
import os
os.environ["EDU_WIDGETS_DATA_DIR"] = {folder!r}
import edu_widgets as edu
import time
marks = []
get_ipython().events.register("pre_execute", lambda: marks.append(time.thread_time()))
lesson = edu.host("bench", name="Mira", rate_limits=False).wait_connected(60)
"""


class Block(NamedTuple):
    """Of each cell of a block: the ms by the clock, and those of the kernel's main thread."""

    wall: list[float]
    processor: list[float]


def run(client: BlockingKernelClient, code: str, pause: float = 0) -> float:
    """Run a cell after a pause in seconds; return in ms how long it took."""
    time.sleep(pause)
    began = time.perf_counter()
    client.execute_interactive(code, timeout=120, output_hook=lambda _: None)
    return 1000 * (time.perf_counter() - began)


def main_thread(client: BlockingKernelClient) -> list[float]:
    """The ms of processor that the kernel's main thread had for each cell since `marks.clear()`."""
    told = client.execute("", user_expressions={"marks": "marks"}, reply=True, timeout=120)
    marks = json.loads(told["content"]["user_expressions"]["marks"]["data"]["text/plain"])
    return [1000 * (after - before) for before, after in pairwise(marks)]


def p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * len(times))]


def block(client: BlockingKernelClient, state: str, args: argparse.Namespace) -> Block:
    """Run a block of cells with sharing or without."""
    run(client, f"lesson.cells.{state}()")
    for _ in range(3):
        run(client, CELL)
    run(client, "marks.clear()")
    wall = [run(client, CELL, args.pause) for _ in range(args.cells)]
    return Block(wall, main_thread(client))


def told(kind: str, off: list[list[float]], on: list[list[float]]) -> float:
    """Print one kind of time; return in ms how much more it is at p95 with sharing."""
    for state, blocks in (("without", off), ("sharing", on)):
        every = [ms for times in blocks for ms in times]
        ends = [p95(times) for times in blocks]
        print(
            f"  {kind}, {state}: p50 {statistics.median(every):.1f} ms  p95 {p95(every):.1f} ms "
            f"({min(ends):.1f}-{max(ends):.1f}, n = {len(blocks)} x {len(blocks[0])})"
        )
    more = [p95(after) - p95(before) for before, after in zip(off, on, strict=True)]
    middle = statistics.median(more)
    print(f"  {kind}, more at p95: {middle:+.1f} ms ({min(more):+.1f} to {max(more):+.1f})")
    return middle


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--pause", type=float, default=0.03)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    found: dict[str, list[Block]] = {"stop": [], "share": []}
    with tempfile.TemporaryDirectory() as folder:
        manager, client = start_new_kernel()
        try:
            run(client, SETUP.format(folder=folder))
            for round_ in range(args.rounds):
                # Which is first changes, so that a machine that slows down favours neither.
                for state in ("stop", "share")[:: 1 if round_ % 2 else -1]:
                    found[state].append(block(client, state, args))
            run(client, "from edu_widgets.service import owner; import signal")
            run(client, "pid = owner.find(edu.folders.service_folder('bench')).pid; lesson.close()")
            run(client, "os.kill(pid, signal.SIGTERM)")
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)
    off, on = found["stop"], found["share"]
    more = told("wall", [one.wall for one in off], [one.wall for one in on])
    told("processor", [one.processor for one in off], [one.processor for one in on])
    sys.exit(more > BUDGET_MS)


if __name__ == "__main__":
    main()
