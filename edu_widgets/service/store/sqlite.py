"""The store of one process: an SQLite file (WAL, synchronous=FULL) with group commit."""

import asyncio
import contextlib
import hmac
import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, cast

from edu_widgets.protocol import REGISTRY, Cursor
from edu_widgets.protocol.errors import ServiceUnavailable
from edu_widgets.protocol.messages import Page
from edu_widgets.protocol.proofs import Verifier
from edu_widgets.service.rules import EraseRule, LinkRule, Request, Rule
from edu_widgets.service.store import (
    Catchup,
    Committed,
    Door,
    Known,
    LinkCode,
    Listener,
    Matches,
    NewBlob,
    Newcomer,
    PeopleListener,
    Removed,
    Searched,
    ServiceKeys,
    StoredBlob,
    StoredInvite,
    StoredMember,
    admission,
    blobs,
    erasing,
    keys,
    linking,
    links,
    members,
    reads,
    schema,
    sweeping,
    vouching,
    writes,
)
from edu_widgets.service.store.guard import find_damage
from edu_widgets.service.store.readers import Readers
from edu_widgets.service.store.writer import Job, Writer

_log = logging.getLogger(__name__)


class SqliteStore:
    """See `edu_widgets.service.store.Store`. Made and used on one event loop."""

    def __init__(self, path: Path, writer: Callable[[], Any] | None = None) -> None:
        """Open or create the file.

        Args:
            path: The file.
            writer: Makes what writes to it, by default a `Writer`.

        Raises:
            ServiceUnavailable: it cannot be opened, or is not a store of this version.
        """
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._listeners: list[Listener] = []
        self._people_listeners: list[PeopleListener] = []
        try:
            self.writer = (writer or partial(Writer, path, self._loop, self._deliver))()
            """The thread that writes, and takes further work in its turn."""
            self.generation = self.writer.generation
        except (sqlite3.Error, OSError) as error:
            raise ServiceUnavailable(schema.problem(path, error)) from error
        self._service: ServiceKeys | None = None
        self.readers = Readers(path, self.writer)
        """The threads that read beside it."""

    @property
    def problem(self) -> str:
        """The reason why nothing is stored any more; "" if the store works."""
        return self.writer.problem

    async def check(self) -> None:
        """Check that the writer can still write."""
        await self.writer.submit(self.writer.try_)

    async def check_whole(self) -> None:
        """Check the whole file; if it is damaged, the writer stops.

        Raises:
            Refused: `UNAVAILABLE`: it is damaged, or cannot be read.
        """
        if await self.readers.run(lambda _: find_damage(self._path)):
            await self.writer.submit(self.writer.look_closer)

    # -- commands ---------------------------------------------------------------

    async def commit(self, request: Request[Any], rule: Rule) -> Committed:
        """Run a rule and store its decision."""
        return await self.writer.submit(partial(writes.commit, request=request, rule=rule))

    def listen(self, callback: Listener) -> Callable[[], None]:
        """Call back for every commit, in order."""
        self._listeners.append(callback)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(callback)

        return stop

    def listen_people(self, callback: PeopleListener) -> None:
        """Call back with the id of each person whose admission has changed."""
        self._people_listeners.append(callback)

    def _deliver(self, jobs: list[Job], touched: frozenset[str]) -> None:
        done = (job.result for job in jobs if job.error is None)
        self._announce([it for it in done if isinstance(it, Committed)], touched)
        for job in jobs:
            self._resolve(job.future, job.result, job.error)

    def _announce(self, commits: Sequence[Committed], touched: Collection[str]) -> None:
        """Tell the listeners of commits, and of the people whose admission has changed."""
        for user_id in touched:
            for tell in self._people_listeners:
                tell(user_id)
        for commit in commits:
            for callback in tuple(self._listeners) if commit.changes else ():
                try:
                    callback(commit)
                except Exception:  # noqa: BLE001 - somebody else's fault
                    # The commit is acknowledged, and other listeners are called, nevertheless.
                    _log.exception("A listener of the store failed.")

    @staticmethod
    def _resolve(future: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    # -- reading ----------------------------------------------------------------

    async def changes_since(
        self, channel: str, cursor: Cursor | None, floors: dict[str, int]
    ) -> Catchup:
        """Return the changes after a cursor, or a reset."""
        put_back = await self.readers.run(lambda db: reads.went_back(db, channel, cursor))
        if put_back:
            await self.writer.submit(lambda db: writes.renew_epoch(db, channel))
        windows = REGISTRY.windows()
        return await self.readers.run(
            lambda db: reads.changes_since(db, channel, cursor, floors, windows)
        )

    async def page(self, channel: str, kind: str, before: int | None, limit: int) -> Page:
        """Return older documents of a kind."""
        return await self.readers.run(lambda db: reads.page(db, channel, kind, before, limit))

    async def search(
        self, channel: str, kind: str, matches: Matches, before: int | None, limit: int
    ) -> Searched:
        """Return the newest documents of a kind that match."""
        return await self.readers.search(channel, kind, matches, before, limit)

    async def put_blob(self, blob: NewBlob) -> None:
        """Store a picture."""
        await self.writer.submit(lambda db: blobs.put(db, blob))

    async def blob(self, channel: str, hash_: str, user_id: str) -> StoredBlob | None:
        """Return a picture of a channel."""
        return await self.readers.run(lambda db: blobs.read(db, channel, hash_, user_id))

    async def latest(self) -> int:
        """Return the time of the latest stored document, in ms since 1970; 0 if there is none."""
        rows = await self.readers.rows("SELECT max(time) FROM documents")
        return rows[0][0] or 0

    async def open_channel(self, course: str, channel: str) -> None:
        """Store that a channel exists."""
        await self.writer.submit(lambda db: writes.open_channel(db, course, channel))

    async def lessons(self) -> frozenset[str]:
        """Return the stored channels of lessons."""
        rows = await self.readers.rows("SELECT name FROM channels WHERE name GLOB 'lesson:*'")
        return frozenset(row[0] for row in rows)

    async def heads(self, channel: str) -> Cursor:
        """Return the channel's epoch and head."""
        epoch, seq, _ = await self.readers.run(lambda db: reads.head(db, channel))
        return Cursor(epoch, seq)

    # -- people -----------------------------------------------------------------

    async def service(self) -> ServiceKeys:
        """Return the id and the signing key of the service that owns this store."""
        if self._service is None:
            self._service = await self.readers.run(keys.service)
        return self._service

    async def add_person(self, user_id: str, key: Verifier) -> None:
        """Add a person with the verifier of their secret."""
        await self.writer.submit(lambda db: keys.add(db, user_id, key))

    async def known(self, key_id: str) -> Known | None:
        """Return the person with a key of this id."""
        return await self.readers.run(lambda db: keys.known(db, key_id))

    async def replace_key(self, key_id: str, key: Verifier) -> None:
        """Replace a key, given by its id, by another one."""
        await self.writer.submit(lambda db: keys.replace(db, key_id, key))

    async def use_nonce(self, nonce: bytes, now: int, until: int) -> bool:
        """Store a nonce; false if it was used before."""
        return await self.writer.submit(lambda db: keys.use_nonce(db, nonce, now, until))

    async def enter(self, course: str, user_id: str, name: str, role: str) -> StoredMember:
        """Make a person a member, or rename one."""
        work = partial(members.enter, course=course, user_id=user_id, name=name, role=role)
        return cast("StoredMember", await self.writer.submit(work))

    async def admit(self, who: Newcomer) -> StoredMember:
        """Make a person with an invite a member."""
        return cast("StoredMember", await self.writer.submit(lambda db: admission.admit(db, who)))

    async def vouch(self, who: Newcomer) -> StoredMember:
        """Make a person who takes part through another's notebook a member."""
        return cast("StoredMember", await self.writer.submit(lambda db: vouching.vouch(db, who)))

    async def vouched(self, course: str, voucher: str = "") -> tuple[str, ...]:
        """Return the ids of the people that `voucher` vouches for; "": of all vouched for."""
        return await self.readers.run(lambda db: vouching.vouched(db, course, voucher))

    async def add_link_code(self, code: LinkCode) -> None:
        """Store a member's code in place of the one they had."""
        await self.writer.submit(lambda db: linking.add_code(db, code))

    async def link(
        self, course: str, viewer: str, digest: str, now: int, rules: Sequence[LinkRule] = ()
    ) -> StoredMember:
        """Make a viewer the member whose code this is."""
        await self.writer.submit(lambda db: linking.link(db, course, viewer, digest, now, rules))
        return (await self.memberships(viewer))[course]

    async def linked(self, course: str, user_id: str) -> tuple[str, ...]:
        """Return the ids of the viewers who are linked to a member."""
        return await self.readers.run(lambda db: links.linked(db, course, user_id))

    async def unlink(self, course: str, user_id: str) -> tuple[str, ...]:
        """End a member's code and links; returns the viewers."""
        return await self.writer.submit(lambda db: links.unlink(db, course, user_id))

    async def memberships(self, user_id: str) -> dict[str, StoredMember]:
        """Return a person's memberships, by course."""
        rows = await self.readers.rows(
            "SELECT m.course, m.user, coalesce(l.name, m.name), m.role, m.voucher,"
            " coalesce(v.name, ''), m.linked FROM members m"
            " LEFT JOIN members v ON v.course = m.course AND v.user = m.voucher"
            " LEFT JOIN members l ON l.course = m.course AND l.user = m.linked"
            " WHERE m.user = ?",
            user_id,
        )
        return {row[0]: StoredMember(*row) for row in rows}

    async def set_role(self, course: str, user_id: str, role: str) -> StoredMember | None:
        """Change a member's role."""
        work = partial(links.set_role, course=course, user_id=user_id, role=role)
        return cast("StoredMember | None", await self.writer.submit(work))

    async def set_invite(
        self, invite: StoredInvite, *, unless_good_at: int | None = None
    ) -> StoredInvite:
        """Replace a course's invite, unless there is a good one."""
        return await self.writer.submit(lambda db: members.set_invite(db, invite, unless_good_at))

    async def invite(self, course: str) -> StoredInvite | None:
        """Return a course's invite."""
        rows = await self.readers.rows(
            "SELECT course, code, expires FROM invites WHERE course = ?", course
        )
        return StoredInvite(*rows[0]) if rows else None

    async def add_staff_invite(self, course: str, code_hash: bytes, expires: int) -> None:
        """Store the hash of an invite for one instructor."""
        await self.writer.submit(
            lambda db: admission.add_staff_invite(db, course, code_hash, expires)
        )

    async def door(self, course: str) -> Door:
        """Return a course's rules of admission."""
        return await self.readers.run(lambda db: admission.door(db, course))

    async def set_door(self, course: str, *, closed: bool) -> Door:
        """Open or close the door for new people."""
        return await self.writer.submit(lambda db: admission.set_door(db, course, closed=closed))

    async def set_roster(self, course: str, names: Sequence[str] | None) -> Door:
        """Replace the roster of names that may join."""
        return await self.writer.submit(lambda db: admission.set_roster(db, course, names))

    async def set_vouching(self, course: str, *, allowed: bool) -> Door:
        """Allow or forbid that people take part through the notebooks of others."""
        return await self.writer.submit(
            lambda db: vouching.set_vouching(db, course, allowed=allowed)
        )

    async def remove(self, who: Removed, by: str, *, same_join: bool) -> tuple[Removed, ...]:
        """Remove a person."""
        return await self.writer.submit(
            lambda db: admission.remove(db, who, by, same_join=same_join)
        )

    async def readmit(self, course: str, user_id: str) -> Removed | None:
        """Let somebody join again."""
        return await self.writer.submit(lambda db: admission.readmit(db, course, user_id))

    async def removed_from(self, user_id: str) -> frozenset[str]:
        """Return the courses that a person may not be in (see `Store.removed_from`)."""
        return await self.readers.run(lambda db: vouching.removed_from(db, user_id))

    async def digest(self, text: str) -> str:
        """Return a digest of a text, with a key of this store."""
        ((key,),) = await self.readers.rows("SELECT value FROM meta WHERE key = 'digests'")
        return hmac.digest(key.encode(), text.encode(), "sha256").hex()[:16]

    async def erase(
        self, course: str, user_id: str, now: int, rules: Sequence[EraseRule] = ()
    ) -> int:
        """Erase a person from a course."""
        work = partial(links.erase, course=course, user_id=user_id, now=now, rules=rules)
        done = await self.writer.submit(work)
        return sum(len(change.docs) for change in done.changes)

    async def called(self, course: str, who: str) -> tuple[StoredMember, ...]:
        """Return the members of a course with this id or name."""
        return await self.readers.run(lambda db: admission.called(db, course, who))

    async def retire(self, before: int, keep: Sequence[str] = ()) -> tuple[str, ...]:
        """Erase courses without a stored change since a time; returns their names."""
        found: list[str] = []
        await self.writer.submit(lambda db: erasing.retire(db, before, keep, found))
        return tuple(found)

    # -- maintenance --------------------------------------------------------------

    async def sweep(self, now: int, tombstones_before: int) -> None:
        """Delete what has expired, and old tombstones."""
        await self.writer.submit(lambda db: sweeping.sweep(db, now, tombstones_before))

    async def sizes(self) -> dict[str, int]:
        """Return the number of rows of each table."""
        return await self.readers.run(sweeping.sizes)

    async def seen(self, user_ids: Iterable[str], now: int) -> None:
        """Note that people are connected."""
        await self.writer.submit(lambda db: sweeping.seen(db, user_ids, now))

    async def close(self) -> None:
        """Store what is queued, then close every file and end every thread."""
        await self.writer.close()
        await self.readers.close()
