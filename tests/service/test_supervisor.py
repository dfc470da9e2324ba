"""A service's own work: its failures are logged, it is tried again, and others go on."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.polls.commands import CreatePoll
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import course_channel, staff_channel
from edu_widgets.protocol.errors import refusal
from edu_widgets.service import features, hooks
from edu_widgets.service.audit import Audit
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.features import Feature
from edu_widgets.service.hub import Hub
from edu_widgets.service.rules import Person
from edu_widgets.service.stage import Stage
from edu_widgets.service.store import Committed
from edu_widgets.service.store.sqlite import SqliteStore
from edu_widgets.service.supervisor import LONGEST_WAIT_S, Supervisor
from tests.service.store.rules import CHANNEL, ask, put
from tests.waiting import PATIENCE

MIRA = Person("u-mira", "Mira", "instructor")

MakeHub = Callable[..., Hub]


class Sleeps:
    """Sleeping takes no time; how long it would have is noted, and at last it lasts for ever."""

    def __init__(self, most: int = 100) -> None:
        self.slept: list[float] = []
        self._most = most

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) > self._most:
            await asyncio.Event().wait()
        await asyncio.sleep(0)


def failing(times: int) -> tuple[list[int], Callable[[], Awaitable[None]]]:
    """Work that fails so many times, and then does not; how often it was done."""
    done: list[int] = []

    async def work() -> None:
        done.append(len(done))
        if len(done) <= times:
            raise ZeroDivisionError

    return done, work


async def until(so: Callable[[], bool]) -> None:
    while not so():  # noqa: ASYNC110 - what is waited for has no events
        await asyncio.sleep(0)


async def test_what_is_to_be_done_once_is_tried_until_it_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sleeps = Sleeps()
    supervisor = Supervisor(sleeps, lambda: 0.0)
    done, work = failing(9)
    supervisor.until_done("key", "The work", work)
    supervisor.until_done("key", "The work", work)  # is under way
    await until(lambda: len(done) == 10)
    assert sleeps.slept == [1, 2, 4, 8, 16, 32, *[LONGEST_WAIT_S] * 3]
    assert caplog.text.count("The work failed") == 1, "the same in a minute once"
    await supervisor.close()
    assert len(done) == 10


async def test_what_is_done_again_and_again_survives_its_errors() -> None:
    sleeps = Sleeps(8)
    supervisor = Supervisor(sleeps)
    _, work = failing(3)
    supervisor.every(600, "The work", work, first=5)
    await until(lambda: len(sleeps.slept) > 8)
    assert sleeps.slept[:7] == [5, 1, 2, 4, 600, 600, 600], "early, soon again, and then as said"
    await supervisor.close()


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[MakeHub]:
    hubs_made: list[Hub] = []
    store, audit = SqliteStore(tmp_path / "service.db"), Audit(None)

    def make_hub(*wanted: Feature) -> Hub:
        config = ServiceConfig()
        hub = Hub(store, courses=["c"], config=config, features=wanted, audit=audit)
        hub.supervisor = Supervisor(Sleeps())
        hubs_made.append(hub)
        return hub

    yield make_hub
    for hub in hubs_made:
        await hub.close()
    await store.close()


def fail(*_: object) -> None:
    raise ZeroDivisionError


async def test_the_tick_of_one_never_stops_that_of_another(make: MakeHub) -> None:
    ticked: list[str] = []
    hub = make(
        Feature("bad", {}, on_tick=fail),
        Feature("good", {}, on_tick=lambda _s, _n: ticked.append("good")),
    )
    for _ in range(2):
        await hub.beat()
    assert ticked == ["good"] * 2


async def test_a_connection_that_cannot_be_looked_at_stops_no_tick(make: MakeHub) -> None:
    ticked: list[int] = []
    hub = make(Feature("good", {}, on_tick=lambda _s, now: ticked.append(now)))
    broken: Any = object()
    hub.members[broken] = None
    await hub.beat()
    del hub.members[broken]
    assert len(ticked) == 1


async def test_nobody_waits_for_a_hook_that_hangs(
    make: MakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hooks, "HOOK_S", 0.01)
    entered: list[str] = []

    async def hang(_stage: Stage, _channel: str, _person: Person) -> None:
        await asyncio.Event().wait()

    async def note(_stage: Stage, channel: str, _person: Person) -> None:
        entered.append(channel)

    hub = make(Feature("bad", {}, before_catch_up=hang), Feature("b", {}, before_catch_up=note))
    await hub.hooks.before_catch_up(CHANNEL, MIRA)
    assert entered == [CHANNEL]


async def test_listeners_of_the_store_are_kept_from_each_other(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = SqliteStore(tmp_path / "other.db")
    heard: list[int] = []

    def note(commit: Committed) -> None:
        heard.append(commit.seq)

    store.listen(fail)
    store.listen(note)
    assert (await store.commit(ask("1", ("a", 1)), put)).seq == 1, "and it is acknowledged"
    assert heard == [1]
    assert "A listener of the store failed" in caplog.text
    await store.close()


@pytest.mark.parametrize("name", ["chat", "presence", "polls", "notifications"])
async def test_a_first_look_that_failed_is_repeated(
    make: MakeHub, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (feature,) = features.load([f"edu_widgets.{name}.service"])
    hub = make(feature)
    search, failures = hub.store.search, 3
    looked: list[str] = []

    async def stubborn(channel: str, *args: Any) -> Any:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise refusal(Code.UNAVAILABLE, "not now")
        looked.append(channel)
        return await search(channel, *args)

    monkeypatch.setattr(hub.store, "search", stubborn)
    hub.hooks.start()
    where = {
        "chat": staff_channel("c"),
        "presence": staff_channel("c"),
        "polls": course_channel("c"),
        "notifications": "expiry:c",
    }
    await until(lambda: where[name] in looked)


async def test_a_timer_of_before_rings_though_the_first_look_failed(
    make: MakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timed poll of before the start is closed, as late as the store can be read again."""
    (feature,) = features.load(["edu_widgets.polls.service"])
    hub = make(feature)
    rule = feature.rules["create_poll"]

    data = CreatePoll("?", options=["a", "b"], seconds=5, open=True)
    monkeypatch.setattr("edu_widgets.service.hub.now_ms", lambda: 1_000)
    await hub.commit(course_channel("c"), rule, data, MIRA)
    await hub.close()
    hub = make(feature)
    monkeypatch.setattr("edu_widgets.service.hub.now_ms", lambda: 10_000)
    search, failures = hub.store.search, 2

    async def stubborn(*args: Any) -> Any:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise refusal(Code.UNAVAILABLE, "not now")
        return await search(*args)

    monkeypatch.setattr(hub.store, "search", stubborn)
    hub.hooks.start()

    async def state() -> str:
        page = await hub.store.page(course_channel("c"), "poll", None, 10)
        return str(page.docs[0].as_(dict)["state"])

    assert await state() == "open"
    async with asyncio.timeout(PATIENCE):
        while await state() == "open":
            await hub.beat()
            await asyncio.sleep(0)
    assert await state() == "closed"


async def test_work_that_is_ended_before_it_begins_leaves_nothing() -> None:
    async def work() -> None:
        raise AssertionError

    supervisor, begun = Supervisor(), work()
    _ = supervisor.spawn("Work", begun)
    await supervisor.close()
    await asyncio.sleep(0)
    assert inspect.getcoroutinestate(begun) == inspect.CORO_CLOSED, (
        "it is closed, so that nobody is told that it was forgotten"
    )
