"""LiveCells: the cells that an instructor runs, in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, overload

import msgspec

from edu_widgets.cells.cell import SharedCell, shared_cell
from edu_widgets.cells.commands import (
    CELLS_AUDIENCE,
    CELLS_FOLLOWING,
    MARK_CELLS,
    SHARE_CELL,
    CellsAudience,
    CellsFollowing,
    MarkCells,
    ShareCell,
)
from edu_widgets.cells.documents import Cell, CellsMark, CellsSharing
from edu_widgets.cells.intent_handlers import IntentHandlers
from edu_widgets.cells.mine import OwnCells
from edu_widgets.cells.mirror import Cells
from edu_widgets.cells.notebook_file import notebook_cell
from edu_widgets.cells.page_content import CELLS, DESK, CellsContent
from edu_widgets.cells.pictures import pictures_of, without_pictures
from edu_widgets.cells.sharing import Sharing
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.news import News
from edu_widgets.client.sync.commands import Command, CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged, SignalReceived
from edu_widgets.client.view import Person
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.highlight import highlight
from edu_widgets.notebook.notebook_files import write_notebook
from edu_widgets.notebook.pictures import fetch, fetch_all
from edu_widgets.notebook.stream import Json
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument

MARK_GAP = 5.0
"""Seconds between two marks of how far the cells were seen."""

_MAX_PAGES = 64
_OWN_COMMANDS = frozenset({"share_cell", "take_back_cell", "set_sharing", "mark_cells"})
_KINDS = frozenset({Cell.kind, CellsSharing.kind, CellsMark.kind})


class LiveCells(EventWidget):
    """The cells that an instructor runs and shares; displayed by being the last line of a cell.

    It is a sequence of the shared cells, oldest first: `cells[-1].source`, `len(cells)`,
    `for cell in cells`. `cells.options = {"height": 300, "lang": "tr"}` sets its height in pixels
    and its language (default: the page's).

    `cells.on("cell", fn)` has `fn(cell)` called once for each run, when it has ended.
    """

    kind_: ClassVar[str] = "cells"
    _inner: ClassVar[str] = "cells follow me own see send_older tell"
    events_: ClassVar[tuple[str, ...]] = ("cell",)

    def __init__(self, client: CourseClient, **options: Any) -> None:
        self.cells = Cells(client)
        self.own = OwnCells(self._ran)
        self._sharing = Sharing(client, self._touch_desk)
        self._shown = CellsContent(client, self.cells, self._sharing, self.own)
        over = {d.id: True for d in self.cells.documents() if _is_over(decoded(d, Cell))}
        self._news = News[bool](client, [client.channel], over)
        self._live = False
        self._following: dict[str, bool] = {}
        self._told_following: bool | None = None
        self._mark_waits: Callable[[], None] | None = None
        self._unmarked = 0
        super().__init__(client, self._shown, IntentHandlers(self), **options)
        self._on_network(self._look)

    def _contents(self) -> str:
        return f"{len(self)} cell{'s' * (len(self) != 1)}"

    # -- the cells ------------------------------------------------------------------------

    def __len__(self) -> int:
        return self.cells.count()

    def __bool__(self) -> bool:
        return True  # a widget without cells is a widget

    def __iter__(self) -> Iterator[SharedCell]:
        return iter(self.cells.all())

    @overload
    def __getitem__(self, place: int) -> SharedCell: ...

    @overload
    def __getitem__(self, place: slice) -> list[SharedCell]: ...

    def __getitem__(self, place: int | slice) -> SharedCell | list[SharedCell]:
        return self.cells.all()[place]

    def number(self, number: int) -> SharedCell:
        """Return the newest shared cell with this number, the 3 of `In[3]`.

        Raises:
            InvalidArgument: none has it.
        """
        found = [cell for cell in self.cells.all() if cell.number == number]
        if not found:
            numbers = ", ".join(str(cell.number) for cell in self.cells.all()[-5:])
            there = f"the newest are {numbers}" if numbers else "none has been shared yet"
            raise InvalidArgument(f"No shared cell has the number {number!r:.20}; {there}.")
        return found[-1]

    def picture(self, picture: BlobRef, timeout: float = 10.0) -> bytes:
        """Return the bytes of an output's `picture`, waiting `timeout` seconds at most.

        Raises:
            NotConnected: it cannot be fetched now.
            Refused: it is not there any more.
            WouldDeadlock: called on the network thread.
        """
        return fetch(self._client, picture, timeout)

    def to_notebook(self, path: str | Path) -> Path:
        """Write the shared cells into a new notebook, with their outputs; return its path.

        Pictures are loaded first, for a minute at most; in the place of one that does not come
        stands a line that says so.

        Raises:
            InvalidArgument: the name does not end with `.ipynb`, there is such a file, or it cannot
                be written.
        """
        decoded_ = (decoded(doc, Cell) for doc in self.cells.documents())
        found = [cell for cell in decoded_ if cell is not None]
        pictures = fetch_all(self._client, pictures_of(found))
        return write_notebook(path, [notebook_cell(cell, pictures) for cell in found])

    @property
    def unread(self) -> int:
        """Number of cells that I have not seen; 0 for staff, who run them."""
        return 0 if self._client.me().is_staff else len(self.cells.unseen())

    def summary(self) -> Json:
        """Return nothing but what the tab shows anyway."""
        return {}

    # -- sharing ----------------------------------------------------------------------------

    def share(self) -> None:
        """Share every cell that this notebook runs from now on; instructors only.

        A cell that begins with `%%private`, or has the tag `private`, is kept back. Tokens and
        invites are masked. Whatever runs at the moment, this call for one, is not shared.

        Raises:
            Forbidden: I am not an instructor here.
            Unsupported: this Python does not run in ipykernel.
            Refused: the service does not offer cells.
            NotConnected: the lesson is closed.
        """
        self._sharing.share()

    def pause(self) -> None:
        """Keep back what is run from now on, until `resume()`."""
        self._sharing.pause()

    def resume(self, *, share_held: bool = False) -> None:
        """Go on sharing.

        Args:
            share_held: True to share what was run in the pause, too.

        Raises:
            Refused: the sharing is not paused.
        """
        self._sharing.resume(share_held=share_held)

    def stop(self) -> None:
        """End the sharing; what was shared stays."""
        self._sharing.stop()

    def take_back(self, cell: SharedCell | str) -> None:
        """Delete a shared cell (or the one with this id) for everybody; instructors only.

        Raises:
            InvalidArgument: there is no such cell.
        """
        id_ = cell.id if isinstance(cell, SharedCell) else cell
        if self.cells.get(id_) is None:
            raise InvalidArgument("There is no such cell; lesson.cells has them all.")
        self._sharing.take_back(id_)

    @property
    def state(self) -> str:
        """`on`, `paused` or `off`: what this notebook shares."""
        return self._sharing.state

    def close(self) -> None:
        """Close the widget: its views go, and nothing is shared any more. The lesson stays open."""
        if hasattr(self, "_sharing"):  # also called where the constructor did not get far
            with suppress(EduWidgetsError):
                self._sharing.stop()
            self.own.close()
        super().close()

    # -- for what pages ask (intent_handlers.py) ------------------------------------------------

    @property
    def me(self) -> Person:
        """My id, name and role."""
        return self._client.me()

    def tell(self, page: str, name: str, data: Json) -> None:
        """Send one page an answer."""
        self._channel.signal(name, data, to=page)

    def send_older(self, page: str, collection: str, before: int) -> None:
        """Send one page older cells."""
        self._channel.send_older(page, collection, before)

    def see(self, born: int) -> None:
        """Note that a page shows the cells up to this one."""
        newest = self._client.mirror().newest(Cell.kind, 1)
        if newest and self.cells.see(min(born, newest[-1].born)):
            self._unmarked = self.cells.seen
            self._touch_desk()
            self._on_network(self._mark)

    def follow(self, page: str, *, on: bool) -> None:
        """Note whether a page is at the newest cell."""
        self._following.pop(page, None)
        if on:
            self._following[page] = True
            while len(self._following) > _MAX_PAGES:
                del self._following[next(iter(self._following))]
        self._on_network(self._tell_following)

    def _welcomed(self) -> None:
        highlight("1", "python")  # loads the lexer here: the first cell should not wait for it

    # -- to the service (network thread) ---------------------------------------------------------

    def _mark(self) -> None:
        if self._mark_waits is not None or not self._unmarked or self._client.base:
            return
        up_to, self._unmarked = self._unmarked, 0
        self._quietly(lambda: self._client.send(MARK_CELLS.name, MarkCells(up_to)))
        self._mark_waits = self._client.later(MARK_GAP, self._mark_again)

    def _mark_again(self) -> None:
        self._mark_waits = None
        self._mark()

    def _tell_following(self) -> None:
        view = self._client.view()
        on = bool(self._following)
        if view.state != "live" or "cells" not in view.features or self._client.me().is_staff:
            return
        if on == (self._told_following or False):
            return
        self._told_following = on
        self._quietly(lambda: self._client.signal(CELLS_FOLLOWING.name, CellsFollowing(on)))

    @staticmethod
    def _quietly(do: Callable[[], object]) -> None:
        with suppress(EduWidgetsError):  # the lesson is being closed, or too much waits
            do()

    # -- from the course (network thread) -------------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        match event:
            case DocumentsChanged():
                self._heard_documents(event)
            case SignalReceived(CELLS_AUDIENCE.name, channel, data):
                if channel == staff_channel(self._client.course):
                    self._shown.audience = msgspec.json.decode(data, type=CellsAudience).count
                    self._channel.changed(DESK, [DESK])
            case CommandChanged(command) if command.type in _OWN_COMMANDS:
                if command.state is CommandState.FAILED and not event.gone:
                    # It cannot be done any more, and would only lie there.
                    self._client.discard(command.id)
                    self._share_without_pictures(command)
                    if command.type != MARK_CELLS.name:
                        self._channel.signal("notice", {"message": command.error})
            case CommandChanged():
                pass
            case _:
                self._look()

    def _share_without_pictures(self, command: Command) -> None:
        """A cell was refused, perhaps since there is no room for its pictures: it goes without."""
        if command.type != SHARE_CELL.name:
            return
        shared = msgspec.json.decode(command.data, type=ShareCell)
        bare = without_pictures(shared.cell) if shared.cell.ended else None
        if bare is not None:
            with suppress(EduWidgetsError):  # the lesson is being closed
                _ = self._client.send(SHARE_CELL.name, ShareCell(shared.id, bare))

    def _heard_documents(self, event: DocumentsChanged) -> None:
        docs = [d for d in (*event.upserted, *event.removed, *event.dropped) if d.kind in _KINDS]
        here = event.channel == self._client.channel
        if event.reset and here:
            self.cells.forget_seen()
        if here:
            self._tell_ended(event)
        if not docs and not event.reset:
            return
        ids = [doc.id for doc in docs if doc.kind == Cell.kind]
        self._channel.changed(CELLS, ids, reset=event.reset, also={DESK: [DESK]})
        self._look()

    def _tell_ended(self, event: DocumentsChanged) -> None:
        began = self._news.has_begun(event.channel)
        self._news.heard(event)
        for doc in event.upserted:
            cell = decoded(doc, Cell) if doc.kind == Cell.kind else None
            if cell is None or not _is_over(cell):
                continue
            if not self._news.swap(doc.id, version=True) and began:
                self._call("cell", shared_cell(doc.id, cell))

    def _look(self) -> None:
        """See to what a new connection needs, and to older cells."""
        live = self._client.view().state == "live"
        if live and not self._live:
            self._told_following = None
        self._live = live
        if live and not self._client.base and self._client.caught_up():
            self.cells.load_all(self._loaded)
        self._tell_following()
        self._channel.changed(DESK, [DESK], news=False)

    def _loaded(self) -> None:
        self._channel.changed(DESK, [DESK], news=False)

    def _ran(self) -> None:
        """A cell has run here: which shared ones are like one's own may have changed."""
        self._on_network(self._relate)

    def _relate(self) -> None:
        ids = [doc.id for doc in self._client.mirror().newest(Cell.kind, 100)]
        self._channel.changed(CELLS, ids, news=False)

    def _touch_desk(self) -> None:
        self._on_network(lambda: self._channel.changed(DESK, [DESK]))


def _is_over(cell: Cell | None) -> bool:
    return cell is not None and cell.status != "running"
