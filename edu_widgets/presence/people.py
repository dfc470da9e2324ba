"""People and raised hands, as Python shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from edu_widgets.client.bodies import clock_time, when
from edu_widgets.client.view import Person
from edu_widgets.presence.commands import Here
from edu_widgets.presence.documents import Hand, Status
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.shortening import shorten


@dataclass(frozen=True, slots=True)
class Participant(Tidy):
    """A person who is here. Times are aware, in UTC.

    `status` is `following`, `done`, `stuck` or None: known to staff of everybody, to others of
    themselves only.
    """

    user_id: str
    name: str
    role: str = "student"
    away: bool = False
    away_since: datetime | None = None
    status: str | None = None
    status_since: datetime | None = None
    via: str = ""
    """The name of the person through whose notebook they take part; "": their own."""

    @property
    def is_staff(self) -> bool:
        """True for an instructor."""
        return self.role != "student"

    def __repr__(self) -> str:
        notes = [self.role] if self.is_staff else []
        notes += [f"via {self.via}"] if self.via else []
        notes += ["away"] if self.away else []
        notes += [self.status] if self.status else []
        tail = f" ({', '.join(notes)})" if notes else ""
        # repr(): a name of others must not write control sequences to a terminal.
        return f"<{self.name!r}{tail}>"


@dataclass(frozen=True, slots=True)
class RaisedHand(Tidy):
    """A person's request for help. `taken_by` names the helper; times are aware, in UTC."""

    user_id: str
    user_name: str
    raised: datetime
    note: str = ""
    traceback: str = ""
    taken_by: str | None = None
    taken: datetime | None = None
    solved: datetime | None = None

    def __repr__(self) -> str:
        notes = [clock_time(self.raised)]
        notes += [f"{self.taken_by!r} is helping"] if self.taken_by and not self.solved else []
        notes += ["solved"] if self.solved else []
        note = shorten(" ".join(self.note.split()), 60)
        tail = f": {note!r}" if note else ""
        return f"<{self.user_name!r} ({', '.join(notes)}){tail}>"


Who: TypeAlias = str | Participant | RaisedHand | Person
"""Ways to name a person: an entry of a list, their hand, their name or their id."""


def id_of(who: object) -> str:
    """Return the id of the person that is named.

    Raises:
        InvalidArgument: it is nobody's.
    """
    id_ = who if isinstance(who, str) else getattr(who, "user_id", None)
    if not isinstance(id_, str) or not id_:
        raise InvalidArgument(f"That must be a hand, a person, a name or an id, not {who!r:.80}.")
    return id_


def participant(person: Here, status: Status | None) -> Participant:
    """A person of the list, with the status that this reader knows."""
    return Participant(
        person.id,
        person.name,
        person.role,
        person.away,
        when(person.since) if person.away and person.since else None,
        status.status if status is not None else person.status,
        when(status.at if status is not None else person.at)
        if status is not None or person.status
        else None,
        person.via,
    )


def raised_hand(hand: Hand) -> RaisedHand:
    """A hand's document as Python shows it."""
    return RaisedHand(
        hand.user_id,
        hand.user_name,
        when(hand.at),
        hand.note,
        hand.traceback,
        hand.taken_by_name,
        when(hand.taken) if hand.taken is not None else None,
        when(hand.solved) if hand.solved is not None else None,
    )
