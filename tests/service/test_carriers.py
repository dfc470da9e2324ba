"""Connections by event stream and poll: the same members as by WebSocket, whatever carries them."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.protocol import Code, carriers, uuid7
from edu_widgets.service import connection_writer
from edu_widgets.service.config import from_table
from edu_widgets.service.event_writer import EventWriter
from edu_widgets.service.frames import Frame
from edu_widgets.service.identity import Identity
from edu_widgets.service.member import Member
from edu_widgets.service.poll_writer import PollWriter
from tests.waiting import PATIENCE

from .carrying import CARRIERS, EventsSocket, HttpSocket, PollSocket
from .harness import CHANNEL, COURSE, Client, Service, serving
from .test_budgets import SMALL, envelope

FREE = from_table({"rateLimits": False})
BOTH = pytest.mark.parametrize("way", CARRIERS)


def member_of(service: Service, client: Client) -> Member:
    return next(m for m in service.server.hub.members if m.identity.user_id == client.user_id)


async def ada_of(service: Service) -> tuple[Client, HttpSocket]:
    ada = await service.student("Ada")
    await ada.enter()
    await ada.beat()  # by now the ping behind the page was answered
    assert isinstance(ada.socket, HttpSocket)
    return ada, ada.socket


async def opened(service: Service, kind: type[Any], name: str = "Ada") -> Any:
    joined = await service.join(name)
    return kind(service.http, service.url, joined["token"])


def said(text: str) -> str:
    mid = uuid7()
    return envelope("chat_message", mid, {"id": mid, "content": text})


# -- posts ----------------------------------------------------------------------------


@BOTH
async def test_a_batch_is_acted_on_once_and_none_is_left_out(service: Service) -> None:
    ada, socket = await ada_of(service)
    number = next(socket.numbers)
    batch = [said("one"), said("two")]
    assert (await socket.post(batch, number))[0] == 204
    assert (await socket.post(batch, number))[0] == 204
    assert (await socket.post([said("lost")], number + 2))[0] == 409
    assert (await socket.post([said("three")], number + 1))[0] == 204
    await ada.message("three")
    told = [d for f in ada.seen if f["type"] == "changes" for d in f["data"].get("docs", [])]
    contents = [doc["body"]["content"] for doc in told if doc["kind"] == "message"]
    assert contents == ["one", "two", "three"]


@BOTH
async def test_whose_connection_it_is_is_proved_each_time(service: Service) -> None:
    ada, socket = await ada_of(service)
    other = await service.join("Bob")
    headers = {"Authorization": f"Bearer {other['token']}"}
    number = next(socket.numbers)
    status, told = await socket.post([said("not mine")], number, **headers)
    assert (status, told["code"]) == (404, Code.NOT_FOUND)
    status, told = await socket.post([], number, Authorization="Bearer nobody")
    assert (status, told["code"]) == (401, Code.UNAUTHORIZED)
    socket.id, mine = "unknown", socket.id
    assert (await socket.post([], number))[0] == 404
    socket.id = mine
    # What a proxy keeps for itself is not looked at.
    own = {"Authorization": "token of-a-proxy", carriers.AUTHORIZATION: f"Bearer {ada.token}"}
    assert (await socket.post([said("mine")], number, **own))[0] == 204
    await ada.message("mine")


@BOTH
async def test_no_page_of_another_site_and_no_other_name(service: Service) -> None:
    _, socket = await ada_of(service)
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        status, told = await socket.post([], 9, **headers)
        assert (status, told["code"]) == (403, Code.FORBIDDEN)


@BOTH
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"type": "bye"}', 400),
        (b"[" + b"0," * 1_000 + b"0]", 400),
        (b"[" * 100_000, 400),
        (b'["' + b"x" * carriers.MAX_BATCH + b'"]', 413),
    ],
)
async def test_a_batch_that_is_none_is_refused_whole(
    service: Service, body: bytes, status: int
) -> None:
    ada, socket = await ada_of(service)
    number = next(socket.numbers)
    own = {carriers.CONNECTION: socket.id, carriers.NUMBER: str(number)}
    url = f"{service.url}{carriers.MESSAGES}"
    async with service.http.post(url, data=body, headers=socket.headers | own) as answer:
        assert answer.status == status
    assert (await socket.post([said("well again")], number))[0] == 204
    await ada.message("well again")


@BOTH
async def test_bad_frames_in_a_batch_are_answered_each(service: Service) -> None:
    ada, socket = await ada_of(service)
    long = envelope("chat_message", "m", {"content": "x" * 100_000})
    frames = ["0", '{"type": 5}', '{"type": "pong", "data": {"id": "x"}}', long, said("fine")]
    assert (await socket.post(frames, next(socket.numbers)))[0] == 204
    await ada.message("fine")
    codes = [f["data"]["code"] for f in ada.seen if f["type"] == "error"]
    assert codes == [Code.PROTOCOL, Code.PROTOCOL, Code.UNKNOWN_TYPE, Code.TOO_LARGE]


@BOTH
async def test_frames_are_paid_for_not_posts(tmp_path: Path, way: str) -> None:
    async with serving(tmp_path, way, config=SMALL) as service:
        eve, bob = await service.student("Eve"), await service.student("Bob")
        await bob.enter()
        frames = [envelope("heartbeat", f"b{n}") for n in range(600)]
        flood = asyncio.ensure_future(eve.socket.post(frames, 1))
        async with asyncio.timeout(PATIENCE):
            while 'budget="person"' not in service.server.hub.metrics.text().decode():
                await bob.beat()
        await bob.answer(await bob.say("I am not slowed"))
        assert not flood.done()
        member_of(service, eve).close(Code.RESTARTING)
        # A poll is paid for, too, and may come when nobody waits for it any more.
        assert await eve.closed() in {Code.RESTARTING, *([1006] if way == "poll" else [])}
        assert len(eve.seen) < 300, "the rest was not handled"
        flood.cancel()


@BOTH
async def test_posts_without_a_frame_are_paid_for_too(tmp_path: Path, way: str) -> None:
    async with serving(tmp_path, way, config=SMALL) as service:
        eve, bob = await service.student("Eve"), await service.student("Bob")
        service.server.hub.budgets.charge_as(Identity(eve.user_id), "", 1_000)
        post = asyncio.ensure_future(eve.socket.post([], 0))
        for _ in range(20):
            await bob.beat()
        assert not post.done()
        post.cancel()
        eve.cut()
        service.clients.remove(eve)  # its goodbye would have to be paid for, too


async def test_what_is_told_again_is_known() -> None:
    writer = PollWriter()
    for n in range(3):
        writer.write(Frame(b"%d" % n * 1000))
    assert (await writer.polled(0, 0))[0] == 3
    assert writer.repeated == 0
    assert (await writer.polled(1, 0))[0] == 3
    assert writer.repeated == 2000


@BOTH
async def test_a_class_behind_one_address_is_not_taken_for_strangers(
    tmp_path: Path, way: str
) -> None:
    """Each of hundreds of requests would cost its address something, were it a guest's."""
    table = from_table({"guestBudget": {"rate": 1, "burst": 80}})
    async with serving(tmp_path, way, config=table) as service:
        ada, _ = await ada_of(service)
        for _ in range(60):
            await ada.beat()
        held = service.server.hub.metrics.text().decode()
        assert 'edu_widgets_held_back_total{budget="guest"}' not in held


