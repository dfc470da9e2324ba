"""The match of a search, the same for the service and for the loaded messages."""

from edu_widgets.protocol.text_normalization import search_key


def matches(query: str, *texts: str) -> bool:
    """Return True if one of a message's texts contains `query`, which is a `search_key` already."""
    return any(query in search_key(text) for text in texts)
