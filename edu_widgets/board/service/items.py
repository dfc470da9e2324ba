"""Rules for the board's items: drawing, erasing, moving."""

from collections.abc import Sequence
from typing import Any

import msgspec

from edu_widgets.board.commands import MAX_AT_ONCE, DrawItem, EraseItems, MoveItems
from edu_widgets.board.documents import (
    FIRST_PAGE,
    MAX_TEXT,
    Board,
    BoardItem,
    BoardPage,
    item_id,
    may_draw,
    page_id,
)
from edu_widgets.board.points import FAR, decode
from edu_widgets.board.service.sizes import ALL, check_room, sizes, without, written
from edu_widgets.protocol import Code, Document, is_id
from edu_widgets.protocol.channels import course_channel
from edu_widgets.protocol.errors import InvalidArgument, Refused, refusal
from edu_widgets.protocol.visible_text import checked
from edu_widgets.service.rules import (
    DELETE,
    Decision,
    Get,
    Part,
    Request,
    RuleRun,
    Write,
    read,
)

_TEXTS = ("text", "sticky")
_SHAPES = ("line", "arrow", "rectangle", "ellipse")
_WIDTHS = 3


def draw(request: Request[DrawItem]) -> RuleRun:
    """Put a thing on the board, replace one's own, or restore one's own that one has erased.

    What others have removed, and what was cleared since it was drawn, quietly stays away.

    Raises:
        Refused: `FORBIDDEN` for who may not draw, and for a thing of somebody else's; `NOT_FOUND`
            for a page that is not there; `INVALID` for what is no stroke, and for a full board.
    """
    yield from check_rights(request)
    data, user = request.data, request.user
    fresh = _item(request)
    page = yield from _page(request, data.page)
    id_ = item_id(data.id)
    found = yield Get(request.channel, (id_,))
    held = read(found, id_, BoardItem)
    if held is not None and held.user_id != user.id:
        raise refusal(Code.FORBIDDEN, "This was drawn by somebody else.")
    size = yield from sizes(request.course, user.id)
    if found and held is None:  # it was erased
        gone = data.id in size[user.id].removed or data.created_at <= page.cleared_at
        if gone or data.created_at == 0:
            return Decision()
        fresh = msgspec.structs.replace(fresh, created_at=min(data.created_at, request.now))
    before = 0
    if held is not None:
        fresh = msgspec.structs.replace(fresh, created_at=held.created_at)
        before = len(next(doc.body for doc in found if doc.id == id_))
        if fresh == held:
            return Decision()
    write = Write(request.channel, id_, BoardItem.kind, fresh)
    more = (int(held is None), len(write.encoded() or b"") - before)
    if held is None:
        check_room(user, size[ALL], size[user.id], more[1])
    changed = {key: size[key].plus(*more) for key in (ALL, user.id)}
    return Decision([write, *written(request.course, changed)])


def erase_items(request: Request[EraseItems]) -> RuleRun:
    """Delete things; those that are gone already are no mistake.

    Raises:
        Refused: `FORBIDDEN` for who may not draw, and for students' erasing what is another's.
    """
    docs = yield from _held(request, request.data.ids, "erase")
    less = yield from without(request.course, docs, by=request.user.id)
    return Decision([*(Write(request.channel, doc.id, doc.kind, DELETE) for doc in docs), *less])


def move(request: Request[MoveItems]) -> RuleRun:
    """Move things; those that are gone already are left out.

    Raises:
        Refused: `FORBIDDEN` for who may not draw, and for students' moving what is another's;
            `INVALID` for a place too far away.
    """
    docs = yield from _held(request, request.data.ids, "move")
    writes = []
    for doc in docs:
        item: BoardItem = doc.as_(BoardItem)
        x, y = item.x + request.data.dx, item.y + request.data.dy
        _check_near(x, y)
        moved = msgspec.structs.replace(item, x=x, y=y)
        if moved != item:
            writes.append(Write(request.channel, doc.id, doc.kind, moved))
    return Decision(writes)


def check_rights(request: Request[Any]) -> Part[Board]:
    """Return the board's settings, if the sender may draw on it.

    Raises:
        Refused: `INVALID` in a channel that has no board, `FORBIDDEN` for who may not draw.
    """
    board = yield from board_of(request)
    if not may_draw(board, request.user.id, staff=request.user.staff):
        raise refusal(Code.FORBIDDEN, "Only instructors draw on the board now.")
    return board


def board_of(request: Request[Any]) -> Part[Board]:
    """Return the board's settings.

    Raises:
        Refused: `INVALID` in a channel that has no board.
    """
    if request.channel != course_channel(request.course):
        raise refusal(Code.INVALID, "The board is in a course's channel.")
    held = read((yield Get(request.channel, (Board.ID,))), Board.ID, Board)
    return held or Board()


def _held(request: Request[Any], ids: Sequence[str], what: str) -> Part[list[Document]]:
    yield from check_rights(request)
    if not 1 <= len(ids) <= MAX_AT_ONCE or not all(map(is_id, ids)):
        raise refusal(Code.INVALID, f"`ids` are 1 to {MAX_AT_ONCE} ids of things on the board.")
    found = yield Get(request.channel, tuple(item_id(id_) for id_ in dict.fromkeys(ids)))
    docs = [doc for doc in found if doc.kind == BoardItem.kind and not doc.deleted]
    user = request.user
    if not user.staff and any(doc.as_(BoardItem).user_id != user.id for doc in docs):
        raise refusal(Code.FORBIDDEN, f"You may {what} only what you have drawn yourself.")
    return docs


def _page(request: Request[DrawItem], id_: str) -> Part[BoardPage]:
    if not is_id(id_):
        raise refusal(Code.INVALID, "`page` is not the id of a page.")
    page = read((yield Get(request.channel, (page_id(id_),))), page_id(id_), BoardPage)
    if page is None and id_ == FIRST_PAGE:
        return BoardPage(FIRST_PAGE)
    if page is None or page.removed:
        raise refusal(Code.NOT_FOUND, "This page of the board is not there any more.")
    return page


def _item(request: Request[DrawItem]) -> BoardItem:
    data, user = request.data, request.user
    if not is_id(data.id):
        raise refusal(Code.INVALID, "`id` is not the id of a thing on the board.")
    if not 1 <= data.width <= _WIDTHS:
        raise refusal(Code.INVALID, f"`width` is a number from 1 to {_WIDTHS}.")
    _check_near(data.x, data.y)
    text = data.text
    try:
        points = decode(data.points)
        if data.tool in _TEXTS:
            text = checked(text, "A text on the board", MAX_TEXT)
    except InvalidArgument as error:
        raise refusal(Code.INVALID, str(error)) from error
    wrong = not points or points[0] != (0, 0) or (text != "" and data.tool not in _TEXTS)
    count = 2 if data.tool in _SHAPES else 1 if data.tool in _TEXTS else len(points)
    if wrong or len(points) != count:
        raise _no_thing(data.tool)
    return BoardItem(
        data.id,
        data.page,
        data.tool,
        data.ink,
        data.width,
        data.x,
        data.y,
        data.points,
        user.id,
        user.name,
        request.now,
        text,
        user.role if user.staff else None,
    )


def _no_thing(tool: str) -> Refused:
    return refusal(Code.INVALID, f"These points are none that a {tool} has.")


def _check_near(x: int, y: int) -> None:
    if abs(x) > FAR or abs(y) > FAR:
        raise refusal(Code.INVALID, "A stroke may lie at most a million pixels away.")
