"""The votes of a viewer who is linked to a member: one a person, as all others."""

from typing import TYPE_CHECKING

from edu_widgets.polls.documents import OWN_BALLOT, OwnBallot, Poll
from edu_widgets.polls.service import vault
from edu_widgets.polls.service.reading import find, own_id
from edu_widgets.protocol.channels import user_channel
from edu_widgets.service.rules import DELETE, Decision, Get, Linking, Part, Write

if TYPE_CHECKING:
    from edu_widgets.service.rules import RuleRun


def link(who: Linking) -> "RuleRun":
    """Give a viewer's ballots to the member, except in rounds where the member has voted."""
    writes: list[Write] = []
    for channel in who.channels:
        named = vault.poll_of(channel)
        found = None if named is None else (yield from find(who.course, named[1]))
        if found is not None:
            writes += yield from _moved(who, channel, found.poll)
    return Decision(writes)


def _moved(who: Linking, channel: str, poll: Poll) -> Part[list[Write]]:
    viewer, member, named = who.viewer, who.user_id, not poll.anonymous
    writes: list[Write] = []
    if poll.anonymous:
        marks = yield Get(channel, (vault.KEY_ID, f"voter:{viewer}"))
        key = next((doc for doc in marks if doc.kind == vault.KEY and not doc.deleted), None)
        if key is None:
            return []
        held: vault.Key = key.as_(vault.Key)
        viewer, member = (vault.pseudonym(held, one) for one in (viewer, member))
        if any(doc.kind == vault.VOTER and not doc.deleted for doc in marks):
            writes = [
                Write(channel, f"voter:{who.viewer}", vault.VOTER, DELETE, signed=False),
                Write(channel, f"voter:{who.user_id}", vault.VOTER, vault.Mark(), signed=False),
            ]
    own = user_channel(who.course, who.user_id)
    before = yield Get(own, (own_id(poll.id),))
    told: dict[str, object] = {}
    rounds = next((dict(d.as_(OwnBallot).rounds) for d in before if not d.deleted), {})
    numbers = range(1, poll.round + 1)
    ids = [vault.ballot_id(number, one) for number in numbers for one in (viewer, member)]
    there = {doc.id: doc for doc in (yield Get(channel, tuple(ids))) if not doc.deleted}
    for number in numbers:
        theirs, mine = (vault.ballot_id(number, one) for one in (viewer, member))
        if theirs not in there:
            continue
        writes.append(Write(channel, theirs, vault.BALLOT, DELETE, signed=named))
        if mine not in there:
            choice = there[theirs].as_(vault.Ballot).choice
            told[str(number)] = choice
            ballot = vault.Ballot(choice)
            writes.append(Write(channel, mine, vault.BALLOT, ballot, signed=named))
    if told:
        body = OwnBallot(poll.id, rounds | told)
        writes.append(Write(own, own_id(poll.id), OWN_BALLOT, body, signed=named))
    return writes
