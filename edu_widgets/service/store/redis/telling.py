"""Messages between processes that are not stored, by a thread with a connection of its own.

It does not wait behind commits, and nothing that it publishes is kept.
"""

import asyncio
import contextlib
import queue
import threading

from redis.exceptions import RedisError

from edu_widgets.service.store.redis.link import Link, LinkError
from edu_widgets.service.store.writer import GROUP, unavailable


class Telling:
    """Publishes in order, as many at once as are waiting."""

    def __init__(self, link: Link, loop: asyncio.AbstractEventLoop) -> None:
        self._link = link
        self._loop = loop
        self._queue: queue.SimpleQueue[tuple[str, bytes, asyncio.Future[int]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._run, name="edu-widgets-telling", daemon=True)
        self._thread.start()

    async def publish(self, channel: str, news: bytes) -> int:
        """Return how many processes listen, once they were told.

        Raises:
            Refused: `UNAVAILABLE`: Redis does not answer, or this store is closed.
        """
        told: asyncio.Future[int] = self._loop.create_future()
        if not self._thread.is_alive():
            raise unavailable(None)
        self._queue.put((channel, news, told))
        return await told

    async def close(self) -> None:
        """Publish what waits, and end the thread."""
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _run(self) -> None:
        more = True
        while more:
            waiting, more = self._take()
            if not waiting:
                continue
            answers: list[object]
            try:
                answers = self._link.calls([["PUBLISH", name, news] for name, news, _ in waiting])
            except (LinkError, RedisError) as error:
                answers = [error] * len(waiting)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                futures = [told for _, _, told in waiting]
                self._loop.call_soon_threadsafe(_settle, futures, answers)
        self._link.drop()

    def _take(self) -> tuple[list[tuple[str, bytes, asyncio.Future[int]]], bool]:
        taken: list[tuple[str, bytes, asyncio.Future[int]]] = []
        item = self._queue.get()
        while item is not None:
            taken.append(item)
            if len(taken) >= GROUP or self._queue.empty():
                return taken, True
            item = self._queue.get()
        return taken, False


def _settle(futures: list[asyncio.Future[int]], answers: list[object]) -> None:
    for told, answer in zip(futures, answers, strict=True):
        if told.done():
            continue
        if isinstance(answer, int):
            told.set_result(answer)
        else:
            told.set_exception(unavailable(answer if isinstance(answer, Exception) else None))
