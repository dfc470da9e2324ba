"""Rules of those who run a poll: create, open, close, extend, reveal, vote again, delete."""

from typing import TYPE_CHECKING, Any

import msgspec

from edu_widgets.polls.commands import (
    ClosePoll,
    CreatePoll,
    DeletePoll,
    ExtendPoll,
    OpenPoll,
    RevealPoll,
    RevotePoll,
)
from edu_widgets.polls.documents import (
    POLL,
    SECONDS,
    SECRET,
    Poll,
    PollSecret,
    PollShown,
    RoundResult,
)
from edu_widgets.polls.kinds import (
    check_correct,
    check_grace,
    check_live,
    check_named,
    check_seconds,
    checked_question,
)
from edu_widgets.polls.service import vault
from edu_widgets.polls.service.ending import deleted, ended
from edu_widgets.polls.service.reading import (
    Found,
    check_over,
    check_staff,
    existing,
    find,
    invalid,
    secret_id,
    secret_of,
)
from edu_widgets.polls.service.tally import count_again, count_from_tally, writes_of
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import course_channel, staff_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.rules import DELETE, Decision, Part, Request, Write

if TYPE_CHECKING:
    from edu_widgets.service.rules import RuleRun

_NOTHING = Decision()


def create(request: "Request[CreatePoll]") -> "RuleRun":
    """Create a poll, as a draft or open.

    Raises:
        Refused: `FORBIDDEN`, or `INVALID` with what is wrong about it.
    """
    check_staff(request)
    data = request.data
    if (yield from find(request.course, request.message_id)) is not None:
        return _NOTHING  # a draft, created long ago: drafts are in another channel
    try:
        question, options = checked_question(data.question, data.kind, data.options)
        check_seconds(data.seconds)
        check_named(named=data.named, anonymous=data.anonymous)
        check_live(data.kind, live=data.live, anonymous=data.anonymous)
        check_grace(data.grace_ms)
        correct = check_correct(data.kind, len(data.options), data.correct, data.tolerance)
    except InvalidArgument as error:
        raise invalid(error) from error
    poll = Poll(
        request.message_id,
        question,
        data.kind,
        request.user.id,
        request.now,
        options,
        data.anonymous,
        named=data.named,
        seconds=data.seconds,
        live=data.live,
    )
    staff = staff_channel(request.course)
    writes = [Write(staff, poll.id, POLL, poll)]
    if data.open:
        writes = yield from _opened(request, poll, data.seconds, data.grace_ms)
    if correct:
        secret = PollSecret(poll.id, correct, data.tolerance)
        writes.append(Write(staff, secret_id(poll.id), SECRET, secret))
    if poll.anonymous:
        hidden = vault.vault_channel(request.course, poll.id)
        key = Write(hidden, vault.KEY_ID, vault.KEY, vault.new_key(), signed=False)
        writes.append(key)
    return Decision(writes)


def open_(request: "Request[OpenPoll]") -> "RuleRun":
    """Move a draft to the course, open for votes; one that is open stays as it is.

    Raises:
        Refused: `TOO_LATE` once it is closed.
    """
    check_staff(request)
    found = yield from existing(request.course, request.data.poll_id)
    if found.poll.state == "open":
        return _NOTHING
    if found.poll.state != "draft":
        raise refusal(Code.TOO_LATE, "This poll is closed; a re-vote opens a further round.")
    seconds = request.data.seconds or found.poll.seconds
    try:
        check_seconds(seconds)
        check_grace(request.data.grace_ms)
    except InvalidArgument as error:
        raise invalid(error) from error
    writes = yield from _opened(request, found.poll, seconds, request.data.grace_ms)
    # After the poll in the course, so that no mirror is without it in between.
    return Decision([*writes, Write(found.channel, found.poll.id, POLL, DELETE)])


def _opened(
    request: Request[Any], poll: Poll, seconds: int | None, grace_ms: int
) -> Part[list[Write]]:
    closes = request.now + 1000 * seconds if seconds else None
    poll = msgspec.structs.replace(
        poll,
        state="open",
        opened=request.now,
        closes=closes,
        grace_ms=grace_ms,
        seconds=seconds,
        shown=PollShown(),
    )
    count = yield from count_again(request.course, poll, request.now)
    return (yield from writes_of(request.course, count))


def close(request: "Request[ClosePoll]") -> "RuleRun":
    """Close a round; one that is not open any more stays as it is."""
    check_staff(request)
    poll = (yield from existing(request.course, request.data.poll_id)).poll
    if request.data.round > poll.round:
        raise refusal(Code.INVALID, "That round has not begun.")
    if poll.state != "open" or poll.round != request.data.round:
        return _NOTHING
    count = yield from count_again(request.course, closed(poll, request.now), request.now)
    return Decision((yield from writes_of(request.course, count)))


def closed(poll: Poll, now: int) -> Poll:
    """An open poll, closed now or when its timer ran out."""
    return msgspec.structs.replace(poll, state="closed", closes=min(poll.closes or now, now))


