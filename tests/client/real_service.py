"""A real service in a thread of this process, for clients that are the thing tested."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edu_widgets.service.server import Options, Server
from tests.waiting import PATIENCE

COURSE = "py101"


@dataclass
class RealService:
    """What a test needs of it."""

    server: Server
    loop: asyncio.AbstractEventLoop

    @property
    def port(self) -> int:
        return self.server.state.port

    @property
    def code(self) -> str:
        return self.server.state.invites[COURSE]

    def invite(self, base: str, more: str = "") -> str:
        return f"{base}/{COURSE}?code={self.code}{more}"

    def call(self, fn: Callable[[], Any]) -> Any:
        """Call something on its loop."""

        async def run() -> Any:
            return fn()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(PATIENCE)


@contextmanager
def real_service(folder: Path, **options: Any) -> Iterator[RealService]:
    """Run one until the block ends."""
    ready, stop = threading.Event(), asyncio.Event()
    found: list[RealService] = []

    async def main() -> None:
        chosen: dict[str, Any] = {"courses": (COURSE,), "data_dir": folder, "port": 0}
        wanted = Options(**(chosen | options))
        async with Server(wanted) as server:
            found.append(RealService(server, asyncio.get_running_loop()))
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(main()), name="service", daemon=True)
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield found[0]
    finally:
        found[0].loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
        assert not thread.is_alive()
