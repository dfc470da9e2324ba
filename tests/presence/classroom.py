"""The rules of presence on a store in memory: who asks what, and what staff and students see."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from edu_widgets.presence.documents import Hand, Status, hand_id, status_id
from edu_widgets.presence.service import FEATURE
from edu_widgets.presence.service.ending import Sweep, sweep
from edu_widgets.protocol import REGISTRY, Document, uuid7
from edu_widgets.protocol.channels import course_channel, staff_channel, user_channel
from edu_widgets.service.config import ChannelConfig, ServiceConfig
from edu_widgets.service.hub import NOBODY
from edu_widgets.service.rules import Person, Request, Rule
from edu_widgets.service.store import Committed, reads, schema, writes

COURSE = "c"
ROOM = course_channel(COURSE)
STAFF = staff_channel(COURSE)
START = 1_700_000_000_000

ADA = Person("u-ada", "Ada", "student")
BO = Person("u-bo", "Bo", "student")
MIRA = Person("u-mira", "Mira", "instructor")
JONAS = Person("u-jonas", "Jonas", "instructor")


def own(person: Person) -> str:
    return user_channel(COURSE, person.id)


class Classroom:
    """A course; its clock moves when told."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        schema._make_tables(self.db)
        self.db.execute("INSERT INTO meta VALUES ('epoch', 'e')")
        self.now = START
        self.config: ChannelConfig = ServiceConfig().course
        self.told: dict[str, list[Document]] = defaultdict(list)
        """Every version of every document, by channel, as it went out."""

    def do(
        self, person: Person, type_: str, id_: str = "", room: str = ROOM, **fields: Any
    ) -> Committed:
        """One command, as it would come over the wire.

        Raises:
            Refused: by its rule.
        """
        raw = msgspec.json.encode(fields)
        data = msgspec.json.decode(raw, type=REGISTRY.commands[type_].data)
        return self.submit(person, type_, data, id_, room)

    def submit(
        self, person: Person, type_: str, data: Any, id_: str = "", room: str = ROOM
    ) -> Committed:
        request = Request(COURSE, room, person, type_, data, id_ or uuid7(), self.now, self.config)
        return self._commit(request, FEATURE.rules[type_])

    def sweep(self, gone: Sequence[str] = (), solved: Sequence[str] = ()) -> Committed:
        """What the service does by itself once people have been gone for long."""
        data = Sweep(list(gone), list(solved))
        request = Request(COURSE, ROOM, NOBODY, "sweep", data, uuid7(), self.now, self.config)
        return self._commit(request, sweep)

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

    def _find(self, channel: str, id_: str, type_: type[msgspec.Struct]) -> Any:
        row = reads._one(self.db, channel, id_)
        return None if row is None or row[4] is None else reads.document(row).as_(type_)

    def _same(self, person: Person, id_: str, type_: type[msgspec.Struct]) -> Any:
        """What staff sees, which is what the person sees."""
        seen = self._find(STAFF, id_, type_)
        assert seen == self._find(own(person), id_, type_)
        return seen

    def status(self, person: Person) -> str | None:
        found: Status | None = self._same(person, status_id(person.id), Status)
        return found.status if found is not None else None

    def status_at(self, person: Person) -> int:
        found: Status = self._same(person, status_id(person.id), Status)
        return found.at

    def hand(self, person: Person) -> Hand | None:
        found: Hand | None = self._same(person, hand_id(person.id), Hand)
        return found

    def course_docs(self) -> int:
        """Documents in the channel that everybody reads."""
        found: int = self.db.execute(
            "SELECT count(*) FROM documents WHERE channel = ?", (ROOM,)
        ).fetchone()[0]
        return found
