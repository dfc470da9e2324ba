"""Text for people to see: without stray invisible characters, and never wholly invisible.

Invisible characters that scripts and emojis are written with stay: joiners in Persian and Indic
words and between emojis, variation selectors behind the characters they vary, the letters of a
flag, direction marks. Nothing is normalised here, so that code stays as it was written; see
`text_normalization` for comparing.
"""

import unicodedata

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.patterns import pattern
from edu_widgets.protocol.validation import shown

IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
"""Unicode's default-ignorable code points, to stand in a character class."""

EMOJI = "\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
"""Code points that emojis are composed of, to stand in a character class; new ones too."""

_LONE_SURROGATE = pattern("[\ud800-\udfff]")
_ANSI = pattern(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*(?:[@-~]|\\Z)"  # colours, cursor, erasing; also cut off
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d-\x9f])"  # titles, links, pictures …
    "[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\\\|\x9c)"  # … and their end
    "|\x1b[ -/]+[0-~]"  # character sets
    "|\x1b[0-?c]"  # modes, reset
)
"""Escape sequences of terminals (ECMA-48)."""
LINE_BREAK = pattern("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
"""Line ends other than `\\n`."""

_SUSPECT = pattern(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff{IGNORABLE}]"
)
_DIRECTION = "\u200e\u200f\u061c"
_JOINERS = "\u200c\u200d"
_IS_EMOJI = pattern(f"[{EMOJI}]")
_SELECTOR = pattern("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_TAG = pattern("[\U000e0020-\U000e007f]")
_ENDS_EMOJI = pattern(f"[\ufe0f{EMOJI}]")
_TIED = (
    (_TAG, pattern("[\U0001f3f4\U000e0020-\U000e007f]")),  # flags of regions
    (pattern("[\u115f\u1160]"), pattern("[\u1100-\u11ff]")),  # Hangul, letter by letter
    (pattern("[\u180b-\u180f]"), pattern("[\u1820-\u18aa]")),  # Mongolian
)
"""Invisible characters, each with the letters it may stand behind."""

_BLANK = pattern(f"[\u2800{IGNORABLE}]")

_ATTACHED = frozenset({"Mn", "Mc", "Me", "Cf"})
_NARROW_MARKS = "\uff9e\uff9f"
"""Half-width marks: letters by their category, marks once their width is normalised."""
_MOST_MARKS = 8
"""Marks that one letter may carry: more than any script has, fewer than cover other lines."""

_SLACK = 4
"""Multiple of its limit above which a text is refused before it is cleaned."""


def clean(text: str) -> str:
    """Return a text without terminal codes, control characters, direction overrides and strays.

    A letter keeps its first eight marks. Cleaning a clean text changes nothing.

    Raises:
        InvalidArgument: half of a character (a lone surrogate) is in it.
    """
    half = _LONE_SURROGATE.search(text)
    if half is not None:
        msg = (
            f"Character {half.start() + 1} of the text is half a character (U+{ord(half[0]):04X}), "
            "which cannot be sent. Take it out, or read the text anew with errors='replace'."
        )
        raise InvalidArgument(msg)
    if _SUSPECT.search(text) is not None:
        text = _without_strays(LINE_BREAK.sub("\n", _ANSI.sub("", text)))
    return text if text.isascii() else without_piles(text)


def without_piles(text: str) -> str:
    """Return a text without the marks, tags and joiners that pile up behind one character."""
    kept: list[str] = []
    run = 0
    for char in text:
        attached = unicodedata.category(char) in _ATTACHED or char in _NARROW_MARKS
        run = run + 1 if attached else 0
        if run <= _MOST_MARKS:
            kept.append(char)
    return "".join(kept)


def _without_strays(text: str) -> str:
    kept: list[str] = []
    at = 0
    for found in _SUSPECT.finditer(text):
        if found.start() > at:
            kept.append(text[at : found.start()])
        at = found.end()
        before = kept[-1][-1] if kept else ""
        if _belongs(found[0], before, text[at : at + 1]):
            kept.append(found[0])
    kept.append(text[at:])
    return "".join(kept)


def _belongs(char: str, before: str, after: str) -> bool:
    """Return True if an invisible character has an effect on its neighbours."""
    if char in _DIRECTION:
        return True
    if char == "\u200d" and _IS_EMOJI.match(after):
        return _ENDS_EMOJI.match(before) is not None
    if char in _JOINERS:
        return _is_joined(before)
    if _SELECTOR.match(char):
        category = unicodedata.category(before or " ")
        return category[0] in "SNP" or category == "Lo" or before == "ℹ"
    return any(of.match(char) and to.match(before) for of, to in _TIED)


def _is_joined(char: str) -> bool:
    """Return True for a letter or mark of a script whose letters join: one without case."""
    category = unicodedata.category(char or " ")
    return category in {"Lo", "Lm", "Mn", "Mc"} and char > "\u0590" and not _SELECTOR.match(char)


def is_ignorable(char: str) -> bool:
    """Return True if a character alone is invisible."""
    return _BLANK.match(char) is not None


def one_line(text: str) -> str:
    """Return a clean text in one line, in NFC: single white space, no direction marks.

    Raises:
        InvalidArgument: half of a character is in it.
    """
    kept = clean(text).translate(_NO_DIRECTION)
    words = (word.strip(_JOINERS) for word in unicodedata.normalize("NFC", kept).split())
    return clean(" ".join(word for word in words if word))


_NO_DIRECTION = dict.fromkeys(map(ord, _DIRECTION))


def shows(text: str) -> bool:
    """Return True if a text has a visible character: no white space, mark or invisible one."""
    return any(map(_shows, text))


def _shows(char: str) -> bool:
    category = unicodedata.category(char)
    if category == "Cn":  # perhaps an emoji that is newer than this Python
        return _IS_EMOJI.match(char) is not None
    return category[0] in "LNPS" and not is_ignorable(char)


def checked(value: object, what: str, most: int, *, least: int = 1, lines: bool = True) -> str:
    """Return a text of `least` to `most` characters, cleaned for people to see.

    Args:
        value: The value given.
        what: Its name at the beginning of a message: "A name", "`title`".
        most: The largest number of characters.
        least: 0 if it may be empty, 1 if something has to be visible.
        lines: True if it may have several lines; trailing white space and leading empty lines go.

    Raises:
        InvalidArgument: it is no string, too long, shows nothing, or has half a character.
    """
    if not isinstance(value, str):
        raise InvalidArgument(f"{what} must be a string, not {shown(value)}.")
    size, text = len(value), ""
    if size <= most * _SLACK + 100:
        text = clean(value).rstrip().lstrip("\n") if lines else one_line(value)
        text = text if shows(text) else ""
        size = len(text)
    if not least <= size <= most:
        has = f"{size:,}" if size else "none"
        msg = f"{what} needs {least} to {most:,} visible characters; this one has {has}."
        raise InvalidArgument(msg)
    return text
