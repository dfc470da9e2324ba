"""Commands and changes: run against the mirror, sent to Redis, run again if others were faster."""

import logging
import random
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from redis.exceptions import ResponseError

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.service.checks import removed
from edu_widgets.service.rules import NOBODY, Request
from edu_widgets.service.store import Committed, admission, writes
from edu_widgets.service.store.reads import head
from edu_widgets.service.store.redis.mirror import GLOBAL, committed
from edu_widgets.service.store.redis.plans import Plan, planned
from edu_widgets.service.store.redis.replica import (
    AGAIN,
    BUSY,
    ERA,
    KIND,
    OK,
    PATIENCE_S,
    Replica,
    attempting,
)
from edu_widgets.service.store.redis.sealing import KeyGoneError
from edu_widgets.service.store.redis.tasks import Task, Work
from edu_widgets.service.store.writer import unavailable
from edu_widgets.service.timers import Due

log = logging.getLogger("edu_widgets.service")

TRIES = 5
"""Attempts in which others may be faster before a command takes its course's lock."""

AHEAD = 32
"""Commands that are sent while the rules of more are run."""


class Execution:
    """Runs tasks in order."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica

    # -- tasks -------------------------------------------------------------------------------

    def run(self, tasks: list[Task]) -> None:
        """Run tasks; each has its result or error afterwards.

        Raises:
            LinkError: Redis does not answer.
        """
        for course in {task.request.course for task in tasks if task.request is not None}:
            self._replica.introduce(course)
        waiting = deque(tasks)
        while waiting:
            task = waiting.popleft()
            if task.ask is not None:
                self._asked(task, task.ask)
            elif task.work is not None:
                self._change(task)
            else:
                waiting.appendleft(task)
                self._commands(waiting)

    def _asked(self, task: Task, ask: Callable[[], Any]) -> None:
        try:
            task.result = (ask(),)
        except ResponseError as error:
            task.error = unavailable(error)

    def _commands(self, waiting: deque[Task]) -> None:
        """Run commands up to the first that depends on another of them, and send them.

        Redis works on the first of them while the rules of the others run.
        """
        group: list[tuple[Task, Plan]] = []
        sent = 0
        doubtful: list[Task] = []
        written: set[str] = set()
        raised: set[str] = set()
        first: Task | None = None
        while waiting and waiting[0].request is not None and first is None:
            task = waiting.popleft()
            plan = self._planned(task)
            if task.error is not None or task.result is not None:
                doubtful.append(task)
            elif plan is None:
                first = task
            elif plan.depends_on(written, raised):
                waiting.appendleft(task)
                break
            else:
                group.append((task, plan))
                written |= plan.written
                raised |= plan.raised
            if len(group) - sent >= AHEAD:
                self._send(group[sent:])
                sent = len(group)
        self._send(group[sent:])
        again = self._answered(group)
        for task in reversed(self._doubted(doubtful) + again):
            self._once_more(task, waiting)
        if first is not None:
            self._change(first)

    def _planned(self, task: Task) -> Plan | None:
        """Run a command's rule; `None` if it is answered, or has to be written by `_change`."""
        request, rule, db = task.request, task.rule, self._replica.mirror.db
        assert request is not None  # noqa: S101 - it is a command
        assert rule is not None  # noqa: S101
        plan: Plan | None = None
        with _failures_of(task):
            if earlier := writes.earlier(db, request):
                task.result = earlier
                return None
            self._check_sender(task, request)
            plan = planned(
                db,
                request,
                lambda asked: self._replica.ballots.sealed(rule(asked)),
                lambda: writes.check_limit(db, replace(request, across=True)),
            )
        if plan and not (plan.decision.writes or plan.decision.reply):
            task.result = Committed(head(db, request.channel)[1], urgent=plan.decision.urgent)
        return plan

    def _check_sender(self, task: Task, request: Request[Any]) -> None:
        """Check that a person is still in the course, and what they were when they sent a command.

        Raises:
            Refused: `REMOVED`; `UNAVAILABLE` until their connection knows their new role, and for
                timers of a course that another process leads.
        """
        if _is_timer(request) and request.course not in self._replica.leases.fences:
            raise unavailable(None)
        if request.user is NOBODY:
            return
        db, course, user = self._replica.mirror.db, request.course, request.user
        if admission.is_removed(db, course, user.id):
            raise removed(course)
        if task.tries:
            row = db.execute(
                "SELECT role FROM members WHERE course = ? AND user = ?", (course, user.id)
            ).fetchone()
            if row is not None and row[0] != user.role:
                raise unavailable(None)

    def _doubted(self, tasks: list[Task]) -> list[Task]:
        """Return the tasks whose answers came from a mirror that lacked something."""
        if not tasks:
            return []
        courses = {task.request.course for task in tasks if task.request is not None}
        behind = {course for course in courses if self._replica.sync(course)}
        again = [
            task
            for task in tasks
            if task.request is not None and task.request.course in behind and task.tries < TRIES
        ]
        for task in again:
            task.result = task.error = None
            task.tries += 1
        return again

    def _send(self, group: list[tuple[Task, Plan]]) -> None:
        """Send commands to Redis, whose answers `_answered` reads."""
        calls = []
        epochs: dict[str, str] = {}
        for task, plan in group:
            request = plan.request
            fence = self._replica.leases.fences.get(request.course, 0) if _is_timer(request) else 0
            terms = self._replica.terms(request.course, fence)
            if request.channel not in epochs:
                epochs[request.channel] = self._replica.mirror.epoch(request.channel)
            packed = plan.packed(terms, epochs[request.channel], request.fingerprint)
            calls.append(self._replica.script("commit", request.course, "leader", packed))
            task.result = None
        if calls:
            self._replica.link.send(calls)

    def _answered(self, group: list[tuple[Task, Plan]]) -> list[Task]:
        """Read what Redis answers to commands; returns those that have to be run again."""
        if not group:
            return []
        again: list[Task] = []
        accepted: list[Task] = []
        entries: list[tuple[str, bytes]] = []
        busy = False
        for (task, plan), answer in zip(group, self._replica.link.answers(len(group)), strict=True):
            verdict = self._replica.verdict(answer)
            if verdict == OK:
                accepted.append(task)
                entries.append((plan.request.course, answer[1]))
            elif verdict == KIND:
                task.error = refusal(Code.ID_CONFLICT, Code.ID_CONFLICT.meaning)
            elif verdict in (AGAIN, BUSY, ERA):
                busy |= verdict == BUSY
                task.tries += verdict != BUSY
                again.append(task)
            else:
                task.error = unavailable(None)
        holes: set[str] = set()
        applied = self._replica.apply_each(entries)
        for task, (course, entry), done in zip(accepted, entries, applied, strict=True):
            task.result = (done and done.commit) or committed(entry)
            if done is None:
                holes.add(course)
        for course in holes | {t.request.course for t in again if t.request is not None}:
            self._replica.sync(course)
        if busy:
            time.sleep(random.uniform(0.001, 0.004))  # noqa: S311 - no secret
        return again

    def _once_more(self, task: Task, waiting: deque[Task]) -> None:
        """Run a command again: at once, or after a while if another process has the lock."""
        assert task.request is not None  # noqa: S101 - it is a command
        course = task.request.course
        if time.monotonic() - task.since > PATIENCE_S:
            task.error = unavailable(None)
            return
        if task.tries >= TRIES and course not in self._replica.locks:
            self._replica.lock(course)
            try:
                alone = deque([task])
                while alone:
                    self._commands(alone)
            finally:
                self._replica.unlock(course)
            return
        waiting.appendleft(task)

    def _change(self, task: Task) -> None:
        """Run a change of any rows until nobody else was faster, and set its result or error."""
        locked: set[str] = set()
        try:
            for number in range(4 * TRIES):
                slow = self._try_change(task)
                if slow is None:
                    return
                if number >= TRIES and slow not in locked:
                    self._replica.lock(slow)
                    locked.add(slow)
            task.error = unavailable(None)
        finally:
            for course in locked:
                self._replica.unlock(course)

    def _try_change(self, task: Task) -> str | None:
        """Run a change once; returns the course in which somebody else was faster."""
        db = self._replica.mirror.db
        with (
            attempting(db) as attempt,
            self._replica.mirror.noting() as found,
            _failures_of(task),
        ):
            task.result = self._work_of(task)(db)
        if task.error is not None or not found:
            attempt.end(kept=task.error is None)
            return self._unchanged(task)
        sent: list[str] = []
        for course in sorted(found, key=lambda name: name != GLOBAL):
            answer = self._replica.replace(course, found[course], task.result)
            if answer != OK:
                attempt.end(kept=False)
                return self._slow(task, [*sent, course], answer)
            sent.append(course)
        attempt.end(kept=True)
        task.done = True
        for course in sent:
            self._replica.mirror.applied[course] = self._replica.mirror.applied.get(course, 0) + 1
            for vault in found[course].vaults:
                self._shred(vault)
            if found[course].stored.blobs:
                db.execute("UPDATE blobs SET data = x'' WHERE data != x''")
        if isinstance(task.result, Committed):
            self._replica.news.commits.append(task.result)
        return None

    def _unchanged(self, task: Task) -> str | None:
        """Accept what changes nothing, or is refused, if the mirror lacks nothing."""
        task.done = task.error is None
        if not (task.done or isinstance(task.error, Refused)) or task.tries >= TRIES:
            return None
        if not self._replica.sync_all():
            return None
        task.tries += 1
        task.result, task.error, task.done = None, None, False
        return GLOBAL

    def _slow(self, task: Task, courses: list[str], answer: bytes) -> str | None:
        """Catch up with those who were faster; returns the course in which they were."""
        task.result = None
        for course in courses:
            self._replica.sync(course)
        if answer not in (AGAIN, BUSY, ERA):
            task.error = unavailable(None)
            return None
        if answer == BUSY:
            time.sleep(random.uniform(0.002, 0.01))  # noqa: S311 - no secret
        return courses[-1]

    def _work_of(self, task: Task) -> Work:
        if task.work is not None:
            return task.work
        request, rule = task.request, task.rule
        assert request is not None  # noqa: S101 - it is a command
        assert rule is not None  # noqa: S101
        counted = replace(request, across=bool(request.counted))
        return lambda db: writes.commit(
            db, counted, lambda r: self._replica.ballots.sealed(rule(r))
        )

    def _shred(self, vault: str) -> None:
        try:
            self._replica.ballots.shred(vault)
        except OSError:
            log.exception("The key of a poll's ballots could not be deleted.")


@contextmanager
def _failures_of(task: Task) -> Iterator[None]:
    """Set a task's error to what its rule or its change raises; the mirror's own errors pass."""
    try:
        yield
    except Refused as error:
        task.error = error
    except sqlite3.OperationalError:
        raise
    except KeyGoneError:
        task.error = refusal(Code.TOO_LATE, "The ballots of this poll are destroyed.")
    except Exception as error:  # noqa: BLE001 - a feature's bug must not end others' commands
        task.error = _bug(error)


def _is_timer(request: Request[Any]) -> bool:
    """Return whether a timer asks for something, which only a course's leader may store."""
    return request.user is NOBODY and isinstance(request.data, Due)


def _bug(error: Exception) -> Refused:
    log.error("A rule failed.", exc_info=error)
    return refusal(Code.INTERNAL, Code.INTERNAL.meaning)
