"""SharedBoard: the board of a class in a notebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from edu_widgets.board import commands
from edu_widgets.board.api import BoardApi
from edu_widgets.board.commands import BoardParts
from edu_widgets.board.documents import BoardItem, BoardPage, item_id
from edu_widgets.board.intent_handlers import IntentHandlers
from edu_widgets.board.item import Stroke, stroke_of
from edu_widgets.board.mirror import CHANGES, BoardMirror, Change, erased, ids_of
from edu_widgets.board.packing import pack
from edu_widgets.board.page_content import ITEMS, PAGES, ROOM, BoardContent
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.known_people import known
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged, SignalReceived
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.packed import Pack
from edu_widgets.notebook.page_requests import Intent
from edu_widgets.notebook.statuses import Statuses
from edu_widgets.notebook.widget import LiveWidget
from edu_widgets.notebook.widget_context import WidgetContext
from edu_widgets.protocol import Document
from edu_widgets.protocol.errors import EduWidgetsError

__all__ = ["SharedBoard", "Stroke"]

_OWN = frozenset(command.name for command in CHANGES)
_OTHERS = frozenset(
    command.name
    for command in (commands.SET_PAGE, commands.CLEAR_PAGE, commands.SET_BOARD, commands.SHOW_VIEW)
)
_CHANGES: dict[str, msgspec.json.Decoder[Change]] = {
    command.name: msgspec.json.Decoder(command.data) for command in CHANGES
}


class SharedBoard(BoardApi, EventWidget):
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
    packs_: ClassVar[Mapping[str, Pack]] = {ITEMS: pack}
    events_: ClassVar[tuple[str, ...]] = ("change",)

    _inner: ClassVar[str] = "people_for_pen refuse send_older signal_to"

    def __init__(
        self,
        client: CourseClient,
        statuses: Sequence[Statuses] = (),
        lesson: WidgetContext | None = None,
        **options: Any,
    ) -> None:
        self._board = BoardMirror(client)
        self._shown = BoardContent(client, self._board, can_raise=bool(statuses))
        self._begun = client.caught_up()
        self._lesson = lesson
        handlers = IntentHandlers(self, client, self._board, self._shown, statuses)
        super().__init__(client, self._shown, handlers, **options)

    @classmethod
    def made_for(cls, lesson: WidgetContext) -> LiveWidget:
        """Return the board of a lesson, with what its other features know of people."""
        return cls(lesson.client, lesson.statuses(), lesson)

    def __repr__(self) -> str:
        try:
            pages, strokes = len(self.pages), self._client.mirror().count(BoardItem.kind)
        except EduWidgetsError:  # in a forked child, which has no lesson
            return super().__repr__()
        return f"{super().__repr__()[:-1]}, pages: {pages}, strokes: {strokes})"

    # -- for what pages ask (intent_handlers.py) ---------------------------------------------

    def people_for_pen(self) -> Mapping[str, str]:
        """Return the names of the people known here but oneself, by their ids."""
        people = {**self._people(), **self.pens}
        people.pop(self._client.me().user_id, None)
        return people

    def signal_to(self, page: str, name: str, data: object) -> None:
        """Tell one page something short-lived."""
        self._channel.signal(name, data, to=page)

    def send_older(self, page: str, collection: str, before: int) -> None:
        """Send a page the items born before `before`."""
        self._channel.send_older(page, collection, before)

    def refuse(self, intent: Intent, error: EduWidgetsError) -> None:
        """Tell a page why its intent is refused."""
        self._intents.refuse(intent, error)

    def _people(self) -> Mapping[str, str]:
        people = dict(known(self._client))
        return people if self._lesson is None else people | dict(self._lesson.everybody())

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


def _id(doc: Document) -> str:
    return doc.id.removeprefix(item_id(""))
