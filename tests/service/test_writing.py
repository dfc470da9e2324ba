"""Rooms that write to sockets: nothing lost, doubled or out of order, ever."""

import asyncio
import json
from typing import Any

import pytest

from edu_widgets.protocol import Code
from edu_widgets.service.config import from_table
from edu_widgets.service.frames import Frame
from edu_widgets.service.member import Member
from edu_widgets.service.rooms import Room
from tests.waiting import PATIENCE, comes_true

from .harness import CHANNEL, Client, Service

FREE = from_table({"rateLimits": False})


def room_of(service: Service) -> Room:
    room = service.server.hub.rooms.get(CHANNEL)
    assert room is not None
    return room


def member_of(service: Service, client: Client) -> Member:
    return next(m for m in service.server.hub.members if m.identity.user_id == client.user_id)


def signal(number: int, size: int = 0) -> Frame:
    body = {"type": "test", "messageId": "", "data": {"n": number, "fill": "x" * size}}
    return Frame(json.dumps(body).encode())


async def numbers(client: Client, until: int) -> list[int]:
    found: list[int] = []
    while not found or found[-1] != until:
        frame = await client.read()
        if frame["type"] == "test":
            found.append(frame["data"]["n"])
    return found


async def test_a_reader_that_falls_behind_gets_everything_in_order(service: Service) -> None:
    ada, bob = await service.two()
    room, slow = room_of(service), member_of(service, ada)
    ada.socket.transport.pause_reading()
    count = 0
    to_all = []
    while not slow.writer.buffered():  # type: ignore[attr-defined]
        room.write(signal(count, 60_000))
        to_all.append(count)
        count += 1
        assert count < 1_000
        await asyncio.sleep(0)
    for _ in range(3):
        room.write(signal(count, 10))
        to_all.append(count)
        slow.write(signal(count + 1, 10))
        count += 2
    ada.socket.transport.resume_reading()
    assert await numbers(ada, count - 1) == list(range(count))
    assert await numbers(bob, to_all[-1]) == to_all


async def test_nothing_follows_a_close_frame(service: Service) -> None:
    ada = await service.student()
    await ada.enter()
    room, member = room_of(service), member_of(service, ada)
    member.close(Code.SLOW_CONSUMER)
    room.write(signal(1))
    member.write(signal(2))
    await comes_true(lambda: ada.socket.close_code is not None, "the close frame has come")
    room.write(signal(3))
    assert await ada.closed() == Code.SLOW_CONSUMER
    assert not [f for f in ada.seen if f["type"] == "test"]


async def test_a_connection_that_breaks_hurts_nobody(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    ada, bob = await service.two()
    room, member = room_of(service), member_of(service, ada)
    writer: Any = member.writer
    writer._transport.abort()
    for number in range(3):
        room.write(signal(number))
    socket = writer._transport.get_extra_info("socket")
    await comes_true(lambda: socket.fileno() < 0, "the socket is closed")
    for number in range(3, 30):
        room.write(signal(number))
    assert await numbers(bob, 29) == list(range(30))
    async with asyncio.timeout(PATIENCE):
        while member in service.server.hub.members:
            await bob.beat()
    assert member not in room.live
    assert not caplog.records


async def test_leaving_and_coming_back_is_counted_once(service: Service) -> None:
    ada = await service.student()
    for _ in range(3):
        await ada.enter()
    room, member = room_of(service), member_of(service, ada)
    assert (len(room), len(room.present[ada.user_id].connections)) == (1, 1)
    service.server.hub.leave(member, CHANNEL, at_once=True)
    service.server.hub.leave(member, CHANNEL, at_once=True)
    assert len(room) == 0
    assert ada.user_id not in room.present
    await ada.enter()
    assert len(room_of(service).present[ada.user_id].connections) == 1
