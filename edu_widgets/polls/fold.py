"""Which short texts are the same answer."""

import unicodedata

from edu_widgets.protocol import folding


def fold(text: str) -> str:
    """A text without what people write differently: case, Turkish i's, accents, white space.

    `"  Içli  Köfte"` and `"icli kofte"` fold to the same.
    """
    return " ".join(folding.fold(text).split())


def tidy(text: str) -> str:
    """A text as it is kept: in one line, white space single, nothing invisible but joiners."""
    words = unicodedata.normalize("NFC", text).split()
    kept = ("".join(c for c in word if _visible(c)) for word in words)
    return " ".join(word for word in kept if word)


def _visible(char: str) -> bool:
    return char in "\u200c\u200d" or unicodedata.category(char) not in {"Cc", "Cf", "Cs"}
