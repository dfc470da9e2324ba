"""Pacing of a catch-up: one page at a time is on its way to a member.

The service cannot see what the network buffers on the way, so each page is followed by a ping, and
its pong says that the page was read. Then the next page leaves, of any channel. So the answer to a
command, which takes the same connection, waits behind one page at most.
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
"""A page that is read within `QUICK_S` doubles the size of the next one; a page that takes longer
than `SLOW_S` halves it."""

LOST_S = 60.0
"""Seconds after which a page counts as read although no pong has come."""

OVERHEAD = 100
"""Approximate bytes of a document in a frame beside its body."""


class Pace:
    """The pages of one connection: written one at a time, in a size that suits the link."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.size = FIRST_PAGE
        self._clock = clock
        self._turn = asyncio.Lock()
        self._last: asyncio.Future[None] | None = None

    async def write(self, write: Callable[[int], asyncio.Future[None] | None]) -> None:
        """Wait until the page before is read, then write another.

        `write` is called with the page's size in bytes, and returns a future that is done once the
        page is read; `None` if there is nothing left to write.
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
    """Cuts `changes` frames into pages; each page's size is given when it is taken."""

    def __init__(self, frames: tuple[Changes, ...]) -> None:
        self._frames = deque(frames)

    def __bool__(self) -> bool:
        return bool(self._frames)

    def next(self, size: int) -> Changes:
        """Take the next page, with about `size` bytes of documents."""
        rest = self._frames.popleft()
        docs, taken = rest.docs, 0
        for index, doc in enumerate(docs):
            # Documents of one change stay together: a cursor cannot be within a change.
            if taken and taken + len(doc.body) > size and doc.seq > docs[index - 1].seq:
                head = docs[index - 1].seq
                self._frames.appendleft(Changes(rest.epoch, head, rest.seq, docs[index:]))
                return Changes(rest.epoch, rest.prev, head, docs[:index], rest.reset, rest.floors)
            taken += len(doc.body) + OVERHEAD
        return rest
