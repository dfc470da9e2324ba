"""Notifications as people see them in Python, and how they are read from documents."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from edu_widgets.client.bodies import clock_time, when
from edu_widgets.notebook.links import safe_href
from edu_widgets.notifications.documents import ActionTaken, Notification, NotificationAction
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.shortening import shorten

if TYPE_CHECKING:
    from edu_widgets.notebook.notification_sources import Headline

_EXCERPT = 60

# What begins as an address does. It is opened if it may be, and never posted.
_ADDRESS = re.compile(r"[a-z][a-z0-9+.\-]*:|[\\/]{2}|www\.", re.IGNORECASE)
_WEB = re.compile(r"https?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NotificationItem(Tidy):
    """A notification, as people see it. Times are aware, in UTC.

    `kind` is `notification`, or what it was made of: `mention`, `poll`, and with a platform's
    service `user_activity` and `course_update`. `taken` is the action one has chosen, if any.
    """

    id: str
    title: str
    message: str
    created_at: datetime
    type: str = "info"
    read: bool = False
    expires_at: datetime | None = None
    actions: tuple[NotificationAction, ...] = ()
    data: Any = None
    user_id: str = ""
    to: str = ""
    sender: str = ""
    kind: str = "notification"
    taken: str | None = None
    at: int = field(default=0, repr=False)
    """`created_at` in ms since 1970, as it is ordered by."""
    about: str = field(default="", repr=False)
    """Who was named with it, where its title is made of it."""
    leads_to: Headline | None = field(default=None, repr=False)
    """Where it leads, of what another feature tells."""
    choosing: bool = field(default=False, repr=False)
    """Whether `taken` is still on its way."""

    def __repr__(self) -> str:
        text = shorten(" ".join(self.message.split()), _EXCERPT)
        # repr(): a text of others must not write control sequences to a terminal.
        tail = f" {text!r}" if text else ""
        unread = "" if self.read else " (unread)"
        return f"<{self.type} {clock_time(self.created_at)} {self.title!r}:{tail}{unread}>"


@dataclass(frozen=True, slots=True)
class TakenAction(Tidy):
    """What somebody chose about a notification, and when (aware, in UTC)."""

    notification_id: str
    title: str
    action: str
    label: str
    user_id: str
    user_name: str
    at: datetime


def from_notification(
    body: Notification, id_: str, *, read: bool, taken: str | None = None, choosing: bool = False
) -> NotificationItem:
    """A notification of the service."""
    return NotificationItem(
        id_,
        body.title,
        body.message,
        when(body.created_at),
        body.type,
        read=read,
        expires_at=when(body.expires_at) if body.expires_at is not None else None,
        actions=tuple(body.actions),
        data=body.data,
        user_id=body.user_id,
        to=body.to,
        sender=body.created_by_name,
        taken=taken,
        choosing=choosing,
        at=body.created_at,
    )


def from_headline(headline: Headline, *, read: bool) -> NotificationItem:
    """A headline of another feature."""
    return NotificationItem(
        headline.id,
        headline.title,
        headline.text,
        when(headline.at),
        "message" if headline.kind == "mention" else "info",
        read=read,
        sender=headline.about,
        kind=headline.kind,
        at=headline.at,
        about=headline.about,
        leads_to=headline,
    )


def from_taken(body: ActionTaken) -> TakenAction:
    """What somebody chose."""
    return TakenAction(
        body.notification_id,
        body.title,
        body.action,
        body.label,
        body.user_id,
        body.user_name,
        when(body.at),
    )


def link_of(action: str) -> str | None:
    """The address that an action opens; None if it is none that may be opened."""
    return safe_href(action) if _WEB.match(action) else None


def is_address(action: str) -> bool:
    """Whether an action is meant as an address, safe or not: such a one is never posted."""
    return _ADDRESS.match(action.strip()) is not None
