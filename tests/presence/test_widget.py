"""PresenceList in a kernel: what its pages see and ask for, and what Python gets."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.notebook.page_visibility import visibility_of
from edu_widgets.presence.commands import Counts, Here, PeoplePage, Presence, SetStatus
from edu_widgets.presence.people import Participant, RaisedHand
from edu_widgets.presence.roster import GRACE, UNKNOWN_AFTER
from edu_widgets.presence.widget import PresenceList
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.protocol.errors import Forbidden, InvalidArgument, NotConnected
from edu_widgets.service.rules import Person
from tests.in_memory.client import nothing_here_yet
from tests.in_memory.service import MIRA, STAFF, START
from tests.inside import content_of
from tests.notebook.doubles import as_client
from tests.presence.classroom import ADA, BO, JONAS, Classroom
from tests.presence.kernel import PresenceClient

pytestmark = pytest.mark.usefixtures("named_bundles")


class Desk:
    """A list with its page, on a client of its own."""

    def __init__(self, classroom: Classroom, person: Person) -> None:
        self.client = PresenceClient(classroom, person)
        self.list = PresenceList(as_client(self.client))
        self.told: list[tuple[str, Any]] = []
        for event in ("joined", "left", "status", "hand", "taken", "solved"):
            self.list.on(event, lambda about, event=event: self.told.append((event, about)))
        self.client.run()

    def sent(self) -> list[dict[str, Any]]:
        self.client.run()
        return json.loads(json.dumps(self.list.comm.take()))  # type: ignore[no-any-return]

    def page(self, name: str = "p1") -> dict[str, Any]:
        """The collections that a page begins with."""
        self.list.comm.receive({"op": "ready", "page": name, "lang": ""})
        snapshot = next(m for m in self.sent() if m["op"] == "snapshot")
        return {key: value["docs"] for key, value in snapshot["collections"].items()}

    @property
    def desk(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page(f"p{uuid7()}")["desk"][0]
        return found

    def intend(self, do: str, **args: Any) -> list[dict[str, Any]]:
        intent = {"op": "intent", "page": "p1", "id": uuid7(), "do": do, "args": args}
        self.list.comm.receive(intent)
        return [message for message in self.sent() if message["op"] != "got"]

    def begin(self, *people: Here, epoch: str = "e", v: int = 1, **more: Any) -> None:
        self.client.answer(PeoplePage(epoch, v, START, list(people), len(people), **more))


def here(person: Person, **more: Any) -> Here:
    return Here(person.id, person.name, person.role, **more)


def change(v: int, *people: Here, gone: tuple[str, ...] = (), **more: Any) -> Presence:
    return Presence("e", v, v - 1, START, list(people), list(gone), **more)


@pytest.fixture
def staff(classroom: Classroom) -> Desk:
    return Desk(classroom, MIRA)


@pytest.fixture
def ada(classroom: Classroom) -> Desk:
    return Desk(classroom, ADA)


# -- who is here --------------------------------------------------------------------------


def test_the_list_is_asked_for_and_followed(staff: Desk) -> None:
    assert [name for name, _ in staff.client.questions] == ["people"]
    assert not staff.desk["known"]
    staff.begin(here(MIRA), here(ADA, away=True, since=START - 60_000))
    assert [person.name for person in staff.list.all] == ["Mira", "Ada"]
    assert [person.name for person in staff.list.online] == ["Mira"]
    (away,) = staff.list.away
    assert away.away_since == datetime.fromtimestamp(START / 1000 - 60, UTC)
    assert staff.told == [], "they were here already"
    staff.client.hear(change(2, here(BO), gone=(ADA.id,)))
    assert [person.name for person in staff.list.all] == ["Mira", "Bo"]
    assert [(event, person.name) for event, person in staff.told] == [
        ("joined", "Bo"),
        ("left", "Ada"),
    ]
    assert "2 here" in repr(staff.list)


def test_a_hole_is_asked_about_once(staff: Desk) -> None:
    staff.begin(here(MIRA))
    staff.client.hear(change(5, here(BO)))
    staff.client.hear(change(6, here(ADA)))
    assert len(staff.client.questions) == 2
    assert [person.name for person in staff.list.all] == ["Mira"]
    staff.begin(here(MIRA), here(BO), here(ADA), v=6)
    staff.client.hear(change(7, gone=(BO.id,)))
    assert [person.name for person in staff.list.all] == ["Mira", "Ada"]


def test_a_question_without_an_answer_is_asked_again_later(staff: Desk) -> None:
    staff.client.fail_answer()
    assert len(staff.client.questions) == 1
    staff.client.advance(1.1)
    assert len(staff.client.questions) == 2
    staff.client.fail_answer()
    staff.client.advance(1.1)
    assert len(staff.client.questions) == 2, "twice as long"
    staff.client.advance(1.1)
    assert len(staff.client.questions) == 3


def test_a_restart_of_the_service_is_no_departure(staff: Desk) -> None:
    staff.begin(here(MIRA), here(ADA), here(BO))
    staff.client.become(state="reconnecting")
    staff.client.become(state="live")
    staff.begin(here(MIRA), here(ADA), epoch="new")
    assert len(staff.list.all) == 3
    staff.client.advance(GRACE - 1)
    assert (len(staff.list.all), staff.told) == (3, [])
    staff.client.advance(2)
    assert [(event, person.name) for event, person in staff.told] == [("left", "Bo")]
    assert staff.list.counts["here"] == 2


def test_offline_for_a_minute_nobody_is_claimed_to_be_here(ada: Desk) -> None:
    ada.begin(here(MIRA), here(ADA))
    ada.client.become(state="reconnecting")
    ada.client.advance(UNKNOWN_AFTER - 1)
    assert ada.desk["known"]
    assert len(ada.list.all) == 2
    ada.client.advance(2)
    assert not ada.desk["known"]
    assert ada.list.all == []
    assert ada.told == []


def test_a_course_that_does_not_offer_it_is_not_asked(classroom: Classroom) -> None:
    client = PresenceClient(classroom, ADA)
    client.become(features=("chat",))
    made = PresenceList(as_client(client))
    client.run()
    assert client.questions == []
    assert content_of(made).windows()["desk"].docs[0]["can"] == []


def test_a_closed_list_asks_nothing_more(staff: Desk) -> None:
    staff.list.close()
    staff.client.fail_answer()
    staff.client.advance(120)
    assert len(staff.client.questions) == 1


# -- what pages see -------------------------------------------------------------------------


def test_staff_see_statuses_and_since_when(classroom: Classroom, staff: Desk) -> None:
    staff.begin(here(MIRA), here(ADA), here(BO, away=True, since=START))
    classroom.do(ADA, "set_status", status="stuck")
    classroom.now += 5_000
    staff.client.settle()
    shown = {doc["name"]: doc for doc in staff.page()["people"]}
    assert (shown["Ada"]["status"], shown["Ada"]["age"]) == ("stuck", 5_000)
    assert (shown["Bo"]["away"], shown["Bo"]["age"]) == (True, 5_000)
    assert shown["Mira"] == {
        "id": MIRA.id,
        "name": "Mira",
        "role": "instructor",
        "me": True,
        "rev": 0,
    }
    counts = {"here": 3, "away": 1, "stuck": 1, "done": 0, "following": 0, "none": 0, "hands": 0}
    assert staff.desk["counts"] == counts
    assert staff.list.counts == counts


def test_students_see_no_status_but_their_own(classroom: Classroom, ada: Desk) -> None:
    ada.begin(here(MIRA), here(ADA), here(BO, away=True, since=START))
    classroom.do(BO, "set_status", status="stuck")
    classroom.do(ADA, "set_status", status="done")
    classroom.do(BO, "raise_hand", note="secret")
    ada.client.settle()
    shown = ada.page()
    assert "stuck" not in json.dumps(shown)
    assert "secret" not in json.dumps(shown)
    assert "age" not in json.dumps(shown["people"]), "nor since when anybody is away"
    assert shown["desk"][0]["status"] == {"status": "done"}
    assert shown["desk"][0]["counts"] == {"here": 3, "away": 1}
    assert shown["hands"] == []
    assert [person.status for person in ada.list.all] == [None, "done", None]
    assert ada.list.counts == {"here": 3, "away": 1}


def test_a_change_reaches_a_page_as_a_newer_version(classroom: Classroom, staff: Desk) -> None:
    staff.begin(here(ADA))
    before = staff.page()["people"][0]
    classroom.do(ADA, "set_status", status="stuck")
    staff.client.settle()
    staff.client.advance(1)
    batch = next(m for m in staff.sent() if m["op"] == "batch" and "people" in m.get("set", {}))
    (after,) = batch["set"]["people"]
    assert (after["status"], after["rev"]) == ("stuck", before["rev"] + 1)
    classroom.now += 60_000
    assert staff.page("p2")["people"][0]["rev"] == after["rev"], "an age is no change"


def test_hidden_names_do_not_leave_the_kernel(classroom: Classroom, staff: Desk) -> None:
    staff.client.become(here=("Mira", "Ada", "Bo"))
    staff.begin(here(MIRA), here(ADA))
    classroom.do(ADA, "raise_hand", note="Where is it?")
    staff.client.settle()
    staff.page()
    assert staff.intend("people.hide", on=True)
    assert staff.list.hide_names
    staff.client.hear(change(2, here(BO)))
    classroom.do(BO, "set_status", status="stuck")
    staff.client.settle()
    staff.client.advance(1)
    staff.list.comm.receive({"op": "ready", "page": "p2", "lang": ""})
    said = json.dumps(staff.sent())
    assert '"op": "snapshot"' in said
    assert not any(word in said for word in ("Ada", "Bo", "Where"))
    assert staff.desk["counts"]["hands"] == 1
    assert staff.intend("people.list", query="", filter="all", offset=0, limit=10) == []
    staff.begin(here(ADA))
    assert "Ada" not in json.dumps(staff.sent())
    staff.list.hide_names = False
    assert "Ada" in json.dumps(staff.page("p3"))


def test_of_a_crowd_the_service_counts(staff: Desk) -> None:
    counts = Counts(412, 27, 37, 287, 61, 0)
    staff.begin(crowd=True, counts=counts)
    assert staff.desk["crowd"]
    assert staff.desk["counts"]["stuck"] == 37
    staff.client.hear(change(2, crowd=True, counts=Counts(413, 30)))
    assert (staff.desk["counts"]["here"], staff.desk["counts"]["away"]) == (413, 27)
    told = Presence("e", 2, 2, START, crowd=True, counts=Counts(413, 28, 38, 287, 60, 0))
    staff.client.hear(told, STAFF)
    assert (staff.desk["counts"]["stuck"], staff.desk["counts"]["away"]) == (38, 28)
    assert staff.list.all == []


def test_a_page_of_a_crowd_is_for_the_page_that_asked(staff: Desk) -> None:
    staff.begin(crowd=True)
    staff.page()
    asked = {"query": "ad", "filter": "stuck", "offset": 10, "limit": 10}
    assert staff.intend("people.list", **asked) == []
    found = here(ADA, status="stuck", at=START - 3_000)
    staff.client.answer(PeoplePage("e", 2, START, [found], 37, crowd=True))
    (signal,) = [m for m in staff.sent() if m["op"] == "signal"]
    assert (signal["to"], signal["name"]) == ("p1", "list")
    people = [{"id": ADA.id, "name": "Ada", "status": "stuck", "age": 3_000}]
    assert signal["data"] == {
        "query": "ad",
        "filter": "stuck",
        "offset": 10,
        "people": people,
        "total": 37,
    }
    (refused,) = staff.intend("people.list", **{**asked, "filter": "nobody"})
    assert refused["op"] == "refused"


# -- statuses ------------------------------------------------------------------------------------


def test_a_status_shows_at_once_and_then_where_it_stands(ada: Desk) -> None:
    ada.page()
    assert ada.intend("people.status", status="stuck") != []
    assert ada.desk["status"] == {"status": "stuck", "state": "pending"}
    assert ada.list.status == "stuck"
    ada.client.deliver()
    assert ada.desk["status"]["status"] == "stuck", "acknowledged, not yet back"
    ada.client.sync()
    assert ada.desk["status"] == {"status": "stuck"}
    _ = ada.list.set_status(None)
    ada.client.settle()
    assert "status" not in ada.desk


def test_what_an_earlier_session_could_not_say_is_forgotten(classroom: Classroom) -> None:
    client = PresenceClient(classroom, ADA)
    receipt = client.send("set_status", SetStatus("stuck"))
    client.run()
    client.move(client.outbox[receipt.id], state=CommandState.HELD)
    made = PresenceList(as_client(client))
    client.run()
    assert (client.outbox, made.status) == ({}, None)


def test_offline_a_status_is_kept(ada: Desk) -> None:
    ada.client.become(state="offline")
    _ = ada.list.set_status("done")
    ada.client.run()
    assert ada.desk["status"] == {"status": "done", "state": "queued"}


def test_an_empty_status_takes_it_back(ada: Desk) -> None:
    _ = ada.list.set_status("stuck")
    ada.client.settle()
    _ = ada.list.set_status("")
    ada.client.settle()
    assert (ada.list.status, "status" in ada.desk) == (None, False)


@pytest.mark.parametrize("status", ["stuck ", "Stuck", 3])
def test_what_is_no_status(ada: Desk, status: Any) -> None:
    with pytest.raises(InvalidArgument):
        _ = ada.list.set_status(status)


def test_what_was_refused_is_said_and_forgotten(classroom: Classroom, ada: Desk) -> None:
    ada.page()
    classroom.do(ADA, "set_status", status="done")
    ada.client.sync()
    receipt = ada.list.raise_hand("x" * 500)
    ada.client.run()
    (command,) = ada.client.outbox.values()
    ada.client.receipts[receipt.id].fail(Forbidden("no"))
    ada.client.move(command, state=CommandState.FAILED, error="You may not.")
    notices = [m["data"] for m in ada.sent() if m.get("name") == "notice"]
    assert notices == [{"message": "You may not."}]
    assert ada.client.outbox == {}
    assert "hand" not in ada.desk


def test_events_of_statuses(classroom: Classroom, staff: Desk) -> None:
    staff.begin(here(ADA))
    classroom.do(ADA, "set_status", status="stuck")
    staff.client.settle()
    _ = staff.list.clear_statuses()
    staff.client.settle()
    assert [(event, person.status) for event, person in staff.told] == [
        ("status", "stuck"),
        ("status", None),
    ]
    assert staff.list.counts["none"] == 1


# -- hands ----------------------------------------------------------------------------------


def test_a_hand_from_up_to_solved(classroom: Classroom, staff: Desk, ada: Desk) -> None:
    _ = ada.list.raise_hand("Why?")
    assert [hand.note for hand in ada.list.hands] == ["Why?"]
    assert ada.desk["hand"]["state"] == "pending"
    ada.client.settle()
    classroom.now += 60_000
    staff.client.settle()
    (hand,) = staff.list.hands
    assert (hand.user_name, hand.note, hand.taken_by) == ("Ada", "Why?", None)
    assert staff.page()["hands"][0]["age"] == 60_000
    _ = staff.list.take(hand)
    staff.client.settle()
    ada.client.settle()
    assert ada.desk["hand"] == {"age": 60_000, "note": "Why?", "helper": "Mira"}
    assert staff.page("p2")["hands"][0]["mine"]
    _ = staff.list.solved(hand)
    staff.client.settle()
    ada.client.settle()
    assert staff.list.hands == []
    assert ada.list.hands == []
    assert ada.desk["hand"] == {"age": 60_000, "helper": "Mira", "solved": True}
    assert [event for event, _ in staff.told] == ["hand", "taken", "solved"]
    assert [event for event, _ in ada.told] == ["hand", "taken", "solved"]


def test_the_longest_wait_first(classroom: Classroom, staff: Desk) -> None:
    for person in (BO, ADA):
        classroom.now += 1_000
        classroom.do(person, "raise_hand")
    staff.client.settle()
    assert [hand.user_name for hand in staff.list.hands] == ["Bo", "Ada"]


def test_a_hand_is_lowered_by_its_owner_or_by_staff(classroom: Classroom, ada: Desk) -> None:
    _ = ada.list.raise_hand()
    ada.client.settle()
    _ = ada.list.lower_hand()
    assert ada.list.hands == [], "at once"
    ada.client.settle()
    assert classroom.hand(ADA) is None
    with pytest.raises(Forbidden):
        _ = ada.list.lower_hand("u-bo")
    classroom.do(BO, "raise_hand")
    staff = Desk(classroom, MIRA)
    _ = staff.list.lower_hand(staff.list.hands[0])
    staff.client.settle()
    assert classroom.hand(BO) is None


def test_two_helpers_one_hand(classroom: Classroom, staff: Desk) -> None:
    classroom.do(ADA, "raise_hand")
    staff.client.settle()
    staff.page()
    classroom.do(JONAS, "take_hand", userId=ADA.id)
    receipt = staff.list.take(ADA.id)
    staff.client.settle()
    assert receipt.state == "failed"
    notices = [m["data"]["message"] for m in staff.sent() if m.get("name") == "notice"]
    assert notices == ["Jonas is helping already."]
    assert staff.list.hands[0].taken_by == "Jonas"


@pytest.mark.parametrize("call", ["take", "solved", "clear_statuses"])
def test_students_may_not(ada: Desk, call: str) -> None:
    arguments = [] if call == "clear_statuses" else ["u-bo"]
    with pytest.raises(Forbidden):
        getattr(ada.list, call)(*arguments)


@pytest.mark.parametrize("who", [None, 5, "", object()])
def test_that_must_be_somebody(staff: Desk, who: Any) -> None:
    with pytest.raises(InvalidArgument, match="a hand, a person, a name or an id"):
        _ = staff.list.take(who)


def test_the_error_is_asked_for_shown_and_only_then_sent(
    classroom: Classroom, ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada.page()
    _ = ada.intend("people.raise", note="Without")
    ada.client.settle()
    hand = classroom.hand(ADA)
    assert hand is not None
    assert hand.traceback == ""
    monkeypatch.setattr("sys.last_value", ValueError("shapes (3,) (4,)"), raising=False)
    monkeypatch.delattr("sys.last_exc", raising=False)
    (shown,) = ada.intend("people.error")
    assert (shown["name"], shown["to"]) == ("error", "p1")
    failure = shown["data"]["error"]
    assert failure["text"] == failure["headline"] == "ValueError: shapes (3,) (4,)"
    monkeypatch.setattr("sys.last_value", ValueError("another one"))
    _ = ada.intend("people.raise", note="With", error=failure["id"])
    ada.client.settle()
    hand = classroom.hand(ADA)
    assert hand is not None
    assert (hand.note, hand.traceback) == ("With", "ValueError: shapes (3,) (4,)")
    (refused,) = ada.intend("people.raise", note="", error=uuid7())
    assert "not known any more" in refused["message"]


def test_from_python_the_error_goes_with_it_if_told(
    classroom: Classroom, ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("sys.last_exc", raising=False)
    monkeypatch.setattr("sys.last_value", None, raising=False)
    with pytest.raises(InvalidArgument, match="no exception"):
        _ = ada.list.raise_hand(error=True)
    monkeypatch.setattr("sys.last_value", KeyError("np"))
    _ = ada.list.raise_hand("Help", error=True)
    ada.client.settle()
    hand = classroom.hand(ADA)
    assert hand is not None
    assert hand.traceback == "KeyError: 'np'"


def test_too_long_a_note(ada: Desk) -> None:
    with pytest.raises(InvalidArgument, match="500"):
        _ = ada.list.raise_hand("x" * 501)


def test_events_tell_of_what_is_new_only(classroom: Classroom) -> None:
    classroom.do(ADA, "set_status", status="stuck")
    classroom.do(ADA, "raise_hand")
    staff = Desk(classroom, MIRA)
    assert staff.told == []
    assert [hand.user_name for hand in staff.list.hands] == ["Ada"]
    classroom.do(ADA, "raise_hand", note="More")
    staff.client.settle()
    assert staff.told == [], "the same hand"


def test_a_first_load_in_several_frames_is_not_told(classroom: Classroom) -> None:
    for n in range(4):
        person = Person(f"u-{n}", f"S{n}", "student")
        classroom.do(person, "set_status", status="stuck")
        classroom.do(person, "raise_hand")
    with nothing_here_yet():
        staff = Desk(classroom, MIRA)
    staff.client.sync(pages=3)
    assert (staff.told, len(staff.list.hands)) == ([], 4)
    classroom.do(ADA, "raise_hand")
    staff.client.sync(live=False)
    assert [event for event, _ in staff.told] == ["hand"]


def test_a_first_load_may_end_with_other_things(classroom: Classroom) -> None:
    with nothing_here_yet():
        staff = Desk(classroom, MIRA)
    channel = staff_channel(staff.client.course)
    staff.client.emit(DocumentsChanged(channel, reset=True))
    staff.client.emit(DocumentsChanged(channel, caught_up=True))
    classroom.do(ADA, "raise_hand")
    staff.client.settle()
    assert [event for event, _ in staff.told] == ["hand"]


def test_there_are_six_events(ada: Desk) -> None:
    with pytest.raises(InvalidArgument, match="'joined'"):
        ada.list.on("typed", print)


def test_intents_that_cannot_be(ada: Desk) -> None:
    ada.page()
    for do, args in (
        ("people.status", {"status": 3}),
        ("people.status", {"status": "asleep"}),
        ("people.raise", {}),
        ("people.take", {"id": "u-bo"}),
        ("people.clear", {}),
        ("people.list", {"query": 1}),
    ):
        assert [m["op"] for m in ada.intend(do, **args)] == ["refused"], do
    assert ada.client.outbox == {}


def test_a_new_role_sees_other_things(classroom: Classroom, ada: Desk) -> None:
    from edu_widgets.client.view import Person as Me

    ada.begin(here(ADA), here(BO))
    classroom.do(BO, "set_status", status="stuck")
    ada.page()
    ada.client.channels.append(STAFF)
    ada.client.sync()
    ada.client.person = Me(ADA.id, "Ada", "instructor")
    ada.client.become(queued=1)
    ada.client.advance(1)
    snapshot = [m for m in ada.sent() if m["op"] == "snapshot"][-1]
    shown = {doc["name"]: doc for doc in snapshot["collections"]["people"]["docs"]}
    assert shown["Bo"]["status"] == "stuck"
    assert snapshot["collections"]["desk"]["docs"][0]["can"] == ["manage"]


def test_how_people_look_in_python() -> None:
    when = datetime(2026, 11, 22, 10, 4, tzinfo=UTC)
    assert repr(Participant("u", "Ada\x1b[2J", away=True, status="stuck")) == (
        "<'Ada\\x1b[2J' (away, stuck)>"
    )
    hand = RaisedHand("u", "Ada", when, "Why\nthis?", taken_by="Mira", taken=when)
    assert "'Mira' is helping" in repr(hand)
    assert repr(hand).endswith(": 'Why this?'>")


def test_pages_say_whether_they_are_in_sight(ada: Desk) -> None:
    pages = visibility_of(ada.client)
    ada.list.comm.receive({"op": "seen", "page": "p1", "visible": True})
    assert pages.any(time.monotonic())
    ada.list.comm.receive({"op": "seen", "page": "p1", "visible": "perhaps"})
    assert [visible for visible, _ in pages._heard.values()] == [False]
    ada.list.comm.receive({"op": "seen", "page": "no id", "visible": True})
    assert list(pages._heard) == ["p1"]


def test_find_waits_for_the_service(staff: Desk) -> None:
    staff.client.refuse_with = NotConnected("closed")
    with pytest.raises(NotConnected):
        staff.list.find("ada")
    with pytest.raises(InvalidArgument, match="only"):
        staff.list.find(only="nobody")  # type: ignore[arg-type]
