"""The store of several processes, on Redis; see `edu_widgets.service.store.Store`."""

import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

from edu_widgets.protocol import Cursor
from edu_widgets.protocol.errors import ServiceUnavailable
from edu_widgets.protocol.folders import reason
from edu_widgets.service.rules import Request, Rule
from edu_widgets.service.store import Catchup, Committed, StoredBlob
from edu_widgets.service.store.redis.link import Link, LinkError, Subscription, check
from edu_widgets.service.store.redis.mirror import GLOBAL, course_of
from edu_widgets.service.store.redis.sealing import PollKeys
from edu_widgets.service.store.redis.tasks import News
from edu_widgets.service.store.redis.telling import Telling
from edu_widgets.service.store.redis.writer import RedisWriter
from edu_widgets.service.store.sqlite import SqliteStore

T = TypeVar("T")

MIRROR = "mirror.db"
BALLOT_KEYS = "ballot-keys"


class RedisStore(SqliteStore):
    """A store whose transactions are Redis's; it reads from this process's mirror of it."""

    def __init__(
        self,
        url: str,
        folder: Path,
        ballot_keys: Path | None = None,
        *,
        password: str | None = None,
        allow_loss: bool = False,
    ) -> None:
        """Connect, and load everything.

        Args:
            url: The address of Redis, as `redis://:password@host:6379/0`.
            folder: This process's folder.
            ballot_keys: The folder of the keys that seal ballots, shared by all processes; by
                default one in `folder`.
            password: The password, if it is not part of the address.
            allow_loss: True to use a Redis that may lose what it has acknowledged.

        Raises:
            ServiceUnavailable: it cannot be used, or may lose what it has acknowledged.
            InvalidArgument: the address cannot be read.
        """
        link = Link(url, password)
        self.promise = check(link, allow_loss=allow_loss)
        self._ballots = PollKeys(ballot_keys or folder / BALLOT_KEYS)
        path = folder / MIRROR

        def writer() -> RedisWriter:
            try:
                return RedisWriter(link, path, self._ballots, self._loop, self._tell)
            except LinkError as error:
                raise ServiceUnavailable(str(error)) from error
            except (sqlite3.Error, OSError) as error:
                msg = f"The folder {folder} cannot be written: {reason(error)}."
                raise ServiceUnavailable(msg) from error

        super().__init__(path, writer)
        self._redis = cast("RedisWriter", self.writer)
        heard, missed = self._redis.heard, self._redis.missed
        self._telling = Telling(Link(url, password), self._loop)
        self.process = self._redis.replica.leases.origin
        """The name of this process among those on the same store."""
        self._heard = Subscription(url, self._redis.patterns, heard, missed, password)

    async def check(self) -> None:
        """Check that Redis takes writes."""
        await self._redis.ask(self._redis.replica.write_something)

    async def check_whole(self) -> None:
        """Nothing to check: the mirror is made anew at each start."""

    async def commit(self, request: Request[Any], rule: Rule) -> Committed:
        """Run a rule and store its decision."""
        return cast("Committed", await self._redis.commit(request, rule))

    async def changes_since(
        self, channel: str, cursor: Cursor | None, floors: dict[str, int]
    ) -> Catchup:
        """Return the changes after a cursor, which may be ahead of this process's mirror."""
        if cursor is not None and cursor.seq > (await self.heads(channel)).seq:
            await self._redis.ask(partial(self._redis.replica.sync, course_of(channel)))
        return await super().changes_since(channel, cursor, floors)

    async def blob(self, channel: str, hash_: str, user_id: str) -> StoredBlob | None:
        """Return a picture of a channel; its bytes are in Redis alone."""
        found = await super().blob(channel, hash_, user_id)
        if found is None or found.data:
            return found
        (data,) = await self._redis.ask(
            partial(self._redis.replica.blob, course_of(channel), hash_)
        )
        return None if data is None else StoredBlob(found.type, data)

    async def tell_others(self, news: bytes) -> None:
        """Tell all processes something; it is not kept."""
        await self._telling.publish(self._redis.replica.key(GLOBAL, "others"), news)

    def listen_others(self, callback: Callable[[bytes], None]) -> None:
        """Call back with what any process tells."""
        self._redis.others.append(callback)

    async def tell(self, process: str, news: bytes) -> bool:
        """Tell one process something; returns whether it runs."""
        return bool(await self._telling.publish(self._redis.replica.own_channel(process), news))

    def listen_own(self, callback: Callable[[bytes], None]) -> None:
        """Call back with the messages of other processes to this one."""
        self._redis.own.append(callback)

    async def close(self) -> None:
        """Store what is queued, then close every file and end every thread."""
        await self._telling.close()
        await self._loop.run_in_executor(None, self._heard.close)
        await super().close()

    def _tell(self, news: News) -> None:
        if news.generation != self.generation:
            self.generation, self._service = news.generation, None
        self._announce(news.commits, news.touched)
        for task in news.tasks:
            self._resolve(task.future, task.result, task.error)
