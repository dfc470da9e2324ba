"""Commits a second on Redis: chat messages of several processes, to one course or one each.

A redis-server of its own, with `appendfsync always`. Each process commits 200 messages at once.

    python -m benchmarks.redis_commits [--messages 4000] [--rounds 3]
"""

import argparse
import asyncio
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.service_commits import request
from edu_widgets.chat.documents import ChatMessage
from edu_widgets.chat.service.messages import send
from edu_widgets.service.rules import Request
from edu_widgets.service.store.redis.store import RedisStore
from tests.redis_server import RedisServer

AT_ONCE = 200


async def commits(
    url: str, folder: Path, course: str, messages: int, all_ready: Callable[[], object]
) -> tuple[float, float]:
    """Commit messages once all processes are ready; returns when it began and ended."""
    store = RedisStore(url, folder)
    await store.commit(of(course), send)
    await asyncio.to_thread(all_ready)
    begin = time.time()
    for _ in range(messages // AT_ONCE):
        await asyncio.gather(*(store.commit(of(course), send) for _ in range(AT_ONCE)))
    end = time.time()
    await store.close()
    return begin, end


def of(course: str) -> Request[ChatMessage]:
    """Make a message to a course."""
    return replace(request(), course=course, channel=f"course:{course}")


def process(url: str, course: str, messages: int, barrier: Any, times: Any) -> None:
    """Run one process."""
    with tempfile.TemporaryDirectory() as folder:
        done = commits(url, Path(folder), course, messages, barrier.wait)
        times.put(asyncio.run(done))


def measure(processes: int, courses: int, messages: int) -> float:
    """Return the commits a second of all processes together."""
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(Path(folder) / "redis")
        server.start()
        try:
            context = multiprocessing.get_context("spawn")
            times, barrier = context.Queue(), context.Barrier(processes)
            started = [
                context.Process(
                    target=process, args=(server.url, f"c{n % courses}", messages, barrier, times)
                )
                for n in range(processes)
            ]
            for one in started:
                one.start()
            told: list[tuple[float, float]] = [times.get(timeout=300) for _ in started]
            for one in started:
                one.join()
        finally:
            server.close()
    seconds = max(end for _, end in told) - min(begin for begin, _ in told)
    return processes * messages / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(f"commits a second in all; n = {args.rounds} × {args.messages} a process")
    for processes, courses in ((1, 1), (2, 1), (2, 2), (4, 4)):
        found = [measure(processes, courses, args.messages) for _ in range(args.rounds)]
        print(
            f"  {processes} processes, {courses} courses: {statistics.median(found):7.0f} "
            f"({min(found):.0f}-{max(found):.0f})"
        )


if __name__ == "__main__":
    main()
