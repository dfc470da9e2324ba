"""Every mirror ends equal to what its owner may see, whatever happened on the way."""

from __future__ import annotations

import asyncio
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from edu_widgets.chat.documents import WINDOW
from tests.nightly import examples
from tests.sync.world import KINDS, ROOM, STAFF, Client, World

who = st.integers(0, 2)
small = st.integers(0, 6)
STEPS = st.one_of(
    st.tuples(st.just("say"), who, st.integers(1, 8)),
    st.tuples(st.just("edit"), who, st.integers(0, 400)),
    st.tuples(st.just("delete"), who, st.integers(0, 400)),
    st.tuples(st.just("react"), who, st.integers(0, 400)),
    st.tuples(st.just("release"), who, small),
    st.tuples(st.just("everywhere"), who, small),
    st.tuples(st.just("drop"), who, small),
    st.tuples(st.just("connect"), who, small),
    st.tuples(st.just("deliver"), who, st.integers(0, 12)),
    st.tuples(st.just("older"), who, small),
    st.tuples(st.just("lose"), who, small),
    st.tuples(st.just("older, and an edit overtakes it"), who, st.integers(0, 400)),
    st.tuples(st.just("newcomer"), who, small),
    st.tuples(st.just("settle"), who, small),
    st.tuples(st.just("crowd"), who, st.integers(20, 70)),
    st.tuples(st.just("restart"), who, small),
    st.tuples(st.just("back up"), who, small),
    st.tuples(st.just("restore"), who, small),
    st.tuples(st.just("snapshot"), who, small),
    st.tuples(st.just("roll back"), who, small),
)


async def play(steps: list[tuple[str, int, int]], folder: Path) -> None:
    world = await World(folder).open()
    world.join("mira", "instructor")
    world.join("ada")
    world.join("bo")
    try:
        for number, (what, index, amount) in enumerate(steps):
            await step(world, number, what, index, amount)
        await world.settle()
        # A hole is noticed at the next change; so there is one in every channel.
        for client in world.clients:
            world.touch(client, "everywhere", f"last-{client.person.id}", "the end")
        await world.settle()
        await check(world)
    finally:
        await world.close()


async def step(  # noqa: C901, PLR0912, PLR0915 - one case a step
    world: World, number: int, what: str, index: int, amount: int
) -> None:
    client = world.clients[index]
    match what:
        case "say" | "crowd":
            for i in range(amount):
                world.say(client, f"{number}.{i}")
                if what == "crowd":
                    await client.deliver(2, 2)
        case "edit" | "delete" if world.said:
            target = world.said[amount % len(world.said)]
            world.touch(client, what, target, f"edited {number}")
        case "react" if world.said:
            target = world.said[amount % len(world.said)]
            world.react(client, target, "👍🎉😀"[number % 3], add=number % 4 > 0)
        case "release":
            world.hub.rooms.flush()
        case "everywhere":
            world.touch(client, what, f"secret-{number}", f"of {client.person.id}")
        case "drop":
            await client.drop()
        case "connect":
            client.connect()
        case "deliver":
            await client.deliver(amount, amount)
            await asyncio.sleep(0)
        case "older":
            client.session.older(ROOM, "message", WINDOW)
            client.act()
        case "lose":
            client.lose()
        case "older, and an edit overtakes it" if world.said:
            client.session.older(ROOM, "message", WINDOW)
            client.act()
            await client.deliver(1000, 0)
            other = world.clients[(index + 1) % 3]
            world.touch(other, "edit", world.said[amount % len(world.said)], f"late {number}")
            await other.deliver(1000, 0)
            await asyncio.sleep(0.002)
            client.delay_pages()
        case "newcomer" if len(world.clients) < 5:
            world.join(f"new{number}").connect()
        case "settle":
            await world.settle()
        case "restart":
            await world.restart()
        case "back up":
            await world.back_up()
        case "restore":
            await world.restore()
        case "snapshot":
            await world.snapshot()
        case "roll back":
            await world.roll_back()


async def check(world: World) -> None:
    for client in world.clients:
        for channel in client.channels:
            await check_mirror(world, client, channel)
        if not client.person.staff:
            assert STAFF not in client.session.channels


async def check_mirror(world: World, client: Client, channel: str) -> None:
    state = client.session.channels[channel]
    truth = await world.truth(channel)
    head = await world.store.heads(channel)
    floor = state.mirror.floor("message")
    expected = {
        id_: doc for id_, doc in truth.items() if doc.kind != "message" or doc.born >= floor
    }
    held = {doc.id: doc for kind in KINDS for doc in state.mirror.of_kind(kind)}
    assert held == expected
    assert state.mirror.cursor == head
    assert not state.catching_up
    born = [doc.born for doc in state.mirror.of_kind("message")]
    assert born == sorted(born)
    if floor:
        assert len([d for d in truth.values() if d.kind == "message"]) > len(born) - 1


