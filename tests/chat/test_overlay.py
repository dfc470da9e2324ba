"""One's own changes show at once, never twice, and never flicker on their way."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.chat.documents import Message, OwnReactions, Reaction
from edu_widgets.chat.overlay import Pending
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.protocol import Code
from edu_widgets.protocol.documents import Document, body
from edu_widgets.protocol.errors import InvalidArgument, Refused
from tests.chat.page import Page, made
from tests.inside import mirror_of
from tests.notebook.doubles import FakeClient, RecordingComm, keyed, reaction

OWN = "user:py101:u-ada"


@pytest.fixture
def page(client: FakeClient, comms: type[RecordingComm]) -> Page:
    del comms
    client.become(features=("chat", "reactions", "questions"))
    client.load(client.document("hello", id="m1", reactions=[reaction("👍", "u-1", "u-2")]))
    client.tell(OWN)
    return Page(made(client), client)


def counts(doc: dict[str, Any]) -> list[tuple[str, int, bool]]:
    return [(r["emoji"], r["count"], r["own"]) for r in doc.get("reactions", [])]


def test_a_reaction_shows_at_once_and_stays_while_its_parts_arrive(
    page: Page, client: FakeClient
) -> None:
    receipt = page.chat.react("m1", "👍")
    page.settle()
    assert counts(page.doc("m1")) == [("👍", 3, True)]
    assert page.doc("m1")["reactions"][0]["names"] == ["One", "Two", "Ada"]
    client.move(client.outbox[receipt.id], state=CommandState.SENT)
    mine = OwnReactions("m1", ["👍"])
    client.tell(OWN, keyed("reactions:m1", "own_reactions", 1, mine))
    page.settle()
    assert counts(page.doc("m1")) == [("👍", 3, True)]
    client.acknowledge(receipt.id, 2)
    page.settle()
    assert counts(page.doc("m1")) == [("👍", 3, True)]
    client.arrive(
        client.document("hello", born=1, id="m1", reactions=[reaction("👍", "u-1", "u-2", "u-ada")])
    )
    page.settle()
    assert counts(page.doc("m1")) == [("👍", 3, True)]
    assert page.chat.messages[0].reactions[0].count == 3
    _ = page.chat.unreact("m1", "👍")
    page.settle()
    assert counts(page.doc("m1")) == [("👍", 2, False)]
    assert page.doc("m1")["reactions"][0]["names"] == ["One", "Two"]


def test_an_acknowledgement_that_changed_nothing_is_forgotten_with_the_next_change(
    page: Page, client: FakeClient
) -> None:
    """Set already, from elsewhere: the document that says so comes with others."""
    receipt = page.chat.react("m1", "🎉")
    page.settle()
    client.seq += 1
    client.acknowledge(receipt.id, client.seq + 1)
    page.settle()
    assert counts(page.doc("m1")) == [("👍", 2, False), ("🎉", 1, True)]
    client.arrive(client.document("another", id="m2"))
    page.settle()
    assert counts(page.doc("m1")) == [("👍", 2, False)], "what the service has is what is shown"


def test_offline_an_edit_shows_its_text_and_that_it_waits(page: Page, client: FakeClient) -> None:
    client.arrive(client.document("mine", id="m2", user_id="u-ada"))
    client.become(state="offline")
    receipt = page.chat.edit("m2", "mine, better")
    page.settle()
    assert (page.doc("m2")["body"], page.doc("m2")["editing"]) == ("mine, better", "queued")
    assert page.chat.messages[-1].content == "mine, better"
    client.become(state="live")
    page.settle()
    assert page.doc("m2")["editing"] == "pending"
    client.acknowledge(receipt.id, 3)
    page.settle()
    assert "editing" not in page.doc("m2")
    assert page.doc("m2")["body"] == "mine, better"
    edited = client.document(
        "mine, better", born=2, id="m2", user_id="u-ada", edited=True, version=1
    )
    client.arrive(edited)
    page.settle()
    assert (page.doc("m2")["version"], page.doc("m2")["seq"]) == (1, 3)


def test_what_is_refused_for_good_is_taken_back_and_told(page: Page, client: FakeClient) -> None:
    receipt = page.chat.edit("m1", "not mine")
    page.settle()
    assert page.doc("m1")["body"] == "not mine"
    client.move(client.outbox[receipt.id], state=CommandState.SENT)
    client.refuse(receipt.id, Code.FORBIDDEN, "You may only edit your own messages.")
    assert ("discard", receipt.id) in client.asked
    client.drop(receipt.id)
    page.settle()
    assert page.doc("m1")["body"] == "hello"
    assert "editing" not in page.doc("m1")
    told = {"message": "You may only edit your own messages.", "code": int(Code.FORBIDDEN)}
    assert page.signals("notice") == [told | {"what": "edit_message", "id": "m1"}]
    assert isinstance(receipt.error, Refused)


def test_an_edit_of_ones_own_edit_follows_on_it(page: Page, client: FakeClient) -> None:
    def version(id_: str) -> int:
        data: dict[str, Any] = msgspec.json.decode(client.outbox[id_].data)
        return int(data.get("version", 0))

    first = page.chat.edit("m1", "one")
    client.run()
    client.move(client.outbox[first.id], state=CommandState.SENT)
    second = page.chat.edit("m1", "two")
    client.run()
    assert (version(first.id), version(second.id)) == (0, 1)
    third = page.chat.edit("m1", "three")
    client.run()
    assert second.id not in client.outbox, "it was not sent: the newer takes its place"
    assert version(third.id) == 1
    page.settle()
    assert page.doc("m1")["body"] == "three"


def test_an_edit_follows_on_one_that_is_sent_at_this_very_moment(
    page: Page, client: FakeClient
) -> None:
    def sent(id_: str) -> dict[str, Any]:
        data: dict[str, Any] = msgspec.json.decode(client.outbox[id_].data)
        return data

    first = page.chat.edit("m1", "one")
    client.run()
    second = page.chat.edit("m1", "two")  # the first was waiting as this was called …
    client.move(client.outbox[first.id], state=CommandState.SENT)
    client.run()  # … and is under way when it is handed over
    assert first.id in client.outbox
    assert (sent(second.id)["content"], sent(second.id)["version"]) == ("two", 1)
    client.acknowledge(first.id, 2)
    client.acknowledge(second.id, 3)
    third = page.chat.edit("m1", "three")  # both are acknowledged, but not back yet
    client.run()
    assert sent(third.id)["version"] == 2


def test_of_edits_in_a_row_each_builds_on_what_became_of_the_one_before(
    page: Page, client: FakeClient
) -> None:
    first = page.chat.edit("m1", "one")
    client.run()
    _ = page.chat.edit("m1", "two")  # the first waits: this is to take its place …
    client.move(client.outbox[first.id], state=CommandState.SENT)
    third = page.chat.edit("m1", "three")
    client.run()  # … and follows on it instead, which the third could not know
    sent: dict[str, Any] = msgspec.json.decode(client.outbox[third.id].data)
    assert (sent["content"], sent.get("version")) == ("three", 1)


def test_an_edit_follows_on_one_that_arrives_at_this_very_moment(
    page: Page, client: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = page.chat.edit("m1", "one")
    client.run()
    client.move(client.outbox[first.id], state=CommandState.SENT)
    pending = mirror_of(page.chat).pending

    def arriving() -> dict[str, Pending]:
        if first.id in client.outbox:
            client.acknowledge(first.id, 2)
            client.arrive(client.document("one", born=1, id="m1", edited=True, version=1))
        return pending()

    monkeypatch.setattr(mirror_of(page.chat), "pending", arriving)
    second = page.chat.edit("m1", "two")
    client.run()
    sent: dict[str, Any] = msgspec.json.decode(client.outbox[second.id].data)
    assert sent.get("version") == 1


def test_what_was_acknowledged_and_not_told_of_yet_is_still_under_way(
    page: Page, client: FakeClient
) -> None:
    first = page.chat.edit("m1", "one")
    client.run()
    client.move(client.outbox[first.id], state=CommandState.SENT)
    del client.outbox[first.id]  # the outbox forgets it before anybody is told
    second = page.chat.edit("m1", "two")
    client.run()
    sent: dict[str, Any] = msgspec.json.decode(client.outbox[second.id].data)
    assert sent.get("version") == 1


def test_an_edit_that_changed_nothing_made_no_version(page: Page, client: FakeClient) -> None:
    shown = page.doc("m1")["body"]
    first = page.chat.edit("m1", shown)
    client.run()
    client.move(client.outbox[first.id], state=CommandState.SENT)
    second = page.chat.edit("m1", "new")
    client.run()
    assert b"version" not in bytes(client.outbox[second.id].data)


def test_a_deletion_shows_faint_and_then_the_message_is_gone(
    page: Page, client: FakeClient
) -> None:
    receipt = page.chat.delete("m1")
    page.settle()
    assert page.doc("m1")["deleting"] is True
    client.acknowledge(receipt.id, 2)
    client.arrive(client.document("", born=1, id="m1", deleted=True))
    page.settle()
    assert "m1" not in page.docs["messages"]


def test_a_vote_shows_at_once(page: Page, client: FakeClient) -> None:
    question = {"messageId": "m1", "userId": "u-1", "userName": "Mira", "content": "Why?", "at": 5}
    client.seq += 1
    client.arrive(keyed("question:m1", "question", client.seq, question | {"votes": 4}))
    page.settle()
    shown = page.docs["questions"]["m1"]
    assert (shown["votes"], shown["own"], shown["mine"], shown["text"]) == (4, False, False, "Why?")
    receipt = page.chat.upvote("m1")
    page.settle()
    shown = page.docs["questions"]["m1"]
    assert (shown["votes"], shown["own"]) == (5, True)
    assert page.chat.questions[0].votes == 5
    client.tell(OWN, keyed("vote:m1", "own_vote", 1, {"messageId": "m1"}))
    client.acknowledge(receipt.id, client.seq + 1)
    client.seq += 1
    changed = keyed("question:m1", "question", client.seq, question | {"votes": 5}, born=2)
    client.arrive(changed)
    page.settle()
    shown = page.docs["questions"]["m1"]
    assert (shown["votes"], shown["own"]) == (5, True)
    with pytest.raises(InvalidArgument, match="no such question"):
        _ = page.chat.upvote("m2")


def test_what_an_earlier_kernel_left_in_the_outbox_shows(page: Page, client: FakeClient) -> None:
    """The outbox outlives the widget, and the kernel."""
    client.become(state="offline")
    _ = page.chat.react("m1", "👍")
    _ = page.chat.edit("m1", "later")
    client.run()
    page.chat.close()
    again = Page(made(client), client)
    assert counts(again.doc("m1")) == [("👍", 3, True)]
    assert (again.doc("m1")["body"], again.doc("m1")["editing"]) == ("later", "queued")


def test_what_waits_since_long_ago_is_dropped_and_told(page: Page, client: FakeClient) -> None:
    held = page.chat.react("m1", "👍")
    _ = page.chat.send("a message waits for a yes")
    client.run()
    client.move(client.outbox[held.id], state=CommandState.HELD)
    page.chat.close()
    again = Page(made(client), client)
    assert ("discard", held.id) in client.asked
    assert len([what for what, _ in client.asked if what == "discard"]) == 1
    (notice,) = again.signals("notice")
    assert "asked for long ago: a change" in notice["message"]


class Mini:
    """A service for one emoji on one message; the others are a number."""

    def __init__(self, client: FakeClient) -> None:
        self.client = client
        self.others = 0
        self.set = False
        self.seq = self.told_seq = 1
        self.own_seq = 0
        self.told_others = 0
        self.waiting: list[tuple[str, bool]] = []

    def document(self) -> Document:
        count = self.others + self.set
        users = ["u-ada"] if self.set else []
        found = [Reaction("👍", count, users, ["Ada"] * len(users))] if count else []
        content = Message("m1", "u-mira", "Mira", "hello", 0, reactions=found)
        return Document("m1", "message", 1, self.seq, body(content))

    def serve(self, check: Any) -> None:
        """Handle the oldest command: one's own channel at once, the ack, the room later."""
        id_, on = self.waiting.pop(0)
        if on != self.set:
            self.set = on
            self.seq += 1
            self.own_seq += 1
            mine = OwnReactions("m1", ["👍"]) if on else None
            born = 1
            doc = keyed("reactions:m1", "own_reactions", self.own_seq, mine, born=born)
            self.client.tell(OWN, doc)
            check()
        self.client.acknowledge(id_, self.seq)
        check()

    def release(self) -> None:
        if self.told_seq < self.seq:
            self.told_seq, self.told_others = self.seq, self.others
            self.client.seq = self.seq
            self.client.arrive(self.document())


