"""Frames over a WebSocket."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any, NoReturn, cast

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
    WebSocketException,
)

from edu_widgets.client.sync.events import Service
from edu_widgets.client.transport import network_errors
from edu_widgets.client.transport.base import (
    NotPassed,
    Target,
    TransportFailed,
    authorization,
    ended,
    proxy_for,
    refusal,
    sound,
)
from edu_widgets.client.transport.selection import TransportSelection
from edu_widgets.client.transport.tasks import first_of
from edu_widgets.client.transport.tokens import ask, without
from edu_widgets.client.transport.wire import ABNORMAL, CLOSE_TIMEOUT, Wire, WireTransport, nothing
from edu_widgets.protocol import HEADER, MAX_SERVICE_FRAME, Code, is_retry

OPEN_TIMEOUT = 10.0
"""Seconds a connection that is opened may take from one sign of progress to the next: until it is
made, and from then on until something comes."""

OPEN_WITHIN = 60.0
"""Seconds that it may take in all, however slow the link is."""

ANSWER_WITHIN = 10.0
"""Seconds in which the first bytes have to come, or a WebSocket is open in appearance only."""

_NOT_HERE = frozenset({200, 301, 302, 307, 308, 400, 404, 405, 410, 426, 501})
"""Answers of those who have no WebSocket at this address."""

_NO_UPGRADE = frozenset({400, 426})
"""Answers to a request without the headers that ask for a WebSocket; ours always have them."""
_WITHOUT_UPGRADE = (
    "Something on the way to the service, such as a proxy, lets no WebSocket through: it has to "
    "pass on the headers Upgrade and Connection (docs/service.md)."
)

_SILENT = "Something on the way to the service lets nothing through a WebSocket."

_PASSING = frozenset({1001, 1011, 1012, 1013, 1014})
"""Close codes that say something of the service, not of us: away, failed, restarting."""

_BASE = Service(ours=False, pings=True, accepted=False)

_quiet = logging.getLogger("edu_widgets.client.websockets")
# At DEBUG the library writes every header of a request, and so the token.
_quiet.setLevel(logging.INFO)


class WebSocketTransport(WireTransport):
    """A WebSocket to a service, by the `websockets` library.

    The session has a heartbeat of its own, so the library's keepalive is off; compression
    costs the service more than it saves for messages this small.
    """

    def __init__(
        self,
        target: Target,
        selection: TransportSelection | None = None,
        patience: float | None = None,
    ) -> None:
        self.service = Service()
        self._target = target
        self._selection = selection
        self._patience = patience
        self._token = ""
        self._heard = False

    async def open(self) -> None:
        """Connect to a service of ours, or to a base one where that will do.

        Raises:
            TransportFailed: the service, or the network before it, refuses.
        """
        self._token = await ask(self._target.token)
        if self._selection is None:
            headers = authorization(self._target.url, self._token)
            try:
                patience = min(OPEN_TIMEOUT, self._patience or OPEN_TIMEOUT)
                await self._dial(self._target.url, headers, patience)
            except InvalidStatus as error:
                raise _refusal(error) from None
            # It was ours when it was joined: a proxy may have dropped the header that says so.
            self.service = Service()
            return
        try:
            await self._find(self._selection)
        except InvalidStatus as error:
            if HEADER not in error.response.headers:
                self._selection.websocket_failed()
            raise _refusal(error) from None

    async def _find(self, selection: TransportSelection) -> None:
        """Connect where the service listens, with the token where it looks for it.

        Raises:
            InvalidStatus: it listens nowhere.
        """
        addresses = selection.addresses()
        while True:
            url = addresses[0]
            query, headers = selection.query(url, self._token), selection.headers(url, self._token)
            try:
                await self._dial(f"{url}?{query}", headers, selection.patience())
            except InvalidStatus as error:
                status = error.response.status_code
                if HEADER in error.response.headers:
                    raise
                if status in (401, 403):
                    failure = selection.place.refused(url, f"HTTP {status}")
                    if not is_retry(failure.code):
                        raise failure from None
                elif status in _NOT_HERE and len(addresses) > 1:
                    addresses.pop(0)
                else:
                    raise
            else:
                selection.plain = url != self._target.url
                return

    async def _dial(self, url: str, headers: dict[str, str], patience: float) -> None:
        try:
            wire = await dial(url, headers, patience)
        except InvalidStatus:
            raise
        except InvalidURI:
            raise TransportFailed(Code.INVALID, "The address is not a WebSocket's.") from None
        except (OSError, WebSocketException, EOFError, ImportError, UnicodeError) as error:
            if self._selection is not None:
                nobody = isinstance(error, OSError) and not isinstance(error, TimeoutError)
                late = isinstance(error, TimeoutError)
                self._selection.websocket_failed(late=late, nobody=nobody)
            if isinstance(error, OSError) and network_errors.nobody(error):
                raise TransportFailed(0, _explain(error, url)) from None
            raise NotPassed(0, _explain(error, url)) from None
        self._wire = wire
        if wire.response is None or HEADER not in wire.response.headers:
            self.service = _BASE
        elif self._selection is not None:
            self._selection.websocket_works()

    async def read(self, receive: Callable[[bytes | str], None], rest: Callable[[], None]) -> None:
        """Hand over every frame; ends with `TransportFailed`."""
        wire = self._open_wire()
        if self._selection is None:
            await first_of(self._follow(wire, receive, rest), self._is_silent(wire))
        if self.service.ours:
            await self._follow(wire, receive, rest)

        def hear(frame: bytes) -> None:
            if not (self._heard or _is_error(frame)):
                self._is_heard()
            receive(without(frame, self._token))

        raise self._ended(*await wire.read(hear, rest))

    async def _follow(
        self, wire: Wire, receive: Callable[[bytes | str], None], rest: Callable[[], None]
    ) -> NoReturn:
        raise ended(*await wire.read(lambda frame: receive(sound(frame)), rest))

    async def _is_silent(self, wire: Wire) -> None:
        """See that more comes than the answer to the upgrade.

        Raises:
            NotPassed: nothing does.
        """
        before, answered = wire.received, asyncio.Event()
        wire.ask_alive(answered.set)
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                await answered.wait()
        except TimeoutError:
            if wire.received == before:
                raise NotPassed(0, _SILENT) from None
        await asyncio.Future()

    def _is_heard(self) -> None:
        self._heard = True
        if self._selection is not None:
            self._selection.place.accepted()
            self._selection.websocket_works()

    def _ended(self, code: int, reason: str) -> TransportFailed:
        """Return the reason why a base service ended the connection; its codes are not ours."""
        said = reason.replace(self._token, "…") if self._token else reason
        how = f"{code} {said}".rstrip()
        cut = TransportFailed(0, f"The connection was cut ({how}).")
        if self._heard or self._selection is None or code in _PASSING:
            return cut
        if code != ABNORMAL:
            return self._selection.place.refused(self._target.url, f"closed with {how}")
        self._selection.websocket_failed()
        return self._selection.place.cut_short(self._target.url)

    def write(self, frames: list[bytes]) -> bool:
        """Write frames if the socket takes them at once."""
        return self._wire is not None and self._wire.write(frames)

    async def send(self, frames: list[bytes]) -> None:
        """Write frames; a connection that is gone is noticed by `read`."""
        wire = self._open_wire()
        with contextlib.suppress(ConnectionClosed):
            for frame in frames:
                await wire.send(frame, text=True)


async def dial(url: str, headers: dict[str, str], patience: float) -> Wire:
    """Open a connection, however long that takes, while there is progress.

    Args:
        url: The WebSocket's whole address.
        headers: Further headers of the request.
        patience: Seconds from one sign of progress to the next.
    """
    clock = asyncio.get_running_loop().time
    latest = clock() + OPEN_WITHIN
    async with asyncio.timeout(patience) as deadline:

        def progress() -> None:
            with contextlib.suppress(RuntimeError):  # the attempt has ended meanwhile
                deadline.reschedule(min(clock() + patience, latest))

        def create(*args: Any, **kwargs: Any) -> Wire:
            wire = Wire(*args, **kwargs)
            wire.progress = progress
            return wire

        wire = await _Connect(
            url,
            additional_headers=headers,
            compression=None,
            proxy=proxy_for(url),
            ping_interval=None,
            open_timeout=None,
            close_timeout=CLOSE_TIMEOUT,
            max_size=MAX_SERVICE_FRAME,
            logger=_quiet,
            create_connection=cast("type[Wire]", create),
        )
    assert isinstance(wire, Wire)  # noqa: S101 - `create` has made it
    wire.progress = nothing
    return wire


async def comes_up(selection: TransportSelection) -> bool:
    """Try a WebSocket, close it, and return True if it came up."""
    probe = WebSocketTransport(selection.target(), selection)
    try:
        await probe.open()
    except TransportFailed:
        return False
    finally:
        await probe.close(1000, "")
    selection.websocket_is_back()
    return True


async def gets_through(target: Target) -> bool:
    """Return True if a WebSocket to a service of ours comes up now and carries frames."""
    try:
        await try_websocket(target)
    except TransportFailed:
        return False
    return True


async def try_websocket(target: Target, patience: float | None = None) -> None:
    """Open a WebSocket to a service of ours, wait for an answer over it, and close it.

    Raises:
        TransportFailed: it does not.
    """
    probe, answered = WebSocketTransport(target, patience=patience), asyncio.Event()
    try:
        await probe.open()
        probe.ping(answered.set)
        async with asyncio.timeout(ANSWER_WITHIN):
            await answered.wait()
    except TimeoutError:
        raise NotPassed(0, _SILENT) from None
    finally:
        await probe.close(1000, "")


class _Connect(connect):
    """`connect`, but it follows no redirects: the token is for the host it was given for."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class _Typed(msgspec.Struct):
    """The type of a frame."""

    type: str = "error"


