"""Reading of a base service's frames, in all variants platforms made of the seed's messages."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from edu_widgets.protocol import MAX_SERVICE_FRAME, seed
from edu_widgets.protocol.errors import ProtocolError
from edu_widgets.protocol.shortening import shorten
from edu_widgets.protocol.visible_text import clean, one_line, shows

MAX_CONTENT = 20_000
"""Characters of a message that are shown at most; a platform may allow more than we do."""

MAX_KINDS = 20
"""Different emojis that one message may have."""

_MAX_NAME = 128
_MAX_ID = 512
_MAX_EMOJI = 32
_MAX_TIME = 8_640_000_000_000_000
"""The last millisecond that JavaScript's Date can represent."""

_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)
_TYPES = ("text", "system", "file", "reaction")


@dataclass(frozen=True, slots=True)
class BaseFrame:
    """One frame of the service; `stamp` is the envelope's time in ms, if it has one."""

    type: str
    channel: str
    data: Mapping[str, Any]
    stamp: int | None = None
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """The reactions with one emoji; `count` may exceed the number of `users`, who are known."""

    count: int
    users: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A chat message as the service sends it. `id` is the service's; empty if it gave none."""

    id: str
    user_id: str
    user_name: str
    content: str
    timestamp: int
    type: str = "text"
    avatar: str | None = None
    edited: bool = False
    edited_at: int | None = None
    reply_to: str | None = None
    tallies: Mapping[str, Tally] | None = field(default=None)
    """None if the message has no reactions field."""
    timed: bool = True
    """True if the time is the message's own, False if it is that of its arrival."""

    def same_words(self, user_id: str, content: str) -> bool:
        """Return True if that person wrote that text, apart from outer blanks and line ends."""
        return self.user_id == user_id and plain(self.content) == plain(content)


def plain(content: str) -> str:
    """Return a text without the differences that services make on its way."""
    return content.replace("\r\n", "\n").strip()


def read(frame: bytes | str) -> BaseFrame:
    """Read a frame; a `message` that carries another one is opened.

    Raises:
        ProtocolError: it is not JSON, not an object, or has no type.
    """
    try:
        raw = frame.encode() if isinstance(frame, str) else frame
        if len(raw) > MAX_SERVICE_FRAME:
            msg = f"The frame has {len(raw)} bytes; at most {MAX_SERVICE_FRAME} are read."
            raise ProtocolError(msg)
        value = msgspec.json.decode(raw)
    except _UNREADABLE:
        msg = "The frame is not JSON that can be read."
        raise ProtocolError(msg) from None
    if not isinstance(value, dict):
        msg = "The frame is not an object."
        raise ProtocolError(msg)
    found = _frame(value)
    if not found.type:
        msg = "The frame has no type."
        raise ProtocolError(msg)
    return _opened(found) if found.type == "message" else found


def _frame(value: Mapping[str, Any]) -> BaseFrame:
    data = value.get("data")
    if isinstance(data, list):  # a history may come as a bare list
        data = {"messages": data}
    return BaseFrame(
        text(value.get("type"), _MAX_NAME),
        text(value.get("channel"), _MAX_ID),
        data if isinstance(data, dict) else {},
        time(value.get("timestamp")),
        name(value.get("messageId")),
    )


def _opened(outer: BaseFrame) -> BaseFrame:
    """Return the content of a `message` frame: another envelope, or a chat message."""
    data = outer.data
    inner = _frame(data)
    if inner.type in seed.TYPES and inner.type != "message":
        within = inner.data or data
        channel = inner.channel or outer.channel
        return BaseFrame(inner.type, channel, within, inner.stamp or outer.stamp, inner.message_id)
    if "content" in data:
        return BaseFrame("chat_message", outer.channel, data, outer.stamp, outer.message_id)
    return outer


def said(data: Mapping[str, Any], arrived: int) -> Said:
    """Read a chat message; without a time of its own it gets that of its arrival (ms).

    Raises:
        ProtocolError: the message has no author, or nothing visible.
    """
    user_id = name(data.get("userId"))
    content = clean(text(data.get("content"), MAX_CONTENT, more="…"))
    if not user_id or not shows(content):
        msg = "A chat message has no userId, or nothing that can be seen."
        raise ProtocolError(msg)
    stamp = time(data.get("timestamp"))
    avatar = text(data.get("userAvatar"), _MAX_ID) or None
    type_ = data.get("type")
    return Said(
        name(data.get("id")),
        user_id,
        person(data.get("userName")) or person(user_id) or "?",
        content,
        arrived if stamp is None else stamp,
        type_ if type_ in _TYPES else "text",
        avatar,
        data.get("edited") is True,
        time(data.get("editedAt")),
        name(data.get("replyTo")) or None,
        _tallies(data.get("reactions")),
        stamp is not None,
    )


def _tallies(value: Any) -> dict[str, Tally] | None:
    if not isinstance(value, list):
        return None
    found: dict[str, Tally] = {}
    for item in value:
        if not isinstance(item, dict) or not (emoji := emoji_of(item.get("emoji"))):
            continue
        people = item.get("users")
        users = [name(user) for user in people] if isinstance(people, list) else []
        known = tuple(dict.fromkeys(user for user in users if user))
        count = item.get("count")
        number = count if isinstance(count, int) and not isinstance(count, bool) else 0
        number = max(len(known), min(number, 1_000_000))
        if number and len(found) < MAX_KINDS:
            found[emoji] = Tally(number, known)
    return found


def emoji_of(value: Any) -> str:
    """Return a text usable as an emoji; empty if it is not."""
    emoji = text(value, _MAX_EMOJI)
    return emoji if emoji and len(emoji.encode()) <= _MAX_EMOJI and emoji.isprintable() else ""


def name(value: Any) -> str:
    """Return an id, which some platforms write as a number; empty if the value is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 2**63 else ""
    # Not shortened, since that would make another id.
    return text(value, _MAX_ID) if isinstance(value, str) and len(value) <= _MAX_ID else ""


def person(value: Any) -> str:
    """Return a display name for people to see; empty if nothing in it is visible."""
    called = one_line(text(value, _MAX_NAME))
    return called if shows(called) else ""


def text(value: Any, limit: int, more: str = "") -> str:
    """Return a string of at most `limit` characters, valid Unicode; empty for any other value."""
    if not isinstance(value, str):
        return ""
    kept = shorten(value, limit + len(more), more)
    return kept.encode("utf-8", "replace").decode() if not kept.isascii() else kept


def time(value: Any) -> int | None:
    """Return a time in ms since 1970; None if the value cannot be one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return int(value) if 0 <= value <= _MAX_TIME else None
