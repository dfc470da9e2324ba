"""Whatever a client sends: an answer that says what is wrong, and nobody else notices."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from edu_widgets.protocol import Code, uuid7
from edu_widgets.service.config import from_table
from edu_widgets.service.store.sqlite import SqliteStore
from tests.waiting import PATIENCE

from .harness import CHANNEL, COURSE, EACH_WAY, Client, Service, serving


@pytest.fixture
async def ada(service: Service) -> Client:
    client = await service.student("Ada")
    await client.enter()
    return client


@pytest.fixture
async def bob(service: Service) -> AsyncIterator[Client]:
    """Another student in the room, whose connection must stay as it is."""
    client = await service.student("Bob")
    await client.enter()
    yield client
    await client.answer(await client.say("still here"))
    assert "error" not in {frame["type"] for frame in client.seen}


def command(**data: Any) -> str:
    mid = uuid7()
    full = {"id": mid, "content": "x"} | data
    return json.dumps({"type": "chat_message", "channel": CHANNEL, "data": full, "messageId": mid})


FRAMES = {
    "not json": ("{", Code.PROTOCOL),
    "empty": ("", Code.PROTOCOL),
    "no object": ("[1, 2]", Code.PROTOCOL),
    "no type": ('{"channel": "x"}', Code.PROTOCOL),
    "wrong type of type": ('{"type": 5}', Code.PROTOCOL),
    "wrong type of id": ('{"type": "heartbeat", "messageId": {}}', Code.PROTOCOL),
    "a number too big": ('{"type": "heartbeat", "timestamp": 1e999}', Code.PROTOCOL),
    "unknown type": ('{"type": "drop_tables", "channel": "course:py101"}', Code.UNKNOWN_TYPE),
    "service's own type": ('{"type": "ack", "channel": "course:py101"}', Code.UNKNOWN_TYPE),
    "deep envelope": ('{"type": ' + "[" * 60_000, Code.PROTOCOL),
    "deep data": (command(content=0)[:-1] + ', "x": ' + "[" * 30_000 + "]" * 30_000 + "}", None),
    "no content": (
        json.dumps({"type": "chat_message", "channel": CHANNEL, "messageId": "m"}),
        None,
    ),
    "content of a wrong type": (command(content=["x"]), Code.PROTOCOL),
    "content null": (command(content=None), Code.PROTOCOL),
    "no message id": (json.dumps({"type": "chat_message", "channel": CHANNEL}), Code.PROTOCOL),
    "odd message id": (
        json.dumps({"type": "chat_message", "channel": CHANNEL, "messageId": "a b"}),
        Code.PROTOCOL,
    ),
    "surrogates": ('{"type": "chat_message", "messageId": "\\ud800"}', Code.PROTOCOL),
    "odd channel": ('{"type": "subscribe", "channel": "course:../../etc"}', Code.NO_SUCH_CHANNEL),
    "odd cursor": (
        '{"type": "subscribe", "channel": "course:py101", "data": {"since": {"seq": -1}}}',
        Code.INVALID,
    ),
    "huge cursor": (
        '{"type": "subscribe", "channel": "course:py101", "data": {"since": {"seq": 1e30}}}',
        Code.PROTOCOL,
    ),
    "huge before": (
        (
            '{"type": "request_history", "channel": "course:py101",'
            ' "data": {"before": 4611686018427387904}}'
        ),
        Code.INVALID,
    ),
    "large": (command(content="x" * 1_000_000), Code.TOO_LARGE),
}


@pytest.mark.parametrize("name", FRAMES)
async def test_a_bad_frame_is_answered_and_the_connection_kept(
    ada: Client, bob: Client, name: str
) -> None:
    raw, code = FRAMES[name]
    await ada.socket.send(raw)
    error = (await ada.until("error"))["data"]
    assert error["code"] == (code or Code.PROTOCOL)
    assert error["message"]
    await ada.answer(await ada.say("well again"))
    assert (await bob.message("well again"))["userName"] == "Ada"


BAD = [b'{"type": "\xff\xfe"}', command(content="MARK").encode().replace(b"MARK", b"\xff\xfe")]


@pytest.mark.parametrize("raw", BAD)
async def test_who_sends_no_utf8_is_asked_to_connect_again(
    ada: Client, bob: Client, raw: bytes
) -> None:
    """Bytes were damaged on their way: a refusal would be told to the writer of the original."""
    await ada.socket.send(raw, text=True)
    assert await ada.closed() == Code.PROTOCOL
    assert "error" not in {frame["type"] for frame in ada.seen}
    await bob.beat()


async def test_binary_frames_are_answered(ada: Client, bob: Client) -> None:
    await ada.socket.send(b"\x00\x01")
    assert (await ada.until("error"))["data"]["code"] == Code.PROTOCOL
    await ada.beat()
    await bob.beat()


async def test_more_than_four_megabytes_close_the_connection(ada: Client, bob: Client) -> None:
    with contextlib.suppress(ConnectionClosed):  # it may come while we still send
        await ada.socket.send(command(content="x" * (4 * 1024 * 1024 + 10)))
    assert await ada.closed() == Code.TOO_LARGE
    await bob.beat()


async def test_frames_that_are_no_websocket_close_the_connection(ada: Client, bob: Client) -> None:
    ada.socket.transport.write(b"\xff" * 64)
    assert await ada.closed() in {Code.PROTOCOL, 1006}
    await bob.beat()


async def test_pings_are_answered(ada: Client) -> None:
    await (await ada.socket.ping(b"hello"))


@EACH_WAY
async def test_nobody_posts_as_somebody_else(ada: Client, bob: Client) -> None:
    mid = uuid7()
    data = {"id": mid, "content": "hi", "userId": bob.user_id, "userName": "Bob", "role": "admin"}
    envelope = {"type": "chat_message", "channel": CHANNEL, "data": data, "messageId": mid}
    await ada.socket.send(json.dumps(envelope | {"userId": bob.user_id}))
    message = await bob.message("hi")
    assert (message["userId"], message["userName"]) == (ada.user_id, "Ada")
    assert "role" not in message


@EACH_WAY
async def test_text_travels_verbatim(ada: Client, bob: Client) -> None:
    text = "<img src=x onerror=alert(1)> 👩‍🏫 \\u0041 </script>"
    await ada.say(f"{text}\u202e\x00\x1b[31m\u2066")
    assert (await bob.message(text))["content"] == text


@EACH_WAY
async def test_an_id_used_again(ada: Client, bob: Client) -> None:
    mid = await ada.say("one")
    first = await ada.answer(mid)
    again = await ada.answer(await ada.say("one", mid=mid))
    assert again["data"] == first["data"]
    other = await ada.answer(await ada.say("two", mid=mid))
    assert other["data"]["code"] == Code.ID_CONFLICT
    theirs = await bob.answer(await bob.say("one", mid=mid))
    assert theirs["data"]["code"] == Code.ID_CONFLICT
    bob.seen = [f for f in bob.seen if f["type"] != "error"]


async def test_nothing_takes_the_place_of_something_else_with_its_id(
    service: Service, ada: Client
) -> None:
    prof = await service.owner()
    await prof.enter()
    said = await ada.say("mine")
    await ada.answer(said)
    own, asked = f"user:{COURSE}:owner", {"question": "?", "options": ["a", "b"]}
    poll = await prof.send("create_poll", CHANNEL, asked | {"open": True})
    assert (await prof.answer(poll))["type"] == "ack"
    for taken, type_, data in (
        (said, "create_poll", asked | {"open": True}),
        (said, "send_notification", {"title": "over"}),
        (poll, "send_notification", {"title": "over"}),
        (poll, "chat_message", {"id": poll, "content": "x"}),
    ):
        channel = own if type_ == "send_notification" else CHANNEL
        refused = await prof.answer(await prof.send(type_, channel, data, mid=taken))
        assert (refused["type"], refused["data"]["code"]) == ("error", Code.ID_CONFLICT), type_
    draft = await prof.send("create_poll", CHANNEL, asked)
    await prof.answer(draft)
    await ada.answer(await ada.say("also mine", mid=draft))
    opened = await prof.answer(await prof.send("open_poll", CHANNEL, {"pollId": draft}))
    assert opened["data"]["code"] == Code.ID_CONFLICT
    late = await service.student("Late")
    await late.enter()
    shown = [doc for f in late.seen if f["type"] == "changes" for doc in f["data"].get("docs", [])]
    kinds = {doc["id"]: doc["kind"] for doc in shown}
    assert (kinds[said], kinds[poll], kinds[draft]) == ("message", "poll", "message")


@pytest.mark.parametrize(
    "request_",
    [
        "GET /api/me?token={} HTTP/1.1\r\n{}\r\n",
        "GET /api/me HTTP/1.1\r\n{1}Authorization : Bearer {0}\r\n\r\n",
        "GET /api/me HTTP/1.1\r\n{1}Authorization: Bearer {0}\0\r\n\r\n",
        "GET /api/me HTTP/1.1\r\n{1}Authorization: Bearer {0}" + "a" * 20_000 + "\r\n\r\n",
        "G\x01T /{} HTTP/1.1\r\n{}\r\n",
        "GET /api/me?token={} HTTP/9\r\n{}\r\n",
        "POST /api/join HTTP/1.1\r\n{1}Transfer-Encoding: chunked\r\n\r\n{0}\r\n{0}",
        "POST /api/join HTTP/1.1\r\n{1}Content-Length: 15\r\nContent-Encoding: gzip\r\n\r\n{0}",
    ],
)
async def test_no_log_has_what_was_in_a_request(
    service: Service, caplog: pytest.LogCaptureFixture, request_: str
) -> None:
    caplog.set_level("DEBUG")
    reader, writer = await asyncio.open_connection("127.0.0.1", service.server.state.port)
    host = f"Host: 127.0.0.1:{service.server.state.port}\r\nConnection: close\r\n"
    writer.write(request_.format("TOKENTOKENTOKEN", host).encode())
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    writer.close()
    await writer.wait_closed()
    assert answer.split(b" ")[1] in {b"400", b"401"}
    assert "TOKENTOKENTOKEN" not in caplog.text


@EACH_WAY
async def test_a_flood_is_held_back_in_order(tmp_path: Path, way: str) -> None:
    table = from_table({"course": {"rateLimit": {"messages": 3, "interval": 700}}})
    async with serving(tmp_path, way, config=table) as service:
        ada, prof = await service.student(), await service.owner()
        await ada.enter()
        ids = [await ada.say(f"{n}") for n in range(5)]
        answers = [await ada.answer(mid) for mid in ids]
        assert [a["type"] for a in answers] == ["ack"] * 3 + ["error"] * 2
        assert [a["data"]["code"] for a in answers[3:]] == [Code.RATE_LIMITED, Code.BEHIND]
        wait = answers[3]["data"]["retryAfter"]
        assert 0 < wait <= 701
        # The one behind may not overtake, the repeated one is still limited, a stored one is not.
        assert (await ada.answer(await ada.say("4", mid=ids[4])))["data"]["code"] == Code.BEHIND
        assert (await ada.answer(await ada.say("0", mid=ids[0])))["data"].get("code") == Code.BEHIND
        for number in (3, 4):
            while (done := await ada.answer(await ada.say(f"{number}", mid=ids[number])))[
                "type"
            ] == "error":
                assert done["data"]["code"] == Code.RATE_LIMITED
        for _ in range(10):
            assert (await prof.answer(await prof.say("staff")))["type"] == "ack"


@EACH_WAY
async def test_a_limit_is_a_persons_not_a_connections(tmp_path: Path, way: str) -> None:
    table = from_table({"course": {"rateLimit": {"messages": 2, "interval": 60_000}}})
    async with serving(tmp_path, way, config=table) as service:
        ada = await service.student()
        second = await service.open(ada.token)
        assert (await ada.answer(await ada.say("1")))["type"] == "ack"
        assert (await second.answer(await second.say("2")))["type"] == "ack"
        assert (await ada.answer(await ada.say("3")))["data"]["code"] == Code.RATE_LIMITED
        bob = await service.student("Bob")
        assert (await bob.answer(await bob.say("1")))["type"] == "ack"


async def test_a_flood_of_clicks_is_held_back_and_votes_of_another_kind_are_not(
    service: Service, ada: Client
) -> None:
    id_ = await ada.say("click me")
    await ada.answer(id_)

    async def react(client: Client, n: int, mid: str = "") -> dict[str, Any]:
        data = {"messageId": id_, "emoji": "👍", "action": "remove" if n % 2 else "add"}
        answer = await client.answer(await client.send("add_reaction", CHANNEL, data, mid))
        told: dict[str, Any] = answer | answer["data"]
        return told

    first = uuid7()
    assert (await react(ada, 0, first))["type"] == "ack"
    for n in range(1, 60):
        assert (await react(ada, n))["type"] == "ack"
    refused = await react(ada, 60)
    assert refused["code"] == Code.RATE_LIMITED
    assert 0 < refused["retryAfter"] <= 10_000
    assert (await react(ada, 0, first))["type"] == "ack", "it was done before"
    read = await ada.send("mark_read", CHANNEL, {"born": 1})
    assert (await ada.answer(read))["type"] == "ack"
    prof = await service.owner()
    for n in range(70):
        assert (await react(prof, n))["type"] == "ack"


async def test_one_persons_searches_are_not_before_anothers(
    service: Service, ada: Client, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each looks at one message at a time; Bob has his answer before Ada has her last."""
    monkeypatch.setattr("edu_widgets.service.store.readers.SEARCHED_AT_ONCE", 1)
    prof = await service.owner()
    for n in range(30):
        await prof.answer(await prof.say(f"line {n}"))
    order: list[str] = []
    mids = [await ada.send("search", data={"query": "nowhere"}) for _ in range(4)]
    await ada.beat()
    other = await bob.send("search", data={"query": "nowhere"})

    async def told(client: Client, mid: str) -> None:
        assert (await client.until_reply(mid))["type"] == "found"
        order.append(mid)

    await asyncio.gather(told(bob, other), told(ada, mids[-1]))
    assert order == [other, mids[-1]]


