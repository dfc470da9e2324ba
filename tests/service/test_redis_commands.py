"""Commands of a terminal for a service on Redis whose processes are stopped."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from edu_widgets import cli
from edu_widgets.service.options import Redis

from .harness import COURSE, Client, Service, serving
from .test_erasing import NOTHING, eve_says, left
from .test_processes import holding

if TYPE_CHECKING:
    from pathlib import Path

    from tests.redis_server import RedisServer


async def told(*arguments: str) -> int:
    """The exit code of `edu-widgets` with these arguments."""
    return await asyncio.to_thread(cli.main, arguments)


async def said_by_eve(redis: RedisServer, folder: Path) -> Client:
    """What a process kept that is stopped now."""
    async with serving(folder, redis=Redis(redis.url)) as service:
        ada = await service.student("Ada")
        await ada.enter()
        await ada.answer(await ada.say("a word of Ada"))
        return await eve_says(service)


async def test_somebody_and_a_course_are_erased(
    redis: RedisServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a"
    eve = await said_by_eve(redis, folder)
    where = ("--data", str(folder), "--redis", redis.url)
    hers = (b"Evelina", b"a word of hers", eve.user_id.encode())
    assert holding(redis, *hers)
    assert await told("erase", COURSE, "Evelina", "--data", str(folder)) == 2
    assert "--redis URL" in capsys.readouterr().err, "its store is no file"
    assert await told("erase", COURSE, "Bob", *where) == 2
    assert "nobody called 'Bob'" in capsys.readouterr().err
    assert await told("erase", COURSE, "Evelina", *where) == 0
    assert holding(redis, *hers) == []
    assert holding(redis, b"a word of Ada")
    assert left(folder, eve) == NOTHING
    assert await told("retention", "--days", "0", *where) == 0
    assert COURSE in capsys.readouterr().out
    assert holding(redis, b"Ada") == []


async def test_not_behind_the_back_of_a_process_that_runs(
    redis: RedisServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its members would not be told; named by its folder it does it itself."""
    async with serving(tmp_path / "a", redis=Redis(redis.url)) as service:
        await eve_says(service)
        (tmp_path / "b").mkdir()
        other = ("--data", str(tmp_path / "b"), "--redis", redis.url)
        assert await told("erase", COURSE, "Evelina", *other) == 1
        assert "A service runs on the Redis" in capsys.readouterr().err
        own = ("--data", str(tmp_path / "a"), "--redis", redis.url)
        assert await told("erase", COURSE, "Evelina", *own) == 0


async def test_a_backup_is_made_while_it_runs_and_put_back(
    redis: RedisServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup, on = str(tmp_path / "backup.db"), ("--redis", redis.url)
    async with serving(tmp_path / "a", redis=Redis(redis.url)) as service:
        eve = await eve_says(service)
        assert await told("backup", backup, *on) == 0
        await eve.answer(await eve.say("after the backup"))
        assert await told("restore", backup, *on) == 1
        assert "stop every service" in capsys.readouterr().err
    with redis.client() as client:
        client.flushall()
    assert await told("restore", backup, *on) == 0
    assert "Start the service again" in capsys.readouterr().out
    async with serving(tmp_path / "b", redis=Redis(redis.url)) as again:
        assert await texts(again, eve.token) == ["a word of hers"]


async def texts(service: Service, token: str) -> list[str]:
    """What is in the course, as somebody with a token sees it."""
    client = await service.open(token)
    await client.enter()
    docs = [doc for f in client.seen if f["type"] == "changes" for doc in f["data"]["docs"]]
    return [doc["body"]["content"] for doc in docs if "content" in doc["body"]]
