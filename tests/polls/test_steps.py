"""A step that a poll cannot take is an error in the cell that asks for it, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from edu_widgets.polls.poll import Poll
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, Refused, TooLate
from tests.in_memory.service import MIRA
from tests.polls.desk import Desk, both
from tests.polls.school import School, student

pytestmark = pytest.mark.usefixtures("named_bundles")


def in_state(desk: Desk, state: str) -> Poll:
    """A poll that is a draft, open, open with a timer, closed, revealed, with its answer, gone."""
    poll = desk.polls.draft("Which?", ["a", "b"], correct=1)
    both(desk)
    steps: dict[str, list[Callable[[], Any]]] = {
        "draft": [],
        "open": [poll.open],
        "timed": [lambda: poll.open(60)],
        "closed": [poll.open, poll.close],
        "counts": [poll.open, lambda: poll.reveal(answer=False)],
        "answer": [poll.open, poll.reveal],
        "deleted": [poll.delete],
    }
    for step in steps[state]:
        step()
        both(desk)
    return poll


CALLS: dict[str, Callable[[Poll], Any]] = {
    "open": lambda poll: poll.open(),
    "close": lambda poll: poll.close(),
    "extend": lambda poll: poll.extend(30),
    "reveal": lambda poll: poll.reveal(),
    "revote": lambda poll: poll.revote(),
    "vote": lambda poll: poll.vote(1),
    "plot": lambda poll: poll.plot(),
    "freeze": lambda poll: poll.freeze(),
    "delete": lambda poll: poll.delete(),
    "answers": lambda poll: poll.answers(),
    "missing": lambda poll: poll.missing(),
    "remove": lambda poll: poll.remove_answer("rude"),
}


@pytest.mark.parametrize(
    ("state", "call", "says"),
    [
        ("draft", "answers", r"poll\.open"),
        ("open", "answers", r"poll\.close"),
        ("closed", "answers", "named=True"),
        ("draft", "missing", r"poll\.open"),
        ("open", "missing", "named=True"),
        ("draft", "remove", r"poll\.open"),
        ("open", "remove", "kind 'text'"),
        ("draft", "close", r"poll\.open"),
        ("draft", "extend", r"poll\.open"),
        ("draft", "reveal", r"poll\.open"),
        ("draft", "revote", r"poll\.open"),
        ("draft", "vote", r"poll\.open"),
        ("draft", "plot", "draft"),
        ("draft", "freeze", r"poll\.reveal"),
        ("open", "extend", r"no timer.*poll\.close"),
        ("open", "revote", r"poll\.close"),
        ("open", "plot", "nobody"),
        ("open", "freeze", r"poll\.reveal"),
        ("closed", "open", r"poll\.revote"),
        ("closed", "extend", r"poll\.revote"),
        ("closed", "vote", "closed"),
        ("counts", "open", r"poll\.revote"),
        ("counts", "extend", r"poll\.revote"),
        ("counts", "vote", "closed"),
        ("answer", "open", "again=True"),
        ("answer", "extend", "again=True"),
        ("answer", "revote", "again=True"),
        *[("deleted", call, "deleted") for call in CALLS],
    ],
)
def test_what_cannot_be_done_says_what_can(mira: Desk, state: str, call: str, says: str) -> None:
    poll = in_state(mira, state)
    with pytest.raises((InvalidArgument, TooLate), match=says):
        CALLS[call](poll)
    assert not mira.client.outbox
    assert not [message for message in mira.listen() if message.get("name") == "notice"]


@pytest.mark.parametrize(
    ("state", "call", "after"),
    [
        ("open", "open", "open"),
        ("timed", "extend", "open"),
        ("closed", "close", "closed"),
        ("counts", "close", "revealed"),
        ("closed", "revote", "open"),
        ("counts", "revote", "open"),
        ("closed", "reveal", "revealed"),
        ("answer", "reveal", "revealed"),
        ("answer", "freeze", "revealed"),
        ("draft", "delete", "deleted"),
    ],
)
def test_what_can_be_done_or_is_so_already_is_no_error(
    mira: Desk, state: str, call: str, after: str
) -> None:
    poll = in_state(mira, state)
    CALLS[call](poll)
    both(mira)
    assert poll.state == after


def test_what_is_on_its_way_counts_as_done(mira: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"], seconds=60, correct=1)
    _ = poll.extend(5)
    _ = poll.close()
    with pytest.raises(InvalidArgument, match="revote"):
        _ = poll.extend(5)
    _ = poll.revote(seconds=60)
    _ = poll.extend(5)
    _ = poll.reveal()
    both(mira)
    _ = poll.delete()
    with pytest.raises(InvalidArgument, match="deleted"):
        _ = poll.close()
    both(mira)
    assert poll.state == "deleted"


def test_a_step_that_was_refused_is_not_counted_on(mira: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira)
    _ = poll.close()
    mira.client.run()
    (command,) = mira.client.commands("close_poll")
    mira.client.refuse(command.id, Code.FORBIDDEN, "Not now.")
    with pytest.raises(InvalidArgument, match="still open"):
        _ = poll.revote()


def test_what_came_of_a_deleted_poll_is_not_told(mira: Desk, ada: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    both(mira, ada)
    own = ada.polls.poll(poll.id)
    _ = poll.delete()
    both(mira, ada)
    for held in (poll, own):
        for call in (held.results, held.to_csv, held.plot, held.freeze):
            with pytest.raises(InvalidArgument, match="deleted"):
                call()
    with pytest.raises(InvalidArgument, match="deleted"):
        _ = own.vote(1)


def test_why_there_is_nothing_to_draw(school: School, mira: Desk, ada: Desk) -> None:
    secret = mira.polls.ask("Which?", ["a", "b"], anonymous=True)
    both(mira, ada)
    school.vote(student(1), secret.id, 0)
    both(mira, ada)
    with pytest.raises(InvalidArgument, match="once it is closed"):
        secret.plot()
    _ = secret.close()
    both(mira, ada)
    with pytest.raises(InvalidArgument, match="5 answers"):
        secret.plot()
    with pytest.raises(InvalidArgument, match="revealed"):
        ada.polls.poll(secret.id).plot()


def test_a_poll_that_the_service_did_not_take(mira: Desk) -> None:
    poll = mira.polls.ask("Which?", ["a", "b"])
    mira.client.run()
    mira.client.refuse(poll.id, Code.FORBIDDEN, "Not today.")
    with pytest.raises(InvalidArgument, match="Not today"):
        _ = poll.close()


def test_a_draft_opened_late_by_another_notebook_is_refused(school: School, mira: Desk) -> None:
    poll = in_state(mira, "closed")
    with pytest.raises(Refused) as caught:
        school.do(MIRA, "open_poll", pollId=poll.id)
    assert caught.value.code == Code.TOO_LATE


@pytest.mark.parametrize(
    ("state", "call", "says"),
    [
        ("draft", lambda poll: poll.open(1), "5 to 86,400 seconds"),
        ("closed", lambda poll: poll.revote(10**9), "5 to 86,400 seconds"),
        ("closed", lambda poll: poll.reveal("b"), r"poll.reveal\(answer='b'\)"),
        ("closed", lambda poll: poll.reveal(2), r"poll.reveal\(answer=2\)"),
        ("closed", lambda poll: poll.reveal(["b"]), r"answer=\['b'\]"),
        ("closed", lambda poll: poll.reveal(None), "True or False"),
        ("closed", lambda poll: poll.results("1"), "no round '1'"),
        ("closed", lambda poll: poll.results([1]), "no round"),
        ("closed", lambda poll: poll.results(1.0), "no round 1.0"),
    ],
)
def test_arguments_that_cannot_be_are_told_in_the_cell(
    mira: Desk, state: str, call: Callable[[Poll], Any], says: str
) -> None:
    poll = in_state(mira, state)
    with pytest.raises(InvalidArgument, match=says):
        call(poll)
    both(mira)
    assert poll.state == state


def test_a_student_is_told_first_that_only_instructors_run_polls(mira: Desk, ada: Desk) -> None:
    _ = in_state(mira, "open")
    both(ada)
    poll = ada.polls.current
    assert poll is not None
    for call in (poll.open, poll.close, poll.extend, poll.reveal, poll.revote, poll.delete):
        with pytest.raises(Refused, match="Only instructors"):
            _ = call()
