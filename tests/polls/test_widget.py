"""Polls in a notebook: what people call, what pages ask and see."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from edu_widgets.client.runtime.receipts import Answer
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.polls import commands
from edu_widgets.polls.authoring import question
from edu_widgets.polls.page_content import MOST
from edu_widgets.polls.poll import Poll
from edu_widgets.polls.widget import LivePolls
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.errors import InvalidArgument, NotConnected, Refused
from edu_widgets.service.rules import Person
from tests.in_memory.client import nothing_here_yet
from tests.in_memory.service import MIRA
from tests.notebook.doubles import as_client, name_bundles
from tests.polls.desk import Desk, both
from tests.polls.kernel import PollClient
from tests.polls.school import ADA, BO, School, student

pytestmark = pytest.mark.usefixtures("named_bundles")


# -- what people call --------------------------------------------------------------------------


def test_a_lesson_in_a_few_lines(school: School, mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"], correct="b")
    assert (poll.state, poll.question, poll.options, poll.answered) == (
        "saving",
        "Which?",
        ["a", "b"],
        0,
    )
    both(mira, ada)
    assert (poll.state, poll.wait()) == ("open", poll)
    mine = ada.polls.current
    assert mine is not None
    receipt = mine.vote("b")
    assert (mine.mine, mine.vote_state or "") == (2, "pending")
    ada.client.become(state="reconnecting")
    assert mine.vote_state == "queued"
    ada.client.become(state="live")
    ada.client.deliver()
    assert receipt.done()
    assert (mine.mine, mine.vote_state) == (2, "counted"), "though its document is still to come"
    both(ada, mira)
    assert (mine.mine, mine.vote_state, poll.answered) == (2, "counted", 1)
    assert poll.suggestion.startswith("Most are right")
    assert mine.suggestion == ""
    assert (mine.correct,) == (None,)
    assert len(mine.results()) == 0
    assert list(poll.results()["people"]) == [0, 1]
    _ = poll.close()
    both(mira, ada)
    assert mine.state == "closed"
    _ = poll.reveal()
    both(mira, ada)
    assert (mine.state, mine.correct) == ("revealed", 2)
    table = mine.results()
    assert list(table["answer"]) == ["a", "b"]
    assert list(table["correct"]) == [False, True]
    assert list(table["share"]) == [0.0, 1.0]


def test_no_further_vote_is_suggested_once_the_answer_is_known(
    school: School, mira: Desk, ada: Desk
) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"], correct=2)
    both(mira, ada)
    mine = ada.polls.current
    assert mine is not None
    _ = mine.vote("a")
    ada.client.deliver()
    both(ada, mira)
    _ = poll.reveal(answer=False)
    both(mira, ada)
    assert poll.suggestion.startswith("Few are right")
    _ = poll.reveal(answer=True)
    both(mira, ada)
    assert poll.suggestion == ""


def test_a_cell_run_again_asks_nothing_again(school: School, mira: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    assert mira.polls.ask("Which?", ["a", "b"]) is poll
    both(mira)
    assert mira.polls.ask("Which?", ["a", "b"], seconds=30) is poll
    _ = poll.close()
    both(mira)
    assert (mira.polls.ask("Which?", ["a", "b"]) is poll, poll.state) == (True, "closed")
    assert mira.polls.ask("Which?", ["a", "c"]) != poll
    other = mira.polls.ask("Which?", ["a", "b"], again=True)
    assert other != poll
    both(mira)
    # Another kernel, as after a restart, and another week.
    restarted = Desk(school, MIRA)
    assert restarted.polls.ask("Which?", ["a", "b"]).id == other.id
    colleague = Desk(school, Person("u-colleague", "Jo", "instructor"))
    assert colleague.polls.ask("Which?", ["a", "b"]).id == other.id


def test_a_kernel_that_just_started_learns_first_what_was_asked(
    school: School, mira: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira)
    monkeypatch.setattr(PollClient, "sync", lambda self: None)
    client = PollClient(school, MIRA)
    monkeypatch.undo()
    name_bundles(monkeypatch)
    monkeypatch.setattr(client, "wait_caught_up", lambda *_, timeout: client.sync())
    polls = LivePolls(as_client(client))
    assert polls.history == []
    assert polls.ask("Which?", ["a", "b"]).id == poll.id
    assert client.listeners == [polls._on_event]


def test_asked_offline_it_is_sent_later(
    school: School, mira: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*channels: str, timeout: float) -> None:
        raise NotConnected("not reached")

    monkeypatch.setattr(mira.client, "wait_caught_up", never)
    mira.client.mirrors.clear()
    poll = mira.polls.ask("Which?", ["a", "b"])
    assert poll.state == "saving"
    mira.client.mirrors[mira.client.channel] = mira.client.held
    both(mira)
    assert poll.state == "open"


def test_drafts_one_after_another(mira: Desk, ada: Desk, tmp_path: Path) -> None:
    path = tmp_path / "set.md"
    path.write_text("First?\n- [ ] a\n- [x] b\n\n---\nkind: text\nSecond?\n")
    first, second = mira.polls.load(path)
    both(mira, ada)
    assert (first.state, second.kind, mira.desk()["next"]) == ("draft", "text", first.id)
    assert ada.polls.history == []
    assert ada.desk()["next"] is None
    assert mira.polls.load(path) == [first, second]
    assert mira.polls.next() is first
    assert mira.polls.next() is second, "though the first one is still on its way"
    with pytest.raises(InvalidArgument, match="No draft is left"):
        mira.polls.next()
    both(mira, ada)
    assert [p.question for p in ada.polls.history] == ["First?\n- a"[:6], "Second?"]
    assert mira.polls.drafts == []


def test_only_instructors_run_polls(mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira, ada)
    own = ada.polls.current
    assert own is not None
    for call in (own.close, own.reveal, own.revote, own.delete, own.open):
        with pytest.raises(Refused):
            _ = call()
    with pytest.raises(Refused):
        ada.polls.ask("Which?", ["a", "b"])
    assert not ada.client.outbox
    assert poll.state == "open"
    assert ada.desk()["can"] == ["vote"]
    assert mira.desk()["can"] == ["vote", "manage"]
    ada.client.become(readonly=True)
    assert ada.desk()["can"] == []


def test_the_answer_may_be_said_at_the_reveal(mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira, ada)
    with pytest.raises(InvalidArgument):
        _ = poll.reveal(counts=False)
    with pytest.raises(InvalidArgument):
        _ = poll.reveal(answer=3)
    _ = poll.reveal()  # no answer is known: the counts
    both(mira, ada)
    own = ada.polls.current
    assert own is not None
    assert (own.state, own.correct) == ("revealed", None)
    _ = poll.reveal(answer=1)
    both(mira, ada)
    assert own.correct == 1


def test_what_follows_at_once_is_about_what_was_asked_for(mira: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"], correct=1)
    _ = poll.close()
    _ = poll.revote(seconds=60)
    _ = poll.close()
    _ = poll.reveal()
    both(mira)
    assert (poll.state, poll.round, poll.correct) == ("revealed", 2, 1)


def test_a_refused_question_says_why(mira: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    mira.client.run()
    (command,) = mira.client.commands("create_poll")
    mira.client.receipts[poll.id].fail(Refused("Not today."))
    mira.client.move(command, state=CommandState.FAILED, error="Not today.", code=4514)
    assert poll.state == "failed"
    (shown,) = mira.shown()
    assert shown["error"] == "Not today."
    assert mira.polls.ask("Which?", ["a", "b"]) is not poll, "what failed is asked anew"
    mira.intend("discard", id=poll.id)
    assert [doc["id"] for doc in mira.shown()] != [poll.id]


def test_a_deleted_poll(mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira, ada)
    _ = poll.delete()
    both(mira, ada)
    assert (poll.state, mira.polls.history, ada.shown()) == ("deleted", [], [])
    with pytest.raises(InvalidArgument):
        ada.polls.poll(poll.id)


def test_events_tell_each_opening_closing_and_reveal_once(mira: Desk, ada: Desk) -> None:
    told: list[tuple[str, int]] = []
    for event in ("open", "close", "reveal"):

        def note(poll: Poll, event: str = event) -> None:
            told.append((event, poll.round))

        ada.polls.on(event, note)
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira, ada)
    _ = poll.close()
    both(mira, ada)
    _ = poll.revote()
    both(mira, ada)
    _ = poll.reveal()
    both(mira, ada)
    ada.client.become(queued=1)
    assert told == [("open", 1), ("close", 1), ("open", 2), ("reveal", 2)]
    ada.polls.off()
    mira.polls.ask("Other?", ["a", "b"])
    both(mira, ada)
    assert len(told) == 4


def test_a_first_load_is_not_told_and_what_was_missed_is(school: School, mira: Desk) -> None:
    polls = [mira.polls.ask(f"Poll {n}?", ["a", "b"]) for n in range(3)]
    both(mira)
    with nothing_here_yet():
        ada = Desk(school, ADA)
    told: list[tuple[str, str]] = []
    for event in ("open", "close"):
        ada.polls.on(event, lambda poll, event=event: told.append((event, poll.question)))
    ada.client.sync(pages=3)
    assert told == []
    _ = polls[1].close()
    both(mira)
    ada.client.sync(live=False)
    assert told == [("close", "Poll 1?")]


@pytest.mark.parametrize("open_", [True, False])
def test_what_only_began_to_arrive_is_waited_for(
    school: School, mira: Desk, monkeypatch: pytest.MonkeyPatch, open_: bool
) -> None:
    for n in range(5):
        _ = mira.polls.put(question(f"Poll {n}?", ["a", "b"]), open_=open_)
    both(mira)
    with nothing_here_yet():
        again = Desk(school, MIRA)
    client, last = again.client, school.told.copy()
    for channel, docs in last.items():
        school.told[channel] = docs[:1]
    client.caught = False
    client.sync()

    def arrive(*channels: str, timeout: float) -> bool:
        assert set(channels) == {client.channel, "staff:c"}
        school.told.update(last)
        client.sync(live=False)
        return True

    monkeypatch.setattr(client, "wait_caught_up", arrive)
    known = {poll.question for poll in again.polls.history + again.polls.drafts}
    assert len(known) < 5
    asked = again.polls.put(question("Poll 4?", ["a", "b"]), open_=open_)
    assert (asked.state, len(again.client.outbox)) == ("open" if open_ else "draft", 0)


@pytest.mark.parametrize(
    ("kind", "options", "given", "wire", "mine"),
    [
        ("single", ["a", "b"], 2, 1, 2),
        ("single", ["a", "b"], " B ", 1, 2),
        ("predict", ["[1, 2]", "3"], "3", 1, 2),
        ("multiple", ["a", "b", "c"], ["c", 1], [0, 2], [1, 3]),
        ("scale", [], 5, 4, 5),
        ("number", [], 3, 3.0, 3.0),
        ("text", [], "  two   words ", "two words", "two words"),
        ("ordering", ["a", "b"], ["b", "a"], [1, 0], [2, 1]),
    ],
)
def test_every_kind_takes_what_people_write(
    school: School,
    mira: Desk,
    ada: Desk,
    kind: str,
    options: list[str],
    given: Any,
    wire: Any,
    mine: Any,
) -> None:
    poll = mira.polls.ask("Which?", options, kind=kind)
    both(mira, ada)
    own = ada.polls.poll(poll.id)
    _ = own.vote(given)
    both(ada, mira)
    assert school.own(ADA, poll.id) == {"1": wire}
    assert own.mine == mine
    assert len(poll.results()) > 0


@pytest.mark.parametrize("given", [0, 3, "c", True, None, 1.5, ["a"]])
def test_what_is_no_choice(mira: Desk, ada: Desk, given: Any) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira, ada)
    with pytest.raises(InvalidArgument):
        _ = ada.polls.poll(poll.id).vote(given)
    assert not ada.client.outbox


# -- pages ---------------------------------------------------------------------------------------


def test_a_page_votes_and_sees_its_vote(school: School, mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("**Which?**", ["a", "`b`"], seconds=60)
    both(mira, ada)
    (doc,) = ada.shown()
    assert doc["question"] == [["p", ["strong", "Which?"]]]
    assert doc["options"] == ["a", [["p", ["code", "b"]]]]
    assert (doc["state"], doc["answered"], doc["left"]) == ("open", 0, 60_000)
    assert "mine" not in doc
    ada.intend("vote", id=poll.id, round=1, choice=1)
    (doc,) = ada.shown()
    assert (doc["mine"], doc["mineState"]) == (1, "pending")
    both(ada, mira)
    (after,) = ada.shown()
    assert (after["mine"], after["mineState"], after["answered"]) == (1, "counted", 1)
    assert after["rev"] > doc["rev"]
    school.now += 5_000
    (later,) = ada.shown()
    assert (later["rev"], later["left"]) == (after["rev"], 55_000)


def test_a_vote_is_shown_while_it_is_acknowledged_and_not_told_of_yet(
    mira: Desk, ada: Desk
) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira, ada)
    ada.intend("vote", id=poll.id, round=1, choice=1)
    ada.client.run()
    (command,) = ada.client.commands("cast_vote")
    ada.client.move(command, state=CommandState.SENT)
    del ada.client.outbox[command.id]  # the outbox forgets it before anybody is told
    mine = ada.polls.current
    assert mine is not None
    assert (mine.mine, mine.vote_state) == (2, "pending")


def test_a_page_begins_with_what_is_open_what_is_next_and_what_was_last(
    school: School, mira: Desk
) -> None:
    old = school.ask("a", "b", question="Old")
    school.close(old)
    again = school.ask("a", "b", question="Again")
    school.close(again)
    for n in range(120):
        school.now += 1_000
        school.close(school.ask("a", "b", question=f"Asked {n}"))
    drafts = [school.ask("a", "b", question=f"Draft {n}", open=False) for n in range(120)]
    school.now += 1_000
    school.revote(again)
    school.close(again, 2)
    school.revote(old)
    mira.settle()
    shown = {doc["id"]: doc["state"] for doc in mira.shown()}
    assert len(shown) == MOST
    assert (shown[old], shown[again]) == ("open", "closed")
    assert mira.desk()["next"] == drafts[0]
    assert drafts[0] in shown
    for poll_id in drafts[:40]:
        school.do(MIRA, "open_poll", pollId=poll_id)
        mira.settle()
    sent = [m["set"]["polls"] for m in mira.heard if "polls" in m.get("set", {})]
    assert drafts[40] in {doc["id"] for docs in sent for doc in docs}, "the next one follows"


def test_a_late_vote_is_shown_as_such(school: School, mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"], seconds=10)
    both(mira, ada)
    ada.intend("vote", id=poll.id, round=1, choice=0)
    both(ada, mira)
    school.now += 10_000  # nobody has closed it yet, and this page does not know
    assert ada.intend("vote", id=poll.id, round=1, choice=1) == []
    ada.client.deliver()
    (doc,) = ada.shown()
    assert (doc["mine"], doc["mineState"]) == (0, "late")
    assert "too late" in doc["mineError"]
    both(mira, ada)
    (refused,) = ada.intend("vote", id=poll.id, round=1, choice=1)
    assert refused["code"] == Code.TOO_LATE
    ada.intend("discard", id=poll.id)
    (doc,) = ada.shown()
    assert (doc["mine"], doc["mineState"]) == (0, "counted")


def test_counts_are_shown_to_the_page_that_peeks(mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"], correct=2)
    both(mira, ada)
    ada.intend("vote", id=poll.id, round=1, choice=1)
    both(ada, mira)
    (doc,) = mira.shown()
    assert "peek" not in doc
    assert (doc["results"], doc["answered"], doc["hasAnswer"]) == ([], 1, True)
    assert "correct" not in doc
    mira.intend("peek", page="p2", id=poll.id, on=True)
    (doc,) = mira.shown()
    peek = doc["peek"]
    assert (peek["pages"], peek["people"], peek["correct"]) == (["p2"], 1, [1])
    assert peek["results"][0]["counts"] == [0, 1]
    assert peek["suggestion"] == "move_on"
    mira.intend("peek", page="p2", id=poll.id, on=False)
    assert "peek" not in mira.shown()[0]
    (refused,) = ada.intend("peek", id=poll.id, on=True)
    assert refused["code"] == 4501


def test_an_instructors_page_runs_a_poll(school: School, mira: Desk, ada: Desk) -> None:
    id_ = uuid7()
    form: dict[str, Any] = {"question": "Which?", "kind": "single", "options": ["a", "b"]}
    assert mira.intend("draft", id=id_, **form) == []
    both(mira, ada)
    assert mira.intend("draft", id=id_, **form) == [], "sent again after a reload"
    assert mira.intend("next", seconds=60) == []
    both(mira, ada)
    assert mira.intend("extend", id=id_, round=1, seconds=30) == []
    both(mira, ada)
    assert ada.shown()[0]["left"] == 90_000
    for do, args in (
        ("close", {"round": 1}),
        ("revote", {"round": 2}),
        ("reveal", {"counts": True, "answer": True, "correct": [0]}),
    ):
        assert mira.intend(do, id=id_, **args) == []
        both(mira, ada)
    (doc,) = ada.shown()
    assert (doc["state"], doc["round"], doc["correct"]) == ("revealed", 2, [0])
    assert mira.intend("delete", id=id_) == []
    both(mira, ada)
    assert ada.shown() == mira.shown() == []
    assert [m["code"] for m in mira.intend("next")] == [Code.INVALID]


@pytest.mark.parametrize(
    ("do", "args"),
    [
        ("create", {}),
        ("create", {"id": "x", "question": "", "kind": "text"}),
        ("create", {"id": "x", "question": "?", "kind": "auction"}),
        ("create", {"id": "x", "question": "?", "kind": "single", "options": ["a"]}),
        ("create", {"id": "x", "question": "?", "kind": "single", "options": "ab"}),
        ("create", {"id": "x", "question": "?", "kind": "text", "seconds": 1}),
        ("open", {"id": "nothing"}),
        ("close", {"id": "p"}),
        ("reveal", {"id": "p", "counts": "yes"}),
        ("vote", {"id": "nothing", "round": 1, "choice": 0}),
    ],
)
def test_what_a_page_may_not_ask(mira: Desk, do: str, args: dict[str, Any]) -> None:
    (refused,) = mira.intend(do, **args)
    assert refused["code"] in {Code.INVALID, Code.TOO_LATE}
    assert not mira.client.outbox


def test_what_is_refused_for_good_is_said(school: School, mira: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"], correct=1)
    both(mira)
    _ = poll.reveal()
    both(mira)
    _ = mira.polls.send(commands.REVOTE_POLL, commands.RevotePoll(poll.id, 2))
    mira.client.deliver()
    (notice,) = [m for m in mira.listen() if m["op"] == "signal"]
    assert "ask the question again" in notice["data"]["message"]
    assert not mira.client.outbox


def test_hostile_text_is_text(mira: Desk, ada: Desk) -> None:
    hostile = '<img src=x onerror="alert(1)">'
    mira.polls.ask(hostile, [hostile, f"![x](http://e.vil/x.png) {hostile}"], kind="predict")
    mira.polls.ask(f"[x](javascript:alert(1)) {hostile}", [hostile, "b"])
    both(mira, ada)
    first, second = ada.shown()
    assert first["question"] == hostile
    assert [option[0][0] for option in first["options"]] == ["pre", "pre"]
    assert "href" not in json.dumps(second)


def test_what_an_earlier_session_left_is_dropped(school: School, mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"], seconds=10)
    both(mira, ada)
    school.now += 10_000
    ada.intend("vote", id=poll.id, round=1, choice=1)
    _ = ada.polls.poll(poll.id).vote(2)
    ada.client.deliver()
    (vote,) = ada.client.commands("cast_vote")
    old = replace(vote, id="old", state=CommandState.HELD)
    ada.client.outbox["old"] = old
    ada.client.receipts["old"] = ada.client.receipts[vote.id]
    again = LivePolls(as_client(ada.client))
    assert ada.client.commands("cast_vote") == []
    assert again.poll(poll.id).vote_state is None


# -- nothing too early ----------------------------------------------------------------------------


def test_a_students_kernel_and_pages_hold_nothing_too_early(
    school: School, mira: Desk, ada: Desk, tmp_path: Path
) -> None:
    right, wrong = "the-secret-answer", "what-others-wrote"
    poll = mira.polls.ask("Which?", kind="text", correct=right)
    both(mira, ada)
    for number in range(1, 6):
        school.vote(student(number), poll.id, wrong)
    both(mira, ada)
    _ = poll.close()
    both(mira, ada)
    ada.shown()
    docs = [
        bytes(doc.body)
        for mirror in ada.client.mirrors.values()
        for kind in ("poll", "turnout", "own_ballot", "poll_tally", "poll_secret")
        for doc in mirror.of_kind(kind)
    ]
    held = b"".join(docs).decode()
    sent = json.dumps(ada.heard)
    saved = json.dumps([ada.polls.get_state(), mira.polls.get_state()], default=str)
    bundle = json.dumps(ada.polls._repr_mimebundle_(), default=str)
    teachers = json.dumps(mira.heard) + json.dumps(mira.polls._repr_mimebundle_(), default=str)
    for secret in (right, wrong, *(student(n).id for n in range(1, 6))):
        for text in (held, sent, saved, bundle, repr(ada.polls.history), repr(poll), teachers):
            assert secret not in text
    assert '"correct"' not in sent
    assert len(sent) > 500
    with pytest.raises(InvalidArgument, match="revealed"):
        poll.freeze()
    with pytest.raises(InvalidArgument, match="revealed"):
        ada.polls.poll(poll.id).freeze()


def test_who_stops_being_staff_peeks_no_more(mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"], correct=1)
    both(mira, ada)
    mira.intend("peek", id=poll.id, on=True)
    assert "peek" in mira.shown()[0]
    mira.client.person = replace(mira.client.person, role="student")
    assert "peek" not in mira.shown()[0]
    assert BO.id not in json.dumps(mira.heard)


def test_a_page_asks_who_has_not_answered(
    mira: Desk, ada: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = mira.polls.ask("Which?", ["a", "b"], named=True)
    plain = mira.polls.ask("And which?", ["a", "b"])
    both(mira, ada)
    asked: list[tuple[str, commands.ReadMissing]] = []
    answer = Answer("q1", cast("Any", None))

    def ask(type_: str, data: commands.ReadMissing) -> Answer:
        asked.append((type_, data))
        return answer

    monkeypatch.setattr(mira.client, "ask", ask)
    assert not mira.intend("missing", id=named.id)
    assert asked == [("read_missing", commands.ReadMissing(named.id, 1))]
    told = commands.PollMissing(named.id, 1, [commands.MissingPerson(ADA.id, "Ada")])
    answer.answer(msgspec.Raw(msgspec.json.encode(told)))
    (said,) = [m["data"] for m in mira.listen() if m.get("name") == "missing"]
    assert said == {"to": "p1", "id": named.id, "round": 1, "names": ["Ada"]}
    assert mira.intend("missing", id=plain.id), "refused: nobody was told"
    assert ada.intend("missing", id=named.id), "refused"
