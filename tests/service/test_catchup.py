"""Resuming: nothing missing, nothing twice, in order, whatever happens meanwhile."""

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.chat.documents import WINDOW
from edu_widgets.protocol import Cursor
from edu_widgets.service import rooms
from edu_widgets.service.config import from_table

from .harness import CHANNEL, EACH_WAY, Client, Service, serving

FREE = from_table({"rateLimits": False})


class Mirror:
    """A client's copy of a channel, kept by the rules of the protocol."""

    def __init__(self) -> None:
        self.cursor = Cursor()
        self.docs: dict[str, dict[str, Any]] = {}
        self.applied: list[int] = []

    def apply(self, frame: dict[str, Any]) -> None:
        data = frame["data"]
        if data.get("reset"):
            self.docs.clear()
        else:
            assert data["epoch"] == self.cursor.epoch
            assert data["prev"] <= self.cursor.seq, "a hole"
        for doc in data.get("docs", []):
            # Commits of one group are one frame; it may begin before the head caught up to.
            if doc["seq"] > self.docs.get(doc["id"], {"seq": 0})["seq"]:
                self.docs[doc["id"]] = doc
                self.applied.append(doc["seq"])
        self.cursor = Cursor(data["epoch"], data["seq"])

    async def follow(self, client: Client, until: int) -> None:
        while self.cursor.seq < until:
            self.apply(await client.until("changes"))


PRESENCE = ("presence", "room")
"""What is told of others when their time has come: at any moment."""


@EACH_WAY
async def test_a_resume_at_the_head_writes_only_subscribed(service: Service) -> None:
    ada, bob = await service.student(), await service.student("Bob")
    await ada.enter()
    granted = await bob.enter()
    await ada.say("1")
    mirror = Mirror()
    mirror.cursor = Cursor(granted["epoch"], granted["seq"])
    await mirror.follow(bob, 1)
    bob.cut()
    again = await service.open(bob.token)
    resumed = await again.subscribe(epoch=mirror.cursor.epoch, seq=mirror.cursor.seq)
    assert (resumed["epoch"], resumed["seq"]) == (mirror.cursor.epoch, 1)
    await again.beat()
    told = [f["type"] for f in again.seen if f["type"] not in PRESENCE]
    assert told == ["subscribed", "heartbeat_ack"]


@EACH_WAY
async def test_a_resume_within_the_lease_is_not_told(service: Service) -> None:
    ada, bob = await service.two()
    await ada.counts(2)
    seen = len(ada.seen)
    for _ in range(3):
        bob.cut()
        bob = await service.open(bob.token)
        assert (await bob.enter())["people"] == 2
    await ada.beat()
    assert "room" not in {f["type"] for f in ada.seen[seen:]}


@pytest.mark.parametrize("way", ["websocket", "events"])
async def test_who_breaks_off_and_stays_away_is_missed_after_the_lease(
    tmp_path: Path, way: str
) -> None:
    async with serving(tmp_path, way, lease_s=0.1) as service:
        ada, bob = await service.two()
        await ada.counts(2)
        bob.cut()
        await ada.counts(1)


@EACH_WAY
async def test_who_closes_is_missed_and_who_leaves_at_once(tmp_path: Path, way: str) -> None:
    async with serving(tmp_path, way, lease_s=0.1) as service:
        ada, bob = await service.two()
        await ada.counts(2)
        await bob.socket.close()
        await ada.counts(1)
        again = await service.open(bob.token)
        await again.enter()
        await ada.counts(2)
        await again.send("unsubscribe")
        await ada.counts(1)
        await ada.say("not for them")
        await ada.message("not for them")
        await again.beat()
        assert "not for them" not in str(again.seen)


@EACH_WAY
async def test_two_connections_are_one_person(service: Service) -> None:
    ada = await service.student()
    second = await service.open(ada.token)
    assert (await ada.enter())["people"] == 1
    assert (await second.enter())["people"] == 1
    await second.socket.close()
    bob = await service.student("Bob")
    assert (await bob.enter())["people"] == 2


