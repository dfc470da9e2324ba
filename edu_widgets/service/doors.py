"""Which requests are let in at all: the right host, no browser page, a bearer token."""

import ipaddress
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.addresses import LOOPBACK, Address


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
    """The peer's address; of a proxy that is believed, the last one it tells that is no proxy.

    Whoever else sends `X-Forwarded-For` made it up.
    """
    for hop in reversed([part.strip() for line in told for part in line.split(",")]):
        if not _is_proxy(peer, where):
            break
        try:
            peer = str(ipaddress.ip_address(hop))
        except ValueError:
            break
    return peer


def _is_proxy(peer: str, where: Address) -> bool:
    try:
        found = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(found in network for network in where.proxies)


def is_local(request: web.Request) -> bool:
    """Whether a request comes from a program on this computer, and no proxy has passed it on."""
    passed_on = {hdrs.X_FORWARDED_FOR, hdrs.FORWARDED, "X-Real-IP", "Via"}
    host = urlsplit("//" + request.headers.get(hdrs.HOST, "")).hostname or ""
    if host not in LOOPBACK or any(name in request.headers for name in passed_on):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
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
