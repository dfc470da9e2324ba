"""Server-Sent Events, against vectors of five public test suites."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.client.transport.sse import EventStream, StreamTooLong

_FILE = Path(__file__).parents[1] / "vectors" / "eventsource.json"
VECTORS: list[dict[str, Any]] = json.loads(_FILE.read_text("utf-8"))["vectors"]
SPLIT_ALL_BELOW = 400


def stream_of(vector: dict[str, Any]) -> bytes:
    if "stream_hex" in vector:
        return bytes.fromhex(vector["stream_hex"])
    return str(vector["stream"]).encode()


def cuts(vector: dict[str, Any]) -> Iterator[list[bytes]]:
    """The stream whole, byte by byte, as the vector cuts it, and cut in two anywhere."""
    stream = stream_of(vector)
    yield [stream]
    yield [stream[i : i + 1] for i in range(len(stream))]
    if "chunks" in vector:
        yield [
            bytes.fromhex(c["hex"]) if isinstance(c, dict) else c.encode() for c in vector["chunks"]
        ]
    step = 1 if len(stream) < SPLIT_ALL_BELOW else max(1, len(stream) // SPLIT_ALL_BELOW)
    for at in range(1, len(stream), step):
        yield [stream[:at], stream[at:]]
        yield [stream[:at], b"", stream[at:]]


async def pieces(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def decoded(stream: EventStream) -> list[dict[str, str]]:
    return [event._asdict() async for event in stream.events()]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["name"])
def test_vector(vector: dict[str, Any]) -> None:
    async def all_cuts() -> None:
        for chunks in cuts(vector):
            stream = EventStream(pieces(chunks), vector.get("initial_last_event_id", ""))
            assert await decoded(stream) == vector["expected"], chunks
            assert stream.retry == vector.get("expected_retry"), chunks
            if "expected_last_event_id" in vector:
                assert stream.last_event_id == vector["expected_last_event_id"], chunks

    asyncio.run(all_cuts())


def test_all_vectors_are_here() -> None:
    assert len(VECTORS) >= 96


async def test_each_event_comes_as_soon_as_it_is_complete() -> None:
    taken: list[Any] = []

    def chunks() -> Iterator[bytes]:
        for n, chunk in enumerate((b"id: 7\ndata: a\n\nda", b"ta: b\r", b"\r", b"\ndata: c")):
            taken.append(n)
            yield chunk

    stream = EventStream(pieces(chunks()), "6")
    stream.rest = lambda: taken.append("rest")
    events = stream.events()
    assert await anext(events) == ("message", "a", "7")
    assert taken == [0]
    assert [event async for event in events] == [("message", "b", "7")]
    assert taken == [0, "rest", 1, "rest", 2, "rest", 3, "rest"]


@pytest.mark.parametrize("piece", [b"data: xxxxxxx\n", b"x" * 40, b"data: " + b"y" * 200])
async def test_what_never_ends_is_given_up(piece: bytes) -> None:
    with pytest.raises(StreamTooLong):
        await decoded(EventStream(pieces([piece] * 20), limit=100))


async def test_a_reconnection_time_of_many_digits_costs_nothing() -> None:
    stream = EventStream(pieces([b"retry: " + b"9" * 10_000 + b"\n", "retry: ٣\n".encode()]))
    await decoded(stream)
    assert stream.retry == 10**9
