"""What a search for names does not tell apart: case, accents, the Turkish ı and i."""

import unicodedata


def fold(text: str) -> str:
    """`text` as it is compared."""
    if text.isascii():
        return " ".join(text.lower().split())
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(char for char in apart if not unicodedata.combining(char))
    return " ".join(kept.replace("ı", "i").split())
