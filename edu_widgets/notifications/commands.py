"""Commands of notifications. All of them go to one's own channel (seed: `notifications`)."""

from typing import Any

import msgspec

from edu_widgets.notifications.documents import Audience, NotificationAction, NotificationType
from edu_widgets.protocol import REGISTRY, CommandType
from edu_widgets.protocol.messages import Data

ALERTS = "alerts"
"""The feature of notifications that instructors send (seed: of the channel `notifications`)."""

UPDATES = "updates"
"""The feature of one's own list: its read marks, and the course's headlines in it."""

MAX_SECONDS = 365 * 24 * 3600
"""Most seconds that a notification may be shown."""


class SendNotification(Data):
    """Send a notification to everybody, a role or one person. Staff only."""

    title: str
    """Plain text in one line, 1 to 200 characters."""
    message: str = ""
    """The text: Markdown, at most 2,000 characters."""
    type: NotificationType = "info"
    to: Audience = ""
    """Recipients: everybody (empty), `staff` or `students`; not together with `userId`."""
    user_id: str = ""
    """Id of the recipient; absent: see `to`."""
    seconds: int | None = None
    """Seconds for which it is shown, from the time the service gets it."""
    expires_at: int | None = None
    """Time until which it is shown, in ms since 1970; not together with `seconds`."""
    actions: list[NotificationAction] = msgspec.field(default_factory=list)
    data: Any = None
    """Data for programs, at most 4,000 bytes of JSON."""


class MarkNotifications(Data):
    """Mark notifications as read: some by id, or all that were created until `upTo`."""

    ids: list[str] = msgspec.field(default_factory=list)
    """Ids of the notifications to mark, at most 400."""
    up_to: int = 0
    """Time in ms since 1970; the stored time only ever moves up, at most to now."""


class ClearNotifications(Data):
    """Hide from one's own list the notifications that were created until `upTo`."""

    up_to: int
    """Time in ms since 1970; the stored time only ever moves up, at most to now."""

    def outbox_key(self) -> str:
        """A fixed key: only the last command counts."""
        return "clear"


class TakeAction(Data):
    """Choose an action of a notification; the staff see the choice. The last choice counts."""

    id: str
    """Id of the notification."""
    action: str
    """The chosen action; an action that is an address is opened, not posted."""

    def outbox_key(self) -> str:
        """The notification: only the last choice about it counts."""
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
# Rate-limited like messages, since the staff are told of each one.
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
