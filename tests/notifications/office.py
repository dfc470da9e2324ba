"""The rules of notifications on a store in memory: who asks what, and who sees what then."""

from __future__ import annotations

from typing import Any

import msgspec

from edu_widgets.notifications.documents import (
    ActionTaken,
    Notification,
    NotificationMark,
)
from edu_widgets.notifications.service import FEATURE
from edu_widgets.notifications.service.expiry import Expiry, expire, expiry_channel
from edu_widgets.protocol import uuid7
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.rules import Person
from edu_widgets.service.store import ChannelChange, erasing
from edu_widgets.service.timers import Due
from tests.in_memory.service import COURSE, MIRA, InMemoryService, channels_of, own

ADA = Person("u-ada", "Ada", "student")
BO = Person("u-bo", "Bo", "student")

_BODIES: dict[str, Any] = {
    body.kind: body for body in (Notification, NotificationMark, ActionTaken, Expiry)
}


class Office(InMemoryService):
    """A course with notifications; its clock moves when told."""

    def __init__(self) -> None:
        super().__init__(FEATURE, ServiceConfig().notifications)

    def usual_channel(self, person: Person) -> str:
        return own(person)

    def send(self, title: str = "5 minutes left", by: Person = MIRA, **fields: Any) -> str:
        """A notification; its id."""
        id_ = uuid7()
        self.do(by, "send_notification", id_, title=title, **fields)
        return id_

    def expire(self) -> list[ChannelChange]:
        """The service's own work, once a second; returns the documents it has changed."""
        ids = [row[0] for row in self.rows(expiry_channel(COURSE), Expiry.kind)]
        done = [self.by_itself("expire", Due(id_), expire) for id_ in ids]
        return [change for commit in done for change in commit.changes]

    def erase(self, person: Person) -> None:
        assert FEATURE.erase is not None
        self.db.execute("BEGIN")
        erasing.erase(self.db, COURSE, person.id, self.now, [FEATURE.erase])
        self.db.execute("COMMIT")

    # -- what is there ----------------------------------------------------------------------

    def all(self, kind: str, channel: str) -> list[Any]:
        """Every living document's body of a kind, oldest first."""
        return [
            msgspec.json.decode(body, type=_BODIES[kind]) for _, body in self.rows(channel, kind)
        ]

    def seen_by(self, person: Person) -> list[Notification]:
        """The notifications in the channels that a person may enter."""
        found = [self.all(Notification.kind, channel) for channel in channels_of(person)]
        return [notification for channel in found for notification in channel]

    def mark(self, person: Person) -> NotificationMark:
        found = self.document(own(person), NotificationMark.ID)
        if found is None:
            return NotificationMark()
        mark: NotificationMark = found.as_(NotificationMark)
        return mark

    def heads(self) -> dict[str, int]:
        """The number of changes in each channel."""
        rows = self.db.execute("SELECT name, head FROM channels").fetchall()
        return dict(rows)
