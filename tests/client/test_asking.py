"""Questions to the service that are no commands, and their answers."""

from __future__ import annotations

import pytest

from edu_widgets.chat.commands import Found, Search
from edu_widgets.client.course import CourseClient
from edu_widgets.client.runtime.receipts import Answer
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import (
    InvalidArgument,
    MessageTooLong,
    NotConnected,
    ProtocolError,
    Refused,
)
from edu_widgets.protocol.messages import Error
from tests.client.conftest import Join
from tests.client.fake_service import FakeService, eventually
from tests.waiting import PATIENCE

ROOM = "course:py101"


def ask(client: CourseClient, fake: FakeService) -> tuple[Answer, str]:
    asked = len(fake.of("search"))
    answer = client.ask("search", Search("x"))
    eventually(lambda: len(fake.of("search")) > asked)
    return answer, fake.of("search")[-1].message_id


def test_an_answer_settles_the_question_it_names(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    one, first = ask(client, fake)
    two, second = ask(client, fake)
    fake.say("found", ROOM, Found("two", more=True), second)
    two.wait()
    assert two.read(Found) == Found("two", more=True)
    assert not one.done()
    fake.say("found", ROOM, Found("one"), first)
    fake.say("found", ROOM, Found("again"), first)
    one.wait()
    assert one.read(Found).query == "one"
    with pytest.raises(ProtocolError, match="cannot be read"):
        one.read(int)


def test_a_refusal_is_an_answer_too(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    answer, id_ = ask(client, fake)
    fake.say("error", ROOM, Error("Too short.", Code.INVALID, id_), id_)
    with pytest.raises(Refused, match="Too short") as caught:
        answer.wait()
    assert caught.value.code == Code.INVALID


def test_what_is_lost_with_the_connection_does_not_come(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    answer, _ = ask(client, fake)
    with pytest.raises(NotConnected, match=r"no answer within 0\.01 s"):
        answer.wait(0.01)
    fake.abort_all()
    with pytest.raises(NotConnected, match="connection was lost"):
        answer.wait()
    client.wait_connected(PATIENCE)
    assert len(fake.of("search")) == 1, "a question is not asked again behind one's back"


def test_offline_and_closed_nothing_is_asked(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    waiting, _ = ask(client, fake)
    client.close()
    with pytest.raises(NotConnected, match="closed"):
        waiting.wait()
    with pytest.raises(NotConnected, match="closed"):
        _ = client.ask("search", Search("x"))
    offline = join(fake, url="ws://127.0.0.1:9/api/realtime/ws")
    with pytest.raises(NotConnected, match="offline"):
        offline.ask("search", Search("x")).wait()


def test_what_cannot_be_asked_ends_no_connection(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    with pytest.raises(MessageTooLong, match="Shorten"):
        client.ask("search", Search("x" * 70_000)).wait()
    with pytest.raises(InvalidArgument, match="half of a pair"):
        client.ask("search", Search("\ud800")).wait()
    assert client.view().state == "live"
    assert not fake.of("search")
