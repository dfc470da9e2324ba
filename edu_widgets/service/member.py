"""A member: one connection of one person, over any transport."""

import asyncio
import itertools
from collections import defaultdict

from edu_widgets.protocol import Code
from edu_widgets.service.command_queues import CommandQueues
from edu_widgets.service.connection_writer import ConnectionWriter
from edu_widgets.service.frames import Frame
from edu_widgets.service.identity import Identity
from edu_widgets.service.pace import Pace
from edu_widgets.service.rooms import Room

_numbers = itertools.count(1)


class Member:
    """The state of one connection; compared and hashed by identity."""

    def __init__(self, identity: Identity, writer: ConnectionWriter, address: str = "") -> None:
        self.number = next(_numbers)
        """The connection's number in this process."""
        self.identity = identity
        self.address = address
        """The client's address for counting (see `client_address.source`); "" if unknown."""
        self.writer = writer
        self.write = writer.write
        self.channels: set[str] = set()
        self.rooms: set[Room] = set()
        """The rooms whose live frames are written to this member."""
        self.catching_up: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """By channel: a lock that is held while this connection catches up."""
        self.pace = Pace()
        self.queues = CommandQueues()
        self.tasks: set[asyncio.Task[object]] = set()
        self.eased = asyncio.Event()
        """Set whenever a waiting command begins."""
        self.closed = False

    def reply(self, out: Frame) -> None:
        """Write to this member alone."""
        self.write(out)

    def runs(self, task: asyncio.Task[object]) -> None:
        """Register a task of this member, to be cancelled when the connection ends."""
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def close(self, code: int, reason: str = "") -> None:
        """Begin to close the connection."""
        self.writer.close(code, reason or Code(code).meaning)

    async def gone(self) -> None:
        """Mark the connection as ended and cancel its tasks."""
        self.closed = True
        tasks = tuple(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
