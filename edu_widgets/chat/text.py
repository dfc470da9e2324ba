"""What the service does with the text of messages: excerpts, and which mentions it keeps."""

from collections.abc import Iterable

from edu_widgets.chat.documents import MAX_EXCERPT, MAX_MENTIONS


def excerpt(content: str) -> str:
    """The beginning of a message, for where it is only pointed at."""
    return content if len(content) <= MAX_EXCERPT else f"{content[: MAX_EXCERPT - 1]}…"


def kept_mentions(content: str, names: Iterable[str]) -> list[str]:
    """Of the names a message is said to mention those that stand in it, each once, at most 20."""
    kept = [name for name in dict.fromkeys(names) if name.strip() and f"@{name}" in content]
    return kept[:MAX_MENTIONS]
