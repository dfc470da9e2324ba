"""The rule of a vote: one ballot a person and round, whatever comes again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edu_widgets.polls.commands import CastVote
from edu_widgets.polls.documents import OWN_BALLOT, POLL, Choice, OwnBallot, Poll
from edu_widgets.polls.grace import ends_at, takes_votes
from edu_widgets.polls.kinds import check_choice
from edu_widgets.polls.service import vault
from edu_widgets.polls.service.reading import (
    check_channel,
    invalid,
    own_id,
)
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.rules import Decision, Get, Part, Request, Write

if TYPE_CHECKING:
    from edu_widgets.service.rules import RuleRun

_OVER = "This vote came too late: the poll is closed."


def vote(request: "Request[CastVote]") -> "RuleRun":
    """Put a ballot into the vault, in place of the one that person had in this round.

    Raises:
        Refused: `TOO_LATE` when the round is over, `NOT_FOUND`, `INVALID` for a choice that
            does not fit, `ID_CONFLICT` for an id that somebody else's vote has.
    """
    check_channel(request)
    data, course, user = request.data, request.course, request.user
    poll = yield from _open_poll(request)
    try:
        choice = check_choice(poll.kind, len(poll.options), data.choice)
    except InvalidArgument as error:
        raise invalid(error) from error
    hidden = vault.vault_channel(course, poll.id)
    own = user_channel(course, user.id)
    named = not poll.anonymous
    voter, marks = user.id, []
    if poll.anonymous:
        anonymous = yield from _anonymous(request, hidden)
        if anonymous.counted:
            return Decision(reply=False)
        voter, marks = anonymous.voter, anonymous.marks
    rounds = yield from _own_rounds(own, poll.id)
    rounds[str(poll.round)] = choice
    ballot, vouched = vault.ballot_id(poll.round, voter), named and bool(user.via)
    body = OwnBallot(poll.id, rounds)
    writes = [
        Write(hidden, ballot, vault.BALLOT, vault.Ballot(choice, vouched), signed=named),
        Write(own, own_id(poll.id), OWN_BALLOT, body, signed=named),
        *marks,
    ]
    # Of a named poll the store remembers the command; an anonymous one does so in its vault.
    return Decision(writes, urgent=False, reply=named)


def _open_poll(request: "Request[CastVote]") -> Part[Poll]:
    docs = yield Get(request.channel, (request.data.poll_id,))
    doc = next((doc for doc in docs if doc.kind == POLL), None)
    if doc is None:
        raise refusal(Code.NOT_FOUND, "There is no such poll, or it is not open yet.")
    if doc.deleted:
        raise refusal(Code.TOO_LATE, "This vote came too late: the poll was deleted.")
    poll: Poll = doc.as_(Poll)
    end = ends_at(poll)
    over = end is not None and request.now >= end
    if not takes_votes(poll) or over or poll.round > request.data.round:
        raise refusal(Code.TOO_LATE, _OVER)
    if poll.round != request.data.round:
        raise refusal(Code.INVALID, "That round has not begun.")
    return poll


@dataclass(frozen=True, slots=True)
class _Anonymous:
    """The voter's pseudonym, whether this very vote was counted, and the writes that note it."""

    voter: str
    counted: bool
    marks: list[Write]


def _anonymous(request: "Request[CastVote]", hidden: str) -> Part[_Anonymous]:
    seen, person = f"vote:{request.message_id}", f"voter:{request.user.id}"
    docs = yield Get(hidden, (vault.KEY_ID, seen))
    key = next((doc for doc in docs if doc.id == vault.KEY_ID and not doc.deleted), None)
    if key is None:
        raise refusal(Code.TOO_LATE, _OVER)
    held: vault.Key = key.as_(vault.Key)
    mark = vault.Mark(vault.seal(held, request.user.id, request.fingerprint))
    earlier = next((doc for doc in docs if doc.id == seen), None)
    if earlier is not None and earlier.as_(vault.Mark) != mark:
        raise refusal(Code.ID_CONFLICT, Code.ID_CONFLICT.meaning)
    marks = [
        Write(hidden, seen, vault.SEEN, mark, signed=False),
        Write(hidden, person, vault.VOTER, vault.Mark(), signed=False),
    ]
    return _Anonymous(vault.pseudonym(held, request.user.id), earlier is not None, marks)


def _own_rounds(channel: str, poll_id: str) -> Part[dict[str, Choice]]:
    docs = yield Get(channel, (own_id(poll_id),))
    for doc in docs:
        if not doc.deleted:
            own: OwnBallot = doc.as_(OwnBallot)
            return dict(own.rounds)
    return {}
