"""Writing, editing and deleting messages."""

import msgspec

from edu_widgets.chat.commands import DeleteMessage, EditMessage
from edu_widgets.chat.documents import (
    MAX_PICTURES,
    ChatMessage,
    Message,
    OwnQuestion,
    Pin,
    Question,
    asked_id,
    pin_id,
    question_id,
)
from edu_widgets.chat.service.preconditions import (
    is_by_sender,
    may_be_anonymous,
    may_show_pictures,
    may_speak,
    not_muted,
    own_channel,
    the_message,
)
from edu_widgets.chat.text import content_of, described, excerpt, kept_mentions
from edu_widgets.protocol import Code, Document
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.rules import DELETE, Decision, Get, Part, Request, RuleRun, Write, read

TYPES = frozenset({"text", "file"})
"""Types of the seed that a person may send; `system` is for the service only."""


def send(request: Request[ChatMessage]) -> RuleRun:
    """Create a message. The service sets author, role and time itself.

    What is asked anonymously says nothing of its author; that it is theirs is noted in their own
    channel, where they alone can read it, and with the document in the store, for erasure.

    The text is stored as it was written, without invisible characters and white space at its end;
    the view has to escape text that is dangerous to show.

    Raises:
        Refused: `INVALID` for an empty or too long text, more than four pictures, or an id that is
            not the command's; `FORBIDDEN` for a muted person, and for a question or a picture where
            the channel has none, or a question that is anonymous where that is not allowed;
            `RATE_LIMITED` in slow mode.
    """
    data = request.data
    content = _checked(data.content, empty=bool(data.pictures))
    yield from _offered(request)
    noted = yield from may_speak(request)
    message = _composed(request, content, (yield from _replied_to(request)))
    if data.anonymous:
        own, id_ = own_channel(request), asked_id(message.id, request.channel)
        noted.append(Write(own, id_, OwnQuestion.kind, OwnQuestion(message.id)))
    writes = [Write(request.channel, message.id, Message.kind, message)]
    if message.question:
        question = Question(
            message.id,
            message.user_id,
            message.user_name,
            excerpt(content, message.pictures),
            message.timestamp,
            anonymous=message.anonymous,
        )
        writes.append(Write(request.channel, question_id(message.id), Question.kind, question))
    return Decision([*writes, *noted])


def _offered(request: Request[ChatMessage]) -> Part[None]:
    """Check that the channel offers what a message uses, and that its id is the command's."""
    data = request.data
    if data.id != request.message_id:
        raise refusal(Code.INVALID, "data.id and messageId of a chat message have to be the same.")
    if data.question and "questions" not in request.config.features:
        raise refusal(Code.FORBIDDEN, "This channel does not offer questions.")
    if data.anonymous:
        yield from may_be_anonymous(request)
    if data.pictures:
        yield from may_show_pictures(request)
    if len(data.pictures) > MAX_PICTURES:
        raise refusal(Code.INVALID, f"A message has at most {MAX_PICTURES} pictures.")


def _replied_to(request: Request[ChatMessage]) -> Part[str | None]:
    """Return the id of the message that this one replies to; `None` for none.

    A reply to a message deleted meanwhile is kept, as a message of its own.
    """
    id_ = request.data.reply_to
    if not id_:
        return None
    found = yield Get(request.channel, (id_,))
    return next((d.id for d in found if d.kind == Message.kind and not d.deleted), None)


def _composed(request: Request[ChatMessage], content: str, reply_to: str | None) -> Message:
    """Return the document of a message; an anonymous one says nothing of its author."""
    data, user = request.data, request.user
    message = Message(
        id=data.id,
        user_id=user.id,
        user_name=user.name,
        content=content,
        timestamp=request.now,
        type=data.type if data.type in TYPES else "text",
        reply_to=reply_to,
        role=user.role if user.staff else None,
        via=user.via or None,
        mentions=kept_mentions(content, data.mentions),
        question=data.question,
        pictures=[described(picture) for picture in data.pictures],
    )
    if not data.anonymous:
        return message
    return msgspec.structs.replace(
        message, anonymous=True, user_id="", user_name="", role=None, via=None
    )


def edit(request: Request[EditMessage]) -> RuleRun:
    """Replace a message's text; its pin and its question are changed in the same commit.

    Raises:
        Refused: `NOT_FOUND`, `FORBIDDEN` for others' messages and for a muted person, `STALE` if
            it was edited meanwhile, `INVALID` for an invalid text or a message that is no text.
    """
    data = request.data
    message = yield from the_message(request, data.message_id)
    content = _checked(data.content, empty=bool(message.pictures))
    yield from _own_or_staff(request, message, "edit")
    yield from not_muted(request)
    if message.type != "text":
        raise refusal(Code.INVALID, "Only a text can be edited.")
    mentions = kept_mentions(content, data.mentions)
    if (content, mentions) == (message.content, message.mentions):
        return Decision()
    if data.version != message.version:
        raise refusal(Code.STALE, "The message was edited meanwhile; look at it again.")
    edited = msgspec.structs.replace(
        message,
        content=content,
        mentions=mentions,
        edited=True,
        edited_at=request.now,
        version=message.version + 1,
    )
    writes = [Write(request.channel, message.id, Message.kind, edited)]
    short = excerpt(content, message.pictures)
    for doc in (yield _beside(request, message.id)):
        body = _pointing(doc)
        if body is not None and body.content != short:
            changed = msgspec.structs.replace(body, content=short)
            writes.append(Write(request.channel, doc.id, doc.kind, changed))
    return Decision(writes)


def delete(request: Request[DeleteMessage]) -> RuleRun:
    """Delete a message with its pin and its question; one that is deleted already is accepted.

    Raises:
        Refused: `NOT_FOUND` if there never was one, `FORBIDDEN` for others' messages.
    """
    found = yield Get(request.channel, (request.data.message_id,))
    if any(doc.kind == Message.kind and doc.deleted for doc in found):
        return Decision()
    message = yield from the_message(request, request.data.message_id)
    is_own = yield from _own_or_staff(request, message, "delete")
    beside = yield _beside(request, message.id)
    gone = [(message.id, Message.kind)] + [(doc.id, doc.kind) for doc in beside if not doc.deleted]
    writes = [Write(request.channel, id_, kind, DELETE) for id_, kind in gone]
    if message.anonymous and is_own:
        id_ = asked_id(message.id, request.channel)
        writes.append(Write(own_channel(request), id_, OwnQuestion.kind, DELETE))
    return Decision(writes)


def _beside(request: Request[EditMessage] | Request[DeleteMessage], message_id: str) -> Get:
    return Get(request.channel, (pin_id(message_id), question_id(message_id)))


def _pointing(doc: Document) -> Pin | Question | None:
    return read([doc], doc.id, Pin) or read([doc], doc.id, Question)


def _own_or_staff(
    request: Request[EditMessage] | Request[DeleteMessage], message: Message, what: str
) -> Part[bool]:
    """Return True for a message of the sender's own, False for another's that staff change."""
    is_own = yield from is_by_sender(request, message, message.id)
    if not (is_own or request.user.staff):
        raise refusal(Code.FORBIDDEN, f"You may only {what} your own messages.")
    return is_own


def _checked(text: str, *, empty: bool) -> str:
    try:
        return content_of(text, empty=empty)
    except InvalidArgument as error:
        raise refusal(Code.INVALID, str(error)) from error
