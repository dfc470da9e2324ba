"""The chat's rule, run by hand: no store, no socket."""

from typing import Any

import pytest

from edu_widgets.chat.documents import MAX_CONTENT, ChatMessage, Message
from edu_widgets.chat.service.messages import send
from edu_widgets.protocol import Code, Document
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.config import ChannelConfig
from edu_widgets.service.rules import Decision, Get, Person, Query, Request, drive

ADA = Person("u1", "Ada", "student")
PROF = Person("u2", "Prof", "instructor")


def ask(content: str, *, user: Person = ADA, **more: Any) -> Request[ChatMessage]:
    data = ChatMessage(id=more.pop("id", "m1"), content=content, **more)
    return Request("c", "course:c", user, "chat_message", data, "m1", 1_700_000, ChannelConfig())


def decide(request: Request[ChatMessage], *docs: Document) -> Message:
    def answer(query: Query) -> list[Document]:
        assert isinstance(query, Get)
        return [doc for doc in docs if doc.id in query.ids]

    decision: Decision = drive(send(request), answer)
    (write,) = decision.writes
    assert (write.channel, write.id, write.kind) == ("course:c", "m1", "message")
    assert isinstance(write.body, Message)
    return write.body


def test_author_and_time_are_the_services() -> None:
    request = ask("hi", user_id="somebody-else", user_name="Prof")
    message = decide(request)
    assert (message.user_id, message.user_name, message.timestamp) == ("u1", "Ada", 1_700_000)
    assert message.role is None


def test_staff_is_marked() -> None:
    assert decide(ask("hi", user=PROF)).role == "instructor"


def test_text_is_verbatim_but_for_white_space_at_its_end() -> None:
    text = "  <script>alert(1)</script> 👩\u200d🏫 \n\tx\u00a0y e\u0301"
    assert decide(ask(text + " \n\t")).content == text


def test_what_cannot_be_seen_is_not_kept() -> None:
    text = "\x1b[31mred\x1b[0m a\0b\x07 \u202ec\u2066 pass\u200bword"
    assert decide(ask(text)).content == "red ab c password"


@pytest.mark.parametrize("text", ["\u200b\u200d", "\ufeff \u2060", "\x1b[0m"], ids=ascii)
def test_a_message_of_what_cannot_be_seen_is_empty(text: str) -> None:
    with pytest.raises(Refused, match="empty"):
        decide(ask(text))


@pytest.mark.parametrize("text", ["", "  \n", "x" * (MAX_CONTENT + 1)])
def test_empty_and_too_long_are_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        decide(ask(text))
    assert caught.value.code == Code.INVALID


def test_the_longest_text_is_taken() -> None:
    assert len(decide(ask("x" * MAX_CONTENT)).content) == MAX_CONTENT


def test_ids_have_to_agree() -> None:
    with pytest.raises(Refused) as caught:
        decide(ask("hi", id="other"))
    assert caught.value.code == Code.INVALID


def test_a_reply_to_something_that_is_not_a_message_loses_its_reference() -> None:
    there = Document("m0", "message", 1, 1)
    assert decide(ask("hi", reply_to="m0"), there).reply_to == "m0"
    assert decide(ask("hi", reply_to="m0")).reply_to is None
    assert decide(ask("hi", reply_to="m0"), Document("m0", "poll", 1, 1)).reply_to is None
    gone = Document("m0", "message", 1, 2, deleted=True)
    assert decide(ask("hi", reply_to="m0"), gone).reply_to is None


def test_nobody_speaks_as_the_system() -> None:
    assert decide(ask("hi", type="system")).type == "text"
