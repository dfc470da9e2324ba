"""The seam between the session and the kinds of connections that carry its frames."""

import contextlib
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

import msgspec

from edu_widgets.client.sync.events import Service
from edu_widgets.protocol import Code, carriers, is_text, meaning

WEBSOCKET_PATH = carriers.WEBSOCKET
"""Path of the WebSocket of a service of ours."""


class TokenSource(Protocol):
    """Gives the token to present; asked at each attempt to connect, on a thread of its own."""

    def __call__(self) -> str:
        """The token."""


class SteppedSource:
    """Base of a source that asks in several steps, and sets a deadline for each by itself."""


@dataclass(frozen=True, slots=True)
class Target:
    """The address of a service and the person who connects. The token shows in no repr."""

    url: str
    user_id: str
    token: TokenSource = field(repr=False)
    base: bool = False
    """True if a base service, which speaks only the seed's messages, will do."""
    place: str = ""
    """The key of the person's stored data, whatever the service's address; "": the url."""
    former: str = ""
    """The url by which an earlier version kept it."""
    way: str = ""
    """The transport that got through to the service last time."""
    keep_way: Callable[[str], None] | None = field(default=None, compare=False)
    """Keeps that; called on a thread of its own."""
    viewer: bool = False
    """True for a person who takes part through another person's notebook."""
    name: str = ""
    """The person's name, where the transport itself tells who is here."""
    api_key: str = field(default="", repr=False)
    """The publishable key of a Supabase project; "" for any other service."""

    @property
    def key(self) -> tuple[str, str]:
        """The service and the person."""
        return self.place or self.url, self.user_id


class TransportFailed(Exception):  # noqa: N818 - caught by the connection, never shown
    """A transport could not open, or ended. `code` is from the table of codes, or 0.

    `retry_after`: the seconds the service asked for before the next attempt, if it did.
    """

    def __init__(self, code: int, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.retry_after = retry_after


class NotPassed(TransportFailed):
    """The network's word, not the service's: something else may get through."""


class _Problem(msgspec.Struct, rename="camel"):
    """Body of an HTTP answer of our service that refuses; `retry_after` in ms."""

    code: int
    message: str
    retry_after: int | None = None


def refusal(body: bytes) -> TransportFailed | None:
    """Return the reason that our service gives in a refusing answer; None if it gives none."""
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = msgspec.json.decode(body, type=_Problem)
        wait = None if said.retry_after is None else min(said.retry_after, 3_600_000) / 1000
        return TransportFailed(said.code, said.message, wait)
    return None


_OURS = range(4000, 5000)


def ended(code: int, reason: str) -> TransportFailed:
    """Return the failure for a close code; codes that are not of our table mean: try again.

    So does `PROTOCOL`, the end of a connection whose frame was damaged on its way.
    """
    if code in _OURS and code != Code.PROTOCOL:
        return TransportFailed(code, reason or meaning(code))
    return TransportFailed(0, f"The connection was cut ({code} {reason}".rstrip() + ").")


def sound(frame: bytes) -> bytes:
    """Return a frame that is text.

    Raises:
        TransportFailed: it was damaged on its way, and so may others be: another connection
            resumes before it.
    """
    if is_text(frame):
        return frame
    raise TransportFailed(0, "Something on the way to the service damages what it sends.")


_fronts: dict[str, str] = {}


def tell_front(base: str, token: str) -> None:
    """Remember the headers that Jupyter wants where it stands before a service."""
    _fronts[base.rstrip("/")] = token


def forget_fronts() -> None:
    """Forget every token that `tell_front` was given."""
    _fronts.clear()


def authorization(url: str, token: str = "") -> dict[str, str]:
    """Return the headers that carry the tokens: for a service of ours, and for Jupyter before it.

    Jupyter takes `Authorization` for its own; so ours is also in a header that is nobody else's.
    """
    bearer = f"Bearer {token}"
    own = {"Authorization": bearer, carriers.AUTHORIZATION: bearer} if token else {}
    asked = f"http{url.removeprefix('ws')}" if url.startswith("ws") else url
    front = next((t for base, t in _fronts.items() if asked.startswith(f"{base}/")), "")
    return own | ({"Authorization": f"token {front}"} if front else {})


class Transport(Protocol):
    """One connection. Opened, used and closed on the network thread."""

    @property
    def name(self) -> str:
        """The name of the transport, for people."""

    @property
    def service(self) -> Service:
        """The service at the other end, once the transport is open."""

    @property
    def received(self) -> int:
        """Bytes that have come, also those of a frame that is not whole yet."""

    async def open(self) -> None:
        """Connect.

        Raises:
            TransportFailed: it did not work; the code tells whether to try again.
        """

    async def read(self, receive: Callable[[bytes | str], None], rest: Callable[[], None]) -> None:
        """Hand every frame to `receive` until the end; `rest` after those that came together.

        Raises:
            TransportFailed: always, at the end; it says why.
        """

    def write(self, frames: list[bytes]) -> bool:
        """Write frames at once if nothing waits before them; else False, and nothing is done.

        Each turn of an event loop may give the interpreter to a busy cell for 5 ms, so the work of
        this turn is done in this turn.
        """

    async def send(self, frames: list[bytes]) -> None:
        """Write frames, in order, and wait while the connection is stuffed."""

    def ping(self, answered: Callable[[], None]) -> None:
        """Call `answered` once the other side has read all that was sent before."""

    async def close(self, code: int, reason: str) -> None:
        """End it politely, within a second; also one that never opened."""


def is_loopback(url: str) -> bool:
    """Return True for an address on this computer, where no proxy can be of use."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_NAMES = {
    "ws": ("ws", "socks", "https", "http"),
    "wss": ("wss", "socks", "https"),
    "http": ("http",),
    "https": ("https",),
}
"""The named proxies to use, by the address's scheme; the first one that exists counts."""


def proxy_for(url: str) -> str | None:
    """Return the address of the proxy for an address, with its password if any; None: no proxy."""
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow to import

    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    if is_loopback(url) or proxy_bypass(f"{parts.hostname or ''}{port}"):
        return None
    named = getproxies()
    return next((named[name] for name in _NAMES[parts.scheme] if named.get(name)), None)


def proxy_told(url: str) -> str:
    """Return a sentence that names the proxy for an address; empty without a proxy."""
    proxy = proxy_shown(url)
    return f"The way there is through the proxy {proxy}, as the environment says." if proxy else ""


def proxy_shown(url: str) -> str:
    """The proxy's address as people may see it, without name and password; empty for none."""
    proxy = proxy_for(url)
    if not proxy:
        return ""
    try:
        parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
        return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return "of an address that cannot be read"
