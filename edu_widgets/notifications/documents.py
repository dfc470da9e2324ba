"""What notifications keep: the seed's `Notification`, what was read, and what was answered.

What people ask for is in `edu_widgets.notifications.commands`. Who may see a notification decides
where it is: everybody's and the students' in the course's channel, the staff's in theirs, one
person's in that person's own.
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
"""By how many ms a mark may be ahead: so far may the service's time, as it is known, be off."""

WINDOW = 100
"""Notifications that a first join gets of each channel, the newest."""

NotificationType: TypeAlias = Literal[
    "info", "success", "warning", "error", "course_update", "payment", "message"
]
Style: TypeAlias = Literal["primary", "secondary", "danger"]
Audience: TypeAlias = Literal["", "staff", "students"]


class NotificationAction(Data):
    """Something to do about a notification."""

    label: str
    """What its button says, 1 to 60 characters."""
    action: str
    """A web address, which opens after showing where it leads; or what is posted to the staff."""
    style: Style = "secondary"
    """How it looks: `primary`, `secondary` or `danger`."""


class Notification(Data):
    """A notification (seed: *Notification System*). Times are ms since 1970.

    Ours are `createdBy`, `createdByName` and `to`. `read` is the platform's word only: which ones
    a person has read here is in their `notification_mark`.
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
    """Whom it is for, where it is for one person."""
    to: Audience = ""
    """Whom else it is for: everybody, `staff` or `students`."""
    data: Any = None
    """What the platform or the instructor attached, at most 4,000 bytes of JSON."""
    read: bool = False
    expires_at: int | None = None
    actions: list[NotificationAction] = msgspec.field(default_factory=list)
    created_by: str = ""
    """The id of who sent it."""
    created_by_name: str = ""
    """The display name of who sent it."""


class NotificationMark(Data):
    """What a person has read and cleared, in their own channel."""

    kind: ClassVar[str] = "notification_mark"
    ID: ClassVar[str] = "notifications"

    read: list[str] = msgspec.field(default_factory=list)
    """The ids of what was read one by one, the last one at the end; at most 400."""
    up_to: int = 0
    """What was created until then is read, in ms since 1970."""
    cleared: int = 0
    """What was created until then is not shown any more, in ms since 1970."""

    def at(self, now: float) -> "NotificationMark":
        """The mark as it counts at a time: a clock that was ahead has not read what is to come."""
        latest = now + SLACK_MS
        return NotificationMark(
            self.read,
            self.up_to if self.up_to <= latest else 0,
            self.cleared if self.cleared <= latest else 0,
        )


class ActionTaken(Data):
    """What a person chose to do about a notification, for the staff and for themselves."""

    kind: ClassVar[str] = "action_taken"

    notification_id: str
    """The notification it is about."""
    title: str
    """The title it has."""
    action: str
    """What was chosen."""
    label: str
    """What its button said."""
    user_id: str
    """Who chose it."""
    user_name: str
    """The display name of who chose it."""
    at: int
    """When, in ms since 1970."""


class PlatformNotification(Data):
    """A notification as a base service sends it; whatever is missing or odd is put right."""

    id: str = ""
    title: str = ""
    """What it is about, in one line."""
    message: str = ""
    """What it says about it."""
    type: str = "info"
    read: bool = False
    created_at: int | None = None
    expires_at: int | None = None
    actions: Any = None


class UserActivity(Data):
    """Someone did something in a course, as a base service tells it."""

    user_id: str = ""
    action: str = ""
    """What they did, in the platform's words."""


class CourseUpdate(Data):
    """Something in a course is new, as a base service tells it."""

    title: str = ""
    """What is new, where the platform says it so."""


REGISTRY.document(DocumentKind(Notification.kind, Notification, window=WINDOW))
REGISTRY.document(DocumentKind(NotificationMark.kind, NotificationMark, only=NotificationMark.ID))
REGISTRY.document(DocumentKind(ActionTaken.kind, ActionTaken, window=WINDOW))

# Of a base service only: of ours they come as documents. Nothing numbers or repeats them.
NOTIFICATION = REGISTRY.frame(
    FrameType("notification", PlatformNotification, "service", signal=True)
)
USER_ACTIVITY = REGISTRY.frame(FrameType("user_activity", UserActivity, "service", signal=True))
COURSE_UPDATE = REGISTRY.frame(FrameType("course_update", CourseUpdate, "service", signal=True))


def taken_id(notification_id: str, user_id: str) -> str:
    """The id of what a person chose about a notification."""
    return f"action:{notification_id}:{user_id}"
