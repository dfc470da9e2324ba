"""Which requests are let in at all: the right host, no browser page, a bearer token."""

import contextlib
import ipaddress
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.addresses import LOOPBACK, Address

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]*)?")


def check(request: web.Request, hosts: Iterable[str]) -> None:
    """Refuse pages of other sites, and names that only a rebound DNS entry would use.

    Raises:
        Refused: `FORBIDDEN`; `PROTOCOL` for a `Host` that is none; `UNAUTHORIZED` for a token in
            the URL.
    """
    if hdrs.ORIGIN in request.headers:
        text = "Web pages may not use this service; join from a notebook (edu.join)."
        raise refusal(Code.FORBIDDEN, text)
    host = _host(request)
    if host not in hosts:
        text = f"This service is not called {host!r:.100}; start it with --address if it should be."
        raise refusal(Code.FORBIDDEN, text)
    if {"token", "secret", "access_token"} & request.query.keys():
        text = (
            "A token in the URL ends up in logs, so it is not accepted there (take it for known "
            "to others now). Send it in the header 'Authorization: Bearer …'."
        )
        raise refusal(Code.UNAUTHORIZED, text)


def _host(request: web.Request) -> str:
    """The name a service is called by, in lower case.

    Raises:
        Refused: `PROTOCOL`: the header is missing, there twice, or no host and port.
    """
    told = request.headers.getall(hdrs.HOST, [])
    with contextlib.suppress(ValueError):
        if len(told) == 1 and _HOST.fullmatch(told[0]):
            parts = urlsplit("//" + told[0])
            _ = parts.port
            return parts.hostname or ""
    raise refusal(Code.PROTOCOL, "The header `Host` has to be one name or address, with a port.")


def source(request: web.Request, where: Address) -> str:
    """Where a request comes from, to count by: an address or, of IPv6, the network it is in."""
    told = request.headers.getall(hdrs.X_FORWARDED_FOR, [])
    found = _ip(source_of(request.remote or "", told, where))
    if isinstance(found, ipaddress.IPv6Address):  # everybody there has as many as they like
        return str(ipaddress.ip_network((int(found), 64), strict=False))
    return str(found or request.remote)


def source_of(peer: str, told: Sequence[str], where: Address) -> str:
    """The peer's address; of a proxy that is believed, the last one it tells that is no proxy.

    Whoever else sends `X-Forwarded-For` made it up.
    """
    for hop in reversed([part.strip() for line in told for part in line.split(",")]):
        if not is_proxy(peer, where):
            break
        found = _ip(hop)
        if found is None:
            break
        peer = str(found)
    return peer


def is_proxy(peer: str, where: Address) -> bool:
    """Whether an address is a proxy's that is believed."""
    found = _ip(peer)
    return found is not None and any(found in network for network in where.proxies)


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address; of IPv4 also where a socket for both gives it the form of IPv6."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def is_local(request: web.Request) -> bool:
    """Whether a request comes from a program on this computer, and no proxy has passed it on."""
    passed_on = {hdrs.X_FORWARDED_FOR, hdrs.FORWARDED, "X-Real-IP", "Via"}
    if _host(request) not in LOOPBACK or any(name in request.headers for name in passed_on):
        return False
    found = _ip(request.remote or "")
    return found is not None and found.is_loopback


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
