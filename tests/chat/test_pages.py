"""The intents of pages: each becomes its command, or its answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from edu_widgets.chat.commands import Found
from edu_widgets.chat.documents import WINDOW
from edu_widgets.client.runtime.pending_receipts import PendingAnswers
from edu_widgets.client.sync.events import Answered, SignalReceived
from edu_widgets.protocol import Code
from edu_widgets.protocol.documents import Document
from edu_widgets.protocol.errors import NotConnected, TooLate
from edu_widgets.protocol.messages import UserTyping
from tests.chat.page import Page, made
from tests.notebook.doubles import FakeClient, RecordingComm, keyed, message

OWN = "user:py101:u-ada"
STAFF = "staff:py101"
ALL = ("chat", "reactions", "questions")
STUDENT = [
    "send", "reply", "edit", "delete", "react", "unreact", "ask", "upvote", "typing", "read",
    "search",
]  # fmt: skip


@pytest.fixture
def page(client: FakeClient, comms: type[RecordingComm]) -> Page:
    del comms
    client.become(features=ALL)
    client.load(client.document("hello", id="m1"))
    client.tell(OWN)
    return Page(made(client), client)


def last(client: FakeClient) -> tuple[str, dict[str, Any]]:
    client.run()
    command = list(client.outbox.values())[-1]
    return command.type, msgspec.json.decode(command.data)


@pytest.mark.parametrize(
    ("do", "args", "type_", "data"),
    [
        (
            "chat.edit",
            {"id": "m1", "text": "x ", "version": 3},
            "edit_message",
            {"messageId": "m1", "content": "x", "version": 3},
        ),
        ("chat.delete", {"id": "m1"}, "delete_message", {"messageId": "m1"}),
        (
            "chat.react",
            {"id": "m1", "emoji": "👍", "on": False},
            "add_reaction",
            {"messageId": "m1", "emoji": "👍", "userId": "u-ada", "action": "remove"},
        ),
        ("chat.pin", {"id": "m1", "on": True}, "pin_message", {"messageId": "m1", "pinned": True}),
        (
            "chat.mute",
            {"user": "u-mira", "name": "Mira", "on": True, "minutes": 5},
            "mute_user",
            {"userId": "u-mira", "userName": "Mira", "minutes": 5},
        ),
        (
            "chat.mute",
            {"user": "u-mira", "name": "Mira", "on": False},
            "mute_user",
            {"userId": "u-mira", "userName": "Mira", "muted": False},
        ),
        ("chat.slow", {"seconds": 30}, "set_slow_mode", {"seconds": 30}),
        (
            "chat.answered",
            {"id": "m1", "on": True},
            "answer_question",
            {"messageId": "m1", "answered": True},
        ),
    ],
)
def test_an_intent_is_a_command(
    page: Page, client: FakeClient, do: str, args: Any, type_: str, data: Any
) -> None:
    assert page.intend(do, **args) is None
    assert last(client) == (type_, data)


@pytest.mark.parametrize(
    ("do", "args", "words"),
    [
        ("chat.edit", {"id": "m1", "text": " ", "version": 0}, "empty"),
        ("chat.edit", {"id": "m1", "text": "x"}, "version"),
        ("chat.react", {"id": "m1", "emoji": "<b>", "on": True}, "one emoji"),
        ("chat.react", {"id": "m1", "emoji": "👍"}, "true or false"),
        ("chat.pin", {"id": "pin:m1", "on": True}, "an id"),
        ("chat.slow", {"seconds": 9_999}, "3,600"),
        ("chat.upvote", {"id": "m1", "on": True}, "no such question"),
        ("chat.source", {"id": "nothing"}, "not there"),
        ("chat.search", {"query": "  "}, "at least one"),
        ("chat.search", {"query": "x" * 201}, "200"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_a_sentence(
    page: Page, client: FakeClient, do: str, args: Any, words: str
) -> None:
    refused = page.intend(do, **args)
    assert refused is not None
    assert words in refused["message"]
    assert client.outbox == {}


def test_what_is_still_on_its_way_cannot_be_changed(page: Page) -> None:
    mine = page.chat.send("mine").id
    for do in ("chat.delete", "chat.edit", "chat.react"):
        refused = page.intend(do, id=mine, text="x", version=0, emoji="👍", on=True)
        assert refused is not None
        assert "on its way" in refused["message"]


def test_a_question_and_who_it_mentions(page: Page, client: FakeClient) -> None:
    client.become(here=("Bo Berg",))
    text = "@Mira @Bo Berg, why? `@Ada` bo@Mira @Nobody"
    assert page.intend("chat.send", id="m2", text=text, question=True) is None
    type_, data = last(client)
    assert (type_, data["question"], data["mentions"]) == (
        "chat_message", True, ["Mira", "Bo Berg"],
    )  # fmt: skip
    page.settle()
    shown = page.doc("m2")
    assert shown["question"] is True
    assert ["at", {"user": "Bo Berg"}, "@Bo Berg"] in shown["body"][0]


def test_a_message_that_names_the_reader_says_so(page: Page, client: FakeClient) -> None:
    client.arrive(client.document("Hi @Ada and @Adam", id="m2", mentions=["Ada"]))
    page.settle()
    assert page.doc("m2")["mentionsMe"] is True
    assert page.doc("m2")["body"] == [
        ["p", "Hi ", ["at", {"user": "Ada", "me": True}, "@Ada"], " and @Adam"]
    ]
    assert page.chat.messages[-1].mentions_me
    assert "mentionsMe" not in page.doc("m1")


def test_the_source_comes_to_who_asked(page: Page, client: FakeClient) -> None:
    other = Page(page.chat, client, "p2")
    client.arrive(client.document("*hello*", born=1, id="m1", version=4, edited=True))
    assert page.intend("chat.source", id="m1") is None
    assert page.signals("source") == [{"id": "m1", "text": "*hello*", "version": 4}]
    other.settle()
    assert other.signals("source") == []
    _ = page.chat.edit("m1", "*new*")
    page.intend("chat.source", id="m1")
    assert page.signals("source")[-1]["text"] == "*new*"


def test_a_search_is_answered_by_the_service(page: Page, client: FakeClient) -> None:
    page.intend("chat.search", query=" hi ", before=900)
    ((type_, asked),) = client.questions
    assert (type_, asked.query, asked.before) == ("search", "hi", 900)
    old = message("hi *there*", 7, 7, id="old")
    raw = msgspec.Raw(msgspec.json.encode(Found("hi", [old], more=True, floor=7)))
    client.answers[0].answer(raw)
    page.settle()
    (found,) = page.signals("found")
    assert (found["query"], found["more"], found["floor"]) == ("hi", True, 7)
    assert found["docs"][0]["body"] == [["p", "hi ", ["em", "there"]]]
    assert "missed" not in found
    assert "old" not in page.docs["messages"]


def test_without_a_service_the_loaded_messages_are_searched(page: Page, client: FakeClient) -> None:
    client.arrive(client.document("ISTANBUL", id="m2"), client.document("ıstanbul", id="m3"))
    page.intend("chat.search", query="İstanbul")
    client.answers[0].fail(NotConnected("offline"))
    page.settle()
    found = page.signals("found")[0]
    assert [doc["id"] for doc in found["docs"]] == ["m3", "m2"]
    assert found["missed"] == {"code": 0, "message": "offline", "again": None}
    client.refuse_with = NotConnected("closed")
    page.intend("chat.search", query="mira")
    assert [doc["id"] for doc in page.signals("found")[1]["docs"]] == ["m3", "m2", "m1"]


def test_what_waits_can_be_withdrawn(page: Page, client: FakeClient) -> None:
    client.become(state="offline")
    one, two = page.chat.send("one"), page.chat.send("two")
    page.settle()
    assert (page.doc(one.id)["state"], page.doc(one.id)["withdrawable"]) == ("queued", True)
    assert page.intend("chat.withdraw", id=one.id) is None
    assert one.id not in page.docs["messages"]
    client.move(client.outbox[two.id], handed=True)
    page.settle()
    assert "withdrawable" not in page.doc(two.id)
    refused = page.intend("chat.withdraw", id=two.id)
    assert refused is not None
    with pytest.raises(TooLate):
        page.chat.withdraw(two.id)
    assert [m.content for m in page.chat.messages] == ["hello", "two"]
    client.move(client.outbox[two.id], handed=False)
    page.chat.withdraw(page.chat.messages[-1])
    assert [m.content for m in page.chat.messages] == ["hello"]


def test_a_refused_search_says_why_and_when_it_may_be_asked_again(
    page: Page, client: FakeClient
) -> None:
    page.intend("chat.search", query="mira")
    many = Answered("course:py101", "q", code=Code.RATE_LIMITED, reason="No.", retry_after=7_000)
    asking = PendingAnswers()
    asking.expect("q", client.answers[0])
    asking.answered(many)
    page.settle()
    (found,) = page.signals("found")
    assert [doc["id"] for doc in found["docs"]] == ["m1"]
    assert found["missed"] == {"code": Code.RATE_LIMITED, "message": "No.", "again": 7_000}


def loaded(client: FakeClient, count: int, floor: int) -> None:
    client.seq = floor
    client.load(*(client.document(str(n)) for n in range(count)), floor=floor + 1)


def test_reaching_an_old_message_loads_down_to_it(client: FakeClient, comms: Any) -> None:
    del comms
    loaded(client, 120, 200)
    page = Page(made(client), client)
    assert len(page.docs["messages"]) == WINDOW
    page.intend("chat.reach", id="x", born=180)
    assert client.asked == [("older", f"message {WINDOW}")]
    assert page.floors["messages"] == 201, "what is loaded is sent first"
    client.seq = 320
    client.arrive_older([message(str(n), n, n) for n in range(151, 201)], floor=151)
    page.settle()
    assert page.floors["messages"] <= 180
    born = sorted(doc["born"] for doc in page.docs["messages"].values())
    assert born == list(range(born[0], 321)), "without a hole"
    assert born[0] <= 180


def test_reaching_a_pinned_message_goes_beyond_its_pin(client: FakeClient, comms: Any) -> None:
    del comms
    loaded(client, 10, 200)
    client.seq += 1
    content = {"messageId": "old", "userId": "u", "userName": "M", "content": "", "at": 1}
    pin = content | {"by": "p", "byName": "Prof"}
    client.arrive(keyed("pin:old", "pin", client.seq, pin, born=190))
    page = Page(made(client), client)
    page.intend("chat.reach", id="old", born=190)
    client.arrive_older([message(str(n), n, n) for n in range(151, 201)], floor=151)
    page.settle()
    assert len(client.asked) == 2, "it is not on that page"
    old = [message(str(n), n, n, id="old" if n == 120 else f"m{n}") for n in range(101, 151)]
    client.arrive_older(old, floor=101)
    page.settle()
    assert page.doc("old")["born"] == 120
    assert len(client.asked) == 2


def test_reaching_what_cannot_be_loaded_is_refused(client: FakeClient, comms: Any) -> None:
    del comms
    loaded(client, 10, 200)
    page = Page(made(client), client)
    page.intend("chat.reach", id="x", born=5)
    client.receipts["older"].fail(NotConnected("offline"))
    page.settle()
    assert [m["message"] for m in page.heard if m["op"] == "refused"] == ["offline"]


def test_reaching_what_is_there_ends_with_its_page(page: Page) -> None:
    page.intend("chat.reach", id="m1", born=1)
    assert [m["floor"] for m in page.heard if m["op"] == "page"] == [0]


# -- room -------------------------------------------------------------------------------


def test_what_a_student_and_an_instructor_can_do(page: Page, client: FakeClient) -> None:
    assert page.room["can"] == STUDENT
    assert (page.room["slow"], page.room["muted"], page.room["read"]) == (0, None, 0)
    client.become(features=("chat",))
    page.settle()
    assert page.room["can"] == ["send", "reply", "edit", "delete", "typing", "read", "search"]
    client.become(features=ALL, readonly=True)
    page.settle()
    assert page.room["can"] == ["search"]
    client.person = person(client, "instructor")
    client.become(readonly=False)
    page.settle()
    assert page.room["can"] == [*STUDENT, "moderate"]
    client.base = True
    client.become(features=("chat", "reactions"), queued=1)
    page.settle()
    assert page.room["can"] == ["send", "reply", "react", "typing"]


def person(client: FakeClient, role: str) -> Any:
    return type(client.person)("u-ada", "Ada", role)


def mute(until: int, user: str = "u-ada", seq: int = 1) -> Document:
    content = {"userId": user, "userName": "Ada", "until": until, "byName": "Prof"}
    return keyed(f"mute:{user}", "mute", seq, content)


def test_who_is_muted_lacks_the_tools_until_it_is_over(page: Page, client: FakeClient) -> None:
    until = int((client.now + 60) * 1000)
    client.tell(OWN, mute(until))
    page.settle()
    assert page.room["muted"] == until
    assert page.room["can"] == ["delete", "read", "search"]
    assert page.docs["mutes"] == {}, "a list for staff only"
    client.advance(61)
    page.settle()
    assert page.room == page.room | {"muted": None, "can": STUDENT}
    client.tell(OWN, mute(0, seq=2))
    page.settle()
    assert page.room == page.room | {"muted": 0}
    client.tell(OWN, keyed("mute:u-ada", "mute", 3, None))
    page.settle()
    assert page.room == page.room | {"muted": None}


def test_staff_sees_who_is_muted(client: FakeClient, comms: Any) -> None:
    del comms
    client.person = person(client, "instructor")
    client.become(features=ALL)
    client.load()
    client.tell(STAFF, mute(int((client.now + 60) * 1000), "u-bo"))
    page = Page(made(client), client)
    assert page.docs["mutes"]["u-bo"]["name"] == "Ada"
    client.tell(STAFF, mute(0, "u-cem", seq=2))
    page.settle()
    assert set(page.docs["mutes"]) == {"u-bo", "u-cem"}
    assert {m.id for m in page.chat.muted} == {"u-bo", "u-cem"}
    client.advance(61)
    page.settle()
    assert set(page.docs["mutes"]) == {"u-cem"}
    client.tell(STAFF, keyed("mute:u-cem", "mute", 3, None))
    page.settle()
    assert page.docs["mutes"] == {}
    assert page.room["muted"] is None


def test_slow_mode_and_pins(page: Page, client: FakeClient) -> None:
    pin = {"userId": "u-1", "userName": "Mira", "content": "read me", "by": "p", "byName": "Prof"}
    client.seq += 3
    client.arrive(
        keyed("chat", "chat_settings", 2, {"slowMode": 20}),
        keyed("pin:m1", "pin", 3, pin | {"messageId": "m1", "at": 90}),
        keyed("pin:m0", "pin", 4, pin | {"messageId": "m0", "at": 80}),
    )
    page.settle()
    assert page.room["slow"] == 20
    assert page.docs["pins"]["m1"] == {
        "id": "m1", "born": 3, "seq": 3, "user": "u-1", "name": "Mira", "text": "read me",
        "at": 90, "byName": "Prof",
    }  # fmt: skip
    assert [p.id for p in page.chat.pinned] == ["m0", "m1"]
    client.seq += 1
    client.arrive(keyed("pin:m1", "pin", client.seq, None, born=3))
    page.settle()
    assert set(page.docs["pins"]) == {"m0"}


def test_unread_and_read(page: Page, client: FakeClient) -> None:
    assert page.room["unread"] == 1
    client.arrive(client.document("mine", user_id="u-ada"), client.document("theirs"))
    page.settle()
    assert page.room["unread"] == 1, "a number alone waits"
    client.advance(1.1)
    page.settle()
    assert page.room["unread"] == page.chat.unread == 2
    page.intend("chat.read", born=1)
    assert (page.room["read"], page.room["unread"]) == (1, 1)
    assert last(client) == ("mark_read", {"born": 1})
    page.intend("chat.read", born=3)
    assert page.chat.unread == 0
    assert last(client)[1] == {"born": 1}, "the next one waits"
    client.advance(10)
    assert last(client)[1] == {"born": 3}
    page.intend("chat.read", born=2)
    client.advance(20)
    assert len(client.outbox) == 2, "a mark never moves down"
    client.tell(OWN, keyed("read:chat", "read_mark", 1, {"born": 3}))
    page.settle()
    assert page.room["read"] == 3


def test_nothing_is_read_beyond_the_newest_message(page: Page, client: FakeClient) -> None:
    page.intend("chat.read", born=10**15)
    assert (page.room["read"], page.room["unread"]) == (1, 0)
    client.arrive(client.document("two"))
    assert page.chat.unread == 1


def test_the_last_mark_is_said_when_the_lesson_is_left(page: Page, client: FakeClient) -> None:
    client.arrive(client.document("two"))
    page.intend("chat.read", born=1)
    page.intend("chat.read", born=2)
    for say in client.last_words:
        say()
    assert last(client) == ("mark_read", {"born": 2})


def test_a_closed_chat_says_its_last_mark_and_leaves_nothing_behind(
    page: Page, client: FakeClient
) -> None:
    client.arrive(client.document("two"))
    page.intend("chat.read", born=1)
    page.intend("chat.read", born=2)
    page.chat.close()
    client.advance(0)
    assert last(client) == ("mark_read", {"born": 2})
    assert client.last_words == []


def test_a_base_service_keeps_no_marks(page: Page, client: FakeClient) -> None:
    client.base = True
    page.intend("chat.read", born=1)
    assert page.chat.unread == 0
    assert client.outbox == {}


def test_a_page_that_saw_something_in_between_is_told_when_it_changes_back(
    page: Page, client: FakeClient
) -> None:
    client.standing = replace(client.standing, features=("chat",))
    other = Page(page.chat, client, "p2")
    assert "react" not in other.room["can"]
    other.heard.clear()
    client.become(features=ALL)
    client.advance(0.04)
    batches = [m for m in page.chat.comm.take() if m["op"] == "batch"]
    (room,) = batches[0]["set"]["room"]
    assert room["can"] == STUDENT
    assert room["rev"] > other.room["rev"] > page.room["rev"]


# -- typing -------------------------------------------------------------------------------


def test_typing_is_said_again_while_it_lasts(page: Page, client: FakeClient) -> None:
    page.intend("chat.typing", on=True)
    assert [type_ for type_, _ in client.signals] == ["typing_start"]
    client.advance(7)
    assert [type_ for type_, _ in client.signals] == ["typing_start"] * 3
    page.intend("chat.typing", on=False)
    client.advance(9)
    assert [type_ for type_, _ in client.signals][3:] == ["typing_stop"]
    page.intend("chat.typing", on=True)
    page.intend("chat.send", id="m9", text="done")
    client.advance(9)
    assert [type_ for type_, _ in client.signals][4:] == ["typing_start", "typing_stop"]
    page.intend("chat.typing", on=True)
    client.advance(600)
    starts = [type_ for type_, _ in client.signals][6:]
    assert 15 < len(starts) < 25, "a page that is gone does not type for ever"


def hear_typing(client: FakeClient, user: str, name: str, *, on: bool) -> None:
    raw = msgspec.Raw(msgspec.json.encode(UserTyping(user, on, name)))
    client.emit(SignalReceived("user_typing", client.channel, raw))


def test_who_types_is_told_seldom_and_forgotten(page: Page, client: FakeClient) -> None:
    told: list[list[str]] = []
    page.chat.on("typing", told.append)
    hear_typing(client, "u-ada", "Ada", on=True)
    page.settle()
    assert page.signals("typing") == [], "never oneself"
    for n in range(10):
        hear_typing(client, f"u{n}", f"P{n}", on=True)
    page.settle()
    assert page.signals("typing") == [{"names": ["P0"], "count": 1}]
    client.advance(0.3)
    page.settle()
    assert page.signals("typing")[-1]["count"] == 10
    assert page.chat.typing == [f"P{n}" for n in range(10)]
    hear_typing(client, "u3", "P3", on=False)
    client.arrive(client.document("I wrote", user_id="u4"))
    client.advance(0.3)
    page.settle()
    assert page.signals("typing")[-1]["count"] == 8
    client.advance(6.5)
    page.settle()
    assert page.signals("typing")[-1] == {"names": [], "count": 0}
    assert page.chat.typing == told[-1] == []
    assert len(page.signals("typing")) == len(told) <= 5


def test_of_a_crowd_that_types_only_some_are_known(page: Page, client: FakeClient) -> None:
    for n in range(500):
        hear_typing(client, f"u{n}", f"P{n}", on=True)
    client.advance(0.3)
    page.settle()
    assert page.signals("typing")[-1]["count"] == len(page.chat.typing) == 50
    hear_typing(client, "u0", "P0", on=False)
    assert "P0" not in page.chat.typing


def test_hostile_signals_change_nothing(page: Page, client: FakeClient) -> None:
    for raw in (b"null", b'{"userId":5}', b"[]"):
        client.emit(SignalReceived("user_typing", client.channel, msgspec.Raw(raw)))
    page.settle()
    assert page.signals("typing") == []


def test_what_slow_mode_holds_back_goes_once_it_is_slower_no_more(
    page: Page, client: FakeClient
) -> None:
    for seq, seconds in ((11, 30), (12, 60), (13, 0)):
        assert ("hurry", "chat") not in client.asked
        client.arrive(keyed("chat", "chat_settings", seq, {"slowMode": seconds}, born=11))
    page.settle()
    assert page.room["slow"] == 0
    assert client.asked.count(("hurry", "chat")) == 1
