"""The way out to a member: what the service needs of one, and what those on a socket share.

aiohttp builds a frame for every member and awaits each. A frame that is built once and given to
`transport.write` costs little more than the system call, and a reader that does not read holds
nobody up. What is waited for is that the pages of a catch-up arrive.

What the system keeps for a connection is kept small, so that what waits for a slow reader waits
here, where it is seen.
"""

import asyncio
import contextlib
import itertools
import socket as sockets
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol

from aiohttp import web

from edu_widgets.protocol import Code
from edu_widgets.service.frames import Frame

MAX_BUFFERED = 1024 * 1024
"""Bytes that may wait for one reader; then it is closed as slow, and resumes."""

MAX_STALL_S = 15.0
"""Seconds a reader may take nothing of what waits for it. Of a link of 2 kB a second the system
tells every eight."""

GOODBYE_S = 2.0
"""Seconds that a close may take before the connection is cut."""

KEPT_BY_SYSTEM = 64 * 1024
UNSENT = 16 * 1024
"""Bytes that the system may keep for a connection, and have unsent, before it is full."""

_numbers = itertools.count()


class ConnectionWriter(Protocol):
    """The way out to one member."""

    def write(self, out: Frame) -> None:
        """Write at once, never block, never raise; closes a reader that is too slow."""

    def arrival(self) -> "asyncio.Future[None]":
        """Return a future that is done once the member has read everything written so far."""

    def close(self, code: int, reason: str) -> None:
        """Begin to close; nothing is written afterwards."""

    def check(self, now: float) -> None:
        """Once a second (monotonic s): close a reader that takes nothing or is silent."""


class TransportWriter(ABC):
    """Writes frames to the socket of one member, in the form that the socket's protocol has."""

    # Slots, since a frame to a large room touches every one of these objects.
    __slots__ = (
        "_arrivals",
        "_flows",
        "_form",
        "_loop",
        "_put",
        "_shut",
        "_stalled_since",
        "_taken",
        "_transport",
        "_written",
        "buffered",
        "code",
        "heard",
    )

    def __init__(self, request: web.BaseRequest, form: Callable[[Frame], bytes]) -> None:
        """Take over the socket of a request; `form` is what a frame is written as."""
        transport = request.transport
        if transport is None:
            raise ConnectionResetError
        _keep_little(transport)
        self._transport = transport
        self._form = form
        self._loop = asyncio.get_running_loop()
        self._put = transport.write
        self.buffered = transport.get_write_buffer_size
        self._flows = False
        self._written = 0
        self._taken = 0
        self._arrivals: dict[bytes, asyncio.Future[None]] = {}
        self._stalled_since: float | None = None
        self._shut = False
        self.heard = self._loop.time()
        self.code = 0
        """The code with which we closed it; 0 if we did not."""

    def now(self) -> float:
        """The time that `heard` and `check` go by, in seconds."""
        return self._loop.time()

    @property
    def is_shut(self) -> bool:
        """True if nothing is written any more."""
        return self._shut

    @property
    def is_waiting(self) -> bool:
        """True while something is not known to be read."""
        return bool(self._arrivals)

    def shut(self) -> None:
        """Write nothing any more: the connection is lost, or its end is on its way."""
        self._shut = True
        self._flows = False

    def flow(self) -> None:
        """Count nothing while nothing waits: `paused` and `resumed` are called from now on."""
        self._transport.set_write_buffer_limits(0)
        if not self.buffered():
            self.resumed()

    def paused(self) -> None:
        """Count what is written from now on, since more waits to be sent than the limit."""
        self._flows = False
        self._written, self._taken, self._stalled_since = self.buffered(), 0, None

    def resumed(self) -> None:
        """Nothing waits to be sent."""
        self._flows = not self._shut

    def write(self, out: Frame) -> None:
        """Write at once; a reader with too much waiting is closed."""
        if self._flows:
            self._put(self._form(out))
        else:
            self.put(self._form(out))

    def put(self, data: bytes) -> None:
        """Write bytes in the same way."""
        if self._flows:
            self._put(data)
            return
        if self._shut:
            return
        if self.buffered() > MAX_BUFFERED:
            self.close(Code.SLOW_CONSUMER, Code.SLOW_CONSUMER.meaning)
            return
        self._written += len(data)
        self._put(data)

    def is_stalled(self, now: float) -> bool:
        """Return True if the reader has taken nothing of the waiting bytes for too long."""
        if self._flows:
            return False
        waiting = self.buffered()
        taken = self._written - waiting
        if not waiting or taken > self._taken:
            self._taken, self._stalled_since = taken, None
        elif self._stalled_since is None:
            self._stalled_since = now
        return self._stalled_since is not None and now - self._stalled_since >= MAX_STALL_S

    def arrival(self) -> asyncio.Future[None]:
        """Return a future that is done once the member has read everything written so far."""
        arrival: asyncio.Future[None] = self._loop.create_future()
        if self._shut:
            arrival.cancel()
            return arrival
        mark = next(_numbers).to_bytes(8)
        self._arrivals[mark] = arrival
        self.ask(mark)
        return arrival

    def ponged(self, mark: bytes) -> None:
        """Settle the future of an answered mark."""
        arrival = self._arrivals.pop(mark, None)
        if arrival is not None:
            arrival.set_result(None)

    def hang_up(self) -> None:
        """Cut the connection, if something of it still waits to be sent."""
        if self.buffered():
            self._transport.abort()

    @abstractmethod
    def ask(self, mark: bytes) -> None:
        """Ask for a sign that all was read so far; it leads to `ponged`."""

    @abstractmethod
    def check(self, now: float) -> None:
        """See `ConnectionWriter`."""

    @abstractmethod
    def close(self, code: int, reason: str) -> None:
        """See `ConnectionWriter`."""


def _keep_little(transport: asyncio.Transport) -> None:
    """Let the system keep little of what waits to be sent, so that it is seen here."""
    socket = transport.get_extra_info("socket")
    if socket is None:
        return
    options = [(sockets.SOL_SOCKET, sockets.SO_SNDBUF, KEPT_BY_SYSTEM)]
    lowat = getattr(sockets, "TCP_NOTSENT_LOWAT", None)
    if lowat is not None:
        options.append((sockets.IPPROTO_TCP, lowat, UNSENT))
    for option in options:
        with contextlib.suppress(OSError):  # it is not of TCP, or the system has no such option
            socket.setsockopt(*option)
