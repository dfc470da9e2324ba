"""The rules of presence on a store in memory: who asks what, and what staff and students see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from edu_widgets.presence.documents import Hand, Status, hand_id, status_id
from edu_widgets.presence.service import FEATURE
from edu_widgets.presence.service.ending import Sweep, sweep
from edu_widgets.service.rules import Person
from edu_widgets.service.store import Committed
from tests.in_memory.service import ROOM, STAFF, InMemoryService, own

ADA = Person("u-ada", "Ada", "student")
BO = Person("u-bo", "Bo", "student")
JONAS = Person("u-jonas", "Jonas", "instructor")


class Classroom(InMemoryService):
    """A course; its clock moves when told."""

    def __init__(self) -> None:
        super().__init__(FEATURE)

    def sweep(self, gone: Sequence[str] = (), solved: Sequence[str] = ()) -> Committed:
        """The service's own work once people have been gone for long."""
        return self.by_itself("sweep", Sweep(list(gone), list(solved)), sweep)

    # -- what is there ----------------------------------------------------------------------

    def _find(self, channel: str, id_: str, type_: type[msgspec.Struct]) -> Any:
        found = self.document(channel, id_)
        return None if found is None else found.as_(type_)

    def _same(self, person: Person, id_: str, type_: type[msgspec.Struct]) -> Any:
        """The status as staff sees it, which is as the person sees it."""
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
