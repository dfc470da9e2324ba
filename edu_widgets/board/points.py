"""The coding of points: differences as zigzag varints, in base64 without padding.

A point is a pair of whole numbers, quarters of a pixel. The first one counts from (0, 0), each
other one from the point before it. `js/src/board/points.ts` is the same for the page.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from itertools import chain

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.patterns import pattern

Point = tuple[int, int]

QUARTERS = 4
"""Steps of a pixel that points are rounded to."""

MAX_POINTS = 4_000
"""Points of one stroke; a longer line is several of them."""

MAX_CODED = 32 * 1024
"""Characters of the coded points of one stroke."""

FAR = 4_000_000
"""The largest coordinate: a million pixels."""

_MORE = 0x80
"""The bit of a byte that more of its number follows."""

_CODED = pattern(r"[A-Za-z0-9+/]*\Z", re.ASCII)


def encode(points: Sequence[Point]) -> str:
    """Return points as text."""
    raw = bytearray()
    before = (0, 0)
    for x, y in points:
        append_signed(raw, x - before[0])
        append_signed(raw, y - before[1])
        before = (x, y)
    return base64.b64encode(bytes(raw)).decode("ascii").rstrip("=")


def decode(text: str, most: int = MAX_POINTS) -> list[Point]:
    """Return the points of a text.

    Raises:
        InvalidArgument: it is none of coded points, has more than `most`, or leads too far away.
    """
    numbers = _numbers(text, 2 * most)
    if len(numbers) % 2:
        raise InvalidArgument("The points of a stroke are damaged: the last one is cut off.")
    points, x, y = [], 0, 0
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        x, y = x + dx, y + dy
        if abs(x) > FAR or abs(y) > FAR:
            raise InvalidArgument("A stroke may lie at most a million pixels away.")
        points.append((x, y))
    return points


def boxed(points: Sequence[Point]) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of some points; there has to be one."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def flat(points: Sequence[Point]) -> list[int]:
    """Return the coordinates of points in a row."""
    return list(chain.from_iterable(points))


def append_signed(raw: bytearray, number: int) -> None:
    """Append a whole number as a zigzag varint."""
    append_unsigned(raw, number * 2 if number >= 0 else -number * 2 - 1)


def append_unsigned(raw: bytearray, number: int) -> None:
    """Append a number that is not below 0 as a varint: seven bits a byte, the lowest first."""
    while number >= _MORE:
        raw.append(number & 0x7F | _MORE)
        number >>= 7
    raw.append(number)


def _numbers(text: str, most: int) -> list[int]:
    if len(text) > MAX_CODED:
        raise InvalidArgument(f"A stroke has at most {MAX_POINTS:,} points; draw several.")
    if not _CODED.match(text):
        raise InvalidArgument("The points of a stroke are damaged: they are no base64.")
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise InvalidArgument("The points of a stroke are damaged: they are cut off.") from error
    numbers, zigzag, shift = [], 0, 0
    for byte in raw:
        zigzag |= (byte & 0x7F) << shift
        shift += 7
        if byte < _MORE:
            numbers.append(zigzag >> 1 if not zigzag & 1 else -(zigzag + 1 >> 1))
            zigzag = shift = 0
        elif shift > 28:  # noqa: PLR2004 - five bytes are more than any number here has
            raise InvalidArgument("The points of a stroke are damaged: a number is too large.")
    if shift:
        raise InvalidArgument("The points of a stroke are damaged: the last one is cut off.")
    if len(numbers) > most:
        raise InvalidArgument(f"A stroke has at most {MAX_POINTS:,} points; draw several.")
    return numbers
