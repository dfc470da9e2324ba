"""The rules of polls on a store in memory: who asks what, and what everybody then sees."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import Any, cast

import msgspec

from edu_widgets.polls.documents import (
    OWN_BALLOT,
    POLL,
    TALLY,
    TURNOUT,
    OwnBallot,
    Poll,
    PollTally,
    Turnout,
)
from edu_widgets.polls.service import FEATURE, vault
from edu_widgets.polls.service.clock import Refresh, refresh
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
START = 1_700_000_000_000


def student(number: int) -> Person:
    return Person(f"u-student-{number}", f"Student {number}", "student")


ADA, BO, CY = (student(n) for n in range(3))


class School:
    """A course with polls; its clock moves when told."""

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
        request = Request(COURSE, room, person, type_, data, id_ or uuid7(), self.now, self.config)
        return self._commit(request, FEATURE.rules[type_])

    def refresh(self, poll_id: str) -> Committed:
        """What the service does by itself after votes, and when time has passed."""
        request = Request(
            COURSE, ROOM, NOBODY, "refresh", Refresh(poll_id), uuid7(), self.now, self.config
        )
        return self._commit(request, refresh)

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

    # -- in fewer words --------------------------------------------------------------------

    def ask(self, *options: str, **fields: Any) -> str:
        """An open poll; its id."""
        id_ = uuid7()
        whole: dict[str, Any] = {"question": "Which?", "open": True} | fields
        self.do(MIRA, "create_poll", id_, options=list(options), **whole)
        return id_

    def vote(
        self, person: Person, poll_id: str, choice: Any, round_: int = 1, id_: str = ""
    ) -> str:
        id_ = id_ or uuid7()
        self.do(person, "cast_vote", id_, pollId=poll_id, round=round_, choice=choice)
        return id_

    def close(self, poll_id: str, round_: int = 1) -> None:
        self.do(MIRA, "close_poll", pollId=poll_id, round=round_)

    def reveal(self, poll_id: str, **fields: Any) -> None:
        self.do(MIRA, "reveal_poll", pollId=poll_id, **fields)

    def revote(self, poll_id: str, round_: int = 2, **fields: Any) -> None:
        self.do(MIRA, "revote_poll", pollId=poll_id, round=round_, **fields)

    # -- what is there ----------------------------------------------------------------------

    def find(self, channel: str, id_: str) -> Any:
        """A document's body, None if there is none (any more)."""
        row = reads._one(self.db, channel, id_)
        if row is None or row[4] is None:
            return None
        return reads.document(row).as_(
            {
                POLL: Poll,
                TALLY: PollTally,
                TURNOUT: Turnout,
                OWN_BALLOT: OwnBallot,
            }.get(row[1], dict)
        )

    def poll(self, id_: str) -> Poll:
        return cast("Poll", self.find(ROOM, id_))

    def tally(self, id_: str) -> PollTally:
        return cast("PollTally", self.find(STAFF, f"tally:{id_}"))

    def turnout(self, id_: str) -> Turnout:
        return cast("Turnout", self.find(ROOM, f"turnout:{id_}"))

    def own(self, person: Person, id_: str) -> dict[str, Any] | None:
        found = self.find(user_channel(COURSE, person.id), f"ballot:{id_}")
        return None if found is None else cast("OwnBallot", found).rounds

    def ballots(self, id_: str) -> list[tuple[str, Any]]:
        rows = self.db.execute(
            "SELECT id, body FROM documents WHERE channel = ? AND kind = ? AND body IS NOT NULL",
            (vault.vault_channel(COURSE, id_), vault.BALLOT),
        ).fetchall()
        return [(row[0], msgspec.json.decode(row[1])["choice"]) for row in rows]

    def seen_by(self, person: Person) -> bytes:
        """All that ever went to a person, as bytes."""
        channels = [ROOM, user_channel(COURSE, person.id)] + ([STAFF] if person.staff else [])
        return b"\n".join(bytes(doc.body) for c in channels for doc in self.told[c])

    def dump(self) -> str:
        """The whole database as text."""
        return "\n".join(self.db.iterdump())
