"""What else goes when a person is erased: what they left in other people's documents."""

from collections.abc import Iterator

import msgspec

from edu_widgets.chat.documents import (
    Message,
    Mute,
    OwnReactions,
    OwnVote,
    Pin,
    Question,
    mute_id,
    question_id,
)
from edu_widgets.chat.service.reactions import removed
from edu_widgets.chat.service.standing import Part, read
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.service.rules import (
    DELETE,
    Decision,
    Erasure,
    Get,
    RuleRun,
    Scan,
    Write,
)

_ALL = 2**31


def erase(person: Erasure) -> RuleRun:
    """Take back a person's reactions and votes, unpin their messages, forget their mute."""
    own = user_channel(person.course, person.user_id)
    reactions = [d.as_(OwnReactions) for d in (yield Scan(own, OwnReactions.kind, _ALL))]
    votes = [d.as_(OwnVote) for d in (yield Scan(own, OwnVote.kind, _ALL))]
    writes: list[Write] = []
    for channel in person.channels:
        if not channel.startswith("user:"):
            writes += yield from _reactions(channel, person.user_id, reactions)
            writes += yield from _questions(channel, person, votes)
            pins = yield Scan(channel, Pin.kind, _ALL)
            writes += [Write(channel, d.id, d.kind, DELETE) for d in _theirs(pins, person.user_id)]
    staff, id_ = staff_channel(person.course), mute_id(person.user_id)
    if read((yield Get(staff, (id_,))), id_, Mute) is not None:
        writes.append(Write(staff, id_, Mute.kind, DELETE))
    return Decision(writes)


def _reactions(channel: str, user_id: str, theirs: list[OwnReactions]) -> Part[list[Write]]:
    emojis = {own.message_id: own.emojis for own in theirs}
    writes = []
    for doc in (yield Get(channel, tuple(emojis))):
        message = read([doc], doc.id, Message)
        if message is not None:
            for emoji in emojis[doc.id]:
                left = removed(message, emoji, user_id)
                message = msgspec.structs.replace(message, reactions=left)
            writes.append(Write(channel, doc.id, doc.kind, message))
    return writes


def _questions(channel: str, person: Erasure, votes: list[OwnVote]) -> Part[list[Write]]:
    voted = {question_id(vote.message_id) for vote in votes}
    writes = []
    for doc in (yield Scan(channel, Question.kind, _ALL)):
        question: Question = doc.as_(Question)
        fewer = max(0, question.votes - 1) if doc.id in voted else question.votes
        by = question.answered_by if question.answered_by != person.name else None
        changed = msgspec.structs.replace(question, votes=fewer, answered_by=by)
        if changed != question:
            writes.append(Write(channel, doc.id, doc.kind, changed))
    return writes


def _theirs(pins: list[Document], user_id: str) -> Iterator[Document]:
    for doc in pins:
        pin: Pin = doc.as_(Pin)
        if user_id in (pin.user_id, pin.by):
            yield doc
