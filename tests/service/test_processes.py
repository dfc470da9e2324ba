"""Two processes on one Redis: people on both are in one class, and one of them may be killed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from edu_widgets.protocol import Code, uuid7
from edu_widgets.service import state
from edu_widgets.service.options import Redis
from tests.conftest import ROOT, require
from tests.redis_server import RedisServer
from tests.waiting import PATIENCE, comes_true, wait_until

from .carrying import CARRIERS, Ended, PollSocket
from .harness import COURSE, Client, Service, serving
from .test_nginx import AROUND, HOST, NGINX, started

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


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


class Turns:
    """The addresses of several services, one after the other: what a balancer does."""

    def __init__(self, *services: Service) -> None:
        self._urls = itertools.cycle(service.url for service in services)

    def __str__(self) -> str:
        return next(self._urls)


@pytest.mark.parametrize("way", list(CARRIERS))
async def test_each_request_of_a_connection_may_reach_another_process(
    both: tuple[Service, Service], way: str
) -> None:
    one, other = both
    ada = await other.student()
    await ada.enter()
    joined = await one.join("Bob")
    socket = CARRIERS[way](one.http, Turns(one, other), joined["token"])  # type: ignore[arg-type]
    assert await socket.open() == 200
    bob = Client(socket, joined["token"])
    await bob.enter()
    for n in range(5):
        await bob.answer(await bob.say(f"message {n}"))
        await ada.message(f"message {n}")
        await ada.say(f"answer {n}")
        await bob.message(f"answer {n}")
    posted = [(await socket.post(["{}"], n))[0] for n in (1, 1, 99, 99)]
    assert posted == [204, 204, 409, 409], "repeated numbers are not acted on, gaps are told"
    stranger = CARRIERS[way](one.http, Turns(one, other), ada.token)  # type: ignore[arg-type]
    stranger.id = socket.id
    assert [(await stranger.post(["{}"], 99))[0] for _ in range(2)] == [404, 404]
    again = CARRIERS[way](one.http, Turns(other, one), joined["token"])  # type: ignore[arg-type]
    for _ in range(2):  # each process replaces a connection of the other's
        assert await again.open(former=socket.id) == 200
    assert await bob.closed() == 1000
    await again.close()


async def test_a_connection_of_a_process_that_is_gone_is_opened_anew(
    both: tuple[Service, Service],
) -> None:
    one, _ = both
    joined = await one.join("Bob")
    socket = PollSocket(one.http, one.url, joined["token"])
    socket.id = f"{'0' * 12}.{'a' * 22}"
    status, told = await socket.poll(connection=socket.id, after=0)
    assert (status, told["code"]) == (404, Code.NOT_FOUND)
    assert (await socket.post(["{}"], 1))[0] == 404
    status, told = await socket.poll(connection=socket.id)
    assert status == 200
    assert told["connection"] != socket.id


async def test_typing_and_what_is_drawn_is_seen_at_both(both: tuple[Service, Service]) -> None:
    one, other = both
    ada, bob, prof = await one.student(), await other.student("Bob"), await one.owner()
    for client in (ada, bob, prof):
        await client.enter()
    await bob.counts(3)
    await ada.counts(3)
    await ada.send("typing_start")
    typing = await bob.until("user_typing")
    assert (typing["data"]["userId"], typing["data"]["isTyping"]) == (ada.user_id, True)
    await ada.send("typing_stop")
    assert not (await bob.until("user_typing"))["data"]["isTyping"]
    part = {"id": "s1", "page": "p1", "tool": "pen", "ink": "blue", "width": 2, "points": "AA"}
    await prof.send("board_part", data=part)
    assert (await bob.until("board_parts"))["data"]["parts"][0]["id"] == "s1"
    await bob.send("attention", data={"away": True})
    await until_away(ada, bob.user_id)


async def test_attention_is_that_of_all_tabs_also_for_a_process_that_starts_later(
    both: tuple[Service, Service], redis: RedisServer, tmp_path: Path
) -> None:
    one, other = both
    first = await one.student("Bob")
    second = await one.open(first.token)
    prof = await other.owner()
    for client in (first, second, prof):
        await client.enter()
    for client in (first, prof):
        await client.counts(2)  # so that each process knows of the other
    await second.send("attention", data={"away": False})
    await first.send("attention", data={"away": True})
    await first.send("typing_start")  # comes after it
    await prof.until("user_typing")
    assert await away(prof) == [], "somebody is at his second tab"
    await second.send("attention", data={"away": True})
    await until_away(prof, first.user_id)
    shared = Redis(redis.url, ballot_keys=tmp_path / "keys")
    async with serving(tmp_path / "c", redis=shared) as later:
        mira = await later.owner()
        await mira.enter()
        await until_away(mira, first.user_id)
        await first.send("attention", data={"away": False})
        await until_away(mira)
        await first.socket.close()  # and the tab that is left says nothing else than before
        await until_away(mira, first.user_id)


async def away(client: Client) -> list[str]:
    """The ids of the people who are away, as a process tells one of its members."""
    mid = await client.send("people", data={"filter": "away"})
    page = await client.until(lambda f: f["type"] == "people_page" and f["messageId"] == mid)
    return [person["id"] for person in page["data"].get("people", [])]


async def until_away(client: Client, *ids: str) -> None:
    """Wait until these people are away, and nobody else; every change is announced."""
    while await away(client) != list(ids):
        await client.until("presence")


async def test_who_is_erased_at_one_is_nowhere_any_more(
    both: tuple[Service, Service], redis: RedisServer, tmp_path: Path
) -> None:
    one, other = both
    ada, prof = await one.student("Ada Lovelace"), await other.owner()
    await ada.enter()
    await prof.enter()
    await ada.answer(await ada.say("what only Ada says"))
    await prof.message("what only Ada says")
    owner = f"Bearer {other.server.state.owner_secret}"
    ask = {"course": COURSE, "who": "Ada Lovelace"}
    reply = await other.ask("POST", "/api/erase", ask, Authorization=owner)
    assert (reply.status, reply.body) == (200, {"userId": ada.user_id})
    assert await ada.closed() == Code.UNAUTHORIZED
    hers = b"what only Ada says", b"Ada Lovelace", ada.user_id.encode()
    assert not (found := holding(redis, *hers)), found
    audits = [tmp_path / name / "audit.jsonl" for name in "ab"]
    await comes_true(
        lambda: all(ada.user_id not in path.read_text() for path in audits), "no id in the audits"
    )
    await prof.answer(await prof.say("what all say"))
    assert holding(redis, b"what all say")
    old = {"days": 0}
    for client in (ada, prof):
        await client.socket.close()
    await comes_true(lambda: not (one.server.hub.members or other.server.hub.members), "alone")
    reply = await one.ask(
        "POST", "/api/retention", old, Authorization=f"Bearer {one.server.state.owner_secret}"
    )
    assert reply.body == {"courses": [COURSE]}
    assert holding(redis, b"what all say") == []


def holding(redis: RedisServer, *texts: bytes) -> list[bytes]:
    """The names of what in Redis holds one of some texts."""
    with redis.client() as client:
        dumped = {name: everything_of(client, name) for name in client.scan_iter()}
    return [name for name, held in dumped.items() if any(text in held for text in texts)]


def everything_of(client: Any, name: bytes) -> bytes:
    match client.type(name):
        case b"hash":
            return repr(client.hgetall(name)).encode()
        case b"stream":
            return repr(client.xrange(name)).encode()
        case b"set":
            return repr(client.smembers(name)).encode()
        case _:
            return bytes(client.get(name) or b"")


async def test_who_is_at_a_process_that_ends_is_asked_to_come_back_elsewhere(
    both: tuple[Service, Service],
) -> None:
    one, other = both
    ada, bob = await one.student(), await other.student("Bob")
    await ada.enter()
    await bob.enter()
    await bob.counts(2)
    leaving = asyncio.ensure_future(other.server.leave())
    told = await bob.until("goodbye")
    assert 0 < told["data"]["spreadMs"] <= 2_000
    await bob.answer(await bob.say("It goes on until I leave"))
    await ada.message("It goes on until I leave")
    with pytest.raises(OSError, match="Connect call failed"):
        await other.open(bob.token)
    assert not leaving.done()
    await bob.socket.close()
    await leaving


class Real:
    """A service in a process of its own."""

    def __init__(self, folder: Path, redis: RedisServer, keys: Path, *more: str) -> None:
        self.folder = folder
        where = ["--data", str(folder), "--redis", redis.url, "--ballot-keys", str(keys)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edu_widgets.service", "--course", COURSE, *where, *more],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def state(self) -> state.ServiceState:
        """What it has written once it was ready."""

        def ready() -> state.ServiceState | None:
            found = state.read(self.folder)
            return found if found is not None and found.pid == self.process.pid else None

        found = wait_until(ready, "it has begun")
        assert found is not None
        return found


@contextlib.contextmanager
def two_behind_nginx(folder: Path, redis: RedisServer) -> Iterator[list[Real]]:
    """Two processes behind nginx: at the socket `page` as the page says, at `plain` with less."""
    require(NGINX is not None, "nginx is not installed")
    where = ["--keep", "--address", f"http://{HOST}", "--no-rate-limits"]
    real = [Real(folder / name, redis, folder / "keys", *where) for name in "ab"]
    processes = [one.process for one in real]
    try:
        states = [one.state() for one in real]
        page = (ROOT / "docs/several-processes.md").read_text("utf-8")
        upstream, lines_of_page = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
        ports = {"8765": states[0].port, "8766": states[1].port}
        upstream = re.sub(r"8765|8766", lambda found: str(ports[found[0]]), upstream)
        servers = "".join(
            f"server {{ listen unix:{folder}/{name}; {lines} }}\n"
            for name, lines in (
                ("page", lines_of_page),
                (
                    "plain",
                    "location / { proxy_pass http://edu-widgets; proxy_set_header Host $host; }",
                ),
            )
        )
        config = folder / "nginx.conf"
        around = AROUND.format(folder=folder, sample="")
        before, _, _ = around.partition("    server {")
        config.write_text(f"{before}{upstream}{servers}}}\n")
        processes.append(started(folder, config))
        wait_until((folder / "plain").exists, "nginx listens")
        yield real
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait(PATIENCE)


async def come(
    through: dict[str, aiohttp.ClientSession], way: str, token: str, former: str = ""
) -> Client:
    """A connection through nginx, by one of the three ways."""
    if way == "websocket":
        bearer = {"Authorization": f"Bearer {token}"}
        socket = await through["page"].ws_connect("/api/realtime/ws", headers=bearer)
        return Client(Upgraded(socket), token)
    carried = CARRIERS[way](through["plain"], "", token)
    assert await carried.open(former) == 200
    return Client(carried, token)


class Upgraded:
    """A WebSocket of aiohttp, with the methods that a client uses."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        await self._socket.send_str(text)

    async def recv(self) -> str:
        message = await self._socket.receive()
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise Ended(self._socket.close_code or 1006)
        return str(message.data)

    async def close(self) -> None:
        await self._socket.close()


