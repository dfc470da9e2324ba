"""Cutting bytes into frames, however the network has cut them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from edu_widgets.client.framing import FrameCutter
from tests.client.conftest import Join
from tests.client.fake_service import FakeService, eventually
from tests.waiting import PATIENCE

LIMIT = 100_000
SIZES = st.sampled_from([0, 1, 125, 126, 127, 300, 65_535, 65_536, LIMIT])
KINDS = st.sampled_from([Opcode.TEXT, Opcode.TEXT, Opcode.BINARY, Opcode.PING, Opcode.CONT])


def wire(opcode: Opcode, size: int, *, fin: bool = True) -> bytes:
    return Frame(opcode, b"x" * size, fin).serialize(mask=False)


@given(
    st.lists(st.tuples(KINDS, SIZES, st.booleans()), max_size=12),
    st.lists(st.integers(0, 300_000), max_size=30),
)
def test_whole_frames_come_out_in_order_whatever_the_pieces(
    frames: list[tuple[Opcode, int, bool]], cuts: list[int]
) -> None:
    out: list[bytes] = []
    expected: list[bytes] = []
    stream = b""
    for opcode, size, fin in frames:
        size = min(size, 125) if opcode is Opcode.PING else size  # noqa: PLW2901
        fin = fin or opcode is Opcode.PING  # noqa: PLW2901
        raw = wire(opcode, size, fin=fin)
        stream += raw
        expected.append(b"x" * size if opcode is Opcode.TEXT and fin else raw)
    cutter = FrameCutter(out.append, out.append, LIMIT)
    marks = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    for start, end in itertools.pairwise(marks):
        cutter.feed(stream[start:end])
    assert out == expected


@pytest.mark.parametrize(
    "bad",
    [wire(Opcode.TEXT, LIMIT + 1), Frame(Opcode.TEXT, b"hi").serialize(mask=True)],
    ids=["too long", "masked"],
)
def test_from_a_forbidden_frame_on_all_is_left_to_the_library(bad: bytes) -> None:
    texts: list[bytes] = []
    rest: list[bytes] = []
    cutter = FrameCutter(texts.append, rest.append, LIMIT)
    stream = wire(Opcode.TEXT, 3) + bad + wire(Opcode.TEXT, 3)
    for start in range(0, len(stream), 7):
        cutter.feed(stream[start : start + 7])
    assert texts == [b"xxx"]
    assert b"".join(rest) == stream[5:]


@pytest.mark.parametrize(
    "bad",
    [b"\x81\x7f" + b"\x00\x00\x00\x00\x7f\xff\xff\xff", b"\x81\x82maskhi", b"\xf1\x00"],
    ids=["too long", "masked", "reserved bits"],
)
def test_a_forbidden_frame_ends_the_connection_and_the_next_one_works(
    fake: FakeService, join: Join, bad: bytes
) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    for connection in tuple(fake.connections):
        fake.call(connection.transport.write, bad)
    eventually(lambda: client.numbers().reconnects == 1)
    client.wait_connected(PATIENCE)


def test_fragments_pings_and_small_pieces_arrive(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    change = b'{"type":"room","channel":"course:py101","data":{"people":7}}'
    stream = Frame(Opcode.TEXT, change[:9], fin=False).serialize(mask=False)
    stream += Frame(Opcode.PING, b"?").serialize(mask=False)
    stream += Frame(Opcode.CONT, change[9:]).serialize(mask=False)
    for connection in tuple(fake.connections):
        pieces = [bytes([byte]) for byte in stream]
        # In one go: between two calls the service may write a frame of its own.
        fake.call(
            lambda write, all_: [write(piece) for piece in all_], connection.transport.write, pieces
        )
    eventually(lambda: client.view().online == 7)
