"""Frames and bytes to each of 200 readers for 500 reactions in a second to one message.

Run it with `python benchmarks/reaction_burst.py`. It runs the real store, rules and rooms; the
writers only count. *One by one* is the same without waiting for further changes to merge.
"""

import asyncio
import tempfile
from pathlib import Path

from edu_widgets.chat.commands import AddReaction
from edu_widgets.chat.documents import ChatMessage
from edu_widgets.chat.service import FEATURE
from edu_widgets.protocol import uuid7
from edu_widgets.service import rooms
from edu_widgets.service.audit import Audit
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.frames import Frame
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Identity
from edu_widgets.service.member import Member
from edu_widgets.service.rules import Person, Request
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.store.sqlite import SqliteStore

MEMBERS = 200
REACTIONS = 500
ROOM = "course:c"


class Counter:
    """A writer that only counts."""

    def __init__(self) -> None:
        self.frames = self.bytes = 0

    def write(self, out: Frame) -> None:
        self.frames += 1
        self.bytes += len(out.websocket)

    def arrival(self) -> asyncio.Future[None]:
        raise AssertionError  # nobody catches up

    def close(self, code: int, reason: str) -> None:
        """Do nothing."""

    def check(self, now: float) -> None:
        """Do nothing: it is never slow."""


async def lesson(folder: Path) -> tuple[float, float]:
    """Return the frames and bytes that one member got."""
    config = ServiceConfig().course
    store = SqliteStore(folder / "service.db")
    hub = Hub(
        store,
        courses=["c"],
        config=ServiceConfig(),
        features=[FEATURE],
        audit=Audit(folder / "audit.jsonl"),
    )
    room = hub.rooms.open(ROOM)
    counters = []
    for n in range(MEMBERS):
        person = Person(f"u{n}", f"Person {n}", "student")
        counters.append(Counter())
        member = Member(Identity(person.id, {"c": person}), counters[-1])
        room.go_live(member, room.add(member, person), 0)

    async def command(person: Person, type_: str, data: ChatMessage | AddReaction) -> None:
        id_ = data.id if isinstance(data, ChatMessage) else uuid7()
        request = Request("c", ROOM, person, type_, data, id_, now_ms(), config)
        await store.commit(request, FEATURE.rules[type_])

    id_ = uuid7()
    await command(Person("p", "Prof", "instructor"), "chat_message", ChatMessage(id_, "x" * 400))
    await asyncio.sleep(0.3)
    for counter in counters:
        counter.frames = counter.bytes = 0
    begin = hub.loop.time()
    running = []
    for n in range(REACTIONS):
        person = Person(f"r{n}", f"Reader {n}", "student")
        work = command(person, "add_reaction", AddReaction(id_, "👍🎉❤😀"[n % 4]))
        running.append(asyncio.create_task(work))
        await asyncio.sleep(max(0.0, begin + (n + 1) / REACTIONS - hub.loop.time()))
    await asyncio.gather(*running)
    await asyncio.sleep(0.3)
    await hub.close()
    await store.close()
    return (
        sum(c.frames for c in counters) / MEMBERS,
        sum(c.bytes for c in counters) / MEMBERS,
    )


def main() -> None:
    """Measure with and without merging."""
    for name, wait in (("one by one", 0.0), ("together", rooms.BURST_S)):
        rooms.BURST_S = wait
        with tempfile.TemporaryDirectory() as folder:
            frames, size = asyncio.run(lesson(Path(folder)))
        print(f"{name}: {frames:.0f} frames, {size / 1024:.1f} KiB to each of {MEMBERS}")


if __name__ == "__main__":
    main()
