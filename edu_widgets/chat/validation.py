"""Checks of arguments from people and pages: texts, and messages or their ids."""

from __future__ import annotations

from collections.abc import Sequence

from edu_widgets.chat.documents import MAX_PICTURES
from edu_widgets.chat.message import AskedQuestion, ChatMessage, PinnedMessage
from edu_widgets.chat.text import content_of
from edu_widgets.protocol import is_id
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.validation import shown

Pointed = str | ChatMessage | PinnedMessage | AskedQuestion
"""A message, its pin, its question, or its id."""


def id_of(message: object, what: str = "message") -> str:
    """Return the id of a message, given the message, its pin, its question or its id.

    Raises:
        InvalidArgument: it is none of these.
    """
    if isinstance(message, (ChatMessage, PinnedMessage, AskedQuestion)):
        return message.id
    if not is_id(message):
        msg = f"{what} must be a message or its id, not {message!r:.80}."
        raise InvalidArgument(msg)
    return str(message)


def check_number(pictures: Sequence[object]) -> None:
    """Check that a message may have so many pictures.

    Raises:
        InvalidArgument: they are more than four.
    """
    if len(pictures) > MAX_PICTURES:
        msg = f"A message has at most {MAX_PICTURES} pictures, not {len(pictures)}."
        raise InvalidArgument(msg)


def checked(text: object, *, empty: bool = False) -> str:
    """Return a message's text as it is sent: clean, and without white space at its end.

    Args:
        text: The text.
        empty: True if it may be empty, as beside a picture.

    Raises:
        InvalidArgument: it is no string, has no visible character, or has half a character.
        MessageTooLong: it has more than 8,000 characters.
    """
    if not isinstance(text, str):
        msg = f"The message must be a string, not {shown(text)}; for a value send str(value)."
        raise InvalidArgument(msg)
    return content_of(text, empty=empty)
