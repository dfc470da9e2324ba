"""One connection for each service and person, shared by every lesson and channel."""

import asyncio
import random
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from edu_widgets.client.dialects import dialect_of
from edu_widgets.client.runtime.blob_transfers import BlobTransfers
from edu_widgets.client.runtime.connection import Connection
from edu_widgets.client.runtime.outbox_file import OutboxFile
from edu_widgets.client.runtime.threads import CallbackThread, NetworkThread
from edu_widgets.client.sync.clock import Clock, SystemClock
from edu_widgets.client.sync.liveness import Limits
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.session import Session
from edu_widgets.client.sync.uploads import Uploads
from edu_widgets.client.transport.base import Target
from edu_widgets.client.transport.factory import next_transport
from edu_widgets.client.transport.selection import TransportSelection, TransportSettings
from edu_widgets.protocol.errors import NotConnected
from edu_widgets.protocol.ids import uuid7

MAX_CONNECTIONS = 10
"""Connections a process keeps (seed: `maxConnections`)."""

Key = tuple[str, str]


@dataclass(slots=True)
class Pooled:
    """A connection and how many use it."""

    connection: Connection
    target: Target
    outbox: Outbox
    storage: OutboxFile | None
    selection: TransportSelection
    transfers: BlobTransfers
    users: int = 0

    async def close(self) -> None:
        """End the connection, and the transfers of pictures beside it."""
        await self.transfers.close()
        await self.connection.close()

    def use(self, target: Target) -> None:
        """Go by this address and token from the next attempt on; at once, where none holds."""
        anew = (target.url, target.token) != (self.target.url, self.target.token)
        self.target = target
        with self.connection.act() as session:
            session.retry_now(anew=anew)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings for the connections of a pool."""

    outbox_folder: Path | None = None
    limits: Limits = field(default_factory=Limits)
    transport: TransportSettings = field(default_factory=TransportSettings)


class Pool:
    """Connections by service and user. Everything here happens on the network thread."""

    def __init__(self, network: NetworkThread, clock: Clock | None = None) -> None:
        self._network = network
        self._clock = clock or SystemClock()
        self._open: OrderedDict[Key, Pooled] = OrderedDict()
        self._closing: dict[Key, asyncio.Future[None]] = {}
        network.at_end(self.close)

    async def acquire(self, target: Target, settings: Settings) -> Pooled:
        """Return the connection for this service and user; open it if there is none.

        Raises:
            NotConnected: ten connections are open and all in use.
        """
        key = target.key
        while key in self._closing:  # its outbox has to be closed before it can be opened
            await asyncio.wait([self._closing[key]])
        if key not in self._open and not target.viewer:
            await self._make_room()
        pooled = self._open.get(key)
        if pooled is None:
            pooled = self._open[key] = self._start(target, settings)
        self._open.move_to_end(key)
        pooled.users += 1
        return pooled

    async def release(self, target: Target) -> None:
        """Count one user less; the last one closes the connection."""
        key = target.key
        pooled = self._open.get(key)
        if pooled is None:
            return
        pooled.users -= 1
        if pooled.users <= 0:
            await self._end(key)

    def move(self, old: Target, new: Target) -> bool:
        """Keep a connection under another address of its service, if there is none already.

        What waits stays in the file it was written into.
        """
        here, there = old.key, new.key
        if here == there:
            return True
        if there in self._open or there in self._closing or here not in self._open:
            return False
        self._open[there] = self._open.pop(here)
        return True

    async def close(self) -> None:
        """Close every connection, as the process ends."""
        for pooled in self._open.values():
            pooled.connection.fall_silent()
        await asyncio.gather(*(self._end(key) for key in tuple(self._open)))

    async def _end(self, key: Key) -> None:
        pooled = self._open.pop(key)
        task = self._closing[key] = asyncio.ensure_future(pooled.close())
        # Not once the waiting ends: who waits may be cancelled, and the outbox is still open.
        task.add_done_callback(lambda _: self._closing.pop(key, None))
        await asyncio.shield(task)

    async def _make_room(self) -> None:
        # Of those who take part through this notebook the service lets in ten.
        own = {key: pooled for key, pooled in self._open.items() if not pooled.target.viewer}
        while len(own) >= MAX_CONNECTIONS:
            idle = next((key for key, pooled in own.items() if pooled.users <= 0), None)
            if idle is None:
                msg = (
                    f"{MAX_CONNECTIONS} connections are open in this process, all of them in use. "
                    "Close a lesson that is no longer needed: lesson.close()."
                )
                raise NotConnected(msg)
            await self._end(idle)
            del own[idle]

    def _start(self, target: Target, settings: Settings) -> Pooled:
        storage = (
            OutboxFile(settings.outbox_folder, *target.key, former=target.former)
            if settings.outbox_folder is not None
            else None
        )
        outbox = Outbox(storage)
        outbox.load(self._clock.elapsed())
        uploads = Uploads(outbox, storage, self._clock.elapsed)
        uploads.load()
        session = Session(
            target.user_id,
            outbox,
            self._clock,
            random.Random(),  # noqa: S311 - spreads load, keeps no secret
            uuid7,
            dialect_of,
            settings.limits,
        )
        pooled: Pooled
        selection = TransportSelection(lambda: pooled.target, session.wanted, settings.transport)
        connection = Connection(session, lambda: next_transport(selection), self._clock)
        transfers = BlobTransfers(connection, lambda: pooled.target, uploads)
        pooled = Pooled(connection, target, outbox, storage, selection, transfers)
        with connection.act():
            session.open()
        return pooled


@dataclass(frozen=True, slots=True)
class Connections:
    """The threads, pool and settings that a client uses."""

    pool: Pool
    network: NetworkThread
    callbacks: CallbackThread
    settings: Settings
