"""Upvoting questions, and marking them as answered."""

from typing import Any

import msgspec

from edu_widgets.chat.commands import AnswerQuestion, UpvoteQuestion
from edu_widgets.chat.documents import OwnVote, Question, question_id, vote_id
from edu_widgets.chat.service.preconditions import is_by_sender, not_muted, own_channel
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.rules import DELETE, Decision, Get, Part, Request, RuleRun, Write, read


def upvote(request: Request[UpvoteQuestion]) -> RuleRun:
    """Give a vote for a question or take it back; a repetition changes nothing.

    Raises:
        Refused: `NOT_FOUND`, `FORBIDDEN` for one's own question and for a muted person.
    """
    question = yield from _the_question(request, request.data.message_id)
    if (yield from is_by_sender(request, question, question.message_id)):
        raise refusal(Code.FORBIDDEN, "Your own question has your vote already.")
    yield from not_muted(request)
    own, id_ = own_channel(request), vote_id(question.message_id, request.channel)
    voted = read((yield Get(own, (id_,))), id_, OwnVote) is not None
    if voted == request.data.on:
        return Decision()
    votes = max(0, question.votes + (1 if request.data.on else -1))
    vote = OwnVote(question.message_id) if request.data.on else DELETE
    writes = [
        _write(request, msgspec.structs.replace(question, votes=votes)),
        Write(own, id_, OwnVote.kind, vote),
    ]
    return Decision(writes, urgent=False)


def answer(request: Request[AnswerQuestion]) -> RuleRun:
    """Mark a question as answered, or as open again.

    Whoever asked it anonymously is not named as the one who marked it.

    Raises:
        Refused: `NOT_FOUND`, `FORBIDDEN` for a person who is neither staff nor asked it.
    """
    question = yield from _the_question(request, request.data.message_id)
    is_own = yield from is_by_sender(request, question, question.message_id)
    if not (request.user.staff or is_own):
        text = "Only instructors and whoever asked may mark a question as answered."
        raise refusal(Code.FORBIDDEN, text)
    if request.data.answered == (question.answered is not None):
        return Decision()
    when, who = (request.now, request.user.name) if request.data.answered else (None, None)
    if is_own and question.anonymous:
        who = None
    changed = msgspec.structs.replace(question, answered=when, answered_by=who)
    return Decision([_write(request, changed)])


def _the_question(request: Request[Any], message_id: str) -> Part[Question]:
    id_ = question_id(message_id)
    question = read((yield Get(request.channel, (id_,))), id_, Question)
    if question is None:
        raise refusal(Code.NOT_FOUND, "This question is not there any more.")
    return question


def _write(request: Request[Any], question: Question) -> Write:
    return Write(request.channel, question_id(question.message_id), Question.kind, question)
