"""A service of ours by an event stream down, and posts up."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

import httpx
import msgspec

from edu_widgets.client.transport.base import NotPassed, TransportFailed, ended, sound
from edu_widgets.client.transport.http_carrier import HttpCarrier
from edu_widgets.client.transport.sse import MEDIA_TYPE, EventStream, ServerEvent, StreamTooLong
from edu_widgets.protocol import carriers

T = TypeVar("T")

_QUIET = 25.0
"""Seconds after which a heartbeat is posted, if nothing was."""

_MISSES = 2
"""Heartbeats in a row that were taken, and not answered in time, until the stream counts as held
back on the way."""

_HEADERS = {
    "Accept": MEDIA_TYPE,
    "Accept-Encoding": "identity",
    "Cache-Control": "no-cache",
}
_HELD_BACK = "Something on the way to the service holds the event stream back."


class EventsTransport(HttpCarrier):
    """One answer that does not end, and posts."""

    name = "event stream"
    _response: httpx.Response | None = None
    _events: AsyncIterator[ServerEvent]

    async def _begin(self, former: str) -> str:
        headers = _HEADERS | ({carriers.CONNECTION: former} if former else {})
        response = await self._request("GET", carriers.EVENTS, headers, None)
        self._response = response
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if response.status_code != httpx.codes.OK:
            raise await self._refused(response)
        if kind != MEDIA_TYPE:
            what = "with a page instead of an event stream"
            raise NotPassed(0, f"Something on the way to the service answered {what}.")
        self._stream = EventStream(response.aiter_raw(), check=sound)
        self._stream.come = self._come
        self._events = self._stream.events()
        try:
            async with asyncio.timeout(carriers.FIRST_EVENT_S):
                first = await anext(self._events, None)
        except TimeoutError:
            raise NotPassed(0, _HELD_BACK) from None
        told: str = response.headers.get(carriers.CONNECTION, "")
        if first is None or first.event != carriers.OPENED:
            raise NotPassed(0, "What has answered is no event stream of the service.")
        return told or _read(first, carriers.Ping).id

    async def _follow(self) -> None:
        self._stream.rest = self._rest
        try:
            async for event in self._events:
                if event.event == carriers.CLOSE:
                    closed = _read(event, carriers.Closed)
                    raise ended(closed.code, closed.reason)
                if event.event == carriers.PING:
                    pong = {"type": carriers.PONG, "data": _read(event, carriers.Ping)}
                    _ = self._beside.start(self.send([msgspec.json.encode(pong)]))
                else:
                    self._hear(event.data.encode())
        except (httpx.HTTPError, OSError):
            raise TransportFailed(0, "The event stream was cut.") from None
        except StreamTooLong as error:
            raise TransportFailed(0, str(error)) from None
        raise TransportFailed(0, "The event stream ended.")

    async def _watch(self) -> None:
        """Check that posts are answered over the stream, and post heartbeats.

        Raises:
            NotPassed: the stream carries nothing, though posts arrive.
        """
        missed = 0
        while True:
            before, answered = self.received, asyncio.Event()
            await self.beat(answered.set)
            try:
                async with asyncio.timeout(carriers.FIRST_EVENT_S):
                    await answered.wait()
            except TimeoutError:
                missed = missed + 1 if self.received == before else 0
                if missed >= _MISSES:
                    raise NotPassed(0, _HELD_BACK) from None
                continue
            missed = 0
            await self._quiet()

    async def _quiet(self) -> None:
        """Wait until nothing was posted for a while."""
        while True:
            self._posted.clear()
            try:
                async with asyncio.timeout(_QUIET):
                    await self._posted.wait()
            except TimeoutError:
                return

    async def close(self, code: int, reason: str) -> None:
        """See `HttpCarrier.close`."""
        await super().close(code, reason)
        response, self._response = self._response, None
        if response is not None:
            await response.aclose()


def _read(event: ServerEvent, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(event.data, type=type_)
    except (msgspec.DecodeError, RecursionError):
        raise TransportFailed(0, "The event stream has an event that cannot be read.") from None
