"""A connection's reports to its session, with a transport under the test's control."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from functools import partial

import pytest

from edu_widgets.client.dialects import dialect_of
from edu_widgets.client.runtime.connection import Connection
from edu_widgets.client.sync.events import Service, SessionEvent, State, StateChanged
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.session import Session
from edu_widgets.client.transport.base import TransportFailed
from edu_widgets.protocol import Code
from tests.client.rig import ROOM, FakeClock
from tests.waiting import comes_true


class Trickle:
    """A transport on which no frame is ever whole."""

    name = "trickle"

    def __init__(self) -> None:
        self.service = Service()
        self.received = 0
        self.sent: list[bytes] = []
        self.over = asyncio.Event()

    async def open(self) -> None:
        self.over.clear()

    async def read(self, receive: Callable[[bytes | str], None], rest: Callable[[], None]) -> None:
        del receive, rest
        await self.over.wait()
        raise TransportFailed(0, "It was closed.")

    def write(self, frames: list[bytes]) -> bool:
        self.sent += frames
        return True

    async def send(self, frames: list[bytes]) -> None:
        self.sent += frames

    def ping(self, answered: Callable[[], None]) -> None:
        pass

    async def close(self, code: int, reason: str) -> None:
        del code, reason
        self.over.set()


@pytest.fixture
async def slow() -> AsyncIterator[tuple[Connection, Trickle, FakeClock]]:
    clock, transport = FakeClock(), Trickle()
    session = Session("ada", Outbox(), clock, random.Random(1), lambda: "id", dialect_of)
    connection = Connection(session, lambda: transport, clock)
    with connection.act():
        session.subscribe(ROOM)
        session.open()
    await comes_true(lambda: session.state is State.CONNECTED, "it connects")
    yield connection, transport, clock
    await connection.close()


def _moved(connection: Connection, due: float) -> bool:
    return connection.session.deadline() != due


async def passes(connection: Connection, clock: FakeClock, seconds: float) -> None:
    """Let the clock go on to when the session wants to be called, so often as it fits."""
    end = clock.now + seconds
    while (due := connection.session.deadline()) is not None and due <= end:
        clock.now = max(clock.now, due)
        with connection.act():
            pass  # it looks at the clock
        await comes_true(partial(_moved, connection, due), "a tick")
    clock.now = end


async def test_a_write_that_fails_unexpectedly_is_told_and_the_connection_comes_again(
    slow: tuple[Connection, Trickle, FakeClock],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    connection, transport, clock = slow

    async def broken(_frames: list[bytes]) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(transport, "write", lambda _frames: False)
    monkeypatch.setattr(transport, "send", broken)
    with connection.act() as session:
        session.signal("typing", ROOM, {})
        session.ping()
        session.send("heartbeat", "system", {"timestamp": 1})
    await comes_true(lambda: session.state is State.RECONNECTING, "it is given up")
    assert "Work for a connection failed" in caplog.text
    monkeypatch.undo()
    await passes(connection, clock, 10)
    await comes_true(lambda: session.state is State.CONNECTED, "it connects again")


async def test_bytes_of_a_frame_that_is_not_whole_keep_a_connection(
    slow: tuple[Connection, Trickle, FakeClock],
) -> None:
    connection, transport, clock = slow
    told: list[SessionEvent] = []
    connection.listen(told.append)
    for _ in range(20):
        await passes(connection, clock, 30)
        transport.received += 1
    assert told == []
    await passes(connection, clock, 45)
    (ended, *_) = (event for event in told if isinstance(event, StateChanged))
    assert (ended.state, ended.code) == (State.RECONNECTING, Code.DEAD_PEER), "silence ends it"
