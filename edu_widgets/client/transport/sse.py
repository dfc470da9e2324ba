"""Server-Sent Events (WHATWG HTML, section 9.2.6), parsed by `httpx-sse`.

What it does otherwise than the standard is set right in front of it, in `EventStream._lines`: a
mark of the byte order at the beginning, events without data, ids that outlive a connection, and the
time to wait before the next one.
"""

import secrets
from collections.abc import AsyncIterable, AsyncIterator, Callable
from typing import NamedTuple

import httpx
from httpx_sse import EventSource

from edu_widgets.protocol import MAX_SERVICE_FRAME

MEDIA_TYPE = "text/event-stream"

_HEADERS = {"Content-Type": f"{MEDIA_TYPE}; charset=utf-8"}
_BOM = b"\xef\xbb\xbf"
_MAX_DIGITS = 9
"""Digits of a reconnection time that are believed: eleven days in milliseconds."""

_NO_DATA = secrets.token_hex(8)
"""Name of the events that have no data, and are none: only their id counts."""


class ServerEvent(NamedTuple):
    """One event. `event` is `message` if the stream names none; `id` the last one it gave."""

    event: str
    data: str
    id: str


class StreamTooLong(ValueError):  # noqa: N818 - reads as what happened
    """One event has more bytes than any frame of a service may have."""


class EventStream:
    """The events of a body that comes in pieces, cut at any byte.

    The next connection resumes from `last_event_id`, after `retry` ms (None: the stream has not
    said). An incomplete event at the end of the stream is dropped.

    Args:
        chunks: The body.
        last_event_id: That of the connection before.
        limit: Bytes that one event may have.
        check: Called with each line of data; its errors end the stream. The standard replaces
            bytes that are no UTF-8.
    """

    def __init__(
        self,
        chunks: AsyncIterable[bytes],
        last_event_id: str = "",
        limit: int = MAX_SERVICE_FRAME,
        check: Callable[[bytes], object] = lambda _: None,
    ) -> None:
        self.last_event_id = last_event_id
        self.retry: int | None = None
        self.come: Callable[[int], None] = lambda _: None
        """Called with the bytes of each piece before its events."""
        self.rest: Callable[[], None] = lambda: None
        """Called after the events that came in one piece."""
        self._chunks = chunks
        self._limit = limit
        self._check_data = check

    async def events(self) -> AsyncIterator[ServerEvent]:
        """Yield each event as soon as it is complete.

        Raises:
            StreamTooLong: an event exceeds the limit; the stream cannot be followed any more.
        """
        response = httpx.Response(httpx.codes.OK, headers=_HEADERS, stream=_Body(self._lines()))
        async for sse in EventSource(response).aiter_sse():
            self.last_event_id = sse.id
            if sse.event != _NO_DATA:
                yield ServerEvent(sse.event, sse.data, sse.id)

    async def _lines(self) -> AsyncIterator[bytes]:
        """The lines that matter, in the one form of them that every parser reads alike."""
        yield b"id: " + self.last_event_id.encode() + b"\n"
        rest, began, after_cr, size = b"", False, False, 0
        async for chunk in self._chunks:
            self.come(len(chunk))
            fresh = chunk.removeprefix(b"\n") if after_cr else chunk  # a line's end, cut in two
            if chunk:
                after_cr = chunk.endswith(b"\r")
            data = rest + fresh
            if not began:
                if len(data) < len(_BOM) and _BOM.startswith(data):
                    rest = data
                    continue
                began, data = True, data.removeprefix(_BOM)
            # Of bytes, unlike of text, `splitlines` knows just the three ends a line has here.
            *lines, rest = [*data.splitlines(), b""] if data[-1:] in _ENDS else data.splitlines()
            out = b""
            for line in lines:
                name, _, value = line.partition(b":")
                if name == b"retry":
                    self._wait(value.removeprefix(b" "))
                elif name in (b"data", b"event", b"id"):
                    size += self._size_of(value) if name == b"data" else 0
                    self._check(size)
                    out += line + b"\n"
                elif not line:
                    out += b"\n" if size else b"event: %b\n\n" % _NO_DATA.encode()
                    size = 0
            self._check(size + len(rest))
            if out:
                yield out
            self.rest()

    def _wait(self, value: bytes) -> None:
        if value.isdigit():
            digits = value.lstrip(b"0") or b"0"
            self.retry = int(digits) if len(digits) <= _MAX_DIGITS else 10**_MAX_DIGITS

    def _size_of(self, data: bytes) -> int:
        self._check_data(data)
        return len(data) + 1

    def _check(self, size: int) -> None:
        if size > self._limit:
            msg = f"An event has more than {self._limit} bytes."
            raise StreamTooLong(msg)


_ENDS = (b"\r", b"\n", b"")


class _Body(httpx.AsyncByteStream):
    """Bytes as the body of a response."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._chunks
