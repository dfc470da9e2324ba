"""SharedNotes: one's own notes and those of the class in a notebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from edu_widgets.client.bodies import clock_time, decoded
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.news import News
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged, SignalReceived
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.notebook_files import NotebookCell, as_notebook, write_notebook
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.notebook.widget_context import WidgetContext
from edu_widgets.notes import commands
from edu_widgets.notes.commands import DeleteNote, LikeNote, RemoveNote, ShareNote
from edu_widgets.notes.documents import MAX_CELL, MAX_TEXT, WINDOW, Note, NoteLike, SharedNote
from edu_widgets.notes.item import NoteItem
from edu_widgets.notes.mirror import COMMANDS, Notebook
from edu_widgets.notes.page_content import CLASS, ROOM, NotesContent
from edu_widgets.protocol import Code, is_id, uuid7
from edu_widgets.protocol.errors import InvalidArgument, Refused, refusal
from edu_widgets.protocol.visible_text import checked

__all__ = ["NoteItem", "SharedNotes"]

_TYPES = frozenset(command.name for command in COMMANDS)
_KINDS = frozenset({Note.kind, SharedNote.kind, NoteLike.kind})
_KEPT = commands.WRITE_NOTE.name
"""The command whose text stays in sight if it is refused; others only take room then."""


class SharedNotes(EventWidget):
    """Notes in a course: one's own, and the ones that are shared; displayed by a cell's last line.

    A note is private until it is shared. `notes.options = {"height": 300, "lang": "tr"}` sets the
    widget's height in pixels and its language (default: the page's).

    `notes.on(event, fn)` has `fn` called:

    | event | when | called with |
    |---|---|---|
    | `shared` | somebody shares a note with the class | the note |

    Methods that send return a receipt at once. They raise `NotConnected` once the lesson is closed,
    and `OutboxFull` where too much is waiting.
    """

    kind_: ClassVar[str] = "notes"
    events_: ClassVar[tuple[str, ...]] = ("shared",)

    def __init__(
        self, client: CourseClient, position: Callable[[], int] = int, **options: Any
    ) -> None:
        self._notebook = Notebook(client, position)
        self._shown = NotesContent(client, self._notebook)
        here = client.mirror()
        self._news = News[bool](
            client, [client.channel], {doc.id: True for doc in here.of_kind(SharedNote.kind)}
        )
        self._seen = here.cursor.seq
        super().__init__(client, self._shown, **options)

    @classmethod
    def made_for(cls, lesson: WidgetContext) -> SharedNotes:
        """Return the notes of a lesson, which know the cell that it is at."""
        return cls(lesson.client, lesson.position)

    @property
    def unread(self) -> int:
        """Number of notes that others have shared since the class's were last looked at here."""
        me = self._client.me().user_id
        docs = self._client.mirror().of_kind(SharedNote.kind)
        fresh = [decoded(doc, SharedNote) for doc in docs if doc.born > self._seen]
        return sum(note is not None and note.user_id != me for note in fresh)

    # -- for people ----------------------------------------------------------------------

    @property
    def mine(self) -> list[NoteItem]:
        """My notes in the order of the lesson, with what is not acknowledged yet."""
        return self._notebook.mine()

    @property
    def shared(self) -> list[NoteItem]:
        """The loaded notes of the class: the lesson notes, then the others, in its order."""
        return self._notebook.shared()

    def write(self, text: str, *, cell: int | None = None, minute: object = None) -> Receipt:
        """Write a private note. Returns at once with a receipt.

        Args:
            text: The note: Markdown, 1 to 8,000 characters.
            cell: The number of the instructor's cell that it is about.
            minute: The time in the lesson that it is about, an aware datetime; True for now.

        Raises:
            InvalidArgument: an argument is invalid; the message says which.
            NotConnected: the lesson is closed.
        """
        return self._write(uuid7(), text, None, _cell(cell), self._minute(minute))

    def edit(self, note: str | NoteItem, text: str) -> Receipt:
        """Replace the text of one of my notes (or its id); what is shared changes for the class.

        Raises:
            InvalidArgument: I have no such note, or the text is invalid.
            NotConnected: the lesson is closed.
        """
        held = self._held(note)
        minute = _ms(held.minute) if held.minute is not None else 0
        return self._write(held.id, text, None, held.cell or 0, minute)

    def share(self, note: str | NoteItem, shared: bool = True) -> Receipt:  # noqa: FBT001, FBT002
        """Share one of my notes with the class, under my name; with False take it back.

        Raises:
            InvalidArgument: I have no such note.
            NotConnected: the lesson is closed.
        """
        data = ShareNote(self._held(note).id, bool(shared))
        return self._hand_over(commands.SHARE_NOTE.name, data)

    def delete(self, note: str | NoteItem) -> Receipt:
        """Delete one of my notes; one that is shared goes for the class as well.

        Raises:
            InvalidArgument: I have no such note.
            NotConnected: the lesson is closed.
        """
        return self._hand_over(commands.DELETE_NOTE.name, DeleteNote(self._held(note).id))

    def like(self, note: NoteItem, liked: bool = True) -> Receipt:  # noqa: FBT001, FBT002
        """Like a note of the class, one of `shared`; with False take the like back.

        Raises:
            InvalidArgument: it is not shared by somebody else.
            NotConnected: the lesson is closed.
        """
        other = self._of_class(note)
        if other.user_id == self._client.me().user_id:
            raise InvalidArgument("This is your own note; others may like it.")
        return self._like(other.user_id, other.id, on=bool(liked))

    def remove(self, note: NoteItem) -> Receipt:
        """Take somebody's note from the class; its author keeps it as a private one. Staff only.

        Raises:
            InvalidArgument: it is not shared.
            Refused: only instructors may.
            NotConnected: the lesson is closed.
        """
        other = self._of_class(note)
        return self._remove(other.user_id, other.id)

    def copy(self, note: NoteItem) -> Receipt:
        """Copy a note of the class to my own, as a private one.

        Raises:
            InvalidArgument: it is not shared.
            NotConnected: the lesson is closed.
        """
        other = self._of_class(note)
        minute = _ms(other.minute) if other.minute is not None else 0
        return self._write(uuid7(), other.text, None, other.cell or 0, minute)

    def older(self) -> Receipt:
        """Load older notes of the class into `shared`."""
        return self._client.older(SharedNote.kind, WINDOW)

    def to_notebook(self, path: str | Path, *, shared: bool = False, names: bool = False) -> Path:
        """Write my notes into a new notebook, one cell each, and return its path.

        Args:
            path: Its file, which must not be there yet: `"notes.ipynb"`.
            shared: True to add the notes of the class.
            names: True to say whose these are; an instructor's lesson notes always say so.

        Raises:
            InvalidArgument: the file is there already, or cannot be written.
        """
        return write_notebook(path, self._cells(shared=shared, names=names))

    def _contents(self) -> str:
        return f"{len(self.mine)} of my own, {len(self.shared)} shared"

    # -- intents of the pages (any thread) -------------------------------------------------

    @on_intent("notes.write")
    def _on_write(self, intent: Intent) -> None:
        cell, minute = intent.number("cell"), intent.number("minute")
        id_, version = intent.id_of("id"), intent.number("version")
        held = self._notebook.find(id_)
        if version == 0 and held is not None and held.state != "failed":
            return  # a page that was reloaded may send a known note again
        _ = self._write(id_, intent.text("text"), version, cell, minute)

    @on_intent("notes.source")
    def _on_source(self, intent: Intent) -> None:
        """Send a note's Markdown for editing, with one's own pending edit applied."""
        note = self._notebook.find(intent.id_of("id"))
        if note is None:
            raise refusal(Code.NOT_FOUND, "This note is not there any more.")
        source = {"id": note.id, "text": note.text, "version": note.version}
        self._channel.signal("source", source, to=intent.page)

    @on_intent("notes.copy")
    def _on_copy(self, intent: Intent) -> None:
        note = self._notebook.find_shared(intent.text("user"), intent.id_of("id"))
        if note is None:
            raise refusal(Code.NOT_FOUND, "This note is not there any more.")
        _ = self.copy(note)

    @on_intent("notes.share")
    def _on_share(self, intent: Intent) -> None:
        data = ShareNote(intent.id_of("id"), intent.switch())
        _ = self._hand_over(commands.SHARE_NOTE.name, data)

    @on_intent("notes.delete")
    def _on_delete(self, intent: Intent) -> None:
        self._drop_refused(intent.id_of("id"))
        if self._notebook.find(intent.id_of("id")) is not None:
            _ = self._hand_over(commands.DELETE_NOTE.name, DeleteNote(intent.id_of("id")))

    @on_intent("notes.like")
    def _on_like(self, intent: Intent) -> None:
        _ = self._like(intent.text("user"), intent.id_of("id"), on=intent.switch())

    @on_intent("notes.remove")
    def _on_remove(self, intent: Intent) -> None:
        _ = self._remove(intent.text("user"), intent.id_of("id"))

    @on_intent("notes.seen")
    def _on_seen(self, intent: Intent) -> None:
        self._seen = max(self._seen, intent.number("born"))
        self._channel.look_again()

    @on_intent("notes.older")
    def _on_older(self, intent: Intent) -> None:
        receipt, page, before = self.older(), intent.page, intent.number("before")

        def settled() -> None:
            if receipt.error is None:
                self._channel.send_older(page, CLASS, before)
            else:
                self._intents.refuse(intent, receipt.error)

        receipt.when_settled(settled)

    @on_intent("notes.export")
    def _on_export(self, intent: Intent) -> None:
        """Send a notebook's content, for the page to save as a file."""
        cells = self._cells(shared=intent.switch("shared"), names=intent.switch("names"))
        exported = {"name": f"notes-{self._client.course}.ipynb", "text": as_notebook(cells)}
        self._channel.signal("exported", exported, to=intent.page)

    # -- from the course (network thread) ----------------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        match event:
            case DocumentsChanged():
                self._documents_changed(event)
                if not event.reset and not _KINDS & {d.kind for d in _documents(event)}:
                    return
            case CommandChanged(command) if command.type in _TYPES:
                self._notebook.pending.heard(event)
                failed = command.state is CommandState.FAILED and not event.gone
                if failed and command.type != _KEPT:
                    self._client.discard(command.id)
                    self._channel.signal("notice", {"message": command.error})
            case SignalReceived() | CommandChanged():
                return  # of other features
            case _:
                pass
        self._channel.changed(ROOM, [], also=self._shown.changed())

    def _documents_changed(self, event: DocumentsChanged) -> None:
        if event.channel != self._client.channel:
            return
        began = self._news.has_begun(event.channel)
        for doc in event.upserted:
            if doc.kind != SharedNote.kind or self._news.swap(doc.id, version=True):
                continue
            note = decoded(doc, SharedNote)
            found = note and self._notebook.find_shared(note.user_id, note.id)
            if began and found is not None:
                self._call("shared", found)
        for doc in event.removed:
            self._news.swap(doc.id, None)
        self._news.heard(event)

    # -- handing over ------------------------------------------------------------------------------

    def _write(self, id_: str, text: str, version: int | None, cell: int, minute: int) -> Receipt:
        self._client.check_open()
        text = checked(text, "A note", MAX_TEXT)
        self._drop_refused(id_)
        return self._notebook.write(id_, text, version, cell, minute)

    def _drop_refused(self, id_: str) -> None:
        """Forget what was refused of a note: the next version takes its place."""
        for command in self._notebook.pending.waiting(_KEPT):
            data = command.data
            if not command.hopeful and getattr(data, "id", "") == id_:
                self._client.discard(command.id)

    def _like(self, user: str, id_: str, *, on: bool) -> Receipt:
        return self._hand_over(commands.LIKE_NOTE.name, LikeNote(user, id_, on))

    def _remove(self, user: str, id_: str) -> Receipt:
        if not self._client.me().is_staff:
            raise Refused("Only instructors may take notes from the class.")
        return self._hand_over(commands.REMOVE_NOTE.name, RemoveNote(user, id_))

    def _hand_over(self, type_: str, data: Any) -> Receipt:
        self._client.check_open()
        return self._notebook.send(type_, data)

    def _held(self, note: object) -> NoteItem:
        self._client.check()
        id_ = note.id if isinstance(note, NoteItem) else note
        held = self._notebook.find(str(id_)) if is_id(id_) else None
        if held is None or (isinstance(note, NoteItem) and note.user_id != held.user_id):
            raise InvalidArgument("That is none of your notes; `mine` has them all.")
        return held

    def _of_class(self, note: object) -> NoteItem:
        self._client.check()
        if isinstance(note, NoteItem):
            held = self._notebook.find_shared(note.user_id, note.id)
            if held is not None:
                return held
        raise InvalidArgument("That note is not shared; `shared` has all that are.")

    def _minute(self, minute: object) -> int:
        if minute is None or minute is False:
            return 0
        if minute is True:
            return int(self._client.service_now())
        if not isinstance(minute, datetime) or minute.tzinfo is None:
            msg = f"minute must be True for now, or an aware datetime; not {minute!r:.60}."
            raise InvalidArgument(msg)
        return _ms(minute)

    def _cells(self, *, shared: bool, names: bool) -> Iterable[NotebookCell]:
        course = self._client.course
        yield NotebookCell("markdown", f"# Notes of {course}\n\n{datetime.now(UTC):%Y-%m-%d}")
        for note in self.mine:
            yield NotebookCell("markdown", _as_markdown(note, name=""))
        me = self._client.me().user_id
        others = [note for note in self.shared if note.user_id != me] if shared else []
        if others:
            yield NotebookCell("markdown", "## From the class")
        for note in others:
            named = note.user_name if names or note.is_staff else ""
            yield NotebookCell("markdown", _as_markdown(note, named))


def _as_markdown(note: NoteItem, name: str) -> str:
    about = [f"[{note.cell}]"] if note.cell is not None else []
    about += [clock_time(note.at)] + ([name] if name else [])
    return f"*{' · '.join(about)}*\n\n{note.text}"


def _cell(cell: object) -> int:
    if cell is None:
        return 0
    if isinstance(cell, bool) or not isinstance(cell, int) or not 0 < cell <= MAX_CELL:
        raise InvalidArgument(f"cell must be the number of a cell, such as 12; not {cell!r:.40}.")
    return cell


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _documents(event: DocumentsChanged) -> Iterable[Any]:
    return (*event.upserted, *event.removed, *event.dropped)
