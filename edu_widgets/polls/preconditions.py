"""Preconditions of a poll's steps; one that is not met is an error in the cell that asked."""

from __future__ import annotations

from typing import Literal, TypeAlias

from edu_widgets.polls.documents import Poll
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, TooLate

Step: TypeAlias = Literal[
    "open",
    "close",
    "extend",
    "reveal",
    "revote",
    "delete",
    "edit",
    "vote",
    "answers",
    "missing",
    "remove",
    "move",
]

DELETED = "This poll was deleted, with all its votes."
_DRAFT = "This poll is a draft, which only instructors see: poll.open() opens it."
_ON_DRAFTS = frozenset({"open", "delete", "edit", "move"})


def check_step(step: Step, poll: Poll, state: str) -> None:
    """See that something can be done with a poll that is in this state.

    Raises:
        InvalidArgument: it cannot; the message says what can be done instead.
        TooLate: it is a vote, and the round is over.
    """
    if state == "deleted":
        raise InvalidArgument(DELETED)
    if state == "draft":
        if step not in _ON_DRAFTS:
            raise InvalidArgument(_DRAFT)
        return
    if step == "answers" and state == "open":
        raise InvalidArgument("People are still answering: poll.close() comes first.")
    if step == "vote" and state != "open":
        raise TooLate("This round is closed: votes count no more.", Code.TOO_LATE)
    if step in {"open", "extend"} and state != "open":
        raise InvalidArgument(f"This poll is {state}. {_how_to_go_on(poll)}")
    if step == "revote":
        if state == "open":
            raise InvalidArgument("This round is still open: poll.close() comes first.")
        if poll.shown.answer or poll.ended:
            raise InvalidArgument(f"There can be no further round. {_how_to_go_on(poll)}")


def _how_to_go_on(poll: Poll) -> str:
    if poll.shown.answer:
        return "Its right answer was shown: ask the question anew, with again=True."
    if poll.ended:
        return "It was anonymous and has ended: ask the question anew, with again=True."
    return "poll.revote() opens a further round."
