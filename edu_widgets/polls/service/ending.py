"""The end of a poll: what an anonymous one leaves, and what a deleted one does."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from edu_widgets.polls.documents import OWN_BALLOT, POLL, SECRET, TALLY, TURNOUT, Poll
from edu_widgets.polls.service.reading import (
    Found,
    ballots,
    own_id,
    secret_id,
    tally_id,
    turnout_id,
    voters,
)
from edu_widgets.polls.service.tally import Counted, writes_of
from edu_widgets.polls.service.vault import vault_channel
from edu_widgets.protocol.channels import course_channel, staff_channel, user_channel
from edu_widgets.service.rules import DELETE, FORGET, Decision, Part, Write

ABANDONED_MS = 3_600_000
"""Time after which a closed anonymous poll without a reveal or a re-vote ends by itself."""


def ended(course: str, count: Counted, more: Sequence[Write] = ()) -> Part[Decision]:
    """End an anonymous poll: its counts stay; who voted, the key and the ballots are destroyed."""
    poll = msgspec.structs.replace(count.poll, ended=True)
    rounds = yield from ballots(course, poll)
    people = yield from voters(course, poll, rounds)
    writes = yield from writes_of(course, replace(count, poll=poll))
    own = _own_ballots(course, poll, people)
    return Decision([*more, *writes, *own], destroy=(vault_channel(course, poll.id),))


def deleted(course: str, found: Found) -> Part[Decision]:
    """Delete a poll with all that belongs to it."""
    poll, staff, here = found.poll, staff_channel(course), course_channel(course)
    rounds = yield from ballots(course, poll)
    own = _own_ballots(course, poll, (yield from voters(course, poll, rounds)))
    writes = [
        Write(found.channel, poll.id, POLL, DELETE),
        Write(staff, secret_id(poll.id), SECRET, DELETE),
    ]
    if poll.state != "draft":
        writes.append(Write(here, turnout_id(poll.id), TURNOUT, DELETE))
        writes.append(Write(staff, tally_id(poll.id), TALLY, DELETE))
    return Decision([*writes, *own], destroy=(vault_channel(course, poll.id),))


def _own_ballots(course: str, poll: Poll, people: set[str]) -> list[Write]:
    # A tombstone would tell for ever who took part.
    gone = FORGET if poll.anonymous else DELETE
    return [
        Write(user_channel(course, person), own_id(poll.id), OWN_BALLOT, gone, signed=False)
        for person in sorted(people)
    ]
