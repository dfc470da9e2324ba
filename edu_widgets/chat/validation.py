"""What people and pages hand over, checked: texts, and messages or what points at them."""

from __future__ import annotations

from edu_widgets.chat.message import AskedQuestion, ChatMessage, PinnedMessage
from edu_widgets.chat.text import content_of
from edu_widgets.protocol import is_id
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.validation import shown

Pointed = str | ChatMessage | PinnedMessage | AskedQuestion
"""A message, or what points at it, or its id."""


def id_of(message: object, what: str = "message") -> str:
    """The id of a message, or of what points at one.

    Raises:
        InvalidArgument: it is nothing of the kind.
    """
    if isinstance(message, (ChatMessage, PinnedMessage, AskedQuestion)):
        return message.id
    if not is_id(message):
        msg = f"{what} must be a message or its id, not {message!r:.80}."
        raise InvalidArgument(msg)
    return str(message)


def checked(text: object) -> str:
    """A message's text as it is sent: clean, and without white space at its end.

    Raises:
        InvalidArgument: it is no string, nothing in it can be seen, or half a character is.
        MessageTooLong: it has more than 8,000 characters.
    """
    if not isinstance(text, str):
        msg = f"The message must be a string, not {shown(text)}; for a value send str(value)."
        raise InvalidArgument(msg)
    return content_of(text)
