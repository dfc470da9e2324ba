"""Two processes on one Redis: people on both are in one class, and one of them may be killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import aiohttp
import pytest

from edu_widgets.service import processes, state
from edu_widgets.service.server import Redis
from tests.redis_server import RedisServer
from tests.waiting import PATIENCE, wait_until

from .harness import COURSE, Service, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis")
    server.start()
    yield server
    server.close()


@pytest.fixture
async def both(redis: RedisServer, tmp_path: Path) -> AsyncIterator[tuple[Service, Service]]:
    """Two services in this process, as two processes are."""
    shared = Redis(redis.url, ballot_keys=tmp_path / "keys")
    async with (
        serving(tmp_path / "a", redis=shared) as one,
        serving(tmp_path / "b", redis=shared) as other,
    ):
        yield one, other


async def test_people_of_both_see_and_read_each_other(both: tuple[Service, Service]) -> None:
    one, other = both
    ada, bob = await one.student(), await other.student("Bob")
    await ada.enter()
    await bob.enter()
    await ada.counts(2)
    await bob.counts(2)
    await ada.say("Hello from one")
    await bob.message("Hello from one")
    await bob.say("Hello from the other")
    await ada.message("Hello from the other")


@pytest.mark.nightly
async def test_a_token_of_one_is_good_for_the_other(both: tuple[Service, Service]) -> None:
    one, other = both
    joined = await one.join("Ada")
    ada = await other.open(joined["token"])
    await ada.enter()
    await ada.say("I moved")
    await ada.message("I moved")


async def test_who_is_removed_at_one_is_put_out_of_the_other(both: tuple[Service, Service]) -> None:
    one, other = both
    bob = await other.student("Bob")
    await bob.enter()
    prof = await one.owner()
    await prof.enter()
    await prof.send("remove_person", data={"userId": bob.user_id})
    await bob.closed()


class Real:
    """A service in a process of its own."""

    def __init__(self, folder: Path, redis: RedisServer, keys: Path) -> None:
        self.folder = folder
        where = ["--data", str(folder), "--redis", redis.url, "--ballot-keys", str(keys)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edu_widgets.service", "--course", COURSE, *where, "--keep"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def state(self) -> state.ServiceState:
        found = wait_until(lambda: state.read(self.folder), "it has begun")
        assert found is not None
        assert processes.alive(found.pid)
        return found


async def test_one_of_two_is_killed_and_nothing_is_missing(
    redis: RedisServer, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    real = [Real(tmp_path / name, redis, keys) for name in "ab"]
    try:
        states = [one.state() for one in real]
        async with aiohttp.ClientSession() as http:
            services = [Service(_Told(told), http) for told in states]  # type: ignore[arg-type]
            ada, bob = await services[0].student(), await services[1].student("Bob")
            await ada.enter()
            head = await bob.enter()
            for n in range(10):
                mid = await (ada, bob)[n % 2].say(f"message {n}")
                assert (await (ada, bob)[n % 2].answer(mid))["type"] == "ack"
            os.kill(real[1].process.pid, signal.SIGKILL)
            await bob.closed()
            moved = await services[0].open(bob.token)
            granted = await moved.subscribe(epoch=head["epoch"], seq=head["seq"])
            assert granted["epoch"] == head["epoch"], "no mirror begins afresh"
            await moved.until(
                lambda f: f["type"] == "changes" and f["data"]["seq"] >= granted["seq"]
            )
            docs = [d for f in moved.seen if f["type"] == "changes" for d in f["data"]["docs"]]
            said = [doc["body"]["content"] for doc in docs if "content" in doc["body"]]
            assert said == [f"message {n}" for n in range(10)]
            await moved.say("I am back")
            await ada.message("I am back")
            for client in (ada, moved):
                await client.socket.close()
    finally:
        for one in real:
            with contextlib.suppress(ProcessLookupError):
                one.process.terminate()
            await asyncio.to_thread(one.process.wait, PATIENCE)


class _Told:
    """What the harness asks of a server: its state."""

    def __init__(self, told: state.ServiceState) -> None:
        self.state = told
