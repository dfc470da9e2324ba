"""The engine's offers to features: hearing of commits, work that goes on beside."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import course_channel
from edu_widgets.service.audit import Audit
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.features import Feature
from edu_widgets.service.hub import Hub
from edu_widgets.service.rooms import Presence
from edu_widgets.service.rules import Person
from edu_widgets.service.stage import Stage
from edu_widgets.service.store.sqlite import SqliteStore
from edu_widgets.service.timers import Watch
from tests.service.store.rules import CHANNEL, ask, put

heard: list[tuple[str, int]] = []


def failing(stage: Stage, course: str, doc: Document) -> None:
    raise ZeroDivisionError


def hearing(stage: Stage, course: str, doc: Document) -> None:
    heard.append((course, doc.seq))


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    heard.clear()
    store = SqliteStore(tmp_path / "service.db")
    features = [
        Feature(name, {}, watches=[Watch(("k",), course_channel, note)])
        for name, note in (("bad", failing), ("good", hearing))
    ]
    audit = Audit(tmp_path / "audit.jsonl")
    made = Hub(store, courses=["c"], config=ServiceConfig(), features=features, audit=audit)
    yield made
    await made.close()
    await store.close()
    audit.close()


async def test_every_commit_is_heard_whatever_another_feature_does(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    await hub.store.commit(ask("1", ("a", 1)), put)
    await hub.store.commit(ask("2", ("a", 2)), put)
    assert heard == [("c", 1), ("c", 2)]
    assert "A feature's hook (bad) failed" in caplog.text


async def test_who_comes_and_goes_is_heard_whatever_another_feature_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    moved: list[str] = []

    def fail(stage: Stage, channel: str, person: Person) -> None:
        raise ZeroDivisionError

    def note(stage: Stage, channel: str, person: Person) -> None:
        moved.append(f"{person.name} {sorted(p.name for p in stage.people(channel))}")

    store, audit = SqliteStore(tmp_path / "other.db"), Audit(tmp_path / "other.jsonl")
    features = (
        Feature("bad", {}, on_join=fail, on_leave=fail),
        Feature("good", {}, on_join=note, on_leave=note),
    )
    hub = Hub(store, courses=["c"], config=ServiceConfig(), features=features, audit=audit)
    ada = Person("ada", "Ada", "student")
    room = hub.rooms.open(CHANNEL)
    room.present[ada.id] = Presence(ada)
    hub.joined(room, ada, first=True)
    hub.settle(room)  # nobody is connected: it is only a lease, and over
    assert moved == ["Ada ['Ada']", "Ada []"]
    assert caplog.text.count("A feature's hook (bad) failed") == 1, "the same once a minute"
    await hub.close()
    await store.close()
    audit.close()


async def test_work_is_done_soon_at_most_four_times_a_second_and_last_of_all(hub: Hub) -> None:
    done: list[int] = []
    value = 0
    last = asyncio.Event()

    async def work() -> None:
        done.append(value)
        if value == 100:
            last.set()

    start = hub.loop.time()
    while value < 100:
        value += 1
        hub.soon("count", work)
        await asyncio.sleep(0)
    await asyncio.wait_for(last.wait(), 10)
    assert done[-1] == 100
    assert len(done) <= 2 + 4 * (hub.loop.time() - start)


async def test_work_that_fails_is_told_and_work_under_way_ends_with_the_hub(
    tmp_path: Path, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    ended = asyncio.Event()

    async def stay() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with caplog.at_level(logging.ERROR):
        hub.soon("fail", fail)
        hub.soon("stay", stay)
        while "A feature's work failed" not in caplog.text:  # noqa: ASYNC110 - the log has no events
            await asyncio.sleep(0)
    await hub.close()
    assert ended.is_set()