async def test_those_who_wait_by_poll_take_nobodys_place(tmp_path: Path) -> None:
    table = from_table({"maxUnprovenConnections": 4})
    async with serving(tmp_path, "poll", config=table) as service:
        crowd = [await service.student(f"S{n}") for n in range(12)]
        gates = service.server.gates
        async with asyncio.timeout(PATIENCE):
            while gates._open - len(gates.unproven) < len(crowd) - 1:
                await crowd[0].beat()
        late = await service.student("Late")
        await late.beat()


# -- the end ----------------------------------------------------------------------------


@BOTH
async def test_who_says_goodbye_is_gone(service: Service) -> None:
    ada, bob = await service.two()
    await bob.counts(2)
    await ada.socket.close()
    async with asyncio.timeout(PATIENCE):
        while len(service.server.hub.members) == 2:
            await bob.beat()
    assert (await ada.socket.post([], 9))[0] == 404


@BOTH
async def test_who_asks_for_nothing_is_given_up(service: Service) -> None:
    ada, _ = await ada_of(service)
    writer = member_of(service, ada).writer
    assert isinstance(writer, EventWriter | PollWriter)
    writer.check(writer.heard + carriers.LEASE_S - 0.1)
    assert not writer.is_shut
    writer.check(writer.heard + carriers.LEASE_S + 0.1)
    assert await ada.closed() == Code.DEAD_PEER


