"""The rule of a removal: one answer of a text poll goes from its results, and stays away."""

from typing import TYPE_CHECKING

from edu_widgets.polls.commands import RemoveAnswer
from edu_widgets.polls.documents import MAX_REMOVED
from edu_widgets.polls.kinds import check_choice
from edu_widgets.polls.removal import removal_mark
from edu_widgets.polls.service.reading import check_staff, existing, invalid, secret_of
from edu_widgets.polls.service.tally import (
    Counted,
    count_again,
    count_from_tally,
    tally_of,
    writes_of,
)
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.rules import Decision, Request

if TYPE_CHECKING:
    from edu_widgets.service.rules import RuleRun


def remove_answer(request: "Request[RemoveAnswer]") -> "RuleRun":
    """Count a poll anew without an answer; one that is removed already changes nothing.

    Ballots stay as they are: who took part is counted, and may vote again.

    Raises:
        Refused: `INVALID` for other polls and drafts, `NOT_FOUND` for what staff cannot see,
            `TOO_LATE` once too many were removed.
    """
    check_staff(request)
    course, data, now = request.course, request.data, request.now
    poll = (yield from existing(course, data.poll_id)).poll
    if poll.kind != "text" or poll.state == "draft":
        text = "An answer can be removed of a poll of kind 'text', once it was opened."
        raise refusal(Code.INVALID, text)
    try:
        mark = removal_mark(str(check_choice(poll.kind, 0, data.text)))
    except InvalidArgument as error:
        raise invalid(error) from error
    known = (yield from tally_of(course, poll)).removed
    if mark in known:
        return Decision()
    if len(known) >= MAX_REMOVED:
        text = f"{MAX_REMOVED} answers of this poll are removed. Delete it, and ask it anew."
        raise refusal(Code.TOO_LATE, text)
    secret = yield from secret_of(course, poll)
    if poll.ended:
        before = yield from count_from_tally(course, poll, secret, now)
        count = yield from count_from_tally(course, poll, secret, now, [*known, mark])
    else:
        before = yield from count_again(course, poll, now, secret)
        count = yield from count_again(course, poll, now, secret, [*known, mark])
    # By what staff can see, so that nobody finds out by trying what an anonymous round hides.
    if _removed(count) == _removed(before):
        text = "No answer that instructors can see says this. poll.results() lists them."
        raise refusal(Code.NOT_FOUND, text)
    return Decision((yield from writes_of(course, count)))


def _removed(count: Counted) -> int:
    return sum(result.removed for result in count.tally.rounds)
