"""Documents of notifications: the seed's `Notification`, read marks, and chosen actions.

The commands are in `edu_widgets.notifications.commands`. A notification's recipients decide on its
channel: one for everybody or the students is in the course's channel, one for staff in the
staff's, one for a person in that person's own.
"""

from typing import Any, ClassVar, Literal, TypeAlias

import msgspec

from edu_widgets.protocol import REGISTRY, DocumentKind, FrameType
from edu_widgets.protocol.messages import Data

MAX_TITLE = 200
"""Characters a title may have."""

MAX_MESSAGE = 2_000
"""Characters a text may have."""

MAX_ACTIONS = 5
"""Actions that one notification may offer."""

MAX_LABEL = 60
"""Characters an action's label may have."""

MAX_ACTION = 2_000
"""Characters an action may have; it may be an address."""

MAX_DATA = 4_000
"""Bytes of JSON that `data` may have."""

MAX_MARKS = 400
"""Notifications that are marked as read one by one; beyond, the oldest marks are forgotten."""

SLACK_MS = 60_000
"""Ms that a mark may be ahead of the known service time, which may be off by as much."""

WINDOW = 100
"""Notifications that a first join gets of each channel, the newest."""

NotificationType: TypeAlias = Literal[
    "info", "success", "warning", "error", "course_update", "payment", "message"
]
Style: TypeAlias = Literal["primary", "secondary", "danger"]
Audience: TypeAlias = Literal["", "staff", "students"]


class NotificationAction(Data):
    """An action that a notification offers."""

    label: str
    """Text of its button, 1 to 60 characters."""
    action: str
    """A web address, which opens after showing its destination; or a text to post to the staff."""
    style: Style = "secondary"
    """Look of its button: `primary`, `secondary` or `danger`."""


class Notification(Data):
    """A notification (seed: *Notification System*). Times are ms since 1970.

    Our own fields are `createdBy`, `createdByName` and `to`. Only a platform sets `read`; the ones
    that a person has read here are in their `notification_mark`.
    """

    kind: ClassVar[str] = "notification"

    id: str
    title: str
    """Plain text in one line, 1 to 200 characters."""
    created_at: int
    type: NotificationType = "info"
    message: str = ""
    """The text: Markdown, at most 2,000 characters."""
    user_id: str = ""
    """Id of the recipient, if it is for one person."""
    to: Audience = ""
    """Recipients otherwise: everybody (empty), `staff` or `students`."""
    data: Any = None
    """Data attached by the platform or the instructor, at most 4,000 bytes of JSON."""
    read: bool = False
    expires_at: int | None = None
    actions: list[NotificationAction] = msgspec.field(default_factory=list)
    created_by: str = ""
    """Id of the sender."""
    created_by_name: str = ""
    """Display name of the sender."""


class NotificationMark(Data):
    """A person's marks of read and cleared notifications, in their own channel."""

    kind: ClassVar[str] = "notification_mark"
    ID: ClassVar[str] = "notifications"

    read: list[str] = msgspec.field(default_factory=list)
    """Ids of the notifications read one by one, the last one at the end; at most 400."""
    up_to: int = 0
    """Notifications created until this time are read, in ms since 1970."""
    cleared: int = 0
    """Notifications created until this time are hidden, in ms since 1970."""

    def at(self, now: float) -> "NotificationMark":
        """Return the mark without times too far ahead of `now`, which a wrong clock has set."""
        latest = now + SLACK_MS
        return NotificationMark(
            self.read,
            self.up_to if self.up_to <= latest else 0,
            self.cleared if self.cleared <= latest else 0,
        )


class ActionTaken(Data):
    """A person's choice of a notification's action, for the staff and for themselves."""

    kind: ClassVar[str] = "action_taken"

    notification_id: str
    """Id of the notification."""
    title: str
    """Title of the notification."""
    action: str
    """The chosen action."""
    label: str
    """Text of the chosen action's button."""
    user_id: str
    """Id of the person who chose it."""
    user_name: str
    """Display name of the person who chose it."""
    at: int
    """Time of the choice, in ms since 1970."""


class PlatformNotification(Data):
    """A notification as a base service sends it; missing and odd fields are corrected."""

    id: str = ""
    title: str = ""
    """Subject of the notification, in one line."""
    message: str = ""
    """Text of the notification."""
    type: str = "info"
    read: bool = False
    created_at: int | None = None
    expires_at: int | None = None
    actions: Any = None


class UserActivity(Data):
    """An activity of a person in a course, as a base service sends it."""

    user_id: str = ""
    action: str = ""
    """The activity, in the platform's words."""


class CourseUpdate(Data):
    """News of a course, as a base service sends it."""

    title: str = ""
    """Title of the news, if the platform sends one."""


REGISTRY.document(DocumentKind(Notification.kind, Notification, window=WINDOW))
REGISTRY.document(DocumentKind(NotificationMark.kind, NotificationMark, only=NotificationMark.ID))
REGISTRY.document(DocumentKind(ActionTaken.kind, ActionTaken, window=WINDOW))

# From a base service only; our own sends documents. They have no numbers and are not repeated.
NOTIFICATION = REGISTRY.frame(
    FrameType("notification", PlatformNotification, "service", signal=True)
)
USER_ACTIVITY = REGISTRY.frame(FrameType("user_activity", UserActivity, "service", signal=True))
COURSE_UPDATE = REGISTRY.frame(FrameType("course_update", CourseUpdate, "service", signal=True))


def taken_id(notification_id: str, user_id: str) -> str:
    """The id of a person's choice of a notification's action."""
    return f"action:{notification_id}:{user_id}"
