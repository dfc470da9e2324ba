"""What comparing texts leaves out: upper and lower case, accents, the Turkish ı and i."""

import unicodedata
from itertools import filterfalse


def fold(text: str) -> str:
    """`text` as it is compared: in lower case, without accents, every i with a dot.

    `"İçli KÖFTE"` and `"ıcli köfte"` fold to the same; white space stays as it is.
    """
    if text.isascii():
        return text.lower()
    # The second time for letters that casefold into marked ones, as İ into i with a dot.
    return _bare(_bare(text).casefold().replace("ı", "i"))


def _bare(text: str) -> str:
    # Without the marks that stand in it already: sorting a long run of them, as taking letters
    # apart does, takes a time that grows with its square, and nothing else runs meanwhile.
    return _unmarked(unicodedata.normalize("NFKD", _unmarked(text)))


def _unmarked(text: str) -> str:
    return "".join(filterfalse(unicodedata.combining, text))
