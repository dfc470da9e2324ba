"""Several people, one kernel: each page is led to what is for whoever looks at it."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.client.course import CourseClient, Person
from edu_widgets.client.runtime.receipts import Answer
from edu_widgets.client.view import Entrance
from edu_widgets.notebook import comms as comms_
from edu_widgets.notebook.comms import CommSender
from edu_widgets.notebook.inside import is_closed
from edu_widgets.notebook.page_visibility import visibility_of
from edu_widgets.notebook.viewers import company as company_
from edu_widgets.notebook.viewers.company import Company
from edu_widgets.notebook.viewers.linking import SENT_WITHIN_S
from edu_widgets.notebook.viewers.remembering import ViewersFile
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import EduWidgetsError, NotConnected, Refused, refusal
from tests.inside import channel_of
from tests.notebook.doubles import FakeClient, RecordingComm, as_client
from tests.notebook.test_widget import ThingWidget

pytestmark = pytest.mark.usefixtures("named_bundles")

ADA, BOB, LINA = ({"username": one.lower(), "name": one} for one in ("Ada", "Bob", "Lina"))


class Kernel:
    """A widget whose pages are in several browsers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: FakeClient) -> None:
        self.owner = owner
        self.clients: dict[str, FakeClient] = {}
        self.refusal: Exception | None = None
        self.member: Person | None = None
        self.session = ""
        self.count = itertools.count()
        monkeypatch.setattr(comms_, "sender", lambda: CommSender(self.session, None))
        monkeypatch.setattr(company_, "vouched_for", self._vouched_for)
        monkeypatch.setattr(company_, "reader", self._reader)
        monkeypatch.setattr(company_, "as_student", self._as_student)
        self.company = owner.company = Company(as_client(owner), begin=lambda work: work())
        self.widget = ThingWidget(owner)
        self.widget.put("shared")

    def _made(self, viewer: str, me: Person, scope: str) -> FakeClient:
        client = self.clients[me.name] = FakeClient(name=me.name, role=me.role)
        client.person, client.viewer, client.scope = me, viewer, scope
        client.company = self.company
        client.close = lambda: None  # type: ignore[method-assign]
        return client

    def _vouched_for(self, _: CourseClient, viewer: str, identity: str, name: str) -> FakeClient:
        if self.refusal is not None:
            raise self.refusal
        me = self.member or Person(f"via-{identity}", name, via=self.owner.me().name)
        return self._made(viewer, me, f"{identity}-in-py101")

    def _reader(self, _: CourseClient, viewer: str, name: str) -> FakeClient:
        return self._made(viewer, Person("", name), f"reader {viewer}")

    def _as_student(self, owner: CourseClient, viewer: str) -> FakeClient:
        made = self._made(viewer, Person("u-ada", owner.me().name), self.owner.scope)
        made.seen_as = owner
        return made

    def say(self, session: str, page: str, op: str = "ready", **more: Any) -> list[dict[str, Any]]:
        """A page says something; returns what is then sent to all pages."""
        self.session = session
        said = {"op": op, "page": page, "lang": "en"} | more
        self.widget.comm.receive(said)
        return self.sent()

    def ask(self, session: str, page: str, do: str, **args: Any) -> list[dict[str, Any]]:
        return self.say(session, page, "intent", id=f"i-{next(self.count)}", do=do, args=args)

    def sent(self) -> list[dict[str, Any]]:
        for client in (self.owner, *self.clients.values()):
            client.run()
        found: list[dict[str, Any]] = self.widget.comm.take()
        return found

    def later(self) -> list[dict[str, Any]]:
        """The messages to all pages within a second."""
        found = self.sent()
        for client in (*self.clients.values(), self.owner):
            client.advance(1.0)
            found += self.sent()
        return found


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch, client: FakeClient) -> Kernel:
    return Kernel(monkeypatch, client)


def snapshot(messages: list[dict[str, Any]], page: str) -> dict[str, Any]:
    found = [m for m in messages if m["op"] == "snapshot" and m["to"] == page]
    assert found, messages
    return found[-1]


