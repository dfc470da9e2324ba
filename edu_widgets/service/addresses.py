"""A service's listening address, host names and URLs.

Standard library only: kernels use it too.
"""

import errno
import ipaddress
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable
from edu_widgets.protocol.folders import words

_PORTS = 65_535
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared only


_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

HERE = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
"""The networks of this computer alone."""


@dataclass(frozen=True, slots=True)
class Address:
    """The address that the service listens on, and the host names that requests may use."""

    bind: str
    hosts: frozenset[str]
    url: str = ""
    """The public URL, if it was given one."""
    asked: str = "loopback"
    """The `--address` it was made from: `loopback`, `lan`, an IP address or a URL."""
    proxies: tuple[Network, ...] = ()
    """Networks of proxies whose `X-Forwarded-For` is believed."""
    path: str = ""
    """The path below which JupyterHub's proxy shows the service, without a slash at its end."""

    def base_url(self, port: int) -> str:
        """Return the URL that people open, without `/<course>`."""
        if self.url:
            return self.url
        if self.path:
            return local_url(self.bind, port) + self.path
        named = next(iter(self.hosts - LOOPBACK), "127.0.0.1")
        return f"http://{f'[{named}]' if ':' in named else named}:{port}"

    @property
    def prefix(self) -> str:
        """The path of the public URL, which a proxy may pass on; "" if it has none."""
        return self.path or urlsplit(self.url).path.rstrip("/")

    @property
    def reach(self) -> str:
        """A sentence that says which people or programs can reach the service."""
        if self.url:
            return f"Everybody who can open {self.url} can reach it."
        if self.path:
            return f"Everybody who can open this JupyterHub can reach it, at {self.path}/."
        if self.hosts <= LOOPBACK:
            return "Only programs on this computer can reach it."
        return "Everybody in the same network can reach it."


def address(
    text: str | None,
    bind: str | None = None,
    proxies: Sequence[str] = (),
    hosts: Sequence[str] = (),
) -> Address:
    """Read `--address`: nothing or `loopback`, `lan`, an IP address, or a public URL.

    Args:
        text: The option's value.
        bind: The IP address to listen on, if it differs from `text`.
        proxies: Addresses or networks of proxies; if empty and `text` is a URL, this computer.
        hosts: Further host names that requests may use.

    Raises:
        InvalidArgument: an argument has none of these forms.
    """
    made = _address(text, bind)
    known = tuple(map(_network, proxies)) or (HERE if made.url else ())
    return replace(made, proxies=known, hosts=made.hosts | frozenset(map(_host_name, hosts)))


def _host_name(text: str) -> str:
    """Return a host name as requests spell it: in lower case, without a port.

    Raises:
        InvalidArgument: it is none.
    """
    if _NAME.fullmatch(text):
        return text.lower()
    msg = f"--host {text!r:.200} is not the name of a host, such as class.example.org."
    raise InvalidArgument(msg)


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        msg = f"--proxy {text!r:.200} is not an IP address or network, such as 10.0.0.0/8."
        raise InvalidArgument(msg) from error


def _address(text: str | None, bind: str | None) -> Address:
    bind = checked_bind(bind)
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
        msg = (
            f"address: {text!r:.200} is not an address: use 'lan', an IP address of this computer, "
            "or the public URL of a proxy, such as 'https://class.example.org'."
        )
        raise InvalidArgument(msg) from error
    if text in EVERYWHERE:
        msg = (
            f"address: {text} is every address of this computer, and none that people can open: "
            f"use 'lan', or name the address in --address and listen everywhere with --bind {text}."
        )
        raise InvalidArgument(msg)
    return Address(bind or text, LOOPBACK | {text}, asked=asked)


def checked_bind(bind: str | None) -> str | None:
    """Return the address to listen on, once it is checked.

    Raises:
        InvalidArgument: `bind` is no IP address.
    """
    if bind:
        try:
            ipaddress.ip_address(bind)
        except ValueError as error:
            msg = f"--bind {bind!r:.200} is not an IP address, such as 0.0.0.0 for all there are."
            raise InvalidArgument(msg) from error
    return bind


def _host(url: str) -> str:
    """Return the host of a public URL, which may have no query, fragment or user.

    Raises:
        InvalidArgument: `url` is no such URL.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:  # brackets or a port that are none
        host, parts = None, urlsplit("")
    if not host or parts.query or parts.fragment or parts.username:
        msg = f"address: {url!r:.200} is no public URL; one looks like https://class.example.org."
        raise InvalidArgument(msg)
    return host


def local_url(bind: str, port: int) -> str:
    """Return the URL by which this computer reaches a service that listens on `bind`."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(bind, bind)  # noqa: S104 - compared only
    return f"http://{f'[{host}]' if ':' in host and '[' not in host else host}:{port}"


def lan_address() -> str:
    """Return this computer's address in its network, without sending anything."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        found: str = probe.getsockname()[0]
        return found


def check_port(port: object) -> None:
    """Check that a value can be a port number or None.

    Raises:
        InvalidArgument: it is no integer from 0 (any free port) to 65535.
    """
    if port is None or (type(port) is int and 0 <= port <= _PORTS):
        return
    msg = f"port must be a number from 1 to {_PORTS}, or 0 for a free one, not {port!r:.40}."
    raise InvalidArgument(msg)


def check_free(bind: str, port: int) -> None:
    """Check that a service can listen on an address and port, by listening for a moment.

    Raises:
        ServiceUnavailable: another program has the port, or this user may not use it.
        InvalidArgument: this computer has no such address.
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        socket.create_server((bind, port), family=family).close()
    except OSError as error:
        raise unusable(bind, [port], error) from None


def unusable(
    bind: str, ports: Sequence[int], error: OSError | None
) -> InvalidArgument | ServiceUnavailable:
    """Make the error to raise where the service can listen on none of the tried `ports`."""
    number = error.errno if error is not None else None
    if number == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        msg = f"address: this computer has no address {bind}. Use 'lan', or one that it has."
        return InvalidArgument(msg)
    why = {
        errno.EADDRINUSE: "another program has it",
        errno.EACCES: "ports below 1024 are for administrators",
    }.get(number or 0, words(error))
    if len(ports) > 1:
        msg = f"No port from {ports[1]} to {ports[-1]} on {bind} can be used ({why})."
        return ServiceUnavailable(msg)
    return ServiceUnavailable(
        f"Port {ports[0]} on {bind} cannot be used ({why}). Choose another, or none: then a free "
        "one is taken."
    )
