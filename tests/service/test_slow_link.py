"""Links that carry little, and links that are cut without a word."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.protocol import Code, Document, uuid7
from edu_widgets.protocol.documents import body
from edu_widgets.protocol.messages import Changes
from edu_widgets.service.config import from_table
from edu_widgets.service.pace import FIRST_PAGE, QUICK_S, SLOW_S, SMALLEST_PAGE, Pace, Pages
from edu_widgets.service.store import PAGE_BYTES
from edu_widgets.service.websocket import DEAD_S, PAGE_S, SocketWriter
from tests.waiting import PATIENCE

from .harness import CHANNEL, Service, serving

FREE = from_table({"rateLimits": False})
LONG = "df = df.groupby('city').agg({'price': 'mean'}).reset_index()\n" * 80


@pytest.fixture
async def lesson(tmp_path: Path) -> AsyncIterator[Service]:
    """A service with a history of 50 messages of 5 kB."""
    async with serving(tmp_path, config=FREE, lease_s=3600) as service:
        ada = await service.student()
        for n in range(50):
            await ada.answer(await ada.say(f"{n}\n{LONG}"))
        yield service


class Reader:
    """A connection that answers a ping when it is told to."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.pings: list[bytes] = []

    async def subscribe(self, epoch: str = "", seq: int = 0) -> None:
        data = {"since": {"epoch": epoch, "seq": seq}}
        await self.send("subscribe", CHANNEL, data)

    async def send(self, type_: str, channel: str, data: Any) -> None:
        frame = {"type": type_, "channel": channel, "data": data, "messageId": uuid7()}
        await self.socket.send_str(json.dumps(frame | {"timestamp": 0}))

    async def read(self) -> dict[str, Any]:
        """The next frame; a ping before it is kept, and has to be the only one."""
        while True:
            message = await asyncio.wait_for(self.socket.receive(), PATIENCE)
            if message.type is aiohttp.WSMsgType.TEXT:
                frame: dict[str, Any] = json.loads(message.data)
                return frame
            assert message.type is aiohttp.WSMsgType.PING, message
            self.pings.append(message.data)

    async def until(self, type_: str) -> dict[str, Any]:
        while (frame := await self.read())["type"] != type_:
            pass
        data: dict[str, Any] = frame["data"]
        return data

    async def nothing_more(self) -> None:
        """The next frames are the answer to this, and the ping of the page before it."""
        await self.send("heartbeat", "system", {"timestamp": 1})
        while (frame := await self.read())["type"] != "heartbeat_ack":
            assert frame["type"] != "changes"

    async def pong(self) -> None:
        (ping,) = self.pings
        self.pings.clear()
        await self.socket.pong(ping)


async def reader(service: Service, token: str) -> Reader:
    url = service.url + "/api/realtime/ws"
    headers = {"Authorization": f"Bearer {token}"}
    return Reader(await service.http.ws_connect(url, headers=headers, autoping=False))


def size(page: dict[str, Any]) -> int:
    return len(json.dumps(page["docs"]))


async def test_a_page_leaves_when_the_one_before_is_read(lesson: Service) -> None:
    bob = await reader(lesson, (await lesson.join("Bob"))["token"])
    await bob.subscribe()
    head = (await bob.until("subscribed"))["seq"]
    pages = [await bob.until("changes")]
    while pages[-1]["seq"] < head:
        await bob.nothing_more()
        await bob.pong()
        pages.append(await bob.until("changes"))
    assert size(pages[0]) < FIRST_PAGE * 1.3
    assert len(pages) < 10, "and what a link carries quickly grows"
    assert [page.get("reset", False) for page in pages] == [True] + [False] * (len(pages) - 1)
    assert [page["prev"] for page in pages[1:]] == [page["seq"] for page in pages[:-1]]
    said = [doc for page in pages for doc in page["docs"] if doc["kind"] == "message"]
    assert [doc["body"]["content"].split()[0] for doc in said] == [str(n) for n in range(50)]


async def test_what_was_cut_goes_on_from_the_page_that_came(lesson: Service) -> None:
    token = (await lesson.join("Bob"))["token"]
    epoch, seq, seen = "", 0, list[str]()
    for _ in range(100):
        bob = await reader(lesson, token)
        await bob.subscribe(epoch, seq)
        epoch = (granted := await bob.until("subscribed"))["epoch"]
        page = await bob.until("changes")
        assert page.get("reset", False) == (seq == 0)
        seq = page["seq"]
        seen += [doc["id"] for doc in page["docs"]]
        await bob.socket.close()
        if seq >= granted["seq"]:
            break
    assert len(seen) == len(set(seen)) >= 50, "one page a connection is enough to arrive"


