"""The match of a search, the same for the service and for the loaded messages."""

from edu_widgets.protocol.text_normalization import search_key


def matches(query: str, content: str, author: str) -> bool:
    """True if the text or the author's name contains `query`, which is a `search_key` already."""
    return query in search_key(content) or query in search_key(author)
