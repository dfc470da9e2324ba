"""Preconditions of the chat's rules: the message exists, and the sender may write now."""

from datetime import UTC, datetime
from typing import Any

from edu_widgets.chat.documents import (
    ChatMessage,
    ChatSettings,
    LastMessage,
    Message,
    Mute,
    OwnQuestion,
    Question,
    asked_id,
    mute_id,
)
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.rules import Get, Part, RateLimited, Request, Write, read


def own_channel(request: Request[Any]) -> str:
    """Return the own channel of the person who sent the command."""
    return user_channel(request.course, request.user.id)


def the_message(request: Request[Any], message_id: str) -> Part[Message]:
    """Return the message that a command is about.

    Raises:
        Refused: `NOT_FOUND` if there is no message with this id, or not any more.
    """
    found = yield Get(request.channel, (message_id,))
    message = read(found, message_id, Message)
    if message is None:
        raise refusal(Code.NOT_FOUND, "This message is not there any more.")
    return message


def not_muted(request: Request[Any]) -> Part[None]:
    """Raise `FORBIDDEN`, with the end of the mute, if the sender is muted."""
    if not request.user.staff:
        id_ = mute_id(request.user.id)
        found = yield Get(own_channel(request), (id_,))
        _check_mute(read(found, id_, Mute), request.now)


def may_speak(request: Request[Any]) -> Part[list[Write]]:
    """Check that the sender may write now; return the writes to commit with the message.

    Raises:
        Refused: `FORBIDDEN` while muted, `RATE_LIMITED` while the chat is slowed down.
    """
    if request.user.staff:
        return []
    own, mute = own_channel(request), mute_id(request.user.id)
    found = yield Get(own, (mute, LastMessage.ID))
    _check_mute(read(found, mute, Mute), request.now)
    settings = read((yield Get(request.channel, (ChatSettings.ID,))), ChatSettings.ID, ChatSettings)
    if settings is None or not settings.slow_mode:
        return []
    last = read(found, LastMessage.ID, LastMessage)
    wait = last.at + settings.slow_mode * 1000 - request.now if last is not None else 0
    # A clock that was set back must not silence anybody for longer than the rule says.
    if 0 < wait <= settings.slow_mode * 1000:
        text = f"Here one may write every {settings.slow_mode} s; again in {{}} s."
        raise RateLimited(wait, text)
    return [Write(own, LastMessage.ID, LastMessage.kind, LastMessage(request.now))]


def may_show_pictures(request: Request[Any]) -> Part[None]:
    """Check that the sender may send pictures here.

    Raises:
        Refused: `FORBIDDEN`: the channel has none, or an instructor has forbidden them.
    """
    if "pictures" not in request.config.features:
        raise refusal(Code.FORBIDDEN, "This channel does not offer pictures.")
    found = yield Get(request.channel, (ChatSettings.ID,))
    settings = read(found, ChatSettings.ID, ChatSettings) or ChatSettings()
    if not (settings.pictures or request.user.staff):
        raise refusal(Code.FORBIDDEN, "An instructor has turned pictures off in this chat.")


def may_be_anonymous(request: Request[ChatMessage]) -> Part[None]:
    """Check that the sender may ask anonymously here. It is never made a question with a name.

    Raises:
        Refused: `INVALID` for what is no question; `FORBIDDEN` where no instructor has allowed it.
    """
    if not request.data.question:
        raise refusal(Code.INVALID, "Only a question can be anonymous.")
    found = yield Get(request.channel, (ChatSettings.ID,))
    settings = read(found, ChatSettings.ID, ChatSettings) or ChatSettings()
    if not settings.anonymous:
        text = "Anonymous questions are turned off in this chat; this one was not shown to anybody."
        raise refusal(Code.FORBIDDEN, text)


def is_by_sender(request: Request[Any], body: Message | Question, message_id: str) -> Part[bool]:
    """True if the sender wrote a message or asked a question, also if they did so anonymously."""
    if not body.anonymous:
        return body.user_id == request.user.id
    id_ = asked_id(message_id, request.channel)
    return read((yield Get(own_channel(request), (id_,))), id_, OwnQuestion) is not None


def _check_mute(mute: Mute | None, now: int) -> None:
    if mute is None:
        return
    if not mute.until:
        raise refusal(Code.FORBIDDEN, "You are muted until an instructor lifts it.")
    if mute.until > now:
        until = datetime.fromtimestamp(mute.until / 1000, UTC)
        raise refusal(Code.FORBIDDEN, f"You are muted until {until:%Y-%m-%d %H:%M} UTC.")
