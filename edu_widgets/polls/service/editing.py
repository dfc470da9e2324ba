"""The rule of an edit: wording, right answer and time change, votes do not."""

from typing import TYPE_CHECKING

import msgspec

from edu_widgets.polls.commands import EditPoll
from edu_widgets.polls.documents import POLL, SECRET, Poll, PollSecret
from edu_widgets.polls.kinds import check_correct, check_seconds, checked_rewording
from edu_widgets.polls.service.reading import (
    ballots,
    check_staff,
    existing,
    invalid,
    secret_id,
    secret_of,
)
from edu_widgets.polls.service.tally import count_again, count_from_tally, writes_of
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.rules import DELETE, Decision, Part, Request, Write

if TYPE_CHECKING:
    from edu_widgets.service.rules import RuleRun


def edit(request: "Request[EditPoll]") -> "RuleRun":
    """Change what is given; nothing of it if something of it cannot be.

    Raises:
        Refused: `TOO_LATE` for what was shown already, `INVALID` for what cannot be.
    """
    check_staff(request)
    course, data, now = request.course, request.data, request.now
    found = yield from existing(course, data.poll_id)
    known = yield from secret_of(course, found.poll)
    try:
        poll = _reworded(found.poll, data, now)
        secret = _answered(poll, data, known)
        check_seconds(data.seconds or None)
    except InvalidArgument as error:
        raise invalid(error) from error
    if data.seconds is not None:
        poll = yield from _timed(request, poll, data.seconds)
    writes: list[Write] = []
    if secret != known:
        # None is left only of a draft.
        body = DELETE if secret is None else secret
        writes.append(Write(staff_channel(course), secret_id(poll.id), SECRET, body))
    if poll.state == "draft":
        if poll != found.poll:
            writes.append(Write(found.channel, poll.id, POLL, poll))
        return Decision(writes)
    if poll.ended:
        count = yield from count_from_tally(course, poll, secret, now)
    else:
        count = yield from count_again(course, poll, now, secret)
    return Decision([*writes, *(yield from writes_of(course, count))])


def _reworded(poll: Poll, data: EditPoll, now: int) -> Poll:
    """The poll with another question, other words for its options, or both."""
    question = poll.question if data.question is None else data.question
    options = poll.options if data.options is None else data.options
    if (question, options) == (poll.question, poll.options):
        return poll
    question, options = checked_rewording(poll, question, options)
    edited = None if poll.state == "draft" else now
    return msgspec.structs.replace(poll, question=question, options=options, edited=edited)


def _answered(poll: Poll, data: EditPoll, known: PollSecret | None) -> PollSecret | None:
    """The right answer that holds now."""
    if data.correct is None:
        if known is not None:  # a draft may have fewer options by now
            check_correct(poll.kind, len(poll.options), known.correct, known.tolerance)
        return known
    correct = check_correct(poll.kind, len(poll.options), data.correct, data.tolerance)
    secret = PollSecret(poll.id, correct, data.tolerance)
    if poll.shown.answer and secret != known:
        text = "Its right answer was shown; reveal(answer=…) shows another one."
        raise refusal(Code.TOO_LATE, text)
    return secret if correct else None if poll.state == "draft" else known


def _timed(request: Request[EditPoll], poll: Poll, seconds: int) -> Part[Poll]:
    """The poll with another time, counted from its opening."""
    if poll.state == "draft":
        return msgspec.structs.replace(poll, seconds=seconds or None)
    if poll.state != "open" or poll.opened is None:
        raise refusal(Code.TOO_LATE, "This round is closed; a re-vote opens another one.")
    closes = poll.opened + 1000 * seconds if seconds else None
    if closes is not None and (poll.closes is None or closes < poll.closes):
        rounds = yield from ballots(request.course, poll)
        if rounds[poll.round] or closes <= request.now:
            text = "People are answering already: it cannot become shorter. Close it instead."
            raise refusal(Code.TOO_LATE, text)
    return msgspec.structs.replace(poll, seconds=seconds or None, closes=closes)
