"""Commits a second: chat messages through rule, transaction and fsync, alone and in groups.

Beside them the floor: bare SQLite inserts of the same bytes, one transaction for so many.

    python -m benchmarks.service_commits [--messages 4000] [--rounds 3]
"""

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from edu_widgets.chat.documents import ChatMessage
from edu_widgets.chat.service.messages import send
from edu_widgets.protocol import uuid7
from edu_widgets.service.config import ChannelConfig
from edu_widgets.service.rules import Person, Request
from edu_widgets.service.store import schema
from edu_widgets.service.store.sqlite import SqliteStore

ADA = Person("u1", "Ada", "student")
TEXT = "x" * 300


def request() -> Request[ChatMessage]:
    mid = uuid7()
    data = ChatMessage(id=mid, content=TEXT)
    now = time.time_ns() // 1_000_000
    return Request("c", "course:c", ADA, "chat_message", data, mid, now, ChannelConfig())


async def through_the_store(path: Path, messages: int, at_once: int) -> float:
    store = SqliteStore(path)
    start = time.perf_counter()
    for _ in range(messages // at_once):
        await asyncio.gather(*(store.commit(request(), send) for _ in range(at_once)))
    seconds = time.perf_counter() - start
    await store.close()
    return messages / seconds


def bare(path: Path, messages: int, at_once: int) -> float:
    path.touch()
    db = schema.connect(path)
    db.execute("CREATE TABLE m (id TEXT PRIMARY KEY, body TEXT)")
    start = time.perf_counter()
    for _ in range(messages // at_once):
        db.execute("BEGIN IMMEDIATE")
        for _ in range(at_once):
            db.execute("INSERT INTO m VALUES (?, ?)", (uuid7(), TEXT))
        db.execute("COMMIT")
    seconds = time.perf_counter() - start
    db.close()
    assert sqlite3.sqlite_version
    return messages / seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(f"messages a second; n = {args.rounds} × {args.messages}")
    for at_once in (1, 20, 200):
        ours, floor = [], []
        messages = args.messages if at_once > 1 else args.messages // 4
        for _ in range(args.rounds):
            with tempfile.TemporaryDirectory() as folder:
                base = Path(folder)
                ours.append(asyncio.run(through_the_store(base / "a", messages, at_once)))
                floor.append(bare(base / "b", messages, at_once))
        ratio = statistics.median(ours) / statistics.median(floor)
        print(
            f"  {at_once:>3} at once: {statistics.median(ours):8.0f} "
            f"({min(ours):.0f}–{max(ours):.0f}), bare SQLite "
            f"{statistics.median(floor):8.0f}: {ratio:.2f} ×"
        )


if __name__ == "__main__":
    main()
