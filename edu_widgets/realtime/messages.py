"""The messages, message streams and status of a `RealtimeClient`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from edu_widgets.protocol.attributes import Tidy

_log = logging.getLogger(__name__)

MOST_WAITING = 1_000
"""Messages that wait for an `async for`; above that the oldest are dropped …"""

MOST_BYTES = 8 * 1024 * 1024
"""… and above so many bytes of them as JSON; the newest one stays."""


@dataclass(frozen=True, slots=True)
class Message(Tidy):
    """A message of a channel."""

    type: str
    """The service's own word: `chat_message`, `grade_published`; at a service of edu-widgets the
    kind of the document: `message`, `poll`."""
    channel: str
    data: Any
    """The content, as JSON says it."""
    id: str
    timestamp: datetime | None
    """Time at which the service sent it; None if it does not say."""


@dataclass(frozen=True, slots=True)
class ClientStatus(Tidy):
    """The state of a client's connection (seed: `getConnectionStatus`)."""

    connected: bool
    channels: tuple[str, ...]
    """The subscribed channels, whether the service has granted them yet or not."""
    reconnect_attempts: int
    """Attempts that have failed in a row."""
    queued_messages: int
    """Messages of this person that wait to be sent."""
    transport: str
    """`websocket`, or another way; "" while there is none."""


class MessageStream(Tidy):
    """Messages as they come, for one `async for`; in any event loop.

    At most 1,000 wait, of 8 MiB together: of a loop that is slower than its messages the oldest
    are dropped. `dropped` counts them, and the log says so once.
    """

    _inner = "take"

    def __init__(self, type_: str | None, forget: Callable[[MessageStream], None]) -> None:
        self.dropped = 0
        """Number of messages dropped so far."""
        self._type = type_
        self._forget = forget
        self._waiting: deque[tuple[Message, int]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._more: asyncio.Event | None = None
        self._ended = False

    def __aiter__(self) -> AsyncIterator[Message]:
        return self

    async def __anext__(self) -> Message:
        if self._more is None:
            self._loop, self._more = asyncio.get_running_loop(), asyncio.Event()
        while not self._waiting:
            if self._ended:
                raise StopAsyncIteration
            self._more.clear()
            if not self._waiting and not self._ended:
                await self._more.wait()
        with self._lock:
            message, size = self._waiting.popleft()
            self._bytes -= size
        return message

    def close(self) -> None:
        """End the iteration, once the waiting messages are read."""
        self._ended = True
        self._forget(self)
        self._wake()

    def take(self, message: Message, size: int) -> None:
        """Add a message of `size` bytes, if it is of the wanted type; any thread."""
        if self._type not in (None, message.type):
            return
        with self._lock:
            self._waiting.append((message, size))
            self._bytes += size
            while len(self._waiting) > MOST_WAITING or (
                self._bytes > MOST_BYTES and len(self._waiting) > 1
            ):
                self._bytes -= self._waiting.popleft()[1]
                self._drop()
        self._wake()

    def _drop(self) -> None:
        if not self.dropped:
            _log.warning(
                "The loop over messages() is slower than they come: the oldest are dropped. "
                "`dropped` of the stream counts them."
            )
        self.dropped += 1

    def _wake(self) -> None:
        loop, more = self._loop, self._more
        if loop is not None and more is not None:
            with contextlib.suppress(RuntimeError):  # that loop is closed, nobody waits there
                loop.call_soon_threadsafe(more.set)
