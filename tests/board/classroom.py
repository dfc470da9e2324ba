"""The rules of the board on a store in memory: drawings by person, and the board they lead to."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import msgspec
from typing_extensions import override

from edu_widgets.board.documents import Board, BoardItem, BoardPage
from edu_widgets.board.points import encode
from edu_widgets.board.service import FEATURE
from edu_widgets.board.service.sizes import ALL, Size, of_person, sizes_channel
from edu_widgets.board.service.sweeping import sweep
from edu_widgets.client.runtime.pool import Connections
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.service import rules
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.rules import Person
from edu_widgets.service.store import NewBlob, blobs, erasing
from edu_widgets.service.timers import Due
from tests.in_memory.client import InMemoryClient
from tests.in_memory.service import COURSE, MIRA, ROOM, InMemoryService

ADA = Person("u-ada", "Ada", "student")
BO = Person("u-bo", "Bo", "student")

LINE = encode([(0, 0), (40, 8), (80, 8)])


class Classroom(InMemoryService):
    """A course with a board."""

    def __init__(self) -> None:
        super().__init__(FEATURE, ServiceConfig().course)
        for person in (MIRA, ADA, BO):
            self.db.execute(
                "INSERT INTO members (course, user, name, name_key, role) VALUES (?, ?, ?, ?, ?)",
                (COURSE, person.id, person.name, person.name.lower(), person.role),
            )

    def draw(self, by: Person, id_: str = "", **fields: Any) -> str:
        """A stroke of somebody's; its id."""
        id_ = id_ or uuid7()
        stroke = {"page": "first", "tool": "pen", "ink": "blue", "width": 2, "x": 8, "y": 4}
        self.do(by, "board_draw", id=id_, **{**stroke, "points": LINE, **fields})
        return id_

    def open_to_all(self) -> None:
        self.do(MIRA, "board_set", open=True)

    def sweep(self, page: str) -> None:
        self.by_itself("board_sweep", Due(f"board_page:{page}"), sweep)

    def erase(self, person: Person) -> None:
        assert FEATURE.erase is not None
        self.db.execute("BEGIN")
        erasing.erase(self.db, COURSE, person.id, self.now, [FEATURE.erase])
        self.db.execute("COMMIT")

    def items(self) -> list[BoardItem]:
        """The items on the board, oldest first."""
        return [msgspec.json.decode(b, type=BoardItem) for _, b in self.rows(ROOM, BoardItem.kind)]

    def pages(self) -> list[BoardPage]:
        return [msgspec.json.decode(b, type=BoardPage) for _, b in self.rows(ROOM, BoardPage.kind)]

    def board(self) -> Board:
        found = self.document(ROOM, Board.ID)
        return Board() if found is None else found.as_(Board)

    def size(self, person: Person | None = None) -> Size:
        id_ = ALL if person is None else of_person(person.id)
        found = self.document(sizes_channel(COURSE), id_)
        return Size() if found is None else found.as_(Size)

    def heads(self) -> dict[str, int]:
        """The number of changes in each channel."""
        return dict(self.db.execute("SELECT name, head FROM channels").fetchall())


class BoardClient(InMemoryClient[Classroom]):
    """One person's client: commands reach the classroom, and documents the mirrors, when told."""

    def __init__(self, room: Classroom, person: rules.Person) -> None:
        super().__init__(room, person)
        self.standing = replace(self.standing, features=("board",))
        self.pictures: dict[str, bytes] = {}

    @property
    @override
    def connections(self) -> Connections:
        """Connections without a network thread, so that every thread may wait for a picture."""
        network = SimpleNamespace(forbid_waiting=lambda: None)
        return cast("Connections", SimpleNamespace(network=network))

    @override
    def keep_blob(self, channel: str, ref: BlobRef, data: bytes) -> None:
        self.pictures[ref.hash] = data
        new = NewBlob(COURSE, channel, self.me().user_id, ref, data, self.service.now)
        blobs.put(self.service.db, new)

    @override
    def fetch_blob(self, channel: str, hash_: str) -> Future[bytes]:
        coming: Future[bytes] = Future()
        coming.set_result(self.pictures[hash_])
        return coming
