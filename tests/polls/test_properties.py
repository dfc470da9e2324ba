"""Any sequence of votes, closes, re-votes and reveals, by many people, with replays."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from edu_widgets.polls.documents import POLL, TURNOUT
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.errors import Refused
from tests.in_memory.service import COURSE, MIRA, ROOM, STAFF
from tests.nightly import examples
from tests.polls.school import School, student

PEOPLE = 7
STEPS = st.one_of(
    st.tuples(st.just("vote"), st.integers(0, PEOPLE - 1), st.integers(0, 2)),
    st.tuples(st.just("vote"), st.integers(0, PEOPLE - 1), st.integers(0, 2)),
    st.tuples(st.just("vote"), st.integers(0, 1), st.integers(0, 2)),
    st.tuples(st.just("late vote"), st.integers(0, PEOPLE - 1), st.integers(0, 2)),
    st.tuples(st.just("replay"), st.integers(1, 6), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 21), st.just(0)),
    st.tuples(st.just("count"), st.just(0), st.just(0)),
    st.tuples(st.just("close"), st.just(0), st.just(0)),
    st.tuples(st.just("revote"), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("reveal counts"), st.just(0), st.just(0)),
    st.tuples(st.just("reveal answer"), st.just(0), st.just(0)),
    st.tuples(st.just("extend"), st.integers(1, 20), st.just(0)),
    st.tuples(st.just("edit"), st.integers(0, 3), st.integers(0, 2)),
)


class Model:
    """The expected state, kept by hand beside the rules."""

    def __init__(self, school: School, *, anonymous: bool) -> None:
        self.school = school
        self.anonymous = anonymous
        self.id = school.ask("a", "b", "c", correct=[1], anonymous=anonymous, seconds=20)
        self.votes: dict[int, dict[str, int]] = {1: {}}
        self.sent: list[tuple[Any, ...]] = []
        self.may_see: set[str] = set()

    def step(self, what: str, number: int, choice: int) -> None:
        poll, school = self.school.poll(self.id), self.school
        match what:
            case "vote" | "late vote":
                round_ = max(1, poll.round - (what == "late vote"))
                self.vote(student(number).id, number, round_, choice)
            case "replay" if self.sent:
                person, round_, chosen, id_ = self.sent[-number % len(self.sent)]
                with contextlib.suppress(Refused):
                    school.vote(student(person), self.id, chosen, round_, id_)
            case "wait":
                school.now += 1_000 * number
            case "count":
                school.refresh(self.id)
            case "close":
                school.close(self.id, poll.round)
            case "revote":
                with contextlib.suppress(Refused):
                    school.revote(self.id, poll.round + 1, **({"seconds": 9} if number else {}))
                    self.votes[poll.round + 1] = {}
            case "reveal counts":
                school.reveal(self.id, counts=True)
                self.may_see |= {"counts"}
            case "reveal answer":
                school.reveal(self.id, answer=True)
                self.may_see |= {"answer"}
            case _:
                self.change(what, number, choice)

    def change(self, what: str, number: int, choice: int) -> None:
        if what == "edit":
            self.edit(number, choice)
            return
        round_ = self.school.poll(self.id).round
        if what != "extend":
            return  # a replay before anything was sent
        with contextlib.suppress(Refused):
            self.school.do(MIRA, "extend_poll", pollId=self.id, round=round_, seconds=number)

    def edit(self, number: int, choice: int) -> None:
        before = self.school.poll(self.id)
        fields: dict[str, Any] = {"correct": [choice], "seconds": 10 * number}
        if number % 2:
            fields |= {"question": f"Which {number}?", "options": ["x", "y", str(number)]}
        with contextlib.suppress(Refused):
            self.school.do(MIRA, "edit_poll", pollId=self.id, **fields)
        after = self.school.poll(self.id)
        assert (after.state, after.round) == (before.state, before.round)
        assert [r.counts for r in after.results] == [r.counts for r in before.results]

    def vote(self, voter: str, number: int, round_: int, choice: int) -> None:
        poll, id_ = self.school.poll(self.id), uuid7()
        open_ = poll.state == "open" and (poll.closes is None or self.school.now < poll.closes)
        try:
            self.school.vote(student(number), self.id, choice, round_, id_)
        except Refused:
            assert not (open_ and round_ == poll.round)
        else:
            assert open_
            assert round_ == poll.round
            self.votes[round_][voter] = choice
            self.sent.append((number, round_, choice, id_))

    def check(self) -> None:
        poll = self.school.poll(self.id)
        ballots = self.school.ballots(self.id)
        assert len(ballots) == (0 if poll.ended else sum(len(v) for v in self.votes.values()))
        self.check_own(ended=poll.ended)
        assert bool(poll.correct) == poll.shown.answer
        assert {r.round for r in poll.results} <= set(self.votes)
        assert not ({r.round for r in poll.results} and "counts" not in self.may_see)
        if poll.state == "open":
            assert poll.round not in {r.round for r in poll.results}
        for result in poll.results:
            assert (result.right is not None) <= poll.shown.answer

    def check_own(self, *, ended: bool) -> None:
        for number in range(PEOPLE):
            mine = {
                str(round_): votes[student(number).id]
                for round_, votes in self.votes.items()
                if student(number).id in votes
            }
            own = self.school.own(student(number), self.id)
            assert own == (None if ended or not mine else mine)

    def check_counted(self) -> None:
        """After the service has counted, every count equals the votes."""
        self.school.refresh(self.id)
        poll, tally = self.school.poll(self.id), self.school.tally(self.id)
        hidden = poll.round if self.anonymous and poll.state == "open" else 0
        assert self.school.turnout(self.id).answered == len(self.votes[poll.round])
        assert tally.people == len(self.votes[poll.round])
        assert [r.round for r in tally.rounds] == [r for r in self.votes if r != hidden]
        for result in (*tally.rounds, *poll.results):
            votes = list(self.votes[result.round].values())
            assert result.people == len(votes)
            told = not (self.anonymous and len(votes) < 5)
            assert result.counts == ([votes.count(i) for i in range(3)] if told else [])
        for flow in tally.flows:
            before, after = self.votes[flow.from_], self.votes[flow.to]
            moved = [(before[v], after[v]) for v in before if v in after]
            assert flow.pairs == [[*pair, moved.count(pair)] for pair in sorted(set(moved))]

    def check_students(self) -> None:
        """Frames to students held no answer before its time, and never a tally or a voter."""
        told = self.school.told
        people = {student(n).id for n in range(PEOPLE)}
        channels = [c for c in told if c != STAFF and not c.startswith("vault:")]
        assert set(channels) <= {ROOM, *(user_channel(COURSE, person) for person in people)}
        assert {doc.kind for doc in told[ROOM]} <= {POLL, TURNOUT}
        for doc in told[ROOM]:
            assert not any(person.encode() in bytes(doc.body) for person in people)
            if doc.kind == POLL and not doc.deleted:
                body = msgspec.json.decode(doc.body)
                shown = body.get("shown", {})
                assert shown.get("answer") or "correct" not in body
                for result in body.get("results", []):
                    assert shown.get("answer") or "right" not in result
                    assert shown.get("counts") or result["round"] < body.get("round", 1)


@given(st.booleans(), st.lists(STEPS, min_size=8, max_size=50))
@settings(max_examples=examples(250), deadline=None)
def test_votes_count_once_and_nothing_is_told_too_early(
    anonymous: bool, steps: list[tuple[str, int, int]]
) -> None:
    school = School()
    try:
        model = Model(school, anonymous=anonymous)
        for step in steps:
            model.step(*step)
            model.check()
        model.check_counted()
        model.check()
        model.check_students()
    finally:
        school.db.close()