@BOTH
async def test_a_new_connection_replaces_the_old_one_in_silence(service: Service) -> None:
    ada, socket = await ada_of(service)
    again = CARRIERS[service.way](service.http, service.url, ada.token)
    assert await again.open(former=socket.id) == 200
    assert again.id != socket.id
    await ada.closed()
    second = Client(again, ada.token)
    await second.enter()
    assert [f["data"]["people"] for f in second.seen if f["type"] == "subscribed"] == [1]
    assert len(service.server.hub.members) == 1
    await again.close()


@BOTH
async def test_whose_proof_ends_is_told_and_a_fresh_one_goes_on(service: Service) -> None:
    ada, socket = await ada_of(service)
    member = member_of(service, ada)
    member.identity.expires = 1.0
    service.server.hub._check(member, 0.0)
    assert await ada.closed() == Code.TOKEN_EXPIRED
    assert (await socket.post([], 9))[0] == 404


# -- down ---------------------------------------------------------------------------------


async def raw_stream(service: Service, token: str, version: str, buffer: int = 1 << 16) -> Any:
    port = service.server.state.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=buffer)
    head = f"GET {carriers.EVENTS} HTTP/{version}\r\nHost: 127.0.0.1:{port}\r\n"
    writer.write(f"{head}Authorization: Bearer {token}\r\n\r\n".encode())
    return reader, writer


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_a_stream_is_whole_in_each_version_of_http(service: Service, version: str) -> None:
    joined = await service.join("Ada")
    reader, writer = await raw_stream(service, joined["token"], version)
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    assert "content-type: text/event-stream" in head
    assert "x-accel-buffering: no" in head
    assert "no-transform" in head
    assert ("transfer-encoding: chunked" in head) == (version == "1.1")
    (member,) = service.server.hub.members
    texts = ["é" * 10, "x" * 70_000, "two\nlines\r\nthree"]
    for text in texts:
        member.write(Frame(json.dumps({"t": text}, ensure_ascii=False).encode()))
    member.write(Frame(b'{"pretty":\n\r\n 1}'))
    member.close(Code.RESTARTING)
    raw = await asyncio.wait_for(reader.read(-1), PATIENCE)
    writer.close()
    body = unchunked(raw) if version == "1.1" else raw
    padding, *events = body.decode().removesuffix("\n\n").split("\n\n")
    assert padding == ":" + " " * carriers.PADDING
    assert events[0].startswith("event: connection\n")
    assert [json.loads(e.removeprefix("data: "))["t"] for e in events[1:4]] == texts
    assert json.loads(events[4].removeprefix("data: ")) == {"pretty": 1}
    assert events[5].startswith('event: close\ndata: {"code":4000,')
    assert len(events) == 6


def unchunked(raw: bytes) -> bytes:
    found = b""
    while raw:
        size, _, raw = raw.partition(b"\r\n")
        found += raw[: int(size, 16)]
        assert raw[int(size, 16) :][:2] == b"\r\n"
        raw = raw[int(size, 16) + 2 :]
    return found


async def test_whoever_says_more_on_a_stream_is_cut(service: Service) -> None:
    bob = await service.student("Bob")
    joined = await service.join("Ada")
    reader, writer = await raw_stream(service, joined["token"], "1.1")
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"GET /health HTTP/1.1\r\n")
    await asyncio.wait_for(reader.read(-1), PATIENCE)
    writer.close()
    async with asyncio.timeout(PATIENCE):
        while len(service.server.hub.members) == 2:
            await bob.beat()


async def test_who_hangs_up_is_gone_at_once(service: Service) -> None:
    bob = await service.student("Bob")
    joined = await service.join("Ada")
    _, writer = await raw_stream(service, joined["token"], "1.0")
    async with asyncio.timeout(PATIENCE):
        while len(service.server.hub.members) == 1:
            await bob.beat()
        writer.close()
        while len(service.server.hub.members) == 2:
            await bob.beat()


@BOTH
async def test_a_reader_that_never_reads_stalls_nobody_and_is_closed(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_writer, "MAX_BUFFERED", 200_000)
    async with serving(tmp_path, config=FREE) as service:
        bob = await service.student("Bob")
        await bob.enter()
        joined = await service.join("Slow")
        writer = None
        if way == "events":
            _, writer = await raw_stream(service, joined["token"], "1.1", buffer=1)
        else:
            await PollSocket(service.http, service.url, joined["token"]).poll()
        async with asyncio.timeout(PATIENCE):
            while len(service.server.hub.members) == 1:
                await bob.beat()
            slow = [m for m in service.server.hub.members if m.identity.user_id != bob.user_id]
            enter(service, slow[0])
            while len(service.server.hub.members) == 2:
                await bob.answer(await bob.say("x" * 7_900))
        await bob.beat()
        if writer is not None:
            writer.transport.abort()


