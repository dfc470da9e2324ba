"""The text of messages: its stored form, its excerpt, and the mentions in it."""

from collections.abc import Iterable, Sequence
from itertools import islice

import msgspec

from edu_widgets.chat.documents import MAX_CONTENT, MAX_EXCERPT, MAX_MENTIONS
from edu_widgets.protocol.blobs import MAX_ALT, BlobRef
from edu_widgets.protocol.errors import InvalidArgument, MessageTooLong
from edu_widgets.protocol.shortening import shorten
from edu_widgets.protocol.text_normalization import Named, same_name
from edu_widgets.protocol.visible_text import clean, one_line, shows

_LOOKED_FOR = 5 * MAX_MENTIONS
"""Names searched for in a text at most: each takes time, and a frame has room for thousands."""

_LONGEST = 100
"""Characters of the longest name that is searched for: nobody has a longer one."""


def content_of(text: str, *, empty: bool = False) -> str:
    """Return a message's text as it is stored: clean, and without white space at its end.

    Args:
        text: The text as it was written.
        empty: True if it may be empty, as beside a picture.

    Raises:
        InvalidArgument: it has no visible character, or half a character (a lone surrogate).
        MessageTooLong: it has more than 8,000 characters.
    """
    text = text.rstrip()
    if len(text) > MAX_CONTENT:
        msg = (
            f"The message has {len(text):,} characters; at most {MAX_CONTENT:,} fit. "
            "Send it in parts, or share it as a file."
        )
        raise MessageTooLong(msg)
    content = clean(text).rstrip()
    if not shows(content):
        if empty:
            return ""
        raise InvalidArgument("The message is empty. Write at least one visible character.")
    return content


def excerpt(content: str, pictures: Sequence[BlobRef] = ()) -> str:
    """Return the beginning of a message, for its pin, its question and its headline.

    A message without a text is known by its pictures.
    """
    if not content and pictures:
        content = " ".join(f"🖼 {picture.alt}".rstrip() for picture in pictures)
    return shorten(content, MAX_EXCERPT)


def described(picture: BlobRef) -> BlobRef:
    """Return a picture with its description as stored: one line of visible characters."""
    return msgspec.structs.replace(picture, alt=shorten(one_line(picture.alt), MAX_ALT))


def kept_mentions(content: str, names: Iterable[str]) -> list[str]:
    """Return those of `names` that the text mentions, each once, at most 20."""
    said = [name for name in islice(dict.fromkeys(names), _LOOKED_FOR) if len(name) <= _LONGEST]
    standing = {name for _, _, name in Named(said).find(content)}
    return [name for name in said if name in standing][:MAX_MENTIONS]


def is_mentioned(mentions: Iterable[str], person: str) -> bool:
    """Return True if this person is among the names that a message mentions."""
    return bool(person) and any(same_name(name, person) for name in mentions)
