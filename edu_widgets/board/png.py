"""A page of the board as a PNG, drawn by matplotlib as `svg.py` writes it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from edu_widgets.board.svg import (
    FONT,
    INKS,
    LINE,
    MARKER_VEIL,
    NOTE,
    NOTE_VEIL,
    Ground,
    Points,
    arrow_head,
    bounds,
    corners,
    note_rows,
    width_of,
)
from edu_widgets.protocol.errors import Unsupported

if TYPE_CHECKING:
    from edu_widgets.board.item import Stroke

_POINTS = 0.72
"""Points of a pixel, at 100 pixels an inch."""

_INCH = 100
_MOST = 4096
"""The largest side of the picture, in pixels."""

_NO_MATPLOTLIB = (
    "to_png() draws with matplotlib, which is not installed here: run `pip install matplotlib`, or "
    "take to_svg(), or *Export* in the page."
)
_NO_SVG = "This page lies on an SVG, which to_png() cannot draw; take to_svg()."


def png(strokes: Sequence[Stroke], ground: Ground | None = None) -> bytes:
    """Return strokes of one page as a PNG on white, on a picture if there is one.

    Raises:
        Unsupported: matplotlib is not installed, or it cannot draw the picture.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - heavy
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise Unsupported(_NO_MATPLOTLIB) from error
    left, top, width, height = bounds(strokes, ground)
    scale = min(2.0, _MOST / width, _MOST / height)
    figure = Figure(figsize=(width / _INCH, height / _INCH), dpi=_INCH * scale, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(left, left + width)
    axes.set_ylim(top + height, top)
    axes.set_axis_off()
    if ground is not None:
        _lay(axes, ground)
    for stroke in strokes:
        if points := stroke.points:
            _draw(axes, stroke, points)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_INCH * scale)
    return file.getvalue()


def _lay(axes: Any, ground: Ground) -> None:
    ref, data = ground
    if ref.type == "image/svg+xml":
        raise Unsupported(_NO_SVG)
    # matplotlib needs Pillow itself.
    from PIL import Image  # noqa: PLC0415

    try:
        picture = Image.open(io.BytesIO(data)).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Unsupported("The figure under this page cannot be drawn; take to_svg().") from error
    axes.imshow(picture, extent=(0, ref.width, ref.height, 0), aspect="auto", zorder=0)


def _draw(axes: Any, stroke: Stroke, points: Points) -> None:
    color = INKS.get(stroke.ink, INKS["ink"])
    look: dict[str, Any] = {"color": color, "linewidth": width_of(stroke) * _POINTS}
    match stroke.tool:
        case "pen" | "marker" | "line":
            veil = MARKER_VEIL if stroke.tool == "marker" else 1
            _line(axes, points, alpha=veil, **look)
        case "arrow":
            _line(axes, points, **look)
            _line(axes, arrow_head(points), **look)
        case "rectangle":
            x, y, right, bottom = corners(points)
            around = [(x, y), (right, y), (right, bottom), (x, bottom), (x, y)]
            _line(axes, around, **look)
        case "ellipse":
            _ellipse(axes, corners(points), color, look["linewidth"])
        case "text":
            _text(axes, stroke.text.split("\n"), points[0], color)
        case "sticky":
            _note(axes, stroke, points[0], color)


def _line(axes: Any, points: Points, **look: Any) -> None:
    xs, ys = zip(*points, strict=True)
    axes.plot(xs, ys, solid_capstyle="round", solid_joinstyle="round", **look)


def _ellipse(
    axes: Any, box: tuple[float, float, float, float], color: str, linewidth: float
) -> None:
    from matplotlib.patches import Ellipse  # noqa: PLC0415

    x, y, right, bottom = box
    middle = ((x + right) / 2, (y + bottom) / 2)
    ring = Ellipse(middle, right - x, bottom - y, fill=False, edgecolor=color, linewidth=linewidth)
    axes.add_patch(ring)


def _note(axes: Any, stroke: Stroke, at: tuple[float, float], color: str) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    x, y = at
    axes.add_patch(Rectangle((x, y), *NOTE, facecolor=color, alpha=NOTE_VEIL, linewidth=0))
    _text(axes, note_rows(stroke.text), (x + 10, y + 10), INKS["ink"])
    _text(axes, [stroke.user_name], (x + 10, y + NOTE[1] - 22), INKS["ink"], 12)


def _text(
    axes: Any, rows: Sequence[str], at: tuple[float, float], color: str, size: float = FONT
) -> None:
    for row, text in enumerate(rows):
        axes.text(
            at[0],
            at[1] + row * LINE,
            text,
            color=color,
            fontsize=size * _POINTS,
            va="top",
            parse_math=False,
            clip_on=True,
        )
