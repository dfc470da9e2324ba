"""The text of messages: how it is kept, excerpts, and which mentions stand in it."""

from collections.abc import Iterable
from itertools import islice

from edu_widgets.chat.documents import MAX_CONTENT, MAX_EXCERPT, MAX_MENTIONS
from edu_widgets.protocol.errors import InvalidArgument, MessageTooLong
from edu_widgets.protocol.shortening import shorten
from edu_widgets.protocol.text_normalization import Named, same_name
from edu_widgets.protocol.visible_text import clean, shows

_LOOKED_FOR = 5 * MAX_MENTIONS
"""Names that are looked for in a text: each takes its time, and a frame has room for thousands."""

_LONGEST = 100
"""Characters of a name that can be anybody's."""


def content_of(text: str) -> str:
    """A message's text as it is kept: clean, and without white space at its end.

    Raises:
        InvalidArgument: nothing in it can be seen, or half a character is.
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
        raise InvalidArgument("The message is empty. Write at least one visible character.")
    return content


def excerpt(content: str) -> str:
    """The beginning of a message, for where it is only pointed at."""
    return shorten(content, MAX_EXCERPT)


def kept_mentions(content: str, names: Iterable[str]) -> list[str]:
    """Of the names a message is said to mention those that stand in it, each once, at most 20."""
    said = [name for name in islice(dict.fromkeys(names), _LOOKED_FOR) if len(name) <= _LONGEST]
    standing = {name for _, _, name in Named(said).find(content)}
    return [name for name in said if name in standing][:MAX_MENTIONS]


def is_mentioned(mentions: Iterable[str], person: str) -> bool:
    """Whether this person is among the names that a message mentions."""
    return bool(person) and any(same_name(name, person) for name in mentions)
