"""Which requests are let in at all: the right host, no browser page, a bearer token."""

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, refusal

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared only


@dataclass(frozen=True, slots=True)
class Address:
    """Where the service listens and by which names it may be called."""

    bind: str
    hosts: frozenset[str]
    url: str = ""
    """The public URL, if it was given one."""
    asked: str = "loopback"
    """What it was made of."""

    def base_url(self, port: int) -> str:
        """What people put before a course's name."""
        if self.url:
            return self.url
        named = next(iter(self.hosts - LOOPBACK), "127.0.0.1")
        return f"http://{f'[{named}]' if ':' in named else named}:{port}"

    @property
    def prefix(self) -> str:
        """The path of the public URL, which a proxy may pass on; "" if it has none."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def reach(self) -> str:
        """Who can reach it, in one sentence."""
        if self.url:
            return f"Everybody who can open {self.url} can reach it."
        if self.hosts <= LOOPBACK:
            return "Only programs on this computer can reach it."
        return "Everybody in the same network can reach it."


def address(text: str | None, bind: str | None = None) -> Address:
    """Read `--address`: nothing or `loopback`, `lan`, an IP address, or a public URL.

    Raises:
        InvalidArgument: it is none of these.
    """
    bind = _checked_bind(bind)
    if not text or text in LOOPBACK or text == "loopback":
        return Address(bind or "127.0.0.1", LOOPBACK)
    if text.startswith(("http://", "https://")):
        host = _host(text)
        return Address(bind or "127.0.0.1", LOOPBACK | {host}, text.rstrip("/"), text)
    asked = text
    if text == "lan":
        text = lan_address()
    try:
        ipaddress.ip_address(text)
    except ValueError as error:
        msg = f"{text!r:.200} is not an address: use 'loopback', 'lan', an IP address or a URL."
        raise InvalidArgument(msg) from error
    if text in EVERYWHERE:
        msg = (
            f"{text} is every address of this computer, and none that people can open: use 'lan', "
            f"or name the address in --address and listen everywhere with --bind {text}."
        )
        raise InvalidArgument(msg)
    return Address(bind or text, LOOPBACK | {text}, asked=asked)


def _checked_bind(bind: str | None) -> str | None:
    """The address to listen on.

    Raises:
        InvalidArgument: it is no IP address.
    """
    if bind:
        try:
            ipaddress.ip_address(bind)
        except ValueError as error:
            msg = f"--bind {bind!r:.200} is not an IP address, such as 0.0.0.0 for all there are."
            raise InvalidArgument(msg) from error
    return bind


def _host(url: str) -> str:
    """The host of a public URL, which has nothing behind its path.

    Raises:
        InvalidArgument: it is no such URL.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:  # brackets or a port that are none
        host, parts = None, urlsplit("")
    if not host or parts.query or parts.fragment or parts.username:
        msg = f"{url!r:.200} is no public URL; one looks like https://class.example.org."
        raise InvalidArgument(msg)
    return host


def local_url(bind: str, port: int) -> str:
    """Where this computer reaches a service that listens on `bind`."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind, bind)  # noqa: S104 - compared only
    return f"http://{f'[{host}]' if ':' in host and '[' not in host else host}:{port}"


def lan_address() -> str:
    """This computer's address in its network; nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        found: str = probe.getsockname()[0]
        return found


def check(request: web.Request, hosts: Iterable[str]) -> None:
    """Refuse pages of other sites, and names that only a rebound DNS entry would use.

    Raises:
        Refused: `FORBIDDEN`; `UNAUTHORIZED` for a token in the URL.
    """
    if hdrs.ORIGIN in request.headers:
        text = "Web pages may not use this service; join from a notebook (edu.join)."
        raise refusal(Code.FORBIDDEN, text)
    host = urlsplit("//" + request.headers.get(hdrs.HOST, "")).hostname or ""
    if host not in hosts:
        text = f"This service is not called {host!r:.100}; start it with --address if it should be."
        raise refusal(Code.FORBIDDEN, text)
    if {"token", "secret", "access_token"} & request.query.keys():
        text = (
            "A token in the URL ends up in logs, so it is not accepted there (take it for known "
            "to others now). Send it in the header 'Authorization: Bearer …'."
        )
        raise refusal(Code.UNAUTHORIZED, text)


def source(request: web.Request, where: Address) -> str:
    """The address a request comes from, to count wrong tries by."""
    told = request.headers.getall(hdrs.X_FORWARDED_FOR, [])
    return source_of(request.remote or "", told, where)


def source_of(peer: str, told: Sequence[str], where: Address) -> str:
    """The peer's address; behind a proxy on this computer, the one the proxy has added last.

    Without a public URL there is no proxy, and whoever sends `X-Forwarded-For` made it up.
    """
    if where.url and told and _is_loopback(peer):
        last = told[-1].rpartition(",")[2].strip()
        try:
            return str(ipaddress.ip_address(last))
        except ValueError:
            return peer
    return peer


def _is_loopback(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer).is_loopback
    except ValueError:
        return False


def bearer(request: web.Request) -> str:
    """The bearer value of the `Authorization` header.

    Raises:
        Refused: `UNAUTHORIZED`: there is none.
    """
    scheme, _, value = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        text = "Say who you are in the header 'Authorization: Bearer …' (a secret or a token)."
        raise refusal(Code.UNAUTHORIZED, text)
    return value.strip()
