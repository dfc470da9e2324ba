"""Whatever one person sends, and however much: it waits its turn, and nobody else's is later."""

import asyncio
import contextlib
import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service import config
from edu_widgets.service.budget import Buckets
from edu_widgets.service.config import Budget, ServiceConfig
from edu_widgets.service.identity import Identity
from edu_widgets.service.store.sqlite import SqliteStore
from tests.waiting import PATIENCE, comes_true

from .harness import CHANNEL, Client, Service, serving
from .test_vouching import vouched

SMALL = config.from_table({"personBudget": {"rate": 1, "burst": 200}})
"""What is beyond the burst waits for minutes: a test sees it without measuring."""


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def buckets(rate: int, burst: int) -> tuple[Clock, Buckets]:
    clock = Clock()
    return clock, Buckets(Budget(rate, burst), clock)


def test_a_burst_is_free_and_then_the_rate_holds() -> None:
    clock, bucket = buckets(10, 100)
    assert [bucket.charge("a", 50) for _ in range(2)] == [0, 0]
    assert bucket.charge("a", 5) == pytest.approx(0.5)
    assert bucket.charge("a", 5) == pytest.approx(1), "behind the one before"
    assert bucket.charge("b", 100) == 0, "another's is its own"
    clock.now = 6
    assert bucket.charge("a", 50) == 0
    clock.now = 1_000
    assert [bucket.charge("a", 50) for _ in range(2)] == [0, 0]
    assert bucket.charge("a", 1) > 0, "it is never fuller than full"


def test_what_is_given_back_can_be_used() -> None:
    _, bucket = buckets(10, 100)
    bucket.charge("a", 100)
    bucket.refund("a", 40)
    assert bucket.charge("a", 40) == 0
    assert bucket.charge("a", 1) > 0


def test_full_buckets_are_forgotten() -> None:
    clock, bucket = buckets(10, 100)
    bucket.charge("a", 10)
    bucket.charge("b", 100)
    clock.now = 2
    bucket.sweep()
    assert list(bucket.full_at) == ["b"]


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"personBudget": {"rate": 0}}, "personBudget.rate"),
        ({"addressBudget": {"burst": -1}}, "addressBudget.burst"),
        ({"guestBudget": {"speed": 1}}, "speed"),
        ({"maxUnprovenConnections": 0}, "maxUnprovenConnections"),
        ({"lessons": ["a:b"]}, "lessons"),
    ],
)
def test_a_wrong_budget_is_named(table: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidArgument, match=named):
        config.from_table(table)


