"""The stream's rules on a store in memory, and a stage for its signals."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from edu_widgets.service import rules
from edu_widgets.service.rules import Person
from edu_widgets.service.store import erasing
from edu_widgets.service.timers import Due
from edu_widgets.stream import commands  # noqa: F401 - registers the commands
from edu_widgets.stream.documents import Stream, StreamReminder
from edu_widgets.stream.service import FEATURE, refresh
from tests.in_memory.client import InMemoryClient
from tests.in_memory.service import COURSE, MIRA, ROOM, InMemoryService, own

ADA = Person("u-ada", "Ada", "student")
BO = Person("u-bo", "Bo", "student")
URL = "https://media.example/live/index.m3u8"


class Studio(InMemoryService):
    """A course with a stream."""

    def __init__(self) -> None:
        super().__init__(FEATURE)

    def start(self, by: Person = MIRA, url: str = URL, id_: str = "", **fields: Any) -> Stream:
        """Start a stream and return the class's document of it."""
        self.do(by, "start_stream", id_, **{"url": url, "source": "hls", **fields})
        return self.stream()

    def stream(self) -> Stream:
        found = self.document(ROOM, Stream.ID)
        assert found is not None
        body: Stream = found.as_(Stream)
        return body

    def reminder(self, person: Person) -> str:
        found = self.document(own(person), StreamReminder.ID)
        return "" if found is None else found.as_(StreamReminder).stream

    def pass_time(self, ms: int) -> None:
        """Time goes by, and what is due then happens."""
        self.now += ms
        self.by_itself("due", Due(Stream.ID), refresh)

    def erase(self, person: Person) -> None:
        assert FEATURE.erase is not None
        self.db.execute("BEGIN")
        erasing.erase(self.db, COURSE, person.id, self.now, [FEATURE.erase])
        self.db.execute("COMMIT")


class StreamClient(InMemoryClient[Studio]):
    """One person's client: commands reach the studio, and documents the mirrors, when told."""

    def __init__(self, studio: Studio, person: rules.Person) -> None:
        super().__init__(studio, person)
        self.standing = replace(self.standing, features=("stream",))


class Hall:
    """The engine as the stream's signals see it."""

    courses = (COURSE,)

    def __init__(self) -> None:
        self.here: dict[str, set[Hashable]] = {}
        self.told: list[Any] = []
        self._states: dict[object, Any] = {}

    def connections(self, channel: str, user_id: str) -> set[Hashable]:
        assert channel == ROOM
        return self.here.get(user_id, set())

    def offers(self, channel: str, feature: str) -> bool:
        return (channel, feature) == (ROOM, "stream")

    def announce(
        self, channel: str, key: str, frame: Callable[[], tuple[str, object] | None]
    ) -> None:
        assert (channel, key) == (ROOM, "stream")
        said = frame()
        assert said is not None
        self.told.append(said[1])

    def state(self, make: Callable[[], Any]) -> Any:
        return self._states.setdefault(make, make())