def enter(service: Service, member: Member) -> None:
    """Let a member into the room, though it asks for nothing."""
    room = service.server.hub.rooms.open(CHANNEL)
    hold = room.add(member, member.identity.people[COURSE])
    room.go_live(member, hold, 0)


async def test_a_page_follows_when_the_one_before_was_read(tmp_path: Path) -> None:
    async with serving(tmp_path, config=FREE) as service:
        ada = await service.student("Ada")
        await ada.enter()
        for n in range(30):
            await ada.answer(await ada.say(f"{n}" + "x" * 5_000))
        for kind in (EventsSocket, PollSocket):
            reader = await opened(service, kind, kind.__name__)
            reader.answers_pings = False
            if kind is EventsSocket:
                await reader.open()
                await pages_by_events(reader)
            else:
                await pages_by_polls(reader)


async def pages_by_events(reader: EventsSocket) -> None:
    client = Client(reader, "")
    await client.subscribe()
    first = await client.until("changes")
    await client.beat()
    later = [f for f in client.seen if f["type"] == "changes"]
    assert later == [first], "the next waits for the pong"
    await reader.pong()
    second = await client.until("changes")
    assert second["data"]["prev"] == first["data"]["seq"]
    await reader.close()


async def pages_by_polls(reader: PollSocket) -> None:
    reader.id = (await reader.poll())[1]["connection"]
    await reader.send(envelope("subscribe", "s"))
    found: list[Any] = []
    while not any(f["type"] == "changes" for f in found):
        _, told = await reader.poll(connection=reader.id, after=0)
        found = told.get("frames", [])
    _, again = await reader.poll(connection=reader.id, after=0)
    assert again["frames"][: len(found)] == found, "what is not acknowledged is repeated"
    assert sum(f["type"] == "changes" for f in again["frames"]) == 1
    _, told = await reader.poll(connection=reader.id, after=again["last"])
    assert told["frames"][0]["type"] == "changes"
    status, told = await reader.poll(connection=reader.id, after=10_000)
    assert status == 409
    status, told = await reader.poll(connection=reader.id, after=0)
    assert status == 409, "what was acknowledged is not kept"
    await reader.close()


async def test_a_newer_poll_ends_the_older(service: Service) -> None:
    reader = await opened(service, PollSocket)
    reader.id = (await reader.poll())[1]["connection"]
    polls = [
        asyncio.ensure_future(reader.poll(connection=reader.id, after=0, wait=600))
        for _ in range(3)
    ]
    waiting = set(polls)
    while len(waiting) > 1:
        ended, waiting = await asyncio.wait(
            waiting, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED
        )
        assert [(await poll)[1].get("frames", []) for poll in ended] == [[]] * len(ended)
    (last,) = waiting
    await reader.send(envelope("heartbeat", "b", {"timestamp": 1}))
    assert [f["messageId"] for f in (await last)[1]["frames"]] == ["b"]
    await reader.close()


async def test_a_poll_ends_when_nothing_comes(service: Service) -> None:
    reader = await opened(service, PollSocket)
    reader.id = (await reader.poll())[1]["connection"]
    status, told = await reader.poll(connection=reader.id, after=0, wait=0)
    assert (status, told.get("frames", []), told.get("last", 0)) == (200, [], 0)
    await reader.close()


async def test_a_comment_keeps_a_quiet_stream_open(service: Service) -> None:
    ada = await service.student("Ada")
    socket = EventsSocket(service.http, service.url, ada.token)
    await socket.open()
    writer = next(m.writer for m in service.server.hub.members if isinstance(m.writer, EventWriter))
    before = socket.comments
    writer.check(writer.heard + carriers.COMMENT_S - 0.1)
    writer.check(writer.heard + carriers.COMMENT_S + 0.1)
    await Client(socket, "").beat()
    assert socket.comments == before + 1
    await socket.close()


async def test_too_many_connections_of_one_person_are_refused_by_name(tmp_path: Path) -> None:
    table = from_table({"maxConnectionsPerPerson": 2})
    async with serving(tmp_path, config=table) as service:
        ada = await service.student("Ada")
        for kind in (EventsSocket, PollSocket):
            await service.open(ada.token)
            socket = kind(service.http, service.url, ada.token)
            assert await socket.open() == 403
            await service.clients.pop().socket.close()
            async with asyncio.timeout(PATIENCE):
                while len(service.server.hub.members) > 1:
                    await ada.beat()