def test_budgets_can_be_set(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[personBudget]\nrate = 7\n")
    assert config.load(file).person_budget == Budget(7, ServiceConfig().person_budget.burst)


def envelope(type_: str, mid: str, data: Any = None) -> str:
    return json.dumps({"type": type_, "channel": CHANNEL, "data": data or {}, "messageId": mid})


FLOODS: dict[str, Callable[[int], str | bytes]] = {
    "catch-ups": lambda n: envelope("subscribe", f"s{n}"),
    "history": lambda n: envelope("request_history", f"h{n}"),
    "heartbeats": lambda n: envelope("heartbeat", f"b{n}"),
    "questions": lambda n: envelope("people", f"p{n}"),
    "clicks": lambda n: envelope("mark_read", f"m{n}", {"born": n}),
    "nothing that is known": lambda n: envelope("x" * 80, f"u{n}"),
    "no JSON": lambda _n: "{" * 50,
    "bytes": lambda _n: b"x",
}


@contextlib.asynccontextmanager
async def flooding(send: Callable[[int], Awaitable[object]]) -> AsyncIterator[None]:
    """Send 600 of something beside what is done here.

    What the service does not read may find no room on the way either: then its sender waits.
    """

    async def flood() -> None:
        for n in range(600):
            await send(n)

    sender = asyncio.create_task(flood())
    try:
        yield
    finally:
        sender.cancel()
        await asyncio.wait([sender])


@pytest.mark.parametrize("kind", FLOODS)
async def test_what_is_beyond_a_budget_waits_and_others_do_not(tmp_path: Path, kind: str) -> None:
    async with serving(tmp_path, config=SMALL) as service:
        eve, bob = await service.student("Eve"), await service.student("Bob")
        await bob.enter()
        async with flooding(lambda n: eve.socket.send(FLOODS[kind](n))):
            async with asyncio.timeout(PATIENCE):
                while 'budget="person"' not in service.server.hub.metrics.text().decode():
                    await bob.beat()
            await bob.answer(await bob.say("I am not slowed"))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    while True:
                        await eve.read()
        assert len(eve.seen) < 300, "the rest was not handled"


async def test_who_waits_long_is_named_to_the_administrator_once(tmp_path: Path) -> None:
    table = config.from_table({"personBudget": {"rate": 20, "burst": 200}})
    async with serving(tmp_path, config=table) as service:
        eve, bob = await service.student("Eve"), await service.student("Bob")
        for n in range(40):
            await eve.socket.send(FLOODS["catch-ups"](n))
        other = await service.open(eve.token)
        await other.send("subscribe")

        def told() -> list[dict[str, Any]]:
            lines = (tmp_path / "audit.jsonl").read_text().splitlines()
            return [r for r in map(json.loads, lines) if r["action"] == "HELD_BACK"]

        async with asyncio.timeout(PATIENCE):
            while not told():
                await bob.beat()
        assert [(r["budget"], r["userId"]) for r in told()] == [("person", eve.user_id)]


async def test_a_budget_is_a_persons_not_a_connections(tmp_path: Path) -> None:
    async with serving(tmp_path, config=SMALL) as service:
        eve = await service.student("Eve")
        second = await service.open(eve.token)
        await second.beat()
        async with flooding(lambda n: eve.socket.send(envelope("heartbeat", f"b{n}"))):
            await eve.until("heartbeat_ack")
            bob = await service.student("Bob")
            while len(eve.seen) < 150:
                await eve.read()
            mid = await second.send("heartbeat", "system", {"timestamp": 1})
            await bob.beat()
        assert not [f for f in second.seen if f["messageId"] == mid]


async def test_connections_are_paid_for(tmp_path: Path) -> None:
    async with serving(tmp_path, config=SMALL) as service:
        eve, bob = await service.join("Eve"), await service.student("Bob")
        service.server.hub.budgets.charge_as(Identity(eve["userId"]), "", 1_000)
        opening = asyncio.ensure_future(service.open(eve["token"]))
        for _ in range(20):
            await bob.beat()
        assert not opening.done()
        opening.cancel()


async def test_pings_and_pongs_are_paid_for_too(tmp_path: Path) -> None:
    async with serving(tmp_path, config=SMALL) as service:
        eve, bob = await service.student("Eve"), await service.student("Bob")
        answered: list[Awaitable[float]] = []

        async def ping(n: int) -> None:
            answered.append(await eve.socket.ping(str(n)))

        async with flooding(ping):
            await comes_true(lambda: len(answered) > 100, "some are sent")
            await answered[100]
            await bob.beat()
        assert sum(asyncio.isfuture(pong) and pong.done() for pong in answered) < 300


def gate_of(service: Service, client: Client) -> Any:
    member = next(m for m in service.server.hub.members if m.identity.user_id == client.user_id)
    writer: Any = member.writer
    return writer._transport


@pytest.mark.parametrize("opcode", [0x01, 0x81, 0x8A])
async def test_bytes_are_paid_for_before_a_message_has_ended(tmp_path: Path, opcode: int) -> None:
    """One that never ends, one that is too long, and pongs that nobody asked for."""
    async with serving(tmp_path, config=SMALL) as service:
        eve, bob = await service.student("Eve"), await service.student("Bob")
        transport = eve.socket.transport
        size = 120 if opcode == 0x8A else 60_000
        head = (
            bytes((opcode, 0x80 | size)) if size < 126 else struct.pack("!BBH", opcode, 0xFE, size)
        )
        async with asyncio.timeout(PATIENCE):
            while gate_of(service, eve).is_reading():
                transport.write((head + b"\0\0\0\0" + b" " * size) * (100_000 // size))
                opcode_is_first = opcode == 0x01
                head = bytes((0x00,)) + head[1:] if opcode_is_first else head
                await bob.beat()
        await bob.beat()


async def test_a_channel_is_caught_up_with_once_at_a_time(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await service.student()
    running = highest = reads = 0
    real = SqliteStore.changes_since

    async def counting(*args: Any) -> Any:
        nonlocal running, highest, reads
        running += 1
        reads += 1
        highest = max(highest, running)
        try:
            return await real(*args)
        finally:
            running -= 1

    monkeypatch.setattr(SqliteStore, "changes_since", counting)
    mids = [await ada.send("subscribe") for _ in range(30)]
    await ada.until_reply(mids[-1])
    await ada.beat()
    assert highest == 1
    assert reads < 30
    await ada.answer(await ada.say("all is well"))
    await ada.message("all is well")


async def test_an_instructors_questions_and_messages_in_a_row_wait_for_nothing(
    service: Service,
) -> None:
    """By the budgets that hold without a configuration."""
    prof = await service.owner()
    await prof.enter()
    ids = [await prof.say(f"line {n}") for n in range(300)]
    questions = [
        await prof.send("create_poll", data={"question": f"Q{n}?", "kind": "text"})
        for n in range(50)
    ]
    for mid in ids + questions:
        assert (await prof.answer(mid))["type"] == "ack"
    held = service.server.hub.metrics.text().decode()
    assert 'edu_widgets_held_back_total{budget="person"}' not in held


async def test_a_notebook_has_two_budgets_however_many_look_at_it(tmp_path: Path) -> None:
    async with serving(tmp_path, config=SMALL) as service:
        ada, bob = await service.join("Ada"), await service.student("Bob")
        budgets = service.server.hub.budgets
        viewers = [await vouched(service, ada["token"], f"v{n}") for n in range(5)]
        members = {member.identity.user_id: member for member in service.server.hub.members}
        theirs = [members[one.user_id] for one in viewers]
        assert {one.identity.voucher for one in theirs} == {ada["userId"]}
        once = SMALL.person_budget.burst
        assert not any(budgets.charge(one, once / 4) for one in theirs), "a class in one notebook"
        waits = [budgets.charge(one, once / 2) for one in theirs]
        assert waits[-1] > 0, "but not five times what one person has"
        assert not budgets.charge(members[bob.user_id], once / 2)
