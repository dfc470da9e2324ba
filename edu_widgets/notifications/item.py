"""Notifications as Python objects for people, made from documents and headlines."""

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

# The beginning of an address. An address is opened if it is safe, and never posted.
_ADDRESS = re.compile(r"[a-z][a-z0-9+.\-]*:|[\\/]{2}|www\.", re.IGNORECASE)
_WEB = re.compile(r"https?:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NotificationItem(Tidy):
    """A notification. Times are aware, in UTC.

    `kind` is `notification`, or the source it was made of: `mention`, `poll`, and with a
    platform's service `user_activity` and `course_update`. `taken` is the chosen action, if any.
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
    """`created_at` in ms since 1970; notifications are ordered by it."""
    about: str = field(default="", repr=False)
    """Name of the person in the title, if the title is made of a name."""
    leads_to: Headline | None = field(default=None, repr=False)
    """The headline of another feature, with its target; None for other notifications."""
    choosing: bool = field(default=False, repr=False)
    """True while `taken` is pending."""

    def __repr__(self) -> str:
        text = shorten(" ".join(self.message.split()), _EXCERPT)
        # repr(): a text of others must not write control sequences to a terminal.
        tail = f" {text!r}" if text else ""
        unread = "" if self.read else " (unread)"
        return f"<{self.type} {clock_time(self.created_at)} {self.title!r}:{tail}{unread}>"


@dataclass(frozen=True, slots=True)
class TakenAction(Tidy):
    """A person's choice of a notification's action, and its time (aware, in UTC)."""

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
    """Return the item of a notification of the service."""
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
    """Return the item of another feature's headline."""
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
    """Return the choice in a document's body."""
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
    """Return the address that an action opens; None if it is none, or unsafe."""
    return safe_href(action) if _WEB.match(action) else None


def is_address(action: str) -> bool:
    """True if an action looks like an address, safe or not; it is then never posted."""
    return _ADDRESS.match(action.strip()) is not None
