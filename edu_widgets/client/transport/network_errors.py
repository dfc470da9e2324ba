"""Failures of the network in sentences for people: the cause, the address and the remedy.

Classes of libraries and numbers of the system never show. Standard library only, so that modules
without a socket library can use it.
"""

import contextlib
import errno
import re
import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from edu_widgets.client.transport.base import proxy_shown, proxy_told

_UNREACHABLE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EHOSTDOWN}
)
_CUT = (ConnectionError, EOFError)
_NO_FILES = frozenset({errno.EMFILE, errno.ENFILE})
_PLAIN = ("WRONG_VERSION", "HTTP_REQUEST", "RECORD", "UNKNOWN_PROTO")
"""OpenSSL's words for an answer that is no TLS, depending on its version."""
_PARTNER = {"http": "https", "https": "http", "ws": "wss", "wss": "ws"}
_PROBE_WITHIN = 2.0

_EXPIRED, _NOT_YET = 10, 9
_SELF_SIGNED = frozenset({18, 19})
_UNKNOWN_ISSUER = frozenset({20, 21})
_OTHER_HOST = frozenset({62, 64})
"""OpenSSL's numbers for what is wrong with a certificate (X509_V_ERR_…)."""


def explain(error: BaseException, url: str, *, otherwise: str = "") -> str:
    """Return a sentence or two on why `url` could not be reached, without token and query.

    `otherwise` is the sentence for a failure that is none of the network's.
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


def advice(error: BaseException, url: str) -> str:
    """Return the remedy where `url` could not be reached; "" if the explanation has it."""
    for cause in _chain(error):
        told = _tls_advice(cause) or _socket_advice(cause)
        if told:
            proxy = proxy_shown(url)
            return f"{told} Or ask whoever runs the proxy {proxy}." if proxy else told
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
    if number in _NO_FILES:
        return "This process has no file handle left for a connection: too many files are open."
    return f"The network does not lead to {where}." if number in _UNREACHABLE else ""


def _tls(cause: BaseException, where: str, scheme: str) -> str:
    if not isinstance(cause, ssl.SSLError):
        return ""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"This computer does not trust the certificate of {where}: {_distrust(cause)}."
    reason = str(getattr(cause, "reason", "")).upper()
    if any(sign in reason for sign in _PLAIN):
        other = _PARTNER.get(scheme, "http")
        return (
            f"{where} answers, but without a secure connection: the address begins with "
            f"{other}://, not {scheme}://."
        )
    return f"A secure connection to {where} cannot be made: the two sides do not agree on how."


def _distrust(error: ssl.SSLCertVerificationError) -> str:
    """The reason why a certificate is not trusted, as the end of a sentence."""
    code = getattr(error, "verify_code", 0)
    if code == _EXPIRED:
        return "it has expired, or this computer's date is wrong"
    if code == _NOT_YET:
        return "it is not valid yet, or this computer's date is wrong"
    if code in _SELF_SIGNED:
        return "it is signed by nobody whom this computer knows, but by itself"
    if code in _UNKNOWN_ISSUER:
        return "this computer does not know who has signed it"
    if code in _OTHER_HOST:
        return "it is for another address"
    return (getattr(error, "verify_message", "") or "it cannot be verified").rstrip(".")


def _tls_advice(cause: BaseException) -> str:
    if not isinstance(cause, ssl.SSLCertVerificationError):
        return ""
    code = getattr(cause, "verify_code", 0)
    if code in (_EXPIRED, _NOT_YET):
        today = time.strftime("%Y-%m-%d")
        return (
            "Whoever runs the service gives it a certificate that is valid today. This computer "
            f"takes today for {today}: if that is wrong, set its date."
        )
    if code in _OTHER_HOST:
        return "Use the address that the certificate is for, as the instructor's invite has it."
    return (
        "Whoever runs the service gives it a certificate of a known authority; or name the file of "
        "its own one in SSL_CERT_FILE in this computer's environment."
    )


def _socket_advice(cause: BaseException) -> str:
    number = _number(cause)
    if isinstance(cause, ssl.SSLError):
        return ""
    if isinstance(cause, socket.gaierror | UnicodeError):
        return "Compare the address with the invite on the instructor's screen, letter by letter."
    if isinstance(cause, ConnectionRefusedError) or number == errno.ECONNREFUSED:
        return (
            "Ask the instructor to run edu.host(…) again, and compare the port: a new start may "
            "have another one."
        )
    if number in _NO_FILES:
        return "Restart the kernel, or raise the limit (ulimit -n) before it starts."
    timeout = isinstance(cause, TimeoutError) or "Timeout" in type(cause).__name__
    if timeout or number in _UNREACHABLE:
        return (
            "Something between here and there, such as a firewall, lets nothing through: try "
            "another network, or ask the instructor for an address that begins with https://."
        )
    return ""


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
    causes += [*getattr(error, "exceptions", ()), *error.args]  # httpcore has it in its arguments
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
