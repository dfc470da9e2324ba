"""What people and pages hand over, checked: texts, and messages or what points at them."""

from __future__ import annotations

import re

from edu_widgets.chat.documents import MAX_CONTENT
from edu_widgets.chat.message import AskedQuestion, ChatMessage, PinnedMessage
from edu_widgets.protocol import is_id
from edu_widgets.protocol.errors import InvalidArgument, MessageTooLong

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

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
    """A message's text as it is sent: without blanks at its end, valid Unicode.

    Raises:
        InvalidArgument: it is no string, or nothing is in it.
        MessageTooLong: it has more than 8,000 characters.
    """
    if not isinstance(text, str):
        msg = f"A message is a string, not {type(text).__name__}; for a value send str(value)."
        raise InvalidArgument(msg)
    text = text.rstrip()
    if not text.strip():
        raise InvalidArgument("The message is empty. Write at least one character.")
    if len(text) > MAX_CONTENT:
        msg = (
            f"The message has {len(text):,} characters; at most {MAX_CONTENT:,} fit. "
            "Send it in parts, or share it as a file."
        )
        raise MessageTooLong(msg)
    return _LONE_SURROGATE.sub("\ufffd", text)
