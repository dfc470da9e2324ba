"""A transport that opens the first of WebSocket, event stream and polls that gets through."""

import asyncio
from collections.abc import Callable

from edu_widgets.client.sync.events import Service
from edu_widgets.client.transport.base import NotPassed, Transport, TransportFailed
from edu_widgets.client.transport.selection import WEBSOCKET, ServiceSelection
from edu_widgets.client.transport.tasks import first_of
from edu_widgets.client.transport.websocket import gets_through


class FallbackTransport:
    """The first transport that comes up: a WebSocket, an event stream, polls.

    Args:
        selection: The order of the transports, and the knowledge about them.
        make: Makes one of them.
    """

    def __init__(self, selection: ServiceSelection, make: Callable[[str], Transport]) -> None:
        self._selection = selection
        self._make = make
        self._way = ""
        self._inner: Transport | None = None

    @property
    def name(self) -> str:
        """The name of the transport in use."""
        return self._inner.name if self._inner is not None else ""

    @property
    def service(self) -> Service:
        """The service at the other end."""
        return self._inner.service if self._inner is not None else Service()

    @property
    def received(self) -> int:
        """Bytes that have come."""
        return self._inner.received if self._inner is not None else 0

    async def open(self) -> None:
        """Connect by the first way that the network lets through.

        Raises:
            TransportFailed: nobody is there, the service says no, or there is no way; then it tells
                why the first is none.
        """
        first: TransportFailed | None = None
        for way in self._selection.order():
            self._way, self._inner = way, self._make(way)
            try:
                await self._inner.open()
            except TransportFailed as failure:
                await self._inner.close(1000, "")
                first = first or failure
                if way == WEBSOCKET:
                    self._selection.why_not = failure.reason
                if failure.code:
                    raise
                if not isinstance(failure, NotPassed):
                    break
            else:
                self._selection.works(way)
                return
        assert first is not None  # noqa: S101 - there are ways
        raise first

    async def read(self, receive: Callable[[bytes | str], None], rest: Callable[[], None]) -> None:
        """Hand over every frame; ends with `TransportFailed`."""
        loop = asyncio.get_running_loop()
        inner, began = self._open(), loop.time()
        try:
            if self._way == WEBSOCKET:
                await inner.read(receive, rest)
            else:
                await first_of(inner.read(receive, rest), self._look_for_websocket())
        except NotPassed as failure:
            self._selection.failed(self._way)
            if self._way == WEBSOCKET:
                self._selection.why_not = failure.reason
            raise TransportFailed(0, failure.reason, 0.0) from None
        except TransportFailed as failure:
            if not failure.code:
                self._selection.was_cut(self._way, loop.time() - began)
            raise
        raise TransportFailed(0, "A WebSocket gets through again.", 0.0)

    async def _look_for_websocket(self) -> None:
        """Try, now and then, whether a WebSocket gets through; ends when one does."""
        while True:
            await asyncio.sleep(self._selection.again_in())
            if await gets_through(self._selection.target()):
                self._selection.websocket_is_back()
                return
            self._selection.put_off_websocket()

    def write(self, frames: list[bytes]) -> bool:
        """See `Transport`."""
        return self._inner is not None and self._inner.write(frames)

    async def send(self, frames: list[bytes]) -> None:
        """See `Transport`."""
        await self._open().send(frames)

    def ping(self, answered: Callable[[], None]) -> None:
        """See `Transport`."""
        if self._inner is not None:
            self._inner.ping(answered)

    async def close(self, code: int, reason: str) -> None:
        """See `Transport`."""
        inner, self._inner = self._inner, None
        if inner is not None:
            await inner.close(code, reason)

    def _open(self) -> Transport:
        if self._inner is None:
            raise TransportFailed(0, "The connection is closed.")
        return self._inner
