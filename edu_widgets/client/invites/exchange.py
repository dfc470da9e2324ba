"""Exchanging an invite for a membership: the one HTTP request of `join`."""

import contextlib
import json
from urllib.parse import urlsplit

from edu_widgets.client.invites.memberships import Membership, People
from edu_widgets.client.invites.parsing import Invite
from edu_widgets.client.transport import is_loopback
from edu_widgets.protocol import HEADER, Code, meaning
from edu_widgets.protocol.channels import person_name
from edu_widgets.protocol.errors import ServiceUnavailable, refusal

_JOIN_PATH = "/api/join"
_TIMEOUT = 10.0
_MAX_ANSWER = 64 * 1024


def join(invite: Invite, name: str, people: People) -> Membership:
    """Enter a course: exchange the invite for a secret, or be recognised by the one kept.

    If the service cannot be reached, a kept secret is used as it is, so that a restarted
    kernel can go on writing offline.

    Raises:
        InvalidArgument: the name cannot be used.
        Refused: the invite is wrong or has expired, or too many tries were made.
        ServiceUnavailable: nothing of ours answers there, and nothing is kept.
        FolderUnusable: a secret could not be kept; nobody has been let in.
    """
    name = person_name(name)
    known = people.recall(invite.base, invite.course, name)
    if known is None:
        people.check()  # first: whoever is let in without a secret kept is somebody else next time
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
            str(answer.get("invite") or ""),
        )
    except KeyError as missing:
        msg = f"{invite.base} answered without {missing}; it may be of another version."
        raise ServiceUnavailable(msg) from None
    if member != known:
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
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise _unreached(url, error) from None


def _answer(url: str, header: str | None, body: bytes) -> dict[str, object]:
    with contextlib.suppress(ValueError, RecursionError):
        answer = json.loads(body)
        if header is not None and isinstance(answer, dict):
            return answer
    raise _unreached(url)


def _unreached(url: str, error: Exception | None = None) -> ServiceUnavailable:
    """The error for an invite whose service was not reached; it says what to look at."""
    from edu_widgets.client.network_errors import explain, speaks_tls  # noqa: PLC0415 - ssl

    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    odd = f"What answers at {parts.netloc} is not a service of edu-widgets."
    why = odd if error is None else explain(error, url, otherwise=odd)
    hint = "Is the lesson running, and can this computer reach it?"
    late = isinstance(getattr(error, "reason", error), TimeoutError)
    if parts.scheme == "http" and not late and speaks_tls(host, port or 80):
        why = f"{parts.netloc} takes secure connections only:"
        hint = "the address begins with https://, not http://."
    elif port is None:
        hint = (
            "The address has no port: if the invite on your instructor's screen has one, such as "
            f"http://{host}:8765/…, it is missing here."
        )
    elif "http://" in why or why.endswith("?"):  # it has said what to look at
        hint = ""
    return ServiceUnavailable(f"{why} {hint}".rstrip())
