"""Named choices, of polls for which everybody was told beforehand that they can be read."""

from typing import Any

import msgspec

from edu_widgets.polls.commands import (
    MAX_ANSWERS,
    MissingPerson,
    NamedAnswer,
    PollAnswers,
    PollMissing,
    ReadAnswers,
    ReadMissing,
)
from edu_widgets.polls.counting import Votes
from edu_widgets.polls.documents import Choice, Poll
from edu_widgets.polls.service.reading import ballots, check_over, check_staff, existing
from edu_widgets.polls.service.tally import tally_of
from edu_widgets.polls.text_answers import Moderation
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.rules import Decision, Members, Part, Person, Request, RuleRun
from edu_widgets.service.stage import Stage


async def read_answers(
    stage: Stage, channel: str, person: Person, data: Any
) -> tuple[str, PollAnswers]:
    """Tell staff the answers of one round of a named poll; it stands in the audit trail.

    Raises:
        Refused: `FORBIDDEN` for others and other polls, `INVALID` while it is open, `NOT_FOUND`.
    """
    ask: ReadAnswers = data
    read: list[PollAnswers] = []

    def reading(request: Request[ReadAnswers]) -> RuleRun:
        read[:] = [(yield from _answers(ask, request))]
        return Decision(reply=False)

    await stage.commit(channel, reading, ask, person)
    stage.record("POLL_ANSWERS_READ", channel=channel, about=ask.poll_id, by=person.id)
    return "poll_answers", read[0]


async def read_missing(
    stage: Stage, channel: str, person: Person, data: Any
) -> tuple[str, PollMissing]:
    """Tell staff which students who are here have not answered in a round of a named poll.

    Raises:
        Refused: `FORBIDDEN` for others and other polls, `INVALID` for a draft, `NOT_FOUND`.
    """
    ask: ReadMissing = data
    voters: set[str] = set()

    def reading(request: Request[ReadMissing]) -> RuleRun:
        check_staff(request)
        poll = yield from _named(request.course, ask.poll_id)
        if poll.state == "draft":
            raise refusal(Code.INVALID, "This poll was not opened yet.")
        voters.update((yield from ballots(request.course, poll)).get(ask.round, {}))
        return Decision(reply=False)

    await stage.commit(channel, reading, ask, person)
    here = [p for p in stage.people(channel) if not p.staff and p.id not in voters]
    here.sort(key=lambda one: (one.name.casefold(), one.id))
    people = [MissingPerson(one.id, one.name) for one in here[:MAX_ANSWERS]]
    return "poll_missing", PollMissing(ask.poll_id, ask.round, people)


def _named(course: str, poll_id: str) -> Part[Poll]:
    """A poll of which it was told before that who chose what can be read."""
    poll = (yield from existing(course, poll_id)).poll
    if not poll.named or poll.anonymous:
        text = "Who chose what can be read only of a poll that was asked with named=True."
        raise refusal(Code.FORBIDDEN, text)
    return poll


def _answers(ask: ReadAnswers, request: Request[ReadAnswers]) -> Part[PollAnswers]:
    check_staff(request)
    poll = yield from _named(request.course, ask.poll_id)
    if poll.state not in {"closed", "revealed"}:
        raise refusal(Code.INVALID, "Who chose what can be read once the poll is closed.")
    check_over(poll, request.now)
    votes: Votes = (yield from ballots(request.course, poll)).get(ask.round, {})
    if poll.kind == "text":
        moderation = Moderation.of((yield from tally_of(request.course, poll)))
        votes = {v: one for v, one in votes.items() if moderation.counted(str(one)) is not None}
    skip = max(0, ask.skip)
    told: list[tuple[str, Choice]] = sorted(votes.items())[skip : skip + MAX_ANSWERS]
    found = []
    for voter, choice in told:
        name = yield from _name(request.course, voter)
        found.append(NamedAnswer(voter, name, choice))
    return PollAnswers(ask.poll_id, ask.round, found, len(votes) > skip + len(told))


def _name(course: str, voter: str) -> Part[str]:
    """Return a member's name; "" for a former member."""
    docs = yield Members(course, voter)
    for doc in docs:
        if doc.id == voter:
            return msgspec.json.decode(doc.body, type=Person).name
    return ""
