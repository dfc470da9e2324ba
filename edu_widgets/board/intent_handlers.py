"""Handlers of the intents that the pages of a board send. Any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Protocol

from edu_widgets.board import commands
from edu_widgets.board.commands import (
    BoardPart,
    ClearPage,
    DrawItem,
    EraseItems,
    MoveItems,
    SetBoard,
    SetPage,
    ShowView,
)
from edu_widgets.board.item import Stroke
from edu_widgets.board.mirror import BoardMirror
from edu_widgets.board.page_content import ITEMS, BoardContent
from edu_widgets.board.svg import Ground, svg
from edu_widgets.client.course import CourseClient
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.notebook.statuses import Statuses
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument, NotConnected, Refused

_MOST_PEOPLE = 500
"""People in the list from which the instructor chooses one to give the pen to."""


class BoardPort(Protocol):
    """The parts of `SharedBoard` that the handlers use."""

    @property
    def strokes(self) -> list[Stroke]: ...
    @property
    def pages(self) -> list[str]: ...
    def older(self) -> Receipt: ...
    def people_for_pen(self) -> Mapping[str, str]: ...
    def signal_to(self, page: str, name: str, data: object) -> None: ...
    def send_older(self, page: str, collection: str, before: int) -> None: ...
    def refuse(self, intent: Intent, error: EduWidgetsError) -> None: ...


class IntentHandlers:
    """Handles the intents of one board's pages."""

    def __init__(
        self,
        board: BoardPort,
        client: CourseClient,
        mirror: BoardMirror,
        shown: BoardContent,
        statuses: Sequence[Statuses],
    ) -> None:
        self._board = board
        self._client = client
        self._mirror = mirror
        self._shown = shown
        self._statuses = statuses

    # -- drawing -------------------------------------------------------------------------

    @on_intent("board.draw")
    def draw(self, intent: Intent) -> None:
        """`board.draw`, as the command `board_draw`."""
        data = intent.read(DrawItem)
        found, _ = self._mirror.read([data.id])
        held = found.get(data.id)
        if held is not None and (held.coded, held.text) == (data.points, data.text):
            return  # a page that was loaded again may send a known stroke again
        _ = self._mirror.send(commands.DRAW_ITEM.name, data)

    @on_intent("board.erase")
    def erase(self, intent: Intent) -> None:
        """`board.erase {ids}`."""
        _ = self._mirror.send(commands.ERASE_ITEMS.name, intent.read(EraseItems))

    @on_intent("board.move")
    def move(self, intent: Intent) -> None:
        """`board.move {ids, dx, dy}`."""
        _ = self._mirror.send(commands.MOVE_ITEMS.name, intent.read(MoveItems))

    @on_intent("board.part")
    def part(self, intent: Intent) -> None:
        """`board.part`, as the signal `board_part`."""
        self._client.signal(commands.BOARD_PART.name, intent.read(BoardPart))

    # -- pages, and who draws ------------------------------------------------------------

    @on_intent("board.page")
    def page(self, intent: Intent) -> None:
        """`board.page {id, ground?, removed?}`; `ground` is a picture that the kernel was given."""
        _ = self._mirror.send(commands.SET_PAGE.name, intent.read(SetPage))

    @on_intent("board.clear")
    def clear(self, intent: Intent) -> None:
        """`board.clear {id}`."""
        _ = self._mirror.send(commands.CLEAR_PAGE.name, intent.read(ClearPage))

    @on_intent("board.set")
    def set(self, intent: Intent) -> None:
        """`board.set {open?, pen?, give?, follow?}`."""
        _ = self._mirror.send(commands.SET_BOARD.name, intent.read(SetBoard))

    @on_intent("board.view")
    def view(self, intent: Intent) -> None:
        """`board.view {view}`."""
        _ = self._client.send(commands.SHOW_VIEW.name, intent.read(ShowView))

    @on_intent("board.people")
    def people(self, intent: Intent) -> None:
        """`board.people {}`: whom the pen can be given to, answered by the signal `people`."""
        if not self._client.me().is_staff:
            raise Refused("Only instructors may say who draws.")
        people = sorted(self._board.people_for_pen().items(), key=lambda one: one[1].casefold())
        told = [{"id": id_, "name": name} for id_, name in people[:_MOST_PEOPLE]]
        self._board.signal_to(intent.page, "people", told)

    @on_intent("board.hand")
    def hand(self, intent: Intent) -> None:
        """`board.hand {note}`: raise one's hand, to be given the pen."""
        if not self._statuses:
            raise Refused("This lesson has no list of people to raise a hand in.")
        for one in self._statuses:
            one.raise_hand(intent.text("note"))

    # -- what a page fetches -------------------------------------------------------------

    @on_intent("board.svg")
    def svg(self, intent: Intent) -> None:
        """`board.svg {page}`: a page to be saved as a file, answered by the signal `exported`."""
        page, pages = intent.text("page"), self._board.pages
        if page not in pages:
            raise InvalidArgument("There is no such page any more.")
        name = f"board-{self._client.course}-{pages.index(page) + 1}.svg"

        def export(ground: Ground | None) -> None:
            drawn = svg([stroke for stroke in self._board.strokes if stroke.page == page], ground)
            self._board.signal_to(intent.page, "exported", {"name": name, "text": drawn})

        held = self._mirror.page(page)
        if held is None or held.ground is None:
            export(None)
            return
        ref: BlobRef = held.ground

        def come(future: Future[bytes]) -> None:
            try:
                data = future.result()
            except EduWidgetsError as error:
                self._board.refuse(intent, error)
            except Exception:  # noqa: BLE001 - whatever keeps it from coming
                self._board.refuse(intent, NotConnected("The figure has not come; try again."))
            else:
                export((ref, data))

        self._client.blobs.get(ref).add_done_callback(come)

    @on_intent("board.older")
    def older(self, intent: Intent) -> None:
        """`board.older {before}`: send items that were drawn earlier."""
        page, before = intent.page, intent.number("before")
        if self._shown.has_older(before):
            self._board.send_older(page, ITEMS, before)
            return
        receipt = self._board.older()

        def settled() -> None:
            if receipt.error is None:
                self._board.send_older(page, ITEMS, before)
            else:
                self._board.refuse(intent, receipt.error)

        receipt.when_settled(settled)
