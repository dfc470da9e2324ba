"""A process's part of what all have in common: its mirror of each course, kept current.

Used by the writer's thread alone. A course's *history* is named by the run of Redis in which it was
looked at last: after another start of Redis, which may have gone back to an older state, it gets
another name and its channels new epochs.
"""

import contextlib
import logging
import random
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from redis.exceptions import ResponseError

from edu_widgets.service.store import Committed, runs
from edu_widgets.service.store.history import new_epoch, transaction
from edu_widgets.service.store.redis.leases import Leases, key_of
from edu_widgets.service.store.redis.link import Link, LinkError
from edu_widgets.service.store.redis.mirror import GLOBAL, Applied, Change, Mirror, Snapshot
from edu_widgets.service.store.redis.plans import Terms
from edu_widgets.service.store.redis.sealing import PollKeys
from edu_widgets.service.store.redis.tasks import Heard, News, Work

log = logging.getLogger("edu_widgets.service")

LOOK_S = 0.5
"""Seconds after which a thread asks whether it has missed something."""

LOCK_MS = 3_000
"""Milliseconds after which a lock ends by itself, as when its holder has died."""

PATIENCE_S = 4.0
"""Seconds for which a command waits for another process's lock."""

UNKNOWN = "?"
"""The history of a mirror that may be wrong: it is loaded again."""

OK, AGAIN, BUSY, ERA, KIND = b"OK", b"AGAIN", b"BUSY", b"ERA", b"KIND"
"""The answers of the scripts."""

_PAGE = 500


