"""Documents of presence: people's statuses, raised hands, and from when to when they were here.

Who is here now is not kept: the service knows it by the connections it has, so a crash leaves
nobody behind. What people ask for is in `edu_widgets.presence.commands`.
"""

from typing import ClassVar, Literal

from edu_widgets.protocol import REGISTRY, DocumentKind
from edu_widgets.protocol.messages import Data

MAX_NOTE = 500
"""Characters that a raised hand may say."""

MAX_TRACEBACK = 4_000
"""Characters of an error that may come with it."""

MOST_NAMED = 200
"""People up to whom everybody is told of everybody; above, of counts, and of pages asked for."""

MAX_STAYS = 60
"""Stays of one person that are kept, the newest: more lessons than a term has."""

ATTENDANCES = 1_000
"""People of whom a first join gets the attendance, those who were here last."""

StatusName = Literal["following", "done", "stuck"]


class Status(Data):
    """A person's own status. Its document's id is `status:<userId>`.

    It is in the staff's channel and in that person's own.
    """

    kind: ClassVar[str] = "status"

    user_id: str
    """The id of the person."""
    user_name: str
    """The display name of whose status it is."""
    status: StatusName
    """`following`, `done` or `stuck`."""
    at: int
    """Since when, in ms since 1970."""


class Hand(Data):
    """A person wants help. Its document's id is `hand:<userId>`; deleted when it is lowered.

    It is in the staff's channel and in that person's own. Once solved it says neither note nor
    traceback any more.
    """

    kind: ClassVar[str] = "hand"

    user_id: str
    """A request for help."""
    user_name: str
    """The display name of who wants help."""
    at: int
    """Since when, in ms since 1970; what is added later does not change it."""
    note: str = ""
    """The note, plain text, at most 500 characters."""
    traceback: str = ""
    """The error they chose to send with it, at most 4,000 characters."""
    taken: int | None = None
    """Since when somebody is helping, in ms since 1970."""
    taken_by: str | None = None
    """The id of who is helping, or has helped."""
    taken_by_name: str | None = None
    """The display name of who is helping, or has helped."""
    solved: int | None = None
    """The time at which it was solved, in ms since 1970; absent while the hand is up."""


class Attendance(Data):
    """From when to when a student was here. Its document's id is `attendance:<userId>`.

    Only for staff. It is written after the first minute, then every five minutes and when they
    leave.
    """

    kind: ClassVar[str] = "attendance"

    user_id: str
    """The id of the person."""
    user_name: str
    """The display name of the person."""
    stays: list[list[int]]
    """`[from, to]` in ms since 1970, the newest 60, oldest first. Five minutes away end none."""


for _body in (Status, Hand):
    REGISTRY.document(DocumentKind(_body.kind, _body))
REGISTRY.document(DocumentKind(Attendance.kind, Attendance, window=ATTENDANCES, recent=True))


def status_id(user_id: str) -> str:
    """The id of a person's status."""
    return f"status:{user_id}"


def hand_id(user_id: str) -> str:
    """The id of a person's hand."""
    return f"hand:{user_id}"


def attendance_id(user_id: str) -> str:
    """The id of a person's attendance."""
    return f"attendance:{user_id}"
