"""Whether a message contains what is looked for."""

from edu_widgets.protocol.text_normalization import search_key


def matches(query: str, content: str, author: str) -> bool:
    """Whether a message contains what is looked for; `query` is folded already."""
    return query in search_key(content) or query in search_key(author)
