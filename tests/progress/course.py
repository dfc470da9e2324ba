"""The rules of progress on a store in memory, and a kernel's side on it."""

from __future__ import annotations

from typing import Any

import msgspec

from edu_widgets.progress.documents import ExerciseProgress, progress_id
from edu_widgets.progress.service import FEATURE
from edu_widgets.service.rules import Person
from edu_widgets.service.store import Committed
from tests.in_memory.client import InMemoryClient
from tests.in_memory.service import MIRA, STAFF, InMemoryService, own

ADA = Person("u-ada", "Ada", "student")
BO = Person("u-bo", "Bo", "student")
PEOPLE = [ADA, BO, *(Person(f"u-{n}", f"Student {n}", "student") for n in range(8))]


class Course(InMemoryService):
    """A course; its clock moves when told."""

    def __init__(self) -> None:
        super().__init__(FEATURE)

    def give(self, name: str = "clean", **more: Any) -> Committed:
        """An exercise with two checks."""
        checks = [{"name": "rows", "code": "rows: n == 2"}, {"name": "names", "code": "names: df"}]
        fields = {"title": "Clean the table", "checks": checks, **more}
        return self.do(MIRA, "set_exercise", name=name, **fields)

    def report(self, person: Person, checks: str, name: str = "clean", **more: Any) -> Committed:
        result = {"exercise": name, "checks": checks, **more}
        return self.do(person, "report_progress", results=[result])

    def progress(self, person: Person, name: str = "clean") -> ExerciseProgress | None:
        """The progress as staff sees it, which is as the person sees it."""
        id_ = progress_id(name, person.id)
        seen, mine = self.document(STAFF, id_), self.document(own(person), id_)
        assert (seen is None) == (mine is None)
        if seen is None or mine is None:
            return None
        assert bytes(seen.body) == bytes(mine.body)
        found: ExerciseProgress = seen.as_(ExerciseProgress)
        return found


class Kernel(InMemoryClient[Course]):
    """One person's client."""

    def sent(self, type_: str) -> list[Any]:
        """The data of commands that wait."""
        return [msgspec.json.decode(c.data) for c in self.commands(type_)]
