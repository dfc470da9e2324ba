"""A server on an event loop in a thread of its own, for tests whose own thread waits for it."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.waiting import PATIENCE

T = TypeVar("T")


class LoopThread(ABC):
    """Serves from the beginning of a `with` block to its end. Any thread may call its methods."""

    loop: asyncio.AbstractEventLoop

    def __init__(self) -> None:
        self._began: Future[None] = Future()
        self._ended: asyncio.Event
        name = type(self).__name__
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    @abstractmethod
    def serving(self) -> AbstractAsyncContextManager[object]:
        """Return the server, which is entered and left on the loop."""

    def __enter__(self) -> Self:
        self._thread.start()
        self._began.result(PATIENCE)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    def call(self, fn: Callable[..., T], *args: object) -> T:
        """Call a function on the loop and return its result."""

        async def call() -> T:
            return fn(*args)

        return self.run(call())

    def _work(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self.loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        try:
            async with self.serving():
                self._began.set_result(None)
                await self._ended.wait()
        except BaseException as error:
            if self._began.done():
                raise
            self._began.set_exception(error)
