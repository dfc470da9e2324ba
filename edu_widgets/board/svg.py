"""A page of the board as an SVG, with the inks of a white page."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from edu_widgets.board.item import Stroke
    from edu_widgets.protocol.blobs import BlobRef

INKS = {
    "ink": "#1a1a1a",
    "blue": "#1763b0",
    "green": "#17723c",
    "amber": "#b56a00",
    "red": "#b92b24",
    "violet": "#6a00a8",
}
"""As js/src/board/inks.ts has them for a white page."""

MARKER_VEIL = 0.26
NOTE_VEIL = 0.18
"""How much of a marker's and a note's ink there is."""

FONT = 18
LINE = 24
NOTE = (168, 120)
"""Size of a text, of its lines and of a note, in pixels."""

_WIDTHS = (2, 4, 7)
_MARKER = 5
"""The width of the marker, in widths of the pen."""
_MARGIN = 24
_HEAD = 12
_NOTE_COLUMNS = 15
_NOTE_ROWS = 3

Points = Sequence[tuple[float, float]]

Ground = tuple["BlobRef", bytes]
"""The picture that a page lies on, and its bytes."""


def svg(strokes: Sequence[Stroke], ground: Ground | None = None) -> str:
    """Return strokes of one page as an SVG, on a picture if there is one."""
    drawn = [(stroke, points) for stroke in strokes if (points := stroke.points)]
    left, top, width, height = bounds(strokes, ground)
    view = f"{left:g} {top:g} {width:g} {height:g}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{width:g}"',
        f'height="{height:g}" font-family="sans-serif" font-size="{FONT}">',
        f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" fill="#fff"/>',
    ]
    if ground is not None:
        ref, data = ground
        source = f"data:{ref.type};base64,{base64.b64encode(data).decode()}"
        parts.append(f'<image href="{source}" width="{ref.width}" height="{ref.height}"/>')
    parts += [_drawn(stroke, points) for stroke, points in drawn]
    return "\n".join([*parts, "</svg>\n"])


def _drawn(stroke: Stroke, points: Points) -> str:
    color, width = INKS.get(stroke.ink, INKS["ink"]), width_of(stroke)
    line = (
        f'fill="none" stroke="{color}" stroke-width="{width}" stroke-linecap="round"'
        ' stroke-linejoin="round"'
    )
    shape = _SHAPES.get(stroke.tool)
    return f"<g>{_title(stroke)}{shape(points, line, stroke, color) if shape else ''}</g>"


def _path(points: Points, line: str, stroke: Stroke, _color: str) -> str:
    at = [f"{x:g} {y:g}" for x, y in (points if len(points) > 1 else [*points, points[0]])]
    veil = f' stroke-opacity="{MARKER_VEIL}"' if stroke.tool == "marker" else ""
    return f'<path d="M{"L".join(at)}" {line}{veil}/>'


def _arrow(points: Points, line: str, stroke: Stroke, color: str) -> str:
    head = arrow_head(points)
    return _path(points, line, stroke, color) + _path(head, line, stroke, color)


def _rectangle(points: Points, line: str, _stroke: Stroke, _color: str) -> str:
    x, y, right, bottom = corners(points)
    return f'<rect x="{x:g}" y="{y:g}" width="{right - x:g}" height="{bottom - y:g}" {line}/>'


def _ellipse(points: Points, line: str, _stroke: Stroke, _color: str) -> str:
    x, y, right, bottom = corners(points)
    rx, ry = (right - x) / 2, (bottom - y) / 2
    return f'<ellipse cx="{x + rx:g}" cy="{y + ry:g}" rx="{rx:g}" ry="{ry:g}" {line}/>'


def _text(points: Points, _line: str, stroke: Stroke, color: str) -> str:
    return _rows(stroke.text.split("\n"), points[0], color)


def _sticky(points: Points, _line: str, stroke: Stroke, color: str) -> str:
    x, y = points[0]
    width, height = NOTE
    paper = (
        f'<rect x="{x:g}" y="{y:g}" width="{width}" height="{height}" rx="3" fill="{color}"'
        f' fill-opacity="{NOTE_VEIL}"/>'
    )
    author = (
        f'<text x="{x + 10:g}" y="{y + height - 12:g}" font-size="12" fill="{INKS["ink"]}">'
        f"{escape(stroke.user_name)}</text>"
    )
    return paper + _rows(note_rows(stroke.text), (x + 10, y + 6), INKS["ink"]) + author


def _rows(rows: Sequence[str], at: tuple[float, float], color: str) -> str:
    x, y = at
    said = "".join(
        f'<tspan x="{x:g}" y="{y + FONT + LINE * row:g}">{escape(text)}</tspan>'
        for row, text in enumerate(rows)
    )
    return f'<text fill="{color}">{said}</text>'


_Shape = Callable[[Points, str, "Stroke", str], str]
_SHAPES: dict[str, _Shape] = {
    "pen": _path,
    "marker": _path,
    "line": _path,
    "arrow": _arrow,
    "rectangle": _rectangle,
    "ellipse": _ellipse,
    "text": _text,
    "sticky": _sticky,
}


def _title(stroke: Stroke) -> str:
    return f"<title>{escape(f'{stroke.tool}, {stroke.user_name}')}</title>"


def bounds(strokes: Sequence[Stroke], ground: Ground | None) -> tuple[float, float, float, float]:
    """Return left, top, width and height of a page with a margin around what is on it."""
    boxes = [_box(stroke, points) for stroke in strokes if (points := stroke.points)]
    if ground is not None:
        boxes.append((0, 0, ground[0].width, ground[0].height))
    left = min((box[0] for box in boxes), default=0) - _MARGIN
    top = min((box[1] for box in boxes), default=0) - _MARGIN
    width = max((box[2] for box in boxes), default=0) + _MARGIN - left
    height = max((box[3] for box in boxes), default=0) + _MARGIN - top
    return left, top, width, height


def arrow_head(points: Points) -> list[tuple[float, float]]:
    """Return the three points of the head of an arrow."""
    (x1, y1), (x2, y2) = points
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 or 1
    ux, uy = (x2 - x1) / length * _HEAD, (y2 - y1) / length * _HEAD
    return [
        (x2 - ux - uy * 0.6, y2 - uy + ux * 0.6),
        (x2, y2),
        (x2 - ux + uy * 0.6, y2 - uy - ux * 0.6),
    ]


def note_rows(text: str) -> list[str]:
    """Return the rows of a note's text, as many as a note has room for."""
    rows = [row for line in text.split("\n") for row in wrap(line, _NOTE_COLUMNS) or [""]]
    return rows[:_NOTE_ROWS]


def width_of(stroke: Stroke) -> int:
    """Return the width of a stroke's line, in pixels."""
    width = _WIDTHS[min(max(stroke.width, 1), len(_WIDTHS)) - 1]
    return width * _MARKER if stroke.tool == "marker" else width


def corners(points: Points) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of some points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _box(stroke: Stroke, points: Points) -> tuple[float, float, float, float]:
    left, top, right, bottom = corners(points)
    if stroke.tool == "sticky":
        return left, top, left + NOTE[0], top + NOTE[1]
    if stroke.tool == "text":
        lines = stroke.text.split("\n")
        wide = max(map(len, lines)) * FONT * 0.6
        return left, top, left + wide, top + len(lines) * LINE
    return left, top, right, bottom