@given(st.lists(STEPS, max_size=40))
@settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
def test_every_mirror_ends_equal_to_what_it_may_see(steps: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(steps, Path(folder)))


@pytest.mark.parametrize("seed", range(3))
def test_long_lessons_too(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    names = ["say", "edit", "delete", "everywhere", "drop", "connect", "deliver", "older", "crowd"]
    names += ["lose", "older, and an edit overtakes it", "react", "release"]
    weights = [6, 6, 2, 2, 2, 4, 10, 2, 1, 2, 4, 10, 2]
    steps = [
        (rng.choices(names, weights)[0], rng.randrange(3), rng.randrange(1, 60)) for _ in range(400)
    ]
    asyncio.run(play(steps, tmp_path))


@pytest.mark.parametrize("fewer", [0, 1])
def test_who_slept_while_the_whole_folder_went_back(fewer: int, tmp_path: Path) -> None:
    """Ada sleeps with five messages that are gone, and as many others are there when she wakes."""

    async def lesson() -> None:
        world = await World(tmp_path).open()
        mira, ada = world.join("mira", "instructor"), world.join("ada")
        try:
            world.say(mira, "old")
            await world.settle()
            await world.snapshot()
            for n in range(5):
                world.say(mira, f"gone{n}")
            await world.settle()
            await ada.drop()
            world.clients.remove(ada)
            await world.roll_back()
            for n in range(5 - fewer):
                world.say(mira, f"new{n}")
            await world.settle()
            world.clients.append(ada)
            await world.settle()
            await check(world)
            assert len(ada.session.channels[ROOM].mirror.of_kind("message")) == 6 - fewer
        finally:
            await world.close()

    asyncio.run(lesson())


def test_nothing_secret_reaches_a_mirror_it_is_not_for(tmp_path: Path) -> None:
    async def lesson() -> None:
        world = await World(tmp_path).open()
        mira, ada, bo = world.join("mira", "instructor"), world.join("ada"), world.join("bo")
        seen: dict[str, list[bytes]] = {"mira": [], "ada": [], "bo": []}
        try:
            for client in (mira, ada, bo):
                client.connect()
            await world.settle()
            world.touch(ada, "everywhere", "secret", "of ada")
            for _ in range(50):
                for client in (mira, ada, bo):
                    assert client.wire is not None
                    seen[client.person.id] += client.wire.frames
                    await client.deliver(100, 100)
                await asyncio.sleep(0.001)
        finally:
            await world.close()
        everything = {name: b"".join(frames) for name, frames in seen.items()}
        assert b'"secret-0"' in everything["bo"]
        assert b'"secret-1"' in everything["mira"]
        assert b'"secret-1"' not in everything["ada"] + everything["bo"]
        assert b'"secret-2"' in everything["ada"]
        assert b'"secret-2"' not in everything["mira"] + everything["bo"]

    asyncio.run(lesson())


@pytest.mark.parametrize("what", ["edit", "delete"])
def test_a_page_that_arrives_after_a_change_to_it(what: str, tmp_path: Path) -> None:
    async def lesson() -> None:
        world = await World(tmp_path).open()
        mira, bo = world.join("mira", "instructor"), world.join("bo")
        try:
            for number in range(2 * WINDOW + 20):
                world.say(mira, str(number))
                if number % 100 == 0:
                    await world.settle()
            await world.settle()
            ada = world.join("ada")
            await world.settle()
            assert ada.session.channels[ROOM].mirror.floor("message") > 0
            assert ada.session.older(ROOM, "message", WINDOW)
            ada.act()
            await ada.deliver(1000, 0)
            target = world.said[WINDOW + 5]
            assert ada.session.channels[ROOM].mirror.get(target) is None
            world.touch(bo, what, target, "changed meanwhile")
            await bo.deliver(1000, 0)
            while not any(  # noqa: ASYNC110 - the wire has no events
                target.encode() in f and b'"changes"' in f for f in ada.frames()
            ):
                await asyncio.sleep(0.001)
            ada.delay_pages()
            await world.settle()
            held = ada.session.channels[ROOM].mirror.get(target)
            assert (held is None) == (what == "delete")
            assert held is None or b"changed meanwhile" in bytes(held.body)
            await check(world)
        finally:
            await world.close()

    asyncio.run(lesson())
