"""Shortening of texts at the end of a visible character, for previews."""

import unicodedata

_LONGEST = 64
"""Largest number of code points of one visible character that are kept together."""
_ZWJ = "\u200d"


def shorten(text: str, most: int, more: str = "…") -> str:
    """Return the beginning of a text, at most `most` code points including `more` for the cut rest.

    The cut is never within one visible character: an emoji of several code points, a flag, a
    letter with its accents.
    """
    if len(text) <= most:
        return text
    at = last = max(0, most - len(more))
    while at > max(0, last - _LONGEST) and not _begins(text, at):
        at -= 1
    return text[: at if _begins(text, at) else last] + more


def _begins(text: str, at: int) -> bool:
    """Return True if a visible character begins at this code point."""
    if at == 0:
        return True
    here, before = text[at], text[at - 1]
    if _ZWJ in (here, before) or unicodedata.category(here).startswith("M"):
        return False
    if "\U0001f3fb" <= here <= "\U0001f3ff" or "\U000e0020" <= here <= "\U000e007f":
        return False  # skin colours; the letters in the flag of a region
    if here == "\n":
        return before != "\r"
    return not _is_indicator(here) or _indicators(text, at) % 2 == 0


def _indicators(text: str, at: int) -> int:
    """Return the number of regional indicators (letters of flags) right before this place."""
    start = at
    while start > 0 and _is_indicator(text[start - 1]):
        start -= 1
    return at - start


def _is_indicator(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
