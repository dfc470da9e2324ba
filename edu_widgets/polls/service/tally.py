"""Counting a poll anew from its ballots: never by adding up, so nothing is counted twice."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from edu_widgets.polls.counting import Ballots, count_round, flows, right_of, suggest
from edu_widgets.polls.documents import (
    POLL,
    TALLY,
    TURNOUT,
    Poll,
    PollSecret,
    PollTally,
    RoundResult,
    Turnout,
)
from edu_widgets.polls.grace import takes_votes
from edu_widgets.polls.service.reading import (
    Found,
    ballots,
    find,
    secret_of,
    tally_id,
    turnout_id,
)
from edu_widgets.polls.text_answers import Moderation
from edu_widgets.protocol.channels import course_channel, staff_channel
from edu_widgets.protocol.errors import ProtocolError
from edu_widgets.service.rules import Get, Part, Write


@dataclass(frozen=True, slots=True)
class Counted:
    """A poll with its revealed results as they are now, its live counts and its turnout."""

    poll: Poll
    tally: PollTally
    turnout: Turnout


def counted(
    poll: Poll,
    rounds: Mapping[int, Ballots],
    secret: PollSecret | None,
    now: int,
    moderation: Moderation,
) -> Counted:
    """Count a poll whose ballots are all there."""
    answered = len(rounds.get(poll.round, {}))
    # The open round of an anonymous poll is nobody's to see.
    hidden = poll.round if poll.anonymous and takes_votes(poll) else 0
    told = {n: votes for n, votes in sorted(rounds.items()) if n != hidden}
    results = [
        msgspec.structs.replace(
            count_round(poll, n, votes, secret, moderation), vouched=votes.vouched
        )
        for n, votes in told.items()
    ]
    tally = PollTally(poll.id, poll.round, answered, results, flows(poll, told))
    return _put_together(poll, tally, now, moderation)


def _put_together(poll: Poll, tally: PollTally, now: int, moderation: Moderation) -> Counted:
    here = next((result for result in tally.rounds if result.round == poll.round), None)
    tally = msgspec.structs.replace(
        tally,
        suggestion=suggest(here),
        removed=list(moderation.removed),
        hidden=list(moderation.hidden),
        merged=dict(moderation.merged),
    )
    revealed = {result.round for result in poll.results}
    shown = [
        public(poll, moderation.shown(result))
        for result in tally.rounds
        if result.round in revealed
    ]
    poll = msgspec.structs.replace(
        poll, results=shown, flows=[f for f in tally.flows if {f.from_, f.to} <= revealed]
    )
    # Whoever is right is not told: of a round with one answer that would tell which is.
    live = msgspec.structs.replace(here, right=None) if poll.live and here is not None else None
    return Counted(poll, tally, Turnout(poll.id, poll.round, tally.people, now, live))


def public(poll: Poll, result: RoundResult) -> RoundResult:
    """A round as everybody may see it: how many were right would tell the right answer."""
    return result if poll.shown.answer else msgspec.structs.replace(result, right=None)


def count_again(
    course: str,
    poll: Poll,
    now: int,
    secret: PollSecret | None = None,
    moderation: Moderation | None = None,
) -> Part[Counted]:
    """Read a poll's ballots and count them.

    Args:
        course: The poll's course.
        poll: The poll.
        now: The time, in ms since 1970.
        secret: Another right answer than is kept.
        moderation: Another moderation of texts than is kept.
    """
    rounds = yield from ballots(course, poll)
    secret = secret or (yield from secret_of(course, poll))
    if moderation is None:
        moderation = Moderation.of((yield from tally_of(course, poll)))
    return counted(poll, rounds, secret, now, moderation)


def count_from_tally(
    course: str,
    poll: Poll,
    secret: PollSecret | None,
    now: int,
    moderation: Moderation | None = None,
) -> Part[Counted]:
    """The counts of an ended poll, whose ballots are gone: as they were counted last.

    How many were right with an answer that became known only now is told as far as counts do.
    """
    tally = yield from tally_of(course, poll)
    moderation = moderation or Moderation.of(tally)
    results = [moderation.applied(result) for result in tally.rounds]
    if secret is not None:
        results = [
            msgspec.structs.replace(result, right=right_of(poll, result, secret))
            for result in results
        ]
    return _put_together(poll, msgspec.structs.replace(tally, rounds=results), now, moderation)


def tally_of(course: str, poll: Poll) -> Part[PollTally]:
    """A poll's counts as they were counted last; before it was opened there are none."""
    held = yield from _held(staff_channel(course), tally_id(poll.id), PollTally)
    return held if isinstance(held, PollTally) else PollTally(poll.id, poll.round, 0)


def writes_of(course: str, count: Counted) -> Part[list[Write]]:
    """Of a poll that is in the course, and its counts, what is not yet so."""
    here, staff, poll = course_channel(course), staff_channel(course), count.poll
    before = yield from find(course, poll.id)
    writes = [] if before == Found(poll, here) else [Write(here, poll.id, POLL, poll)]
    held = yield from _held(here, turnout_id(poll.id), Turnout)
    at = count.turnout.at
    if not isinstance(held, Turnout) or msgspec.structs.replace(held, at=at) != count.turnout:
        writes.append(Write(here, turnout_id(poll.id), TURNOUT, count.turnout))
    if (yield from _held(staff, tally_id(poll.id), PollTally)) != count.tally:
        writes.append(Write(staff, tally_id(poll.id), TALLY, count.tally))
    return writes


def _held(channel: str, id_: str, type_: type[msgspec.Struct]) -> Part[object]:
    docs = yield Get(channel, (id_,))
    for doc in docs:
        if not doc.deleted:
            try:
                return doc.as_(type_)
            except ProtocolError:
                return None  # of another version: written anew
    return None
