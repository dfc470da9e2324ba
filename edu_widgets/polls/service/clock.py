"""Timed work on polls: counting after votes, closing in time, ending."""

import msgspec

from edu_widgets.polls.documents import POLL, Poll
from edu_widgets.polls.grace import ends_at, takes_votes
from edu_widgets.polls.service.ending import ABANDONED_MS, ended
from edu_widgets.polls.service.reading import find
from edu_widgets.polls.service.running import closed
from edu_widgets.polls.service.tally import count_again, writes_of
from edu_widgets.polls.service.vault import poll_of
from edu_widgets.protocol.channels import course_channel
from edu_widgets.service.rules import Decision, Part, Request, RuleRun
from edu_widgets.service.steady_time import SLACK_MS
from edu_widgets.service.timers import Due, Timer


def refresh(request: Request[Due]) -> RuleRun:
    """Count a poll anew; close it if its time is over, end it if it was left alone."""
    found = yield from find(request.course, request.data.id)
    if found is None or found.poll.state == "draft" or found.poll.ended:
        return Decision(reply=False)
    poll, now = _in_time(found.poll, request.now), request.now
    due = due_at(poll)
    over = due is not None and now >= due
    if over and poll.state == "open":
        poll = closed(poll, now)
    elif over and takes_votes(poll):
        poll = msgspec.structs.replace(poll, grace_ms=0)
    elif over:
        return (yield from _end(request.course, poll, now))
    count = yield from count_again(request.course, poll, now)
    writes = yield from writes_of(request.course, count)
    return Decision(writes, urgent=poll.state != "open", reply=False)


def _in_time(poll: Poll, now: int) -> Poll:
    """A poll that is still to be opened was opened by a clock that is right only now."""
    ahead = (poll.opened or 0) - now
    if poll.state != "open" or poll.closes is None or ahead <= SLACK_MS:
        return poll
    return msgspec.structs.replace(poll, opened=now, closes=poll.closes - ahead)


def _end(course: str, poll: Poll, now: int) -> Part[Decision]:
    count = yield from count_again(course, poll, now)
    decision = yield from ended(course, count)
    return Decision(decision.writes, reply=False, destroy=decision.destroy)


def due_at(poll: Poll) -> int | None:
    """Return the time of a poll's next timed change, in ms since 1970."""
    if poll.state == "open":
        return poll.closes
    if takes_votes(poll):
        return ends_at(poll)
    if poll.anonymous and not poll.ended and poll.state != "draft" and poll.closes is not None:
        return poll.closes + ABANDONED_MS
    return None


COUNTING = Timer(
    POLL,
    course_channel,
    lambda doc: due_at(doc.as_(Poll)),
    refresh,
    touched=lambda change: poll_of(change.channel),
)
