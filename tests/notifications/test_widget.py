"""NotificationPane: what Python and the pages see of notifications, on the real rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from edu_widgets.chat.documents import Message, ReadMark
from edu_widgets.chat.notification_sources import Mentions
from edu_widgets.client.view import Person
from edu_widgets.notifications.documents import ActionTaken, NotificationAction
from edu_widgets.notifications.widget import NotificationItem, NotificationPane, TakenAction
from edu_widgets.polls.documents import OwnBallot, Poll
from edu_widgets.polls.notification_sources import Openings
from edu_widgets.protocol.errors import InvalidArgument, NotConnected, Refused
from edu_widgets.service import rules
from tests.in_memory.client import nothing_here_yet
from tests.in_memory.service import MIRA, START, own
from tests.notebook.doubles import as_client
from tests.notebook.page import intend, ready, sent
from tests.notifications.kernel import NoticeClient
from tests.notifications.office import ADA, BO, Office

pytestmark = pytest.mark.usefixtures("named_bundles")


Open = Callable[[rules.Person], tuple[NoticeClient, NotificationPane]]


@pytest.fixture
def open_(office: Office) -> Open:
    def make(person: rules.Person) -> tuple[NoticeClient, NotificationPane]:
        client = NoticeClient(office, person)
        fake = as_client(client)
        sources = (Mentions(fake), Openings(fake))
        pane = NotificationPane(fake, sources, lambda: [("u-cy", "Cy")])
        return client, pane

    return make


def docs(pane: NotificationPane) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ready(pane)["collections"]["notifications"]["docs"]
    return found


def titles(pane: NotificationPane) -> list[str]:
    return [item.title for item in pane.items]


# -- sending -------------------------------------------------------------------------------


def test_what_an_instructor_sends_others_have(open_: Open) -> None:
    mira, desk = open_(MIRA)
    ada, pane = open_(ADA)
    receipt = desk.send("5 minutes left", "Finish **3.2**", "warning", expires=300)
    assert not receipt.done()
    mira.settle()
    ada.settle()
    (item,) = pane.items
    assert (item.title, item.message, item.type) == ("5 minutes left", "Finish **3.2**", "warning")
    assert (item.sender, item.read, pane.unread) == ("Mira", False, 1)
    assert item.created_at == datetime.fromtimestamp(START / 1000, UTC)
    assert item.expires_at == item.created_at + timedelta(seconds=300)
    # One need not be told what one has said.
    assert (desk.unread, titles(desk)) == (0, ["5 minutes left"])
    at = f"{item.created_at.astimezone():%Y-%m-%d %H:%M}"
    assert repr(item) == f"<warning {at} '5 minutes left': 'Finish **3.2**' (unread)>"
    assert repr(pane).endswith("live, 1 unread)")


def test_only_staff_sends(open_: Open) -> None:
    _, pane = open_(ADA)
    with pytest.raises(Refused, match="Only instructors"):
        _ = pane.send("x")


def test_to_one_person(open_: Open) -> None:
    mira, desk = open_(MIRA)
    mira.put("message", "m1", Message("m1", ADA.id, "Ada", "hi", START))
    for to in ("Ada", ADA.id, Person(ADA.id, "Ada"), Message("m", ADA.id, "Ada", "", 0)):
        command = desk.send("you", to=to)
        mira.deliver()
        assert command.done()
    assert len(mira.service.all("notification", own(ADA))) == 4
    assert desk.items == []
    _ = desk.send("you", to="Cy")
    mira.deliver()
    assert len(mira.service.all("notification", "user:c:u-cy")) == 1
    mira.put("message", "m2", Message("m2", BO.id, "Ada", "hi", START))
    for wrong, words in (("Ada", "2 people"), ("Eve", "not known"), (5, "everybody"), ("", "not")):
        with pytest.raises(InvalidArgument, match=words):
            _ = desk.send("you", to=wrong)


def test_for_students_staff_needs_no_reminder(open_: Open) -> None:
    mira, desk = open_(MIRA)
    tom, other = open_(rules.Person("u-tom", "Tom", "instructor"))
    ada, pane = open_(ADA)
    _ = desk.send("for you", to="students")
    _ = desk.send("between us", to="staff")
    for client in (mira, tom, ada):
        client.settle()
    assert (titles(pane), pane.unread) == (["for you"], 1)
    assert set(titles(other)) == {"between us", "for you"}
    assert [item.title for item in other.items if not item.read] == ["between us"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"title": ""}, "title needs 1"),
        ({"title": 5}, "title must be a string"),
        ({"message": "x" * 2_001}, "2,001"),
        ({"type": "banner"}, "'info'"),
        ({"expires": 0.2}, "at least a second"),
        ({"expires": True}, "number of seconds"),
        ({"expires": "10"}, "number of seconds"),
        ({"expires": datetime(2030, 1, 1)}, "time zone"),  # noqa: DTZ001
        ({"data": object()}, "JSON"),
        ({"actions": "ab"}, "pairs"),
        ({"actions": [5]}, "label"),
        ({"actions": [("a", "b", "c")]}, "style"),
        ({"actions": [("", "b")]}, "label"),
        ({"actions": [("a", "x"), ("b", "x")]}, "same"),
        ({"actions": [(str(n), str(n)) for n in range(6)]}, "at most 5"),
        ({"actions": [("x", "javascript:alert(1)")]}, "cannot be opened"),
        ({"actions": [("x", "JAVASCRIPT:alert(1)")]}, "cannot be opened"),
        ({"actions": [("x", "data:text/html,x")]}, "cannot be opened"),
        ({"actions": [("x", "https://a.example/?<b>")]}, "< as %3C"),
        ({"actions": [("x", "//evil.example")]}, "cannot be opened"),
        ({"actions": [("x", "https://bank.example@evil.example/")]}, "cannot be opened"),
        ({"actions": [("x", "file:///etc/passwd")]}, "cannot be opened"),
    ],
)
def test_what_cannot_be_sent(open_: Open, fields: dict[str, Any], words: str) -> None:
    mira, desk = open_(MIRA)
    with pytest.raises(InvalidArgument, match=words):
        _ = desk.send(**{"title": "x", **fields})
    mira.run()
    assert mira.outbox == {}


def test_what_the_service_refuses_is_said_once(open_: Open) -> None:
    mira, desk = open_(MIRA)
    ready(desk)
    receipt = desk.send("x", expires=datetime.fromtimestamp(START / 1000 - 1, UTC))
    mira.deliver()
    with pytest.raises(Exception, match="over before it was sent"):
        receipt.wait(1)
    notices = [m["data"] for m in sent(desk) if m["op"] == "signal"]
    assert notices == [{"message": "This notification would have been over before it was sent."}]
    assert mira.outbox == {}


# -- reading ---------------------------------------------------------------------------------


def test_marks_are_here_at_once_and_on_the_service(open_: Open) -> None:
    mira, desk = open_(MIRA)
    ada, pane = open_(ADA)
    for number in range(3):
        mira.service.now += 1
        _ = desk.send(f"n{number}")
        mira.settle()
    ada.settle()
    assert (titles(pane), pane.unread) == (["n2", "n1", "n0"], 3)
    pane.mark_read(pane.items[0])
    assert pane.unread == 2
    ada.settle()
    assert pane.unread == 2
    # The same person in another kernel.
    _, again = open_(ADA)
    assert [item.read for item in again.items] == [True, False, False]
    pane.mark_read()
    pane.mark_read()
    ada.settle()
    assert (pane.unread, open_(ADA)[1].unread) == (0, 0)
    pane.clear()
    assert pane.items == []
    ada.settle()
    assert open_(ADA)[1].items == []
    mira.service.now += 1
    _ = desk.send("later")
    mira.settle()
    ada.settle()
    assert titles(pane) == ["later"]
    with pytest.raises(InvalidArgument):
        pane.mark_read("no id!")


def test_marks_of_another_device_show_here(open_: Open) -> None:
    mira, desk = open_(MIRA)
    ada, pane = open_(ADA)
    other, device = open_(ADA)
    _ = desk.send("x")
    for client in (mira, ada, other):
        client.settle()
    ready(pane)
    device.mark_read()
    other.settle()
    ada.sync()
    (batch,) = [m for m in sent(pane) if m["op"] == "batch"]
    assert [doc["read"] for doc in batch["set"]["notifications"]] == [True]
    assert batch["set"]["inbox"][0]["unread"] == 0


def test_what_expires_goes(open_: Open) -> None:
    mira, desk = open_(MIRA)
    ada, pane = open_(ADA)
    _ = desk.send("short", expires=60)
    mira.settle()
    ada.settle()
    ready(pane)
    mira.service.now += 60_000
    mira.service.expire()
    ada.sync()
    assert pane.items == []
    (batch,) = [m for m in sent(pane) if m["op"] == "batch"]
    assert len(batch["del"]["notifications"]) == 1


# -- the pages ---------------------------------------------------------------------------------


def test_a_page_gets_nodes_links_and_what_can_be_posted(open_: Open) -> None:
    mira, desk = open_(MIRA)
    ada, pane = open_(ADA)
    actions: list[Any] = [
        ("Open feedback", "https://campus.example.edu/hw2"),
        {"label": "Done", "action": "done", "style": "primary"},
    ]
    _ = desk.send("<b>Homework</b>", "9 of `10` <script>", "success", actions=actions)
    mira.settle()
    ada.settle()
    (doc,) = docs(pane)
    assert doc["title"] == "<b>Homework</b>"
    assert doc["text"] == [["p", "9 of ", ["code", "10"], " <script>"]]
    assert doc["actions"] == [
        {
            "label": "Open feedback",
            "style": "secondary",
            "href": "https://campus.example.edu/hw2",
        },
        {"label": "Done", "style": "primary", "action": "done"},
    ]
    state = ready(pane)["collections"]["inbox"]["docs"][0]
    assert {k: state[k] for k in ("unread", "quiet", "can")} == {
        "unread": 1,
        "quiet": False,
        "can": ["act"],
    }


@pytest.mark.parametrize(
    "action",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "//evil.example",
        "\\\\evil.example",
        "https://bank.example@evil.example",
        "https://evil.example/\u202e",
        "file:///etc/passwd",
        "www.evil.example",
    ],
)
def test_an_address_that_may_not_be_opened_is_no_button(open_: Open, action: str) -> None:
    ada, pane = open_(ADA)
    ada.service.send("x", actions=[{"label": "Open", "action": action}])
    ada.settle()
    assert "actions" not in docs(pane)[0]
    with pytest.raises(InvalidArgument):
        _ = pane.act(pane.items[0], action)


def test_what_a_page_asks_for(open_: Open) -> None:
    ada, pane = open_(ADA)
    first = ada.service.send("one")
    ada.service.now += 1
    ada.service.send("two")
    ada.settle()
    ready(pane)
    assert intend(pane, "notifications.read", id=first)[0]["op"] == "batch"
    assert [item.read for item in pane.items] == [False, True]
    intend(pane, "notifications.read_all", upTo=START + 1)
    assert pane.unread == 0
    intend(pane, "notifications.clear", upTo=START)
    assert titles(pane) == ["two"]
    (batch,) = intend(pane, "notifications.quiet", on=True)
    assert batch["set"]["inbox"][0]["quiet"] is True
    assert pane.do_not_disturb is True
    for do, args in (
        ("notifications.read", {"id": "no id!"}),
        ("notifications.read_all", {}),
        ("notifications.clear", {"upTo": -1}),
        ("notifications.quiet", {"on": "yes"}),
        ("notifications.act", {"id": first, "action": "x"}),
    ):
        assert intend(pane, do, **args)[-1]["op"] == "refused"


def test_a_choice_reaches_the_staff(open_: Open) -> None:
    mira, desk = open_(MIRA)
    ada, pane = open_(ADA)
    seen: list[TakenAction] = []
    desk.on("action", seen.append)
    _ = desk.send("Exercise 3", actions=[("Done", "done"), NotificationAction("Help", "help")])
    mira.settle()
    ada.settle()
    ready(pane)
    id_ = pane.items[0].id
    batches = intend(pane, "notifications.act", id=id_, action="done")
    (doc,) = [m["set"]["notifications"][0] for m in batches if "notifications" in m["set"]]
    assert (doc["taken"], doc["choosing"], doc["read"]) == ("done", True, True)
    ada.settle()
    assert pane.items[0].taken == "done"
    mira.settle()
    (taken,) = seen
    assert (taken.user_name, taken.label, taken.title) == ("Ada", "Done", "Exercise 3")
    assert desk.taken == seen
    _ = pane.act(id_, "help")
    ada.settle()
    mira.settle()
    assert [t.action for t in seen] == ["done", "help"]
    assert (pane.items[0].taken, [t.action for t in pane.taken]) == ("help", ["help"])
    with pytest.raises(InvalidArgument):
        _ = pane.act("nothing", "x")


# -- news --------------------------------------------------------------------------------------


def test_what_is_new_is_told_once(open_: Open) -> None:
    ada, pane = open_(ADA)
    ada.service.send("before")
    ada.settle()
    ready(pane)
    told: list[NotificationItem] = []
    pane.on("notification", told.append)
    id_ = ada.service.send("after")
    ada.settle()
    ada.settle()
    assert [item.title for item in told] == ["after"]
    messages = sent(pane)
    assert [m["data"] for m in messages if m["op"] == "signal"] == [{"ids": [id_]}]
    # The document is there before the page is told that it is new.
    assert [m["op"] for m in messages].index("batch") < [m["op"] for m in messages].index("signal")


def test_history_is_not_told_and_what_was_missed_is(open_: Open) -> None:
    office = open_(MIRA)[0].service
    office.send("old")
    ada, pane = open_(ADA)
    told: list[str] = []
    pane.on("notification", lambda item: told.append(item.title))
    ada.sync()
    office.send("missed")
    office.send("missed, for you", userId=ADA.id)
    ada.sync(live=False)
    assert told == ["missed", "missed, for you"]


def test_a_first_load_in_several_frames_is_no_news(open_: Open) -> None:
    office = open_(MIRA)[0].service
    for n in range(5):
        office.send(f"old {n}")
    with nothing_here_yet():
        ada, pane = open_(ADA)
    told: list[NotificationItem] = []
    pane.on("notification", told.append)
    ada.caught = False
    ada.sync()
    assert (told, pane.unread) == ([], 0), "what was read is not known before all is here"
    ada.caught = True
    office.send("old 5")
    ada.sync(live=False, pages=3)
    assert (told, pane.unread) == ([], 6)


def test_do_not_disturb_leaves_the_list_alone(open_: Open) -> None:
    ada, pane = open_(ADA)
    ready(pane)
    pane.do_not_disturb = True
    ada.service.send("x")
    ada.settle()
    (doc,) = docs(pane)
    assert (doc["title"], doc["read"]) == ("x", False)


# -- headlines of other features ------------------------------------------------------------------


def mention(text: str = "@Ada look", **more: Any) -> Message:
    return Message("m1", "u-mira", "Mira", text, START, mentions=["Ada"], **more)


def test_a_mention_notifies_once_and_is_read_with_the_chat(open_: Open) -> None:
    ada, pane = open_(ADA)
    told: list[str] = []
    pane.on("notification", lambda item: told.append(f"{item.kind}: {item.title}"))
    ready(pane)
    ada.put("message", "m1", mention())
    ada.put("message", "m1", mention("@Ada look here", version=1))
    ada.put("message", "m2", Message("m2", "u-mira", "Mira", "to nobody", START))
    ada.put("message", "m3", Message("m3", ADA.id, "Ada", "@Ada me", START, mentions=["Ada"]))
    assert told == ["mention: Mira mentioned you"]
    (item,) = pane.items
    assert (item.message, item.read, item.sender) == ("@Ada look here", False, "Mira")
    (doc,) = docs(pane)
    assert (doc["kind"], doc["about"]) == ("mention", "Mira")
    assert doc["leads"] == {"in": "chat", "id": "m1", "born": 1}
    ada.put("read_mark", ReadMark.ID, ReadMark(1), own(ADA))
    assert pane.unread == 0
    ada.put("message", "m1", None)
    assert pane.items == []


def test_a_mention_can_be_marked_and_stays_so(open_: Open) -> None:
    ada, pane = open_(ADA)
    ada.put("message", "m1", mention())
    intend_id = pane.items[0].id
    pane.mark_read(intend_id)
    ada.deliver()
    ada.run()
    assert ada.service.mark(ADA).read == [intend_id]


def test_a_poll_notifies_each_time_it_opens_and_while_it_is_open(open_: Open) -> None:
    ada, pane = open_(ADA)
    told: list[str] = []
    pane.on("notification", lambda item: told.append(item.id))
    poll = Poll("q1", "What is `a + b`?", "single", MIRA.id, START, ["a", "b"])
    for state, round_ in (("draft", 1), ("open", 1), ("open", 1), ("closed", 1), ("open", 2)):
        poll.state, poll.round, poll.opened = state, round_, START + round_  # type: ignore[assignment]
        ada.put("poll", "q1", poll)
        assert len(pane.items) == (state == "open")
    assert told == ["poll-q1-1", "poll-q1-2"]
    (item,) = pane.items
    assert (item.title, item.message, item.kind) == ("A poll is open", "What is `a + b`?", "poll")
    ada.put("own_ballot", "ballot:q1", OwnBallot("q1", {"1": 0}), own(ADA))
    assert pane.unread == 1
    ada.put("own_ballot", "ballot:q1", OwnBallot("q1", {"1": 0, "2": 1}), own(ADA))
    assert pane.unread == 0


def test_where_no_updates_are_offered_there_are_no_headlines_and_no_marks(open_: Open) -> None:
    ada, pane = open_(ADA)
    ada.offered = ("alerts",)
    ada.put("message", "m1", mention())
    assert pane.items == []
    ada.service.send("x")
    ada.settle()
    pane.mark_read()
    ada.run()
    assert (pane.unread, ada.outbox) == (0, {})


# -- a base service -------------------------------------------------------------------------------


def test_what_a_base_service_tells(open_: Open) -> None:
    ada, pane = open_(ADA)
    ada.base = True
    ready(pane)
    told: list[str] = []
    pane.on("notification", lambda item: told.append(item.title))
    seed = {
        "id": "n1",
        "userId": ADA.id,
        "type": "payment",
        "title": "Invoice",
        "message": "Paid",
        "read": False,
        "createdAt": START + 5,
        "actions": [
            {"label": "Open", "action": "https://pay.example/1", "style": "primary"},
            {"label": "Hide", "action": "hide"},
            {"label": "Bad", "action": "javascript:alert(1)"},
            "junk",
        ],
    }
    ada.say("notification", seed)
    ada.say("notification", seed)
    ada.say("user_activity", {"userId": "bob", "userName": "Bob", "action": "lesson_completed"})
    ada.say("course_update", {"courseId": "py101", "title": "Lesson 3", "description": "New"})
    assert told == ["Invoice", "Activity", "Lesson 3"]
    by_kind = {item.kind: item for item in pane.items}
    assert by_kind["notification"].type == "payment"
    assert by_kind["user_activity"].message == "lesson_completed"
    assert by_kind["user_activity"].read, "what others do is no reason to look"
    assert (by_kind["course_update"].type, by_kind["course_update"].message) == (
        "course_update",
        "New",
    )
    assert pane.unread == 2
    doc = next(doc for doc in docs(pane) if doc["title"] == "Invoice")
    # Nothing can be posted there, but a link can be opened.
    assert ready(pane)["collections"]["inbox"]["docs"][0]["can"] == []
    assert [a.get("href") for a in doc["actions"]] == ["https://pay.example/1", None]
    pane.mark_read()
    pane.clear()
    ada.run()
    assert (pane.unread, pane.items, ada.outbox) == (0, [], {})


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "x",
        {},
        {"title": 5, "message": {}, "actions": "x", "type": [], "createdAt": "yesterday"},
        {"title": "\u202e" * 500, "createdAt": 1e300, "expiresAt": True, "id": {"a": 1}},
        {"message": "x" * 100_000, "actions": [{"label": "l" * 99, "action": "a" * 9_999}] * 99},
    ],
)
def test_whatever_a_base_service_says_is_shown_as_far_as_it_can_be(
    open_: Open, data: object
) -> None:
    ada, pane = open_(ADA)
    for type_ in ("notification", "user_activity", "course_update"):
        ada.say(type_, data)
    for doc in docs(pane):
        assert len(doc["title"]) <= 200
    assert len(pane.items) <= 3


def test_what_a_base_service_ends_goes_by_itself(open_: Open) -> None:
    ada, pane = open_(ADA)
    ready(pane)
    ada.say("notification", {"id": "n1", "title": "short", "expiresAt": START + 2_000})
    assert titles(pane) == ["short"]
    sent(pane)
    ada.service.now += 2_000
    ada.advance(2.1)
    (batch,) = [m for m in sent(pane) if m["op"] == "batch"]
    assert batch["del"]["notifications"] == ["n1"]
    assert pane.items == []


def test_a_flood_of_a_base_service_is_bounded(open_: Open) -> None:
    ada, pane = open_(ADA)
    for number in range(250):
        ada.say("notification", {"id": f"n{number}", "title": "x", "createdAt": START + number})
    assert (len(pane.items), pane.items[0].id) == (100, "n249")


# -- life -----------------------------------------------------------------------------------------


def test_a_closed_lesson_says_so(open_: Open) -> None:
    mira, desk = open_(MIRA)
    mira.refuse_with = NotConnected("closed")
    with pytest.raises(NotConnected):
        _ = desk.send("x")


def test_a_closed_pane_is_silent(open_: Open) -> None:
    ada, pane = open_(ADA)
    told: list[object] = []
    pane.on("notification", told.append)
    ada.say("notification", {"id": "n1", "title": "x", "expiresAt": START + 60_000})
    pane.close()
    ada.run()
    assert ada.timers == 0
    ada.service.send("x")
    ada.sync()
    assert [getattr(item, "title", "") for item in told] == ["x"]


def test_an_event_there_is_not(open_: Open) -> None:
    _, pane = open_(ADA)
    with pytest.raises(InvalidArgument, match="'notification', 'action'"):
        pane.on("message", print)


def test_a_choice_of_another_version_is_left_alone(open_: Open) -> None:
    mira, desk = open_(MIRA)
    mira.put(ActionTaken.kind, "action:x:y", {"odd": 1}, "staff:c")
    assert desk.taken == []
