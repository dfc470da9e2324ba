"""Where a service listens and what it is called. Standard library only: kernels use it too."""

import errno
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable
from edu_widgets.protocol.folders import words

_PORTS = 65_535
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared only


Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_HERE = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class Address:
    """Where the service listens and by which names it may be called."""

    bind: str
    hosts: frozenset[str]
    url: str = ""
    """The public URL, if it was given one."""
    asked: str = "loopback"
    """What it was made of."""
    proxies: tuple[Network, ...] = ()
    """Who is believed where a request comes from."""

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


def address(text: str | None, bind: str | None = None, proxies: Sequence[str] = ()) -> Address:
    """Read `--address`: nothing or `loopback`, `lan`, an IP address, or a public URL.

    Args:
        text: What was given.
        bind: The IP address to listen on, if not that one.
        proxies: Addresses or networks of proxies; of none, this computer if it is a URL.

    Raises:
        InvalidArgument: one of them is none of these.
    """
    made = _address(text, bind)
    known = tuple(map(_network, proxies))
    return replace(made, proxies=known or (_HERE if made.url else ()))


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        msg = f"--proxy {text!r:.200} is not an IP address or network, such as 10.0.0.0/8."
        raise InvalidArgument(msg) from error


def _address(text: str | None, bind: str | None) -> Address:
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
        msg = f"address: {url!r:.200} is no public URL; one looks like https://class.example.org."
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


def check_port(port: object) -> None:
    """See that a port can be one.

    Raises:
        InvalidArgument: it is no number from 0 (any free one) to 65535.
    """
    if port is None or (type(port) is int and 0 <= port <= _PORTS):
        return
    msg = f"port must be a number from 1 to {_PORTS}, or 0 for a free one, not {port!r:.40}."
    raise InvalidArgument(msg)


def check_free(bind: str, port: int) -> None:
    """See that a service could listen there, by listening for a moment.

    Raises:
        ServiceUnavailable: another program does, or this computer does not allow it.
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
    """The error for a place where nothing can listen, in words; `ports` are those tried."""
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
