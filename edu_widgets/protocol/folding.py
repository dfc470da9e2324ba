"""Comparing texts: which are equal, which look alike, and what a search finds. Not one of it alike.

`equality_key` is for answers and names, `look_key` for options, `search_key` for finding. Who
calls has looked at the length before: normalising takes a time that grows with its square.
"""

import re
import unicodedata
from itertools import filterfalse

from edu_widgets.protocol.visible_text import EMOJI, IGNORABLE

_UNSEEN = re.compile(
    f"\u200d(?![{EMOJI}])|(?![\u200d\U000e0020-\U000e007f])[{IGNORABLE}]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]"
)
"""What is not seen: all ignorable code points but what joins emojis and spells flags."""

_WIDE = re.compile("[\u3000\uff01-\uff9f\uffe0-\uffe2\uffe4-\uffe6\uffe8-\uffee]")
_DOTTED = re.compile("i\u0307+")
_SPACES = re.compile(r"[^\S\n]")
_LINE_END = re.compile(r" +(?=\n)")


def equality_key(text: str) -> str:
    """What equal answers have in common.

    Case, width, white space, invisible characters and the four Turkish i's make no difference;
    marks and operators do: `"İçli  KÖFTE"` equals `"ıçli köfte"`, and neither `"icli kofte"` nor
    `≠` and `=`.
    """
    return " ".join(_one_case(_one_width(text)).split())


def look_key(text: str, *, code: bool = False) -> str:
    """What texts that look the same have in common; `code` tells runs of white space apart."""
    spaced = _LINE_END.sub("", _SPACES.sub(" ", _one_width(text)).strip())
    return spaced if code or "`" in text else " ".join(spaced.split())


def name_key(name: str) -> str:
    """What two names have in common that people would read as the same."""
    return equality_key(unicodedata.normalize("NFKC", name))


def search_key(text: str) -> str:
    """A text as it is searched: as for equality, and without accents, ligatures and signs.

    `"İçli KÖFTE"` and `"icli kofte"` have the same; white space stays as it is.
    """
    if text.isascii():
        return text.lower()
    # The second time for letters that casefold into marked ones, as İ into i with a dot.
    return _bare(_bare(text).casefold().replace("ı", "i"))


def _one_width(text: str) -> str:
    if text.isascii():
        return text
    seen = _UNSEEN.sub("", text)
    return unicodedata.normalize("NFC", _WIDE.sub(_narrow, seen))


def _narrow(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", found[0])


def _one_case(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Not casefold(): a page has none. Through capitals, so that ß is ss and ı is i.
    cased = text.lower().upper().lower().replace("ς", "σ")
    return unicodedata.normalize("NFC", _DOTTED.sub("i", cased))


def _bare(text: str) -> str:
    # Without the marks that stand in it already: sorting a long run of them, as taking letters
    # apart does, takes a time that grows with its square, and nothing else runs meanwhile.
    return _unmarked(unicodedata.normalize("NFKD", _unmarked(text)))


def _unmarked(text: str) -> str:
    return "".join(filterfalse(unicodedata.combining, text))
