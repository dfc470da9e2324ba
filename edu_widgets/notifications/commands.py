"""What people ask of notifications. All of it goes to one's own channel (seed: `notifications`)."""

from typing import Any

import msgspec

from edu_widgets.notifications.documents import Audience, NotificationAction, NotificationType
from edu_widgets.protocol import REGISTRY, CommandType
from edu_widgets.protocol.messages import Data

ALERTS = "alerts"
"""The feature of notifications that instructors send (seed: of the channel `notifications`)."""

UPDATES = "updates"
"""The feature of one's own list: what is read, and what of the course is in it."""

MAX_SECONDS = 365 * 24 * 3600
"""For how long a notification may be shown."""


class SendNotification(Data):
    """Tell everybody, a role or one person something. Only staff."""

    title: str
    """Plain text in one line, 1 to 200 characters."""
    message: str = ""
    """The text: Markdown, at most 2,000 characters."""
    type: NotificationType = "info"
    to: Audience = ""
    """To whom: everybody, `staff` or `students`; not together with `userId`."""
    user_id: str = ""
    """To which person; absent: see `to`."""
    seconds: int | None = None
    """For how long it is shown, from when the service has got it."""
    expires_at: int | None = None
    """Until when it is shown, in ms since 1970; not together with `seconds`."""
    actions: list[NotificationAction] = msgspec.field(default_factory=list)
    data: Any = None
    """What a program is to know of it, at most 4,000 bytes of JSON."""


class MarkNotifications(Data):
    """Mark notifications as read: some of them, or all that were created until then."""

    ids: list[str] = msgspec.field(default_factory=list)
    """Which ones, at most 400."""
    up_to: int = 0
    """Until when, in ms since 1970; it only ever moves up, at most to now."""


class ClearNotifications(Data):
    """Show one no more of what was created until then."""

    up_to: int
    """Until when, in ms since 1970; it only ever moves up, at most to now."""

    def outbox_key(self) -> str:
        """Only the last word counts."""
        return "clear"


class TakeAction(Data):
    """Choose what a notification offers; the staff learn of it. The last choice counts."""

    id: str
    """The id of the notification."""
    action: str
    """Which of its actions; one that is an address is opened, not posted."""

    def outbox_key(self) -> str:
        """Only the last choice about a notification counts."""
        return self.id


SEND_NOTIFICATION = REGISTRY.command(
    CommandType("send_notification", SendNotification, "status", feature=ALERTS)
)
MARK_NOTIFICATIONS = REGISTRY.command(
    CommandType("mark_notifications", MarkNotifications, "status", feature=UPDATES, kept_as="")
)
CLEAR_NOTIFICATIONS = REGISTRY.command(
    CommandType("clear_notifications", ClearNotifications, "status", feature=UPDATES, latest=True)
)
# Limited as what people write: each one is told to the staff.
NOTIFICATION_ACTION = REGISTRY.command(
    CommandType(
        "notification_action",
        TakeAction,
        "status",
        feature=ALERTS,
        limited=True,
        latest=True,
    )
)
