"""The notes in the record of a lesson: those that are shared with the class."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.nodes_html import nodes_html
from edu_widgets.notebook.records import Author, RecordEntry, load_back
from edu_widgets.notes.documents import SharedNote


class NotesOfRecord:
    """The shared notes, each at the time that it is about."""

    def __init__(self, client: CourseClient) -> None:
        self._client = client

    def load(self, since: int) -> None:
        """Load older shared notes down to a time."""

        def oldest() -> int | None:
            return min((note.created_at for note in self._notes()), default=None)

        load_back(self._client, SharedNote.kind, oldest, since)

    def entries(self, lang: str) -> Iterator[RecordEntry]:
        """Return an entry for each shared note."""
        del lang
        for note in self._notes():
            yield RecordEntry(
                note.minute or note.created_at,
                partial(nodes_html, to_nodes(note.text)),
                Author(note.user_id, note.user_name, note.role or "student"),
                place=f"[{note.cell}]" if note.cell else "",
                foot=f"👍 {note.likes}" if note.likes else "",
            )

    def _notes(self) -> Iterator[SharedNote]:
        for document in self._client.mirror().of_kind(SharedNote.kind):
            note = decoded(document, SharedNote)
            if note is not None:
                yield note
