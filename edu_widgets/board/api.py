"""The methods and properties of the board in Python."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from edu_widgets.board import commands
from edu_widgets.board.commands import (
    MAX_AT_ONCE,
    ClearPage,
    DrawItem,
    EraseItems,
    SetBoard,
    SetPage,
)
from edu_widgets.board.documents import FIRST_PAGE, INKS, TOOLS, BoardItem
from edu_widgets.board.item import Stroke
from edu_widgets.board.mirror import BoardMirror
from edu_widgets.board.png import png
from edu_widgets.board.points import FAR, MAX_POINTS, QUARTERS, encode
from edu_widgets.board.svg import Ground, svg
from edu_widgets.client.blobs import picture_bytes
from edu_widgets.client.course import CourseClient
from edu_widgets.client.known_people import named
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.notebook.pictures import fetch
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import InvalidArgument, Refused

_FIGURE_WAIT = 30.0
_OLDER = 200
_EDGE = FAR // 2
"""The outermost place: two lie no further apart than a stroke's points may."""


class BoardApi:
    """The board's methods for people: draw, erase, add pages, hand out the pen, export."""

    _client: CourseClient
    _board: BoardMirror

    @abstractmethod
    def _people(self) -> Mapping[str, str]:
        """Return the names of the people known here, by their ids."""

    @property
    def strokes(self) -> list[Stroke]:
        """The loaded items of the board, oldest first, with one's own unacknowledged ones."""
        return self._board.strokes()

    @property
    def pages(self) -> list[str]:
        """The ids of the pages, in order; the first one is always there."""
        return [page.id for page in self._board.pages()]

    @property
    def is_open(self) -> bool:
        """True if everybody may draw."""
        return self._board.settings().open

    @property
    def pens(self) -> dict[str, str]:
        """The names of the people who have the pen, by their ids."""
        return dict(self._board.settings().pens)

    def draw(
        self,
        points: Iterable[Sequence[float]],
        *,
        ink: str = "ink",
        width: int = 2,
        tool: str = "pen",
        page: str = FIRST_PAGE,
    ) -> Receipt:
        """Draw a line through points, in pixels of the page; a long one as several strokes.

        Args:
            points: Pairs of numbers; one is a dot.
            ink: `ink`, `blue`, `green`, `amber`, `red` or `violet`.
            width: 1 to 3.
            tool: `pen` or `marker`; with two points also `line`, `arrow`, `rectangle`, `ellipse`.
            page: The id of a page, one of `pages`.

        Returns:
            The receipt of the last stroke.

        Raises:
            InvalidArgument: there are no points, one of them is no place on a page, or another
                argument is invalid.
            NotConnected: the lesson is closed.
        """
        self._client.check_open()
        places = [_place(point) for point in points]
        if not places:
            raise InvalidArgument("A stroke needs at least one point.")
        if tool not in TOOLS or tool in {"text", "sticky"}:
            raise InvalidArgument(f"tool must be one of {', '.join(TOOLS[:6])}; not {tool!r:.40}.")
        if ink not in INKS:
            raise InvalidArgument(f"ink must be one of {', '.join(INKS)}; not {ink!r:.40}.")
        self._check_page(page)
        data = DrawItem("", page, tool, ink, width, 0, 0, "")
        # The next piece begins where the one before it ends.
        pieces = [places[n : n + MAX_POINTS] for n in range(0, len(places), MAX_POINTS - 1)]
        pieces = [piece for n, piece in enumerate(pieces) if n == 0 or len(piece) > 1]
        return [self._draw(data, piece) for piece in pieces][-1]

    def write(
        self,
        text: str,
        at: Sequence[float] = (40, 40),
        *,
        note: bool = False,
        ink: str = "ink",
        page: str = FIRST_PAGE,
    ) -> Receipt:
        """Write a text on the board, 1 to 500 characters; with `note` on a sticky note.

        Raises:
            InvalidArgument: the text or another argument is invalid.
            NotConnected: the lesson is closed.
        """
        self._client.check_open()
        if ink not in INKS:
            raise InvalidArgument(f"ink must be one of {', '.join(INKS)}; not {ink!r:.40}.")
        self._check_page(page)
        tool = "sticky" if note else "text"
        data = DrawItem("", page, tool, ink, 2, 0, 0, "", text)  # type: ignore[arg-type]
        return self._draw(data, [_place(at)])

    def erase(self, *strokes: Stroke | str) -> Receipt:
        """Erase strokes (or their ids): one's own; staff any. What is gone is no mistake.

        Raises:
            InvalidArgument: nothing is named.
            NotConnected: the lesson is closed.
        """
        self._client.check_open()
        ids = [one.id if isinstance(one, Stroke) else str(one) for one in strokes]
        if not ids:
            raise InvalidArgument("Name what to erase: some of `strokes`.")
        groups = [ids[n : n + MAX_AT_ONCE] for n in range(0, len(ids), MAX_AT_ONCE)]
        erase = commands.ERASE_ITEMS.name
        return [self._board.send(erase, EraseItems(group)) for group in groups][-1]

    def clear(self, page: str = FIRST_PAGE) -> Receipt:
        """Delete everything on a page; its figure stays. Staff only.

        Raises:
            Refused: only instructors may.
            InvalidArgument: there is no such page.
            NotConnected: the lesson is closed.
        """
        self._check_staff("clear a page")
        self._check_page(page)
        return self._board.send(commands.CLEAR_PAGE.name, ClearPage(page))

    def add_page(self) -> Receipt:
        """Add an empty page behind the others. Staff only.

        Raises:
            Refused: only instructors may.
            NotConnected: the lesson is closed.
        """
        self._check_staff("add pages")
        return self._board.send(commands.SET_PAGE.name, SetPage(uuid7()))

    def remove_page(self, page: str) -> Receipt:
        """Take away a page with all that is on it. Staff only.

        Raises:
            Refused: only instructors may.
            InvalidArgument: there is no such page, or it is the first.
            NotConnected: the lesson is closed.
        """
        self._check_staff("remove pages")
        self._check_page(page)
        if page == FIRST_PAGE:
            raise InvalidArgument("The first page stays; `clear()` empties it.")
        return self._board.send(commands.SET_PAGE.name, SetPage(page, removed=True))

    def add_figure(self, figure: object, *, page: str | None = None, alt: str = "") -> Receipt:
        """Put a figure on a page as its ground, which nobody can erase. Staff only.

        Args:
            figure: A matplotlib figure, the bytes of a PNG, JPEG, WebP, GIF or SVG, or its path.
            page: The id of a page; None for a new one behind the others.
            alt: What it shows, for those who do not see it.

        Raises:
            Refused: only instructors may.
            InvalidArgument: it is no picture, or there is no such page.
            MessageTooLong: it has more than 1 MiB.
            NotConnected: the lesson is closed.
        """
        self._check_staff("add pages")
        if page is not None:
            self._check_page(page)
        ground = self._client.blobs.put(picture_bytes(figure), alt=alt)
        return self._board.send(commands.SET_PAGE.name, SetPage(page or uuid7(), ground))

    def open_to(self, who: str) -> Receipt:
        """Let everybody draw (`"all"`), or only staff and those with the pen (`"staff"`).

        Raises:
            InvalidArgument: it is neither.
            Refused: only instructors may.
            NotConnected: the lesson is closed.
        """
        if who not in {"all", "staff"}:
            raise InvalidArgument(f'The board is open to "all" or to "staff"; not to {who!r:.40}.')
        self._check_staff("say who draws")
        return self._board.send(commands.SET_BOARD.name, SetBoard(open=who == "all"))

    def give_pen(self, who: object, give: bool = True) -> Receipt:  # noqa: FBT001, FBT002
        """Give a person the pen, so that they draw too; with False take it back. Staff only.

        Args:
            who: Somebody from `lesson.people`, a stroke of theirs, a name, or the id of a person.
            give: False to take it back.

        Raises:
            InvalidArgument: several people have that name.
            Refused: only instructors may.
            NotConnected: the lesson is closed.
        """
        self._check_staff("say who draws")
        id_ = getattr(who, "user_id", None)
        if not isinstance(id_, str):
            id_, _ = named(str(who), self._people(), self._client.me().user_id)
        return self._board.send(commands.SET_BOARD.name, SetBoard(pen=id_, give=bool(give)))

    def to_svg(self, path: str | Path | None = None, *, page: str = FIRST_PAGE) -> str:
        """Return a page as an SVG, and write it to a file if one is named.

        A figure is waited for up to 30 s.

        Raises:
            NotConnected: the figure has not come in time.
            InvalidArgument: there is no such page, or the file cannot be written.
        """
        self._check_page(page)
        text = svg(*self._on_page(page))
        if path is not None:
            _write(path, text.encode())
        return text

    def to_png(self, path: str | Path | None = None, *, page: str = FIRST_PAGE) -> bytes:
        """Return a page as a PNG, and write it to a file if one is named. It needs matplotlib.

        A figure is waited for up to 30 s.

        Raises:
            Unsupported: matplotlib is not installed, or the figure is one that it does not draw.
            NotConnected: the figure has not come in time.
            InvalidArgument: there is no such page, or the file cannot be written.
        """
        self._check_page(page)
        drawn = png(*self._on_page(page))
        if path is not None:
            _write(path, drawn)
        return drawn

    def older(self) -> Receipt:
        """Load older strokes into `strokes`."""
        return self._client.older(BoardItem.kind, _OLDER)

    # -- inside --------------------------------------------------------------------------

    def _draw(self, data: DrawItem, places: list[tuple[int, int]]) -> Receipt:
        x, y = places[0]
        coded = encode([(px - x, py - y) for px, py in places])
        whole = msgspec.structs.replace(data, id=uuid7(), x=x, y=y, points=coded)
        return self._board.send(commands.DRAW_ITEM.name, whole)

    def _on_page(self, page: str, wait: float = _FIGURE_WAIT) -> tuple[list[Stroke], Ground | None]:
        held = self._board.page(page)
        ground = None
        if held is not None and held.ground is not None:
            ground = (held.ground, fetch(self._client, held.ground, wait))
        return [stroke for stroke in self.strokes if stroke.page == page], ground

    def _check_page(self, page: object) -> None:
        if page not in self.pages:
            raise InvalidArgument(f"There is no page {page!r:.80}; `pages` has all that are.")

    def _check_staff(self, what: str) -> None:
        self._client.check_open()
        if not self._client.me().is_staff:
            raise Refused(f"Only instructors may {what}.")


def _place(point: object) -> tuple[int, int]:
    """Return a point in quarters of a pixel.

    Raises:
        InvalidArgument: it is no pair of numbers, or no place on a page.
    """
    try:
        x, y = (float(number) for number in point)  # type: ignore[attr-defined]
    except (TypeError, ValueError) as error:
        msg = f"A point is a pair of numbers, such as (10, 20); not {point!r:.40}."
        raise InvalidArgument(msg) from error
    if not (math.isfinite(x) and math.isfinite(y)) or max(abs(x), abs(y)) * QUARTERS > _EDGE:
        msg = f"({x:g}, {y:g}) is no place on a page: half a million pixels at most."
        raise InvalidArgument(msg)
    return round(x * QUARTERS), round(y * QUARTERS)


def _write(path: str | Path, data: bytes) -> None:
    try:
        Path(path).write_bytes(data)
    except (OSError, ValueError) as error:
        raise InvalidArgument(f"{str(path)!r:.200} cannot be written.") from error
