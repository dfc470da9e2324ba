"""The environment variables in which JupyterHub tells a service its name and its address."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service import addresses
from edu_widgets.service.addresses import Address

PROXY = "proxy-public"
"""The name of a Hub's proxy inside its Kubernetes cluster."""


@dataclass(frozen=True, slots=True)
class HubService:
    """A service as its JupyterHub describes it."""

    name: str
    api_url: str
    """The URL of the Hub's REST API, without a slash at its end."""
    prefix: str
    """The path below which the Hub's proxy shows the service, without a slash at its end."""
    bind: str
    """The IP address on which the Hub's proxy expects the service."""
    port: int
    public_url: str
    """The URL under which people see the service; "" if the Hub was not told its own."""
    hosts: frozenset[str]
    """Host names that the Hub is known by."""

    def over(self, asked: Address, bind: str | None) -> Address:
        """Return an address that options ask for, with what the Hub tells.

        Args:
            asked: The address of the options; its public URL counts before the Hub's.
            bind: The IP address of `--bind`, which counts before the one the Hub tells.
        """
        hosts = addresses.LOOPBACK | self.hosts | asked.hosts | {self.bind}
        return replace(
            asked,
            bind=bind or self.bind,
            hosts=hosts,
            url=asked.url or self.public_url,
            path=self.prefix,
            proxies=asked.proxies or addresses.HERE,
        )


def hub_service(environ: Mapping[str, str]) -> HubService | None:
    """Read the variables of a Hub's service; `None` if this process is none.

    A person's server has similar variables, but no `JUPYTERHUB_SERVICE_NAME`.

    Raises:
        InvalidArgument: the Hub does not tell its API's URL, or where the service has to listen.
    """
    name = environ.get("JUPYTERHUB_SERVICE_NAME", "")
    if not name:
        return None
    api_url = environ.get("JUPYTERHUB_API_URL", "").rstrip("/")
    if urlsplit(api_url).scheme not in ("http", "https"):
        msg = (
            f"JUPYTERHUB_SERVICE_NAME is {name!r:.80}, but JUPYTERHUB_API_URL has no URL: set it, "
            "such as to http://127.0.0.1:8081/hub/api, or let JupyterHub start the service."
        )
        raise InvalidArgument(msg)
    bind, port = _place(name, environ.get("JUPYTERHUB_SERVICE_URL", ""))
    base = environ.get("JUPYTERHUB_BASE_URL", "/").rstrip("/")
    prefix = environ.get("JUPYTERHUB_SERVICE_PREFIX", "").rstrip("/")
    public = environ.get("JUPYTERHUB_PUBLIC_URL", "").rstrip("/")
    known = [public, api_url, environ.get("JUPYTERHUB_HOST", "")]
    known.append(environ.get("JUPYTERHUB_PUBLIC_HUB_URL", ""))
    hosts = frozenset({PROXY, *(host for url in known if (host := urlsplit(url).hostname or ""))})
    prefix = prefix or f"{base}/services/{name}"
    return HubService(name, api_url, prefix, bind, port, public, hosts)


def _place(name: str, url: str) -> tuple[str, int]:
    """Return the IP address and port at which a service has to listen.

    Raises:
        InvalidArgument: its URL names none.
    """
    with contextlib.suppress(ValueError):  # as InvalidArgument is, of what is no IP address
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        host = "127.0.0.1" if host == "localhost" else host
        if parts.scheme == "http" and addresses.checked_bind(host) and port:
            return host, port
    said = f"is {url!r:.200}" if url else "is missing"
    msg = (
        f"The URL of JupyterHub's service {name!r:.80} {said}: in jupyterhub_config.py give it an "
        'IP address and a port, such as "url": "http://127.0.0.1:8765".'
    )
    raise InvalidArgument(msg)
