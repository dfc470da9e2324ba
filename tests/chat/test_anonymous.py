"""Questions that are asked anonymously, in the kernel and its pages."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import InvalidArgument
from tests.chat.page import Page, made
from tests.inside import mirror_of
from tests.notebook.doubles import FakeClient, RecordingComm, keyed

OWN = "user:py101:u-ada"
QUESTION = {"messageId": "m1", "userId": "", "userName": "", "content": "Why?", "at": 5}
ASKED = keyed("asked:m1", "own_question", 1, {"messageId": "m1"})
NOBODY = {"user_id": "", "user_name": "", "question": True, "anonymous": True}


@pytest.fixture
def page(client: FakeClient, comms: type[RecordingComm]) -> Page:
    del comms
    client.become(features=("chat", "questions"))
    client.load(client.document("hello", id="m0"))
    client.tell(OWN)
    return Page(made(client), client)


def allow(client: FakeClient, *, on: bool = True) -> None:
    client.seq += 1
    client.arrive(keyed("chat", "chat_settings", client.seq, {"anonymous": on}, born=9))


def test_it_is_offered_only_where_an_instructor_allows_it(page: Page, client: FakeClient) -> None:
    with pytest.raises(InvalidArgument, match="turned off"):
        _ = page.chat.ask("Why?", anonymous=True)
    assert "anonymous" not in mirror_of(page.chat).room.can()
    assert client.outbox == {}
    allow(client)
    assert "anonymous" in mirror_of(page.chat).room.can()
    _ = page.chat.ask("Why?", anonymous=True)
    page.settle()
    (command,) = client.commands("chat_message")
    data = msgspec.json.decode(command.data)
    assert (data["question"], data["anonymous"]) == (True, True)


def test_a_page_that_asks_after_it_was_turned_off_is_refused_and_nothing_is_sent(
    page: Page, client: FakeClient
) -> None:
    args = {"id": uuid7(), "text": "Why?", "anonymous": True}
    refusal = page.intend("chat.send", **args)
    assert refusal is not None
    assert "turned off" in refusal["message"]
    assert client.commands("chat_message") == []
    allow(client)
    page.intend("chat.send", **args)
    assert len(client.commands("chat_message")) == 1


def test_ones_own_is_known_as_such_and_to_oneself_alone(page: Page, client: FakeClient) -> None:
    allow(client)
    client.arrive(
        client.document("Why?", id="m1", born=2, **NOBODY),
        keyed("question:m1", "question", client.seq, QUESTION | {"anonymous": True}, born=3),
    )
    page.settle()

    def told() -> list[Any]:
        message, question = page.docs["messages"]["m1"], page.docs["questions"]["m1"]
        (asked,) = page.chat.questions
        return [message.get("mine"), question["mine"], asked.mine, message["user"], asked.anonymous]

    assert told() == [None, False, False, "", True]
    unread = page.chat.unread
    client.tell(OWN, ASKED)
    page.settle()
    assert told() == [True, True, True, "", True]
    assert page.chat.unread == unread - 1, "what one has written oneself is not new"


def test_nobody_is_mentioned_who_is_not_named(page: Page, client: FakeClient) -> None:
    client.arrive(client.document("Why?", id="m1", born=2, **NOBODY))
    assert "" not in mirror_of(page.chat).names()
    message = page.chat.messages[-1]
    assert (message.anonymous, message.user_id) == (True, "")
    assert "anonymous" in repr(message)