class Replica:
    """The mirror, and the scripts that change Redis on the terms of what the mirror knows."""

    def __init__(self, link: Link, path: Path, ballots: PollKeys) -> None:
        """Make the mirror; `begin` loads it.

        Raises:
            sqlite3.Error, OSError: it cannot be written.
        """
        self.link = link
        self.ballots = ballots
        self.leases = Leases(link)
        self.news = News()
        self.locks: dict[str, str] = {}
        """By course: the token with which this process holds its lock."""
        self._looked = 0.0
        self.mirror = Mirror(path, self._touched)

    def _touched(self, user_id: str) -> None:
        self.news.touched.add(user_id)

    def close(self) -> None:
        """End this process's lease, its mirror and its connection."""
        self.leases.end()
        self.mirror.close()
        self.link.drop()

    def key(self, course: str, name: str) -> str:
        """Return the name of a key of a course."""
        return key_of(self.link, course, name)

    def write_something(self) -> None:
        """Check that Redis takes writes.

        Raises:
            LinkError, ResponseError: it does not.
        """
        self.link.call("SET", self.key(GLOBAL, "check"), "1")

    def own_channel(self, process: str) -> str:
        """Return the name of the channel in which one process is told something."""
        return self.key(GLOBAL, f"to:{process}")

    def blob(self, course: str, hash_: str) -> bytes | None:
        """Return a picture's bytes."""
        found = self.link.call("HGET", self.key(course, "blobs"), hash_)
        return None if found is None else bytes(found)

    def doubt(self) -> None:
        """Load every course again at the next look: the mirror may be wrong."""
        for course in self.mirror.eras:
            self.mirror.eras[course] = UNKNOWN

    # -- keeping the mirror current ------------------------------------------------------------

    def begin(self) -> None:
        """Load all courses; make what belongs to none, if this is the first start."""
        self.link.ready()
        for course in {GLOBAL, *self.stored_courses()}:
            self.load(course)
        self.check_histories()
        first = self.leases.is_first()
        if self.mirror.applied.get(GLOBAL) and first:
            self._new_start({})
        self._look_for_service()
        vaults = self.mirror.db.execute("SELECT name FROM channels WHERE name GLOB 'vault:*'")
        self.ballots.tidy([name for (name,) in vaults])

    def _look_for_service(self) -> None:
        """Make what belongs to no course, if this Redis has nothing of it."""
        if not self.mirror.applied.get(GLOBAL):
            fresh = {"epoch": new_epoch(), "service": secrets.token_hex(16)}
            self._new_start(fresh | {"digests": secrets.token_hex(32)})

    def _new_start(self, meta: dict[str, str]) -> None:
        """Note a start of the service, that is of its first process, with a new signing key."""

        def make(db: sqlite3.Connection) -> None:
            values = (meta | {"key": secrets.token_hex(32)}).items()
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values)
            runs.note(db, secrets.token_hex(8))

        while self.rewrite(GLOBAL, make) != OK:
            self.sync(GLOBAL)
            if "service" in meta and self.mirror.applied.get(GLOBAL):
                return  # another process has made it

    def stored_courses(self) -> set[str]:
        """Return the courses that Redis has."""
        return {name.decode() for name in self.link.call("SMEMBERS", self.key(GLOBAL, "courses"))}

    def load(self, course: str) -> None:
        """Replace all that the mirror has of a course by what Redis has.

        Raises:
            LinkError: it cannot be read.
        """
        parts = [self.key(course, name) for name in ("state", "documents", "rows")]
        answers = self.link.calls([["MULTI"], *(["HGETALL", key] for key in parts), ["EXEC"]])
        found = answers[-1]
        if isinstance(found, ResponseError):
            raise LinkError(str(found))
        self.mirror.load(course, Snapshot(*map(_pairs, found)))

    def _reload(self, course: str, *, anew: bool = False) -> None:
        """Load a course again, and tell the event loop what clients lack.

        Args:
            course: The course.
            anew: True to begin a new history of it.
        """
        before = self.mirror.heads(course)
        self.load(course)
        if anew and self.mirror.applied[course]:
            self._renew(course)
        if course == GLOBAL:
            self._look_for_service()
        self.news.touched.add("")
        if before:
            self.news.commits.append(self.mirror.lacking(course, before))

    def sync(self, course: str) -> bool:
        """Apply what the mirror lacks of a course; returns whether there was something."""
        state = self.link.call("HMGET", self.key(course, "state"), "era", "n")
        return self._compare(course, state)

    def _compare(self, course: str, state: list[bytes | None]) -> bool:
        era, number = (state[0] or b"").decode(), int(state[1] or 0)
        applied = self.mirror.applied.get(course, 0)
        known = self.mirror.eras.get(course, "")
        if number == applied and era == known:
            return False
        if number < applied or known not in ("", era):
            # In the same history: an older copy was put back while Redis ran.
            self._reload(course, anew=era == known)
            self._check_history(course)
            return True
        while (applied := self.mirror.applied.get(course, 0)) < number:
            start = f"({applied}-1"
            key = self.key(course, "log")
            found = self.link.call("XRANGE", key, start, "+", "COUNT", _PAGE)
            if not found or not self._apply_all(course, [_entry(item) for item in found]):
                self._reload(course)  # the log does not reach back so far
                return True
        return True

    def _apply_all(self, course: str, entries: list[bytes]) -> bool:
        with self._transaction():
            return all(self._apply(course, entry) is not None for entry in entries)

    def _apply(self, course: str, entry: bytes) -> Applied | None:
        applied = self.mirror.apply(course, entry)
        if applied is not None:
            self.ballots.forget(applied.vaults)
            if applied.commit is not None:
                self.news.commits.append(applied.commit)
        return applied

    def apply_each(self, entries: Sequence[tuple[str, bytes]]) -> list[Applied | None]:
        """Apply entries of courses; `None` for those before which the mirror lacks some."""
        if not entries:
            return []
        with self._transaction():
            return [self._apply(course, entry) for course, entry in entries]

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        if self.mirror.db.in_transaction:
            yield
        else:
            with transaction(self.mirror.db):
                yield

    def listen(self, heard: list[Heard]) -> None:
        """Apply entries that others have published, and ask for missing ones."""
        self.check_histories()
        entries = [(item.course, item.entry) for item in heard if item.entry]
        done = self.apply_each(entries)
        for course in {entry[0] for entry, one in zip(entries, done, strict=True) if one is None}:
            self.sync(course)
        self.leases.renew_in_time()
        missed = any(not item.entry for item in heard)
        if missed or time.monotonic() - self._looked > LOOK_S:
            self.sync_all()
            applied = self.mirror.applied.items()
            self.leases.lead(c for c, number in applied if number and c != GLOBAL)

    def sync_all(self) -> bool:
        """Apply what the mirror lacks of any course; returns whether there was something."""
        self._looked = time.monotonic()
        courses = sorted({*self.mirror.applied, GLOBAL, *self.stored_courses()})
        asked = [["HMGET", self.key(course, "state"), "era", "n"] for course in courses]
        answers = self.link.calls(asked)
        found = [self._compare(c, a) for c, a in zip(courses, answers, strict=True)]
        return any(found)

    # -- histories ---------------------------------------------------------------------------

    def check_histories(self) -> None:
        for course in tuple(self.mirror.eras):
            self._check_history(course)

    def _check_history(self, course: str) -> None:
        """Begin a new history of a course if Redis was started since, and may have gone back."""
        while (era := self.mirror.eras.get(course, "")) and not era.startswith(self.link.run):
            before = self.mirror.heads(course)
            self.load(course)
            if not self.mirror.applied[course]:
                if course == GLOBAL:  # somebody has emptied it
                    self._look_for_service()
            elif not self.mirror.eras[course].startswith(self.link.run):
                self._renew(course)
            if before:
                self.news.commits.append(self.mirror.lacking(course, before))
            self.news.touched.add("")

    def _renew(self, course: str) -> None:
        self.rewrite(course, lambda db: _new_history(db, course), self._fresh_era())

    def rewrite(self, course: str, work: Work, era: str = "") -> bytes:
        """Change rows of one course, by default in its present history; returns the verdict."""
        with attempting(self.mirror.db) as attempt, self.mirror.noting() as found:
            work(self.mirror.db)
        verdict = self.replace(course, found.get(course, Change(self.mirror)), Committed(0), era)
        attempt.end(kept=verdict == OK)
        if verdict == OK:
            self.mirror.applied[course] = self.mirror.applied.get(course, 0) + 1
        return verdict

    def _fresh_era(self) -> str:
        return f"{self.link.run}:{secrets.token_hex(4)}"

    # -- asking Redis ---------------------------------------------------------------------------

    def introduce(self, course: str) -> None:
        """Note a course among those that Redis has, before something is stored in it."""
        if course != GLOBAL and not self.mirror.applied.get(course):
            self.link.call("SADD", self.key(GLOBAL, "courses"), course)

    def terms(self, course: str, fence: int = 0) -> Terms:
        """Return the terms on which this process asks for changes of a course."""
        era = self.mirror.eras.get(course, "")
        return Terms(
            era,
            self.mirror.applied.get(course, 0),
            "" if era else self._fresh_era(),
            self.locks.get(course, ""),
            self.leases.origin,
            fence,
        )

    def script(self, name: str, course: str, last: str, *arguments: bytes | str) -> list[Any]:
        parts = ("state", "documents", "rows", "counters", "log", "lock", last)
        keys = [self.key(course, part) for part in parts]
        return self.link.script(name, keys, *arguments, self.key(course, "log"))

    def replace(self, course: str, change: Change, done: object, era: str = "") -> bytes:
        self.introduce(course)
        terms = self.terms(course)
        era = era or terms.era or terms.fresh
        entry = change.entry(course, terms.base + 1, era, self.leases.origin, done)
        packed, values = change.stored.packed(terms, era), change.stored.values()
        verdict = self.verdict(
            self.link.calls([self.script("replace", course, "blobs", packed, entry, *values)])[0]
        )
        if verdict == OK:
            self.mirror.eras[course] = era
        return verdict

    def verdict(self, answer: Any) -> bytes:
        if isinstance(answer, ResponseError):
            if str(answer).startswith("NOSCRIPT") or "No matching script" in str(answer):
                raise LinkError("Redis has forgotten its scripts.")
            log.warning("Redis refuses to store: %s", answer)
            return b""
        return bytes(answer[0])

    def lock(self, course: str) -> None:
        """Take a course's lock: until `_unlock` nobody else writes to the course."""
        token, end = secrets.token_hex(8), time.monotonic() + PATIENCE_S
        key = self.key(course, "lock")
        while not self.link.call("SET", key, token, "NX", "PX", LOCK_MS):
            if time.monotonic() > end:
                return
            time.sleep(random.uniform(0.002, 0.01))  # noqa: S311 - no secret
        self.locks[course] = token
        self.sync(course)

    def unlock(self, course: str) -> None:
        token = self.locks.pop(course, None)
        if token is not None:
            key = self.key(course, "lock")
            text = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"
            self.link.call("EVAL", text, 1, key, token)