async def test_arrivals_are_told_four_times_a_second_at_most(service: Service) -> None:
    ada = await service.student()
    await ada.enter()
    started = asyncio.get_running_loop().time()
    crowd = [await service.student(f"S{n}") for n in range(30)]
    await asyncio.gather(*(client.enter() for client in crowd))
    await ada.counts(31)
    told = sum(f["type"] == "room" for f in ada.seen)
    assert told <= 2 + 4 * (asyncio.get_running_loop().time() - started)


@EACH_WAY
async def test_a_first_join_gets_a_window_and_asks_for_more(tmp_path: Path, way: str) -> None:
    async with serving(tmp_path, way, config=FREE) as service:
        ada = await service.student()
        for n in range(WINDOW + 10):
            await ada.answer(await ada.say(f"{n}"))
        await ada.subscribe()
        data = (await ada.until("changes"))["data"]
        assert (data["reset"], data["prev"], data["seq"]) == (True, 0, WINDOW + 10)
        assert [d["body"]["content"] for d in data["docs"]] == [f"{n}" for n in range(10, 60)]
        assert data["floors"] == {"message": 11}
        await ada.send("request_history", data={"limit": 4, "before": 11})
        page = (await ada.until("page"))["data"]
        assert [d["body"]["content"] for d in page["docs"]] == ["6", "7", "8", "9"]
        assert (page["floor"], page["more"]) == (7, True)


