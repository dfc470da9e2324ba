"""A base service by Server-Sent Events, and posts the other way, without a WebSocket."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from edu_widgets.client.sync.events import Service
from edu_widgets.client.transport.base import Target, TransportFailed
from edu_widgets.client.transport.http import FAILURES, Headers, Http, body_of, explain
from edu_widgets.client.transport.selection import TransportSelection
from edu_widgets.client.transport.sse import (
    MEDIA_TYPE,
    EventStream,
    ServerEvent,
    StreamTooLong,
)
from edu_widgets.client.transport.tasks import BackgroundTasks, first_of
from edu_widgets.client.transport.tokens import ask, without
from edu_widgets.client.transport.websocket import comes_up, retry_after
from edu_widgets.protocol import HEADER, MAX_SERVICE_FRAME, encode, is_retry
from edu_widgets.protocol.ids import uuid7

_MAX_REDIRECTS = 5
_MAX_LAST_ID = 4096
"""Bytes of an event's id that are told; a stream that gave a longer one is followed from now on."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
_NO_UPLINK = frozenset({400, 401, 403, 404, 405, 410, 415, 422, 501})
_OK = range(200, 300)


class EventStreamTransport:
    """An event stream of a base service; a redirect to another origin is not followed."""

    name = "event stream"

    def __init__(self, target: Target, selection: TransportSelection) -> None:
        self.service = Service(ours=False, uplink=False)
        self.received = 0
        self._target = target
        self._selection = selection
        self._token = ""
        self._http: Http | None = None
        self._response: httpx.Response | None = None
        self._receive: Callable[[bytes | str], None] = lambda _: None
        self._rest: Callable[[], None] = lambda: None
        self._fault: asyncio.Future[NoReturn] = asyncio.get_running_loop().create_future()
        self._order = asyncio.Lock()
        self._beside = BackgroundTasks(TransportFailed)

    async def open(self) -> None:
        """Open the stream, and see whether posts are taken."""
        self._token = await ask(self._target.token)
        url = self._selection.stream()
        channels = tuple(self._selection.channels())
        try:
            self._http = Http(url, self._selection.settings.patience)
            async with asyncio.timeout(self._selection.settings.patience):
                self._response = await self._find(url, channels)
                uplink = await self._has_uplink()
        except TransportFailed:
            self._selection.stream_failed()
            raise
        except FAILURES as error:
            self._selection.stream_failed()
            raise TransportFailed(0, explain(error, url)) from None
        self._selection.place.accepted()
        self._selection.stream_works()
        self.service = Service(
            ours=False, pings=uplink, uplink=uplink, channels=frozenset(channels)
        )

    async def _find(self, url: str, channels: tuple[str, ...]) -> httpx.Response:
        """The stream, wherever on this origin it is."""
        for _ in range(_MAX_REDIRECTS):
            query = self._selection.query(url, self._token, channels=",".join(channels))
            response = await self._request("GET", f"{url}?{query}", self._asking(), None)
            if _is_stream(response):
                return response
            await response.aclose()
            if HEADER in response.headers and response.is_success:
                self._selection.ours = True
                raise TransportFailed(0, "It is a service of edu-widgets.", 0.0)
            status = response.status_code
            if status in (401, 403):
                failure = self._selection.place.refused(url, f"HTTP {status}")
                if not is_retry(failure.code):
                    raise failure
            elif status in _REDIRECTS:
                url = self._redirected(url, response.headers.get("Location", ""))
            else:
                raise self._refusal(response)
        raise TransportFailed(0, "The event stream is redirected again and again.")

    def _asking(self) -> Headers:
        headers: dict[str, str | bytes] = {
            "Accept": MEDIA_TYPE,
            "Accept-Encoding": "identity",
            "Cache-Control": "no-cache",
        }
        # No header can have blanks around its value, and few servers take one without end.
        last = self._selection.memory.last_event_id.strip(" \t").encode()
        if 0 < len(last) <= _MAX_LAST_ID:
            headers["Last-Event-ID"] = last
        return headers

    def _redirected(self, url: str, location: str) -> str:
        there = urljoin(url, location) if location else ""
        if not there or urlsplit(there)[:2] != urlsplit(url)[:2]:
            self._selection.no_stream()
            raise TransportFailed(0, "The event stream was redirected to where no token may go.")
        return there.partition("?")[0]

    def _refusal(self, response: httpx.Response) -> TransportFailed:
        status = response.status_code
        if status in _LATER:
            wait = retry_after(response.headers.get("Retry-After", ""))
            return TransportFailed(0, f"The event stream is not there now (HTTP {status}).", wait)
        self._selection.no_stream()
        return TransportFailed(0, f"There is no event stream either (HTTP {status}).")

    async def _has_uplink(self) -> bool:
        """Return True if a heartbeat can be posted."""
        status = await self._post([self._heartbeat()])
        if status in _OK or status in _NO_UPLINK:
            return status in _OK
        raise TransportFailed(0, f"Nothing can be posted now (HTTP {status}).")

    def _heartbeat(self) -> bytes:
        now = int(time.time() * 1000)
        data = {"timestamp": now}
        return encode(
            "heartbeat",
            "system",
            data,
            timestamp=now,
            message_id=uuid7(),
            user_id=self._target.user_id,
        )

    async def _post(self, frames: list[bytes]) -> int:
        """Post frames in one batch and return the status; the answer's frames count as received."""
        uplink = urljoin(self._selection.stream(), "messages")
        url = f"{uplink}?{self._selection.query(uplink, self._token)}"
        headers = {"Content-Type": "application/json"}
        batch = b"[" + b",".join(frames) + b"]"
        response = await self._request("POST", url, headers, batch)
        answer = await body_of(response, MAX_SERVICE_FRAME)
        if response.status_code in _OK:
            self._hear(answer)
        return response.status_code

    def _hear(self, answer: bytes) -> None:
        with contextlib.suppress(msgspec.DecodeError, UnicodeError, RecursionError):
            for frame in msgspec.json.decode(answer, type=list[msgspec.Raw]):
                self._receive(without(bytes(frame), self._token))
        self._rest()

    async def _request(
        self, method: str, url: str, headers: Headers, body: bytes | None
    ) -> httpx.Response:
        if self._http is None:
            raise TransportFailed(0, "The connection is closed.")
        fields = {**headers, **self._selection.headers(url, self._token)}
        patience = self._selection.settings.patience
        return await self._http.request(method, url, fields, body, patience)

    async def read(self, receive: Callable[[bytes | str], None], rest: Callable[[], None]) -> None:
        """Hand over the frames of the stream; ends with `TransportFailed`."""
        self._receive, self._rest = receive, rest
        await first_of(self._follow(receive, rest), self._look_for_websocket(), self._fails())
        raise TransportFailed(0, "A WebSocket gets through again.", 0.0)

    async def _follow(
        self, receive: Callable[[bytes | str], None], rest: Callable[[], None]
    ) -> None:
        assert self._response is not None  # noqa: S101 - `open` has succeeded
        memory = self._selection.memory

        def passed_on() -> None:
            memory.last_event_id = stream.last_event_id
            rest()

        stream = EventStream(self._response.aiter_raw(), memory.last_event_id)
        stream.come, stream.rest = self._come, passed_on
        reason = "The event stream ended."
        try:
            async for event in stream.events():
                receive(without(frame_of(event), self._token))
        except (httpx.HTTPError, OSError):
            reason = "The event stream was cut."
        except StreamTooLong as error:
            reason = str(error)
        wait = self._selection.settings.retry_interval
        if stream.retry is not None:
            wait = stream.retry / 1000
        raise TransportFailed(0, reason, wait)

    def _come(self, count: int) -> None:
        self.received += count

    async def _fails(self) -> None:
        await self._fault

    async def _look_for_websocket(self) -> None:
        """Try, now and then, whether a WebSocket comes up; ends when one does."""
        while True:
            await asyncio.sleep(self._selection.again_in())
            if await comes_up(self._selection):
                return
            self._selection.websocket_failed()

    def write(self, frames: list[bytes]) -> bool:
        """Posts take their time."""
        del frames
        return False

    async def send(self, frames: list[bytes]) -> None:
        """Post frames, in order; `read` fails if a post does."""
        async with self._order:
            try:
                status = await self._post(frames)
            except (httpx.HTTPError, OSError, TimeoutError) as error:
                self._fail(explain(error, self._selection.stream()))
            else:
                if status not in _OK:
                    self._fail(f"The service did not take what was posted (HTTP {status}).")

    def _fail(self, reason: str) -> NoReturn:
        failure = TransportFailed(0, reason)
        if not self._fault.done():
            self._fault.set_exception(failure)
        raise failure

    def ping(self, answered: Callable[[], None]) -> None:
        """Post a heartbeat; the stream itself carries nothing back."""
        _ = self._beside.start(self._ping(answered))

    async def _ping(self, answered: Callable[[], None]) -> None:
        await self.send([self._heartbeat()])
        answered()

    async def close(self, code: int, reason: str) -> None:
        """Let go of everything."""
        del code, reason
        response, self._response = self._response, None
        http, self._http = self._http, None
        self._beside.cancel()
        if not self._fault.cancel() and not self._fault.cancelled():
            self._fault.exception()  # nobody is left to hear of it
        if response is not None:
            await response.aclose()
        if http is not None:
            await http.close()


def frame_of(event: ServerEvent) -> bytes:
    """Return the frame of an event.

    Its data is a message of the seed, or only the data of one; then the event's name, or the
    fields of the data, tell the type.
    """
    data = event.data.encode()
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return data  # whoever reads frames says what is wrong with it
    if not isinstance(value, dict):
        return data
    named, type_ = event.event, value.get("type")
    # A notification has a `type` and `data` of its own: an event with a name says what it is.
    whole = type_ == named if named != "message" else isinstance(type_, str)
    if whole and "data" in value:
        return data
    if named == "message" and "content" in value:
        named = "chat_message"
    channel = value.get("channel")
    return msgspec.json.encode({"type": named, "channel": channel, "data": msgspec.Raw(data)})


def _is_stream(response: httpx.Response) -> bool:
    """Return True for an event stream of a base service; ours needs another transport."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    right = response.status_code == httpx.codes.OK and kind == MEDIA_TYPE
    return right and HEADER not in response.headers
