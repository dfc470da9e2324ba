"""Changes that may wait leave together, in their latest state and without a hole."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from typing import Any, cast

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.chat.documents import Message
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.protocol import MAX_SERVICE_FRAME, Document, decode, decode_data
from edu_widgets.protocol.documents import body
from edu_widgets.protocol.messages import Changes
from edu_widgets.service.frames import Frame
from edu_widgets.service.rooms import BURST_S, Rooms
from edu_widgets.service.store import PAGE_BYTES, ChannelChange, Committed
from tests.service.harness import CHANNEL, EACH_WAY, Service

ROOM = "course:c"


class Handle:
    """A timer that may be cancelled."""

    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Loop:
    """An event loop whose time moves when told."""

    def __init__(self) -> None:
        self.now = 100.0
        self._timers: list[tuple[float, int, Callable[[], object], Handle]] = []
        self._count = itertools.count()

    def time(self) -> float:
        return self.now

    def call_later(self, wait: float, fn: Callable[..., object], *args: object) -> Handle:
        handle = Handle()
        entry = (self.now + wait, next(self._count), lambda: fn(*args), handle)
        heapq.heappush(self._timers, entry)
        return handle

    def call_soon(self, fn: Callable[..., object], *args: object) -> Handle:
        return self.call_later(0, fn, *args)

    def advance(self, seconds: float = 0) -> None:
        end = self.now + seconds
        while self._timers and self._timers[0][0] <= end:
            due, _, fn, handle = heapq.heappop(self._timers)
            self.now = max(self.now, due)
            if not handle.cancelled:
                fn()
        self.now = end


class Reader:
    """A member that mirrors what it is written."""

    def __init__(self) -> None:
        self.mirror = Mirror()
        self.mirror.apply(Changes("e", 0, 0, reset=True))
        self.frames: list[Changes] = []

    def write(self, out: Frame) -> None:
        changes = decode_data(decode(out.payload, limit=MAX_SERVICE_FRAME), Changes)
        self.frames.append(changes)
        assert not self.mirror.apply(changes).hole


class Desk:
    """Rooms with one reader, and a channel whose head goes on."""

    def __init__(self, channel: str = ROOM) -> None:
        self.loop = Loop()
        self.rooms = Rooms(cast("Any", self.loop), lambda: 0)
        self.reader = Reader()
        self.channel = channel
        self.rooms.open(channel).live[cast("Any", self.reader)] = self.reader.write
        self.seq = 0
        self.docs: dict[str, Document] = {}

    def commit(self, *ids: str, urgent: bool, text: str = "x") -> None:
        prev, docs = self.seq, []
        for id_ in ids:
            self.seq += 1
            held = self.docs.get(id_)
            born = held.born if held is not None else self.seq
            self.docs[id_] = Document(id_, "message", born, self.seq, body(f"{text}{self.seq}"))
            docs.append(self.docs[id_])
        change = ChannelChange(self.channel, "e", prev, self.seq, tuple(docs))
        self.rooms.committed(Committed(self.seq, (change,), urgent=urgent))
        self.loop.advance()

    def sizes(self) -> list[int]:
        return [len(frame.docs) for frame in self.reader.frames]


def test_the_first_leaves_at_once_and_the_others_together() -> None:
    desk = Desk()
    desk.commit("m1", urgent=False)
    assert desk.sizes() == [1]
    for n in range(500):
        desk.commit(f"m{n % 3}", urgent=False)
        desk.loop.advance(BURST_S / 1_000)
    assert desk.sizes() == [1]
    desk.loop.advance(BURST_S)
    assert desk.sizes() == [1, 3]
    assert {d.id: d for d in desk.reader.mirror.of_kind("message")} == desk.docs
    last = desk.reader.frames[-1]
    assert (last.prev, last.seq) == (1, 501)
    desk.loop.advance(BURST_S)
    desk.commit("m1", urgent=False)
    assert desk.sizes() == [1, 3, 1], "after a quiet time at once again"


def test_nothing_waits_longer_than_a_quarter_of_a_second() -> None:
    desk = Desk()
    desk.commit("m1", urgent=False)
    desk.loop.advance(0.01)
    desk.commit("m1", urgent=False)
    for _ in range(24):
        desk.loop.advance(0.01)
        desk.commit("m2", urgent=False)
    assert desk.sizes() == [1, 2], "later ones do not put the first off"


def test_an_urgent_one_takes_along_what_waits() -> None:
    desk = Desk()
    desk.commit("m1", urgent=False)
    desk.commit("m1", "m2", urgent=False)
    desk.commit("m3", urgent=True)
    assert [[doc.id for doc in frame.docs] for frame in desk.reader.frames] == [
        ["m1"],
        ["m1", "m2", "m3"],
    ]
    desk.loop.advance(BURST_S)
    assert len(desk.reader.frames) == 2


def test_urgent_ones_never_wait() -> None:
    desk = Desk()
    for n in range(10):
        desk.commit(f"m{n}", urgent=True)
    assert desk.sizes() == [1] * 10


def test_ones_own_channel_never_waits() -> None:
    desk = Desk("user:c:u1")
    for _ in range(10):
        desk.commit("reactions:m1", urgent=False)
    assert desk.sizes() == [1] * 10


def test_what_waits_does_not_pile_up() -> None:
    desk = Desk()
    for n in range(9):
        desk.commit(f"m{n}", urgent=False, text="x" * (PAGE_BYTES // 3))
    assert max(desk.sizes()) <= 4
    desk.rooms.flush()
    assert len(desk.reader.mirror.of_kind("message")) == 9


def test_another_history_does_not_mix_with_what_waits() -> None:
    desk = Desk()
    desk.commit("m1", urgent=False)
    desk.commit("m2", urgent=False)
    change = ChannelChange(ROOM, "e", desk.seq + 5, desk.seq + 6, ())
    desk.rooms.committed(Committed(1, (change,), urgent=False))
    assert desk.sizes() == [1, 1], "what does not follow on it pushes it out"


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.booleans(), st.sampled_from([0.0, 0.01, 0.1, 0.3])),
        max_size=60,
    )
)
def test_a_mirror_never_has_a_hole_and_ends_equal(steps: list[tuple[int, bool, float]]) -> None:
    desk = Desk()
    for target, urgent, pause in steps:
        desk.commit(f"m{target}", urgent=urgent)
        head = desk.reader.mirror.cursor.seq
        assert not urgent or head == desk.seq
        desk.loop.advance(pause)
        assert pause < BURST_S or desk.reader.mirror.cursor.seq == desk.seq
    desk.loop.advance(BURST_S)
    assert {d.id: d for d in desk.reader.mirror.of_kind("message")} == desk.docs
    assert desk.reader.mirror.cursor.seq == desk.seq


@EACH_WAY
async def test_acks_do_not_wait_for_what_does(service: Service) -> None:
    ada, bo = await service.student("Ada"), await service.student("Bo")
    for client in (ada, bo):
        await client.enter()
    id_ = await ada.say("react!")
    await bo.message("react!")
    acks = []
    for n in range(20):
        data = {"messageId": id_, "emoji": chr(0x1F600 + n % 20)}
        acks.append((await bo.answer(await bo.send("add_reaction", CHANNEL, data)))["data"]["seq"])
    assert acks == sorted(acks)
    told: list[dict[str, Any]] = []
    while not told or told[-1]["data"]["seq"] < acks[-1]:
        told.append(await ada.until(lambda f: f["type"] == "changes" and f["data"]["prev"] > 0))
    seen = [f["data"] for f in ada.seen if f["type"] == "changes"]
    assert all(b["prev"] <= a["seq"] for a, b in itertools.pairwise(seen))
    assert len(told) < 20
    (message,) = told[-1]["data"]["docs"]
    assert len(message["body"]["reactions"]) == 20


@EACH_WAY
async def test_who_joins_between_is_told_the_latest_once(service: Service) -> None:
    ada = await service.student("Ada")
    await ada.enter()
    id_ = await ada.say("react!")
    for n in range(5):
        data = {"messageId": id_, "emoji": chr(0x1F600 + n)}
        await ada.answer(await ada.send("add_reaction", CHANNEL, data))
    bo = await service.student("Bo")
    head = (await bo.enter())["seq"]
    last = await ada.say("the end")
    mirror = Mirror()
    while mirror.get(last) is None:
        frames, bo.seen = bo.seen, []
        for frame in frames:
            if (frame["type"], frame["channel"]) == ("changes", CHANNEL):
                raw = msgspec.json.encode(frame["data"])
                assert not mirror.apply(msgspec.json.decode(raw, type=Changes)).hole
        await bo.beat()
    assert mirror.cursor.seq > head
    held = mirror.get(id_)
    assert held is not None
    assert len(held.as_(Message).reactions) == 5
