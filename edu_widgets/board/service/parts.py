"""Parts of strokes that are being drawn: merged into one frame for all, and never stored."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from edu_widgets.board.commands import (
    BOARD,
    BOARD_PARTS,
    MAX_PART,
    BoardPart,
    BoardParts,
    DrawnPart,
)
from edu_widgets.board.documents import TOOLS, Board, may_draw
from edu_widgets.protocol import is_id
from edu_widgets.protocol.channels import course_channel

if TYPE_CHECKING:
    from edu_widgets.protocol import Document
    from edu_widgets.service.features import Sender
    from edu_widgets.service.stage import Stage

A_SECOND = 40
"""Parts of one person that are passed on in a second; a page sends 30."""

_PIECES = 8
"""Parts of one stroke in a frame; of more the oldest are left out."""

_NEVER_STORED = ("laser", "cursor")


@dataclass(slots=True)
class Drawing:
    """The strokes that are being drawn on one board, and the people who may."""

    board: Board = field(default_factory=Board)
    parts: dict[tuple[str, str], DrawnPart] = field(default_factory=dict)
    """By author and stroke, what was not told yet."""
    second: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    """By person, their parts in this second."""


class Drawings(dict[str, Drawing]):
    """The strokes that are being drawn, by course."""

    def of(self, course: str) -> Drawing:
        """Return that of a course."""
        return self.setdefault(course, Drawing())


def note(stage: Stage, course: str, doc: Document) -> None:
    """The board's settings were stored."""
    drawing = stage.state(Drawings).of(course)
    drawing.board = Board() if doc.deleted else doc.as_(Board)


def draw(stage: Stage, channel: str, sender: Sender, data: Any) -> None:
    """Pass on a part of a stroke; what nobody may draw, or is too much, is dropped."""
    part: BoardPart = data
    course = channel.partition(":")[2]
    person, tools = sender.person, (*TOOLS, *_NEVER_STORED)
    if channel != course_channel(course) or not stage.offers(channel, BOARD):
        return
    drawing = stage.state(Drawings).of(course)
    if not may_draw(drawing.board, person.id, staff=person.staff):
        return
    sound = is_id(part.id) and is_id(part.page) and part.tool in tools
    if not sound or len(part.points) > MAX_PART or not _within_limit(drawing, person.id):
        return
    key = (person.id, part.id)
    held = drawing.parts.get(key)
    points = ([] if held is None else held.points) + [part.points]
    drawing.parts[key] = DrawnPart(
        part.id,
        part.page,
        part.tool,
        part.ink,
        part.width,
        points[-_PIECES:],
        person.id,
        person.name,
        person.staff,
    )
    stage.stream(channel, BOARD, lambda: _told(drawing))


def _told(drawing: Drawing) -> tuple[str, BoardParts] | None:
    parts, drawing.parts = list(drawing.parts.values()), {}
    return (BOARD_PARTS.name, BoardParts(parts)) if parts else None


def _within_limit(drawing: Drawing, user_id: str) -> bool:
    second = int(time.monotonic())
    if drawing.second != second:
        drawing.second = second
        drawing.counted.clear()
    drawing.counted[user_id] += 1
    return drawing.counted[user_id] <= A_SECOND
