"""The notes of one person and those of the class, as this process knows them. Any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from edu_widgets.client.bodies import decoded, when
from edu_widgets.client.course import CourseClient
from edu_widgets.client.pending_commands import PendingCommand, PendingCommands
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.notes import commands
from edu_widgets.notes.commands import DeleteNote, LikeNote, RemoveNote, ShareNote, WriteNote
from edu_widgets.notes.documents import Note, NoteLike, SharedNote, like_id, shared_id
from edu_widgets.notes.item import NoteItem, own_item, shared_item
from edu_widgets.protocol.channels import user_channel

COMMANDS = (
    commands.WRITE_NOTE,
    commands.SHARE_NOTE,
    commands.DELETE_NOTE,
    commands.REMOVE_NOTE,
    commands.LIKE_NOTE,
)

Command = WriteNote | ShareNote | DeleteNote | RemoveNote | LikeNote


class Notebook:
    """Notes in the mirrors, with one's own pending changes on top of them."""

    def __init__(self, client: CourseClient, position: Callable[[], int] = int) -> None:
        self._client = client
        self.position = position
        """Tells the number of the cell that the lesson is at; 0 if that is not known."""
        self._writing = threading.Lock()
        self.pending = PendingCommands[Command](client, *COMMANDS)

    @property
    def own_channel(self) -> str:
        """The channel of one's own notes."""
        return user_channel(self._client.course, self._client.me().user_id)

    # -- reading --------------------------------------------------------------------------

    def mine(self) -> list[NoteItem]:
        """Return one's own notes in the order of the lesson, with pending changes applied."""
        me = self._client.me()
        notes: dict[str, NoteItem] = {}
        for doc in self._client.mirror(self.own_channel).of_kind(Note.kind):
            if (body := decoded(doc, Note)) is not None:
                notes[body.id] = own_item(body, me.user_id, me.name, me.role)
        for command in self.pending.waiting():
            self._apply(command, notes)
        return _in_order(notes.values())

    def shared(self) -> list[NoteItem]:
        """Return the notes of the class: the lesson notes, then the others, in its order."""
        pending = self.pending.waiting(commands.LIKE_NOTE.name, commands.REMOVE_NOTE.name)
        notes = {
            doc.id: shared_item(body, liked=self._likes(doc.id))
            for doc in self._client.mirror().of_kind(SharedNote.kind)
            if (body := decoded(doc, SharedNote)) is not None
        }
        for command in pending:
            _apply_to_shared(command, notes)
        ordered = _in_order(notes.values())
        return sorted(ordered, key=lambda note: not note.is_staff)

    def find(self, id_: str) -> NoteItem | None:
        """Return one's own note with this id; None if there is none."""
        return next((note for note in self.mine() if note.id == id_), None)

    def find_shared(self, user_id: str, id_: str) -> NoteItem | None:
        """Return a note of the class by its author and id; None if it is not there."""
        found = (n for n in self.shared() if (n.user_id, n.id) == (user_id, id_))
        return next(found, None)

    def _likes(self, document_id: str) -> bool:
        held = self._client.mirror(self.own_channel).get(like_id(self._client.channel, document_id))
        return decoded(held, NoteLike) is not None

    def _apply(self, command: PendingCommand[Command], notes: dict[str, NoteItem]) -> None:
        """Apply one's own pending command to one's own notes; what failed keeps its text."""
        me = self._client.me()
        match command.data:
            case WriteNote() as data:
                base = notes.get(data.id) or NoteItem(
                    data.id, me.user_id, me.name, "", when(command.created)
                )
                notes[data.id] = replace(
                    base,
                    text=data.text,
                    # What failed is no version: the next one builds on the same as it did.
                    version=data.version + command.hopeful,
                    cell=data.cell or None,
                    minute=when(data.minute) if data.minute else None,
                    state=command.state,
                    error=command.error,
                    role=me.role,
                )
            case ShareNote() as data if command.hopeful and data.id in notes:
                notes[data.id] = replace(notes[data.id], shared=data.on)
            case DeleteNote() as data if command.hopeful:
                notes.pop(data.id, None)
            case _:
                pass

    # -- writing --------------------------------------------------------------------------

    def write(self, id_: str, text: str, version: int | None, cell: int, minute: int) -> Receipt:
        """Hand over a note, or its next version.

        Args:
            id_: Id of the note.
            text: The whole text.
            version: The version it is based on; None for the latest one known here.
            cell: Number of the instructor's cell that it is about; 0: of none.
            minute: Time in the lesson that it is about, in ms since 1970; 0: of none.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        with self._writing:  # of two versions at once, the second builds on the first
            held = self.find(id_)
            latest = held.version if held is not None else 0
            data = WriteNote(id_, text, latest if version is None else version, cell, minute)
            return self.send(commands.WRITE_NOTE.name, data)

    def send(self, type_: str, data: Command) -> Receipt:
        """Hand over a command.

        Raises:
            EduWidgetsError: the client did not take it.
        """
        return self.pending.send(type_, data)


def _apply_to_shared(command: PendingCommand[Command], notes: dict[str, NoteItem]) -> None:
    match command.data:
        case LikeNote() as data if command.hopeful:
            id_ = shared_id(data.user_id, data.id)
            note = notes.get(id_)
            if note is not None and note.liked != data.on:
                likes = max(0, note.likes + (1 if data.on else -1))
                notes[id_] = replace(note, liked=data.on, likes=likes)
        case RemoveNote() as data if command.hopeful:
            notes.pop(shared_id(data.user_id, data.id), None)
        case _:
            pass


def _in_order(notes: Iterable[NoteItem]) -> list[NoteItem]:
    return sorted(notes, key=lambda note: (note.at, note.created_at, note.id))
