"""What the service does with the text of messages: excerpts, and which mentions it keeps."""

from collections.abc import Iterable
from itertools import islice

from edu_widgets.chat.documents import MAX_EXCERPT, MAX_MENTIONS
from edu_widgets.protocol.texts import shorten

_LOOKED_FOR = 5 * MAX_MENTIONS
"""Names that are looked for in a text: each takes its time, and a frame has room for thousands."""


def excerpt(content: str) -> str:
    """The beginning of a message, for where it is only pointed at."""
    return shorten(content, MAX_EXCERPT)


def kept_mentions(content: str, names: Iterable[str]) -> list[str]:
    """Of the names a message is said to mention those that stand in it, each once, at most 20."""
    said = islice(dict.fromkeys(names), _LOOKED_FOR)
    kept = [name for name in said if name.strip() and f"@{name}" in content]
    return kept[:MAX_MENTIONS]
