"""Checks of every request: the right host, no browser page, no token in the URL, a bearer value."""

import contextlib
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from edu_widgets.protocol import Code
from edu_widgets.protocol.carriers import AUTHORIZATION
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.addresses import LOOPBACK
from edu_widgets.service.client_address import ip_of

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]*)?")


def check(request: web.Request, hosts: Iterable[str]) -> None:
    """Refuse requests of web pages, for unknown host names (DNS rebinding) and with URL tokens.

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
    """Return the host name of the header `Host`, in lower case.

    Raises:
        Refused: `PROTOCOL`: the header is missing, sent twice, or no host and port.
    """
    told = request.headers.getall(hdrs.HOST, [])
    with contextlib.suppress(ValueError):
        if len(told) == 1 and _HOST.fullmatch(told[0]):
            parts = urlsplit("//" + told[0])
            _ = parts.port
            return parts.hostname or ""
    raise refusal(Code.PROTOCOL, "The header `Host` has to be one name or address, with a port.")


def is_local(request: web.Request) -> bool:
    """Return whether a program on this computer sent the request, and no proxy forwarded it."""
    passed_on = {hdrs.X_FORWARDED_FOR, hdrs.FORWARDED, "X-Real-IP", "Via"}
    if _host(request) not in LOOPBACK or any(name in request.headers for name in passed_on):
        return False
    found = ip_of(request.remote or "")
    return found is not None and found.is_loopback


def proves(request: web.Request) -> bool:
    """Return whether a request says whose it is; other schemes are meant for a proxy."""
    scheme = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")[0]
    return AUTHORIZATION in request.headers or scheme.lower() == "bearer"


def bearer(request: web.Request) -> str:
    """Return the bearer value of `Edu-Widgets-Authorization`, or else of `Authorization`.

    Raises:
        Refused: `UNAUTHORIZED`: the request has none.
    """
    other = request.headers.get(hdrs.AUTHORIZATION, "")
    told: str = request.headers.get(AUTHORIZATION, other)
    scheme, _, value = told.partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        text = "Say who you are in the header 'Authorization: Bearer …' (a secret or a token)."
        raise refusal(Code.UNAUTHORIZED, text)
    return value.strip()
