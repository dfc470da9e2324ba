"""The board as the pages get it: docs/widget-protocol.md, *Board*."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from edu_widgets.board.documents import BoardItem, item_id
from edu_widgets.board.item import Stroke
from edu_widgets.board.mirror import BoardMirror
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.protocol import Document

ITEMS = "items"
"""The collection of what is on the board, by the ids of the things."""

PAGES = "pages"
"""The collection of pages."""

ROOM = "room"
"""The collection with the single document of who draws, and whose view the class follows."""

PAGE = 1_000
"""Things in a snapshot, and in a page of older ones."""


class BoardContent:
    """The board as documents for the pages. Any thread.

    Things that are stored are told by their `seq` alone; a `rev` have those that had changes of
    one's own, and the few documents of the other collections.
    """

    def __init__(
        self, client: CourseClient, board: BoardMirror, *, can_raise: bool = False
    ) -> None:
        self._client = client
        self._board = board
        self._can_raise = can_raise
        self._own, self._pages, self._room = Versions(), Versions(), Versions()
        self._changed: set[str] = set()
        """Ids of the things that ever had changes of one's own that were not stored yet."""

    # -- notebook.stream.Content ----------------------------------------------------------

    def windows(self) -> Mapping[str, Window]:
        """Return the collections as a page begins with them."""
        mirror = self._client.mirror()
        window = self._window(mirror.newest(BoardItem.kind, PAGE + 1), self._board.drawn())
        return {ITEMS: window, PAGES: Window(self._all_pages()), ROOM: Window([self._one_room()])}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """Return these documents in their current state, and the ids of missing ones."""
        wanted = list(dict.fromkeys(ids))
        if collection == ITEMS:
            found = self._items(wanted)
        else:
            every = self._all_pages() if collection == PAGES else [self._one_room()]
            found = [doc for doc in every if doc["id"] in wanted]
        known = {doc["id"] for doc in found}
        return found, [id_ for id_ in wanted if id_ not in known]

    def older(self, collection: str, before: int) -> Window:
        """Return the loaded things that were born before `before`."""
        del collection
        docs = self._client.mirror().before(BoardItem.kind, before, PAGE + 1)
        window = self._window(docs, set())
        return window if docs else Window([], min(before, window.floor), window.more)

    def has_older(self, before: int) -> bool:
        """Return True if things are loaded that were born before `before`."""
        return bool(self._client.mirror().before(BoardItem.kind, before, 1))

    # -- rendering ---------------------------------------------------------------------------

    def _window(self, docs: list[Document], besides: set[str]) -> Window:
        mirror, kind = self._client.mirror(), BoardItem.kind
        more, docs = len(docs) > PAGE, docs[-PAGE:]
        ids = [doc.id.removeprefix(item_id("")) for doc in docs]
        found = self._items([*ids, *(besides - set(ids))])
        floor = docs[0].born if more else mirror.floor(kind)
        return Window(found, floor, more or mirror.more(kind))

    def _items(self, ids: list[str]) -> list[Json]:
        found, changed = self._board.read(ids)
        self._changed |= changed
        return [self._item(stroke) for stroke in found.values()]

    def _item(self, stroke: Stroke) -> Json:
        stored = self._client.mirror().get(item_id(stroke.id))
        x, y = stroke.place
        doc: Json = {"id": stroke.id, "page": stroke.page, "tool": stroke.tool}
        doc |= {"ink": stroke.ink, "width": stroke.width, "x": x, "y": y, "points": stroke.coded}
        doc |= {"name": stroke.user_name, "at": round(stroke.created_at.timestamp() * 1000)}
        optional: Json = {
            "text": stroke.text,
            "staff": stroke.role != "student",
            "mine": stroke.user_id == self._client.me().user_id,
            "state": stroke.state if stroke.state != "sent" else "",
        }
        doc |= {key: value for key, value in optional.items() if value}
        if stored is not None:
            doc |= {"born": stored.born, "seq": stored.seq}
        return self._own.stamped(stroke.id, doc) if stroke.id in self._changed else doc

    def _all_pages(self) -> list[Json]:
        return [
            self._pages.stamped(page.id, {"id": page.id, "order": order, "ground": ground})
            for order, page in enumerate(self._board.pages())
            for ground in [None if page.ground is None else msgspec.to_builtins(page.ground)]
        ]

    def _one_room(self) -> Json:
        held, me = self._board.settings(), self._client.me()
        doc: Json = {
            "id": ROOM,
            "draws": self._board.may_draw(),
            "hand": self._can_raise and "presence" in self._client.view().features,
            "staff": me.is_staff and not self._client.view().readonly,
            "open": held.open,
            "pens": held.pens,
            "leader": held.leader_name if held.leader_id else "",
            "leads": held.leader_id == me.user_id,
            "view": None if held.view is None else msgspec.to_builtins(held.view),
        }
        return self._room.stamped(ROOM, doc)
