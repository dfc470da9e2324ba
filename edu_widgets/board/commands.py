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
    tool: Tool
    ink: Ink
    width: int
    x: int
    y: int
    points: str
    text: str = ""
    created_at: int = 0
    """Of a thing that is restored: when it was drawn. What was cleared since then stays away."""


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


class SetPage(Data):
    """Add a page, give one a picture as its ground, or take one away. Staff only."""

    id: str
    ground: BlobRef | None = None
    removed: bool = False


class ClearPage(Data):
    """Delete everything on a page but its ground. Staff only."""

    id: str


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

    def outbox_key(self) -> str:
        """The view: only the last one counts."""
        return "view"


class BoardPart(Data):
    """A part of a stroke that is being drawn, or a place that is pointed at."""

    id: str
    """Id that the stroke will have."""
    page: str
    tool: str
    """A tool; `laser` or `cursor` for what is never stored."""
    ink: Ink
    width: int
    points: str
    """The points since the last part, its last one included; coded as those of a stroke."""


class DrawnPart(Data):
    """Parts of one stroke of somebody's, since they were told last."""

    id: str
    page: str
    tool: str
    ink: Ink
    width: int
    points: list[str]
    """The points of each part, in order."""
    user_id: str
    user_name: str
    staff: bool = False


class BoardParts(Data):
    """The strokes that are being drawn now: one entry each."""

    parts: list[DrawnPart]


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