class Attempt:
    """A transaction of the mirror that is kept or undone later."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def end(self, *, kept: bool) -> None:
        self._db.execute("COMMIT" if kept else "ROLLBACK")


@contextlib.contextmanager
def attempting(db: sqlite3.Connection) -> Iterator[Attempt]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield Attempt(db)
    except BaseException:
        db.execute("ROLLBACK")
        raise


def _new_history(db: sqlite3.Connection, course: str) -> None:
    """Give all channels of a course a new epoch; staff invites may have been used since."""
    if course == GLOBAL:
        fresh = {"epoch": new_epoch(), "key": secrets.token_hex(32)}
        db.executemany("UPDATE meta SET value = ?2 WHERE key = ?1", fresh.items())
        runs.note(db, secrets.token_hex(8))
        return
    db.execute("UPDATE channels SET epoch = ? WHERE course = ?", (new_epoch(), course))
    db.execute("DELETE FROM staff_invites WHERE course = ?", (course,))


def _pairs(found: Any) -> dict[bytes, bytes]:
    if isinstance(found, dict):
        return found
    return dict(zip(found[::2], found[1::2], strict=True))


def _entry(item: Any) -> bytes:
    """Return the entry in an item of the course's log."""
    _, fields = item
    return _pairs(fields)[b"e"]
