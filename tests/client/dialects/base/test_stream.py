"""The event stream's requests, against the vectors: what is asked for, followed and given up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.client.transport.base import WEBSOCKET_PATH, Target, TransportFailed
from edu_widgets.client.transport.eventstream import EventStreamTransport, frame_of
from edu_widgets.client.transport.selection import TransportSelection, TransportSettings
from edu_widgets.client.transport.sse import ServerEvent
from edu_widgets.protocol import Code

_FILE = Path(__file__).parents[3] / "vectors" / "eventsource.json"
_ALL: dict[str, list[dict[str, Any]]] = json.loads(_FILE.read_text("utf-8"))
CONNECTIONS = _ALL["connections"]
HTTP = [v for v in _ALL["http"] if "response" in v]


@dataclass
class Answers:
    """Answers requests for the stream one after the other, and takes no posts."""

    answers: list[dict[str, Any]]
    requests: list[tuple[str, dict[bytes, bytes]]] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.rstrip(b"\r\n").split(b"\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(b":") for line in lines)}
        if first.startswith(b"POST"):
            answer: dict[str, Any] = {"status": 404}
        else:
            self.requests.append((first.split()[1].decode(), headers))
            answer = self.answers.pop(0) if self.answers else {"status": 503}
        writer.write(self._bytes(answer))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    def _bytes(self, answer: dict[str, Any]) -> bytes:
        kind = answer.get("content_type", "text/event-stream")
        lines = [f"HTTP/1.1 {answer.get('status', 200)} X", f"Content-Type: {kind}"]
        location = answer.get("location")
        if location is not None:
            lines.append(f"Location: {location}")
        lines += [f"{name}: {value}" for name, value in answer.get("headers", {}).items()]
        return ("\r\n".join(lines) + "\r\nConnection: close\r\n\r\n").encode() + str(
            answer.get("body", "")
        ).encode()

    def ways(self, token: str = "t0ken") -> TransportSelection:
        target = Target(f"ws://127.0.0.1:{self.port}{WEBSOCKET_PATH}", "ada", lambda: token, True)
        return TransportSelection(
            lambda: target, lambda: ["course:py101"], TransportSettings(patience=5.0)
        )


@asynccontextmanager
async def answering(*answers: dict[str, Any]) -> AsyncIterator[Answers]:
    found = Answers(list(answers))
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found


async def follow(ways: TransportSelection) -> tuple[list[str], TransportFailed]:
    """The events of one connection, and its end."""
    transport = EventStreamTransport(ways.target(), ways)
    heard: list[str] = []
    try:
        await transport.open()
        assert not transport.service.uplink
        await transport.read(lambda frame: heard.append(bytes(frame).decode()), lambda: None)  # type: ignore[arg-type]
    except TransportFailed as failure:
        return heard, failure
    finally:
        await transport.close(1000, "")
    raise AssertionError("a transport ends by failing")


@pytest.mark.parametrize("vector", CONNECTIONS, ids=lambda v: v["name"])
async def test_resuming(vector: dict[str, Any]) -> None:
    wanted = vector["connections"]
    async with answering(*wanted) as service:
        ways = service.ways()
        ways.memory.last_event_id = vector.get("params", {}).get("last_event_id", "")
        heard = [text for _ in wanted for text in (await follow(ways))[0]]
        assert heard == [event["data"] for event in vector["expected"]]
        for (_, headers), one in zip(service.requests, wanted, strict=True):
            given = headers.get(b"last-event-id")
            if "expect_request_header" in one:
                assert given == one["expect_request_header"]["Last-Event-ID"].encode()
            if "expect_no_header" in one:
                assert given is None


@pytest.mark.parametrize(
    ("given", "told"),
    [("  7 ", b"7"), ("\t", None), ("\u20ac", "\u20ac".encode()), ("x" * 9_000, None)],
)
async def test_an_id_that_no_header_can_have_does_not_end_the_stream_for_good(
    given: str, told: bytes | None
) -> None:
    first = {"body": f"id: {given}\ndata: one\n\n"}
    async with answering(first, {"body": "data: two\n\n"}) as service:
        ways = service.ways()
        assert (await follow(ways))[0] == ["one"]
        assert (await follow(ways))[0] == ["two"]
        assert service.requests[1][1].get(b"last-event-id") == told


@pytest.mark.parametrize("vector", HTTP, ids=lambda v: v["name"])
async def test_answers(vector: dict[str, Any]) -> None:
    answer = {"body": "data: there\n\n", **vector["response"]}
    followed = vector["expected"].startswith("followed")
    if followed:
        answer["location"] = "/elsewhere"
    async with answering(answer, {"body": "data: there\n\n"}) as service:
        heard, failure = await follow(service.ways())
        opens = followed or vector["expected"].startswith("OPEN")
        assert bool(heard) == opens, failure.reason
        assert failure.code == 0, "other ways are left"
        assert len(service.requests) == 1 + followed


async def test_what_is_asked_for() -> None:
    async with answering({"body": ""}) as service:
        await follow(service.ways())
        ((address, headers),) = service.requests
        assert address == "/api/realtime/events?channels=course%3Apy101&userId=ada"
        assert headers[b"accept"] == b"text/event-stream"
        assert headers[b"cache-control"] == b"no-cache"
        assert headers[b"authorization"] == b"Bearer t0ken"
        assert b"last-event-id" not in headers


@pytest.mark.parametrize("there", ["http://127.0.0.2:{port}/x", "http://localhost:{port}/x", ""])
async def test_the_token_goes_to_no_other_origin(there: str) -> None:
    async with answering() as service:
        service.answers.append({"status": 307, "location": there.format(port=service.port)})
        _, failure = await follow(service.ways())
        assert "redirected" in failure.reason
        assert len(service.requests) == 1


async def test_redirects_come_to_an_end() -> None:
    async with answering(*({"status": 302, "location": "/again"} for _ in range(20))) as service:
        _, failure = await follow(service.ways())
        assert "again and again" in failure.reason
        assert len(service.requests) == 5


async def test_a_stream_says_when_to_come_back() -> None:
    async with answering({"body": "retry: 1500\ndata: x\n\n"}, {"body": ""}) as service:
        ways = service.ways()
        assert (await follow(ways))[1].retry_after == 1.5
        assert (await follow(ways))[1].retry_after == 3.0, "the seed's retryInterval"


async def test_later_is_not_never() -> None:
    busy = {"status": 503, "headers": {"Retry-After": "7"}}
    async with answering(busy, {"status": 404}) as service:
        ways = service.ways()
        _, failure = await follow(ways)
        assert (failure.code, failure.retry_after) == (0, 7.0)
        assert ways._no_stream_until < ways.clock()
        await follow(ways)
        assert ways._no_stream_until > ways.clock(), "404 is a decision"


async def test_after_ten_failures_a_stream_is_given_up_for_a_while() -> None:
    async with answering(*({"status": 500} for _ in range(10))) as service:
        ways = service.ways()
        for _ in range(10):
            assert ways._no_stream_until < ways.clock()
            await follow(ways)
        assert ways._no_stream_until > ways.clock()


async def test_a_refused_token_ends_it() -> None:
    async with answering({"status": 401}, {"status": 401}) as service:
        _, failure = await follow(service.ways())
        assert failure.code == Code.UNAUTHORIZED
        assert "t0ken" not in failure.reason
        assert ["token=" in address for address, _ in service.requests] == [False, True]


async def test_a_token_that_is_quoted_is_not_passed_on() -> None:
    quoted = 'data: {"type": "error", "data": {"message": "Not s3cret-token!"}}\n\n'
    async with answering({"body": quoted}) as service:
        heard, _ = await follow(service.ways("s3cret-token"))
        assert [json.loads(frame)["data"]["message"] for frame in heard] == ["Not …!"]


async def test_a_stream_of_ours_is_left_alone() -> None:
    ours = {"body": "data: x\n\n", "headers": {"Edu-Widgets": "1"}}
    async with answering(ours) as service:
        heard, failure = await follow(service.ways())
        assert (heard, failure.code) == ([], 0)


async def test_one_endless_event_ends_the_stream_not_the_kernel() -> None:
    async with answering({"body": "data: " + "x" * 5_000_000}) as service:
        heard, failure = await follow(service.ways())
        assert heard == []
        assert "bytes" in failure.reason


SAID = '{"id": "a", "userId": "g", "content": "hi"}'


@pytest.mark.parametrize(
    ("event", "data", "type_"),
    [
        ("message", f'{{"type": "chat_message", "channel": "c", "data": {SAID}}}', "chat_message"),
        ("message", SAID, "chat_message"),
        ("message", '{"id": "a", "userId": "g", "content": "hi", "type": "text"}', "chat_message"),
        ("chat_message", SAID, "chat_message"),
        ("notification", '{"id": "n", "type": "info", "title": "x"}', "notification"),
        ("notification", '{"type": "message", "title": "x", "data": {"n": 1}}', "notification"),
        ("notification", '{"type": "notification", "data": {"type": "info"}}', "notification"),
        ("course_update", '{"what": 1}', "course_update"),
    ],
)
def test_an_event_is_a_frame(event: str, data: str, type_: str) -> None:
    frame = json.loads(frame_of(ServerEvent(event, data, "1")))
    assert frame["type"] == type_
    assert isinstance(frame["data"], dict)


@pytest.mark.parametrize("data", ["", "no JSON", "[" * 9_000, "null", "5"])
def test_what_is_no_frame_is_passed_on_as_it_is(data: str) -> None:
    assert frame_of(ServerEvent("message", data, "")) == data.encode()
