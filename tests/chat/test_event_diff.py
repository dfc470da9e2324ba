"""The events of `.on(...)`: each once, over whatever comes again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from edu_widgets.chat import event_diff
from edu_widgets.chat.widget import CourseChat
from edu_widgets.client.bodies import decoded
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.protocol import Document
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.messages import Changes
from tests.chat.page import Page, made
from tests.notebook.doubles import FakeClient, RecordingComm, keyed, reaction

OWN = "user:py101:u-ada"
STAFF = "staff:py101"
PIN = {"userId": "u-1", "userName": "Mira", "content": "read", "by": "p", "byName": "Prof"}
ASKED = {"userId": "u-1", "userName": "Mira", "content": "Why?", "at": 5}

Told = list[tuple[str, Any]]


@pytest.fixture
def chat(client: FakeClient, comms: type[RecordingComm]) -> CourseChat:
    del comms
    return made(client)


def listen(chat: CourseChat) -> Told:
    told: Told = []

    def heard(event: str) -> Callable[[Any], None]:
        return lambda what: told.append((event, what))

    for event in (
        "message", "edit", "delete", "reaction", "pin", "question", "answered", "mention",
        "mute", "slow_mode", "state",
    ):  # fmt: skip
        chat.on(event, heard(event))
    return told


def events(told: Told) -> list[str]:
    return [event for event, _ in told]


def test_there_are_these_events(chat: CourseChat) -> None:
    with pytest.raises(InvalidArgument, match="'slow_mode'"):
        chat.on("poll", print)


def test_a_first_load_in_several_frames_is_not_told(chat: CourseChat, client: FakeClient) -> None:
    told = listen(chat)
    frames = [client.document("one", id="m1"), client.document("two", id="m2")]
    first = Changes("one", 0, 1, frames[:1], reset=True)
    applied = [client.held.apply(first), client.held.apply(Changes("one", 1, 2, frames[1:]))]
    for done, caught_up in zip(applied, (False, True), strict=True):
        client.emit(
            DocumentsChanged(client.channel, done.upserted, reset=done.reset, caught_up=caught_up)
        )
    assert told == []
    client.arrive(client.document("missed", id="m3"), live=False)
    assert events(told) == ["message"]


def test_unread_stays_what_it_was_while_it_is_caught_up_with(
    chat: CourseChat, client: FakeClient
) -> None:
    client.caught = False
    client.load(client.document("old"))
    assert chat.unread == 0, "the mark of what was read may still come"
    client.caught = True
    client.tell(OWN, keyed("read:chat", "read_mark", 1, {"born": 1}))
    assert chat.unread == 0
    client.arrive(client.document("new"))
    assert chat.unread == 1


def test_what_was_there_is_not_told(chat: CourseChat, client: FakeClient) -> None:
    told = listen(chat)
    client.load(
        client.document("old", id="m1"),
        keyed("pin:m1", "pin", 2, PIN | {"messageId": "m1", "at": 9}),
        keyed("chat", "chat_settings", 3, {"slowMode": 5}),
    )
    client.tell(OWN, keyed("mute:u-ada", "mute", 1, {"userId": "u-ada", "userName": "Ada"}))
    assert told == []


def test_a_first_load_in_two_frames_is_history(chat: CourseChat, client: FakeClient) -> None:
    told = listen(chat)
    client.caught = False
    client.load(client.document("one", id="m1"))
    client.caught = True
    client.arrive(
        client.document("two", id="m2"),
        keyed("pin:m1", "pin", 3, PIN | {"messageId": "m1", "at": 9}),
        live=False,
    )
    assert told == []
    client.seq += 1
    client.arrive(client.document("three", id="m3"))
    assert [what.content for _, what in told] == ["three"]


def test_a_message_costs_the_same_however_many_questions_there_are(
    chat: CourseChat, client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(n: int) -> Document:
        return keyed(f"question:m{n}", "question", n, ASKED | {"messageId": f"m{n}"})

    client.load(*map(asked, range(1, 300)))
    client.seq = 400
    told = listen(chat)
    read: list[type] = []

    def reading(document: Document, type_: Any) -> Any:
        read.append(type_)
        return decoded(document, type_)

    monkeypatch.setattr(event_diff, "decoded", reading)
    client.arrive(client.document("hello"))
    assert (events(told), read) == (["message"], [])
    client.seq = 500
    client.arrive(asked(500))
    assert events(told) == ["message", "question"]


def test_edits_reactions_and_deletions(chat: CourseChat, client: FakeClient) -> None:
    client.load(client.document("one", id="m1"))
    told = listen(chat)
    edit = client.document("two", born=1, id="m1", version=1, edited=True)
    client.arrive(edit)
    client.arrive(edit)
    for _ in range(2):
        one = [reaction("👍", "u")]
        client.arrive(client.document("two", born=1, id="m1", version=1, reactions=one))
    client.arrive(client.document("", born=1, id="m1", deleted=True))
    assert [(event, m.content) for event, m in told] == [
        ("edit", "two"), ("reaction", "two"), ("delete", "two"),
    ]  # fmt: skip
    assert told[1][1].reactions[0].count == 1


def test_mentions(chat: CourseChat, client: FakeClient) -> None:
    client.load()
    told = listen(chat)
    client.arrive(
        client.document("@Ada", mentions=["Ada"]),
        client.document("@Ada", user_id="u-ada", mentions=["Ada"]),
        client.document("@Bo", mentions=["Bo"]),
    )
    assert events(told) == ["message", "message", "message", "mention"]
    assert told[-1][1].mentions_me


def test_what_was_missed_is_told_once_after_a_reset(chat: CourseChat, client: FakeClient) -> None:
    one, two, three = (client.document(f"{n}", id=f"m{n}") for n in (1, 2, 3))
    client.load(one, two, three)
    client.arrive(keyed("pin:m1", "pin", 4, PIN | {"messageId": "m1", "at": 9}))
    told = listen(chat)
    client.seq = 9
    edited = client.document("1!", born=1, id="m1", version=2, edited=True)
    new = client.document("4", id="m4")
    pin = keyed("pin:m4", "pin", 12, PIN | {"messageId": "m4", "at": 12})
    # As after a long absence: a fresh window, in two frames; m2 was deleted, m1 unpinned.
    client.seq, client.caught = 3, False
    client.load(three)
    assert told == [], "half a window says nothing about what is gone"
    client.seq, client.caught = 12, True
    client.arrive(edited, new, pin, live=False)
    assert [(event, what.id) for event, what in told] == [
        ("delete", "m2"), ("edit", "m1"), ("message", "m4"), ("pin", "m1"), ("pin", "m4"),
    ]  # fmt: skip
    assert [what.pinned for event, what in told if event == "pin"] == [False, True]
    before = len(told)
    client.load(edited, three, new, pin)
    assert len(told) == before


def test_pins_questions_mutes_and_slow_mode(chat: CourseChat, client: FakeClient) -> None:
    client.load(client.document("Why?", id="m1"))
    client.tell(OWN)
    told = listen(chat)

    def arrive(id_: str, kind: str, content: Any) -> None:
        client.seq += 1
        born = {"pin:m1": 90, "question:m1": 91, "chat": 92}[id_]
        client.arrive(keyed(id_, kind, client.seq, content, born=born))

    question = ASKED | {"messageId": "m1"}
    arrive("question:m1", "question", question)
    arrive("question:m1", "question", question | {"votes": 3})
    arrive("question:m1", "question", question | {"answered": 7, "answeredBy": "Prof"})
    arrive("question:m1", "question", question)
    arrive("pin:m1", "pin", PIN | {"messageId": "m1", "at": 9})
    arrive("pin:m1", "pin", PIN | {"messageId": "m1", "at": 9, "content": "edited"})
    arrive("pin:m1", "pin", None)
    arrive("chat", "chat_settings", {"slowMode": 20})
    arrive("chat", "chat_settings", {"slowMode": 20})
    muted = {"userId": "u-ada", "userName": "Ada", "until": 0, "byName": "Prof"}
    client.tell(OWN, keyed("mute:u-ada", "mute", 1, muted))
    client.tell(OWN, keyed("mute:u-ada", "mute", 2, None, born=1))
    client.tell(STAFF, keyed("mute:u-bo", "mute", 1, muted | {"userId": "u-bo"}))
    assert events(told) == [
        "question", "answered", "pin", "pin", "slow_mode", "mute", "mute",
    ]  # fmt: skip
    assert told[1][1].answered_by == "Prof"
    assert told[4][1] == 20
    assert [what.muted for event, what in told if event == "mute"] == [True, False]


def test_a_question_that_is_answered_before_it_is_here(
    chat: CourseChat, client: FakeClient
) -> None:
    """Both leave the service at once, in the latest state."""
    client.load(client.document("Why?", id="m1"))
    told = listen(chat)
    client.seq += 1
    question = ASKED | {"messageId": "m1", "answered": 7, "answeredBy": "Prof"}
    client.arrive(keyed("question:m1", "question", client.seq, question))
    assert events(told) == ["question", "answered"]


def test_the_state_is_told_when_it_changes(chat: CourseChat, client: FakeClient) -> None:
    told = listen(chat)
    client.become(state="offline")
    client.become(queued=3)
    client.become(state="live", queued=0)
    assert told == [("state", "offline"), ("state", "live")]


def test_what_is_held_no_longer_leaves_the_page_and_is_not_told_as_deleted(
    chat: CourseChat, client: FakeClient
) -> None:
    client.arrive(*(client.document(str(n), id=f"m{n}") for n in range(4)))
    page = Page(chat, client)
    told = listen(chat)
    client.emit(DocumentsChanged(client.channel, live=True, dropped=client.held.drop(["m0", "m1"])))
    page.settle()
    assert list(page.docs["messages"]) == ["m2", "m3"]
    assert [message.id for message in chat.messages] == ["m2", "m3"]
    assert told == []


def test_a_channel_taken_away_deletes_nothing(chat: CourseChat, client: FakeClient) -> None:
    from edu_widgets.client.sync.events import DocumentsChanged

    client.load(client.document("one", id="m1"))
    told = listen(chat)
    held = client.document("one", born=1, id="m1")
    client.held.clear()
    client.emit(DocumentsChanged(client.channel, reset=True))
    client.load(held)
    assert told == []
