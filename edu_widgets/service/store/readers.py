"""Reading a store's file beside its writer: a few threads, each with a connection of its own."""

import asyncio
import contextlib
import queue
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from edu_widgets.protocol import Document
from edu_widgets.service.store import MAX_SEARCHED, Matches, Searched, reads, schema
from edu_widgets.service.store.history import is_damage
from edu_widgets.service.store.writer import Writer, unavailable

T = TypeVar("T")

READERS = 2
"""Threads that read."""

SEARCH_S = 2.0
"""Seconds of reading after which a search ends where it is; waiting for its turn is not counted."""

SEARCHED_AT_ONCE = 250
"""Documents that a search examines before other searches get their turn."""


class Readers:
    """The threads that read a store's file. Used on one event loop."""

    def __init__(self, path: Path, writer: Writer) -> None:
        """Make the threads; a connection is opened when it is needed first.

        Args:
            path: The store's file.
            writer: Stops once the file is found to be damaged, and nothing is read from then on.
        """
        self._path = path
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="edu-widgets-reader")
        self._searching = asyncio.Semaphore(1)

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` reads, on one of the threads.

        Raises:
            Refused: `UNAVAILABLE`: the store works no more, or its file cannot be read.
        """
        if self._writer.problem:
            raise unavailable(None)

        def run() -> T:
            with self._connection() as db:
                return work(db)

        try:
            return await self._loop.run_in_executor(self._threads, run)
        except (sqlite3.Error, OSError) as error:
            if is_damage(error):
                looked = self._writer.submit(self._writer.look_closer)
                looked.add_done_callback(lambda it: it.cancelled() or it.exception())
            raise unavailable(error) from error

    async def rows(self, sql: str, *values: object) -> list[Any]:
        """Return the rows of a query.

        Args:
            sql: The query, with a `?` for each value.
            values: The values.

        Raises:
            Refused: as `run`.
        """
        return await self.run(lambda db: db.execute(sql, values).fetchall())

    async def search(
        self, channel: str, kind: str, matches: Matches, before: int | None, limit: int
    ) -> Searched:
        """Search a channel; see `edu_widgets.service.store.Store.search`.

        Raises:
            Refused: as `run`.
        """
        found: list[Document] = []
        floor, more = before, True
        spent = 0.0
        for _ in range(0, MAX_SEARCHED, SEARCHED_AT_ONCE):
            # Part by part, so that the searches of several people take turns.
            async with self._searching:
                begin = self._loop.time()
                part = await self.run(
                    partial(
                        reads.search,
                        channel=channel,
                        kind=kind,
                        before=floor,
                        count=SEARCHED_AT_ONCE,
                        matches=matches,
                        limit=limit - len(found),
                    )
                )
                spent += self._loop.time() - begin
            found += part.docs
            floor, more = part.floor, part.more
            if not more or len(found) >= limit or spent >= SEARCH_S:
                break
        return Searched(tuple(found), floor or 0, more)

    async def close(self) -> None:
        """End the threads and close their connections."""
        await self._loop.run_in_executor(None, self._threads.shutdown)
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    @contextlib.contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            db = self._idle.get_nowait()
        except queue.Empty:
            db = schema.connect(self._path, read_only=True)
        try:
            yield db
        except BaseException:
            db.close()
            raise
        self._idle.put(db)