def refused(messages: list[dict[str, Any]]) -> list[str]:
    return [m["message"] for m in messages if m["op"] == "refused"]


def test_alone_nothing_is_as_if_there_were_others(kernel: Kernel) -> None:
    told = snapshot(kernel.say("s1", "p1", who=ADA), "p1")
    assert told["lesson"]["viewer"] is None
    assert "for" not in told
    again = snapshot(kernel.say("s2", "p2", who=ADA), "p2")
    assert again["lesson"]["viewer"] is None, "in a second browser, too"
    assert not kernel.clients


def test_two_people_have_two_names_and_what_is_for_one_is_addressed(kernel: Kernel) -> None:
    kernel.say("s1", "p1", who=ADA)
    messages = kernel.say("s2", "p2", who=BOB)
    bob = snapshot(messages, "p2")
    assert bob["lesson"]["me"]["name"] == "Bob"
    assert bob["lesson"]["scope"] == "bob-in-py101"
    assert bob["lesson"]["viewer"] == {"is": "viewer", "name": "Bob", "owner": "Ada"}
    key = bob["for"]
    assert not [m for m in messages if m["op"] == "batch"], "it waits a moment for those of others"
    own = [m for m in kernel.later() if m["op"] == "batch" and "for" not in m]
    assert own[-1]["lesson"]["viewer"]["owner"] == "Ada"
    assert [one["name"] for one in own[-1]["lesson"]["viewer"]["people"]] == ["Bob"]
    twin = kernel.widget.seen_by(key)
    assert isinstance(twin, ThingWidget)
    twin.put("bob's own")
    assert {m.get("for") for m in kernel.later() if m["op"] == "batch"} == {key}
    kernel.ask("s2", "p2", "thing.do", scope="bob-in-py101")
    assert [one.do for one in twin.done] == ["thing.do"]
    assert kernel.widget.done == [], "it was not the owner who asked"


def test_what_is_for_all_is_said_once_and_what_is_for_one_to_that_one(kernel: Kernel) -> None:
    keys = {"Ada": ""}
    kernel.say("s1", "p1", who=ADA)
    keys["Bob"] = snapshot(kernel.say("s2", "p2", who=BOB), "p2")["for"]
    keys["Lina"] = snapshot(kernel.say("s3", "p3", who=LINA), "p3")["for"]
    kernel.later()
    faces = {name: kernel.widget.seen_by(key) for name, key in keys.items()}
    for name, face in faces.items():
        assert isinstance(face, ThingWidget)
        face.things.things["open"] = {"id": "open", "born": 1, "words": "for everybody"}
        face.things.things[f"of {name}"] = {"id": f"of {name}", "born": 1, "words": "a secret"}
        channel_of(face).changed("things", ["open", f"of {name}"])
    [joint] = [m for m in kernel.later() if m["op"] == "batch"]
    assert json.dumps(joint).count("for everybody") == 1
    assert sorted(joint["by"]) == sorted(keys.values())
    said = {key: json.dumps(part) for key, part in joint.pop("by").items()}
    assert "secret" not in json.dumps(joint), "the part of all has nobody's own"
    for name, key in keys.items():
        assert [k for k, text in said.items() if f"of {name}" in text] == [key]


def test_staff_content_is_in_no_byte_while_others_look_on(kernel: Kernel) -> None:
    kernel.owner.person = Person("u-ada", "Ada", "instructor")
    kernel.say("s1", "p1", who=ADA)
    bob = snapshot(kernel.say("s2", "p2", who=BOB), "p2")["for"]
    kernel.later()
    kernel.widget.put("for staff")
    for face in (kernel.widget.seen_by(bob), kernel.widget.seen_by(company_.HUSHED)):
        assert isinstance(face, ThingWidget)
        face.put("shared too")
    told = json.dumps(kernel.later())
    assert "shared too" in told
    assert "for staff" not in told


def test_a_page_cannot_speak_for_another_session(kernel: Kernel) -> None:
    kernel.say("s1", "p1", who=ADA)
    kernel.say("s2", "p2", who=BOB)
    kernel.ask("s2", "p1", "thing.do")
    assert kernel.widget.done == []
    kernel.say("s2", "p3", who=ADA)
    kernel.ask("s2", "p3", "thing.do")
    assert kernel.widget.done == [], "a session keeps its first claim"


