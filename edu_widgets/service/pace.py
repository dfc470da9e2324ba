"""How much of a catch-up is on its way to a member at once.

What a network holds between the service and its reader nobody sees, so each page is followed by a
ping: its pong says that the page has been read. The next page, of whatever channel, leaves then. So
the answer to a command, which takes the same way, never waits behind more than one page.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

from edu_widgets.protocol.messages import Changes
from edu_widgets.service.store import PAGE_BYTES

FIRST_PAGE = 16 * 1024
"""Bytes of documents in the first page of a connection …"""

SMALLEST_PAGE = 4 * 1024
"""… and in the smallest; a page has at least one document, whatever its size."""

QUICK_S, SLOW_S = 1.0, 4.0
"""A page that is read within the first makes the next one twice as long, one that takes longer than
the second half as long."""

LOST_S = 60.0
"""Seconds after which a page counts as read by a peer that answers no ping."""

OVERHEAD = 100
"""Bytes of a document in a frame beside its body, about."""


class Pace:
    """One connection's pages: one at a time, as long as the link carries them quickly."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.size = FIRST_PAGE
        self._clock = clock
        self._turn = asyncio.Lock()
        self._last: asyncio.Future[None] | None = None

    async def write(self, write: Callable[[int], asyncio.Future[None] | None]) -> None:
        """Wait until the page before is read, and write another.

        `write` gets the bytes it may have, and returns what is done once they are read; None if
        there is nothing to write any more.
        """
        async with self._turn:
            if self._last is not None:
                await asyncio.wait({self._last}, timeout=LOST_S)
            written = self._clock()
            page = write(self.size)
            if page is not None:
                page.add_done_callback(lambda read: self._is_read(read, written))
                self._last = page

    def _is_read(self, read: asyncio.Future[None], written: float) -> None:
        if read.cancelled():
            return
        took = self._clock() - written
        if took < QUICK_S:
            self.size = min(self.size * 2, PAGE_BYTES)
        elif took > SLOW_S:
            self.size = max(self.size // 2, SMALLEST_PAGE)


class Pages:
    """Cuts `changes` frames into pages of whatever size is asked for next."""

    def __init__(self, frames: tuple[Changes, ...]) -> None:
        self._frames = deque(frames)

    def __bool__(self) -> bool:
        return bool(self._frames)

    def next(self, size: int) -> Changes:
        """The next page, with about `size` bytes of documents."""
        rest = self._frames.popleft()
        docs, taken = rest.docs, 0
        for index, doc in enumerate(docs):
            # What one change did to several documents stays together: a cursor goes by changes.
            if taken and taken + len(doc.body) > size and doc.seq > docs[index - 1].seq:
                head = docs[index - 1].seq
                self._frames.appendleft(Changes(rest.epoch, head, rest.seq, docs[index:]))
                return Changes(rest.epoch, rest.prev, head, docs[:index], rest.reset, rest.floors)
            taken += len(doc.body) + OVERHEAD
        return rest
