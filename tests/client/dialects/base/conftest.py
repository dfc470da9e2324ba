"""Fixtures of the tests with a real service: clients, and an observer of their claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from edu_widgets.chat.documents import ChatMessage
from edu_widgets.client.course import CourseClient
from edu_widgets.client.runtime.pool import Pool, Settings
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.runtime.threads import CallbackThread, NetworkThread
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged
from edu_widgets.client.sync.liveness import BaseTimes, Limits
from edu_widgets.client.transport import selection
from edu_widgets.client.transport.base import WEBSOCKET_PATH, Target
from edu_widgets.client.transport.selection import TransportSettings
from edu_widgets.client.view import CourseEvent
from edu_widgets.protocol import uuid7
from tests.base_service import Running
from tests.client.conftest import Clients

ROOM = "course:py101"
TOKEN = "s3cret-token"

QUICK = BaseTimes(confirm=0.6, history=4.0, proof=0.2)
"""The rules of a base service, with less patience."""


@dataclass
class Watch:
    """Somebody who looks at the screen at every change, and remembers what was claimed.

    Everything is said with words of its own, so that words tell messages apart.
    """

    client: CourseClient
    stored: Callable[[str], list[str]]
    views: list[str] = field(default_factory=list)
    states: dict[str, list[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client.listen(self._look)

    def _look(self, event: CourseEvent) -> None:
        view = self.client.view().state
        if not self.views or self.views[-1] != view:
            self.views.append(view)
        there = self.stored(ROOM)
        if isinstance(event, CommandChanged):
            command = event.command
            words = msgspec.json.decode(command.data, type=ChatMessage).content
            state = str(command.state) + (" and gone" if event.gone else "")
            self.states.setdefault(words, []).append(state)
            confirmed = event.gone and command.state is CommandState.SENT
            if confirmed and words not in there:
                self.wrong.append(f"{words!r} counts as sent, but nobody has it")
        shown = self.shown()
        for words in set(shown):
            if shown.count(words) > 1:
                self.wrong.append(f"{words!r} is shown {shown.count(words)} times: {shown}")
        for words in shown:
            if not words.endswith("?") and words not in there:
                self.wrong.append(f"{words!r} is shown as if others had it")

    def shown(self) -> list[str]:
        """The texts in the room; `?` behind those that are unconfirmed."""
        mirror = self.client.mirror()
        docs = mirror.of_kind("message")
        unconfirmed = mirror.unconfirmed
        words = [(d.id, str(msgspec.json.decode(d.body)["content"])) for d in docs]
        return [text + "?" * (id_ in unconfirmed) for id_, text in words]

    def say(self, *words: str) -> list[Receipt]:
        return [say(self.client, text) for text in words]


def say(client: CourseClient, words: str) -> Receipt:
    id_ = uuid7()
    return client.send("chat_message", ChatMessage(id_, words, "ada", "Ada"), id=id_)


class Enter(Clients):
    """Makes clients of base services."""

    def __call__(
        self,
        service: Running,
        *,
        url: str = "",
        token: str = TOKEN,
        course: str = "py101",
        user: str = "ada",
        channel: str = "",
        times: BaseTimes = QUICK,
        settings: TransportSettings | None = None,
    ) -> Watch:
        target = Target((url or service.url) + WEBSOCKET_PATH, user, lambda: token, base=True)
        limits = Limits(reconnect_interval=0.05, base=times)
        chosen = settings or TransportSettings(retry_interval=0.05)
        client = self.client(course, target, Settings(self.folder, limits, chosen), channel)
        watch = Watch(client, lambda room: [m["content"] for m in service.messages(room)])
        client.start()
        return watch


@pytest.fixture(autouse=True)
def _no_memory() -> Iterator[None]:
    selection.forget()
    yield
    selection.forget()


@pytest.fixture
def enter(
    network: NetworkThread, callbacks: CallbackThread, pool: Pool, tmp_path: Path
) -> Iterator[Enter]:
    with ExitStack() as stack:
        yield Enter(network, callbacks, pool, tmp_path / "outbox", stack)