def test_one_opens_no_comm_for_others(kernel: Kernel) -> None:
    kernel.say("s1", "p1", who=ADA)
    kernel.say("s2", "p2", who=BOB)
    before = len([c for c in RecordingComm.opened if not is_closed(c)])
    kernel.say("s3", "p3", who=LINA)
    assert len([c for c in RecordingComm.opened if not is_closed(c)]) == before


@pytest.mark.parametrize(("code", "why"), [(4009, "full"), (4501, "refused"), (4516, "refused")])
def test_whom_the_service_does_not_let_in_reads(kernel: Kernel, code: int, why: str) -> None:
    kernel.say("s1", "p1", who=ADA)
    kernel.refusal = Refused("Ten people already take part.", code)
    told = snapshot(kernel.say("s2", "p2", who=BOB), "p2")["lesson"]
    assert told["viewer"] == {"is": "reader", "name": "Bob", "owner": "Ada", "why": why}


def test_towards_a_base_service_others_read(kernel: Kernel) -> None:
    kernel.owner.base = True
    kernel.say("s1", "p1", who=ADA)
    told = snapshot(kernel.say("s2", "p2", who=BOB), "p2")["lesson"]
    assert told["viewer"]["why"] == "base"


def test_who_is_not_named_reads_until_they_say_it(kernel: Kernel) -> None:
    kernel.say("s1", "p1", who=ADA)
    told = snapshot(kernel.say("s2", "p2", who=None), "p2")["lesson"]
    assert (told["viewer"]["is"], told["viewer"]["why"]) == ("reader", "unknown")
    assert "'name'" in refused(kernel.ask("s2", "p2", "viewer.name", name=7))[0]
    told = snapshot(kernel.ask("s2", "p2", "viewer.name", name=" Jun "), "p2")["lesson"]
    assert told["viewer"] == {"is": "viewer", "name": "Jun", "owner": "Ada"}


def test_staff_content_leaves_the_owners_page_while_others_look_on(kernel: Kernel) -> None:
    kernel.owner.person = Person("u-ada", "Ada", "instructor")
    assert snapshot(kernel.say("s1", "p1", who=ADA), "p1")["lesson"]["me"]["role"] == "instructor"
    messages = kernel.say("s2", "p2", who=BOB)
    own = snapshot(messages, "p1")
    assert own["lesson"]["me"] == {"id": "u-ada", "name": "Ada", "role": "student"}
    assert own["lesson"]["viewer"]["hushed"] is True
    assert own["lesson"]["scope"] == kernel.owner.scope, "drafts stay where they are"
    kernel.say("s1", "p1", "seen", visible=True)
    assert visibility_of(kernel.owner).any(time.monotonic()), "she is there, as before"
    kernel.widget.put("for staff")
    kernel.owner.advance(1.0)
    assert [m for m in kernel.sent() if "set" in m] == [], "nobody is told what only staff sees"


def test_the_owner_ends_it_for_one(kernel: Kernel) -> None:
    kernel.say("s1", "p1", who=ADA)
    key = snapshot(kernel.say("s2", "p2", who=BOB), "p2")["for"]
    assert "Only whose notebook" in refused(kernel.ask("s2", "p2", "viewer.remove", id=key))[0]
    told = snapshot(kernel.ask("s1", "p1", "viewer.remove", id=key), "p2")["lesson"]
    assert (told["viewer"]["is"], told["viewer"]["why"]) == ("reader", "removed")


def test_i_am_not_bob(kernel: Kernel) -> None:
    kernel.owner.entrance = Entrance(invite="http://x/py101?code=K7QX4M2P")
    kernel.say("s1", "p1", who=ADA)
    bob = snapshot(kernel.say("s2", "p2", who=BOB), "p2")["lesson"]["viewer"]
    assert bob["invite"] == "http://x/py101?code=K7QX4M2P", (
        "how to join from a notebook of one's own"
    )
    told = snapshot(kernel.ask("s2", "p2", "viewer.deny"), "p2")["lesson"]["viewer"]
    assert (told["is"], told["why"], told["name"]) == ("reader", "unknown", "")
    told = snapshot(kernel.ask("s2", "p2", "viewer.name", name="Lina"), "p2")["lesson"]
    assert told["me"]["name"] == "Lina"
    assert told["scope"] == "said Lina-in-py101"


