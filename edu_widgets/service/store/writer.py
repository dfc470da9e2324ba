"""The one thread that writes to SQLite, in groups: one transaction for all waiting jobs.

Nothing is acknowledged that would be lost: if the files are deleted, replaced or damaged under the
running service (`guard`), all writing stops until they are there again.
"""

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.service.store import Committed, admission_triggers, history, runs, schema
from edu_widgets.service.store.guard import Guard, StoreLostError, damaged
from edu_widgets.service.store.history import is_damage
from edu_widgets.service.store.rescue import adopt, rescue

log = logging.getLogger("edu_widgets.service")

GROUP = 256
"""Most jobs that share one transaction, so that the first of them does not wait for long."""

LOOK_AGAIN_S = 5.0
"""Seconds between attempts to write to a lost store, which may be back."""

T = TypeVar("T")

Work = Callable[[sqlite3.Connection], Any]
Deliver = Callable[[list["Job"], frozenset[str]], None]
"""Takes the jobs of a group, and the ids of the people whose admission they may have changed."""


@dataclass(slots=True)
class Job:
    """Work to do in a transaction, with its result or error."""

    work: Work
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Runs jobs in order; delivers each group on the event loop once it is durable."""

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop, deliver: Deliver) -> None:
        self._path = path
        self._loop = loop
        self._deliver = deliver
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._log_tells = False
        self._look_at = 0.0
        self._failed = False
        self._touched: set[str] = set()
        self.problem = ""
        """The reason why nothing is stored any more, for the operator; "" if the store works."""
        schema.check_files(path)
        adopt(path)
        path.touch(mode=0o600)  # SQLite gives its side files the same permissions
        replaced = history.was_replaced(path)
        self._db: sqlite3.Connection | None = schema.connect(path)
        try:
            generation = schema.prepare(self._db, path, replaced=replaced)
            admission_triggers.add(self._db, self._touched.add)
            self.generation = runs.present(self._db)
            self._guard = Guard(path, generation)
        except BaseException:
            self._db.close()
            raise
        self._thread = threading.Thread(target=self._run, name="edu-widgets-store", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], T]) -> asyncio.Future[T]:
        """Queue a job; the future gets its result after the commit."""
        job = Job(work, self._loop.create_future())
        if self._thread.is_alive():
            self._jobs.put(job)
        else:
            job.future.set_exception(unavailable(None))
        return job.future

    def try_(self, db: sqlite3.Connection) -> None:
        """As a job: write something, if the last group could not be written."""
        if self._failed:
            db.execute("UPDATE meta SET value = value WHERE key = 'epoch'")

    def look_closer(self, _db: sqlite3.Connection) -> None:
        """As a job: check the whole file.

        Raises:
            StoreLostError: it is damaged.
        """
        self._guard.check_whole()

    async def close(self) -> None:
        """Run the queued jobs, then end the thread."""
        self._jobs.put(None)
        await self._loop.run_in_executor(None, self._thread.join)

    def _run(self) -> None:
        more = True
        while more:
            jobs, more = self._take()
            if jobs:
                try:
                    self._group(jobs)
                    self._empty_log(jobs)
                except BaseException as error:
                    log.exception("The store failed.")
                    self._fail(jobs, error)
                touched = frozenset(self._touched)
                self._touched.clear()
                with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                    self._loop.call_soon_threadsafe(self._deliver, jobs, touched)
        try:
            if not self.problem:
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
        if self.problem and time.monotonic() < self._look_at:
            self._fail(jobs, None)
            return
        try:
            self._guard.before()
            self._write(jobs)
            self._guard.after()
        except StoreLostError as lost:
            self._lose(lost)
            self._fail(jobs, lost)
        except (sqlite3.Error, OSError) as error:
            if is_damage(error):
                self._lose(damaged(self._path, str(error)))
            else:
                # Disk full, locked by another process, input or output.
                log.warning("The store cannot write: %s", error)
            self._fail(jobs, error)
        else:
            if self.problem:
                log.warning("The store is there again: what is sent is stored.")
            self.problem, self._failed = "", False

    def _write(self, jobs: list[Job]) -> None:
        db = self._connection()
        db.execute("BEGIN IMMEDIATE")
        self._guard.begun(db)
        if len(jobs) == 1:  # as in most of a lesson: the transaction is savepoint enough
            _do(db, jobs[0])
            db.execute("COMMIT" if jobs[0].error is None else "ROLLBACK")
            return
        for job in jobs:
            _attempt(db, job)
        db.execute("COMMIT")

    def _fail(self, jobs: list[Job], error: BaseException | None) -> None:
        """Roll a group back and answer all its jobs with `UNAVAILABLE`, so that clients retry."""
        self._failed = True
        self._rollback()
        for job in jobs:
            job.result, job.error = None, unavailable(error)

    def _lose(self, lost: StoreLostError) -> None:
        """Stop storing until the files are back; log it once."""
        self._look_at = time.monotonic() + LOOK_AGAIN_S
        if self.problem:
            return
        rescued = ""
        if lost.gone and self._db is not None:
            self._rollback()
            rescued = rescue(self._db, self._path)
        self.problem = f"{lost}{rescued}"
        log.error("Nothing is stored any more: %s", self.problem)

    def _empty_log(self, jobs: list[Job]) -> None:
        """After data was destroyed, empty the write-ahead log, which still holds that data."""
        done = (job.result for job in jobs if job.error is None)
        self._log_tells |= any(isinstance(r, Committed) and r.destroyed for r in done)
        if self._log_tells and self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                (busy, *_) = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                self._log_tells = bool(busy)  # a reader prevents it: retry after the next group
                self._guard.written()

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = schema.connect(self._path)
            admission_triggers.add(self._db, self._touched.add)
            self._touched.add("")  # it may be another file
            self._guard.reopened()
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
    """Run one job in a savepoint, so that its failure does not undo the others."""
    db.execute("SAVEPOINT job")
    _do(db, job)
    if job.error is not None:
        db.execute("ROLLBACK TO job")
    db.execute("RELEASE job")


def _do(db: sqlite3.Connection, job: Job) -> None:
    """Run one job and set its result, or its error if it has to be rolled back.

    An error that concerns the whole group is raised.
    """
    try:
        job.result = job.work(db)
    except Refused as error:
        job.error = error
    except (sqlite3.OperationalError, OSError, StoreLostError):
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


def unavailable(error: BaseException | None) -> Refused:
    """Make the refusal for a store that cannot write or read, with its cause."""
    result = refusal(Code.UNAVAILABLE, Code.UNAVAILABLE.meaning)
    result.__cause__ = error
    return result
