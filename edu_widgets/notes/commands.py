"""Commands of notes. They are sent in the channel of the class."""

from edu_widgets.protocol import REGISTRY, CommandType
from edu_widgets.protocol.messages import Data

SHARING = "notes_sharing"
"""The channel feature of notes (seed: of the channel `lesson`)."""


class WriteNote(Data):
    """Write a note of one's own, or replace its text; a shared one changes for the class too."""

    id: str
    """Id of the note, made by its author."""
    text: str
    """The text: Markdown, 1 to 8,000 characters."""
    version: int = 0
    """The `version` it is based on, 0 for a new note; if it has another, the answer is `STALE`."""
    cell: int = 0
    """Number of the instructor's cell that it is about; 0: of none."""
    minute: int = 0
    """Time in the lesson that it is about, in ms since 1970; 0: of none."""

    def outbox_key(self) -> str:
        """The note: its versions build on each other."""
        return self.id


class ShareNote(Data):
    """Share a note of one's own with the class, or take it back. A repetition changes nothing."""

    id: str
    """Id of the note."""
    on: bool
    """True to share it, false to take it back."""


class DeleteNote(Data):
    """Delete a note of one's own, with its shared copy. A repetition changes nothing."""

    id: str
    """Id of the note."""


class RemoveNote(Data):
    """Take a shared note from the class; its author keeps it as a private one. Staff only."""

    user_id: str
    """Id of the note's author."""
    id: str
    """Id of the note."""


class LikeNote(Data):
    """Like another person's shared note, or take the like back. A repetition changes nothing."""

    user_id: str
    """Id of the note's author."""
    id: str
    """Id of the note."""
    on: bool
    """True to like it, false to take the like back."""

    def outbox_key(self) -> str:
        """The note: only the last command about it counts."""
        return f"{self.user_id} {self.id}"


WRITE_NOTE = REGISTRY.command(
    CommandType("note_write", WriteNote, "notes", feature=SHARING, limited=True, one_by_one=True)
)
# In the lane of the texts: a note is there before it is shared.
SHARE_NOTE = REGISTRY.command(CommandType("note_share", ShareNote, "notes", feature=SHARING))
DELETE_NOTE = REGISTRY.command(CommandType("note_delete", DeleteNote, "notes", feature=SHARING))
REMOVE_NOTE = REGISTRY.command(
    CommandType(
        "note_remove", RemoveNote, "status", feature=SHARING, moderation=True, about="user_id"
    )
)
LIKE_NOTE = REGISTRY.command(
    CommandType("note_like", LikeNote, "vote", feature=SHARING, latest=True)
)
