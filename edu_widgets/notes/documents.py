"""Documents of notes: one's own, the copies that the class sees, and likes.

The commands are in `edu_widgets.notes.commands`. A note is in its author's own channel, and its
shared copy in the channel of the class.
"""

from typing import ClassVar

from edu_widgets.protocol import REGISTRY, DocumentKind
from edu_widgets.protocol.messages import Data

MAX_TEXT = 8_000
"""Characters that a note may have."""

MAX_NOTES = 300
"""Notes that a person may have in a course."""

MAX_SHARED = 50
"""Notes of a person that may be shared at once."""

MAX_CELL = 10**6
"""Highest number of a cell that a note may belong to."""

WINDOW = 100
"""Shared notes in a first join, and in a page of older ones."""


class Note(Data):
    """A person's note, in their own channel. Its document's id is `note:<id>`."""

    kind: ClassVar[str] = "note"

    id: str
    text: str
    """The text: Markdown, 1 to 8,000 characters."""
    created_at: int
    edited_at: int | None = None
    """Time of the last change of its text, in ms since 1970."""
    version: int = 1
    """Number of times it was written; an edit has to name the version it is based on."""
    cell: int = 0
    """Number of the instructor's cell that it is about; 0: of none."""
    minute: int = 0
    """Time in the lesson that it is about, in ms since 1970; 0: of none."""
    shared: str = ""
    """The channel it is shared in; empty for a private note."""


class SharedNote(Data):
    """A note that its author has shared. Its document's id is `note:<userId>:<id>`."""

    kind: ClassVar[str] = "note_shared"

    id: str
    """Id of the note; unique together with its author."""
    user_id: str
    user_name: str
    text: str
    """The text: Markdown, 1 to 8,000 characters."""
    created_at: int
    edited_at: int | None = None
    """Time of the last change of its text, in ms since 1970."""
    version: int = 1
    """Version of the note that this is a copy of."""
    cell: int = 0
    """Number of the instructor's cell that it is about; 0: of none."""
    minute: int = 0
    """Time in the lesson that it is about, in ms since 1970; 0: of none."""
    role: str | None = None
    """The author's role when it was shared; absent for students."""
    via: str | None = None
    """Display name of the person through whose notebook the author took part, if not their own."""
    likes: int = 0
    """Number of people who like it."""


class NoteLike(Data):
    """One person's like of a shared note, in that person's own channel.

    Its document's id is `like:<channel>/<id of the shared note's document>`.
    """

    kind: ClassVar[str] = "note_like"

    channel: str
    """The channel of the shared note."""
    note: str
    """The id of the shared note's document."""


REGISTRY.document(DocumentKind(Note.kind, Note))
REGISTRY.document(DocumentKind(SharedNote.kind, SharedNote, window=WINDOW))
REGISTRY.document(DocumentKind(NoteLike.kind, NoteLike))


def note_id(id_: str) -> str:
    """Return the id of a note's document."""
    return f"note:{id_}"


def shared_id(user_id: str, id_: str) -> str:
    """Return the id of the document of a shared note."""
    return f"note:{user_id}:{id_}"


def like_id(channel: str, note: str) -> str:
    """Return the id of a like's document; `note` is the id of the shared note's document."""
    return f"like:{channel}/{note}"