def extend(request: "Request[ExtendPoll]") -> "RuleRun":
    """Give an open round more time.

    Raises:
        Refused: `TOO_LATE` if the round is over, `INVALID` for an impossible time.
    """
    check_staff(request)
    data = request.data
    poll = (yield from existing(request.course, data.poll_id)).poll
    over = poll.closes is not None and request.now >= poll.closes
    if poll.state != "open" or poll.round != data.round or over:
        raise refusal(Code.TOO_LATE, "This round is closed; a re-vote opens another one.")
    if poll.closes is None:
        return _NOTHING
    closes = poll.closes + 1000 * data.seconds
    if data.seconds < 1 or closes - request.now > 1000 * SECONDS[1]:
        raise refusal(Code.INVALID, "A poll can be given 1 second to a day more.")
    poll = msgspec.structs.replace(poll, closes=closes)
    return Decision([Write(course_channel(request.course), poll.id, POLL, poll)])


def reveal(request: "Request[RevealPoll]") -> "RuleRun":
    """Show counts, answer or both: in one commit the answer leaves the staff's channel.

    Raises:
        Refused: `INVALID` if there is nothing to reveal, or no right answer is known.
    """
    check_staff(request)
    course, data, now = request.course, request.data, request.now
    found = yield from existing(course, data.poll_id)
    poll = _revealable(found, data)
    check_over(poll, now)
    secret = yield from _answer(request, poll)
    if data.answer and secret is None:
        text = "No right answer is known. Say which one is, as in reveal(answer=1)."
        raise refusal(Code.INVALID, text)
    if poll.state == "open":
        poll = closed(poll, now)
    counts, answer = data.counts or poll.shown.counts, data.answer or poll.shown.answer
    shown = PollShown(counts, answer)
    results = poll.results
    if counts:
        # Named here, counted below: every round there was is revealed with the present one.
        results = [RoundResult(number, 0) for number in range(1, poll.round + 1)]
    poll = msgspec.structs.replace(poll, state="revealed", grace_ms=0, shown=shown, results=results)
    writes: list[Write] = []
    if answer and secret is not None:
        poll = msgspec.structs.replace(poll, correct=secret.correct, tolerance=secret.tolerance)
        gone = secret_id(poll.id)
        writes.append(Write(staff_channel(course), gone, SECRET, DELETE))
    if poll.ended:
        count = yield from count_from_tally(course, poll, secret, now)
        return Decision([*writes, *(yield from writes_of(course, count))])
    count = yield from count_again(course, poll, now, secret)
    if poll.anonymous:
        return (yield from ended(course, count, writes))
    return Decision([*writes, *(yield from writes_of(course, count))])


def _revealable(found: Found, data: RevealPoll) -> Poll:
    poll = found.poll
    if poll.state == "draft":
        raise refusal(Code.INVALID, "This poll is still a draft: open it first.")
    if not (data.counts or data.answer):
        raise refusal(Code.INVALID, "Say what to reveal: the counts, the answer, or both.")
    return poll


def _answer(request: "Request[RevealPoll]", poll: Poll) -> Part[PollSecret | None]:
    data = request.data
    if data.correct:
        try:
            options = len(poll.options)
            correct = check_correct(poll.kind, options, data.correct, data.tolerance)
        except InvalidArgument as error:
            raise invalid(error) from error
        return PollSecret(poll.id, correct, data.tolerance)
    return (yield from secret_of(request.course, poll))


def revote(request: "Request[RevotePoll]") -> "RuleRun":
    """Open a further round.

    Raises:
        Refused: `TOO_LATE` once the answer was shown or the ballots are destroyed; `INVALID`
            while the poll is open or for another round than the next.
    """
    check_staff(request)
    data = request.data
    poll = (yield from existing(request.course, data.poll_id)).poll
    if data.round <= poll.round and poll.state != "draft":
        return _NOTHING
    if poll.shown.answer:
        raise refusal(Code.TOO_LATE, "The right answer was shown; ask the question again instead.")
    if poll.ended:
        raise refusal(Code.TOO_LATE, "This anonymous poll has ended; ask the question again.")
    if poll.state not in {"closed", "revealed"} or data.round != poll.round + 1:
        raise refusal(Code.INVALID, "Close the round before the next one begins.")
    check_over(poll, request.now)
    try:
        check_seconds(data.seconds)
        check_grace(data.grace_ms)
    except InvalidArgument as error:
        raise invalid(error) from error
    poll = msgspec.structs.replace(poll, round=data.round)
    return Decision((yield from _opened(request, poll, data.seconds, data.grace_ms)))


def delete(request: "Request[DeletePoll]") -> "RuleRun":
    """Delete a poll; one that is gone already changes nothing."""
    check_staff(request)
    found = yield from find(request.course, request.data.poll_id)
    if found is None:
        return _NOTHING
    return (yield from deleted(request.course, found))
