"""Frames over a WebSocket."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    InvalidURI,
    WebSocketException,
)

from edu_widgets.client.transport import Target, TransportFailed
from edu_widgets.protocol import HEADER, MAX_SERVICE_FRAME, Code, meaning

OPEN_TIMEOUT = 10.0
_CLOSE_TIMEOUT = 1.0
_ABNORMAL = 1006
_POLICY = 1008


class WebSocketTransport:
    """A WebSocket to a service, by the `websockets` library.

    The session has a heartbeat of its own, so the library's keepalive is off; compression
    costs the service more than it saves for messages this small.
    """

    name = "websocket"

    def __init__(self, target: Target) -> None:
        self._target = target
        self._ws: ClientConnection | None = None

    async def open(self) -> None:
        """Connect, and see that it is a service of ours that answers."""
        try:
            self._ws = await connect(
                self._target.url,
                additional_headers={"Authorization": f"Bearer {self._target.token()}"},
                compression=None,
                ping_interval=None,
                open_timeout=OPEN_TIMEOUT,
                close_timeout=_CLOSE_TIMEOUT,
                max_size=MAX_SERVICE_FRAME,
                max_queue=256,
            )
        except InvalidStatus as error:
            raise _refusal(error) from None
        except InvalidURI:
            raise TransportFailed(Code.INVALID, "The address is not a WebSocket's.") from None
        except (OSError, InvalidHandshake, WebSocketException, TimeoutError, EOFError) as error:
            raise TransportFailed(0, explain(error, self._target.url)) from None
        response = self._ws.response
        if response is None or response.headers.get(HEADER) is None:
            await self.close(1000, "not ours")
            reason = "A WebSocket service answered, but not one of edu-widgets."
            raise TransportFailed(Code.PROTOCOL, reason)

    async def read(self, receive: Callable[[bytes | str], None]) -> None:
        """Hand over every frame; ends with `TransportFailed`."""
        ws = self._open_socket()
        try:
            while True:
                receive(await ws.recv(decode=False))
        except ConnectionClosed as closed:
            frame = closed.rcvd
            code = frame.code if frame is not None else _ABNORMAL
            reason = frame.reason if frame is not None else ""
            raise _ended(code, reason) from None

    async def send(self, frames: list[bytes]) -> None:
        """Write frames; a connection that is gone is noticed by `read`."""
        ws = self._open_socket()
        with contextlib.suppress(ConnectionClosed):
            for frame in frames:
                await ws.send(frame, text=True)

    async def close(self, code: int, reason: str) -> None:
        """Close within a second; then let go."""
        if self._ws is None:
            return
        ws, self._ws = self._ws, None
        with contextlib.suppress(WebSocketException, OSError, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT + 0.5):
                await ws.close(code if code != Code.DEAD_PEER else 1000, reason)

    def _open_socket(self) -> ClientConnection:
        if self._ws is None:
            raise TransportFailed(0, "The connection is closed.")
        return self._ws


def _ended(code: int, reason: str) -> TransportFailed:
    """Only numbers of our table are passed on; WebSocket's own all mean: try again."""
    if 4000 <= code <= 4999:  # noqa: PLR2004 - the range of our table
        return TransportFailed(code, reason or meaning(code))
    return TransportFailed(0, f"The connection was cut ({code} {reason}".rstrip() + ").")


def _refusal(error: InvalidStatus) -> TransportFailed:
    response = error.response
    status = response.status_code
    if response.headers.get(HEADER) is not None:
        with contextlib.suppress(ValueError, TypeError, KeyError):
            body = json.loads(bytes(response.body or b""))
            return TransportFailed(int(body["code"]), str(body["message"]))
    if status in (401, 403):
        reason = f"The service does not accept the token (HTTP {status})."
        return TransportFailed(Code.UNAUTHORIZED, reason)
    return TransportFailed(0, f"The service answered HTTP {status} instead of a WebSocket.")


def explain(error: BaseException, url: str) -> str:
    """One sentence on why nothing was reached; no token, no query."""
    where = url.split("?", 1)[0]
    if isinstance(error, ssl.SSLError):
        return f"{where}: the secure connection failed ({error.reason or error})."
    if isinstance(error, TimeoutError):
        return f"{where} did not answer in time."
    if isinstance(error, ConnectionRefusedError):
        return f"Nothing listens at {where}."
    if isinstance(error, InvalidHandshake):
        return f"{where} does not answer as a WebSocket service ({error})."
    if isinstance(error, OSError):
        return f"{where} cannot be reached ({error.strerror or error})."
    return f"{where}: {error}"
