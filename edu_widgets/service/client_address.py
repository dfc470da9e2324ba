"""Where a request comes from, behind proxies too."""

import ipaddress
from collections.abc import Sequence

from aiohttp import hdrs, web

from edu_widgets.service.addresses import Address


def source(request: web.Request, where: Address) -> str:
    """Where a request comes from, to count by: an address or, of IPv6, the network it is in."""
    told = request.headers.getall(hdrs.X_FORWARDED_FOR, [])
    found = ip_of(source_of(request.remote or "", told, where))
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
        found = ip_of(hop)
        if found is None:
            break
        peer = str(found)
    return peer


def is_proxy(peer: str, where: Address) -> bool:
    """Whether an address is a proxy's that is believed."""
    found = ip_of(peer)
    return found is not None and any(found in network for network in where.proxies)


def ip_of(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address; of IPv4 also where a socket for both gives it the form of IPv6."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
