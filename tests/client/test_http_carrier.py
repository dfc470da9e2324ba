"""What posts carry, and when they are left out: against a service that keeps a post waiting."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import msgspec
import pytest
from aiohttp import web

from edu_widgets.client.transport.base import Target, TransportFailed
from edu_widgets.client.transport.events import EventsTransport
from edu_widgets.client.transport.selection import ServiceSelection, TransportSettings
from edu_widgets.protocol import HEADER, carriers, encode
from tests.waiting import PATIENCE


@dataclass
class SlowService:
    """Takes posts one by one, each when it is let through; ends its stream on demand."""

    posts: list[list[str]] = field(default_factory=list)
    """By post: the types of its frames."""
    came: asyncio.Event = field(default_factory=asyncio.Event)
    let: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def events(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", carriers.CONNECTION: "c1", HEADER: "1"}
        )
        await answer.prepare(request)
        await answer.write(b'event: connection\ndata: {"id":"c1"}\n\n')
        await self.over.wait()
        return answer

    async def messages(self, request: web.Request) -> web.Response:
        self.posts.append([frame["type"] for frame in msgspec.json.decode(await request.read())])
        self.came.set()
        await self.let.wait()
        return web.Response(status=204, headers={HEADER: "1"})


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[SlowService, EventsTransport]]:
    service, app = SlowService(), web.Application()
    app.router.add_get(carriers.EVENTS, service.events)
    app.router.add_post(carriers.MESSAGES, service.messages)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    target = Target(f"ws://127.0.0.1:{port}{carriers.WEBSOCKET}", "ada", lambda: "token")
    ticks = count()
    selection = ServiceSelection(lambda: target, TransportSettings(), lambda: next(ticks))
    transport = EventsTransport(selection)
    try:
        async with asyncio.timeout(PATIENCE):
            await transport.open()
            yield service, transport
    finally:
        service.let.set()
        service.over.set()
        await transport.close(1000, "")
        await runner.cleanup()


def said(type_: str) -> list[bytes]:
    return [encode(type_, "course:py101", {}, timestamp=1, message_id=type_, user_id="ada")]


async def test_what_comes_while_a_post_is_on_its_way_goes_together_with_the_next() -> None:
    async with connected() as (service, transport):
        sends = [asyncio.create_task(transport.send(said("one")))]
        await service.came.wait()
        sends += [asyncio.create_task(transport.send(said(name))) for name in ("two", "three")]
        await asyncio.sleep(0)
        assert not any(send.done() for send in sends)
        service.let.set()
        await asyncio.gather(*sends)
        assert service.posts == [["one"], ["two", "three"]]


async def test_a_stream_that_was_cut_gets_no_goodbye() -> None:
    async with connected() as (service, transport):
        service.let.set()
        service.over.set()
        with pytest.raises(TransportFailed):
            await transport.read(lambda _: None, lambda: None)
        await transport.close(1000, "")
        assert ["bye"] not in service.posts


async def test_a_stream_that_is_left_gets_a_goodbye() -> None:
    async with connected() as (service, transport):
        service.let.set()
        await transport.close(1000, "")
        assert service.posts == [["bye"]]
