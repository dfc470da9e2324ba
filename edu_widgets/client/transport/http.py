"""HTTP requests of a transport.

The client of `httpx` is not used: it writes addresses to its log, and they may hold the token. Its
transport knows nothing of redirects.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import httpx

from edu_widgets.client.transport import network_errors
from edu_widgets.client.transport.base import NotPassed, TransportFailed, proxy_for
from edu_widgets.protocol import carriers

FAILURES = (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, ImportError)
"""The errors that a request may raise."""

_MOST = 10
"""Connections at once."""

_UNUSED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain addresses: without one httpx makes one a client, which takes as long as connecting."""

Headers = Mapping[str, str | bytes]


class Http:
    """Connections to one address, with TCP keepalive, so that dead ones are noticed.

    Args:
        url: Where the requests go; it decides the proxy.
        patience: Seconds that connecting, or writing a piece, may take.
        idle: Seconds for which an unused connection is kept. It may be dead by then, so longer only
            for who asks again where one is.
    """

    def __init__(self, url: str, patience: float, idle: float = 5.0) -> None:
        parts, proxy = urlsplit(url), proxy_for(url)
        options = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
        for name, seconds in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, name):
                options.append((socket.IPPROTO_TCP, getattr(socket, name), seconds))
        self._times = {"connect": patience, "write": patience, "pool": patience, "read": None}
        self._transport: httpx.AsyncHTTPTransport | None = httpx.AsyncHTTPTransport(
            verify=ssl.create_default_context() if parts.scheme == "https" else _UNUSED,
            proxy=httpx.Proxy(proxy) if proxy else None,
            limits=httpx.Limits(max_connections=_MOST, keepalive_expiry=idle),
            socket_options=options,
        )

    async def request(
        self, method: str, url: str, headers: Headers, body: bytes | None, within: float
    ) -> httpx.Response:
        """Ask; the answer has its headers, and its body is still to be read, or closed.

        Raises:
            TimeoutError: there is none after `within` seconds.
            TransportFailed: the connections are closed.
        """
        if self._transport is None:
            raise TransportFailed(0, "The connection is closed.")
        fields = [(name.encode(), _bytes(value)) for name, value in headers.items()]
        request = httpx.Request(
            method, url, headers=fields, content=body, extensions={"timeout": self._times}
        )
        async with asyncio.timeout(within):
            return await self._transport.handle_async_request(request)

    async def close(self) -> None:
        """Close all connections."""
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()


def address(url: str, path: str) -> str:
    """Return the address of a path of a service, given that of its WebSocket."""
    return f"http{url.removesuffix(carriers.WEBSOCKET).removeprefix('ws')}{path}"


async def body_of(
    response: httpx.Response, most: int, come: Callable[[int], None] = lambda _: None
) -> bytes:
    """Read a body, at most `most` bytes of it; `come` is called with each piece."""
    found = b""
    try:
        async for chunk in response.aiter_raw():
            come(len(chunk))
            found += chunk
            if len(found) > most:
                break
    finally:
        await response.aclose()
    return found


def explain(error: BaseException, url: str) -> str:
    """Return the reason why a request failed, for people."""
    if isinstance(error, ImportError) or type(error) is ValueError:
        return "The proxy that the environment names cannot be used."  # never with its password
    return network_errors.explain(error, url)


def failure(error: BaseException, url: str) -> TransportFailed:
    """Return the failure of a transport for an error of HTTP: no server, or no way to it."""
    reason = explain(error, url)
    return TransportFailed(0, reason) if network_errors.nobody(error) else NotPassed(0, reason)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
