"""Parts of rules that read a poll, the documents beside it, and its ballots."""

from dataclasses import dataclass
from typing import Any

import msgspec

from edu_widgets.polls.counting import Ballots
from edu_widgets.polls.documents import POLL, SECRET, Poll, PollSecret
from edu_widgets.polls.grace import ends_at, takes_votes
from edu_widgets.polls.service import vault
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import course_channel, staff_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.rules import Get, Part, RateLimited, Request, Scan

_BALLOT = msgspec.json.Decoder(vault.Ballot)


@dataclass(frozen=True, slots=True)
class Found:
    """A poll and the channel it is in: the course's, or as a draft the staff's."""

    poll: Poll
    channel: str


def secret_id(poll_id: str) -> str:
    """The id of a poll's right answer in the staff's channel."""
    return f"secret:{poll_id}"


def tally_id(poll_id: str) -> str:
    """The id of a poll's live counts in the staff's channel."""
    return f"tally:{poll_id}"


def turnout_id(poll_id: str) -> str:
    """The id of how many have answered in the course's channel."""
    return f"turnout:{poll_id}"


def own_id(poll_id: str) -> str:
    """The id of what a person chose in their own channel."""
    return f"ballot:{poll_id}"


def check_staff(request: Request[Any]) -> None:
    """See that an instructor asks, and in the course's channel.

    Raises:
        Refused: `FORBIDDEN` or `INVALID`.
    """
    check_channel(request)
    if not request.user.staff:
        raise refusal(Code.FORBIDDEN, "Only instructors run polls.")


def check_channel(request: Request[Any]) -> None:
    """See that it is asked in the course's channel: there is no other with polls.

    Raises:
        Refused: `INVALID`.
    """
    if request.channel != course_channel(request.course):
        raise refusal(Code.INVALID, "Polls are asked in the course's channel.")


def check_over(poll: Poll, now: int) -> None:
    """See that no vote of a closed round can come any more.

    Raises:
        RateLimited: those whose picture is late may still vote; `retry_after` tells how long.
        Refused: `INVALID` where such a round is still open.
    """
    if not poll.grace_ms or not takes_votes(poll):
        return
    if poll.state == "open":
        text = "Close the round first: after it people whose picture is late can still vote."
        raise refusal(Code.INVALID, text)
    left = (ends_at(poll) or now) - now
    if left > 0:
        raise RateLimited(left, "People whose picture is late can still vote; again in {} s.")


def find(course: str, poll_id: str) -> Part[Found | None]:
    """A poll, wherever it is."""
    for channel in (course_channel(course), staff_channel(course)):
        docs = yield Get(channel, (poll_id,))
        for doc in docs:
            if doc.kind == POLL and not doc.deleted:
                return Found(doc.as_(Poll), channel)
    return None


def existing(course: str, poll_id: str) -> Part[Found]:
    """A poll that has to be there.

    Raises:
        Refused: `NOT_FOUND`.
    """
    found = yield from find(course, poll_id)
    if found is None:
        raise refusal(Code.NOT_FOUND, "There is no such poll, or it was deleted.")
    return found


def secret_of(course: str, poll: Poll) -> Part[PollSecret | None]:
    """The right answer of a poll, if it is known: still the staff's, or revealed."""
    if poll.shown.answer:
        return PollSecret(poll.id, poll.correct, poll.tolerance)
    docs = yield Get(staff_channel(course), (secret_id(poll.id),))
    for doc in docs:
        if doc.kind == SECRET and not doc.deleted:
            secret: PollSecret = doc.as_(PollSecret)
            return secret
    return None


def ballots(course: str, poll: Poll) -> Part[dict[int, Ballots]]:
    """All choices, by round and voter; every round there was is in it."""
    docs = yield Scan(vault.vault_channel(course, poll.id), vault.BALLOT, vault.MOST)
    found = {n: Ballots() for n in range(1, poll.round + 1)}
    for doc in docs:
        number, _, voter = doc.id.partition(":")
        ballot, votes = _BALLOT.decode(doc.body), found.setdefault(int(number), Ballots())
        votes[voter] = ballot.choice
        votes.vouched += ballot.vouched
    return found


def voters(course: str, poll: Poll, rounds: dict[int, Ballots]) -> Part[set[str]]:
    """The ids of those who have a ballot of their own of a poll."""
    if not poll.anonymous:
        return {voter for votes in rounds.values() for voter in votes}
    docs = yield Scan(vault.vault_channel(course, poll.id), vault.VOTER, vault.MOST)
    return {doc.id.partition(":")[2] for doc in docs}


def invalid(error: InvalidArgument) -> Exception:
    """The refusal of something that was checked and found wrong."""
    return refusal(Code.INVALID, str(error))