def test_who_was_removed_is_nobody_else_either(kernel: Kernel) -> None:
    kernel.say("s1", "p1", who=ADA)
    key = snapshot(kernel.say("s2", "p2", who=BOB), "p2")["for"]
    kernel.ask("s1", "p1", "viewer.remove", id=key)
    assert "may only read here" in refused(kernel.ask("s2", "p2", "viewer.deny"))[0]


def test_a_second_browser_without_a_name_is_asked_about(kernel: Kernel) -> None:
    io, pan = ({"username": one * 32, "display_name": f"Anonymous {one}"} for one in "ab")
    kernel.say("s1", "p1", who=io)
    messages = kernel.say("s2", "p2", who=pan)
    assert snapshot(messages, "p2")["lesson"]["me"]["name"] == "Ada", "one person, as far as known"
    assert snapshot(messages, "p2")["lesson"]["viewer"]["asked"] == [
        {"id": "b" * 32, "name": "Anonymous b"}
    ]
    no = kernel.ask("s2", "p2", "viewer.same", id="b" * 32, on=True)
    assert "Only whose notebook" in refused(no)[0]
    told = snapshot(kernel.ask("s1", "p1", "viewer.same", id="b" * 32, on=False), "p2")["lesson"]
    assert told["viewer"]["is"] == "reader"


def test_who_is_gone_is_not_connected_and_staff_sees_all_again(kernel: Kernel) -> None:
    kernel.owner.person = Person("u-ada", "Ada", "instructor")
    kernel.say("s1", "p1", who=ADA)
    key = snapshot(kernel.say("s2", "p2", who=BOB), "p2")["for"]
    closed: list[str] = []
    kernel.clients["Bob"].close = lambda: closed.append("Bob")  # type: ignore[method-assign]
    channel_of(kernel.widget.seen_by(key)).forget()  # nobody has answered for two minutes
    kernel.company.tend()
    assert closed == ["Bob"]
    own = snapshot(kernel.sent(), "p1")
    assert own["lesson"]["me"]["role"] == "instructor"
    again = snapshot(kernel.say("s2", "p2", who=BOB), "p2")
    assert again["lesson"]["me"]["name"] == "Bob"


def test_whom_it_fails_to_let_go_keeps_nobody_else_connected(
    kernel: Kernel, caplog: pytest.LogCaptureFixture
) -> None:
    kernel.say("s1", "p1", who=ADA)
    keys = [snapshot(kernel.say("s2", "p2", who=BOB), "p2")["for"]]
    keys.append(snapshot(kernel.say("s3", "p3", who=LINA), "p3")["for"])
    closed: list[str] = []

    def fails() -> None:
        raise RuntimeError("no")

    kernel.clients["Bob"].close = fails  # type: ignore[method-assign]
    kernel.clients["Lina"].close = lambda: closed.append("Lina")  # type: ignore[method-assign]
    for key in keys:
        channel_of(kernel.widget.seen_by(key)).forget()
    kernel.company.tend()
    assert closed == ["Lina"]
    assert "could not be ended" in caplog.text


def test_what_is_kept_is_private_and_damage_does_no_harm(tmp_path: Path) -> None:
    file = ViewersFile(tmp_path / "people", ("service", "u-ada"))
    known = file.read()
    known.owner = "ada"
    file.write(known)
    (path,) = (tmp_path / "people").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert file.read().owner == "ada"
    path.write_bytes(b"{")
    assert file.read().owner == ""


def code_entered(kernel: Kernel, page: str = "p2", code: str = "K7QX-4M2P") -> Answer:
    """Bob enters a code; returns what the service has been asked."""
    kernel.ask("s2", page, "viewer.link", code=code)
    client = kernel.clients["Bob"]
    type_, data = client.questions[-1]
    assert (type_, data.code) == ("link_membership", code)
    return client.answers[-1]


