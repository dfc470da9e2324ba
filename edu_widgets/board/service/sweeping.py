"""Deletion of cleared items, a slice a second, and of an erased person's items."""

import msgspec

from edu_widgets.board.documents import MAX_ITEMS, Board, BoardItem, BoardPage
from edu_widgets.board.service.sizes import ALL, Size, of_person, sizes, sizes_channel, without
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import course_channel
from edu_widgets.service.rules import (
    DELETE,
    Decision,
    Erasure,
    Get,
    Request,
    RuleRun,
    Scan,
    Write,
    read,
)
from edu_widgets.service.timers import Due, Timer

AT_ONCE = 1_000
"""Things that are deleted at once: the frame that tells of them stays small."""


def sweep(request: Request[Due]) -> RuleRun:
    """Delete some of the things that were cleared from a page; of a page taken away it too."""
    channel, id_ = request.channel, request.data.id
    page = read((yield Get(channel, (id_,))), id_, BoardPage)
    if page is None or page.swept:
        return Decision(reply=False)
    docs = [doc for doc in (yield Scan(channel, BoardItem.kind, MAX_ITEMS)) if _gone(doc, page)]
    less = yield from without(request.course, docs[:AT_ONCE])
    writes = [Write(channel, doc.id, doc.kind, DELETE) for doc in docs[:AT_ONCE]] + less
    done = len(docs) <= AT_ONCE
    if done and page.removed:
        writes.append(Write(channel, id_, BoardPage.kind, DELETE))
    else:
        # Written also if there is more to do: it becomes due again by that.
        page = msgspec.structs.replace(page, swept=done)
        writes.append(Write(channel, id_, BoardPage.kind, page))
    return Decision(writes, reply=False)


def erase(person: Erasure) -> RuleRun:
    """Take a person from the people with the pen, and their things from what is counted.

    What they drew goes by its author.
    """
    channel = course_channel(person.course)
    writes: list[Write] = []
    found = yield Get(channel, (Board.ID,))
    board = read(found, Board.ID, Board)
    if board is not None:
        pens = {id_: name for id_, name in board.pens.items() if id_ != person.user_id}
        left = msgspec.structs.replace(board, pens=pens)
        if board.leader_id == person.user_id:
            left = msgspec.structs.replace(left, leader_id="", leader_name="", view=None)
        if left != board:
            writes.append(Write(channel, Board.ID, Board.kind, left, signed=False))
    counts = sizes_channel(person.course)
    held = yield from sizes(person.course, person.user_id)
    own = held[person.user_id]
    if own != Size():
        whole = held[ALL].plus(-own.items, -own.bytes)
        writes.append(Write(counts, ALL, Size.kind, whole, signed=False))
        writes.append(Write(counts, of_person(person.user_id), Size.kind, DELETE, signed=False))
    return Decision(writes)


def _gone(doc: Document, page: BoardPage) -> bool:
    item: BoardItem = doc.as_(BoardItem)
    return item.page == page.id and item.created_at <= page.cleared_at


def _due(doc: Document) -> int | None:
    page: BoardPage = doc.as_(BoardPage)
    return None if page.swept else page.cleared_at


SWEEPING = Timer(BoardPage.kind, course_channel, _due, sweep)
