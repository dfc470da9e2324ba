"""A class runs all its checks at once, over real sockets, and somebody writes meanwhile.

    python -m benchmarks.progress_sockets [--people 1000] [--exercises 40] [--seconds 10]

Every member is the whole kernel client (session, outbox, WebSocket) in two processes beside the
service. Each has run all exercises and tells it twice, by one command each time, at a moment
within the seconds. Measured: CPU of the service's process meanwhile, and from a chat message of
the teacher, two a second, to its acknowledgement. Checked: every person and exercise is kept, with
both runs. Budget for 1,000 people: at most one core for 10 s; messages p95 200 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import psutil

from benchmarks.members import (
    COURSE,
    ROOM,
    WORKERS,
    Member,
    start_service,
    start_workers,
    websocket_url,
)
from edu_widgets.chat.documents import CHAT_MESSAGE, ChatMessage
from edu_widgets.client.sync.events import CommandChanged, SessionEvent
from edu_widgets.progress.commands import (
    REPORT_PROGRESS,
    SET_EXERCISE,
    ExerciseResult,
    ReportProgress,
    SetExercise,
)
from edu_widgets.progress.documents import CheckFailure, ExerciseProgress
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.protocol.messages import Data
from edu_widgets.service import launch

STAFF = staff_channel(COURSE)
BUDGET_CPU_S, BUDGET_MS = 10.0, 200.0
PATIENCE_S = 400.0
RUNS = 2


class Runner(Member):
    """One kernel client that notes acknowledgements."""

    def __init__(self, name: str, url: str, role: str = "student") -> None:
        mine = STAFF if role == "instructor" else user_channel(COURSE, name)
        super().__init__(name, url, [ROOM, mine], role)
        self.sent: dict[str, float] = {}
        self.acked: dict[str, float] = {}
        self.open(self._heard)

    def _heard(self, event: SessionEvent) -> None:
        if isinstance(event, CommandChanged) and event.command.id in self.sent:
            assert event.command.state != "failed", event.command.error
            if event.gone:
                id_ = event.command.id
                self.acked[id_] = time.monotonic() - self.sent[id_]

    def do(self, type_: str, data: Data, id_: str = "") -> None:
        id_ = id_ or uuid7()
        self.sent[id_] = time.monotonic()
        self.send(type_, data, id_)

    def settled(self) -> bool:
        return len(self.acked) == len(self.sent)


async def until(so: Callable[[], bool]) -> None:
    while not so():  # noqa: ASYNC110
        await asyncio.sleep(0.02)


async def tell(member: Runner, exercises: int, waits: list[float]) -> None:
    failure = CheckFailure(1, "KeyError", "'temp'")
    results = [
        ExerciseResult(f"e{n}", "pfpp", 1, [failure]) if n % 3 else ExerciseResult(f"e{n}", "pppp")
        for n in range(exercises)
    ]
    for wait in waits:
        await asyncio.sleep(wait)
        member.do(REPORT_PROGRESS.name, ReportProgress(results))


async def work(pipe: Pipe, url: str, first: int, count: int) -> None:
    """Run one process of members, controlled by the pipe."""
    loop = asyncio.get_running_loop()
    members = []
    for number in range(first, first + count):
        members.append(Runner(f"m{number}", url))
        await asyncio.sleep(0.004)
    await until(lambda: all(member.live for member in members))
    pipe.send("live")
    exercises, seconds = await loop.run_in_executor(None, pipe.recv)
    rng = random.Random(first)
    waits = [[rng.uniform(0, seconds / 2), seconds / 2] for _ in members]
    await asyncio.gather(*(tell(m, exercises, w) for m, w in zip(members, waits, strict=True)))
    await until(lambda: all(member.settled() for member in members))
    pipe.send([at for member in members for at in member.acked.values()])
    await asyncio.gather(*(member.connection.close() for member in members))


async def teach(url: str, pipes: list[Pipe], pid: int, args: argparse.Namespace) -> bool:
    """Run one class; return True if the budget was kept."""
    loop = asyncio.get_running_loop()
    teacher = Runner("teacher", url, "instructor")
    await until(lambda: teacher.live)
    for n in range(args.exercises):
        teacher.do(SET_EXERCISE.name, SetExercise(f"e{n}", f"Exercise {n}", counts=True))
    for pipe in pipes:
        assert await loop.run_in_executor(None, pipe.recv) == "live"
    await until(teacher.settled)
    teacher.sent, teacher.acked = {}, {}
    service = psutil.Process(pid)
    before, began = sum(service.cpu_times()[:2]), time.monotonic()
    for pipe in pipes:
        pipe.send((args.exercises, args.seconds))
    done = asyncio.gather(*(loop.run_in_executor(None, pipe.recv) for pipe in pipes))
    while not done.done():
        id_ = uuid7()
        teacher.do(CHAT_MESSAGE.name, ChatMessage(id_, "Go on."), id_)
        await asyncio.sleep(0.5)
    took = sorted(1000 * at for part in done.result() for at in part)
    await until(teacher.settled)
    cpu, wall = sum(service.cpu_times()[:2]) - before, time.monotonic() - began
    wanted = (args.people // WORKERS) * WORKERS * args.exercises
    mirror = teacher.channels[1].mirror
    await until(lambda: mirror.count(ExerciseProgress.kind) == wanted)
    await until(lambda: _runs(teacher) == RUNS * wanted)
    words = sorted(1000 * at for at in teacher.acked.values())
    p95 = words[int(0.95 * len(words))]
    print(f"  all {wanted} kept with both runs; service: {cpu:.1f} s of CPU in {wall:.1f} s")
    slow = took[int(0.95 * len(took))]
    print(
        f"  reports acked: p50 {statistics.median(took):.0f}  p95 {slow:.0f} ms (n = {len(took)})"
    )
    middle = statistics.median(words)
    print(f"  messages beside it: p50 {middle:.0f}  p95 {p95:.0f} ms (n = {len(words)})")
    await teacher.connection.close()
    return cpu <= BUDGET_CPU_S and p95 <= BUDGET_MS


def _runs(teacher: Runner) -> int:
    docs = teacher.channels[1].mirror.of_kind(ExerciseProgress.kind)
    return sum(doc.as_(ExerciseProgress).attempts for doc in docs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--exercises", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=10.0)
    args = parser.parse_args()
    print(
        f"{args.people} people, {args.exercises} exercises, {RUNS} reports each within "
        f"{args.seconds:g} s; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before"
    )
    with tempfile.TemporaryDirectory() as name:
        info = start_service(Path(name))
        url = websocket_url(info)
        pipes = start_workers(work, url, [args.people // WORKERS] * WORKERS)
        try:
            kept = asyncio.run(asyncio.wait_for(teach(url, pipes, info.pid, args), PATIENCE_S))
        finally:
            launch.stop(info)
    sys.exit(not kept)


if __name__ == "__main__":
    main()