@EACH_WAY
async def test_only_a_few_searches_of_a_person_wait_for_their_turn(
    service: Service, ada: Client, bob: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    real = SqliteStore.search

    async def slow(*args: Any) -> Any:
        await go_on.wait()
        return await real(*args)

    monkeypatch.setattr(SqliteStore, "search", slow)
    mids = [await ada.send("search", data={"query": "x"}) for _ in range(6)]
    for mid in mids[4:]:
        refused = (await ada.until_reply(mid))["data"]
        assert refused["code"] == Code.RATE_LIMITED
        assert refused["retryAfter"] > 0
    other = await bob.send("search", data={"query": "x"})
    go_on.set()
    assert (await bob.until_reply(other))["type"] == "found"
    assert [(await ada.until_reply(mid))["type"] for mid in mids[:4]] == ["found"] * 4
    assert (await ada.until_reply(await ada.send("search", data={"query": "x"})))["type"] == "found"


async def test_limits_can_be_lifted(tmp_path: Path) -> None:
    async with serving(tmp_path, config=from_table({"rateLimits": False})) as service:
        ada = await service.student()
        ids = [await ada.say(f"{n}") for n in range(50)]
        assert {(await ada.answer(mid))["type"] for mid in ids} == {"ack"}


@EACH_WAY
async def test_a_full_room(tmp_path: Path, way: str) -> None:
    async with serving(tmp_path, way, config=from_table({"course": {"maxUsers": 1}})) as service:
        ada, bob, prof = (
            await service.student(),
            await service.student("Bob"),
            await service.owner(),
        )
        await ada.enter()
        refused = await bob.subscribe()
        assert refused["code"] == Code.ROOM_FULL
        assert refused["retryAfter"] > 0
        second = await service.open(ada.token)
        await second.enter()
        await prof.enter()


async def test_a_full_disk_asks_to_come_again(service: Service, ada: Client, bob: Client) -> None:
    def limit(pages: int) -> Any:
        return service.server.store.writer.submit(
            lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone()
        )

    await limit(1)
    mids = [await ada.say("x" * 8000) for _ in range(10)]
    answers = [await ada.answer(mid) for mid in mids]
    refused = [a["data"] for a in answers if a["type"] == "error"]
    assert refused[0]["code"] == Code.UNAVAILABLE
    assert refused[0]["retryAfter"] > 0
    assert {r["code"] for r in refused[1:]} <= {Code.BEHIND}
    await bob.beat()
    await limit(1_000_000)
    assert (await ada.answer(await ada.say("x" * 8000, mid=refused[0]["messageId"])))[
        "type"
    ] == "ack"


@EACH_WAY
async def test_channels_do_not_offer_every_feature(tmp_path: Path, way: str) -> None:
    async with serving(tmp_path, way, config=from_table({"course": {"features": []}})) as service:
        ada = await service.student()
        assert (await ada.enter()).get("features", []) == []
        assert (await ada.answer(await ada.say("x")))["data"]["code"] == Code.FORBIDDEN


@pytest.mark.parametrize("id_", ["chat", "notifications", "poll_session", "role", "admission"])
async def test_no_command_takes_the_id_of_what_there_is_one_of(service: Service, id_: str) -> None:
    prof = await service.owner()
    await prof.enter()
    answer = await prof.answer(await prof.say("hello", mid=id_))
    assert answer["data"]["code"] == Code.INVALID
    assert (await prof.answer(await prof.say("hello")))["type"] == "ack"
