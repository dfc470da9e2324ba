"""PollBase: the state of a poll, and the checks before each of its methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.polls import remarks, results
from edu_widgets.polls.documents import Choice
from edu_widgets.polls.documents import Poll as PollBody
from edu_widgets.polls.mirror import Polls
from edu_widgets.polls.preconditions import DELETED, Step, check_step
from edu_widgets.polls.seen import Seen, Vote
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.errors import InvalidArgument, Refused

if TYPE_CHECKING:
    from edu_widgets.client.course import CourseClient


class PollBase(Tidy):
    """A poll of a course, as it is now."""

    def __init__(
        self,
        id_: str,
        client: CourseClient,
        polls: Polls,
        made: Receipt | None = None,
        show: Callable[..., Any] = lambda **_: None,
    ) -> None:
        self.id = id_
        self._client = client
        self._polls = polls
        self._made = made
        self._show = show
        self._last: Seen | None = polls.get(id_)

    def __repr__(self) -> str:
        poll = self._seen().poll
        text = remarks.excerpt(poll.question)
        # repr(): what others wrote must not write control sequences to a terminal.
        return f"<Poll {text!r} {self.state}, round {poll.round}, {self.answered} answered>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self._show(**kwargs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PollBase) and (self.id, self._client) == (other.id, other._client)

    def __hash__(self) -> int:
        return hash(self.id)

    def _seen(self) -> Seen:
        seen = self._polls.get(self.id)
        if seen is not None:
            self._last = seen
        if self._last is None:
            raise InvalidArgument(DELETED)
        return self._last

    # -- what it is ------------------------------------------------------------------------

    @property
    def question(self) -> str:
        """The question, as Markdown."""
        return self._seen().poll.question

    @property
    def options(self) -> list[str]:
        """The options, as Markdown; empty for numbers and texts."""
        return list(self._seen().poll.options)

    @property
    def kind(self) -> str:
        """The kind of question, such as `single` or `multiple`."""
        return self._seen().poll.kind

    @property
    def anonymous(self) -> bool:
        """True if votes are anonymous."""
        return self._seen().poll.anonymous

    @property
    def named(self) -> bool:
        """True if instructors may read each person's choice, as everybody is told before voting."""
        return self._seen().poll.named

    @property
    def live(self) -> bool:
        """True if everybody sees the counts while it is open."""
        return self._seen().poll.live

    @property
    def state(self) -> str:
        """`draft`, `open`, `closed` or `revealed`.

        Before the service has it `saving`, or `failed` if it did not take it; `deleted` once it
        is gone.
        """
        seen = self._polls.get(self.id)
        if seen is None:
            return "deleted"
        if seen.making is not None:
            return "failed" if seen.making.state == "failed" else "saving"
        return seen.poll.state

    @property
    def round(self) -> int:
        """The present round, from 1."""
        return self._seen().poll.round

    @property
    def answered(self) -> int:
        """The number of people who have answered in this round."""
        return self._seen().answered

    @property
    def vote_state(self) -> str | None:
        """Of one's own vote: `pending`, `queued`, `counted`, `late` or `failed`; None without."""
        vote = self._vote()
        return vote.state if vote else None

    @property
    def mine(self) -> Any:
        """One's own choice in this round, as it is given to `vote`; None: nothing."""
        seen, vote = self._seen(), self._vote()
        return None if vote is None or vote.choice is None else spoken(seen.poll, vote.choice)

    @property
    def correct(self) -> Any:
        """The right answer as far as one may know it, None otherwise; options count from 1."""
        correct, _ = self._polls.answer_of(self._seen())
        poll = self._seen().poll
        if not correct:
            return None
        if poll.kind in {"multiple", "ordering"}:
            return [int(one) + 1 for one in correct if isinstance(one, int)]
        told = [spoken(poll, one) for one in correct]
        return told[0] if len(told) == 1 else told

    @property
    def suggestion(self) -> str:
        """The advice after the round, by the share that was right; for instructors, else "".

        Once the right answer is revealed, no further vote is possible, nor suggested.
        """
        seen = self._seen()
        known = seen.tally.suggestion if seen.tally is not None else ""
        if known != "move_on" and seen.poll.state == "revealed" and seen.poll.shown.answer:
            return ""
        return results.SUGGESTIONS[known] if known else ""

    def _vote(self) -> Vote | None:
        return self._seen().vote

    def _stands(self) -> tuple[str, int]:
        """Return state and round, with this notebook's pending commands applied."""
        seen = self._polls.get(self.id)
        if seen is None:
            return "deleted", self._seen().poll.round
        return self._polls.stands(seen)

    def _check(self, step: Step) -> None:
        """Check that an instructor asks, and that the poll's state allows it."""
        self._client.check()
        if not self._client.me().is_staff:
            raise Refused("Only instructors run polls.")
        seen = self._seen()
        if seen.making is not None and seen.making.state == "failed":
            raise InvalidArgument(f"The service did not take this poll: {seen.making.error}")
        check_step(step, seen.poll, self._stands()[0])

    def _living(self) -> Seen:
        """Return the poll with its results.

        Raises:
            InvalidArgument: it was deleted.
        """
        seen = self._polls.get(self.id)
        if seen is None:
            raise InvalidArgument(DELETED)
        return seen


def spoken(poll: PollBody, choice: Choice) -> Any:
    """Return a choice as people give it: options by number from 1."""
    if isinstance(choice, list):
        return [index + 1 for index in choice]
    if poll.kind in {"number", "text"} or not isinstance(choice, int):
        return choice
    return choice + 1
