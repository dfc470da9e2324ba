"""Cells over real sockets: how many a service takes, and what goes with a person or a course."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edu_widgets import cli
from edu_widgets.cells.commands import SHARE_CELL
from edu_widgets.protocol import REGISTRY, Code, uuid7
from tests.pictures import png
from tests.service.harness import CHANNEL, Client, Service, serving
from tests.service.test_admission import as_owner, holding, instructor

WORD = "zebrafinch"
PICTURE = png(mark="a plot of zebra finches")


def pictured(folder: Path) -> set[str]:
    """The service's files that contain the picture's bytes."""
    return {path.name for path in folder.iterdir() if PICTURE in path.read_bytes()}


async def share(who: Client, source: str, **fields: Any) -> dict[str, Any]:
    """The answer to sharing a cell."""
    cell = {"source": source, "started": 1, "status": "ok", **fields}
    data = {"id": uuid7(), "cell": cell}
    return await who.answer(await who.send(SHARE_CELL.name, data=data))


async def shown(service: Service, who: Client) -> str:
    """Share a cell with a word and a picture; the picture's address."""
    token = {"Authorization": f"Bearer {who.token}"}
    put = await service.ask("POST", f"/api/blobs?channel={CHANNEL}", PICTURE, **token)
    assert put.status == 200
    outputs = [{"type": "text", "text": WORD}, {"type": "picture", "picture": put.body}]
    assert (await share(who, "finches.plot()", outputs=outputs))["type"] == "ack"
    return f"/api/blobs/{put.body['hash']}?channel={CHANNEL}"


async def status(service: Service, who: Client, address: str) -> int:
    """The HTTP status of a request for a picture."""
    token = {"Authorization": f"Bearer {who.token}"}
    async with service.http.get(service.url + address, headers=token) as answer:
        return answer.status


async def test_a_flood_is_refused_for_a_while_and_delays_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REGISTRY.commands, SHARE_CELL.name, replace(SHARE_CELL, most=3))
    async with serving(tmp_path) as service:
        mira, bo = await instructor(service), await instructor(service, "Bo")
        await mira.enter()
        await bo.enter()
        answers = [await share(mira, str(n)) for n in range(4)]
        assert [answer["type"] for answer in answers] == ["ack", "ack", "ack", "error"]
        refused = answers[-1]["data"]
        assert refused["code"] == Code.RATE_LIMITED
        assert 0 < refused["retryAfter"] <= 10_001
        for command in (
            await mira.say("Slowly."),
            await mira.send("set_sharing", data={"state": "on"}),
        ):
            assert (await mira.answer(command))["type"] == "ack"
        assert (await share(bo, "mine"))["type"] == "ack", "each has a limit of their own"


async def test_whoever_is_erased_takes_cells_pictures_and_name_along(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        mira, bo = await instructor(service), await instructor(service, "Boleslav")
        ada = await service.student()
        for person in (mira, bo, ada):
            await person.enter()
        await mira.answer(await mira.send("set_sharing", data={"state": "on"}))
        address = await shown(service, bo)
        await bo.answer(await bo.send("set_sharing", data={"state": "on"}))
        assert await status(service, ada, address) == 200
        assert (await share(ada, "x"))["data"]["code"] == Code.FORBIDDEN
        assert (await as_owner(service, "/api/erase", {"who": "Boleslav"})).status == 200
        assert await status(service, ada, address) == 404
    for gone in (WORD, "Boleslav", bo.user_id):
        assert not holding(tmp_path, gone)
    assert not pictured(tmp_path)


async def test_they_go_with_a_course_that_is_over(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        mira = await instructor(service)
        await mira.enter()
        await shown(service, mira)
    assert holding(tmp_path, WORD)
    assert pictured(tmp_path)
    command = ["retention", "--data", str(tmp_path), "--days", "0"]
    assert await asyncio.to_thread(cli.main, command) == 0
    assert not holding(tmp_path, WORD)
    assert not pictured(tmp_path)
