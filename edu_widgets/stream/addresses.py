"""Addresses of streams: which can be shown, and by which protocol."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qs, urlsplit

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.stream.documents import StreamSource

MAX_URL = 2_000
"""Characters that an address may have."""

SOURCES: tuple[StreamSource, ...] = ("hls", "whep", "embed")

_PLAIN = re.compile(r"[\x21-\x7e]+\Z")
_NOT_IN_ADDRESSES = set("\"'<>\\`{}|^")
_ID = re.compile(r"[\w-]{6,40}\Z", re.ASCII)
_NUMBER = re.compile(r"\d{4,20}\Z", re.ASCII)
_YOUTUBE = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com"})
_EMBEDDED_YOUTUBE = "www.youtube-nocookie.com"
_EMBEDS = "YouTube and Vimeo"


def checked_url(url: object, what: str = "The address") -> str:
    """Return an address on the web.

    Args:
        url: The address.
        what: Its name at the beginning of a message.

    Raises:
        InvalidArgument: it is none, or has a password in it.
    """
    if not isinstance(url, str):
        raise InvalidArgument(f"{what} must be a string, not {type(url).__name__}.")
    url = url.strip()
    _ = _split(url, what)
    return url


def checked_stream(url: object, source: object = None) -> tuple[str, StreamSource]:
    """Return the address of a stream as players need it, and its protocol.

    Args:
        url: The address, also that of a YouTube or Vimeo page.
        source: The protocol: `hls`, `whep` or `embed`; None to tell by the address.

    Raises:
        InvalidArgument: it is no address on the web, its protocol cannot be told, or no page that
            may be embedded.
    """
    if source is not None and source not in SOURCES:
        msg = f"kind must be 'hls', 'whep', 'embed' or None, not {source!r:.40}."
        raise InvalidArgument(msg)
    address = checked_url(url, "The stream's address")
    parts = _split(address, "The stream's address")
    embedded = _embedded(parts)
    if source == "embed" or (source is None and embedded):
        if not embedded:
            host = parts.hostname or ""
            msg = (
                f"Pages of {host:.80} cannot be embedded, only videos of {_EMBEDS}. "
                "Give the stream's HLS or WHEP address, or post the page's address in the chat."
            )
            raise InvalidArgument(msg)
        return embedded, "embed"
    if source is None:
        return address, _told_by(parts)
    return address, "whep" if source == "whep" else "hls"


def playable(url: str) -> tuple[str, str]:
    """Return the address of a recording as pages play it, and as what.

    That is `hls`, `embed`, `file`, or `page`, which can only be opened.
    """
    parts = _split(url, "The recording's address")
    if embedded := _embedded(parts):
        return embedded, "embed"
    path = parts.path.lower()
    if path.endswith(".m3u8"):
        return url, "hls"
    return url, "file" if path.endswith((".mp4", ".m4v", ".webm", ".mov")) else "page"


def _told_by(parts: SplitResult) -> StreamSource:
    path = parts.path.lower()
    if path.endswith((".m3u8", ".m3u")):
        return "hls"
    if "whep" in path.split("/"):
        return "whep"
    msg = (
        "The address does not tell what it is: it neither ends with .m3u8 (HLS) nor has /whep in "
        "it. Add kind='hls' or kind='whep'."
    )
    raise InvalidArgument(msg)


def _split(url: str, what: str) -> SplitResult:
    if not 1 <= len(url) <= MAX_URL:
        msg = f"{what} needs 1 to {MAX_URL:,} characters; this one has {len(url) or 'none'}."
        raise InvalidArgument(msg)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    plain = _PLAIN.match(url) is not None and not _NOT_IN_ADDRESSES & set(url)
    if parts.scheme not in {"http", "https"} or not host or not plain:
        msg = f"{what} must be an http or https address, such as https://media.example/live.m3u8."
        raise InvalidArgument(msg)
    if "@" in parts.netloc:
        raise InvalidArgument(f"{what} has a name or a password in it, which all would see.")
    return parts


def _embedded(parts: SplitResult) -> str:
    """Return the address of the player of a page that may be embedded; "" for any other."""
    host, path = (parts.hostname or "").lower(), parts.path.strip("/").split("/")
    if parts.scheme != "https" or parts.port not in {None, 443}:
        return ""
    video = _youtube(host, path, parts.query)
    if _ID.match(video):
        return f"https://{_EMBEDDED_YOUTUBE}/embed/{video}"
    if host in {"vimeo.com", "player.vimeo.com"} and _NUMBER.match(path[-1]):
        return f"https://player.vimeo.com/video/{path[-1]}"
    return ""


def _youtube(host: str, path: list[str], query: str) -> str:
    """Return the id of a video of YouTube; "" for any other page."""
    if host == "youtu.be":
        return path[0]
    if host in _YOUTUBE and path == ["watch"]:
        return parse_qs(query).get("v", [""])[0]
    if host in _YOUTUBE | {_EMBEDDED_YOUTUBE} and path[0] in {"live", "embed"}:
        return path[-1]
    return ""
