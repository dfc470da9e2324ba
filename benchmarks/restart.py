"""A thousand members, and the service is killed and started again between messages.

    python -m benchmarks.restart [--members 1000] [--rounds 3] [--carrier websocket | events | poll]

Every member is the whole kernel client (session, outbox, transport); all of them live in two
processes beside the service. Measured, from the service's return: when each member is live again,
and the CPU that the service and the members' processes used until then, which is comparable on a
machine that has other work.
Checked: every message sent before, during and after is in every mirror, once, in the same order.
Budget: p99 of 3 s by WebSocket, of 6 s by event stream and poll; nothing lost, nothing twice.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from benchmarks.floods import cpu_s
from benchmarks.members import WORKERS, Member, start_service, start_workers, websocket_url
from edu_widgets.chat.documents import ChatMessage, Message
from edu_widgets.client.transport.selection import EVENTS, POLL, WEBSOCKET
from edu_widgets.protocol import uuid7
from edu_widgets.service import launch

SPEAKERS = 10
BUDGETS = {WEBSOCKET: 3.0, EVENTS: 6.0, POLL: 6.0}


class Speaker(Member):
    """One kernel client that records the time at which it is live."""

    def __init__(self, name: str, url: str, way: str) -> None:
        super().__init__(name, url, way=way)
        self.back_at: float | None = None
        self.open(lambda _: self._look())

    def _look(self) -> None:
        if not self.live:
            self.back_at = None
        elif self.back_at is None:
            self.back_at = time.monotonic()

    def say(self, text: str) -> None:
        id_ = uuid7()
        self.send("chat_message", ChatMessage(id=id_, content=text), id_)

    def heard(self) -> list[str]:
        return [doc.as_(Message).content for doc in self.channels[0].mirror.of_kind(Message.kind)]


async def work(pipe: Pipe, url: str, first: int, count: int, way: str) -> None:
    """Run one process of members, controlled by the pipe."""
    loop = asyncio.get_running_loop()
    members: list[Speaker] = []
    for number in range(first, first + count):
        members.append(Speaker(f"m{number}", url, way))
        await asyncio.sleep(0.004)
    while True:
        what, argument = await loop.run_in_executor(None, pipe.recv)
        if what == "live":
            while any(member.back_at is None for member in members):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            pipe.send([member.back_at for member in members])
        elif what == "cpu":
            pipe.send([time.process_time()])
        elif what == "say":
            for member in members[:SPEAKERS]:
                member.say(f"{argument} of {member.session.user_id}")
            pipe.send(None)
        elif what == "heard":
            while any(len(member.heard()) < argument for member in members):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            pipe.send([tuple(member.heard()) for member in members])
        else:
            await asyncio.gather(*(member.connection.close() for member in members))
            return


def ask(pipes: list[Pipe], what: str, argument: object = None) -> list[object]:
    """Send a request to every process, and join their lists."""
    for pipe in pipes:
        pipe.send((what, argument))
    answers: list[object] = []
    for pipe in pipes:
        answers += pipe.recv() or []
    return answers


def run(members: int, way: str) -> tuple[list[float], float, float]:
    """Return the seconds from the service's return until each member was live, and CPU seconds.

    The CPU is the service's and that of the members, from its return until all were live.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        info = start_service(folder, "--no-rate-limits")
        pipes = start_workers(
            partial(work, way=way), websocket_url(info), [members // WORKERS] * WORKERS
        )
        ask(pipes, "live")
        ask(pipes, "say", "before")
        ask(pipes, "heard", SPEAKERS * WORKERS)
        subprocess.run(["kill", f"-{int(signal.SIGKILL)}", str(info.pid)], check=True)
        ask(pipes, "say", "while it was gone")
        time.sleep(1)
        info = start_service(folder, "--no-rate-limits")
        back, begun, before = time.monotonic(), cpu_s(info.pid), total(ask(pipes, "cpu"))
        resumed = [float(str(at)) - back for at in ask(pipes, "live")]
        service, clients = cpu_s(info.pid) - begun, total(ask(pipes, "cpu")) - before
        ask(pipes, "say", "after")
        told = ask(pipes, "heard", 3 * SPEAKERS * WORKERS)
        assert len(set(told)) == 1, "mirrors differ"
        (one,) = set(told)
        assert isinstance(one, tuple)
        assert len(one) == len(set(one)), "something is there twice"
        assert len(one) == 3 * SPEAKERS * WORKERS, f"{len(one)} messages"
        for pipe in pipes:
            pipe.send(("end", None))
        launch.stop(info)
        return [max(0.0, at) for at in resumed], service, clients


def total(told: list[object]) -> float:
    return sum(float(str(one)) for one in told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--carrier", default=WEBSOCKET, choices=list(BUDGETS))
    args = parser.parse_args()
    budget = BUDGETS[args.carrier]
    worst = []
    for number in range(args.rounds):
        found, service, clients = run(args.members, args.carrier)
        times = sorted(found)
        p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
        worst.append(p99)
        print(
            f"round {number + 1}: {len(times)} members by {args.carrier} live again after "
            f"p50 {statistics.median(times):.2f} s  p99 {p99:.2f} s  max {times[-1]:.2f} s; "
            f"nothing lost, nothing twice; CPU a member: service {1000 * service / len(times):.1f} "
            f"ms, the members' own {1000 * clients / len(times):.1f} ms; "
            f"load average {os.getloadavg()[0]:.1f}",
            flush=True,
        )
    print(f"p99 median {statistics.median(worst):.2f} s (budget {budget:g} s)")
    sys.exit(statistics.median(worst) > budget)


if __name__ == "__main__":
    main()
