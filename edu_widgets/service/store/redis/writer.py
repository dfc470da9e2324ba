"""The one thread of a process that talks to Redis and writes to the mirror.

Commands go to Redis in groups, one script each. A rule runs against the mirror; if somebody else
was faster, the log's new entries are applied and it runs again. After some such failures this
process takes the course's lock, which makes all others wait.
"""

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from edu_widgets.service.rules import Request, Rule
from edu_widgets.service.store import runs
from edu_widgets.service.store.redis.execution import Execution
from edu_widgets.service.store.redis.link import Link, LinkError
from edu_widgets.service.store.redis.replica import LOOK_S, Replica
from edu_widgets.service.store.redis.sealing import PollKeys
from edu_widgets.service.store.redis.tasks import Heard, News, Task, Work
from edu_widgets.service.store.writer import GROUP, unavailable

log = logging.getLogger("edu_widgets.service")

PROBLEM_S = 5.0
"""Seconds without Redis after which the service ends its connections; until then it only refuses
to store, and reads from the mirror."""


class RedisWriter:
    """Runs tasks in order; tells the event loop of each group once Redis has acknowledged it."""

    def __init__(
        self,
        link: Link,
        path: Path,
        ballots: PollKeys,
        loop: asyncio.AbstractEventLoop,
        deliver: Callable[[News], None],
    ) -> None:
        """Load everything from Redis.

        Raises:
            LinkError: it cannot be read.
            sqlite3.Error, OSError: the mirror cannot be written.
        """
        self._loop = loop
        self._deliver = deliver
        self._queue: queue.SimpleQueue[Task | Heard | None] = queue.SimpleQueue()
        self._lost_since = 0.0
        self.others: list[Callable[[bytes], None]] = []
        """Called on the event loop with what processes tell each other …"""
        self.own: list[Callable[[bytes], None]] = []
        """… and with what one of them tells this one alone."""
        self.problem = ""
        """The reason why nothing is stored any more, for the operator; "" if the store works."""
        self._replica = Replica(link, path, ballots)
        self._execution = Execution(self._replica)
        try:
            self._replica.begin()
        except BaseException:
            self._replica.close()
            raise
        self.generation = runs.present(self._replica.mirror.db)
        self._thread = threading.Thread(target=self._run, name="edu-widgets-store", daemon=True)
        self._thread.start()

    # -- called on the event loop -----------------------------------------------------------

    def commit(self, request: Request[Any], rule: Rule) -> asyncio.Future[Any]:
        """Queue a command."""
        return self._put(Task(self._loop.create_future(), request=request, rule=rule))

    def submit(self, work: Work) -> asyncio.Future[Any]:
        """Queue a change of any rows; it is run in a transaction of the mirror."""
        return self._put(Task(self._loop.create_future(), work=work))

    def ask(self, ask: Callable[[], Any]) -> asyncio.Future[Any]:
        """Queue something that is done with the connection."""
        return self._put(Task(self._loop.create_future(), ask=ask))

    def heard(self, channel: str, entry: bytes) -> None:
        """Take a published entry; may be called in any thread."""
        last = channel.rpartition("}:")[2]
        if last != "log":
            with contextlib.suppress(RuntimeError):  # the loop is closed
                for tell in self.others if last == "others" else self.own:
                    self._loop.call_soon_threadsafe(tell, entry)
        else:
            self._queue.put(Heard(channel.partition("{")[2].partition("}")[0], entry))

    def missed(self) -> None:
        """Note that entries may have been missed; may be called in any thread."""
        self._queue.put(Heard())

    @property
    def patterns(self) -> Sequence[str]:
        """The channels in which processes publish, and this process's own."""
        key, own = self._replica.key, self._replica.own_channel
        return key("*", "log"), key("*", "others"), own(self._replica.leases.origin)

    async def close(self) -> None:
        """Run the queued tasks, then end the thread."""
        self._queue.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _put(self, task: Task) -> asyncio.Future[Any]:
        if self._thread.is_alive():
            self._queue.put(task)
        else:
            task.future.set_exception(unavailable(None))
        return task.future

    def look_closer(self, _db: sqlite3.Connection) -> None:
        """Load everything again: the mirror's file is damaged."""
        self._replica.doubt()

    @property
    def replica(self) -> Replica:
        """For what is done in `ask`."""
        return self._replica

    # -- the thread --------------------------------------------------------------------------

    def _run(self) -> None:
        more = True
        while more:
            tasks, heard, more = self._take()
            try:
                self._replica.link.ready()
                self._replica.listen(heard)
                self._execution.run(tasks)
                if self.problem:
                    log.warning("Redis is there again: what is sent is stored.")
                self.problem, self._lost_since = "", 0.0
            except LinkError as error:
                self._lose(tasks, error)
            except BaseException as error:
                log.exception("The store failed.")
                self._lose(tasks, error)
            self._tell(tasks)
        self._replica.close()

    def _take(self) -> tuple[list[Task], list[Heard], bool]:
        tasks: list[Task] = []
        heard: list[Heard] = []
        with contextlib.suppress(queue.Empty):
            item = self._queue.get(timeout=LOOK_S)
            while item is not None:
                if isinstance(item, Task):
                    tasks.append(item)
                else:
                    heard.append(item)
                if len(tasks) + len(heard) >= GROUP:
                    return tasks, heard, True
                item = self._queue.get_nowait()
            return tasks, heard, False
        return tasks, heard, True

    def _tell(self, tasks: list[Task]) -> None:
        news, self._replica.news = self._replica.news, News()
        news.tasks = tasks
        if any(commit.destroyed for commit in news.commits):
            with contextlib.suppress(sqlite3.Error):  # the mirror's log holds it as well
                self._replica.mirror.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not (news.commits or news.tasks or news.touched):
            return
        news.generation = runs.present(self._replica.mirror.db)
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._deliver, news)

    def _lose(self, tasks: list[Task], error: BaseException) -> None:
        if self._replica.mirror.db.in_transaction:
            self._replica.mirror.db.execute("ROLLBACK")
        self._replica.locks.clear()
        for task in tasks:
            if task.result is None and task.error is None and not task.done:
                task.error = unavailable(error)
        now = time.monotonic()
        self._lost_since = self._lost_since or now
        if not isinstance(error, LinkError):
            self._replica.doubt()
        elif not self.problem and now - self._lost_since > PROBLEM_S:
            self.problem = str(error)
            log.error("Nothing is stored any more: %s", error)
        self._replica.link.drop()
        time.sleep(0.05)  # not as fast as it fails
