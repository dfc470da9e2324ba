"""A class behind JupyterHub: entering as the Hub's user, with the token of one's own server.

That token also opens the server. So it is presented only at the address that the Hub's operator has
set, which has to be a service of the Hub: never at an address of a call, a person's server or the
target of a redirect (`requests`, the transports), and past no proxy that could read it.
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from edu_widgets.client.invites.parsing import websocket_url
from edu_widgets.client.invites.requests import Unreached, request
from edu_widgets.client.transport.base import Target, is_loopback, proxy_for
from edu_widgets.client.view import Person
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, Refused, ServiceUnavailable, refusal
from edu_widgets.protocol.patterns import pattern

TOKEN = "JUPYTERHUB_API_TOKEN"  # noqa: S105 - the name of a variable
"""The variable in which the Hub gives a server its token."""

SETTING = "EDU_WIDGETS_HUB_SERVICE"
FORM = "http://127.0.0.1:8000/services/class"

_NAME = pattern(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PATH = pattern(r"(/[A-Za-z0-9._~%@-]+)*/services/[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

_last: dict[str, "HubMember"] = {}
"""What services answered last, by their addresses: for as long as they do not answer."""


class ServerToken:
    """The token of this person's server, read anew at each attempt to connect."""

    def __call__(self) -> str:
        """Return the token.

        Raises:
            InvalidArgument: this is no server of a JupyterHub.
        """
        token = os.environ.get(TOKEN, "")
        if token:
            return token
        msg = f"{TOKEN} is not set: this is no server of a JupyterHub, or its token was taken away."
        raise InvalidArgument(msg)


@dataclass(frozen=True, slots=True)
class HubMember:
    """The Hub's user, as the service of the class knows them."""

    base: str
    """The service's HTTP address."""
    user_id: str
    people: Mapping[str, Person]
    """By course, who they are there."""

    def course(self, wanted: str) -> str:
        """Return the course to enter: the wanted one, or else the only one.

        Raises:
            InvalidArgument: none is wanted, and there are several.
            Forbidden: they may not enter the wanted one.
        """
        names = ", ".join(sorted(self.people))
        if wanted and wanted not in self.people:
            text = f"JupyterHub's service lets you into {names or 'no course'}, not into {wanted}."
            raise refusal(Code.FORBIDDEN, text)
        if wanted or len(self.people) == 1:
            return wanted or next(iter(self.people))
        raise InvalidArgument(f"connect() needs course=…, one of {names}.")

    def target(self) -> Target:
        """Return the service's address and the person, for connections."""
        return Target(websocket_url(self.base), self.user_id, ServerToken())


def check_setting(service: str) -> None:
    """Check the form of the setting: a service's name, or its whole address.

    Raises:
        InvalidArgument: it has neither form.
    """
    if not _NAME.fullmatch(service):
        _checked(service)


def service_address(service: str, environ: Mapping[str, str]) -> str:
    """Return the HTTP address of a service of the Hub, without a slash at its end.

    Args:
        service: Its name, or its address as servers of the Hub reach it.
        environ: The variables that the Hub gives a server.

    Raises:
        InvalidArgument: it is no address of a service of this Hub, or the token would be read on
            the way there.
    """
    address = service.rstrip("/")
    if _NAME.fullmatch(service):
        hub = environ.get("JUPYTERHUB_PUBLIC_HUB_URL", "").rstrip("/").removesuffix("/hub")
        if not hub:
            msg = (
                f"{SETTING} is {service!r}, and JupyterHub does not say its own address: set "
                f"c.JupyterHub.public_url, or {SETTING} to the whole address, such as {FORM}."
            )
            raise InvalidArgument(msg)
        address = f"{hub}/services/{service}"
    _checked(address)
    base = environ.get("JUPYTERHUB_BASE_URL", "/")
    if not urlsplit(address).path.startswith(f"{base.rstrip('/')}/services/"):
        msg = (
            f"{SETTING} is {address!r:.200}, which is not below this JupyterHub's {base}services/."
        )
        raise InvalidArgument(msg)
    _check_way(address, environ)
    return address


def ask_who(base: str) -> HubMember:
    """Ask a service for the identity of this server's user; offline, return its last answer.

    Raises:
        Refused: the service, or the Hub behind it, refuses; the message says why.
        ServiceUnavailable: no service of ours answers there.
        InvalidArgument: this is no server of a JupyterHub.
    """
    try:
        answer = request(f"{base}/api/me", token=ServerToken()())
        user_id, courses = str(answer["userId"]), dict(answer["courses"])
        people = {c: Person(user_id, str(p["name"]), str(p["role"])) for c, p in courses.items()}
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, InvalidArgument):
            raise
        msg = (
            f"{base} answers as no service of this version does; update edu-widgets there or here."
        )
        raise ServiceUnavailable(msg) from None
    except (Unreached, Refused) as error:
        unavailable = isinstance(error, Unreached) or error.code == Code.UNAVAILABLE
        if unavailable and base in _last:
            return _last[base]
        if isinstance(error, Unreached) and error.error is None:
            raise ServiceUnavailable(_not_there(base)) from None
        raise
    found = _last[base] = HubMember(base, user_id, people)
    return found


def _not_there(base: str) -> str:
    parts = urlsplit(base)
    return (
        f"JupyterHub at {parts.netloc} has nothing of edu-widgets at {parts.path}/. Is the service "
        "in c.JupyterHub.services, and does it run? The Hub's log tells why not."
    )


def _checked(address: str) -> None:
    """Check that an address can be that of a Hub's service.

    Raises:
        InvalidArgument: it cannot.
    """
    try:
        url = urlsplit(address.rstrip("/"))
        usable = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:  # invalid brackets or port
        usable, url = None, urlsplit("")
    plain = not (url.query or url.fragment or "@" in url.netloc)
    if not (usable and plain and _PATH.fullmatch(url.path)):
        msg = f"{SETTING} has to be the name of a service of JupyterHub, or its address, as {FORM}."
        raise InvalidArgument(msg)


def _check_way(address: str, environ: Mapping[str, str]) -> None:
    """Check that the way to an address is encrypted, as the token takes it.

    Raises:
        InvalidArgument: somebody does.
    """
    url = urlsplit(address)
    if url.scheme == "https":
        return
    host, api = url.hostname or "", urlsplit(environ.get("JUPYTERHUB_API_URL", "")).hostname
    if not (is_loopback(address) or host == api or _is_inside(host)):
        msg = f"{SETTING} is {address!r:.200}: over the network it has to begin with https://."
        raise InvalidArgument(msg)
    if proxy_for(address):
        msg = (
            f"The environment's proxy would see the token of your server: {host} has to be in "
            "no_proxy (in jupyterhub_config.py, c.Spawner.environment)."
        )
        raise InvalidArgument(msg)


def _is_inside(host: str) -> bool:
    """Return whether a host is inside a cluster or a private network."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".svc", ".svc.cluster.local", ".internal"))
