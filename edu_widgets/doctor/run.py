"""`edu-widgets doctor`: why a lesson does not work from here, and what to do."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator
from importlib import metadata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from edu_widgets import configuration, folders
from edu_widgets.client.invites import Credentials, MembershipFiles, base_url, parse_invite
from edu_widgets.client.jupyterhub import ServerToken, service_address
from edu_widgets.client.transport.base import tell_front
from edu_widgets.connections import transport_settings
from edu_widgets.doctor import computer, network
from edu_widgets.doctor.findings import Finding, table
from edu_widgets.doctor.network import Person, Service

if TYPE_CHECKING:
    from edu_widgets.configuration import Configuration

_WORKS = "A lesson works from here."
_NOT = "A lesson does not work from here; what says »no« is why."
_ALONE = "Nothing is wrong on this computer. Give the invite, in quotes, to look on."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `edu-widgets doctor`."""
    parser.add_argument(
        "address",
        nargs="?",
        default="",
        metavar="ADDRESS",
        help="an invite, in quotes, or the address of a service; default: that of the settings",
    )
    parser.add_argument(
        "--notebook", default="", metavar="FILE", help="see whether Jupyter trusts this notebook"
    )


def run(args: argparse.Namespace) -> int:
    """Look at everything and print it; the exit code is 1 if a lesson does not work from here.

    Raises:
        InvalidArgument: the address, the notebook or a setting cannot be read.
    """
    settings = configuration.load()
    service = _service(args.address, settings)
    data = settings.edu.dataDir
    outbox = folders.outbox_folder(data, settings.edu.outboxDir)
    people = folders.people_folder(data)
    found = [*_network(service, settings)] if service is not None else []
    found += computer.look(outbox, people, args.notebook)
    bad = any(one.mark == "no" for one in found)
    good = _WORKS if service is not None else _ALONE
    sys.stdout.write(f"{_head(service)}\n\n{table(found)}\n{_NOT if bad else good}\n")
    return int(bad)


def _head(service: Service | None) -> str:
    version = metadata.version("edu-widgets")
    python = f"Python {platform.python_version()} on {platform.system()}"
    stamp = time.strftime("%Y-%m-%d %H:%M %z")
    about = f"edu-widgets {version}, {python}, {stamp}"
    return about if service is None else f"{about}\nLooked at {service.base}"


def _service(address: str, settings: Configuration) -> Service | None:
    """Return the service that an address, the settings or JupyterHub name; None if none does.

    Raises:
        InvalidArgument: what names it cannot be read.
    """
    text = address or settings.edu.invite
    if "code=" in text.lower():
        invite = parse_invite(text)
        if invite.front:
            tell_front(invite.base, invite.front)
        return Service(invite.base, invite.course)
    where = text or _configured(settings)
    if not where and settings.edu.hubService:
        address = service_address(settings.edu.hubService, os.environ)
        return Service(base_url(address), settings.edu.course, hub=True)
    if not where:
        return None
    shown = where if "://" in where else f"http://{where}"
    course = settings.edu.course if _is_configured(where, settings) else ""
    return Service(base_url(shown), course, address=shown)


def _configured(settings: Configuration) -> str:
    """Return the address that the settings name themselves; "" if none does."""
    from edu_widgets.configuration.inforce import DEFAULT  # noqa: PLC0415
    from edu_widgets.configuration.settings import BY_NAME  # noqa: PLC0415

    setting = BY_NAME["WebSocket.url"]
    return "" if settings.origin(setting) == DEFAULT else str(settings.value(setting))


def _is_configured(where: str, settings: Configuration) -> bool:
    named = _configured(settings)
    return bool(named) and urlsplit(base_url(named)).netloc == urlsplit(base_url(where)).netloc


def _network(service: Service, settings: Configuration) -> Iterator[Finding]:
    """Look at what is between here and the service, as far as it gets."""
    found = list(network.reach(service))
    answers = all(one.mark != "no" or one.what == "Service" for one in found)
    if service.id:
        yield from found
        person = _person(service, settings)
        yield network.known(service, person)
        yield from network.ways(service, person, transport_settings(settings))
        return
    person = _by_token(service, settings)
    if answers and person.token is not None:
        yield from (one for one in found if one.what != "Service")
        yield network.platform(service, person, transport_settings(settings))
    else:
        yield from found


def _person(service: Service, settings: Configuration) -> Person:
    """Return who this account is at a service of ours: its owner, who joined, or by a token."""
    if service.hub:
        return Person(ServerToken(), told="The token of your server of JupyterHub", hub=True)
    from edu_widgets.service import state  # noqa: PLC0415 - only where a service may run

    data = settings.edu.dataDir
    if service.course:
        own = state.read(folders.service_folder(service.course, data))
        if own is not None and own.service_id == service.id:
            credentials = Credentials(service.base, own.owner_secret, service.id)
            return Person(credentials, told="The secret of who runs the service")
    joined = MembershipFiles(folders.people_folder(data)).known(service.id, service.course)
    if joined:
        credentials = Credentials(service.base, joined[0].secret, service.id)
        return Person(credentials, joined[0].user_id, "The secret of who has joined here")
    return _by_token(service, settings)


def _by_token(service: Service, settings: Configuration) -> Person:
    """Return the person of the settings' token, which is shown to the settings' service alone."""
    if not (settings.edu.token or settings.edu.tokenFile):
        return Person()
    if not _is_configured(service.base, settings):
        return Person()
    return Person(settings.token_source(), settings.edu.userId, "The token of the settings")
