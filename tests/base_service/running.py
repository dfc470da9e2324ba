"""Running the service in a thread, and talking to it from a test."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.base_service.rooms import Frame, Member
from tests.base_service.service import Asked, BaseService
from tests.base_service.variants import Variants
from tests.loop_thread import LoopThread


class Running(LoopThread):
    """A service that runs in another thread."""

    def __init__(self, variants: Variants | None = None, port: int = 0) -> None:
        super().__init__()
        self.variants = variants or Variants()
        self.port = port
        self._service = BaseService(self.variants)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        runner, self.port = await start(self._service, "127.0.0.1", self.port)
        yield
        await runner.cleanup()

    @property
    def url(self) -> str:
        """The address that people pass to `connect`."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[Asked]:
        """All requests so far."""
        return list(self._service.asked)

    def messages(self, channel: str) -> list[Frame]:
        """The messages of a channel, as they are stored."""
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

        self.run(act())

    def tell(self, channel: str, type_: str, data: Any) -> None:
        """The service says something to everybody in a channel."""
        self.run(self._service.rooms.tell(channel, type_, data))

    def people(self, channel: str) -> list[str]:
        """The people in a channel."""
        members = tuple(self._service.rooms.members)
        return [member.user_id for member in members if channel in member.channels]


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
