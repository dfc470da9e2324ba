"""HTTP requests to a service of ours, before there is a connection."""

import contextlib
import json
from typing import Any
from urllib.parse import urlsplit

from edu_widgets.client.transport.base import authorization, is_loopback
from edu_widgets.protocol import HEADER, Code, meaning
from edu_widgets.protocol.errors import ServiceUnavailable, refusal

_TIMEOUT = 10.0
_MAX_ANSWER = 64 * 1024


def request(url: str, body: object = None, token: str = "") -> dict[str, Any]:
    """Send a POST with `body`, or a GET without one; returns the service's answer.

    Raises:
        Refused: the service refuses; the message has the reason.
        ServiceUnavailable: no service of ours answers there.
    """
    import http.client  # noqa: PLC0415
    import urllib.error  # noqa: PLC0415 - slow to import, and only needed here
    import urllib.request  # noqa: PLC0415

    class NoRedirects(urllib.request.HTTPRedirectHandler):
        """Follows no redirect: a request may hold secrets, which are for its own host only."""

        def redirect_request(self, *_: object) -> None:
            return None

    handlers: list[urllib.request.BaseHandler] = [NoRedirects()]
    if is_loopback(url):
        handlers.append(urllib.request.ProxyHandler({}))
    headers = {"Content-Type": "application/json"} | authorization(url, token)
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, data, headers)  # noqa: S310 - parse_invite lets only http(s) through
    opener = urllib.request.build_opener(*handlers)
    try:
        with opener.open(asked, timeout=_TIMEOUT) as response:
            return _answer(url, response.headers.get(HEADER), response.read(_MAX_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            answer = _answer(url, error.headers.get(HEADER), error.read(_MAX_ANSWER))
        code, wait = answer.get("code"), answer.get("retryAfter")
        number = code if isinstance(code, int) else int(Code.FORBIDDEN)
        text = str(answer.get("message") or meaning(number))
        raise refusal(number, text, wait if isinstance(wait, int) else None) from None
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        raise Unreached(url, error) from None


def _answer(url: str, header: str | None, body: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError, RecursionError):
        answer = json.loads(body)
        if header is not None and isinstance(answer, dict):
            return answer
    raise Unreached(url)


class Unreached(ServiceUnavailable):
    """A service was not reached: `error` is the reason, None if something else answered."""

    def __init__(self, url: str, error: Exception | None = None) -> None:
        from edu_widgets.client.transport.network_errors import explain  # noqa: PLC0415 - ssl

        self.url = url
        self.error = error
        self.odd = f"What answers at {urlsplit(url).netloc} is not a service of edu-widgets."
        super().__init__(self.odd if error is None else explain(error, url, otherwise=self.odd))

    def with_hint(self) -> ServiceUnavailable:
        """Return the same error, with a hint at a likely mistake in the invite."""
        from edu_widgets.client.transport.network_errors import speaks_tls  # noqa: PLC0415 - ssl

        parts, why = urlsplit(self.url), str(self)
        host, port = parts.hostname or "", parts.port
        hint = "Is the lesson running, and can this computer reach it?"
        late = isinstance(getattr(self.error, "reason", self.error), TimeoutError)
        if parts.scheme == "http" and not late and speaks_tls(host, port or 80):
            why = f"{parts.netloc} takes secure connections only:"
            hint = "the address begins with https://, not http://."
        elif port is None:
            hint = (
                "The address has no port: if the invite on your instructor's screen has one, such "
                f"as http://{host}:8765/…, it is missing here."
            )
        elif "http://" in why or why.endswith("?"):  # the explanation has a hint already
            hint = ""
        return ServiceUnavailable(f"{why} {hint}".rstrip())
