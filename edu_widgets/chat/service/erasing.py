"""Erasure of the traces that a person left in other people's documents."""

from collections.abc import Iterator

import msgspec

from edu_widgets.chat.documents import (
    Message,
    Mute,
    OwnQuestion,
    OwnReactions,
    OwnVote,
    Pin,
    Question,
    asked_id,
    reactions_id,
    vote_id,
)
from edu_widgets.chat.service.reactions import removed
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.protocol.text_normalization import same_name
from edu_widgets.service.rules import (
    DELETE,
    Decision,
    Erasure,
    Get,
    Part,
    RuleRun,
    Scan,
    Write,
    read,
)

_ALL = 2**31


def erase(person: Erasure) -> RuleRun:
    """Remove a person's reactions, votes, mute and name, and the pins of or by them.

    Their messages and questions, also those asked anonymously, go by their author in the store.

    What others wrote through their notebook stays, without saying whose it was.

    Messages that mention them stay, but without the mention, since the next person with the name
    is not meant. Mutes and answers that they set as staff stay, without their name.
    """
    own = user_channel(person.course, person.user_id)
    reactions = yield Scan(own, OwnReactions.kind, _ALL)
    votes = {doc.id for doc in (yield Scan(own, OwnVote.kind, _ALL))}
    asked = {doc.id for doc in (yield Scan(own, OwnQuestion.kind, _ALL))}
    writes: list[Write] = []
    for channel in person.channels:
        if not channel.startswith("user:"):
            writes += yield from _messages(channel, person, reactions)
            writes += yield from _questions(channel, person, votes)
            pins = yield Scan(channel, Pin.kind, _ALL)
            theirs = _theirs(pins, channel, person.user_id, asked)
            writes += [Write(channel, doc.id, doc.kind, DELETE) for doc in theirs]
    writes += yield from _mutes(person)
    return Decision(writes)


def _messages(channel: str, person: Erasure, theirs: list[Document]) -> Part[list[Write]]:
    """Return writes of others' messages, without this person's reactions and name."""
    emojis: dict[str, list[str]] = {}
    for own in theirs:
        body: OwnReactions = own.as_(OwnReactions)
        if own.id == reactions_id(body.message_id, channel):
            emojis[body.message_id] = body.emojis
    reacted = yield Get(channel, tuple(emojis))
    named = yield Scan(channel, Message.kind, _ALL) if person.name else Get(channel, ())
    writes = []
    for doc in {doc.id: doc for doc in (*reacted, *filter(_names, named))}.values():
        message = read([doc], doc.id, Message)
        if message is None:
            continue
        left = message
        for emoji in emojis.get(doc.id, ()):
            reactions = removed(left, emoji, person.user_id)
            left = msgspec.structs.replace(left, reactions=reactions)
        mentions = [name for name in left.mentions if not same_name(name, person.name)]
        theirs_too = left.user_id in person.vouched or left.via == person.name
        via = None if theirs_too else left.via
        left = msgspec.structs.replace(left, mentions=mentions, via=via)
        if left != message:
            writes.append(Write(channel, doc.id, doc.kind, left))
    return writes


def _names(doc: Document) -> bool:
    """True if a message may name a person; few do, and decoding all of them takes a while."""
    raw = bytes(doc.body)
    return b'"mentions":["' in raw or b'"via":"' in raw


def _mutes(person: Erasure) -> Part[list[Write]]:
    staff = staff_channel(person.course)
    writes = []
    for doc in (yield Scan(staff, Mute.kind, _ALL)):
        mute: Mute = doc.as_(Mute)
        if mute.user_id == person.user_id:
            writes.append(Write(staff, doc.id, doc.kind, DELETE))
        elif person.name and mute.by_name == person.name:
            nameless = msgspec.structs.replace(mute, by_name="")
            both = (staff, user_channel(person.course, mute.user_id))
            writes += [Write(channel, doc.id, doc.kind, nameless, signed=False) for channel in both]
    return writes


def _questions(channel: str, person: Erasure, votes: set[str]) -> Part[list[Write]]:
    writes = []
    for doc in (yield Scan(channel, Question.kind, _ALL)):
        question: Question = doc.as_(Question)
        voted = vote_id(question.message_id, channel) in votes
        fewer = max(0, question.votes - 1) if voted else question.votes
        by = question.answered_by if question.answered_by != person.name else None
        changed = msgspec.structs.replace(question, votes=fewer, answered_by=by)
        if changed != question:
            writes.append(Write(channel, doc.id, doc.kind, changed))
    return writes


def _theirs(
    pins: list[Document], channel: str, user_id: str, asked: set[str]
) -> Iterator[Document]:
    for doc in pins:
        pin: Pin = doc.as_(Pin)
        if user_id in (pin.user_id, pin.by) or asked_id(pin.message_id, channel) in asked:
            yield doc
