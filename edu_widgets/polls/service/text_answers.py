"""Rules of a text poll's answers: one is removed or hidden, several are merged."""

from typing import TYPE_CHECKING, Any

from edu_widgets.polls.commands import MAX_MERGED, HideAnswer, MergeAnswers, RemoveAnswer
from edu_widgets.polls.documents import MAX_REMOVED, Poll
from edu_widgets.polls.kinds import check_choice
from edu_widgets.polls.service.reading import check_staff, existing, invalid, secret_of
from edu_widgets.polls.service.tally import (
    Counted,
    count_again,
    count_from_tally,
    tally_of,
    writes_of,
)
from edu_widgets.polls.text_answers import Moderation, answer_mark
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.rules import Decision, Part, Request

if TYPE_CHECKING:
    from edu_widgets.service.rules import RuleRun


def remove_answer(request: "Request[RemoveAnswer]") -> "RuleRun":
    """Count a poll anew without an answer; one that is removed already changes nothing.

    Ballots stay as they are: who took part is counted, and may vote again.

    Raises:
        Refused: `INVALID` for other polls and drafts, `NOT_FOUND` for what staff cannot see,
            `TOO_LATE` once too many were removed.
    """
    poll, held = yield from _moderated(request)
    mark = answer_mark(_checked(request.data.text))
    if mark in held.removed:
        return Decision()
    wanted = _bounded(Moderation((*held.removed, mark), held.hidden, held.merged))
    before = yield from _counted(request, poll, held)
    count = yield from _counted(request, poll, wanted)
    # By what staff can see, so that nobody finds out by trying what an anonymous round hides.
    if _removed(count) == _removed(before):
        text = "No answer that instructors can see says this. poll.results() lists them."
        raise refusal(Code.NOT_FOUND, text)
    return Decision((yield from writes_of(request.course, count)))


def hide_answer(request: "Request[HideAnswer]") -> "RuleRun":
    """Hide an answer from students, or show it again; as it is already, nothing changes.

    Raises:
        Refused: `INVALID` for other polls and drafts, `TOO_LATE` once too many are hidden.
    """
    poll, held = yield from _moderated(request)
    mark = answer_mark(_checked(request.data.text))
    hidden = [one for one in held.hidden if one != mark]
    if request.data.on:
        hidden.append(mark)
    wanted = Moderation(held.removed, tuple(hidden), held.merged)
    return (yield from _decided(request, poll, wanted))


def merge_answers(request: "Request[MergeAnswers]") -> "RuleRun":
    """Count answers as one, or each by itself again; as they are already, nothing changes.

    Raises:
        Refused: `INVALID` for other polls, drafts and texts, `TOO_LATE` once too many are merged,
            or where what was merged cannot be told apart any more.
    """
    poll, held = yield from _moderated(request)
    data = request.data
    if not 1 <= len(data.texts) <= MAX_MERGED:
        raise refusal(Code.INVALID, f"1 to {MAX_MERGED} answers are merged at once.")
    marks = {answer_mark(_checked(text)) for text in data.texts}
    if data.into:
        into = _checked(data.into)
        own = answer_mark(into)
        # What was merged into one of them goes along; what all are merged into counts by itself.
        merged = {
            mark: into if answer_mark(before) in marks else before
            for mark, before in held.merged.items()
        }
        merged |= dict.fromkeys(sorted(marks), into)
        _ = merged.pop(own, None)
    elif poll.ended:
        text = "The ballots of this anonymous poll are destroyed: what was merged stays so."
        raise refusal(Code.TOO_LATE, text)
    else:
        merged = {
            mark: into
            for mark, into in held.merged.items()
            if mark not in marks and answer_mark(into) not in marks
        }
    return (yield from _decided(request, poll, Moderation(held.removed, held.hidden, merged)))


def _moderated(request: Request[Any]) -> Part[tuple[Poll, Moderation]]:
    """A text poll that was opened, and what was done to its answers."""
    check_staff(request)
    poll = (yield from existing(request.course, request.data.poll_id)).poll
    if poll.kind != "text" or poll.state == "draft":
        text = "Answers are removed, hidden and merged of a poll of kind 'text' that was opened."
        raise refusal(Code.INVALID, text)
    return poll, Moderation.of((yield from tally_of(request.course, poll)))


def _decided(request: Request[Any], poll: Poll, wanted: Moderation) -> "RuleRun":
    count = yield from _counted(request, poll, _bounded(wanted))
    return Decision((yield from writes_of(request.course, count)))


def _counted(request: Request[Any], poll: Poll, moderation: Moderation) -> Part[Counted]:
    course, now = request.course, request.now
    secret = yield from secret_of(course, poll)
    if poll.ended:
        return (yield from count_from_tally(course, poll, secret, now, moderation))
    return (yield from count_again(course, poll, now, secret, moderation))


def _checked(text: str) -> str:
    try:
        return str(check_choice("text", 0, text))
    except InvalidArgument as error:
        raise invalid(error) from error


def _bounded(wanted: Moderation) -> Moderation:
    for done, marks in (
        ("removed", wanted.removed),
        ("hidden", wanted.hidden),
        ("merged", wanted.merged),
    ):
        if len(marks) > MAX_REMOVED:
            text = f"{MAX_REMOVED} answers of this poll are {done}. Delete it, and ask it anew."
            raise refusal(Code.TOO_LATE, text)
    return wanted


def _removed(count: Counted) -> int:
    return sum(result.removed for result in count.tally.rounds)
