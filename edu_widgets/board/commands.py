"""Commands and signals of the board. They are sent in the channel of the course."""

from edu_widgets.board.documents import BoardView, Ink, Tool
from edu_widgets.protocol import REGISTRY, CommandType, FrameType
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.messages import Data

BOARD = "board"
"""The channel feature of the board."""

MAX_AT_ONCE = 200
"""Things that one command may erase or move."""

MAX_PART = 2_000
"""Characters of the coded points in one part of a stroke."""


class DrawItem(Data):
    """Put a stroke, a shape, a text or a note on the board, or replace or restore one's own."""

    id: str
    """Id of the thing, made by its author."""
    page: str
    """The id of its page."""
    tool: Tool
    """What it was drawn with; a text and a note are tools, too."""
    ink: Ink
    """The name of its ink."""
    width: int
    """Width of the line: 1 (thin) to 3 (thick)."""
    x: int
    """Place of its first point, in quarters of a pixel of the page."""
    y: int
    """Place of its first point downwards, as `x`."""
    points: str
    """Its points relative to that place, coded as those of a stored one."""
    text: str = ""
    """The text of a text or a note, 1 to 500 characters."""
    created_at: int = 0
    """Of a thing that is restored: when it was drawn, in ms since 1970. What was cleared since then
    stays away."""


class EraseItems(Data):
    """Delete things from the board: one's own; staff any. What is gone already is no mistake."""

    ids: list[str]
    """At most 200 ids."""


class MoveItems(Data):
    """Move things on the board: one's own; staff any."""

    ids: list[str]
    """At most 200 ids."""
    dx: int
    """The distance to the right, in quarters of a pixel."""
    dy: int
    """The distance downwards, as `dx`."""


class SetPage(Data):
    """Add a page, give one a picture as its ground, or take one away. Staff only."""

    id: str
    """The id of the page, made by who adds it."""
    ground: BlobRef | None = None
    """The picture that it lies on; absent: what it has."""
    removed: bool = False
    """True to take it away, with all that is on it."""


class ClearPage(Data):
    """Delete everything on a page but its ground. Staff only."""

    id: str
    """The id of the page."""


class SetBoard(Data):
    """Say who draws, and whether the class follows one's view. Staff only.

    What is absent stays as it is.
    """

    open: bool | None = None
    """True if everybody may draw."""
    pen: str = ""
    """Id of a person to give the pen to or take it from."""
    give: bool = True
    """True to give `pen` the pen, false to take it."""
    follow: bool | None = None
    """True if the class follows one's view from now on."""


class ShowView(Data):
    """Show the class one's view; ignored unless it follows."""

    view: BoardView
    """The part of a page that is in sight."""

    def outbox_key(self) -> str:
        """The view: only the last one counts."""
        return "view"


class BoardPart(Data):
    """A part of a stroke that is being drawn, or a place that is pointed at."""

    id: str
    """Id that the stroke will have."""
    page: str
    """The id of its page."""
    tool: str
    """A tool; `laser` or `cursor` for what is never stored."""
    ink: Ink
    """The name of its ink."""
    width: int
    """Width of the line: 1 (thin) to 3 (thick)."""
    points: str
    """The points since the last part, its last one included; coded as those of a stroke."""


class DrawnPart(Data):
    """Parts of one stroke of somebody's, since they were told last."""

    id: str
    """Id that the stroke will have."""
    page: str
    """The id of its page."""
    tool: str
    """A tool; `laser` or `cursor` for what is never stored."""
    ink: Ink
    """The name of its ink."""
    width: int
    """Width of the line: 1 (thin) to 3 (thick)."""
    points: list[str]
    """The points of each part, in order."""
    user_id: str
    """Id of the person who draws it."""
    user_name: str
    """Display name of the person who draws it."""
    staff: bool = False
    """True if that is an instructor."""


class BoardParts(Data):
    """The strokes that are being drawn now: one entry each."""

    parts: list[DrawnPart]
    """One entry for each stroke, since they were told last."""


DRAW_ITEM = REGISTRY.command(CommandType("board_draw", DrawItem, "board", feature=BOARD))
ERASE_ITEMS = REGISTRY.command(CommandType("board_erase", EraseItems, "board", feature=BOARD))
MOVE_ITEMS = REGISTRY.command(CommandType("board_move", MoveItems, "board", feature=BOARD))
SET_PAGE = REGISTRY.command(CommandType("board_page", SetPage, "board", feature=BOARD))
CLEAR_PAGE = REGISTRY.command(
    CommandType("board_clear", ClearPage, "board", feature=BOARD, moderation=True, about="id")
)
SET_BOARD = REGISTRY.command(
    CommandType("board_set", SetBoard, "board", feature=BOARD, moderation=True, about="pen")
)
SHOW_VIEW = REGISTRY.command(
    CommandType(
        "board_view", ShowView, "status", feature=BOARD, latest=True, momentary=True, kept_as=""
    )
)

BOARD_PART = REGISTRY.frame(
    FrameType("board_part", BoardPart, "client", of_seed=False, signal=True)
)
BOARD_PARTS = REGISTRY.frame(
    FrameType("board_parts", BoardParts, "service", of_seed=False, signal=True)
)
