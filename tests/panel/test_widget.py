"""CoursePanel in a kernel: what its pages see and ask for, and what Python does with it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, cast

import msgspec
import pytest

from edu_widgets.chat.widget import CourseChat
from edu_widgets.client.view import Person
from edu_widgets.notebook.assembly import Part
from edu_widgets.notifications.documents import Notification
from edu_widgets.notifications.widget import NotificationPane
from edu_widgets.panel.widget import CoursePanel
from edu_widgets.polls.documents import OWN_BALLOT, POLL, OwnBallot, Poll
from edu_widgets.polls.widget import LivePolls
from edu_widgets.presence.documents import Hand
from edu_widgets.presence.widget import PresenceList
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.features import built_in
from tests.inside import models_of
from tests.notebook.doubles import FakeClient, as_client, keyed

OWN, STAFF = user_channel("py101", "u-ada"), staff_channel("py101")
MIRA = Person("u-ada", "Mira", "instructor")

pytestmark = pytest.mark.usefixtures("named_bundles")


class Client(FakeClient):
    """A client with all that the four widgets ask of one."""

    usable = True

    def features(self, channel: str) -> tuple[str, ...]:
        del channel
        return ()

    def check(self) -> None:
        pass


class Desk:
    """A panel with its page."""

    def __init__(self, person: Person | None = None, **options: Any) -> None:
        self.client = Client()
        self.client.standing = replace(self.client.standing, features=("chat", "polls", "presence"))
        if person is not None:
            self.client.person = person
        self.parts = self.make()
        self.panel = CoursePanel(as_client(self.client), self.parts, **options)
        self.client.load()
        self.client.tell(OWN)
        self.client.tell(STAFF)
        self.client.run()

    def make(self) -> dict[str, Part]:
        widgets = {
            "chat": CourseChat,
            "polls": LivePolls,
            "people": PresenceList,
            "notifications": NotificationPane,
        }
        manifests = {manifest.called: manifest for manifest in built_in()}
        client = as_client(self.client)
        return {name: Part(manifests[name], make(client)) for name, make in widgets.items()}

    @property
    def chat(self) -> CourseChat:
        return cast("CourseChat", self.parts["chat"].widget)

    @property
    def people(self) -> PresenceList:
        return cast("PresenceList", self.parts["people"].widget)

    @property
    def notifications(self) -> NotificationPane:
        return cast("NotificationPane", self.parts["notifications"].widget)

    def sent(self) -> list[dict[str, Any]]:
        self.client.run()
        return json.loads(json.dumps(self.panel.comm.take()))  # type: ignore[no-any-return]

    def page(self) -> dict[str, Any]:
        """The document as a page begins with it."""
        self.panel.comm.receive({"op": "ready", "page": f"p{uuid7()}", "lang": ""})
        snapshot = next(m for m in self.sent() if m["op"] == "snapshot")
        document: dict[str, Any] = snapshot["collections"]["panel"]["docs"][0]
        return document

    def news(self) -> list[dict[str, Any]]:
        """The documents that the pages were sent once everything has settled."""
        self.client.advance(1.5)
        batches = [m for m in self.sent() if m["op"] == "batch"]
        return [doc for batch in batches for doc in batch.get("set", {}).get("panel", ())]

    def asks(self, do: str, **args: Any) -> list[dict[str, Any]]:
        """Send an intent as a page does; return its refusals."""
        intent = {"op": "intent", "page": "p1", "id": uuid7(), "do": do, "args": args}
        self.panel.comm.receive(intent)
        return [m for m in self.sent() if m["op"] == "refused"]


def unread(document: dict[str, Any]) -> dict[str, int]:
    """The number of new things, by tab."""
    return {name: tab["unread"] for name, tab in document["parts"].items()}


def switched(document: dict[str, Any]) -> tuple[bool, bool]:
    """The switches of the panel: names hidden, nothing pops up."""
    tabs = document["parts"]
    return tabs["people"]["switches"]["hide_names"], tabs["notifications"]["switches"]["quiet"]


def poll(state: str = "open", seq: int = 1, id_: str = "poll-1") -> Any:
    content = Poll(id_, "Which?", "single", "u-mira", 1, ["a", "b"])
    content = msgspec.structs.replace(content, state=state, opened=1)
    return keyed(id_, POLL, seq, content)


def hand(user: str, seq: int, **fields: Any) -> Any:
    return keyed(f"hand:{user}", Hand.kind, seq, Hand(user, user.title(), 1, **fields))


def test_it_tells_what_is_new_in_each_tab() -> None:
    desk = Desk()
    document = desk.page()
    nothing = {"chat": 0, "polls": 0, "people": 0, "notifications": 0}
    assert unread(document) == nothing
    assert "desk" not in document
    desk.client.arrive(desk.client.document("hello"), desk.client.document("there"))
    assert [unread(doc) for doc in desk.news()] == [{**nothing, "chat": 2}]
    note = Notification("n1", "Break", 5, user_id="u-ada")
    desk.client.tell(OWN, keyed("n1", Notification.kind, 1, note))
    assert unread(desk.news()[-1]) == {**nothing, "chat": 2, "notifications": 1}
    desk.notifications.mark_read()
    assert unread(desk.news()[-1]) == {**nothing, "chat": 2}


def test_a_poll_is_new_until_it_was_voted_in_or_is_closed() -> None:
    desk = Desk()
    desk.page()
    desk.client.seq = 1
    desk.client.arrive(poll())
    assert unread(desk.news()[-1])["polls"] == 1
    desk.client.tell(OWN, keyed("ballot:poll-1", OWN_BALLOT, 1, OwnBallot("poll-1", {"1": 0})))
    assert unread(desk.news()[-1])["polls"] == 0
    desk.client.seq = 2
    desk.client.arrive(poll(seq=2, id_="poll-2"))
    assert unread(desk.news()[-1])["polls"] == 1
    desk.client.seq = 3
    desk.client.arrive(poll("closed", 3, "poll-2"))
    assert unread(desk.news()[-1])["polls"] == 0


def test_who_runs_the_polls_is_not_asked_to_vote() -> None:
    desk = Desk(Person("u-mira", "Mira", "instructor"))
    desk.page()
    desk.client.seq = 1
    desk.client.arrive(poll())
    assert unread(desk.page())["polls"] == 0


def test_what_changes_nothing_is_not_told() -> None:
    desk = Desk()
    desk.page()
    desk.client.arrive(desk.client.document("hello"))
    assert len(desk.news()) == 1
    desk.client.become(queued=1)
    assert desk.news() == []


def test_an_instructor_gets_the_figures_and_the_hands_that_wait() -> None:
    desk = Desk(MIRA)
    figures = {"done": 0, "stuck": 0, "away": 0, "hands": 0}
    page = desk.page()
    assert page["desk"] is True
    assert page["parts"]["people"]["figures"] == figures
    desk.client.tell(STAFF, hand("bo", 1), hand("kim", 2, taken=2, taken_by="u-mira"))
    (told,) = desk.news()
    assert told["parts"]["people"]["figures"] == {**figures, "hands": 2}
    assert unread(told)["people"] == 1


def test_a_student_learns_that_somebody_comes_and_nothing_of_others() -> None:
    desk = Desk()
    assert desk.page()["parts"]["people"]["note"] is False
    desk.client.tell(OWN, hand("u-ada", 1, taken=2, taken_by="u-mira", taken_by_name="Mira"))
    (told,) = desk.news()
    assert told["parts"]["people"]["note"] is True
    assert unread(told)["people"] == 0
    assert "desk" not in told


@pytest.mark.parametrize("name", ["hide_names", "quiet"])
def test_its_switches_are_those_of_the_widgets(name: str) -> None:
    desk = Desk(MIRA)
    desk.page()

    def those() -> tuple[bool, bool]:
        return (desk.people.hide_names, desk.notifications.do_not_disturb)

    on = (name == "hide_names", name == "quiet")
    assert desk.asks("panel.switch", name=name, on=True) == []
    assert those() == on
    assert switched(desk.news()[-1]) == on
    setattr(desk.panel, name, False)
    assert those() == (False, False)
    refused = desk.asks("panel.switch", name=name, on="yes")
    assert "needs 'on', true or false" in refused[0]["message"]
    assert those() == (False, False)


def test_what_is_switched_in_a_tab_shows_in_the_strip() -> None:
    desk = Desk(MIRA)
    desk.page()
    desk.people.hide_names = True
    desk.notifications.do_not_disturb = True
    told = desk.news()[-1]
    assert switched(told) == (True, True)
    assert desk.panel.hide_names
    assert desk.panel.quiet


def test_projecting_hides_names_and_disturbs_nobody_until_it_ends() -> None:
    desk = Desk(MIRA)
    desk.page()
    desk.panel.quiet = True
    desk.panel.projector = True
    told = desk.news()[-1]
    assert (told["projector"], *switched(told)) == (True, True, True)
    desk.panel.projector = True  # twice is once
    assert desk.asks("panel.projector", on=False) == []
    told = desk.news()[-1]
    assert (told["projector"], *switched(told)) == (False, False, True)
    assert not desk.panel.projector


def test_a_page_hears_of_what_changed_back_before_it_was_told() -> None:
    desk = Desk(MIRA)
    desk.panel.projector = True
    rev = desk.page()["rev"]
    desk.asks("panel.projector", on=False)
    desk.panel.projector = True
    told = desk.news()[-1]
    assert told["projector"], "the page that left it has to come back"
    assert told["rev"] > rev


def test_a_tab_is_brought_to_the_front() -> None:
    desk = Desk(tabs=("chat", "polls"))
    assert "front" not in desk.page()
    desk.panel.show("polls")
    assert desk.news()[-1]["front"] == {"tab": "polls", "n": 1}
    desk.panel.show("polls")
    assert desk.news()[-1]["front"] == {"tab": "polls", "n": 2}
    with pytest.raises(InvalidArgument, match="has the tabs chat, polls, not 'people'"):
        desk.panel.show("people")


@pytest.mark.parametrize("tabs", [(), "files", ("chat", "chat"), ("chat", "files")])
def test_other_tabs_there_are_none(tabs: Any) -> None:
    with pytest.raises(InvalidArgument, match="tabs must be some of 'chat', 'polls'"):
        Desk(tabs=tabs)


def test_it_refers_to_the_very_widgets_of_the_lesson_in_order() -> None:
    desk = Desk(tabs=("people", "chat"))
    assert list(models_of(desk.panel).items()) == [
        ("people", f"IPY_MODEL_{desk.people.model_id}"),
        ("chat", f"IPY_MODEL_{desk.chat.model_id}"),
        ("polls", ""),
        ("notifications", ""),
    ]
    assert desk.panel.tabs == ("people", "chat")
    assert repr(desk.panel) == "CoursePanel('py101', live: people, chat)"
    opened = {key for key in desk.panel.keys if not key.startswith("_")}
    saved = {"course", "kind", "layout", "options", "tabbable", "tooltip"}
    assert opened == saved, "a saved notebook holds nothing else"


def test_a_widget_made_anew_takes_its_place() -> None:
    desk = Desk()
    desk.page()
    old, new = desk.chat, desk.make()
    desk.panel.compose(new)
    assert models_of(desk.panel)["chat"] == f"IPY_MODEL_{new['chat'].widget.model_id}"
    old.close()
    new["people"].widget.hide_names = True
    desk.panel.compose(new)
    desk.client.arrive(desk.client.document("hello"))
    assert unread(desk.news()[-1])["chat"] == 1


def test_shown_again_after_close_all_widgets_its_parts_are_there_again() -> None:
    desk = Desk()
    before = models_of(desk.panel)
    for widget in (*(part.widget for part in desk.parts.values()), desk.panel):
        widget.layout.comm.handle_close({})
        widget.layout.comm.close_in_pages()
        widget.comm.close_in_pages()
    bundle = desk.panel._repr_mimebundle_()
    assert bundle is not None
    after = models_of(desk.panel)
    assert set(after) == set(before)
    assert not set(after.values()) & set(before.values())
    assert after["chat"] == f"IPY_MODEL_{desk.chat.model_id}"
    assert unread(desk.page())["chat"] == 0


def test_closed_it_leaves_what_was_in_it_open() -> None:
    desk = Desk()
    desk.page()
    desk.panel.close()
    assert desk.panel.closed
    assert not any(part.widget.closed for part in desk.parts.values())
    desk.client.arrive(desk.client.document("hello"))
    desk.client.advance(2)
    assert desk.chat.unread == 1


def test_without_a_kernel_it_says_what_it_was() -> None:
    desk = Desk()
    shown = desk.panel._repr_mimebundle_()
    assert shown is not None
    assert shown[0]["text/plain"].startswith("Lesson panel of py101\nThis was live: run this cell")
    assert "Mira" not in json.dumps(shown[0])
