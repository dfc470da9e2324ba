"""A feature's rules on a store in memory: who asks what, and what everybody is then told."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import Any

import msgspec

from edu_widgets.protocol import REGISTRY, Document, uuid7
from edu_widgets.protocol.channels import course_channel, staff_channel, user_channel
from edu_widgets.service.config import ChannelConfig, ServiceConfig
from edu_widgets.service.features import Feature
from edu_widgets.service.rules import NOBODY, Get, Person, Request, Rule
from edu_widgets.service.store import Committed, reads, schema, writes

COURSE = "c"
ROOM = course_channel(COURSE)
STAFF = staff_channel(COURSE)
START = 1_700_000_000_000
MIRA = Person("u-mira", "Mira", "instructor")


def own(person: Person) -> str:
    return user_channel(COURSE, person.id)


class InMemoryService:
    """A course with one feature; its clock moves when told."""

    def __init__(self, feature: Feature, config: ChannelConfig | None = None) -> None:
        self.feature = feature
        self.config: ChannelConfig = config or ServiceConfig().course
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        schema.make_tables(self.db)
        self.now = START
        self.told: dict[str, list[Document]] = defaultdict(list)
        """Every version of every document, by channel, as it went out."""

    def usual_channel(self, person: Person) -> str:
        """The channel of a person's commands unless they name another."""
        del person
        return ROOM

    def do(
        self, person: Person, type_: str, id_: str = "", room: str = "", **fields: Any
    ) -> Committed:
        """One command, as it would come over the wire.

        Raises:
            Refused: by its rule.
        """
        raw = msgspec.json.encode(fields)
        data = msgspec.json.decode(raw, type=REGISTRY.commands[type_].data)
        return self.submit(person, type_, data, id_, room)

    def submit(
        self, person: Person, type_: str, data: Any, id_: str = "", room: str = ""
    ) -> Committed:
        """The same, with data that are decoded already."""
        channel = room or self.usual_channel(person)
        request = Request(
            COURSE, channel, person, type_, data, id_ or uuid7(), self.now, self.config
        )
        return self._commit(request, self.feature.rules[type_])

    def by_itself(self, type_: str, data: Any, rule: Rule) -> Committed:
        """The service's work that no command asks for."""
        request = Request(COURSE, ROOM, NOBODY, type_, data, uuid7(), self.now, self.config)
        return self._commit(request, rule)

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

    def document(self, channel: str, id_: str) -> Document | None:
        """A document, None if there is none (any more)."""
        found = reads.answer(self.db, Get(channel, (id_,)))
        return next((doc for doc in found if not doc.deleted), None)

    def rows(self, channel: str, kind: str) -> list[tuple[str, bytes]]:
        """The ids and bodies of all living documents of a kind, oldest first."""
        return self.db.execute(
            "SELECT id, body FROM documents WHERE channel = ? AND kind = ? AND body IS NOT NULL"
            " ORDER BY born",
            (channel, kind),
        ).fetchall()

    def ever_told(self, person: Person) -> bytes:
        """All that ever went to a person, as bytes."""
        return b"\n".join(bytes(doc.body) for c in channels_of(person) for doc in self.told[c])


def channels_of(person: Person) -> list[str]:
    """The channels that a person may enter."""
    return [ROOM, own(person)] + ([STAFF] if person.staff else [])
