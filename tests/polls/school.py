"""The rules of polls on a store in memory: who asks what, and what everybody then sees."""

from __future__ import annotations

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
from edu_widgets.polls.service.clock import refresh
from edu_widgets.polls.service.sessions import attend
from edu_widgets.protocol import uuid7
from edu_widgets.service.rules import Person
from edu_widgets.service.store import Committed
from edu_widgets.service.timers import Due
from tests.in_memory.service import COURSE, MIRA, ROOM, STAFF, InMemoryService, own


def student(number: int) -> Person:
    return Person(f"u-student-{number}", f"Student {number}", "student")


ADA, BO, CY = (student(n) for n in range(3))


class School(InMemoryService):
    """A course with polls; its clock moves when told."""

    def __init__(self) -> None:
        super().__init__(FEATURE)

    def refresh(self, poll_id: str) -> Committed:
        """The service's own work after votes, and when time has passed."""
        return self.by_itself("refresh", Due(poll_id), refresh)

    def attend(self) -> None:
        """The service's note of an instructor who comes, goes or stays."""
        self.by_itself("attend", None, attend)

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
        found = self.document(channel, id_)
        if found is None:
            return None
        bodies = {POLL: Poll, TALLY: PollTally, TURNOUT: Turnout, OWN_BALLOT: OwnBallot}
        return found.as_(bodies.get(found.kind, dict))

    def poll(self, id_: str) -> Poll:
        return cast("Poll", self.find(ROOM, id_))

    def tally(self, id_: str) -> PollTally:
        return cast("PollTally", self.find(STAFF, f"tally:{id_}"))

    def turnout(self, id_: str) -> Turnout:
        return cast("Turnout", self.find(ROOM, f"turnout:{id_}"))

    def own(self, person: Person, id_: str) -> dict[str, Any] | None:
        found = self.find(own(person), f"ballot:{id_}")
        return None if found is None else cast("OwnBallot", found).rounds

    def ballots(self, id_: str) -> list[tuple[str, Any]]:
        rows = self.rows(vault.vault_channel(COURSE, id_), vault.BALLOT)
        return [(id_, msgspec.json.decode(body)["choice"]) for id_, body in rows]

    def dump(self) -> str:
        """The whole database as text."""
        return "\n".join(self.db.iterdump())
