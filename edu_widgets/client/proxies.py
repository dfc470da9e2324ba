"""The proxy on the way to an address, as the environment or the system names it."""

from urllib.parse import urlsplit

from edu_widgets.client.transport import is_loopback

_NAMES = {
    "ws": ("ws", "socks", "https", "http"),
    "wss": ("wss", "socks", "https"),
    "http": ("http",),
    "https": ("https",),
}
"""Which of the proxies named is asked, by the address's scheme; the first there is."""


def proxy_for(url: str) -> str | None:
    """The proxy for an address as it is named, maybe with a password; None if there is none."""
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - slow to import

    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    if is_loopback(url) or proxy_bypass(f"{parts.hostname or ''}{port}"):
        return None
    named = getproxies()
    return next((named[name] for name in _NAMES[parts.scheme] if named.get(name)), None)


def proxy_told(url: str) -> str:
    """A sentence that names the proxy; empty where there is none."""
    proxy = proxy_shown(url)
    return f"The way there is through the proxy {proxy}, as the environment says." if proxy else ""


def proxy_shown(url: str) -> str:
    """The proxy's address as people may see it, without name and password; empty for none."""
    proxy = proxy_for(url)
    if not proxy:
        return ""
    try:
        parts = urlsplit(proxy if "//" in proxy else f"//{proxy}")
        return f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
    except ValueError:
        return "of an address that cannot be read"