async def test_a_class_behind_nginx_loses_one_of_two_processes(
    redis: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Members by each of the three ways chat and vote; whoever was at the killed one comes back."""
    folder = tmp_path_factory.mktemp("n")
    ways = ["websocket", *CARRIERS]
    with two_behind_nginx(folder, redis) as real:
        told = real[0].state()
        async with contextlib.AsyncExitStack() as stack:
            through = {
                name: await stack.enter_async_context(
                    aiohttp.ClientSession(
                        f"http://{HOST}",
                        connector=aiohttp.UnixConnector(str(folder / name), limit=0),
                    )
                )
                for name in ("page", "plain")
            }
            service = Service(_Told(told), through["page"])  # type: ignore[arg-type]
            owner = {"course": COURSE, "name": "Prof", "secret": told.owner_secret}
            assert (await service.ask("POST", "/api/join", owner)).status == 200
            prof = await come(through, "poll", told.owner_secret)
            tokens = [(await service.join(f"{way} {n}"))["token"] for way in ways for n in range(2)]
            members = [
                await come(through, way, token)
                for way, token in zip([w for w in ways for _ in range(2)], tokens, strict=True)
            ]
            for client in (prof, *members):
                await client.enter()
            for n, client in enumerate(members):
                await client.answer(await client.say(f"message {n}"))
            for client in (prof, *members):
                for n in range(len(members)):
                    await client.message(f"message {n}")
            poll = {"question": "Which?", "options": ["a", "b"], "open": True}
            id_ = uuid7()
            await prof.answer(await prof.send("create_poll", data=poll, mid=id_))
            for client in members[::2]:
                await votes(client, id_)
            real[1].process.kill()
            await asyncio.to_thread(real[1].process.wait, PATIENCE)
            back = [
                await come(through, way, token)
                for way, token in zip([w for w in ways for _ in range(2)], tokens, strict=True)
            ]
            for client in back:
                await client.enter()
                await votes(client, id_)
            mira = await come(through, "events", told.owner_secret)
            await mira.enter()
            docs = [d for f in mira.seen if f["type"] == "changes" for d in f["data"]["docs"]]
            said = [d["body"]["content"] for d in docs if "content" in d["body"]]
            assert said == [f"message {n}" for n in range(len(members))]
            await mira.answer(await mira.send("close_poll", data={"pollId": id_, "round": 1}))
            await mira.subscribe(f"staff:{COURSE}")
            await mira.until(lambda f: voters(f, id_) == [len(members)])
            for client in (prof, *members, *back, mira):
                with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                    await client.socket.close()


def voters(frame: dict[str, Any], poll: str) -> list[int]:
    """How many have voted, where a frame tells it."""
    docs = frame["data"].get("docs", []) if frame["type"] == "changes" else []
    return [d["body"]["people"] for d in docs if d["id"] == f"tally:{poll}"]


async def votes(client: Client, poll: str) -> None:
    """Vote for the first option."""
    vote = {"pollId": poll, "round": 1, "choice": 0}
    assert (await client.answer(await client.send("cast_vote", data=vote)))["type"] == "ack"


class _Told:
    """The part of a server that the harness uses: its state."""

    def __init__(self, told: state.ServiceState) -> None:
        self.state = told
