"""The rules of cells on a store in memory, and a kernel's messages without a kernel."""

from __future__ import annotations

from typing import Any

import msgspec

from edu_widgets.cells.documents import Cell, CellsMark
from edu_widgets.cells.runs import Run, Runs
from edu_widgets.cells.service import FEATURE
from edu_widgets.protocol import uuid7
from edu_widgets.service.rules import Person
from tests.in_memory.service import MIRA, ROOM, InMemoryService, own

ADA = Person("u-ada", "Ada", "student")


class Studio(InMemoryService):
    """A course with cells."""

    def __init__(self) -> None:
        super().__init__(FEATURE)

    def share(self, source: str = "1 + 1", id_: str = "", by: Person = MIRA, **fields: Any) -> str:
        """A shared cell; its id."""
        id_ = id_ or uuid7()
        cell = {"source": source, "started": self.now, "status": "ok", **fields}
        self.do(by, "share_cell", id=id_, cell=cell)
        return id_

    def cells(self) -> list[Cell]:
        rows = self.rows(ROOM, Cell.kind)
        return [msgspec.json.decode(body, type=Cell) for _, body in rows]

    def mark(self, person: Person) -> int:
        found = self.document(own(person), CellsMark.ID)
        return found.as_(CellsMark).up_to if found is not None else 0


class Wire:
    """A kernel's messages about cells, as ipykernel sends them."""

    def __init__(self) -> None:
        self.runs = Runs()
        self._now = 1_000
        self._count = 0

    def say(self, kind: str, request: Any, **content: Any) -> list[Run]:
        self._now += 1
        return self.runs.take(kind, content, request, self._now)

    def request(self, content: Any = None, header: Any = None, **metadata: Any) -> dict[str, Any]:
        self._count += 1
        return {
            "header": {
                "msg_id": f"m{self._count}",
                "msg_type": "execute_request",
                **(header or {}),
            },
            "content": {"silent": False, "store_history": True, **(content or {})},
            "metadata": metadata,
        }

    def begin(self, code: str, request: Any = None, number: int = 1) -> tuple[Run, Any]:
        """Begin a cell; return its run, and the request that is the parent of its outputs."""
        asked = request or self.request()
        (run,) = self.say("execute_input", asked, code=code, execution_count=number)
        return run, asked

    def end(self, request: Any, status: str = "ok") -> None:
        self.say("execute_reply", request, status=status)
        self.say("status", request, execution_state="idle")
