"""Ctrl-C in the middle of a call: all of it was handed over, or nothing."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dis import opname
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets.chat.commands import SEARCH, Search
from edu_widgets.chat.documents import CHAT_MESSAGE, ChatMessage
from edu_widgets.client.course import CourseClient
from edu_widgets.client.pending_commands import PendingCommands
from edu_widgets.client.runtime.threads import network
from edu_widgets.client.sync.events import CommandChanged
from edu_widgets.client.view import CourseEvent
from edu_widgets.protocol import uuid7
from tests.client.conftest import Join
from tests.client.fake_service import FakeService, eventually
from tests.inside import outbox_of
from tests.waiting import PATIENCE

OURS = (
    "edu_widgets/client",
    "edu_widgets/entry.py",
    "edu_widgets/open_lessons.py",
    "edu_widgets/lesson.py",
)


class Interrupt:
    """Raises KeyboardInterrupt at the n-th moment at which Python would, in code of our own.

    CPython looks for signals when a function begins, a loop goes round and a call has returned;
    nowhere else, so that leaving a `with` cannot be torn from releasing its lock.
    """

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, frame: FrameType, event: str, _: object) -> Any:
        file = frame.f_code.co_filename.replace("\\", "/")
        if event != "call" or not any(part in file for part in OURS):
            return None
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        code, before = frame.f_code.co_code, ""

        def step(frame: FrameType, event: str, _: object) -> Any:
            nonlocal before
            if event == "opcode":
                if before.startswith(("RESUME", "CALL", "JUMP_BACKWARD")):
                    self.left -= 1
                    if self.left == 0:
                        raise KeyboardInterrupt
                before = opname[code[frame.f_lasti]]
            return step

        return step


@contextmanager
def interrupted(at: int) -> Iterator[None]:
    before = sys.gettrace()
    sys.settrace(Interrupt(at))
    try:
        yield
    finally:
        sys.settrace(before)


def interrupt_everywhere(act: Callable[[], object], after: Callable[[], object]) -> int:
    """Do it again and again, interrupted one moment later each time; how often it was."""
    for at in range(1, 10_000):
        try:
            with interrupted(at):
                act()
        except KeyboardInterrupt:
            after()
        else:
            return at - 1
    raise AssertionError("it never comes to its end")


@pytest.fixture
def client(fake: FakeService, join: Join) -> CourseClient:
    made = join(fake)
    made.wait_connected(PATIENCE)
    return made


def test_an_interrupted_send_is_sent_or_never_was(fake: FakeService, client: CourseClient) -> None:
    pending: PendingCommands[ChatMessage] = PendingCommands(client, CHAT_MESSAGE)

    def heard(event: CourseEvent) -> None:
        if isinstance(event, CommandChanged):
            pending.heard(event)

    client.listen(heard)

    def send() -> None:
        id_ = uuid7()
        _ = pending.send(CHAT_MESSAGE.name, ChatMessage(id_, "hi"), id_)

    def check() -> None:
        assert client.usable
        assert client.numbers().state == "live"

    assert interrupt_everywhere(send, check) > 20
    last = client.send(CHAT_MESSAGE.name, ChatMessage("last", "hi"), id="last")
    last.wait(PATIENCE)
    eventually(lambda: not pending.waiting(), "nothing is pending")
    outbox = outbox_of(client)
    assert outbox is not None
    assert (len(outbox), len(outbox.arriving)) == (0, 0)
    outbox.check_room(60_000)
    assert len(fake.connections) == 1


def test_an_interrupted_look_at_the_state_ends_nothing(
    fake: FakeService, client: CourseClient
) -> None:
    def look() -> None:
        client.check()
        _ = client.numbers(), client.view(), client.me(), client.mirror()
        client.retry_now()

    assert interrupt_everywhere(look, client.check) > 20
    client.send(CHAT_MESSAGE.name, ChatMessage("last", "hi"), id="last").wait(PATIENCE)
    assert len(fake.connections) == 1


def test_an_interrupted_question_is_answered_or_never_was(client: CourseClient) -> None:
    interrupt_everywhere(lambda: client.ask(SEARCH.name, Search("hi")), client.check)
    client.send(CHAT_MESSAGE.name, ChatMessage("last", "hi"), id="last").wait(PATIENCE)


def test_an_interrupted_close_can_be_called_again(fake: FakeService, join: Join) -> None:
    for at in range(1, 2_000):
        made = join(fake)
        try:
            with interrupted(at):
                made.close()
        except KeyboardInterrupt:
            made.close()
        else:
            break
        eventually(lambda: not made.usable, "it is closed")  # noqa: B023
    eventually(lambda: not fake.connections, "the connection is closed")


def test_an_interrupted_connect_leaves_no_second_connection(
    fake: FakeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path))
    network()

    def connect() -> edu.Lesson:
        return edu.connect(url=fake.base, token="t0ken", user_id="ada", course="py101")

    for at in range(1, 100_000, 5):
        try:
            with interrupted(at):
                connect()
        except KeyboardInterrupt:
            continue
        break
    lesson = connect()
    lesson.wait_connected(PATIENCE)
    assert len(fake.connections) == 1
    assert sum(thread.name == "edu-widgets-network" for thread in threading.enumerate()) == 1
    lesson.close()
    eventually(lambda: not fake.connections, "no connection stays")
