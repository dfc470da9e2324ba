"""Votes after the end, of people whose picture of the lesson is late: a time equal for all."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.polls.asked import AskedPolls
from edu_widgets.polls.documents import MAX_GRACE
from edu_widgets.polls.service.clock import due_at
from edu_widgets.polls.widget import LivePolls
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.rules import RateLimited
from tests.in_memory.service import MIRA, START
from tests.notebook.doubles import as_client
from tests.polls.kernel import PollClient
from tests.polls.school import ADA, BO, CY, School

GRACE = 8_000


@pytest.fixture
def room() -> School:
    return School()


def refused(room: School, type_: str, **fields: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        room.do(MIRA, type_, **fields)
    return caught.value


def later(room: School, ms: int) -> None:
    room.now += ms


def test_everybody_votes_until_the_end_and_the_grace_and_counts_wait_for_it(room: School) -> None:
    id_ = room.ask("a", "b", seconds=60, graceMs=GRACE, correct=[1])
    room.vote(ADA, id_, 0)
    later(room, 60_000)
    room.refresh(id_)
    poll = room.poll(id_)
    assert (poll.state, poll.closes, due_at(poll)) == ("closed", START + 60_000, START + 68_000)
    # Whoever sees the picture late, and whoever does not, may vote, and vote anew.
    later(room, GRACE - 1)
    room.vote(BO, id_, 1)
    room.vote(ADA, id_, 1)
    for type_, fields in (
        ("reveal_poll", {"counts": True}),
        ("reveal_poll", {"answer": True}),
        ("revote_poll", {"round": 2}),
    ):
        error = refused(room, type_, pollId=id_, **fields)
        assert isinstance(error, RateLimited)
        assert error.retry_after == 1, "it is asked again by itself"
    later(room, 1)
    with pytest.raises(Refused, match="too late"):
        room.vote(CY, id_, 0)
    room.refresh(id_)
    poll = room.poll(id_)
    assert (poll.state, poll.grace_ms, due_at(poll), poll.results) == ("closed", 0, None, [])
    room.reveal(id_, counts=True, answer=True)
    (result,) = room.poll(id_).results
    assert (result.people, result.counts, result.right) == (2, [0, 2], 2)


def test_one_that_is_closed_by_hand_has_it_too_and_an_open_one_is_closed_first(
    room: School,
) -> None:
    id_ = room.ask("a", "b", graceMs=GRACE)
    error = refused(room, "reveal_poll", pollId=id_, counts=True)
    assert (error.code, str(error)[:21]) == (Code.INVALID, "Close the round first")
    assert room.poll(id_).state == "open"
    later(room, 5_000)
    room.close(id_)
    later(room, GRACE - 1)
    room.vote(ADA, id_, 0)
    later(room, 1)
    # Also where the service has not looked yet.
    room.reveal(id_, counts=True)
    poll = room.poll(id_)
    assert (poll.state, poll.grace_ms, poll.results[0].counts) == ("revealed", 0, [1, 0])
    room.revote(id_, graceMs=0)
    assert room.poll(id_).grace_ms == 0


def test_of_an_anonymous_one_nothing_is_told_or_destroyed_before(room: School) -> None:
    id_ = room.ask("a", "b", anonymous=True, graceMs=GRACE)
    for person in (ADA, BO):
        room.vote(person, id_, 0)
    room.close(id_)
    room.refresh(id_)
    assert room.tally(id_).rounds == []
    refused(room, "reveal_poll", pollId=id_, counts=True)
    assert len(room.ballots(id_)) == 2
    room.vote(CY, id_, 1)
    later(room, GRACE)
    room.refresh(id_)
    assert [(one.round, one.people) for one in room.tally(id_).rounds] == [(1, 3)]
    room.reveal(id_, counts=True)
    assert (room.ballots(id_), room.poll(id_).ended) == ([], True)


@pytest.mark.parametrize("grace", [-1, MAX_GRACE + 1])
def test_it_is_half_a_minute_at_most(room: School, grace: int) -> None:
    fields = {"question": "Which?", "options": ["a", "b"], "open": True, "graceMs": grace}
    assert refused(room, "create_poll", **fields).code == Code.INVALID


@pytest.mark.usefixtures("named_bundles")
def test_a_kernel_opens_rounds_with_the_time_that_the_picture_is_late(room: School) -> None:
    teacher, ada = PollClient(room, MIRA), PollClient(room, ADA)
    late = [8.0]
    polls = LivePolls(as_client(teacher), lambda: late[0])
    poll = polls.ask("Which?", ["a", "b"], seconds=60)
    draft = polls.draft("And now?", ["a", "b"])
    teacher.settle()
    assert (room.poll(poll.id).grace_ms, draft.state) == (GRACE, "draft")
    late[0] = 99.0
    _ = draft.open()
    teacher.settle()
    assert room.poll(draft.id).grace_ms == MAX_GRACE
    # Whoever votes sees it open for as long as votes are taken, and staff sees it closed.
    later(room, 60_000)
    room.refresh(poll.id)
    ada.settle()
    teacher.settle()
    seat = LivePolls(as_client(ada))
    (asked,) = [one for one in seat.history if one.id == poll.id]
    states = [one.state for one in polls.history if one.id == poll.id]
    assert (asked.state, states) == ("open", ["closed"])
    assert AskedPolls(as_client(ada)).open() is not None
    receipt = asked.vote("b")
    ada.settle()
    assert receipt.done()
    late[0] = 0.0
    later(room, GRACE)
    room.refresh(poll.id)
    ada.settle()
    assert asked.state == "closed"
    teacher.settle()
    _ = poll.revote()
    teacher.settle()
    assert room.poll(poll.id).grace_ms == 0


def test_what_the_class_is_asked_is_told_to_others(room: School) -> None:
    ada = PollClient(room, ADA)
    questions = AskedPolls(as_client(ada))
    assert questions.open() is None
    first = room.ask("a", "b", seconds=60)
    later(room, 1_000)
    second = room.ask("c", "d", graceMs=GRACE)
    ada.settle()
    newest = questions.open()
    assert newest is not None
    assert (newest.id, newest.round, newest.opened) == (second, 1, START + 1_000)
    assert [one.id for one in questions.between(START, START + 999)] == [first]
    room.close(second)
    later(room, GRACE)
    ada.settle()
    newest = questions.open()
    assert newest is not None
    assert newest.id == first, "nobody's vote in the second is taken any more"
