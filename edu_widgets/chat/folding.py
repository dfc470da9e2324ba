"""Whether a message contains what is looked for."""

from edu_widgets.protocol.folding import fold


def matches(query: str, content: str, author: str) -> bool:
    """Whether a message contains what is looked for; `query` is folded already."""
    return query in fold(content) or query in fold(author)
