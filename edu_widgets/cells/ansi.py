"""Text for a terminal: how it looks at the end, and its colours as runs."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b\[([0-9;:]*)([@-~])"  # with parameters: colours are those that end with `m`
    r"|\x1b\][^\x07\x1b]{0,4000}(?:\x07|\x1b\\)?"  # titles and addresses
    r"|\x1b[PX^_][^\x1b]{0,4000}(?:\x1b\\)?"
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)
_PLAIN = "."
_BOLD = "W"
_DIM = "d"
_MAX_RUNS = 2_000


def fold(line: str) -> str:
    """Return what stands in a line after its carriage returns and backspaces."""
    line = without_backspaces(line)
    if "\r" not in line:
        return line
    shown = ""
    for part in line.split("\r"):
        escapes = "\x1b" in shown or "\x1b" in part  # they have no width: nothing is seen through
        shown = part or shown if escapes else part + shown[len(part) :]
    return shown


def without_backspaces(line: str) -> str:
    """Return a line without what backspaces have deleted."""
    if "\b" not in line:
        return line
    kept: list[str] = []
    for char in line:
        if char != "\b":
            kept.append(char)
        elif kept and kept[-1] not in "\r\n":
            kept.pop()
    return "".join(kept)


def plain(text: str) -> str:
    """Return a text without escapes and control characters, tabs and line breaks apart."""
    return _ESCAPES.sub("", text)


def parse(text: str) -> tuple[str, str]:
    """Return a text without its escapes, and its colours as runs.

    A run is a length in UTF-16 units, if not 1, and a letter: `r g y b m c` for red, green, yellow,
    blue, magenta and cyan, large if bold, `W` for bold alone, `d` for dim, `.` for plain. A plain
    end is left out.
    """
    if "\x1b" not in text:
        return plain(text), ""
    pieces: list[tuple[str, str]] = []
    look = _Look()
    end = 0
    for found in _ESCAPES.finditer(text):
        _add(pieces, look.letter, text[end : found.start()])
        end = found.end()
        if found[2] == "m":
            look.read(found[1])
    _add(pieces, look.letter, text[end:])
    whole = "".join(piece for _, piece in pieces)
    if pieces and pieces[-1][0] == _PLAIN:
        pieces.pop()
    if len(pieces) > _MAX_RUNS:
        return whole, ""
    return whole, "".join(f"{_length(piece)}{letter}" for letter, piece in pieces)


def _add(pieces: list[tuple[str, str]], letter: str, text: str) -> None:
    if not text:
        return
    if pieces and pieces[-1][0] == letter:
        pieces[-1] = (letter, pieces[-1][1] + text)
    else:
        pieces.append((letter, text))


def _length(text: str) -> str:
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return str(units) if units > 1 else ""


class _Look:
    """The colour and weight that the escapes so far have set."""

    def __init__(self) -> None:
        self._colour = _PLAIN
        self._bold = self._dim = False

    @property
    def letter(self) -> str:
        if self._colour in (_PLAIN, _DIM):
            faint = self._dim or self._colour == _DIM
            return _BOLD if self._bold else _DIM if faint else _PLAIN
        return self._colour.upper() if self._bold else self._colour

    def read(self, parameters: str) -> None:
        parts = re.split("[;:]", parameters)[:_MAX_CODES]
        codes = [int(part or 0) for part in parts if len(part) <= _MAX_DIGITS]
        while codes:
            code = codes.pop(0)
            if code in _COLOUR_OF:
                self._colour = _COLOUR_OF[code]
            elif code in _WEIGHT_OF:
                self._bold, self._dim = _WEIGHT_OF[code]
            elif code in _OF_MANY:
                colour = _of_many(codes)
                if code == _FOREGROUND:
                    self._colour = colour
            if code == 0:
                self._colour = _PLAIN


_MAX_CODES = 32
_MAX_DIGITS = 3
_FOREGROUND, _BACKGROUND = 38, 48
_OF_MANY = (_FOREGROUND, _BACKGROUND)
_WEIGHT_OF = {0: (False, False), 1: (True, False), 2: (False, True), 22: (False, False)}
_NAMED = ".rgybmc."
"""Black, red, green, yellow, blue, magenta, cyan, white; black and white are plain, since a page
has its own ground."""
_COLOUR_OF = {
    39: _PLAIN,
    90: _DIM,
    **{30 + number: letter for number, letter in enumerate(_NAMED)},
    **{90 + number: letter for number, letter in enumerate(_NAMED) if number},
}
_INDEXED, _RGB = 5, 2
_CUBE, _GREYS, _LIGHT_GREYS = 16, 232, 244
_LEAST_HUE = 40
"""Difference of red, green and blue below which a colour is a grey."""
_BLACK, _MIDDLE = 40, 128


def _of_many(codes: list[int]) -> str:
    """Take the colour that follows 38 or 48 from the codes: one of 256, or red, green and blue."""
    mode = codes.pop(0) if codes else 0
    if mode == _INDEXED and codes:
        number = codes.pop(0)
        if number < _CUBE:
            return _NAMED[number % 8]
        if number >= _GREYS:
            return _DIM if number < _LIGHT_GREYS else _PLAIN
        number -= _CUBE
        return _nearest(number // 36 * 51, number // 6 % 6 * 51, number % 6 * 51)
    red, green, blue = codes[:3] if mode == _RGB and codes[2:] else (0, 0, 0)
    if mode == _RGB:
        del codes[:3]
    return _nearest(red, green, blue)


def _nearest(red: int, green: int, blue: int) -> str:
    """Return the letter of the colour that is nearest in hue."""
    most, least = max(red, green, blue), min(red, green, blue)
    if most - least < _LEAST_HUE:
        return _DIM if _BLACK < most < _MIDDLE else _PLAIN
    middle = (most + least) / 2
    return _NAMED[(red > middle) + 2 * (green > middle) + 4 * (blue > middle)]
