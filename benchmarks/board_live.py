"""People draw on one board through the service: parts, many writers, joining late, bytes.

    python -m benchmarks.board_live [--writers 8] [--seconds 10] [--strokes 5000]

Every person is the whole kernel client in this process, with a board; the service is a process of
its own, all over WebSockets on loopback. Measured: from handing over a part of a stroke until
another client has it; the same while so many people send 30 parts a second each; joining a board of
so many strokes, until the newest are there and until all are; and what a stroke takes between
kernel and page beside its points. Budgets: p95 100 ms; 2 s; 1.2 times.
"""

from __future__ import annotations

import argparse
import math
import os
import signal
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import msgspec

import edu_widgets as edu
from edu_widgets import folders
from edu_widgets.board.commands import BOARD_PART, BOARD_PARTS, BoardPart, BoardParts
from edu_widgets.board.packing import pack
from edu_widgets.board.points import encode
from edu_widgets.client.sync.events import SignalReceived
from edu_widgets.protocol import uuid7
from edu_widgets.service import state

PATIENCE_S = 240.0
PART_EVERY_S = 1 / 30
POINTS = [(6 * n, round(40 * math.sin(n / 4))) for n in range(60)]


class Watch:
    """Notes when a client has which parts."""

    def __init__(self, lesson: edu.Lesson) -> None:
        self.came: dict[str, float] = {}
        self.lock = threading.Lock()
        lesson._client.listen(self._heard)

    def _heard(self, event: Any) -> None:
        if isinstance(event, SignalReceived) and event.type == BOARD_PARTS.name:
            now = time.monotonic()
            with self.lock:
                for part in msgspec.json.decode(event.data, type=BoardParts).parts:
                    self.came.setdefault(part.id, now)


def part(id_: str) -> BoardPart:
    return BoardPart(id_, "first", "pen", "ink", 2, encode(POINTS[:4]))


def until(so: Any, what: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not so():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.005)


def told(name: str, waits: list[float]) -> None:
    ordered = sorted(1000 * one for one in waits)
    p95 = ordered[math.ceil(0.95 * len(ordered)) - 1]
    print(
        f"{name}: p50 {statistics.median(ordered):.0f}, p95 {p95:.0f}, "
        f"max {ordered[-1]:.0f} ms, n={len(ordered)}"
    )


def alone(one: edu.Lesson, watch: Watch, count: int = 200) -> None:
    """One part after the other, each of a stroke of its own, so that none is merged."""
    waits = []
    for _ in range(count):
        id_, began = uuid7(), time.monotonic()
        one._client.signal(BOARD_PART.name, part(id_))
        until(lambda id_=id_: id_ in watch.came, "a part")
        waits.append(watch.came[id_] - began)
        time.sleep(PART_EVERY_S)
    told("a part, one writer", waits)


def together(people: list[edu.Lesson], watch: Watch, seconds: float) -> None:
    """All send parts at once; each stroke's first part is timed, and its stroke is stored."""
    began: dict[str, float] = {}
    drawn, end = [], time.monotonic() + seconds
    while (now := time.monotonic()) < end:
        for person in people:
            id_ = uuid7()
            began[id_] = time.monotonic()
            person._client.signal(BOARD_PART.name, part(id_))
            if len(began) % 30 == 0:
                drawn.append(person.board.draw(POINTS))
        time.sleep(max(0.0, now + PART_EVERY_S - time.monotonic()))
    for receipt in drawn:
        receipt.wait(PATIENCE_S)
    until(lambda: len({len(one.board.strokes) for one in people}) == 1, "all are equal")
    waits = [watch.came[id_] - at for id_, at in began.items() if id_ in watch.came]
    told(f"a part, {len(people)} writers", waits)
    print(
        f"  {len(began) / seconds:.0f} parts/s sent, {len(began) - len(waits)} dropped, "
        f"{len(drawn)} strokes stored, all boards equal"
    )


def late(host: edu.Lesson, strokes: int) -> None:
    receipts = [host.board.draw([(x + n % 700, y) for x, y in POINTS]) for n in range(400)]
    while receipts:
        for receipt in receipts:
            receipt.wait(PATIENCE_S)
        lacking = strokes - len(host.board.strokes)
        receipts = [host.board.draw(POINTS) for _ in range(min(400, lacking))]
    began = time.monotonic()
    with edu.join(host.invite, name="Late") as lesson:
        lesson.wait_connected(PATIENCE_S)
        board = lesson.board
        until(lambda: len(board.strokes) >= min(strokes, 2000), "the newest")
        usable = time.monotonic() - began
        while len(board.strokes) < strokes:
            board.older().wait(PATIENCE_S)
        print(
            f"joining {strokes} strokes: the newest 2,000 after {usable:.2f} s, all after "
            f"{time.monotonic() - began:.2f} s"
        )


def sizes(host: edu.Lesson) -> None:
    coded = len(encode(POINTS))
    told_ = host.board._shown.windows()["items"].docs[-1]
    whole = len(pack([told_])[0])
    print(f"a stroke of {len(POINTS)} points: {coded} bytes of points, {whole} to the page")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--strokes", type=int, default=5000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ[folders.VARIABLE] = folder
        host = edu.host("board", name="Mira", rate_limits=False).wait_connected(PATIENCE_S)
        try:
            host.board.open_to("all").wait(PATIENCE_S)
            people = [
                edu.join(host.invite, name=f"Writer {n}").wait_connected(PATIENCE_S)
                for n in range(args.writers)
            ]
            until(lambda: all(one.board.is_open for one in people), "all may draw")
            watch = Watch(host)
            print(f"load {os.getloadavg()[0]:.1f}")
            alone(people[0], watch)
            together(people, watch, args.seconds)
            for person in people:
                person.close()
            late(host, args.strokes)
            sizes(host)
            print(f"load {os.getloadavg()[0]:.1f}")
        finally:
            about = state.read(Path(folders.service_folder("board")))
            host.close()
            if about is not None:
                os.kill(about.pid, signal.SIGTERM)


if __name__ == "__main__":
    main()