@EACH_WAY
@pytest.mark.parametrize("held", [rooms.MAX_HELD, 2_000])
async def test_catching_up_while_everybody_writes_is_exact(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    """Readers come, go and resume while writers write; each ends with every document once.

    With a tiny hold the catch-up has to go round again.
    """
    monkeypatch.setattr(rooms, "MAX_HELD", held)
    chance = random.Random(7)
    total, writers = 60, 4
    async with serving(tmp_path, way, config=FREE) as service:
        sources = [await service.student(f"W{n}") for n in range(writers)]
        joined = [await service.join(f"R{n}") for n in range(5)]

        async def write(client: Client) -> None:
            for n in range(total):
                await client.answer(await client.say(f"{n} " + "x" * 300))

        async def read(token: str) -> Mirror:
            mirror = Mirror()
            while mirror.cursor.seq < total * writers:
                client = await service.open(token)
                await client.subscribe(epoch=mirror.cursor.epoch, seq=mirror.cursor.seq)
                stop = min(total * writers, mirror.cursor.seq + chance.randrange(1, 60))
                await mirror.follow(client, stop)
                client.cut()
            return mirror

        *mirrors, _ = await asyncio.gather(
            *(read(j["token"]) for j in joined), asyncio.gather(*map(write, sources))
        )
        for mirror in mirrors:
            assert isinstance(mirror, Mirror)
            assert mirror.applied == sorted(set(mirror.applied)), "out of order or twice"
            newest = [d["seq"] for d in mirror.docs.values()]
            assert newest[-1] == total * writers
            missing = set(range(newest[0], total * writers + 1)) - set(newest)
            assert not missing


async def test_an_epoch_of_another_history_resets(service: Service) -> None:
    ada = await service.student()
    await ada.answer(await ada.say("1"))
    await ada.subscribe(epoch="before-the-flood", seq=1)
    assert (await ada.until("changes"))["data"]["reset"]


@EACH_WAY
async def test_subscribing_twice_at_once_loses_nothing(service: Service) -> None:
    ada, bob = await service.student(), await service.student("Bob")
    await ada.enter()
    mid = await bob.send("subscribe")
    second = await bob.send("subscribe")
    assert mid != second
    await bob.until(lambda f: f["messageId"] == second)
    for n in range(5):
        await ada.answer(await ada.say(f"{n}"))
    for n in range(5):
        await bob.message(f"{n}")
    live = [f["data"] for f in bob.seen if f["type"] == "changes" and not f["data"].get("reset")]
    assert len({d["seq"] for c in live for d in c["docs"]}) == 5
    assert (await bob.enter())["people"] == 2


# -- typing ---------------------------------------------------------------------


@EACH_WAY
async def test_typing_is_told_to_the_others(service: Service) -> None:
    ada, bob = await service.two()
    await ada.send("typing_start", data={"userId": "somebody-else"})
    told = (await bob.until("user_typing"))["data"]
    assert told == {"userId": ada.user_id, "isTyping": True, "userName": "Ada"}
    await ada.send("typing_start")
    await ada.send("typing_stop")
    assert not (await bob.until("user_typing"))["data"]["isTyping"]
    await ada.beat()
    assert "user_typing" not in {f["type"] for f in ada.seen}


async def test_who_is_muted_is_not_told_of_as_typing(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        prof, ada = await service.owner(), await service.student("Ada")
        for client in (prof, ada):
            await client.enter()
        await ada.send("typing_start")
        assert (await prof.until("user_typing"))["data"]["isTyping"]
        mute = {"userId": ada.user_id, "userName": "Ada", "muted": True, "minutes": 0}
        await prof.answer(await prof.send("mute_user", data=mute))
        await ada.send("typing_start")
        assert not (await prof.until("user_typing"))["data"]["isTyping"]
    async with serving(tmp_path) as service:  # it is not forgotten
        prof, ada = await service.open(prof.token), await service.open(ada.token)
        bob = await service.student("Bob")
        for client in (prof, ada, bob):
            await client.enter()
            await client.beat()
        await ada.send("typing_start")
        await ada.beat()
        await bob.send("typing_start")
        assert (await prof.until("user_typing"))["data"]["userName"] == "Bob"
        await prof.answer(await prof.send("mute_user", data=mute | {"muted": False}))
        await ada.send("typing_start")
        assert (await prof.until("user_typing"))["data"]["userName"] == "Ada"


async def test_typing_ends_by_itself(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edu_widgets.service.typing_signals.EXPIRES_S", 0.05)
    ada, bob = await service.two()
    await ada.send("typing_start")
    assert (await bob.until("user_typing"))["data"]["isTyping"]
    assert not (await bob.until("user_typing"))["data"]["isTyping"]


async def test_a_class_that_types_is_told_four_times_a_second(service: Service) -> None:
    bob = await service.student("Bob")
    await bob.enter()
    crowd = [await service.student(f"S{n}") for n in range(12)]
    for client in crowd:
        await client.enter()
    started = asyncio.get_running_loop().time()
    for _ in range(3):
        for client in crowd:
            await client.send("typing_start")
            await client.send("typing_stop")
    for client in crowd:
        await client.beat()
    await bob.beat()
    told = sum(f["type"] == "user_typing" for f in bob.seen)
    assert told <= 1 + 4 * (asyncio.get_running_loop().time() - started)


async def test_typing_in_a_channel_one_is_not_in(service: Service) -> None:
    ada, bob = await service.student(), await service.student("Bob")
    await bob.enter()
    await ada.send("typing_start", CHANNEL)
    await ada.beat()
    await bob.beat()
    assert "user_typing" not in {f["type"] for f in bob.seen}


@EACH_WAY
async def test_a_page_of_long_messages_is_shorter_and_ends_no_connection(
    tmp_path: Path, way: str
) -> None:
    """What is written while a page waits for a slow link must not find too much waiting."""
    async with serving(tmp_path, way, config=from_table({"rateLimits": False})) as service:
        ada = await service.student()
        await ada.enter()
        text = "x" * 7_900
        for n in range(60):
            await ada.answer(await ada.say(f"{n:03}{text}"))
        seen: list[str] = []
        before = None
        while True:
            asked = {"limit": 200} | ({} if before is None else {"before": before})
            mid = await ada.send("request_history", data=asked)
            raw = (await ada.until_reply(mid))["data"]
            bodies = [doc["body"]["content"][:3] for doc in raw["docs"]]
            assert 0 < len(bodies) <= 33
            seen = bodies + seen
            if not raw.get("more"):
                break
            before = raw["floor"]
        assert seen == [f"{n:03}" for n in range(60)]
