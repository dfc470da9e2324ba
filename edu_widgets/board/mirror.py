"""This process's view of the board: pages, people who draw, items. Any thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from edu_widgets.board import commands
from edu_widgets.board.commands import DrawItem, EraseItems, MoveItems
from edu_widgets.board.documents import (
    FIRST_PAGE,
    Board,
    BoardItem,
    BoardPage,
    item_id,
    may_draw,
    page_id,
)
from edu_widgets.board.item import Stroke, stroke_of
from edu_widgets.client.bodies import decoded, when
from edu_widgets.client.course import CourseClient
from edu_widgets.client.pending_commands import PendingCommand, PendingCommands
from edu_widgets.client.runtime.receipts import Receipt

Change = DrawItem | EraseItems | MoveItems

CHANGES = (commands.DRAW_ITEM, commands.ERASE_ITEMS, commands.MOVE_ITEMS)


class BoardMirror:
    """A board in the mirror, with one's own pending changes on top of it."""

    def __init__(self, client: CourseClient) -> None:
        self._client = client
        self.pending = PendingCommands[Change](client, *CHANGES)

    def settings(self) -> Board:
        """Return who draws, and whose view the class follows."""
        return decoded(self._client.mirror().get(Board.ID), Board) or Board()

    def may_draw(self) -> bool:
        """Return True if one may draw now."""
        me, view = self._client.me(), self._client.view()
        if commands.BOARD not in view.features or view.readonly or self._client.base:
            return False
        return may_draw(self.settings(), me.user_id, staff=me.is_staff)

    def pages(self) -> list[BoardPage]:
        """Return the pages in their order."""
        found = self._client.mirror().of_kind(BoardPage.kind)
        pages = [body for doc in found if (body := decoded(doc, BoardPage)) is not None]
        first = [page for page in pages if page.id == FIRST_PAGE] or [BoardPage(FIRST_PAGE)]
        return first + [page for page in pages if page.id != FIRST_PAGE and not page.removed]

    def strokes(self) -> list[Stroke]:
        """Return all that is loaded, oldest first, with one's own pending changes applied."""
        pages = {page.id: page for page in self.pages()}
        found: dict[str, Stroke] = {}
        for doc in self._client.mirror().of_kind(BoardItem.kind):
            body = decoded(doc, BoardItem)
            if body is not None and _is_there(body, pages):
                found[body.id] = stroke_of(body)
        for command in self.pending.waiting():
            for id_ in ids_of(command.data):
                self._apply(command, id_, found)
        return list(found.values())

    def read(self, ids: Iterable[str]) -> tuple[dict[str, Stroke], set[str]]:
        """Return things by their ids, and which of them have pending changes."""
        mirror, pages = self._client.mirror(), {page.id: page for page in self.pages()}
        found: dict[str, Stroke] = {}
        wanted = list(dict.fromkeys(ids))
        for id_ in wanted:
            body = decoded(mirror.get(item_id(id_)), BoardItem)
            if body is not None and _is_there(body, pages):
                found[id_] = stroke_of(body)
        changed = set()
        for command in self.pending.waiting():
            for id_ in set(ids_of(command.data)).intersection(wanted):
                changed.add(id_)
                self._apply(command, id_, found)
        return found, changed

    def drawn(self) -> set[str]:
        """Return the ids of the items that are drawn and not acknowledged yet."""
        pending = self.pending.waiting(commands.DRAW_ITEM.name)
        return {id_ for command in pending for id_ in ids_of(command.data)}

    def of_page(self, page: str) -> list[str]:
        """Return the ids of a page's loaded items, also of cleared ones."""
        docs = self._client.mirror().of_kind(BoardItem.kind)
        bodies = (decoded(doc, BoardItem) for doc in docs)
        return [body.id for body in bodies if body is not None and body.page == page]

    def page(self, page: str) -> BoardPage | None:
        """Return a page as it is stored; None for one that is not."""
        return decoded(self._client.mirror().get(page_id(page)), BoardPage)

    def send(self, type_: str, data: msgspec.Struct) -> Receipt:
        """Hand over a command.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        if isinstance(data, DrawItem | EraseItems | MoveItems):
            return self.pending.send(type_, data)
        return self._client.send(type_, data)

    def _apply(self, command: PendingCommand[Change], id_: str, found: dict[str, Stroke]) -> None:
        if not command.hopeful:
            return
        match command.data:
            case DrawItem() as data:
                me = self._client.me()
                before = found.get(id_)
                found[id_] = Stroke(
                    data.id,
                    data.page,
                    data.tool,
                    data.ink,
                    data.width,
                    data.text,
                    me.user_id,
                    me.name,
                    before.created_at if before else when(data.created_at or command.created),
                    me.role,
                    command.state,
                    (data.x, data.y),
                    data.points,
                )
            case EraseItems():
                found.pop(id_, None)
            case MoveItems() as data if id_ in found:
                found[id_] = found[id_].moved(data.dx, data.dy, command.state)
            case _:
                pass


def ids_of(data: Change) -> list[str]:
    """Return the ids of the things that a command is about."""
    return [data.id] if isinstance(data, DrawItem) else data.ids


def erased(stroke: Stroke) -> Stroke:
    """Return a thing as one that is gone."""
    return replace(stroke, state="erased")


def _is_there(item: BoardItem, pages: dict[str, BoardPage]) -> bool:
    page = pages.get(item.page)
    return page is not None and item.created_at > page.cleared_at
