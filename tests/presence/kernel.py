"""A kernel's side of presence on the real rules: a client whose service is a `Classroom`."""

from __future__ import annotations

import msgspec

from edu_widgets.client.sync.events import SignalReceived
from edu_widgets.presence.commands import PeoplePage, Presence
from edu_widgets.protocol.errors import NotConnected
from tests.in_memory.client import InMemoryClient
from tests.presence.classroom import Classroom


class PresenceClient(InMemoryClient[Classroom]):
    """One person's client: commands reach the classroom, and documents the mirrors, when told."""

    def answer(self, page: PeoplePage) -> None:
        """The oldest question that is open is answered."""
        open_ = next(answer for answer in self.answers if not answer.done())
        open_.answer(msgspec.Raw(msgspec.json.encode(page)))
        self.run()

    def fail_answer(self) -> None:
        next(answer for answer in self.answers if not answer.done()).fail(NotConnected("late"))
        self.run()

    def hear(self, frame: Presence, channel: str = "") -> None:
        """The service tells of changes."""
        data = msgspec.Raw(msgspec.json.encode(frame))
        self.emit(SignalReceived("presence", channel or self.channel, data))
        self.run()
