"""The chat beside its peer, jupyterlab-chat over jupyter-collaboration, in one run.

Two people a side, each with a JupyterLab page of their own in a real Chromium. Measured in turn,
a few messages ours, a few theirs: from Enter in one page to the message in sight in the other,
bytes to a page, the servers' memory, and the time until a reloaded page shows the newest message;
all of it again with more history. Also the servers' CPU time while nothing happens.

    python -m benchmarks.beside_jupyterlab_chat [--quick] [--json FILE]

The peer is installed into an environment of its own, kept in `~/.cache/edu-widgets/benchmarks`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lab.classroom import classroom

from . import environment, processes, report, watch
from .report import Level, Result
from .sides import Ours, Peer, Side, peer

BLOCK = 10


@dataclass(frozen=True)
class Plan:
    """Numbers of measurements, and levels of history."""

    messages: int
    wire: int
    opens: int
    idle: float
    levels: Sequence[int]


QUICK = Plan(messages=10, wire=5, opens=1, idle=5, levels=(0, 100))


class Sending:
    """Sends messages one after the other, each with a unique token."""

    def __init__(self) -> None:
        self.count = 0
        self.last: dict[str, str] = {}

    def send(self, side: Side, n: int) -> list[tuple[float, float]]:
        """Measure milliseconds from Enter to *there* and to *in sight*, with uneven pauses."""
        times = []
        for _ in range(n):
            self.count += 1
            token = f"token{self.count}end"
            times.append(side.send(self.count, token))
            self.last[side.name] = token
            time.sleep(random.uniform(0.05, 0.25))
        return times


def measure_bytes(sending: Sending, side: Side, n: int) -> tuple[float, float]:
    """Return payload bytes and frames a message to the reading page, over `n` messages."""
    wire = watch.Wire(side.mira)
    sending.send(side, n)
    side.mira.wait_for_timeout(1500)  # late frames belong to the message, too
    wire.close()
    if wire.frames < n:
        raise SystemExit(f"{side.name}: {wire.frames} frames for {n} messages")
    return wire.bytes / n, wire.frames / n


def measure_level(
    plan: Plan, history: int, ours: Ours, theirs: Peer, sending: Sending, idle: float
) -> Level:
    """Make all measurements at one level of history; `idle`: seconds of idling before, if any."""
    sides: tuple[Side, Side] = (ours, theirs)
    level = Level(history, {side.name: Result() for side in sides})
    for side in sides:
        sending.send(side, 5)
    if idle:
        measure_idle(level, ours, theirs, idle)
    for start in range(0, plan.messages, BLOCK):
        for side in sides if start // BLOCK % 2 == 0 else sides[::-1]:
            block = sending.send(side, min(BLOCK, plan.messages - start))
            level.results[side.name].there += [there for there, _ in block]
            level.results[side.name].blocks.append([shown for _, shown in block])
    for side in sides:
        result = level.results[side.name]
        result.bytes, result.frames = measure_bytes(sending, side, plan.wire)
        result.memory = {name: processes.memory(group) for name, group in side.groups().items()}
    for _ in range(plan.opens):
        for side in sides:
            level.results[side.name].opens.append(side.reopen(sending.last[side.name]))
    level.load = os.getloadavg()[1]
    return level


def measure_idle(level: Level, ours: Ours, theirs: Peer, seconds: float) -> None:
    """Measure the CPU of the idle servers with four pages open, and an empty kernel's memory."""
    with ours.bare_kernel() as bare:
        groups = {side.name: dict(side.groups()) for side in (ours, theirs)}
        kernels = [kernel for kernel in groups[ours.name]["2 kernels"] if kernel.pid != bare.pid]
        groups[ours.name].update({"2 kernels": kernels, "a bare kernel": [bare]})
        time.sleep(min(10, seconds))  # until the opened pages are idle
        for name, used in processes.idle(groups, seconds).items():
            level.results[name].idle = used
        level.bare_kernel = processes.memory([bare])


def run(plan: Plan, python: Path) -> list[Level]:
    levels: list[Level] = []
    sending = Sending()
    with classroom("py101") as lesson:
        ours = Ours(lesson)
        filled = 0
        for history in plan.levels:
            if history > filled:
                ours.fill(filled, history - filled)
                filled = history
            with (
                tempfile.TemporaryDirectory() as folder,
                peer(ours.lab.playwright, Path(folder), python, history) as theirs,
            ):
                ends = history in (plan.levels[0], plan.levels[-1])
                idle = plan.idle if ends else 0
                level = measure_level(plan, history, ours, theirs, sending, idle)
                levels.append(level)
                print(f"{history} messages: measured", flush=True)
    return levels


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a few of each, to see that it runs")
    parser.add_argument("--messages", type=int, default=60, help="messages a side and history")
    parser.add_argument("--opens", type=int, default=5, help="page loads a side and history")
    parser.add_argument("--idle", type=float, default=60, help="seconds of nothing")
    parser.add_argument("--levels", type=int, nargs="+", default=[0, 100, 1000, 5000])
    parser.add_argument("--peer", nargs="+", default=list(environment.PEER), help="for pip")
    parser.add_argument("--json", type=Path, help="where to write all that was measured")
    args = parser.parse_args()
    plan = Plan(args.messages, 20, args.opens, args.idle, sorted(args.levels))
    if args.quick:
        plan = QUICK
    python = environment.peer_python(tuple(args.peer))
    about: dict[str, object] = {
        "versions": {
            Ours.name: environment.our_versions(),
            Peer.name: environment.peer_versions(python),
        },
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load at the start": round(os.getloadavg()[0], 2),
    }
    levels = run(plan, python)
    about["load at the end"] = round(os.getloadavg()[0], 2)
    for name, value in about.items():
        print(f"{name}: {value}")
    print()
    print(report.table(levels, Ours.name, Peer.name))
    if args.json:
        text = json.dumps(report.as_json(about, levels), indent=2)
        args.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
