"""Presence over real sockets: one person once, a grace, crowds, and who is told what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.presence.service import roll
from edu_widgets.service import rooms
from edu_widgets.service.config import ServiceConfig, from_table
from tests.service.harness import CHANNEL, EACH_WAY, Client, Service, serving

STAFF = "staff:py101"


@pytest.fixture
async def service(tmp_path: Path, way: str) -> AsyncIterator[Service]:
    async with serving(tmp_path, way) as running:
        yield running


async def both_in_the_room(service: Service) -> tuple[Client, Client]:
    """Prof, who owns the course, and Ada."""
    owner, ada = await service.owner("Prof"), await service.student("Ada")
    await owner.enter()
    await ada.enter()
    return owner, ada


async def people(client: Client, **ask: Any) -> dict[str, Any]:
    """The answer to `people`, its list by name."""
    mid = await client.send("people", data=ask)
    frame = await client.until(lambda f: f["messageId"] == mid)
    data: dict[str, Any] = frame["data"]
    if frame["type"] == "people_page":
        data["names"] = [person["name"] for person in data.get("people", [])]
    return data


async def told(client: Client, name: str, channel: str = CHANNEL, **wanted: Any) -> dict[str, Any]:
    """The next news of a person that says all of this."""

    def fits(frame: dict[str, Any]) -> bool:
        if frame["type"] != "presence" or frame["channel"] != channel:
            return False
        for person in frame["data"].get("set", []):
            if person["name"] == name and all(person.get(k) == v for k, v in wanted.items()):
                return True
        return False

    data: dict[str, Any] = (await client.until(fits))["data"]
    return data


@EACH_WAY
async def test_who_comes_and_goes_is_told_to_everybody(service: Service) -> None:
    owner, ada = await both_in_the_room(service)
    news = await told(owner, "Ada")
    assert news["counts"]["here"] == 2
    listed = await people(owner)
    assert listed["names"] == ["Ada", "Prof"], "for staff students come first"
    assert (await people(ada))["names"] == ["Prof", "Ada"]
    await ada.send("unsubscribe", CHANNEL)
    gone = await owner.until(lambda f: f["type"] == "presence" and "del" in f["data"])
    assert gone["data"]["del"] == [ada.user_id]
    assert gone["data"]["prev"] <= gone["data"]["v"]


@EACH_WAY
async def test_several_connections_are_one_person(service: Service) -> None:
    owner, ada = await both_in_the_room(service)
    await told(owner, "Ada")
    second = await service.open(ada.token)
    await second.enter()
    assert (await people(second))["names"].count("Ada") == 1
    await second.socket.close()
    await owner.beat()
    assert "Ada" in (await people(owner))["names"]
    gone = [f for f in owner.seen if f["type"] == "presence" and f["data"].get("del")]
    assert gone == []


@EACH_WAY
async def test_away_only_if_nobody_is_at_any_connection(service: Service) -> None:
    owner, ada = await both_in_the_room(service)
    await told(owner, "Ada")
    second = await service.open(ada.token)
    await second.enter()
    await second.send("attention", data={"away": False})
    await ada.send("attention", data={"away": True})
    await ada.beat()
    assert all(not p.get("away") for p in (await people(owner))["people"])
    await second.send("attention", data={"away": True})
    news = await told(owner, "Ada", away=True)
    assert "since" not in news["set"][0]
    assert [p["since"] > 0 for p in (await people(owner))["people"] if p.get("away")] == [True]
    assert "since" not in str(await people(ada))
    assert news["counts"]["away"] == 1
    await second.send("attention", data={"away": False})
    await told(owner, "Ada", away=None)


@pytest.mark.parametrize("code", [1000, 1001])
async def test_a_kernel_that_restarts_has_not_left(service: Service, code: int) -> None:
    owner, ada = await both_in_the_room(service)
    await told(owner, "Ada")
    await ada.socket.close(code, "bye")
    again = await service.open(ada.token)
    await again.enter()
    await owner.beat()
    assert "Ada" in (await people(owner))["names"]
    gone = [f for f in owner.seen if f["type"] == "presence" and f["data"].get("del")]
    assert gone == []
    await again.send("unsubscribe", CHANNEL)
    left = await owner.until(lambda f: f["type"] == "presence" and "del" in f["data"])
    assert left["data"]["del"] == [ada.user_id], "who leaves by themselves is not waited for"


async def test_a_broken_connection_is_no_departure(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, ada = await both_in_the_room(service)
    await told(owner, "Ada")
    ada.socket.transport.abort()
    await owner.beat()
    assert "Ada" in (await people(owner))["names"]
    hub = service.server.hub
    room = hub.rooms.get(CHANNEL)
    assert room is not None
    late = hub.loop.time() + rooms.LEASE_S + 1
    monkeypatch.setattr(hub.loop, "time", lambda: late)
    hub.settle(room)
    monkeypatch.undo()
    gone = await owner.until(lambda f: f["type"] == "presence" and "del" in f["data"])
    assert gone["data"]["del"] == [ada.user_id]


async def test_a_signal_of_somebody_who_is_not_in_the_room_says_nothing(service: Service) -> None:
    owner, ada = await both_in_the_room(service)
    outside = await service.open(ada.token)
    await outside.send("attention", data={"away": True})
    await outside.beat()
    assert all(not p.get("away") for p in (await people(owner))["people"])


@EACH_WAY
async def test_a_new_role_is_told(service: Service) -> None:
    owner, ada = await both_in_the_room(service)
    body = {"course": "py101", "userId": ada.user_id, "role": "instructor"}
    reply = await service.ask("POST", "/api/role", body, Authorization=f"Bearer {owner.token}")
    assert reply.status == 200
    await told(owner, "Ada", role="instructor")


@EACH_WAY
async def test_statuses_go_to_staff_and_to_oneself(service: Service) -> None:
    owner = await service.owner("Prof")
    await owner.enter()
    await owner.enter(STAFF)
    ada = await service.student("Ada")
    await ada.enter()
    bo = await service.student("Bo")
    await bo.enter()
    await ada.enter(f"user:py101:{ada.user_id}")
    mid = await ada.send("set_status", data={"status": "stuck"})
    assert (await ada.answer(mid))["type"] == "ack"
    mid = await ada.send("raise_hand", data={"note": "secret"})
    assert (await ada.answer(mid))["type"] == "ack"

    def has(kind: str, channel: str) -> Any:
        return lambda f: (
            f["type"] == "changes"
            and f["channel"] == channel
            and any(doc["kind"] == kind for doc in f["data"].get("docs", []))
        )

    for kind in ("status", "hand"):  # which may come in one frame
        for client, channel in ((owner, STAFF), (ada, f"user:py101:{ada.user_id}")):
            while not any(has(kind, channel)(frame) for frame in client.seen):
                await client.read()
    await bo.beat()
    assert "secret" not in str(bo.seen)
    assert "stuck" not in str(await people(bo))
    page = await people(owner, filter="stuck")
    assert [p["status"] for p in page["people"]] == ["stuck"]
    for asked in ({"filter": "stuck"}, {"filter": "done"}):
        assert (await people(bo, **asked))["code"] == 4501


async def test_of_a_crowd_counts_and_pages(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roll, "MOST_NAMED", 2)
    monkeypatch.setattr(roll, "FEW", 1)
    owner = await service.owner("Prof")
    await owner.enter()
    await owner.enter(STAFF)
    students = [await service.student(name) for name in ("Ada", "Bo", "Çağla")]
    for student in students:
        await student.enter()
    crowd = await owner.until(
        lambda f: f["type"] == "presence" and f["data"].get("counts", {}).get("here") == 4
    )
    assert crowd["data"]["crowd"] is True
    assert "set" not in crowd["data"]
    await students[0].answer(await students[0].send("set_status", data={"status": "stuck"}))
    counts = await owner.until(
        lambda f: (
            f["channel"] == STAFF
            and f["type"] == "presence"
            and f["data"]["counts"].get("stuck") == 1
        )
    )
    assert counts["data"]["counts"]["none"] == 2
    assert (await people(students[1], query="cag"))["names"] == ["Çağla"]
    page = await people(owner, limit=1, offset=1)
    assert (len(page["people"]), page["total"]) == (1, 4)


async def test_after_a_crash_there_are_no_ghosts(tmp_path: Path) -> None:
    async with serving(tmp_path) as before:
        owner, ada = await before.owner("Prof"), await before.student("Ada")
        await owner.enter()
        await ada.enter()
        first = await people(owner)
        token = owner.token
    async with serving(tmp_path) as after:
        owner = await after.open(token)
        await owner.enter()
        second = await people(owner)
        assert second["epoch"] != first["epoch"]
        assert second["names"] in ([], ["Prof"])
        await told(owner, "Prof")


async def test_statuses_are_known_again_after_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path) as before:
        ada = await before.student("Ada")
        await ada.enter()
        await ada.answer(await ada.send("set_status", data={"status": "stuck"}))
    async with serving(tmp_path, config=ServiceConfig(rate_limits=False)) as after:
        owner, ada = await after.owner("Prof"), await after.open(ada.token)
        await ada.enter()
        await owner.enter()
        while not (await people(owner, filter="stuck")).get("total"):
            await owner.beat()  # it looks with its first tick


@pytest.mark.parametrize(
    "ask", [{"query": "x" * 65}, {"offset": -1}, {"filter": "nobody"}, {"limit": "many"}]
)
async def test_questions_that_cannot_be(service: Service, ask: dict[str, Any]) -> None:
    ada = await service.student("Ada")
    await ada.enter()
    assert (await people(ada, **ask))["code"] in (4502, 4514)


async def test_a_course_that_does_not_offer_it(tmp_path: Path) -> None:
    config = from_table({"course": {"features": ["chat"]}})
    async with serving(tmp_path, config=config) as service:
        ada = await service.student("Ada")
        granted = await ada.enter()
        assert granted["features"] == ["chat"]
        assert (await people(ada))["code"] == 4501
        mid = await ada.send("set_status", data={"status": "done"})
        assert (await ada.answer(mid))["data"]["code"] == 4501
        await ada.send("attention", data={"away": True})
        await ada.beat()
        assert [f for f in ada.seen if f["type"] == "presence"] == []


async def test_what_is_over_goes_by_itself(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edu_widgets.presence.service import watch

    owner = await service.owner("Prof")
    await owner.enter()
    await owner.enter(STAFF)
    ada = await service.student("Ada")
    await ada.enter()
    await ada.answer(await ada.send("set_status", data={"status": "stuck"}))
    await ada.socket.close()
    monkeypatch.setattr(watch, "KEPT_MS", -1)
    monkeypatch.setattr(watch, "SWEEP_MS", 0)
    gone = await owner.until(
        lambda f: (
            f["channel"] == STAFF
            and any(d.get("deleted") and d["kind"] == "status" for d in f["data"].get("docs", []))
        )
    )
    assert gone["data"]["docs"][0]["id"] == f"status:{ada.user_id}"
