"""Which requests are let in at all: the right host, no browser page, a bearer token."""

import ipaddress
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.addresses import Address


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
