"""Messages of a base service: its notifications, and activities in the course.

They come once and without numbers; their read and cleared marks are kept in this process only.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, get_args

import msgspec

from edu_widgets.client.dialects.base import reading
from edu_widgets.notifications.documents import (
    COURSE_UPDATE,
    MAX_ACTION,
    MAX_ACTIONS,
    MAX_LABEL,
    MAX_MESSAGE,
    MAX_TITLE,
    NOTIFICATION,
    USER_ACTIVITY,
    WINDOW,
    Notification,
    NotificationAction,
    NotificationType,
    Style,
)
from edu_widgets.protocol import is_id
from edu_widgets.protocol.shortening import shorten
from edu_widgets.protocol.visible_text import one_line

TYPES = frozenset({NOTIFICATION.name, USER_ACTIVITY.name, COURSE_UPDATE.name})
"""Types of the short-lived messages that are read here."""

_KNOWN = frozenset(get_args(NotificationType))
_STYLES = frozenset(get_args(Style))
_TEXTS = ("message", "description", "content", "text")


@dataclass(frozen=True, slots=True)
class Told:
    """A message converted to our own `Notification`; `kind` is the type of the message."""

    kind: str
    body: Notification
    about: str = ""


class Platform:
    """The newest messages of a base service. Any thread; times in ms since 1970."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Told] = OrderedDict()

    def take(self, type_: str, raw: msgspec.Raw) -> str | None:
        """Store a message; return its id if it is new. A repeated one replaces the earlier one."""
        try:
            data = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None
        if not isinstance(data, dict):
            return None
        told = _read(type_, data, self._now())
        with self._lock:
            known = told.body.id in self._held
            self._held[told.body.id] = told
            while len(self._held) > WINDOW:
                self._held.popitem(last=False)
        return None if known else told.body.id

    def all(self) -> list[Told]:
        """Return the stored messages, oldest first; expired ones are forgotten."""
        now = self._now()
        with self._lock:
            for id_, told in list(self._held.items()):
                if told.body.expires_at is not None and told.body.expires_at <= now:
                    del self._held[id_]
            return list(self._held.values())

    def next_end(self) -> float | None:
        """Return the seconds until the next message expires; None if none will."""
        ends = [t.body.expires_at for t in self.all() if t.body.expires_at is not None]
        return max(0.0, (min(ends) - self._now()) / 1000) if ends else None

    def clear(self) -> None:
        """Forget all messages, as those of an earlier connection."""
        with self._lock:
            self._held.clear()


def _read(type_: str, data: dict[str, Any], now: int) -> Told:
    text = next((t for name in _TEXTS if (t := reading.text(data.get(name), MAX_MESSAGE))), "")
    title = _line(reading.text(data.get("title"), MAX_TITLE))
    if type_ == NOTIFICATION.name and not title:
        title, text = shorten(_line(text), MAX_TITLE), ""
    created = reading.time(data.get("createdAt"))
    if created is None:
        created = reading.time(data.get("timestamp"))
    said: Any = data.get("type")
    body = Notification(
        _id(type_, data),
        title,
        now if created is None else created,
        said if type_ == NOTIFICATION.name and said in _KNOWN else _TYPE_OF.get(type_, "info"),
        text or _line(reading.text(data.get("action"), MAX_MESSAGE)),
        reading.name(data.get("userId")),
        data=data.get("data"),
        # Activities of others are listed, but count as read: they need no attention.
        read=data.get("read") is True or type_ == USER_ACTIVITY.name,
        expires_at=reading.time(data.get("expiresAt")),
        actions=_actions(data.get("actions")) if type_ == NOTIFICATION.name else [],
    )
    about = reading.person(data.get("userName")) if type_ == USER_ACTIVITY.name else ""
    return Told(type_, body, about)


_TYPE_OF: dict[str, NotificationType] = {COURSE_UPDATE.name: "course_update"}


def _id(type_: str, data: dict[str, Any]) -> str:
    """Return the message's id if it is valid here, else one made from it or the content."""
    id_ = reading.name(data.get("id"))
    if is_id(id_):
        return id_
    said = id_ or msgspec.json.encode(data, order="deterministic").decode()
    return f"{type_}-{sha256(said.encode()).hexdigest()[:40]}"


def _actions(value: Any) -> list[NotificationAction]:
    found: dict[str, NotificationAction] = {}
    for item in value if isinstance(value, list) else ():
        if not isinstance(item, dict) or len(found) == MAX_ACTIONS:
            continue
        label = _line(reading.text(item.get("label"), MAX_LABEL))
        action = reading.text(item.get("action"), MAX_ACTION + 1).strip()
        style = item.get("style")
        if label and action and len(action) <= MAX_ACTION:
            chosen: Any = style if style in _STYLES else "secondary"
            found[action] = NotificationAction(label, action, chosen)
    return list(found.values())


def _line(text: str) -> str:
    return one_line(text)