def test_a_code_makes_a_viewer_the_member_they_are(kernel: Kernel) -> None:
    kernel.say("s1", "p1", who=ADA)
    kernel.say("s2", "p2", who=BOB)
    asked = code_entered(kernel)
    seen = kernel.company.told(next(iter(kernel.company._viewers)))
    assert seen is not None
    assert seen["link"] == "asking"
    kernel.ask("s2", "p2", "viewer.link", code="again")
    assert len(kernel.clients["Bob"].questions) == 1, "one at a time"
    kernel.member = Person("u-bob", "Bob")
    asked.settle(0)
    bob = snapshot(kernel.later(), "p2")
    assert bob["lesson"]["me"]["id"] == "u-bob"
    assert bob["lesson"]["viewer"]["linked"] is True
    kernel.clients["Bob"].person = Person("via-bob", "Bob")  # ended from their own notebook
    told = kernel.company.told(next(iter(kernel.company._viewers)))
    assert told is not None
    assert "linked" not in told


def test_a_code_waits_for_what_the_viewer_has_written(kernel: Kernel) -> None:
    kernel.say("s1", "p1", who=ADA)
    kernel.say("s2", "p2", who=BOB)
    viewer = kernel.clients["Bob"]
    viewer.become(queued=2)
    kernel.ask("s2", "p2", "viewer.link", code="K7QX-4M2P")
    viewer.become(queued=1)
    assert not viewer.questions
    viewer.become(queued=0)
    kernel.sent()
    assert [type_ for type_, _ in viewer.questions] == ["link_membership"]


def test_a_code_waits_for_no_connection_and_not_for_ever(kernel: Kernel) -> None:
    kernel.say("s1", "p1", who=ADA)
    kernel.say("s2", "p2", who=BOB)
    viewer = kernel.clients["Bob"]
    viewer.become(queued=1, state="reconnecting")
    code_entered(kernel).fail(NotConnected("Gone."))
    viewer.become(state="live")
    kernel.ask("s2", "p2", "viewer.link", code="K7QX-4M2P")
    assert len(viewer.questions) == 1
    viewer.advance(SENT_WITHIN_S)
    assert len(viewer.questions) == 2


def test_what_still_waits_when_the_link_is_made_is_sent_before_the_viewer_goes(
    kernel: Kernel,
) -> None:
    kernel.say("s1", "p1", who=ADA)
    kernel.say("s2", "p2", who=BOB)
    asked, viewer = code_entered(kernel), kernel.clients["Bob"]
    kernel.member = Person("u-bob", "Bob")
    viewer.become(queued=1)
    asked.settle(0)
    kernel.sent()
    assert kernel.clients["Bob"] is viewer, "its connection sends it"
    viewer.become(queued=0)
    assert snapshot(kernel.later(), "p2")["lesson"]["me"]["id"] == "u-bob"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (refusal(Code.INVITE_INVALID, "No."), "wrong"),
        (refusal(Code.RATE_LIMITED, "Later."), "limited"),
        (refusal(Code.INVALID, "No."), "refused"),
        (NotConnected("Gone."), "offline"),
    ],
)
def test_what_came_of_a_code_is_told(kernel: Kernel, error: EduWidgetsError, said: str) -> None:
    kernel.say("s1", "p1", who=ADA)
    kernel.say("s2", "p2", who=BOB)
    code_entered(kernel).fail(error)
    told = snapshot(kernel.say("s2", "p2", who=BOB), "p2")
    assert told["lesson"]["viewer"]["link"] == said


def test_the_owner_and_who_only_reads_enter_no_code(kernel: Kernel) -> None:
    kernel.say("s1", "p1", who=ADA)
    kernel.refusal = refusal(Code.ROOM_FULL, "Full.")
    kernel.say("s2", "p2", who=BOB)
    for session, page in (("s1", "p1"), ("s2", "p2")):
        [said] = refused(kernel.ask(session, page, "viewer.link", code="K7QX-4M2P"))
        assert said.startswith("Only who takes part")
