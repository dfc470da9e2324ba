"""The things on the board, as Python objects for people."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from edu_widgets.board.points import QUARTERS, decode
from edu_widgets.client.bodies import clock_time, when
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.shortening import shorten

if TYPE_CHECKING:
    from datetime import datetime

    from edu_widgets.board.documents import BoardItem

_EXCERPT = 40


@dataclass(frozen=True, slots=True)
class Stroke(Tidy):
    """A thing on the board: a stroke, a shape, a text or a note.

    `tool` is `pen`, `marker`, `line`, `arrow`, `rectangle`, `ellipse`, `text` or `sticky`; `ink`
    is `ink`, `blue`, `green`, `amber`, `red` or `violet`; `width` is 1 to 3. `created_at` is aware,
    in UTC. `state` is `sent`, of what is not acknowledged yet `pending` or `queued` (kept until
    connected), and `erased` of what was just erased.
    """

    id: str
    page: str
    tool: str
    ink: str
    width: int
    text: str
    user_id: str
    user_name: str
    created_at: datetime
    role: str = "student"
    state: str = "sent"
    place: tuple[int, int] = field(default=(0, 0), repr=False)
    coded: str = field(default="", repr=False)

    @property
    def points(self) -> list[tuple[float, float]]:
        """Its points on the page, in pixels; of a shape its two corners or ends."""
        try:
            points = decode(self.coded)
        except InvalidArgument:  # of a version to come: it is not shown
            return []
        x, y = self.place
        return [((x + dx) / QUARTERS, (y + dy) / QUARTERS) for dx, dy in points]

    def moved(self, dx: int, dy: int, state: str) -> Stroke:
        """Return it at another place, so many quarters of a pixel away."""
        x, y = self.place
        return replace(self, place=(x + dx, y + dy), state=state)

    def __repr__(self) -> str:
        # repr(): a text of others must not write control sequences to a terminal.
        said = f" {shorten(self.text, _EXCERPT)!r}" if self.text else ""
        kept = f" ({self.state})" if self.state != "sent" else ""
        drawn = f"{self.ink} {self.tool} of {self.user_name!r} {clock_time(self.created_at)}"
        return f"<{drawn}{said}{kept}>"


def stroke_of(item: BoardItem) -> Stroke:
    """Return a thing as the service has it."""
    return Stroke(
        item.id,
        item.page,
        item.tool,
        item.ink,
        item.width,
        item.text,
        item.user_id,
        item.user_name,
        when(item.created_at),
        item.role or "student",
        place=(item.x, item.y),
        coded=item.points,
    )
