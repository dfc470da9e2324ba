"""The commands, questions and answers of presence."""

from typing import Literal

import msgspec

from edu_widgets.presence.documents import MOST_NAMED, StatusName
from edu_widgets.protocol import REGISTRY, CommandType, FrameType
from edu_widgets.protocol.messages import Data

MAX_QUERY = 64
"""Characters of a name that may be looked for."""

PAGE = 100
"""People on one page of a large room."""

Filter = Literal["all", "stuck", "done", "following", "away", "none"]
"""The people to list, by how they are counted. All but `all` and `away` are for staff only."""


class SetStatus(Data):
    """Say how far one is."""

    status: StatusName | None = None
    """`following`, `done` or `stuck`; absent: say nothing any more."""

    def outbox_key(self) -> str:
        """Only the last word counts."""
        return "status"


class ClearStatuses(Data):
    """Take everybody's status away, as for a new exercise. Only staff."""

    def outbox_key(self) -> str:
        """Doing it once is enough."""
        return "statuses"


class RaiseHand(Data):
    """Ask for help. Raised again, note and traceback are replaced and the place is kept."""

    note: str = ""
    """The reason for the hand: plain text, at most 500 characters."""
    traceback: str = ""
    """The error that stands in the way, at most 4,000 characters; only after a yes."""


class LowerHand(Data):
    """Take a hand down: one's own, or as staff anybody's. One that is down stays down."""

    user_id: str = ""
    """The id of the hand's owner; absent: one's own."""


class TakeHand(Data):
    """Say that one is helping, or no longer. Only staff; nobody is taken from somebody else."""

    user_id: str
    """The id of the hand's owner."""
    taken: bool = True
    """True while one is helping; `false` gives the hand back to the queue."""
    anyway: bool = False
    """Give back a hand that a colleague has taken, after having asked."""

    def outbox_key(self) -> str:
        """Only the last word on a person counts."""
        return self.user_id


class SolveHand(Data):
    """Say that somebody has been helped. Only staff."""

    user_id: str
    """The id of the hand's owner."""
    at: int = 0
    """The `at` of the hand that was seen: one raised again since stays up; 0: any."""

    def outbox_key(self) -> str:
        """Only the last word on a person counts."""
        return self.user_id


class Attention(Data):
    """The attention at this end: somebody or nobody. Said again on each new connection."""

    away: bool
    """No page was in sight for a minute, or there is none and nothing was run for ten."""


class Here(Data):
    """Somebody who is here; in a list for staff also how far they say they are."""

    id: str
    """The person's id on this service."""
    name: str
    """The person's display name."""
    role: str = "student"
    """The person's role in the course: `student`, `instructor` or `admin`."""
    away: bool = False
    """True if nobody is at any of their connections."""
    since: int = 0
    """Of somebody away: since when, in ms since 1970. Only for staff, in a list asked for."""
    status: StatusName | None = None
    """Only for staff, and only in a page that was asked for."""
    at: int = 0
    """Of a status: since when, in ms since 1970."""
    via: str = ""
    """The name of the person through whose notebook they take part; absent: their own."""


class Counts(Data):
    """The numbers of people here. The last five count students, each once, for staff only."""

    here: int = 0
    """People who are here, away ones included."""
    away: int = 0
    """Of them away; for staff only students who are neither stuck nor done."""
    stuck: int | None = None
    """Students who are stuck."""
    done: int | None = None
    """Students who are done."""
    following: int | None = None
    """Students who say that they follow, and are not away."""
    none: int | None = None
    """Students who are not away and have said nothing."""


class Presence(Data):
    """The people who came, went, or changed since `prev`; two a minute to four a second.

    Above 200 people it has only counts, and nobody needs to have seen the one before. In a
    staff's channel it has only counts.
    """

    epoch: str
    """Names the roll that `v` counts in; it begins anew with the service."""
    v: int
    """The version of the list of those here."""
    prev: int = 0
    """The version it follows on; whoever has another one asks with `people`."""
    now: int = 0
    """The service's clock, in ms since 1970."""
    set: list[Here] = msgspec.field(default_factory=list)
    """The people who came or changed."""
    gone: list[str] = msgspec.field(name="del", default_factory=list)
    """The ids of who went."""
    crowd: bool = False
    """True if they are too many to be listed by name."""
    counts: Counts = msgspec.field(default_factory=Counts)
    """The numbers of people here."""


class People(Data):
    """Ask who is here: without a query everybody, or a page where there are too many."""

    query: str = ""
    """Text that the names have to contain, at most 64 characters; case and accents are ignored."""
    filter: Filter = "all"
    """The people to list; students may ask for `all` and `away`."""
    offset: int = 0
    """Number of people to leave out from the beginning."""
    limit: int = MOST_NAMED
    """Most people to list: 200, or 100 where there are more people than that."""


class PeoplePage(Data):
    """The answer to `people`: staff first for students; stuck first, longest first, for staff."""

    epoch: str
    """Names the roll that `v` counts in."""
    v: int
    """The version of the list it is taken from."""
    now: int = 0
    """The service's clock, in ms since 1970."""
    people: list[Here] = msgspec.field(default_factory=list)
    """The people found, on this page."""
    total: int = 0
    """Number of people found in all."""
    crowd: bool = False
    """True if they are too many to be listed by name."""
    counts: Counts = msgspec.field(default_factory=Counts)
    """The numbers of people here."""


def _command(name: str, data: type[Data], *, latest: bool = True) -> CommandType:
    return REGISTRY.command(
        CommandType(name, data, "status", feature="presence", latest=latest, momentary=True)
    )


SET_STATUS = _command("set_status", SetStatus)
CLEAR_STATUSES = _command("clear_statuses", ClearStatuses)
# These two keep their order: one may undo the other.
RAISE_HAND = _command("raise_hand", RaiseHand, latest=False)
LOWER_HAND = _command("lower_hand", LowerHand, latest=False)
TAKE_HAND = _command("take_hand", TakeHand)
SOLVE_HAND = _command("solve_hand", SolveHand)

ATTENTION = REGISTRY.frame(FrameType("attention", Attention, "client", of_seed=False, signal=True))
PRESENCE = REGISTRY.frame(FrameType("presence", Presence, "service", of_seed=False, signal=True))
PEOPLE = REGISTRY.frame(FrameType("people", People, "client", of_seed=False))
PEOPLE_PAGE = REGISTRY.frame(FrameType("people_page", PeoplePage, "service", of_seed=False))
