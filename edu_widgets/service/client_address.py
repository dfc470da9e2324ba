"""The client address of a request, also behind proxies."""

import ipaddress
from collections.abc import Sequence

from aiohttp import hdrs, web

from edu_widgets.service.addresses import Address


def source(request: web.Request, where: Address) -> str:
    """Return the client's address for counting: of IPv6 the /64 network it is in."""
    told = request.headers.getall(hdrs.X_FORWARDED_FOR, [])
    found = ip_of(source_of(request.remote or "", told, where))
    if isinstance(found, ipaddress.IPv6Address):  # one computer has a whole /64 of addresses
        return str(ipaddress.ip_network((int(found), 64), strict=False))
    return str(found or request.remote)


def source_of(peer: str, told: Sequence[str], where: Address) -> str:
    """Return the peer's address; for a trusted proxy the last forwarded one that is no proxy.

    `X-Forwarded-For` from any other peer is not believed.
    """
    for hop in reversed([part.strip() for line in told for part in line.split(",")]):
        if not is_proxy(peer, where):
            break
        found = ip_of(hop)
        if found is None:
            break
        peer = str(found)
    return peer


def is_proxy(peer: str, where: Address) -> bool:
    """Return whether an address is that of a trusted proxy."""
    found = ip_of(peer)
    return found is not None and any(found in network for network in where.proxies)


def ip_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Parse an address; an IPv4 address mapped into IPv6 becomes IPv4 again. `None`: no address."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
