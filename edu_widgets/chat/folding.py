"""What a search does not tell apart: upper and lower case, accents, the Turkish ı and i."""

import unicodedata


def fold(text: str) -> str:
    """`text` as it is compared: in lower case, without accents, every i with a dot."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in apart if not unicodedata.combining(c))
    return kept.replace("ı", "i")


def matches(query: str, content: str, author: str) -> bool:
    """Whether a message contains what is looked for; `query` is folded already."""
    return query in fold(content) or query in fold(author)
