"""What can be done with a poll as it stands; what cannot is an error in the cell that asked."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal, TypeAlias

from edu_widgets.polls.documents import Poll
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, TooLate

if TYPE_CHECKING:
    from edu_widgets.client.course import CourseClient
    from edu_widgets.client.receipts import Receipt

Step: TypeAlias = Literal[
    "open", "close", "extend", "reveal", "revote", "delete", "edit", "vote", "answers"
]

DELETED = "This poll was deleted, with all its votes."
_DRAFT = "This poll is a draft, which only instructors see: poll.open() opens it."
_ON_DRAFTS = frozenset({"open", "delete", "edit"})
_LEADS_TO = {"open": "open", "close": "closed", "reveal": "revealed", "revote": "open"}


class Steps:
    """An instructor's commands about polls, as long as they are not in the documents."""

    def __init__(self, client: CourseClient) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._taken: dict[str, list[tuple[str, int, Receipt]]] = {}

    def take(self, poll_id: str, step: Step, round_: int, receipt: Receipt) -> None:
        """A command was handed over; `round_` is the one it is about, or begins."""
        state = "deleted" if step == "delete" else _LEADS_TO.get(step)
        if state is not None:
            with self._lock:
                self._taken.setdefault(poll_id, []).append((state, round_, receipt))

    def stands(self, poll_id: str, state: str, round_: int) -> tuple[str, int]:
        """State and round once all that is on its way has arrived; given those that are known."""
        with self._lock:
            taken = [t for t in self._taken.pop(poll_id, ()) if self._pending(t[2])]
            if not taken:
                return state, round_
            self._taken[poll_id] = taken
            return taken[-1][:2]

    def _pending(self, receipt: Receipt) -> bool:
        if not receipt.done():
            return True
        # Acknowledged, it is in the documents once the mirror has come to its change.
        return receipt.error is None and receipt.wait(0) > self._client.mirror().cursor.seq


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
