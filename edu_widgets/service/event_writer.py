"""Writes a member's frames as server-sent events; the member sends theirs by posts."""

import asyncio
from operator import attrgetter

import msgspec
from aiohttp import HttpVersion11, hdrs, web

from edu_widgets.protocol import Code, carriers
from edu_widgets.service.connection_writer import GOODBYE_S, TransportWriter
from edu_widgets.service.frames import chunk, event

_HEADERS = {
    hdrs.CONTENT_TYPE: "text/event-stream",
    hdrs.CACHE_CONTROL: "no-cache, no-transform",
    "X-Accel-Buffering": "no",
}
_PADDING = b":" + b" " * carriers.PADDING + b"\n\n"
_COMMENT = b":\n\n"


class EventWriter(TransportWriter):
    """Writes to a member as to the reader of an answer that does not end."""

    __slots__ = ("_chunked", "_said_at", "over")

    def __init__(self, request: web.BaseRequest) -> None:
        self._chunked = request.version >= HttpVersion11
        super().__init__(request, attrgetter("chunk" if self._chunked else "event"))
        self._said_at = self.heard
        self.over = asyncio.Event()
        """Set when nothing is written any more."""

    async def begin(self, request: web.BaseRequest, id_: str) -> web.StreamResponse:
        """Begin the answer: its headers, the padding and the first event."""
        response = web.StreamResponse(headers=_HEADERS | {carriers.CONNECTION: id_})
        response.force_close()
        await response.prepare(request)
        self._say(_PADDING + event(msgspec.json.encode({"id": id_}), carriers.OPENED.encode()))
        return response

    async def end(self, response: web.StreamResponse) -> None:
        """End the answer; cut the connection if that takes too long."""
        try:
            async with asyncio.timeout(GOODBYE_S):
                await response.write_eof()
        except (TimeoutError, ConnectionError, RuntimeError):
            pass
        finally:
            self.hang_up()

    def shut(self) -> None:
        """Write nothing any more, and let the answer end."""
        super().shut()
        self.over.set()

    def ask(self, mark: bytes) -> None:
        """Send an event that is answered by a frame."""
        ping = msgspec.json.encode(carriers.Ping(mark.hex()))
        self._say(event(ping, carriers.PING.encode()))

    def check(self, now: float) -> None:
        """Close a reader that takes nothing, or has asked for nothing for too long."""
        if self.is_stalled(now):
            self.close(Code.SLOW_CONSUMER, Code.SLOW_CONSUMER.meaning)
        elif now - self.heard > carriers.LEASE_S:
            self.close(Code.DEAD_PEER, Code.DEAD_PEER.meaning)
        elif now - self._said_at >= carriers.COMMENT_S:
            self._said_at = now
            self._say(_COMMENT)

    def close(self, code: int, reason: str) -> None:
        """Say why, as the last event, and end."""
        if self.is_shut:
            return
        self.code = code
        said = event(msgspec.json.encode(carriers.Closed(code, reason)), carriers.CLOSE.encode())
        self._put(chunk(said) if self._chunked else said)
        self.shut()

    def _say(self, data: bytes) -> None:
        self.put(chunk(data) if self._chunked else data)
