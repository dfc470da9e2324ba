"""Invites, and the secrets they are exchanged for."""

import contextlib
import json
import os
import unicodedata
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

from edu_widgets.client.transport import WEBSOCKET_PATH, is_loopback
from edu_widgets.protocol import HEADER, Code, meaning
from edu_widgets.protocol.channels import course_name, person_name
from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable, refusal
from edu_widgets.protocol.ids import uuid7

_JOIN_PATH = "/api/join"
_TIMEOUT = 10.0
_MIN_CODE = 8
_MAX_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class Invite:
    """An address to join a course by. `base` is the service without path or code."""

    base: str
    course: str
    code: str = field(repr=False, default="")

    def __str__(self) -> str:
        return f"{self.base}/{quote(self.course)}?code={self.code}"

    @property
    def websocket(self) -> str:
        """The service's WebSocket."""
        return websocket_url(self.base)


def parse_invite(text: str) -> Invite:
    """Read an invite such as `http://127.0.0.1:8765/py101?code=K7QX4M2P`.

    Raises:
        InvalidArgument: it is not one; the message shows the form it should have.
    """
    form = "http://127.0.0.1:8765/py101?code=K7QX4M2P"
    try:
        url = urlsplit(text.strip())
        usable = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:  # brackets or a port that are none
        msg = f"{text!r:.200} is not an invite. One looks like {form}."
        raise InvalidArgument(msg) from None
    path = unquote(url.path).rstrip("/")
    prefix, _, course = path.rpartition("/")
    code = "".join(parse_qs(url.query).get("code", [""])[0].split()).upper().replace("-", "")
    if not usable or not course:
        msg = f"{text!r:.200} is not an invite. One looks like {form}."
        raise InvalidArgument(msg)
    if len(code) < _MIN_CODE:
        msg = f"The invite for {course!r} has no full code (…?code=K7QX4M2P). Copy it again."
        raise InvalidArgument(msg)
    netloc = url.netloc.rpartition("@")[2]
    return Invite(f"{url.scheme}://{netloc}{quote(prefix)}", course_name(course), code)


def base_url(address: str) -> str:
    """A service's HTTP address from what people write: `ws(s)://` or `http(s)://`.

    Raises:
        InvalidArgument: it is not an address.
    """
    try:
        url = urlsplit(address.strip())
        usable = url.scheme in ("ws", "wss", "http", "https") and bool(url.hostname)
        usable = usable and url.port != 0
    except ValueError:  # brackets or a port that are none
        url, usable = urlsplit(""), False
    if not usable:
        shown = address.partition("?")[0].rpartition("@")[2]  # never a token
        msg = f"url={shown!r:.200} is not a service's address; one looks like wss://example.org."
        raise InvalidArgument(msg)
    netloc = url.netloc.rpartition("@")[2]
    path = url.path.removesuffix(WEBSOCKET_PATH).rstrip("/")
    return f"{url.scheme.replace('ws', 'http')}://{netloc}{path}"


def websocket_url(base: str) -> str:
    """The WebSocket of a service of ours, from its HTTP address."""
    return "ws" + base.removeprefix("http") + WEBSOCKET_PATH


@dataclass(frozen=True, slots=True)
class Membership:
    """Who a service says we are; the secret proves it."""

    user_id: str
    name: str
    role: str
    secret: str = field(repr=False)


class People:
    """Secrets of the people who joined from this account, one file each, mode 0600.

    The same name from the same folder is the same person again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def recall(self, base: str, course: str, name: str) -> Membership | None:
        """What was kept for this service, course and name; None if nothing usable."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(self._path(base, course, name).read_text("utf-8"))
            fields = (kept["user_id"], kept["name"], kept["role"], kept["secret"])
            return Membership(*(str(value) for value in fields))
        return None

    def keep(self, base: str, course: str, name: str, member: Membership) -> None:
        """Keep a secret, whole or not at all."""
        path = self._path(base, course, name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(f".{uuid7()}")
        with open(fresh, "x", encoding="utf-8", opener=_private) as file:
            json.dump(
                {
                    "service": base,
                    "course": course,
                    "user_id": member.user_id,
                    "name": member.name,
                    "role": member.role,
                    "secret": member.secret,
                },
                file,
            )
        fresh.replace(path)

    def _path(self, base: str, course: str, name: str) -> Path:
        folded = unicodedata.normalize("NFKC", name).casefold()
        digest = sha256(f"{base}\n{course}\n{folded}".encode()).hexdigest()[:32]
        return self._folder / f"{digest}.json"


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def join(invite: Invite, name: str, people: People) -> Membership:
    """Enter a course: exchange the invite for a secret, or be recognised by the one kept.

    If the service cannot be reached, a kept secret is used as it is, so that a restarted
    kernel can go on writing offline.

    Raises:
        InvalidArgument: the name cannot be used.
        Refused: the invite is wrong or has expired, or too many tries were made.
        ServiceUnavailable: nothing of ours answers there, and nothing is kept.
    """
    name = person_name(name)
    known = people.recall(invite.base, invite.course, name)
    body = {"course": invite.course, "code": invite.code, "name": name}
    if known is not None:
        body["secret"] = known.secret
    try:
        answer = _post(invite.base + _JOIN_PATH, body)
    except ServiceUnavailable:
        if known is None:
            raise
        return known
    try:
        member = Membership(
            str(answer["userId"]),
            str(answer["name"]),
            str(answer["role"]),
            str(answer.get("secret") or (known.secret if known else "")),
        )
    except KeyError as missing:
        msg = f"{invite.base} answered without {missing}; it may be of another version."
        raise ServiceUnavailable(msg) from None
    people.keep(invite.base, invite.course, name, member)
    return member


def _post(url: str, body: dict[str, str]) -> dict[str, object]:
    import http.client  # noqa: PLC0415
    import urllib.error  # noqa: PLC0415 - slow to import, and only needed here
    import urllib.request  # noqa: PLC0415

    class NoRedirects(urllib.request.HTTPRedirectHandler):
        """A secret is for the host it was given for."""

        def redirect_request(self, *_: object) -> None:
            return None

    handlers: list[urllib.request.BaseHandler] = [NoRedirects()]
    if is_loopback(url):
        handlers.append(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(  # noqa: S310 - parse_invite lets only http(s) through
        url,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    opener = urllib.request.build_opener(*handlers)
    try:
        with opener.open(request, timeout=_TIMEOUT) as response:
            return _answer(url, response.headers.get(HEADER), response.read(_MAX_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            answer = _answer(url, error.headers.get(HEADER), error.read(_MAX_ANSWER))
        code = answer.get("code")
        number = code if isinstance(code, int) else int(Code.FORBIDDEN)
        raise refusal(number, str(answer.get("message") or meaning(number))) from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        msg = (
            f"No service answers at {url.removesuffix(_JOIN_PATH)} ({reason}). Is the lesson "
            "running, and can this computer reach it?"
        )
        raise ServiceUnavailable(msg) from None


def _answer(url: str, header: str | None, body: bytes) -> dict[str, object]:
    with contextlib.suppress(ValueError, RecursionError):
        answer = json.loads(body)
        if header is not None and isinstance(answer, dict):
            return answer
    msg = f"What answers at {url.removesuffix(_JOIN_PATH)} is not a service of edu-widgets."
    raise ServiceUnavailable(msg)
