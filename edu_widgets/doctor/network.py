"""Checks of the way to a service: from its name to the first frame."""

import asyncio
import json
import time
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from edu_widgets.client.invites import platform_target, websocket_url
from edu_widgets.client.invites.requests import request
from edu_widgets.client.transport import network_errors
from edu_widgets.client.transport.base import (
    Target,
    TokenSource,
    TransportFailed,
    authorization,
    proxy_shown,
)
from edu_widgets.client.transport.events import EventsTransport
from edu_widgets.client.transport.factory import UPGRADE_WITHIN, next_transport
from edu_widgets.client.transport.http import FAILURES, Http, body_of, explain
from edu_widgets.client.transport.http_carrier import HttpCarrier
from edu_widgets.client.transport.polling import PollTransport
from edu_widgets.client.transport.selection import (
    ServiceSelection,
    TransportSelection,
    TransportSettings,
)
from edu_widgets.client.transport.websocket import try_websocket
from edu_widgets.doctor.causes import SET_CLOCK, clock_off
from edu_widgets.doctor.findings import Finding
from edu_widgets.protocol import HEADER, Code
from edu_widgets.protocol.errors import EduWidgetsError, Refused
from edu_widgets.protocol.proofs import PATH

_WITHIN = 10.0
_MOST = 64 * 1024
_ASK_NETWORK = (
    "Ask whoever runs the network or the proxy to let WebSockets through, or at least requests to "
    "this address as they are (docs/service.md)."
)


@dataclass(frozen=True, slots=True)
class Person:
    """The asking person: a token for this address alone; without one only public requests."""

    token: TokenSource | None = field(default=None, repr=False)
    user_id: str = ""
    told: str = ""
    """The origin of the token, as a sentence's beginning."""
    hub: bool = False
    """True for who is known by JupyterHub, which decides about them."""


@dataclass(slots=True)
class Service:
    """The service found at an address."""

    base: str
    course: str = ""
    id: str = ""
    """The service's id; "" if it is none of ours."""
    address: str = field(default="", repr=False)
    """The whole address that a platform's service was named by."""
    hub: bool = False
    """True for the class of the JupyterHub whose server this is."""


def reach(service: Service) -> Iterator[Finding]:
    """Ask an address what answers there; `service` learns its id."""
    proxy = proxy_shown(service.base)
    if proxy:
        told = f"Requests go through the proxy {proxy}, as the environment says."
        yield Finding("Proxy", told)
    yield from asyncio.run(_reached(service))


async def _reached(service: Service) -> list[Finding]:
    url, where = service.base + PATH, urlsplit(service.base).netloc
    sent = time.time()
    http: Http | None = None
    try:
        http = Http(url, _WITHIN)
        response = await http.request("GET", url, authorization(url), None, _WITHIN)
        came = time.time()
        async with asyncio.timeout(_WITHIN):
            body = await body_of(response, _MOST)
    except FAILURES as error:
        next_ = network_errors.advice(error, url)
        return [Finding("Connection", explain(error, url), next_, "no")]
    finally:
        if http is not None:
            await http.close()
    secure = " by a secure connection" if url.startswith("https") else ""
    found = [Finding("Connection", f"{where} answers{secure}, in {(came - sent) * 1000:.0f} ms.")]
    found += _clock(response.headers.get("Date", ""), (sent + came) / 2)
    if HEADER not in response.headers:
        odd = f"What answers at {where} is not a service of edu-widgets"
        told = f"{odd} (HTTP {response.status_code})."
        return [*found, Finding("Service", told, _another(service), "no")]
    try:
        service.id = str(json.loads(body)["serviceId"])
    except (ValueError, KeyError, TypeError, RecursionError):
        told = f"The service of edu-widgets at {where} is of an earlier version, or elsewhere."
        next_ = "Give the invite as it is on the instructor's screen; or start the service anew."
        return [*found, Finding("Service", told, next_, "no")]
    return [*found, Finding("Service", "It is a service of edu-widgets.")]


def _another(service: Service) -> str:
    port = "" if urlsplit(service.base).port else "; its port may be missing here"
    return (
        f"Compare the address with the invite on the instructor's screen{port}. A platform's own "
        "service needs edu.connect(…) and a token (docs/connecting.md)."
    )


