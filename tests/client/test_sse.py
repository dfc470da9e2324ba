"""The decoder of Server-Sent Events, against vectors of five public test suites."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.client.transport.sse import EventDecoder, StreamTooLong, decode

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


def decoded(chunks: Iterable[bytes], decoder: EventDecoder) -> list[dict[str, str]]:
    return [event._asdict() for chunk in chunks for event in decoder.feed(chunk)]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v["name"])
def test_vector(vector: dict[str, Any]) -> None:
    for chunks in cuts(vector):
        decoder = EventDecoder(vector.get("initial_last_event_id", ""))
        assert decoded(chunks, decoder) == vector["expected"], chunks
        assert decoder.retry == vector.get("expected_retry"), chunks
        if "expected_last_event_id" in vector:
            assert decoder.last_event_id == vector["expected_last_event_id"], chunks


def test_all_vectors_are_here() -> None:
    assert len(VECTORS) >= 96


def test_decode_gives_each_event_as_soon_as_it_is_complete() -> None:
    taken: list[int] = []

    def chunks() -> Iterator[bytes]:
        for n, chunk in enumerate((b"id: 7\ndata: a\n\nda", b"ta: b\r", b"\r", b"\ndata: c")):
            taken.append(n)
            yield chunk

    events = decode(chunks(), "6")
    assert next(events) == ("message", "a", "7")
    assert taken == [0]
    assert list(events) == [("message", "b", "7")]


@pytest.mark.parametrize("piece", [b"data: xxxxxxx\n", b"x" * 40, b"data: " + b"y" * 200])
def test_what_never_ends_is_given_up(piece: bytes) -> None:
    decoder = EventDecoder(limit=100)
    with pytest.raises(StreamTooLong):
        decoded([piece] * 20, decoder)


def test_a_reconnection_time_of_many_digits_costs_nothing() -> None:
    decoder = EventDecoder()
    decoder.feed(b"retry: " + b"9" * 10_000 + b"\n")
    assert decoder.retry == 10**9
    decoder.feed("retry: ٣\n".encode())
    assert decoder.retry == 10**9
