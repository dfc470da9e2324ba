"""Polls as this process knows them: their documents, with one's own pending commands applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.pending_commands import PendingCommand, PendingCommands
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.polls.commands import (
    CAST_VOTE,
    CLOSE_POLL,
    CREATE_POLL,
    DELETE_POLL,
    EDIT_POLL,
    EXTEND_POLL,
    HIDE_ANSWER,
    MERGE_ANSWERS,
    OPEN_POLL,
    ORDER_DRAFTS,
    REMOVE_ANSWER,
    REVEAL_POLL,
    REVOTE_POLL,
    CastVote,
    CreatePoll,
    EditPoll,
    OpenPoll,
    OrderDrafts,
    RevotePoll,
)
from edu_widgets.polls.documents import (
    APART_MS,
    MAX_GRACE,
    MAX_ORDERED,
    ORDER_ID,
    POLL,
    SESSION_ID,
    Choice,
    OwnBallot,
    Poll,
    PollOrder,
    PollSecret,
    PollSession,
    PollTally,
    Turnout,
)
from edu_widgets.polls.grace import ends_at, takes_votes
from edu_widgets.polls.seen import Seen, edited, present_vote
from edu_widgets.protocol import REGISTRY, Document
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.protocol.errors import InvalidArgument

_LEADS_TO = {
    OPEN_POLL: "open",
    CLOSE_POLL: "closed",
    REVEAL_POLL: "revealed",
    REVOTE_POLL: "open",
    DELETE_POLL: "deleted",
}
"""By the command of an instructor: the state of its poll afterwards."""

_LONGEST_MS = 12 * 3_600_000
"""A lesson in which nothing was asked for so long is over, even if an instructor stays."""


_Opening = TypeVar("_Opening", bound="CreatePoll | OpenPoll | RevotePoll")


class Polls:
    """Reads polls from the mirrors of the course, of staff and of this person. Any thread."""

    def __init__(self, client: CourseClient, grace: Callable[[], float] = float) -> None:
        self._client = client
        self._grace = grace
        self._with_answer: set[str] = set()
        self._opening: dict[str, Receipt] = {}
        self._session_at: float | None = None
        self.steps = PendingCommands[Any](
            client, *_LEADS_TO, EXTEND_POLL, REMOVE_ANSWER, HIDE_ANSWER, MERGE_ANSWERS
        )
        self.votes = PendingCommands[CastVote](client, CAST_VOTE)
        self.edits = PendingCommands[EditPoll](client, EDIT_POLL)
        self.orders = PendingCommands[OrderDrafts](client, ORDER_DRAFTS)
        self.making = PendingCommands[CreatePoll](client, CREATE_POLL)

    # -- reading ------------------------------------------------------------------------

    @property
    def staff(self) -> str:
        """The name of the channel that only staff read."""
        return staff_channel(self._client.course)

    @property
    def own(self) -> str:
        """The name of the channel that only this person reads."""
        return user_channel(self._client.course, self._client.me().user_id)

    def all(self) -> list[Seen]:
        """Return every poll that this person may see, drafts included, oldest first."""
        votes, edits = self.votes.waiting(), self.edits.waiting()
        found = {
            poll.id: edited(self._seen(poll, born, votes), edits)
            for poll, born in self._documents()
        }
        for number, making in enumerate(self.making.waiting()):
            if making.id not in found:
                found[making.id] = edited(Seen(self._made(making), number, making), edits)
        return sorted(found.values(), key=lambda seen: (seen.poll.created_at, seen.born))

    def get(self, id_: str) -> Seen | None:
        """Return the poll with this id; None if there is none that this person may see."""
        doc = self._document(id_)
        poll = decoded(doc, Poll)
        if doc is not None and poll is not None:
            seen = self._seen(self._for_me(poll), doc.born, self.votes.waiting())
            return edited(seen, self.edits.waiting())
        making = next((own for own in self.making.waiting() if own.id == id_), None)
        return edited(Seen(self._made(making), 0, making), self.edits.waiting()) if making else None

    def left(self, poll: Poll) -> int | None:
        """Return the ms until an open poll closes, by the service's clock; None without a timer."""
        if poll.state != "open" or poll.closes is None:
            return None
        return max(0, round(poll.closes - self.now()))

    def now(self) -> float:
        """Return the service's time in ms since 1970, as far as it is known."""
        return self._client.service_now()

    def _documents(self) -> Iterator[tuple[Poll, int]]:
        here = self._client.mirror()
        # One that was opened just now is in both for a moment.
        drafts = self._client.mirror(self.staff).of_kind(POLL)
        drafts = [doc for doc in drafts if here.get(doc.id) is None]
        for doc in (*here.of_kind(POLL), *drafts):
            if (poll := decoded(doc, Poll)) is not None:
                yield self._for_me(poll), doc.born

    def _for_me(self, poll: Poll) -> Poll:
        """Return a poll as this person sees it: students see it as open until its grace is over."""
        if self._client.me().is_staff or not poll.grace_ms or not takes_votes(poll):
            return poll
        return msgspec.structs.replace(poll, state="open", closes=ends_at(poll))

    def _document(self, id_: str) -> Document | None:
        for mirror in (self._client.mirror(), self._client.mirror(self.staff)):
            doc = mirror.get(id_)
            if doc is not None and doc.kind == POLL:
                return doc
        return None

    def _seen(self, poll: Poll, born: int, votes: list[PendingCommand[CastVote]]) -> Seen:
        staff = self._client.mirror(self.staff)
        turnout = decoded(self._client.mirror().get(f"turnout:{poll.id}"), Turnout)
        fresh = turnout is not None and turnout.round == poll.round
        own = self._own_ballot(poll.id)
        earlier = [(int(n), choice) for n, choice in own.items() if int(n) < poll.round]
        return Seen(
            poll,
            born,
            secret=decoded(staff.get(f"secret:{poll.id}"), PollSecret),
            tally=decoded(staff.get(f"tally:{poll.id}"), PollTally),
            answered=turnout.answered if turnout is not None and fresh else 0,
            live=turnout.live if turnout is not None and fresh else None,
            vote=present_vote(poll, own.get(str(poll.round)), votes),
            earlier=tuple(sorted(earlier)),
        )

    def _own_ballot(self, poll_id: str) -> dict[str, Choice]:
        own = decoded(self._client.mirror(self.own).get(f"ballot:{poll_id}"), OwnBallot)
        return own.rounds if own is not None else {}

    def _made(self, making: PendingCommand[CreatePoll]) -> Poll:
        """Return a poll as it will be once the service has created it."""
        data = making.data
        return Poll(
            making.id,
            data.question,
            data.kind,
            self._client.me().user_id,
            making.created,
            data.options,
            data.anonymous,
            data.named,
            seconds=data.seconds,
            live=data.live,
        )

    # -- one's own ------------------------------------------------------------------------

    def cast(self, id_: str, vote: CastVote) -> Receipt:
        """Send a vote.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        return self.votes.send(CAST_VOTE.name, vote, id_)

    def create(self, id_: str, data: CreatePoll) -> Receipt:
        """Create a poll.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        if data.correct:
            self._with_answer.add(id_)
        return self.making.send(CREATE_POLL.name, self._late(data) if data.open else data, id_)

    def edit(self, id_: str, data: EditPoll) -> Receipt:
        """Change a poll.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        if data.correct:
            self._with_answer.add(data.poll_id)
        return self.edits.send(EDIT_POLL.name, data, id_)

    def run(self, type_: str, data: msgspec.Struct) -> Receipt:
        """Send an instructor's command about a poll.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        if isinstance(data, OpenPoll | RevotePoll):
            data = self._late(data)
        return self.steps.send(type_, data)

    def _late(self, data: _Opening) -> _Opening:
        """Return a command that opens a round, with the grace period for viewers of a stream."""
        ms = min(MAX_GRACE, round(1000 * self._grace()))
        return msgspec.structs.replace(data, grace_ms=ms) if ms > 0 else data

    def stands(self, seen: Seen) -> tuple[str, int]:
        """Return a poll's state and round, with this kernel's pending commands applied."""
        opening = seen.making is not None and seen.making.data.open
        state: str = "open" if opening else seen.poll.state
        round_ = seen.poll.round
        for own in self.steps.waiting():
            if own.data.poll_id == seen.poll.id and own.hopeful:
                state = _LEADS_TO.get(REGISTRY.commands[own.type], state)
                round_ = getattr(own.data, "round", round_)
        return state, round_

    def open_beside(self, poll_id: str) -> list[str]:
        """Return the questions of the other polls that are open, or are being opened."""
        return [
            seen.poll.question
            for seen in self.all()
            if seen.poll.id != poll_id
            and self.stands(seen)[0] == "open"
            and not (seen.making is not None and seen.making.state == "failed")
        ]

    def answer_of(self, seen: Seen) -> tuple[list[Choice], float]:
        """Return a poll's right answer and tolerance; empty and 0 if they are not known here."""
        if seen.poll.shown.answer:
            return seen.poll.correct, seen.poll.tolerance
        if seen.secret is not None and self._client.me().is_staff:
            return seen.secret.correct, seen.secret.tolerance
        if seen.making is not None:
            return seen.making.data.correct, seen.making.data.tolerance
        return [], 0.0

    # -- the lesson that goes on --------------------------------------------------------------

    def heard_session(self) -> None:
        """Note that the service has reported an instructor's presence."""
        self._session_at = self.now()

    def slept(self) -> bool:
        """Return True after a silence so long that another lesson may have begun."""
        at = self._session_at
        return at is not None and self.now() - at > APART_MS

    def is_of_this_lesson(self, seen: Seen) -> bool:
        """Return True if a poll was made or opened in the current lesson."""
        if seen.making is not None:
            return True
        return max(seen.poll.created_at, seen.poll.opened or 0) >= self._began()

    def _began(self) -> float:
        """Return the time at which the lesson began, in ms since 1970 by the service's clock."""
        now = self.now()
        session = decoded(self._client.mirror(self.staff).get(SESSION_ID), PollSession)
        if session is None:
            return now - _LONGEST_MS
        asked = [poll for poll, _ in self._documents()]
        last = max((max(p.created_at, p.opened or 0, p.closes or 0) for p in asked), default=now)
        # A kernel that was left running keeps an instructor in the course over night.
        left = last < now - _LONGEST_MS
        return now if self.slept() or left else session.began

    def knows_answer(self, poll_id: str) -> bool:
        """Return True if this process sent the poll's right answer, which may not be back yet."""
        return poll_id in self._with_answer

    def opening(self, poll_id: str, receipt: Receipt) -> None:
        """Note that a draft is being opened; `receipt` is of that command."""
        self._opening[poll_id] = receipt

    def drafts(self, seen: Iterable[Seen]) -> list[Seen]:
        """Return the drafts among polls, in the order in which they are asked."""
        order = decoded(self._client.mirror(self.staff).get(ORDER_ID), PollOrder)
        ids = order.ids if order is not None else []
        for own in self.orders.waiting():
            ids = own.data.ids if own.hopeful else ids
        places = {id_: place for place, id_ in enumerate(ids)}
        return sorted(
            (one for one in seen if one.poll.state == "draft"),
            key=lambda one: places.get(one.poll.id, len(places)),
        )

    def move(self, poll_id: str, place: int) -> Receipt:
        """Move a draft to a place in their order, from 1; a place beyond the last is the last.

        Raises:
            InvalidArgument: it is no draft, or there are too many.
            EduWidgetsError: the client did not take it.
        """
        ids = [one.poll.id for one in self.drafts(self.all())]
        if poll_id not in ids:
            raise InvalidArgument("Only drafts have a place among what is asked next.")
        if len(ids) > MAX_ORDERED:
            msg = f"There are {len(ids)} drafts; at most {MAX_ORDERED} can be put into an order."
            raise InvalidArgument(msg)
        ids.remove(poll_id)
        ids.insert(max(0, place - 1), poll_id)
        return self.orders.send(ORDER_DRAFTS.name, OrderDrafts(ids))

    def next_draft(self, seen: Iterable[Seen]) -> Seen | None:
        """Return the next draft to ask: the first that is not being opened already."""
        for one in self.drafts(seen):
            opening = self._opening.get(one.poll.id)
            waits = opening is None or opening.error is not None
            if one.making is None and waits:
                return one
        return None
