"""Failures of the network in words for people: what happened, at which address, what to do.

What raised it, a library's class or a number of the system's, never shows. Standard library
only, so that what knows no socket library can use it.
"""

import contextlib
import errno
import re
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from edu_widgets.client.transport.base import proxy_shown, proxy_told

_UNREACHABLE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EHOSTDOWN}
)
_CUT = (ConnectionError, EOFError)
_PLAIN = ("WRONG_VERSION", "HTTP_REQUEST", "RECORD", "UNKNOWN_PROTO")
"""OpenSSL's words for an answer that is no TLS, depending on its version."""
_PARTNER = {"http": "https", "https": "http", "ws": "wss", "wss": "ws"}
_PROBE_WITHIN = 2.0


def explain(error: BaseException, url: str, *, otherwise: str = "") -> str:
    """One sentence, or two, on why `url` could not be reached; no token, no query.

    `otherwise` is what is said of a failure that is none of the network's.
    """
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    proxy = proxy_shown(url)
    told = _told(error, where, parts, proxy) or otherwise or f"{where} cannot be reached."
    return f"{told} {proxy_told(url)}".rstrip()


def _told(error: BaseException, where: str, parts: SplitResult, proxy: str) -> str:
    next_ = proxy or where  # whoever this computer speaks to itself
    host = proxy.rpartition(":")[0] or proxy or parts.hostname or ""
    chain = list(_chain(error))
    for cause in chain:
        told = _tls(cause, where, parts.scheme) or _socket(cause, next_, host)
        if told:
            return told
    if any(isinstance(cause, _CUT) for cause in chain):
        told = f"{next_} ended the connection before it answered."
        secure = proxy or parts.scheme in ("https", "wss")
        return told if secure else f"{told} {wants_tls(parts.scheme)}"
    return ""


def nobody(error: BaseException) -> bool:
    """Return True if nobody listens there, so that every other transport would fail alike."""
    return any(
        isinstance(cause, socket.gaierror | ConnectionRefusedError)
        or _number(cause) in _UNREACHABLE | {errno.ECONNREFUSED}
        for cause in _chain(error)
    )


def _socket(cause: BaseException, where: str, host: str) -> str:
    number = _number(cause)
    if isinstance(cause, socket.gaierror | UnicodeError):
        return f"There is no {host} on this network: is it spelt right, and are you online?"
    if isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__:
        return f"{where} did not answer in time."
    if isinstance(cause, ConnectionRefusedError) or number == errno.ECONNREFUSED:
        return f"Nothing listens at {where}."
    return f"The network does not lead to {where}." if number in _UNREACHABLE else ""


def _tls(cause: BaseException, where: str, scheme: str) -> str:
    if not isinstance(cause, ssl.SSLError):
        return ""
    if isinstance(cause, ssl.SSLCertVerificationError):
        why = (cause.verify_message or "it cannot be verified").rstrip(".")
        return f"This computer does not trust the certificate of {where}: {why}."
    reason = str(getattr(cause, "reason", "")).upper()
    if any(sign in reason for sign in _PLAIN):
        other = _PARTNER.get(scheme, "http")
        return (
            f"{where} answers, but without a secure connection: the address begins with "
            f"{other}://, not {scheme}://."
        )
    return f"A secure connection to {where} cannot be made: the two sides do not agree on how."


def wants_tls(scheme: str) -> str:
    """Return advice for an address that answers, but not in plain HTTP."""
    other = _PARTNER.get(scheme, "https")
    return f"If it is a secure one, its address begins with {other}:// instead."


def speaks_tls(host: str, port: int) -> bool:
    """Return True if the listener takes a secure connection; tries for at most two seconds."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # nothing is sent
    with (
        contextlib.suppress(OSError, ValueError),
        socket.create_connection((host, port), _PROBE_WITHIN) as plain,
        context.wrap_socket(plain, server_hostname=host),
    ):
        return True
    return False


def _chain(error: BaseException, depth: int = 8) -> Iterator[BaseException]:
    """An error and those that made it, down to the system's."""
    yield error
    context = None if error.__suppress_context__ else error.__context__
    causes = [getattr(error, "reason", None), error.__cause__ or context]
    causes += getattr(error, "exceptions", ())
    for cause in causes:
        if depth and isinstance(cause, BaseException):
            yield from _chain(cause, depth - 1)


def _number(error: BaseException) -> int | None:
    """The system's number of an error; of one that stands for several attempts, the last's."""
    if not isinstance(error, OSError):
        return None
    if error.errno is not None:
        return error.errno
    several = re.findall(r"\[(?:Errno|WinError) (\d+)\]", str(error))
    return int(several[-1]) if several else None
