"""The rules of notifications on a store in memory: who asks what, and who sees what then."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import Any

import msgspec

from edu_widgets.notifications.documents import (
    ActionTaken,
    Notification,
    NotificationMark,
)
from edu_widgets.notifications.service import FEATURE
from edu_widgets.notifications.service.expiry import Expiry, Over, expire, expiry_channel
from edu_widgets.protocol import REGISTRY, Document, uuid7
from edu_widgets.protocol.channels import course_channel, staff_channel, user_channel
from edu_widgets.service.config import ChannelConfig, ServiceConfig
from edu_widgets.service.hub import NOBODY
from edu_widgets.service.rules import Person, Request, Rule
from edu_widgets.service.store import Committed, reads, schema, writes

COURSE = "c"
ROOM = course_channel(COURSE)
STAFF = staff_channel(COURSE)
MIRA = Person("u-mira", "Mira", "instructor")
ADA = Person("u-ada", "Ada", "student")
BO = Person("u-bo", "Bo", "student")
START = 1_700_000_000_000

_BODIES: dict[str, Any] = {
    body.kind: body for body in (Notification, NotificationMark, ActionTaken, Expiry)
}


def own(person: Person) -> str:
    return user_channel(COURSE, person.id)


class Office:
    """A course with notifications; its clock moves when told."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        schema._make_tables(self.db)
        self.db.execute("INSERT INTO meta VALUES ('epoch', 'e')")
        self.now = START
        self.config: ChannelConfig = ServiceConfig().notifications
        self.told: dict[str, list[Document]] = defaultdict(list)
        """Every version of every document, by channel, as it went out."""

    def do(
        self, person: Person, type_: str, id_: str = "", room: str = "", **fields: Any
    ) -> Committed:
        """One command, as it would come over the wire.

        Raises:
            Refused: by its rule.
        """
        raw = msgspec.json.encode(fields)
        data = msgspec.json.decode(raw, type=REGISTRY.commands[type_].data)
        channel = room or own(person)
        request = Request(
            COURSE, channel, person, type_, data, id_ or uuid7(), self.now, self.config
        )
        return self._commit(request, FEATURE.rules[type_])

    def send(self, title: str = "5 minutes left", by: Person = MIRA, **fields: Any) -> str:
        """A notification; its id."""
        id_ = uuid7()
        self.do(by, "send_notification", id_, title=title, **fields)
        return id_

    def expire(self) -> Committed:
        """What the service does by itself once a second."""
        ids = [row[0] for row in self._rows(expiry_channel(COURSE), Expiry.kind)]
        request = Request(COURSE, ROOM, NOBODY, "expire", Over(ids), uuid7(), self.now, self.config)
        return self._commit(request, expire)

    def erase(self, person: Person) -> None:
        assert FEATURE.erase is not None
        self.db.execute("BEGIN")
        writes.erase(self.db, COURSE, person.id, self.now, [FEATURE.erase])
        self.db.execute("COMMIT")

    def _commit(self, request: Request[Any], rule: Rule) -> Committed:
        self.db.execute("BEGIN")
        try:
            done = writes.commit(self.db, request, rule)
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")
        for change in done.changes:
            self.told[change.channel] += change.docs
        return done

    # -- what is there ----------------------------------------------------------------------

    def all(self, kind: str, channel: str) -> list[Any]:
        """Every living document's body of a kind, oldest first."""
        return [
            msgspec.json.decode(body, type=_BODIES[kind]) for _, body in self._rows(channel, kind)
        ]

    def seen_by(self, person: Person) -> list[Notification]:
        """The notifications in the channels that a person may enter."""
        channels = [ROOM, own(person)] + ([STAFF] if person.staff else [])
        return [n for channel in channels for n in self.all(Notification.kind, channel)]

    def ever_told(self, person: Person) -> bytes:
        """All that ever went to a person, as bytes."""
        channels = [ROOM, own(person)] + ([STAFF] if person.staff else [])
        return b"\n".join(bytes(doc.body) for c in channels for doc in self.told[c])

    def mark(self, person: Person) -> NotificationMark:
        row = reads._one(self.db, own(person), NotificationMark.ID)
        if row is None:
            return NotificationMark()
        found: NotificationMark = reads.document(row).as_(NotificationMark)
        return found

    def heads(self) -> dict[str, int]:
        """How many changes there were in each channel."""
        rows = self.db.execute("SELECT name, head FROM channels").fetchall()
        return dict(rows)

    def _rows(self, channel: str, kind: str) -> list[tuple[str, bytes]]:
        return self.db.execute(
            "SELECT id, body FROM documents WHERE channel = ? AND kind = ? AND body IS NOT NULL"
            " ORDER BY born",
            (channel, kind),
        ).fetchall()
