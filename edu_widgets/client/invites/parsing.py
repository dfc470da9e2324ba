"""Parsing of invites and addresses as people type and paste them."""

import base64
import contextlib
import html
import json
import re
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from edu_widgets.client.transport.base import WEBSOCKET_PATH, Target, TokenSource
from edu_widgets.protocol.channels import course_name
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.patterns import pattern
from edu_widgets.protocol.validation import text_argument

FORM = "http://127.0.0.1:8765/py101?code=K7QX4M2P"
"""An example of an invite, for messages."""

_MIN_CODE = 8
_MAX_PASTED = 4_000
_ENTITY = pattern(r"&#?\w+;")
_LINE_BREAK = pattern(r"=?[ \t]*\r?\n[>|\s]*")
_UNSEEN = pattern("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SEPARATORS = pattern(r"[\s\"'`<>()“”„‟‘’‚‛«»‹›]+")
_SCHEME = pattern(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HTTP = pattern(r"(https?)(?::/{1,3}|;?//)\s*", re.IGNORECASE)
"""The scheme, also mistyped, or divided from the address by blanks."""
_CODE = pattern(r"[?&]code=", re.IGNORECASE)
_LINKED = pattern(r".*(https?(?:%3A%2F%2F|://)[^&]*?%3Fcode%3D[^&#]+)", re.IGNORECASE)
"""An invite within another address, such as a mail program's redirect to it."""


@dataclass(frozen=True, slots=True)
class Invite:
    """An address to join a course by. `base` is the service's URL without course and code."""

    base: str
    course: str
    code: str = field(repr=False, default="")
    front: str = field(repr=False, default="")
    """Jupyter's own token, where the service is reached through a Jupyter."""

    def __str__(self) -> str:
        return f"{self.base}/{quote(self.course)}?code={self.code}"

    @property
    def websocket(self) -> str:
        """The URL of the service's WebSocket."""
        return websocket_url(self.base)


def parse_invite(text: str) -> Invite:
    """Find the invite in a pasted text: an address, a line of code, a sentence, a mail.

    Quotation marks and brackets around the address, a missing `http://`, and line breaks and
    `&amp;` of a mail are accepted.

    Raises:
        InvalidArgument: there is none, or a part of it is missing; the message names the part.
    """
    text = text_argument(text, "invite", FORM)
    if len(text) > _MAX_PASTED:
        msg = f"{len(text):,} characters are too many to find an invite in; one looks like {FORM}."
        raise InvalidArgument(msg)
    plain = _ENTITY.sub(lambda found: html.unescape(found[0]), text.strip())
    # NFKC turns full-width characters of input methods, such as ？ and ：, into plain ones.
    plain = _HTTP.sub(r"\1://", unicodedata.normalize("NFKC", _UNSEEN.sub("", plain)))
    problem: InvalidArgument | None = None
    # A line break may divide the address from the next sentence, or be in the midst of it.
    for candidate in dict.fromkeys((plain, _LINE_BREAK.sub("", plain))):
        try:
            return _read(*_find(candidate))
        except InvalidArgument as error:
            problem = problem or error
    assert problem is not None  # noqa: S101 - the loop has run
    raise problem


def _find(text: str) -> tuple[str, list[str]]:
    """Return the address in a text, with its scheme, and the words that follow it.

    Raises:
        InvalidArgument: there is none.
    """
    words = [word for word in _SEPARATORS.split(text) if word]
    with_code = (n for n, word in enumerate(words) if _CODE.search(word) or _LINKED.match(word))
    with_scheme = (n for n, word in enumerate(words) if _SCHEME.search(word))
    place = next(with_code, next(with_scheme, None))
    if place is None:
        msg = f"{text!r:.200} is not an invite. One looks like {FORM}."
        raise InvalidArgument(msg)
    word, after = words[place], words[place + 1 :]
    linked = _LINKED.match(word)
    if linked is not None:
        return unquote(linked[1]), after
    scheme = _SCHEME.search(word)
    if scheme is None and place and _SCHEME.search(words[place - 1]):
        msg = f"The invite is divided after {words[place - 1]!r:.80}: copy all of it, as {FORM}."
        raise InvalidArgument(msg)
    return (word[scheme.start() :] if scheme else _with_scheme(word)), after


def _with_scheme(address: str) -> str:
    """Add the missing scheme: https for a public name without a port (a proxy's), else http."""
    host = address.lstrip("/:").partition("/")[0]
    public = ":" not in host and re.search(r"\.[^\W\d]", host)
    return f"{'https' if public else 'http'}://{address.lstrip('/:')}"


def _read(address: str, after: list[str]) -> Invite:
    """Parse an invite's address; `after` has the words that follow it in the text.

    Raises:
        InvalidArgument: it is no complete invite.
    """
    url = _split(address)
    if url is None:
        msg = f"{address!r:.200} is not an invite. One looks like {FORM}."
        raise InvalidArgument(msg)
    prefix, _, course = unquote(url.path).rstrip("/.,;:!").rpartition("/")
    code = _code(url.query, after)
    if url.scheme.lower() not in ("http", "https"):
        msg = f"An invite begins with http:// or https://, not {url.scheme}://, as {FORM}."
    elif not course:
        where = url.netloc.rpartition("@")[2]
        msg = f"The invite names no course: after {where} stands /<course>, as in {FORM}."
    elif len(code) < _MIN_CODE:
        said = "Its code is too short" if code else "The code is missing"
        msg = f"The invite for {course!r:.80} is not complete. {said}: copy all of it, as {FORM}."
    else:
        netloc = url.netloc.rpartition("@")[2]
        base = f"{url.scheme.lower()}://{netloc}{quote(prefix)}"
        front = dict(parse_qsl(url.query)).get("token", "")
        usable = front.isascii() and front.isprintable()
        return Invite(base, course_name(course), code, front if usable else "")
    raise InvalidArgument(msg)


def _code(query: str, after: list[str]) -> str:
    """Return the code in its normal form; groups, as in `k7qx 4m2p`, are joined."""
    given = next((value for key, value in parse_qsl(query) if key.lower() == "code"), "")
    groups = re.match(r"[A-Z0-9\s-]*", given.upper())
    code = longer = re.sub(r"[\s-]", "", groups[0]) if groups else ""
    for word in after:
        if len(longer) >= _MIN_CODE or not word.isalnum():
            break
        longer += word.upper()
    return longer if len(code) < len(longer) == _MIN_CODE else code


def base_url(address: str) -> str:
    """Return a service's HTTP address from one that begins with `ws(s)://` or `http(s)://`.

    Raises:
        InvalidArgument: it is not an address.
    """
    url = _split(address.strip())
    if url is None or url.scheme not in ("ws", "wss", "http", "https"):
        shown = address.partition("?")[0].rpartition("@")[2]  # never a token
        msg = f"url={shown!r:.200} is not a service's address; one looks like wss://example.org."
        raise InvalidArgument(msg)
    netloc = url.netloc.rpartition("@")[2]
    path = url.path.removesuffix(WEBSOCKET_PATH).rstrip("/")
    return f"{url.scheme.replace('ws', 'http')}://{netloc}{path}"


def platform_target(address: str, user_id: str, token: TokenSource, name: str = "") -> Target:
    """Return the target of a platform's service, or of a Supabase project.

    A project is known by the `apikey` in its address, as Supabase writes it:
    `wss://PROJECT.supabase.co/realtime/v1/websocket?apikey=…`.

    Raises:
        InvalidArgument: it is not an address, or its key is one that belongs on no computer but
            the platform's own.
    """
    base = base_url(address)
    key = dict(parse_qsl(urlsplit(address.strip()).query)).get("apikey", "")
    if not key:
        return Target(websocket_url(base), user_id, token, base=True, name=name)
    if _is_secret(key) or not (key.isascii() and key.isprintable()):
        msg = "The apikey in url= is none for this: take the project's publishable key (anon)."
        raise InvalidArgument(msg)
    path = "" if urlsplit(base).path else _SUPABASE_PATH
    url = "ws" + base.removeprefix("http") + path
    return Target(url, user_id, token, base=True, name=name, api_key=key)


_SUPABASE_PATH = "/realtime/v1/websocket"


def _is_secret(key: str) -> bool:
    """Return True for a key of a Supabase project that no policy binds."""
    if key.startswith("sb_secret_"):
        return True
    claims = key.split(".")[1] if key.count(".") == _DOTS_OF_A_JWT else ""
    with contextlib.suppress(ValueError, RecursionError):
        told = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return isinstance(told, dict) and told.get("role") not in (None, "anon")
    return False


_DOTS_OF_A_JWT = 2


def _split(address: str) -> SplitResult | None:
    """Split an address; None if it has no host, or an invalid port."""
    try:
        url = urlsplit(address)
        return url if url.hostname and url.port != 0 else None
    except ValueError:  # invalid brackets or port
        return None


def websocket_url(base: str) -> str:
    """Return the WebSocket's URL of a service of ours, from its HTTP address."""
    return "ws" + base.removeprefix("http") + WEBSOCKET_PATH