async def test_a_channel_that_is_asked_for_again_is_not_told_twice(lesson: Service) -> None:
    bob = await reader(lesson, (await lesson.join("Bob"))["token"])
    await bob.subscribe()
    granted = await bob.until("subscribed")
    first = await bob.until("changes")
    await bob.subscribe(granted["epoch"], first["seq"])
    seqs = [first["seq"]]
    while seqs[-1] < granted["seq"]:
        await bob.nothing_more()
        await bob.pong()
        page = await bob.until("changes")
        assert page["prev"] == seqs[-1]
        seqs.append(page["seq"])


async def test_the_next_page_follows_what_the_link_carries() -> None:
    now = 0.0
    pace = Pace(lambda: now)
    sizes: list[int] = []

    async def page(takes: float) -> None:
        nonlocal now
        read: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def write(size: int) -> asyncio.Future[None]:
            sizes.append(size)
            return read

        await pace.write(write)
        now += takes
        read.set_result(None)

    for takes in [QUICK_S / 2] * 6 + [2.0] * 2 + [SLOW_S * 2] * 8 + [0.1]:
        await page(takes)
    up = [FIRST_PAGE * 2**n for n in range(5)] + [PAGE_BYTES] * 4
    down = [PAGE_BYTES // 2**n for n in range(1, 7)] + [SMALLEST_PAGE] * 2
    assert sizes == up + down


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 2)), max_size=40),
    st.lists(st.integers(1, 6000), min_size=50, max_size=50),
    st.integers(1, 3),
)
def test_pages_hold_everything_in_order_and_what_changed_together_together(
    docs: list[tuple[int, int]], sizes: list[int], count: int
) -> None:
    made: list[Document] = []
    for number, (length, step) in enumerate(docs):
        seq = made[-1].seq + step if made else 1
        made.append(Document(f"d{number}", "message", seq, seq, body("x" * length)))
    head = (made[-1].seq if made else 0) + 5
    cut = sorted({0, *(len(made) * n // count for n in range(1, count))})
    cut = [at for at in cut if at == 0 or made[at].seq > made[at - 1].seq]
    frames: list[Changes] = []
    for at, until in itertools.pairwise([*cut, len(made)]):
        prev = frames[-1].seq if frames else 0
        seq = made[until - 1].seq if until < len(made) else head
        frames.append(Changes("e", prev, seq, made[at:until], reset=not frames))
    pages = Pages(tuple(frames))
    found: list[Changes] = []
    for wanted in itertools.cycle(sizes):
        if not pages:
            break
        found.append(pages.next(wanted))
    assert [doc for page in found for doc in page.docs] == made
    assert [page.prev for page in found] == [0, *(page.seq for page in found[:-1])]
    assert (found[-1].seq, found[0].reset) == (head, True)
    for page, after in itertools.pairwise(found):
        assert not after.reset
        assert all(doc.seq <= page.seq for doc in page.docs)
        assert all(doc.seq > page.seq for doc in after.docs)


def outlet_of(service: Service, user_id: str) -> SocketWriter:
    members = service.server.hub.members
    writer = next(m.writer for m in members if m.identity.user_id == user_id)
    assert isinstance(writer, SocketWriter)
    return writer


def codes(writer: SocketWriter, *silent: float) -> list[int]:
    """The close code after each number of silent seconds; 0 while the connection is open."""
    found = []
    for seconds in silent:
        writer.check(writer.heard + seconds)
        found.append(writer.code)
    return found


async def test_whose_cable_was_cut_is_out_of_the_list_within_half_a_minute(
    tmp_path: Path,
) -> None:
    assert DEAD_S <= 30
    async with serving(tmp_path, lease_s=3600) as service:
        ada, bob = await service.two()
        await ada.counts(2)
        bob.socket.transport.pause_reading()
        writer = outlet_of(service, bob.user_id)
        assert codes(writer, DEAD_S - 0.1, DEAD_S + 0.1) == [0, Code.DEAD_PEER]
        await ada.counts(1)


async def test_who_is_still_reading_a_page_is_not_given_up_so_soon(lesson: Service) -> None:
    joined = await lesson.join("Bob")
    bob = await reader(lesson, joined["token"])
    await bob.subscribe()
    await bob.until("changes")
    writer = outlet_of(lesson, joined["userId"])
    assert codes(writer, DEAD_S + 1, PAGE_S + 1) == [0, Code.DEAD_PEER]
