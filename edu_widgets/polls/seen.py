"""A poll as one person sees it, with their own pending commands applied."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from edu_widgets.client.pending_commands import PendingCommand
from edu_widgets.polls.commands import CastVote, CreatePoll, EditPoll
from edu_widgets.polls.documents import Choice, Poll, PollSecret, PollTally, RoundResult
from edu_widgets.protocol import Code


@dataclass(frozen=True, slots=True)
class Vote:
    """One's own vote in the present round.

    `state` is `pending`, `queued`, `counted`, `late` or `failed`; `error` is the sentence that says
    why. `choice` is the choice that counts, or will count once the service has it; for a vote that
    came too late or failed, the earlier choice that counts instead, or None.
    """

    choice: Choice | None
    state: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A poll with everything that this person may see of it.

    `making` is the command that creates the poll, until the service has it. `born` orders polls
    created at the same time.
    """

    poll: Poll
    born: int = 0
    making: PendingCommand[CreatePoll] | None = None
    secret: PollSecret | None = None
    tally: PollTally | None = None
    answered: int = 0
    live: RoundResult | None = None
    vote: Vote | None = None
    earlier: tuple[tuple[int, Choice], ...] = ()


def edited(seen: Seen, edits: list[PendingCommand[EditPoll]]) -> Seen:
    """Return a poll as it will be once the service has the pending edits."""
    for own in edits:
        if own.data.poll_id != seen.poll.id or not own.hopeful:
            continue
        poll, data, secret = seen.poll, own.data, seen.secret
        given: dict[str, object] = {"question": data.question, "options": data.options}
        given = {name: value for name, value in given.items() if value is not None}
        if data.seconds is not None:
            given["seconds"] = data.seconds or None
        if data.correct:
            secret = PollSecret(poll.id, data.correct, data.tolerance)
        elif data.correct is not None and poll.state == "draft":
            secret = None
        seen = replace(seen, poll=msgspec.structs.replace(poll, **given), secret=secret)
    return seen


def present_vote(
    poll: Poll, counted: Choice | None, votes: list[PendingCommand[CastVote]]
) -> Vote | None:
    """Return one's own vote in the present round: the newest that is pending, else `counted`."""
    mine = [v for v in votes if (v.data.poll_id, v.data.round) == (poll.id, poll.round)]
    acknowledged = [own.data.choice for own in mine if own.state == "sent"]
    counted = acknowledged[-1] if acknowledged else counted
    if not mine:
        return None if counted is None else Vote(counted, "counted")
    own = mine[-1]
    if not own.hopeful:
        late = own.code == Code.TOO_LATE
        return Vote(counted, "late" if late else "failed", own.error)
    if own.state == "sent":
        return Vote(own.data.choice, "counted")
    return Vote(own.data.choice, "queued" if own.state == "queued" else "pending")