def _is_error(frame: bytes | str) -> bool:
    """Return True for a frame that reports an error or cannot be read."""
    try:
        return msgspec.json.decode(frame, type=_Typed).type == "error"
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return True


def _refusal(error: InvalidStatus) -> TransportFailed:
    """Return the reason for a refused WebSocket; only the service's own word ends the lesson."""
    response = error.response
    status = response.status_code
    if status in _NO_UPGRADE:
        return NotPassed(0, _WITHOUT_UPGRADE)
    if HEADER in response.headers:  # `get` would raise if a proxy has doubled it
        said = refusal(bytes(response.body or b""))
        if said is not None:
            return said
    reason = f"Something on the way to the service answered HTTP {status} instead of a WebSocket."
    return NotPassed(0, reason, retry_after("".join(response.headers.get_all("Retry-After"))))


def retry_after(value: str) -> float | None:
    """Return the seconds of a `Retry-After` header, at most an hour; None for any other value."""
    return min(float(value), 3600.0) if value.isascii() and value.isdigit() else None


def _explain(error: BaseException, url: str) -> str:
    if isinstance(error, InvalidProxy):  # told with its address, it would be with its password
        return "The proxy that the environment names cannot be used."
    where = url.partition("?")[0]
    odd = f"{where} does not answer as a WebSocket service."
    return network_errors.explain(error, url, otherwise=odd)
