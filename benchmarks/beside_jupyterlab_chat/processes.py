"""CPU time and memory of the servers' processes."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil

Groups = Mapping[str, Sequence[psutil.Process]]


@dataclass(frozen=True)
class Memory:
    """MiB of a group of processes: resident, and with shared pages divided (Linux)."""

    rss: float
    pss: float | None


def cpu_seconds(processes: Sequence[psutil.Process]) -> float:
    """Return the CPU time used so far, in seconds."""
    times = [process.cpu_times() for process in processes]
    return float(sum(one.user + one.system for one in times))


def memory(processes: Sequence[psutil.Process]) -> Memory:
    infos = [process.memory_full_info() for process in processes]
    mib = 1024 * 1024
    divided = [float(info.pss) for info in infos if hasattr(info, "pss")]
    pss = sum(divided) / mib if len(divided) == len(infos) else None
    return Memory(sum(info.rss for info in infos) / mib, pss)


def idle(sides: Mapping[str, Groups], seconds: float) -> dict[str, dict[str, float]]:
    """Measure each idle group's CPU in percent of a core; all sides at the same time."""

    def used() -> dict[str, dict[str, float]]:
        return {
            side: {name: cpu_seconds(processes) for name, processes in groups.items()}
            for side, groups in sides.items()
        }

    before, began = used(), time.monotonic()
    time.sleep(seconds)
    after, took = used(), time.monotonic() - began
    return {
        side: {name: 100 * (after[side][name] - was) / took for name, was in groups.items()}
        for side, groups in before.items()
    }