def _clock(date: str, now: float) -> list[Finding]:
    """Compare the clocks by an answer's `Date`, which has whole seconds."""
    try:
        ahead = parsedate_to_datetime(date).timestamp() - now
    except (TypeError, ValueError, OverflowError):
        return []
    told = clock_off(ahead)
    right = Finding("Clock", "This computer's clock and the service's agree.")
    return [Finding("Clock", told, SET_CLOCK, "note") if told else right]


def known(service: Service, person: Person) -> Finding:
    """See that the service takes the token, and for this course."""
    if person.token is None:
        told = "Nobody has joined here from this account, so only what anybody may ask was tried."
        return Finding("Person", told, mark="note")
    again = "Join again with the invite on the instructor's screen, or get a fresh token."
    try:
        answer = request(service.base + "/api/me", token=person.token())
    except Refused as error:
        if person.hub:  # what the service says of the Hub's configuration has its own remedy
            said, _, next_ = str(error).partition(". ")
            return Finding("Person", f"{said.rstrip('.')}.", next_, "no")
        expired = error.code == Code.TOKEN_EXPIRED
        what = "has expired" if expired else "is not accepted by the service"
        told = f"{person.told} {what}." if error.code in _OF_TOKENS else str(error)
        return Finding("Person", told, again, "no")
    except EduWidgetsError as error:
        return Finding("Person", str(error), again, "no")
    courses = answer.get("courses")
    names = sorted(courses) if isinstance(courses, dict) else []
    if service.course and service.course not in names:
        of = f" It is meant for {', '.join(names)}." if names else ""
        told = f"{person.told} is good, but not for the course {service.course}.{of}"
        next_ = "Give the course's own invite, or a token that names the course."
        return Finding("Person", told, next_, "no")
    return Finding("Person", f"{person.told} is accepted.")


_OF_TOKENS = (Code.UNAUTHORIZED, Code.TOKEN_EXPIRED)


def ways(service: Service, person: Person, settings: TransportSettings) -> list[Finding]:
    """Try what a lesson would: a WebSocket, then what may take its place."""
    return asyncio.run(_ways(service, person, settings))


async def _ways(service: Service, person: Person, settings: TransportSettings) -> list[Finding]:
    url = websocket_url(service.base)
    target = Target(url, person.user_id, person.token or (lambda: "nobody"))
    selection = ServiceSelection(lambda: target, settings, time.monotonic)
    anybody = person.token is None
    why = await _failure(try_websocket(target, UPGRADE_WITHIN), anybody=anybody)
    if not why:
        carries = (
            "Requests for one get through." if anybody else "It comes up and carries messages."
        )
        return [Finding("WebSocket", carries)]
    found = [Finding("WebSocket", why, _ASK_NETWORK, "note")]
    carriers: tuple[tuple[str, str, type[HttpCarrier]], ...] = (
        ("Event stream", "the event stream", EventsTransport),
        ("Long poll", "long polls", PollTransport),
    )
    for what, instead, kind in carriers:
        why = await _failure(_opened(kind(selection)), anybody=anybody)
        if not why:
            told = f"It gets through: lessons run over {instead} instead."
            return [*found, Finding(what, told)]
        found.append(Finding(what, why, mark="note"))
    return [replace(one, mark="no") for one in found]


async def _opened(transport: HttpCarrier) -> None:
    try:
        await transport.open()
    finally:
        await transport.close(1000, "")


async def _failure(trial: Awaitable[None], *, anybody: bool) -> str:
    """Return the reason why a way is none; "" if it is one, or the service itself said no."""
    try:
        await trial
    except TransportFailed as failure:
        return "" if anybody and failure.code in _OF_TOKENS else failure.reason
    return ""


def platform(service: Service, person: Person, settings: TransportSettings) -> Finding:
    """Try a service that speaks only the basic messages, with the configured token."""
    return asyncio.run(_platform(service, person, settings))


async def _platform(service: Service, person: Person, settings: TransportSettings) -> Finding:
    assert person.token is not None  # noqa: S101 - only who has one asks
    target = platform_target(service.address or service.base, person.user_id, person.token)
    selection = TransportSelection(lambda: target, settings=settings)
    probe = next_transport(selection)
    why = ""
    for _ in range(3):  # in the header, then once in the address
        why = await _failure(probe.open(), anybody=False)
        await probe.close(1000, "")
        if not (why and selection.place.in_query):
            break
    if why:
        next_ = "See docs/connecting.md, When it does not work."
        return Finding("Service", f"{why}", next_, "no")
    return Finding("Service", "A platform's own service, which lets a WebSocket come up.")