@given(st.lists(st.sampled_from(["toggle", "other", "serve", "release", "time"]), max_size=40))
def test_own_and_count_never_flicker(steps: list[str]) -> None:
    import comm

    before = comm.create_comm
    comm.create_comm = RecordingComm
    try:
        play(steps)
    finally:
        comm.create_comm = before


def play(steps: list[str]) -> None:
    client = FakeClient()
    client.become(features=("chat", "reactions"))
    service = Mini(client)
    client.seq = 1
    client.load(service.document())
    client.tell(OWN)
    page = Page(made(client), client)
    wish = False

    def check() -> None:
        page.settle()
        shown = counts(page.doc("m1"))
        count = service.told_others + wish
        assert shown == ([("👍", count, wish)] if count else [])

    for what in steps:
        if what == "toggle":
            wish = not wish
            call = page.chat.react if wish else page.chat.unreact
            service.waiting.append((call("m1", "👍").id, wish))
            client.run()
        elif what == "other":
            service.others += 1
            service.seq += 1
        elif what == "serve" and service.waiting:
            service.serve(check)
        elif what == "release":
            service.release()
        elif what == "time":
            client.advance(1)
        check()
    while service.waiting:
        service.serve(check)
    service.release()
    check()
    final = page.doc("m1")
    client.listeners.clear()
    page.chat.close()
    fresh = Page(made(client), client)
    assert counts(fresh.doc("m1")) == counts(final)
    fresh.chat.close()
