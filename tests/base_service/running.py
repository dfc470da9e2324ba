"""Running the service in a thread, and talking to it from a test."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from aiohttp import web

from tests.base_service.rooms import Frame, Member
from tests.base_service.service import Asked, BaseService
from tests.base_service.variants import Variants
from tests.waiting import PATIENCE

T = TypeVar("T")


class Running:
    """A service that runs in another thread."""

    def __init__(self, service: BaseService, loop: asyncio.AbstractEventLoop, port: int) -> None:
        self.variants = service.variants
        self.port = port
        self._service = service
        self._loop = loop

    @property
    def url(self) -> str:
        """What people pass to `connect`."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[Asked]:
        """All requests so far."""
        return list(self._service.asked)

    def messages(self, channel: str) -> list[Frame]:
        """What was said in a channel, as it is stored."""
        return [dict(message) for message in self._service.rooms.channel(channel).messages]

    def own(self, channel: str) -> list[Frame]:
        """Messages of the platform's own types in a channel, as they came."""
        return list(self._service.rooms.channel(channel).own)

    def say(self, channel: str, user: str, content: str, **more: Any) -> str:
        """Somebody else says something; the message's id."""
        stamp = int(time.time() * 1000)
        id_ = f"{stamp}-{len(self.messages(channel))}"
        data = {"id": id_, "userName": user.capitalize(), "content": content, "timestamp": stamp}
        self.do(channel, user, "chat_message", {**data, "type": "text", **more})
        return str(more.get("id", id_))

    def do(self, channel: str, user: str, type_: str, data: Frame) -> None:
        """Somebody else sends a message of any type."""
        frame = {"type": type_, "channel": channel, "data": data}

        async def nothing(_: str) -> None:
            """They do not listen."""

        async def act() -> None:
            await self._service.rooms.take(Member(user, nothing), json.dumps(frame))

        self._run(act())

    def tell(self, channel: str, type_: str, data: Any) -> None:
        """The service says something to everybody in a channel."""
        self._run(self._service.rooms.tell(channel, type_, data))

    def people(self, channel: str) -> list[str]:
        """Who is in a channel."""
        members = tuple(self._service.rooms.members)
        return [member.user_id for member in members if channel in member.channels]

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE)


async def start(service: BaseService, host: str, port: int) -> tuple[web.AppRunner, int]:
    """Listen; the runner to clean up, and the port."""
    # No log of addresses, which may hold tokens; and whoever goes away is noticed at once.
    runner = web.AppRunner(
        service.application(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
    )
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    return runner, int(runner.addresses[0][1])


@contextmanager
def running(variants: Variants | None = None, port: int = 0) -> Iterator[Running]:
    """A service in a thread, until the block ends."""
    service = BaseService(variants or Variants())
    ready = threading.Event()
    found: list[Running] = []
    stop: list[Callable[[], object]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        runner, taken = await start(service, "127.0.0.1", port)
        found.append(Running(service, loop, taken))
        stop.append(lambda: loop.call_soon_threadsafe(ended.set))
        ready.set()
        await ended.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="base-service", daemon=True)
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield found[0]
    finally:
        stop[0]()
        thread.join(PATIENCE)
        assert not thread.is_alive()
