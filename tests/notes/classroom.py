"""The rules of notes on a store in memory: who writes what, and who sees what then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from edu_widgets.notes.commands import SHARING
from edu_widgets.notes.documents import Note, NoteLike, SharedNote
from edu_widgets.notes.service import FEATURE
from edu_widgets.protocol import uuid7
from edu_widgets.service import rules
from edu_widgets.service.rules import Person
from edu_widgets.service.store import erasing
from tests.in_memory.client import InMemoryClient
from tests.in_memory.service import COURSE, ROOM, InMemoryService, own

ADA = Person("u-ada", "Ada", "student")
BO = Person("u-bo", "Bo", "student")

_BODIES: dict[str, Any] = {body.kind: body for body in (Note, SharedNote, NoteLike)}


class Classroom(InMemoryService):
    """A course with notes."""

    def __init__(self) -> None:
        super().__init__(FEATURE)

    def write(self, by: Person, text: str = "x", id_: str = "", **fields: Any) -> str:
        """A note of somebody; its id."""
        id_ = id_ or uuid7()
        self.do(by, "note_write", id=id_, text=text, **fields)
        return id_

    def share(self, by: Person, text: str = "x", *, room: str = "") -> str:
        """A note that somebody shares; its id."""
        id_ = self.write(by, text)
        self.do(by, "note_share", room=room, id=id_, on=True)
        return id_

    def erase(self, person: Person) -> None:
        assert FEATURE.erase is not None
        self.db.execute("BEGIN")
        erasing.erase(self.db, COURSE, person.id, self.now, [FEATURE.erase])
        self.db.execute("COMMIT")

    def all(self, kind: str, channel: str) -> list[Any]:
        """Every living document's body of a kind, oldest first."""
        rows = self.rows(channel, kind)
        return [msgspec.json.decode(body, type=_BODIES[kind]) for _, body in rows]

    def notes(self, person: Person) -> list[Note]:
        return self.all(Note.kind, own(person))

    def shared(self, room: str = ROOM) -> list[SharedNote]:
        return self.all(SharedNote.kind, room)

    def heads(self) -> dict[str, int]:
        """The number of changes in each channel."""
        return dict(self.db.execute("SELECT name, head FROM channels").fetchall())


class NotesClient(InMemoryClient[Classroom]):
    """One person's client: commands reach the classroom, and documents the mirrors, when told."""

    def __init__(self, room: Classroom, person: rules.Person) -> None:
        super().__init__(room, person)
        self.standing = replace(self.standing, features=(SHARING,))
