"""The one thread that writes to SQLite, in groups: one transaction for all that is waiting."""

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.service.store import Committed, history, schema

log = logging.getLogger("edu_widgets.service")

GROUP = 256
"""Jobs that share one transaction at most, so that the first of them is not kept waiting."""

Work = Callable[[sqlite3.Connection], Any]
Deliver = Callable[[list["Job"]], None]


@dataclass(slots=True)
class Job:
    """Something to do in a transaction, and what came of it."""

    work: Work
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Runs jobs in order; hands each group back on the event loop once it is durable."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop, deliver: Deliver) -> None:
        self._path = path
        self._loop = loop
        self._deliver = deliver
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._log_tells = False
        path.touch(mode=0o600)  # SQLite gives its side files the same permissions
        replaced = history.was_replaced(path)
        self._db: sqlite3.Connection | None = schema.connect(path)
        try:
            schema.prepare(self._db, path, replaced=replaced)
        except BaseException:
            self._db.close()
            raise
        self._thread = threading.Thread(target=self._run, name="edu-widgets-store", daemon=True)
        self._thread.start()

    def submit(self, work: Work) -> asyncio.Future[Any]:
        """Queue a job; the future gets its result after the commit."""
        job = Job(work, self._loop.create_future())
        self._jobs.put(job)
        return job.future

    async def close(self) -> None:
        """Do what is queued, then end the thread."""
        self._jobs.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _run(self) -> None:
        more = True
        while more:
            jobs, more = self._take()
            if jobs:
                self._group(jobs)
                self._empty_log(jobs)
                with contextlib.suppress(RuntimeError):  # the loop is gone: nobody waits
                    self._loop.call_soon_threadsafe(self._deliver, jobs)
        try:
            history.end(self._connection(), self._path)
        except (sqlite3.Error, OSError) as error:
            log.warning("The store was not ended in order: %s", error)
        self._drop()

    def _take(self) -> tuple[list[Job], bool]:
        job = self._jobs.get()
        jobs: list[Job] = []
        with contextlib.suppress(queue.Empty):
            while job is not None:
                jobs.append(job)
                if len(jobs) == GROUP:
                    return jobs, True
                job = self._jobs.get_nowait()
            return jobs, False
        return jobs, True

    def _group(self, jobs: list[Job]) -> None:
        try:
            db = self._connection()
            db.execute("BEGIN IMMEDIATE")
            if len(jobs) == 1:  # as in most of a lesson: the transaction is savepoint enough
                _do(db, jobs[0])
                db.execute("COMMIT" if jobs[0].error is None else "ROLLBACK")
                return
            for job in jobs:
                _attempt(db, job)
            db.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            # Disk full, locked by another process, input or output: nothing of the group is
            # stored, and everybody is told to come again.
            log.warning("The store cannot write: %s", error)
            self._rollback()
            for job in jobs:
                job.result = None
                job.error = unavailable(error)

    def _empty_log(self, jobs: list[Job]) -> None:
        """Once something was destroyed, empty the write-ahead log, which still holds it."""
        done = (job.result for job in jobs if job.error is None)
        self._log_tells |= any(isinstance(r, Committed) and r.destroyed for r in done)
        if self._log_tells and self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                (busy, *_) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                self._log_tells = bool(busy)  # somebody reads it: after the next group

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = schema.connect(self._path)
        return self._db

    def _rollback(self) -> None:
        try:
            if self._db is not None and self._db.in_transaction:
                self._db.execute("ROLLBACK")
        except sqlite3.Error:
            self._drop()

    def _drop(self) -> None:
        if self._db is not None:
            self._db.close()
        self._db = None


def _attempt(db: sqlite3.Connection, job: Job) -> None:
    """Do one job in a savepoint, so that its failure does not take the others with it."""
    db.execute("SAVEPOINT job")
    _do(db, job)
    if job.error is not None:
        db.execute("ROLLBACK TO job")
    db.execute("RELEASE job")


def _do(db: sqlite3.Connection, job: Job) -> None:
    """Do one job; what has to be undone then has an error. Raises what ends the whole group."""
    try:
        job.result = job.work(db)
    except Refused as error:
        job.error = error
    except (sqlite3.OperationalError, OSError):
        raise
    except sqlite3.DatabaseError as error:
        if not isinstance(error, (sqlite3.IntegrityError, sqlite3.DataError)):
            raise
        job.error = _bug(error)
    except Exception as error:  # noqa: BLE001 - a feature's bug must not end the others' commands
        job.error = _bug(error)


def _bug(error: Exception) -> Refused:
    log.error("A rule failed.", exc_info=error)
    return refusal(Code.INTERNAL, Code.INTERNAL.meaning)


def unavailable(error: Exception) -> Refused:
    """What a client is told when the store cannot write or read."""
    result = refusal(Code.UNAVAILABLE, Code.UNAVAILABLE.meaning)
    result.__cause__ = error
    return result
