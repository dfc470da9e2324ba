"""What is done with the text of messages on both sides: mentions, excerpts."""

import re
from collections.abc import Iterable

from edu_widgets.chat.documents import MAX_EXCERPT, MAX_MENTIONS


def excerpt(content: str) -> str:
    """The beginning of a message, for where it is only pointed at."""
    return content if len(content) <= MAX_EXCERPT else f"{content[: MAX_EXCERPT - 1]}…"


def kept_mentions(content: str, names: Iterable[str]) -> list[str]:
    """Of the names a message is said to mention those that stand in it, each once, at most 20."""
    kept = [name for name in dict.fromkeys(names) if name.strip() and f"@{name}" in content]
    return kept[:MAX_MENTIONS]


def mention_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """Finds `@Name` of these names, the longest that fits, and not within a word."""
    ordered = sorted({name for name in names if name.strip()}, key=len, reverse=True)
    if not ordered:
        return None
    return re.compile(rf"(?<!\w)@({'|'.join(map(re.escape, ordered))})(?!\w)")
