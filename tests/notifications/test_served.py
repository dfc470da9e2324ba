"""Notifications on a running service: who gets them, and when they go."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.notifications.documents import ActionTaken, Notification
from edu_widgets.protocol import Code, uuid7
from edu_widgets.service.config import ChannelConfig, RateLimit, ServiceConfig
from tests.service.harness import CHANNEL, COURSE, EACH_WAY, Client, Service, serving
from tests.waiting import PATIENCE

STAFF = f"staff:{COURSE}"


def own(client: Client) -> str:
    return f"user:{COURSE}:{client.user_id}"


async def enter_all(client: Client, *more: str) -> dict[str, Any]:
    for channel in (CHANNEL, *more):
        await client.enter(channel)
    return await client.enter(own(client))


async def teacher_of(service: Service) -> Client:
    client = await service.owner()
    client.user_id = "owner"
    await enter_all(client, STAFF)
    return client


async def student_of(service: Service, name: str) -> Client:
    client = await service.student(name)
    await enter_all(client)
    return client


async def do(client: Client, type_: str, mid: str = "", **data: Any) -> dict[str, Any]:
    """A command in one's own channel, and its answer's data."""
    mid = await client.send(type_, own(client), data, mid)
    found: dict[str, Any] = (await client.answer(mid))["data"]
    return found


def docs(client: Client, kind: str) -> list[dict[str, Any]]:
    """All documents of a kind that reached a client, in order."""
    frames = [f for f in client.seen if f["type"] == "changes"]
    return [d for f in frames for d in f["data"].get("docs", []) if d["kind"] == kind]


async def titled(client: Client, title: str) -> dict[str, Any]:
    """A notification's body, when it arrives."""
    while True:
        for doc in docs(client, Notification.kind):
            if doc.get("body") and doc["body"]["title"] == title:
                found: dict[str, Any] = doc["body"]
                return found
        await client.read()


async def gone(client: Client, id_: str) -> None:
    while not any(d["id"] == id_ and d.get("deleted") for d in docs(client, Notification.kind)):
        await client.read()


@pytest.fixture
async def service(tmp_path: Path, way: str) -> Any:
    async with serving(tmp_path, way) as running:
        yield running


@EACH_WAY
async def test_to_one_person_only(service: Service) -> None:
    mira = await teacher_of(service)
    ada, bo = [await student_of(service, name) for name in ("Ada", "Bo")]
    assert "code" not in await do(mira, "send_notification", title="just you", userId=ada.user_id)
    assert "code" not in await do(mira, "send_notification", title="all of you")
    assert (await titled(ada, "just you"))["userId"] == ada.user_id
    await titled(bo, "all of you")
    await bo.beat()
    assert "just you" not in str(bo.seen)
    refusal = await do(ada, "send_notification", title="x")
    assert refusal["code"] == Code.FORBIDDEN


async def test_the_channel_of_one_person_offers_it(service: Service) -> None:
    ada = await service.student("Ada")
    assert (await ada.enter(own(ada)))["features"] == ["alerts", "updates"]


@EACH_WAY
async def test_it_goes_at_its_time(service: Service) -> None:
    mira, ada = await teacher_of(service), await student_of(service, "Ada")
    id_ = uuid7()
    await do(mira, "send_notification", id_, title="short", userId=ada.user_id, seconds=1)
    await titled(ada, "short")
    await gone(ada, id_)


async def test_it_goes_at_its_time_after_a_restart(tmp_path: Path) -> None:
    id_ = uuid7()
    async with serving(tmp_path) as service:
        mira, ada = await teacher_of(service), await student_of(service, "Ada")
        await do(mira, "send_notification", id_, title="short", userId=ada.user_id, seconds=2)
        await titled(ada, "short")
        token, user_id = ada.token, ada.user_id
    async with serving(tmp_path) as service:
        again = await service.open(token)
        again.user_id = user_id
        await again.enter(own(again))
        async with asyncio.timeout(PATIENCE):
            while True:
                held = await service.server.hub.store.page(own(again), Notification.kind, None, 10)
                if not held.docs:
                    break
                await asyncio.sleep(0.02)


async def test_staff_learns_what_was_chosen(service: Service) -> None:
    mira, ada = await teacher_of(service), await student_of(service, "Ada")
    id_ = uuid7()
    actions = [{"label": "Done", "action": "done"}]
    await do(mira, "send_notification", id_, title="Exercise 3", actions=actions)
    await titled(ada, "Exercise 3")
    assert "code" not in await do(ada, "notification_action", id=id_, action="done")
    while not docs(mira, ActionTaken.kind):
        await mira.read()
    body = docs(mira, ActionTaken.kind)[0]["body"]
    assert (body["userName"], body["label"]) == ("Ada", "Done")


async def test_choices_are_limited_as_the_table_says(tmp_path: Path) -> None:
    row = ChannelConfig(
        max_users=1, features=("alerts", "updates"), rate_limit=RateLimit(messages=2)
    )
    config = ServiceConfig(notifications=row)
    async with serving(tmp_path, config=config) as service:
        mira, ada = await teacher_of(service), await student_of(service, "Ada")
        id_ = uuid7()
        actions = [{"label": "A", "action": "a"}, {"label": "B", "action": "b"}]
        await do(mira, "send_notification", id_, title="?", actions=actions)
        answers = [await do(ada, "notification_action", id=id_, action=x) for x in "aba"]
        assert [a.get("code") for a in answers] == [None, None, Code.RATE_LIMITED]


async def test_a_channel_that_offers_no_alerts_takes_none(tmp_path: Path) -> None:
    config = ServiceConfig(notifications=ChannelConfig(max_users=1, features=("updates",)))
    async with serving(tmp_path, config=config) as service:
        mira = await teacher_of(service)
        assert (await do(mira, "send_notification", title="x"))["code"] == Code.FORBIDDEN
        assert "code" not in await do(mira, "mark_notifications", upTo=1)
