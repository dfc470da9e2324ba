"""Rules for what staff decides: pages, who draws, and whose view the class follows."""

from typing import Any

import msgspec

from edu_widgets.board.commands import ClearPage, SetBoard, SetPage, ShowView
from edu_widgets.board.documents import (
    FIRST_PAGE,
    MAX_PAGES,
    MAX_PENS,
    Board,
    BoardPage,
    page_id,
)
from edu_widgets.board.service.items import board_of
from edu_widgets.protocol import Code, is_id
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.checks import only_staff
from edu_widgets.service.rules import (
    Decision,
    Get,
    Members,
    Part,
    Person,
    Request,
    RuleRun,
    Scan,
    Write,
    read,
)

_FAR = 1_000_000


def set_page(request: Request[SetPage]) -> RuleRun:
    """Add a page, give one a picture as its ground, or take one away with all that is on it.

    Raises:
        Refused: `FORBIDDEN` for students; `INVALID` beyond 100 pages and for removing the first.
    """
    only_staff(request, "add or remove pages")
    yield from board_of(request)
    data, id_ = request.data, page_id(request.data.id)
    if not is_id(data.id) or (data.removed and data.id == FIRST_PAGE):
        raise refusal(Code.INVALID, "`id` is not the id of a page that can be so.")
    found = yield Get(request.channel, (id_,))
    held = read(found, id_, BoardPage)
    if data.removed:
        if held is None or held.removed:
            return Decision()
        return Decision([_emptied(request, held, removed=True)])
    if found and (held is None or held.removed):
        raise refusal(Code.NOT_FOUND, "This page of the board is not there any more.")
    if held is None:
        pages = yield Scan(request.channel, BoardPage.kind, MAX_PAGES)
        if len(pages) >= MAX_PAGES:
            text = f"The board has {MAX_PAGES} pages, which is the most; remove one first."
            raise refusal(Code.INVALID, text)
    page = held or BoardPage(data.id)
    if held is not None and data.ground in (None, held.ground):
        return Decision()
    changed = msgspec.structs.replace(page, ground=data.ground)
    return Decision([Write(request.channel, id_, BoardPage.kind, changed)])


def clear(request: Request[ClearPage]) -> RuleRun:
    """Delete all that is on a page; its ground stays.

    Raises:
        Refused: `FORBIDDEN` for students, `NOT_FOUND` for a page that is not there.
    """
    only_staff(request, "clear a page")
    yield from board_of(request)
    id_ = page_id(request.data.id)
    held = read((yield Get(request.channel, (id_,))), id_, BoardPage)
    if held is None and request.data.id == FIRST_PAGE:
        held = BoardPage(FIRST_PAGE)
    if held is None or held.removed:
        raise refusal(Code.NOT_FOUND, "This page of the board is not there any more.")
    return Decision([_emptied(request, held)])


def set_board(request: Request[SetBoard]) -> RuleRun:
    """Say who draws, and whether the class follows one's view.

    Raises:
        Refused: `FORBIDDEN` for students; `NOT_FOUND` for the pen to nobody here; `INVALID` beyond
            50 pens.
    """
    only_staff(request, "say who draws")
    held = yield from board_of(request)
    data, user = request.data, request.user
    board = held if data.open is None else msgspec.structs.replace(held, open=data.open)
    if data.pen:
        pens = yield from _pens(request, board)
        board = msgspec.structs.replace(board, pens=pens)
    if data.follow:
        board = msgspec.structs.replace(board, leader_id=user.id, leader_name=user.name)
        if held.leader_id != user.id:
            board = msgspec.structs.replace(board, view=None)
    elif data.follow is not None:
        board = msgspec.structs.replace(board, leader_id="", leader_name="", view=None)
    if board == held:
        return Decision()
    return Decision([Write(request.channel, Board.ID, Board.kind, board, signed=False)])


def show_view(request: Request[ShowView]) -> RuleRun:
    """Show the class one's view; without followers, and unchanged, nothing is written.

    Raises:
        Refused: `FORBIDDEN` for students, `INVALID` for what is no part of a page.
    """
    only_staff(request, "show the class their view")
    board, view = (yield from board_of(request)), request.data.view
    place = max(abs(view.x), abs(view.y)) <= _FAR
    if not is_id(view.page) or not place or not (0 < view.width <= _FAR >= view.height > 0):
        raise refusal(Code.INVALID, "`view` is no part of a page.")
    if board.leader_id != request.user.id or board.view == view:
        return Decision(reply=False)
    shown = msgspec.structs.replace(board, view=view)
    write = Write(request.channel, Board.ID, Board.kind, shown, signed=False)
    return Decision([write], reply=False)


def _emptied(request: Request[Any], page: BoardPage, *, removed: bool = False) -> Write:
    emptied = msgspec.structs.replace(
        page,
        cleared_at=request.now,
        swept=False,
        removed=removed,
        ground=None if removed else page.ground,
    )
    return Write(request.channel, page_id(page.id), BoardPage.kind, emptied)


def _pens(request: Request[SetBoard], board: Board) -> Part[dict[str, str]]:
    """Return the people with the pen once one of them was given it, or it was taken from them."""
    id_ = request.data.pen
    pens = {user_id: name for user_id, name in board.pens.items() if user_id != id_}
    if not request.data.give:
        return pens
    people = yield Members(request.course, id_)
    person = people[0].as_(Person) if people else None
    if person is None or person.id != id_:
        raise refusal(Code.NOT_FOUND, "There is nobody here with this id to give the pen to.")
    if len(pens) >= MAX_PENS:
        text = f"{MAX_PENS} people have the pen, which is the most; open the board to all."
        raise refusal(Code.INVALID, text)
    return pens | {id_: person.name}
