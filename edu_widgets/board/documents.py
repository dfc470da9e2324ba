"""Documents of the board: its state, its pages, and the items on them.

The commands are in `edu_widgets.board.commands`. All are in the channel of the course.
"""

from typing import ClassVar, Literal, get_args

import msgspec

from edu_widgets.protocol import REGISTRY, DocumentKind
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.messages import Data

Tool = Literal["pen", "marker", "line", "arrow", "rectangle", "ellipse", "text", "sticky"]
TOOLS: tuple[Tool, ...] = get_args(Tool)

Ink = Literal["ink", "blue", "green", "amber", "red", "violet"]
INKS: tuple[Ink, ...] = get_args(Ink)

FIRST_PAGE = "first"
"""The id of the page that is always there."""

MAX_PAGES = 100
"""Pages of a board."""

MAX_TEXT = 500
"""Characters of a text or a note on the board."""

MAX_ITEMS = 20_000
"""Things on a board, over all pages."""

MAX_BYTES = 20 * 1024 * 1024
"""Bytes of all things on a board, as they are stored."""

MAX_OWN = 4_000
"""Things of one student on a board."""

MAX_PENS = 50
"""People who may have been given the pen at once."""

WINDOW = 2_000
"""Things on the board in a first join; the others are asked for when a board is looked at."""


class BoardView(Data):
    """The part of a page that the class is shown, in pixels of the page."""

    page: str
    """The id of the page."""
    x: int
    """The left edge."""
    y: int
    """The upper edge."""
    width: int
    """The width, at least 1."""
    height: int
    """The height, at least 1."""


class Board(Data):
    """The people who draw on the board, and the view that the class follows. One of its kind."""

    kind: ClassVar[str] = "board"
    ID: ClassVar[str] = "board"

    open: bool = False
    """True if everybody may draw, false for staff and those with the pen."""
    pens: dict[str, str] = msgspec.field(default_factory=dict)
    """The names of the people who were given the pen, by their ids."""
    leader_id: str = ""
    """Id of the instructor whose view the class follows; empty if nobody's."""
    leader_name: str = ""
    """Display name of that instructor."""
    view: BoardView | None = None
    """The view of that instructor."""


class BoardPage(Data):
    """A page of the board. Its document's id is `board_page:<id>`; pages are ordered by birth."""

    kind: ClassVar[str] = "board_page"

    id: str
    """The id of the page; `first` is that of the page that is always there."""
    ground: BlobRef | None = None
    """The picture that the page lies on; nobody can erase it."""
    cleared_at: int = 0
    """The time, in ms since 1970, up to which everything that was drawn is gone."""
    removed: bool = False
    """True for a page that was taken away and whose things are still being deleted."""
    swept: bool = True
    """False while things that are gone are still being deleted."""


class BoardItem(Data):
    """A thing on the board: a stroke, a shape, a text or a note.

    Its document's id is `board:<id>`; things are ordered by birth, then by id.
    """

    kind: ClassVar[str] = "board_item"

    id: str
    """Its id, made by its author."""
    page: str
    """The id of its page."""
    tool: Tool
    """What it was drawn with; a text and a note are tools, too."""
    ink: Ink
    """The name of its ink, which is mixed for the page's ground."""
    width: int
    """Width of the line: 1 (thin) to 3 (thick)."""
    x: int
    """Place of its first point, in quarters of a pixel of the page."""
    y: int
    """Place of its first point downwards, as `x`."""
    points: str
    """Its points relative to that place, the first one (0, 0): differences as zigzag varints in
    base64. Of a shape the two opposite corners or ends, of a text or note the corner alone."""
    user_id: str
    """Id of its author."""
    user_name: str
    """Display name of its author."""
    created_at: int
    """When it was drawn, in ms since 1970."""
    text: str = ""
    """The text of a text or a note, 1 to 500 characters."""
    role: str | None = None
    """The author's role; absent for students."""


REGISTRY.document(DocumentKind(Board.kind, Board, only=Board.ID))
REGISTRY.document(DocumentKind(BoardPage.kind, BoardPage))
REGISTRY.document(DocumentKind(BoardItem.kind, BoardItem, window=WINDOW))


def item_id(id_: str) -> str:
    """Return the id of the document of a thing on the board."""
    return f"board:{id_}"


def page_id(id_: str) -> str:
    """Return the id of a page's document."""
    return f"board_page:{id_}"


def may_draw(board: Board, user_id: str, *, staff: bool) -> bool:
    """Return True if a person may draw now."""
    return staff or board.open or user_id in board.pens
