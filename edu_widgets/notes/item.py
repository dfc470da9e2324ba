"""Notes as Python objects for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from edu_widgets.client.bodies import clock_time, when
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.channels import STAFF_ROLES
from edu_widgets.protocol.shortening import shorten

if TYPE_CHECKING:
    from edu_widgets.notes.documents import Note, SharedNote

_EXCERPT = 60


@dataclass(frozen=True, slots=True)
class NoteItem(Tidy):
    """A note: one's own, or one that somebody shares with the class.

    Times are aware, in UTC. `cell` is the number of the instructor's cell that it is about, or
    None; `minute` the time in the lesson that it is about, or None. `state` is `sent`; of one's own
    note with a change that is not acknowledged yet it is `pending`, `queued` (kept until
    connected), `slowed`, `held` (written in an earlier session) or `failed`, with the reason in
    `error`.
    """

    id: str
    user_id: str
    user_name: str
    text: str
    created_at: datetime
    edited_at: datetime | None = None
    version: int = 1
    cell: int | None = None
    minute: datetime | None = None
    shared: bool = False
    role: str = "student"
    via: str = ""
    """The name of the person through whose notebook the author took part; "": their own."""
    likes: int = 0
    liked: bool = False
    """True if I like it."""
    state: str = "sent"
    error: str = ""

    @property
    def is_staff(self) -> bool:
        """True for a lesson note: one that an instructor shares."""
        return self.shared and self.role in STAFF_ROLES

    @property
    def at(self) -> datetime:
        """Its place in the lesson: the time it is about, or else the one it was written at."""
        return self.minute or self.created_at

    def __repr__(self) -> str:
        notes = ["shared"] if self.shared else ["private"]
        notes += [self.state] if self.state != "sent" else []
        text = shorten(" ".join(self.text.split()), _EXCERPT)
        # repr(): a note of others must not write control sequences to a terminal.
        return f"<note of {self.user_name!r} {clock_time(self.at)}: {text!r} ({', '.join(notes)})>"


def own_item(note: Note, user_id: str, name: str, role: str) -> NoteItem:
    """Return one's own note, as the service has it."""
    return NoteItem(
        note.id,
        user_id,
        name,
        note.text,
        when(note.created_at),
        when(note.edited_at) if note.edited_at is not None else None,
        note.version,
        note.cell or None,
        when(note.minute) if note.minute else None,
        shared=bool(note.shared),
        role=role,
    )


def shared_item(note: SharedNote, *, liked: bool) -> NoteItem:
    """Return a note that is shared with the class."""
    return NoteItem(
        note.id,
        note.user_id,
        note.user_name,
        note.text,
        when(note.created_at),
        when(note.edited_at) if note.edited_at is not None else None,
        note.version,
        note.cell or None,
        when(note.minute) if note.minute else None,
        shared=True,
        role=note.role or "student",
        via=note.via or "",
        likes=note.likes,
        liked=liked,
    )
