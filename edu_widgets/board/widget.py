"""SharedBoard: the board of a class in a notebook."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from edu_widgets.board import commands
from edu_widgets.board.commands import (
    MAX_AT_ONCE,
    BoardPart,
    BoardParts,
    ClearPage,
    DrawItem,
    EraseItems,
    MoveItems,
    SetBoard,
    SetPage,
    ShowView,
)
from edu_widgets.board.documents import (
    FIRST_PAGE,
    INKS,
    TOOLS,
    BoardItem,
    BoardPage,
    item_id,
)
from edu_widgets.board.item import Stroke, stroke_of
from edu_widgets.board.mirror import CHANGES, BoardMirror, Change, erased, ids_of
from edu_widgets.board.page_content import ITEMS, PAGES, ROOM, BoardContent
from edu_widgets.board.points import FAR, MAX_POINTS, QUARTERS, encode
from edu_widgets.board.svg import svg
from edu_widgets.client.blobs import picture_bytes
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged, SignalReceived
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.protocol import Document, uuid7
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument, Refused

__all__ = ["SharedBoard", "Stroke"]

_OWN = frozenset(command.name for command in CHANGES)
_OTHERS = frozenset(
    command.name
    for command in (commands.SET_PAGE, commands.CLEAR_PAGE, commands.SET_BOARD, commands.SHOW_VIEW)
)
_CHANGES: dict[str, msgspec.json.Decoder[Change]] = {
    command.name: msgspec.json.Decoder(command.data) for command in CHANGES
}
_FIGURE_WAIT = 30.0
_OLDER = 200


class SharedBoard(EventWidget):
    """The board of a course; displayed by being the last line of a cell.

    Only staff draws until the board is opened to all or somebody is given the pen.
    `board.options = {"height": 500, "lang": "tr"}` sets the widget's height in pixels and its
    language (default: the page's).

    `board.on(event, fn)` has `fn` called:

    | event | when | called with |
    |---|---|---|
    | `change` | something is drawn, changed or erased | the stroke; `state` may be `erased` |

    Methods that send return a receipt at once. They raise `NotConnected` once the lesson is closed,
    and `OutboxFull` where too much is waiting.
    """

    kind_: ClassVar[str] = "board"
    events_: ClassVar[tuple[str, ...]] = ("change",)

    def __init__(self, client: CourseClient, **options: Any) -> None:
        self._board = BoardMirror(client)
        self._shown = BoardContent(client, self._board)
        self._begun = client.caught_up()
        super().__init__(client, self._shown, **options)

    # -- for people ----------------------------------------------------------------------

    @property
    def strokes(self) -> list[Stroke]:
        """All that is loaded of the board, oldest first, with what is not acknowledged yet."""
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
            who: Somebody from `lesson.people`, or the id of a person.
            give: False to take it back.

        Raises:
            Refused: only instructors may.
            NotConnected: the lesson is closed.
        """
        self._check_staff("say who draws")
        id_ = str(getattr(who, "user_id", who))
        return self._board.send(commands.SET_BOARD.name, SetBoard(pen=id_, give=bool(give)))

    def to_svg(self, path: str | Path | None = None, *, page: str = FIRST_PAGE) -> str:
        """Return a page as an SVG, and write it to a file if one is named.

        A figure is waited for up to 30 s.

        Raises:
            InvalidArgument: there is no such page, or the file cannot be written.
        """
        self._check_page(page)
        text = self._svg(page, _FIGURE_WAIT)
        if path is not None:
            try:
                Path(path).write_text(text, encoding="utf-8")
            except (OSError, ValueError) as error:
                raise InvalidArgument(f"{str(path)!r:.200} cannot be written.") from error
        return text

    def older(self) -> Receipt:
        """Load older strokes into `strokes`."""
        return self._client.older(BoardItem.kind, _OLDER)

    def __repr__(self) -> str:
        try:
            pages, strokes = len(self.pages), self._client.mirror().count(BoardItem.kind)
        except EduWidgetsError:  # in a forked child, which has no lesson
            return super().__repr__()
        return f"{super().__repr__()[:-1]}, pages: {pages}, strokes: {strokes})"

    # -- intents of the pages (any thread) -------------------------------------------------

    @on_intent("board.draw")
    def _on_draw(self, intent: Intent) -> None:
        data = intent.read(DrawItem)
        found, _ = self._board.read([data.id])
        held = found.get(data.id)
        if held is not None and (held.coded, held.text) == (data.points, data.text):
            return  # a page that was loaded again may send a known stroke again
        _ = self._board.send(commands.DRAW_ITEM.name, data)

    @on_intent("board.erase")
    def _on_erase(self, intent: Intent) -> None:
        _ = self._board.send(commands.ERASE_ITEMS.name, intent.read(EraseItems))

    @on_intent("board.move")
    def _on_move(self, intent: Intent) -> None:
        _ = self._board.send(commands.MOVE_ITEMS.name, intent.read(MoveItems))

    @on_intent("board.part")
    def _on_part(self, intent: Intent) -> None:
        self._client.signal(commands.BOARD_PART.name, intent.read(BoardPart))

    @on_intent("board.page")
    def _on_page(self, intent: Intent) -> None:
        _ = self._board.send(commands.SET_PAGE.name, intent.read(SetPage))

    @on_intent("board.clear")
    def _on_clear(self, intent: Intent) -> None:
        _ = self._board.send(commands.CLEAR_PAGE.name, intent.read(ClearPage))

    @on_intent("board.set")
    def _on_set(self, intent: Intent) -> None:
        _ = self._board.send(commands.SET_BOARD.name, intent.read(SetBoard))

    @on_intent("board.view")
    def _on_view(self, intent: Intent) -> None:
        _ = self._client.send(commands.SHOW_VIEW.name, intent.read(ShowView))

    @on_intent("board.svg")
    def _on_svg(self, intent: Intent) -> None:
        """Send a page as an SVG, for the page to save as a file; of a figure what is here."""
        page = intent.text("page")
        self._check_page(page)
        number = self.pages.index(page) + 1
        exported = {"name": f"board-{self._client.course}-{number}.svg", "text": self._svg(page, 0)}
        self._channel.signal("exported", exported, to=intent.page)

    @on_intent("board.older")
    def _on_older(self, intent: Intent) -> None:
        page, before = intent.page, intent.number("before")
        if self._shown.has_older(before):
            self._channel.send_older(page, ITEMS, before)
            return
        receipt = self.older()

        def settled() -> None:
            if receipt.error is None:
                self._channel.send_older(page, ITEMS, before)
            else:
                self._intents.refuse(intent, receipt.error)

        receipt.when_settled(settled)

    # -- from the course (network thread) ----------------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        match event:
            case DocumentsChanged():
                self._documents_changed(event)
            case SignalReceived(commands.BOARD_PARTS.name, channel, data):
                if channel == self._client.channel:
                    self._show_parts(data)
            case CommandChanged(command) if command.type in _OWN | _OTHERS:
                self._command_changed(event)
            case SignalReceived() | CommandChanged():
                pass  # of other features
            case _:
                self._channel.changed(ROOM, [ROOM], also=self._all_pages())

    def _all_pages(self) -> dict[str, list[str]]:
        return {PAGES: self.pages}

    def _command_changed(self, event: CommandChanged) -> None:
        command = event.command
        if command.type in _OWN:
            self._board.pending.heard(event)
            self._channel.changed(ITEMS, ids_of(_CHANGES[command.type].decode(command.data)))
        if command.state is CommandState.FAILED and not event.gone:
            self._client.discard(command.id)
            if command.type != commands.SHOW_VIEW.name:
                self._channel.signal("notice", {"message": command.error})

    def _show_parts(self, data: msgspec.Raw) -> None:
        parts = msgspec.json.decode(data, type=BoardParts).parts
        me = self._client.me().user_id
        shown = [msgspec.to_builtins(part) for part in parts if part.user_id != me]
        if shown:
            self._channel.signal("parts", shown)

    def _documents_changed(self, event: DocumentsChanged) -> None:
        if event.channel != self._client.channel:
            return
        began, self._begun = self._begun, self._begun or self._client.caught_up()
        if event.reset:
            self._channel.changed(reset=True)
            return
        docs = (*event.upserted, *event.removed, *event.dropped)
        ids = [_id(doc) for doc in docs if doc.kind == BoardItem.kind]
        pages = [doc for doc in docs if doc.kind == BoardPage.kind]
        for page in pages:
            ids += self._board.of_page(page.id.partition(":")[2])
        if ids or any(doc.kind.startswith("board") for doc in docs):
            self._channel.changed(ITEMS, ids, also={ROOM: [ROOM], **self._all_pages()})
        if began and event.live:
            self._tell(event)

    def _tell(self, event: DocumentsChanged) -> None:
        for doc in event.upserted:
            body = decoded(doc, BoardItem) if doc.kind == BoardItem.kind else None
            if body is not None:
                self._call("change", stroke_of(body))
        for doc in event.removed:
            if doc.kind == BoardItem.kind:
                gone = BoardItem(_id(doc), "", "pen", "ink", 1, 0, 0, "", "", "", 0)
                self._call("change", erased(stroke_of(gone)))

    # -- handing over ------------------------------------------------------------------------------

    def _draw(self, data: DrawItem, places: list[tuple[int, int]]) -> Receipt:
        x, y = places[0]
        coded = encode([(px - x, py - y) for px, py in places])
        whole = msgspec.structs.replace(data, id=uuid7(), x=x, y=y, points=coded)
        return self._board.send(commands.DRAW_ITEM.name, whole)

    def _svg(self, page: str, wait: float) -> str:
        held = self._board.page(page)
        ground = None
        if held is not None and held.ground is not None:
            try:
                ground = (held.ground, self._client.blobs.get(held.ground).result(wait))
            except TimeoutError as error:
                if wait:
                    raise Refused("The figure has not come; try again.") from error
        return svg([stroke for stroke in self.strokes if stroke.page == page], ground)

    def _check_page(self, page: object) -> None:
        if page not in self.pages:
            raise InvalidArgument(f"There is no page {page!r:.80}; `pages` has all that are.")

    def _check_staff(self, what: str) -> None:
        self._client.check_open()
        if not self._client.me().is_staff:
            raise Refused(f"Only instructors may {what}.")


def _id(doc: Document) -> str:
    return doc.id.removeprefix(item_id(""))


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
    if not (math.isfinite(x) and math.isfinite(y)) or max(abs(x), abs(y)) * QUARTERS > FAR:
        raise InvalidArgument(f"({x:g}, {y:g}) is no place on a page: a million pixels at most.")
    return round(x * QUARTERS), round(y * QUARTERS)
