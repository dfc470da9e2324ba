"""A member who polls: frames wait here until the next poll, and until the one after it."""

import asyncio
from collections import deque
from collections.abc import Callable

import msgspec

from edu_widgets.protocol import Code, carriers
from edu_widgets.service import connection_writer
from edu_widgets.service.frames import Frame

ANSWER = 64 * 1024
"""Bytes of an answer, beside its last frame: on a slow link it comes in pieces."""


class PollWriter:
    """Keeps what is written to a member until a poll says that it has come (`ConnectionWriter`)."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._kept: deque[bytes] = deque()
        self._size = 0
        self._read = 0
        self._arrivals: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._polls = 0
        self._told = 0
        self.repeated = 0
        """Bytes of the last poll's answer that had been told before."""
        self._waiting: asyncio.Future[None] | None = None
        self._closed: carriers.Closed | None = None
        self.closing: Callable[[], None] | None = None
        """Called when it is over."""
        self.heard = self._loop.time()

    def now(self) -> float:
        """The time that `heard` and `check` go by, in seconds."""
        return self._loop.time()

    @property
    def is_shut(self) -> bool:
        """True if nothing is written any more."""
        return self._closed is not None

    @property
    def code(self) -> int:
        """The code with which we closed it; 0 if we did not."""
        return self._closed.code if self._closed is not None else 0

    def write(self, out: Frame) -> None:
        """Keep a frame; a reader for whom too much is kept is closed."""
        if self.is_shut:
            return
        if self._size > connection_writer.MAX_BUFFERED:
            self.close(Code.SLOW_CONSUMER, Code.SLOW_CONSUMER.meaning)
            return
        self._kept.append(out.payload)
        self._size += len(out.payload)
        self._wake()

    def arrival(self) -> asyncio.Future[None]:
        """Return a future that is done once a poll confirms everything written so far."""
        arrival: asyncio.Future[None] = self._loop.create_future()
        if self.is_shut:
            arrival.cancel()
        else:
            self._arrivals.append((self._read + len(self._kept), arrival))
        return arrival

    def check(self, now: float) -> None:
        """Close a reader who has asked for nothing for too long."""
        if now - self.heard > carriers.LEASE_S:
            self.close(Code.DEAD_PEER, Code.DEAD_PEER.meaning)

    def close(self, code: int, reason: str) -> None:
        """Tell the poll that waits, and end."""
        if self._closed is None:
            self._closed = carriers.Closed(code, reason)
            self._wake()
            if self.closing is not None:
                self.closing()

    async def polled(self, after: int, wait: float) -> tuple[int, list[msgspec.Raw]]:
        """Return the number of the last frame and the frames beyond `after` that come in time.

        A poll that waits ends, without any, as soon as another begins.

        Raises:
            ValueError: this number has not been reached yet, or is long past.
        """
        if not self._read <= after <= self._read + len(self._kept):
            raise ValueError
        self._wake()
        self._polls += 1
        mine = self._polls
        self._forget(after)
        if not self._kept and not self.is_shut:
            self._waiting = self._loop.create_future()
            await asyncio.wait({self._waiting}, timeout=wait)
            await asyncio.sleep(0)  # what is written in the same turn comes along
            if mine != self._polls:
                return after, []
        frames, size = list[msgspec.Raw](), 0
        for frame in self._kept:
            if size >= ANSWER:
                break
            frames.append(msgspec.Raw(frame))
            size += len(frame)
        self.repeated = sum(map(len, map(bytes, frames[: max(0, self._told - after)])))
        self._told = max(self._told, after + len(frames))
        return after + len(frames), frames

    def closed(self, last: int) -> carriers.Closed | None:
        """Return the reason for the end, once a poll has everything before it; else None."""
        return self._closed if last == self._read + len(self._kept) else None

    def _forget(self, after: int) -> None:
        while self._read < after:
            self._size -= len(self._kept.popleft())
            self._read += 1
        while self._arrivals and self._arrivals[0][0] <= after:
            _, arrival = self._arrivals.popleft()
            if not arrival.done():
                arrival.set_result(None)

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
