"""Keys for comparing texts: by equality, by look, and in a search; each has rules of its own.

`equality_key` is for answers and names, `look_key` for options, `search_key` for searching.
Normalising takes time that grows with the square of a run of combining marks, so runs are cut
short before any text is normalised.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import filterfalse

from edu_widgets.protocol.patterns import pattern
from edu_widgets.protocol.visible_text import EMOJI, IGNORABLE, without_piles

_UNSEEN = pattern(
    f"\u200d(?![{EMOJI}])|(?![\u200d\U000e0020-\U000e007f])[{IGNORABLE}]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007f]"
)
"""Invisible code points: all ignorable ones except those that join emojis and spell flags."""

_WIDE = pattern("[\u3000\uff01-\uff9f\uffe0-\uffe2\uffe4-\uffe6\uffe8-\uffee]")
_DOTTED = pattern("i\u0307+")
_OF_MARKS = pattern("[\u0f73\u0f75\u0f81\uff9e\uff9f]")
"""Code points of combining class 0 that decompose into combining marks."""
_SPACES = pattern(r"[^\S\n]")
_RUN = pattern(r"\s\s|[^\S\n ]")
"""White space other than a single blank or line end."""
_LINE_END = pattern(r" +(?=\n)")


_LOOK_ALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁһԛԝ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχ",
    "ABESIJKMHOPCTYXaesijopcyxdhqw" + "ABEZHIKMNOPTYXaikvopux",
)


def equality_key(text: str) -> str:
    """Return the key that equal answers share.

    Case, width, white space, invisible characters and the four Turkish i's make no difference;
    marks and operators do: `"İçli  KÖFTE"` equals `"ıçli köfte"`, but not `"icli kofte"`, and
    `≠` does not equal `=`.
    """
    return " ".join(_one_case(_one_width(text)).split())


def look_key(text: str, *, code: bool = False) -> str:
    """Return the key that texts of the same look share; with `code` runs of white space count."""
    spaced = _LINE_END.sub("", _SPACES.sub(" ", _one_width(text)).strip())
    return spaced if code or "`" in text else " ".join(spaced.split())


def name_key(name: str) -> str:
    """Return the key that names share which people would read as the same."""
    return equality_key(unicodedata.normalize("NFKC", without_piles(name)))


def look_alike_key(name: str) -> str:
    """Return the key that names of the same look share, even with letters of another script.

    Only Cyrillic and Greek letters that are drawn like Latin ones are replaced by those.
    """
    return name_key(name.translate(_LOOK_ALIKES))


def same_name(one: str, other: str) -> bool:
    """Return True if people would read two names as the same."""
    return one == other or name_key(one) == name_key(other)


class Named:
    """Names to be found behind an `@` in texts, compared as names are: `@ada` is Ada.

    Of several names that fit the longest is found, and none within a word.
    """

    def __init__(self, names: Iterable[str]) -> None:
        placed = ((_placed(name.strip())[0], name) for name in names)
        self._names = {key: name for key, name in placed if key.strip()}
        keys = sorted(self._names, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)@({'|'.join(map(re.escape, keys))})(?!\w)")

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Yield each `@` with a name: its beginning and end in the text, and the name."""
        if "@" not in text or not self._names:
            return
        key, places = _placed(text)
        for found in self._pattern.finditer(key):
            yield places[found.start()], places[found.end()], self._names[found[1]]


def _placed(text: str) -> tuple[str, list[int]]:
    """Return a text as names are compared, and for each character of it the place in the text."""
    if text.isascii() and not _RUN.search(text):
        return text.lower(), list(range(len(text) + 1))
    parts: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        goes_on = str.isspace if text[at].isspace() else unicodedata.combining
        while end < len(text) and goes_on(text[end]):
            end += 1
        one = text[at:end]
        part = name_key(one) if not one.isspace() else "\n" if "\n" in one else " "
        parts.append(part)
        places += [at] * len(part)
        at = end
    return "".join(parts), [*places, len(text)]


def search_key(text: str) -> str:
    """Return the key for searching: case, width, accents, ligatures and strokes make no difference.

    `"İçli KÖFTE"` and `"icli kofte"` have the same key, as have `≠` and `=`; white space and
    invisible characters stay as they are.
    """
    if text.isascii():
        return text.lower()
    # Twice, since some letters casefold into marked ones, as İ into i with a dot.
    return _bare(_bare(text).casefold().replace("ı", "i"))


def _one_width(text: str) -> str:
    if text.isascii():
        return text
    seen = without_piles(_UNSEEN.sub("", text))
    return unicodedata.normalize("NFC", _WIDE.sub(_narrow, seen))


def _narrow(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", found[0])


def _one_case(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Not casefold(), which JavaScript lacks. Via capitals, so that ß becomes ss and ı becomes i.
    cased = text.lower().upper().lower().replace("ς", "σ")
    return unicodedata.normalize("NFC", without_piles(_DOTTED.sub("i", cased)))


_FIRST_WORDS = {0xFDFA: "\u0635\u0644\u0649", 0xFDFB: "\u062c\u0644"}
"""First words of two ligatures of whole sentences; decomposed they are eighteen times as long."""


def _bare(text: str) -> str:
    # Existing marks are removed first: decomposing sorts each run of marks, which takes time that
    # grows with the square of its length, and blocks everything else meanwhile.
    return _unmarked(unicodedata.normalize("NFKD", _unmarked(text.translate(_FIRST_WORDS))))


def _unmarked(text: str) -> str:
    return "".join(filterfalse(unicodedata.combining, _OF_MARKS.sub("", text)))
