"""Requests of a service's owner: find it, enter its course, make invites, set the roster.

Standard library only: kernels load it with `launch`.
"""

import http.client
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from edu_widgets.protocol.errors import (
    ProtocolError,
    Refused,
    ServiceUnavailable,
    refusal,
)
from edu_widgets.protocol.proofs import PATH, SignIn
from edu_widgets.service import processes, state


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """A running service, as its owner sees it."""

    course: str
    local_url: str
    """Its URL from this computer, for example `http://127.0.0.1:8765`."""
    url: str
    """The URL that invites begin with; `local_url` unless it has a LAN or public address."""
    invite: str = field(repr=False)
    """The invite's code; the link is `<url>/<course>?code=<invite>`."""
    audience: str
    """A sentence that says which people or programs can reach it."""
    owner_secret: str = field(repr=False)
    """Bearer secret of the instructor."""
    pid: int
    started_now: bool
    """True if this call started the service; false if it ran before."""
    service_id: str = ""
    """The service's id, the same at any address."""
    former_url: str = ""
    """Its URL when a version without service ids ran last; "" if none did."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The instructor as a member: the answer to `POST /api/join`."""

    user_id: str
    name: str
    role: str


def find(data_dir: Path) -> state.ServiceState | None:
    """Return the service of a folder if it runs: its process is alive and answers as itself."""
    about = state.read(data_dir)
    if about is None or not processes.alive(about.pid):
        return None
    # An unhealthy service counts, too: it runs, and reports its problem itself.
    _, health = _exchange(about.url, "GET", "/health", None, "")
    return about if health is not None and health.get("instance") == about.instance else None


def info_of(course: str, about: state.ServiceState, *, started_now: bool) -> ServiceInfo:
    """Make the owner's view of a running service."""
    return ServiceInfo(
        course=course,
        local_url=about.url,
        url=about.public_url,
        invite=about.invites.get(course, ""),
        audience=about.reach,
        owner_secret=about.owner_secret,
        pid=about.pid,
        started_now=started_now,
        service_id=about.service_id,
        former_url=about.former_url,
    )


def attach(data_dir: Path, pid: int | None = None) -> bool:
    """Tell a folder's service to stay while a further kernel runs; false if no service runs."""
    running = find(data_dir)
    return running is not None and attach_to(running, os.getpid() if pid is None else pid)


def enter(info: ServiceInfo, name: str | None, otherwise: str = "Instructor") -> Owner:
    """Become a member of the hosted course as its instructor.

    Args:
        info: The service.
        name: The owner's name from now on; None: the name as before, or `otherwise` at first.
        otherwise: The name of an owner who has none yet.

    Raises:
        ServiceUnavailable: the service does not answer as it should.
    """
    names = ["", otherwise] if name is None else [name]
    token = _signed_in(info.local_url, info.owner_secret, info.service_id)
    bodies = ({"course": info.course, "name": n} for n in names)
    answers = (ask(info.local_url, "POST", "/api/join", body, token) for body in bodies)
    answer = next((answer for answer in answers if answer is not None), None)
    if answer is None:
        raise ServiceUnavailable(f"The service at {info.local_url} did not let its owner in.")
    return Owner(answer["userId"], answer["name"], answer["role"])


def invite(data_dir: Path, course: str, *, new: bool, staff: bool, hours: float) -> str:
    """Return an invite's link to a course of the service that runs in a folder.

    Args:
        data_dir: The folder of the service.
        course: The course.
        new: Replace the present invite by a new one.
        staff: Make an invite for an instructor, which expires after `hours`.
        hours: See `staff`.

    Raises:
        ServiceUnavailable: no service runs there.
        Refused: the service refuses; the message has the reason.
    """
    body = {"course": course, "new": new, "staff": staff, "hours": hours}
    return str(tell(data_dir, "/api/invite", body)["invite"])


def tell(data_dir: Path, path: str, body: object) -> dict[str, Any]:
    """Send a request of the owner to the service of a folder; returns its answer.

    Raises:
        ServiceUnavailable: no service runs there, or it does not answer as it should.
        Refused: the service refuses; the message has the reason.
    """
    running = find(data_dir)
    if running is None:
        msg = f"No service runs in {data_dir}. Start it, or name its folder: --data DIR."
        raise ServiceUnavailable(msg)
    token = _signed_in(running.url, running.owner_secret, running.service_id)
    return _tell(running.url, path, body, token)


def set_roster(info: ServiceInfo, names: Sequence[str]) -> None:
    """Let only these names join the hosted course.

    Raises:
        ServiceUnavailable: the service does not answer as it should.
        Refused: the service refuses; the message has the reason.
    """
    body = {"course": info.course, "names": list(names)}
    token = _signed_in(info.local_url, info.owner_secret, info.service_id)
    _tell(info.local_url, "/api/roster", body, token)


def attach_to(about: state.ServiceState, pid: int) -> bool:
    """Tell a service to stay while a process runs; false if it does not answer."""
    try:
        token = _signed_in(about.url, about.owner_secret, about.service_id)
    except (ServiceUnavailable, Refused):
        return False
    return ask(about.url, "POST", "/api/attach", {"pid": pid}, token) is not None


def _signed_in(url: str, secret: str, service_id: str) -> str:
    """Sign in as the owner; the service has to prove that it is the one of this folder.

    Raises:
        ServiceUnavailable: the service cannot prove that, or does not answer.
        Refused: the service refuses.
    """
    if not service_id:
        msg = f"The service at {url} is of an earlier version of edu-widgets: start it anew."
        raise ServiceUnavailable(msg)
    asked = SignIn(secret, urlsplit(url).hostname or "", service_id)
    try:
        answer = _tell(url, PATH, asked.proof(_tell(url, PATH, asked.question())))
        return asked.token(answer)
    except ProtocolError as error:
        raise ServiceUnavailable(f"What answers at {url} was told nothing: {error}.") from None


def ask(
    url: str, method: str, path: str, body: object = None, token: str = ""
) -> dict[str, Any] | None:
    """Send a request; returns the answer, `None` if there is none or the service refuses."""
    status, answer = _exchange(url, method, path, body, token)
    return answer if status == http.client.OK else None


def _tell(url: str, path: str, body: object, token: str = "") -> dict[str, Any]:
    """Post a request to the service; returns its answer.

    Raises:
        ServiceUnavailable: the service does not answer as it should.
        Refused: the service refuses; the message has the reason.
    """
    status, answer = _exchange(url, "POST", path, body, token)
    if status == http.client.OK and answer is not None:
        return answer
    if answer is None or "code" not in answer:
        raise ServiceUnavailable(f"The service at {url} does not answer as it should.")
    raise refusal(int(answer["code"]), str(answer.get("message")))


def _exchange(
    url: str, method: str, path: str, body: object, token: str
) -> tuple[int, dict[str, Any] | None]:
    parts = urlsplit(url)
    # Not urllib: a proxy from the environment has no business between us and our own process.
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=3)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, ValueError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()
    return response.status, answer if isinstance(answer, dict) else None
