"""Benefit and cost of `EduWidgets.switchInterval` for a lesson beside a cell that computes.

    python -m benchmarks.switch_interval [runs] [messages]

One process sends chat messages; the main thread of another runs a pure-Python loop while its
lesson receives them. In turn with Python's own switch interval and with 1 ms: the time from sending
to the callback, and the speed of the loop.
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection as Pipe

import edu_widgets as edu
from edu_widgets.chat.documents import Message

INTERVALS = (0.005, 0.001)
PAUSE = 0.05


def send(pipe: Pipe, folder: str) -> None:
    """Host a lesson, and send as many messages as the pipe requests."""
    config = {"EduWidgets": {"dataDir": folder, "linger": 1}}
    with edu.host("bench", name="Mira", rate_limits=False, config=config) as lesson:
        lesson.wait_connected()
        pipe.send(lesson.invite)
        while count := pipe.recv():
            for _ in range(count):
                _ = lesson.chat.send(repr(time.monotonic()))
                time.sleep(PAUSE)
            lesson.chat.send("end").wait(30)


def compute(done: list[str]) -> float:
    """Loop until all messages have come; return the rounds a second."""
    rounds, started = 0, time.perf_counter()
    while not done:
        rounds += 1
    return rounds / (time.perf_counter() - started)


def main() -> None:
    """Measure in turn, and print medians."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    with tempfile.TemporaryDirectory() as folder:
        pipe, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        sender = context.Process(target=send, args=(theirs, folder))
        sender.start()
        config = {"EduWidgets": {"dataDir": f"{folder}/student"}}
        lesson = edu.join(pipe.recv(), name="Ada", config=config).wait_connected()
        seen: list[float] = []
        done: list[str] = []

        def hear(message: Message) -> None:
            if message.content == "end":
                done.append("end")
            else:
                seen.append((time.monotonic() - float(message.content)) * 1000)

        lesson.chat.on("message", hear)
        results: dict[float, list[tuple[float, float, float]]] = {i: [] for i in INTERVALS}
        for _ in range(runs):
            for interval in INTERVALS:
                sys.setswitchinterval(interval)
                seen.clear()
                done.clear()
                pipe.send(count)
                rate = compute(done)
                seen.sort()
                middle, late = statistics.median(seen), seen[int(len(seen) * 0.95)]
                results[interval].append((middle, late, rate))
        pipe.send(0)
        lesson.close()
        sender.join()
    for interval, values in results.items():
        p50, p95, rate = (statistics.median(column) for column in zip(*values, strict=True))
        print(f"{interval * 1000:g} ms: p50 {p50:.1f} ms, p95 {p95:.1f} ms, {rate:,.0f} rounds/s")


if __name__ == "__main__":
    main()
