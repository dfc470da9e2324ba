"""The roll of one course: who is here, and what was told of it. No input or output.

Nothing of it is kept. It is made of the connections there are, each time anew, so that it cannot
say of anybody that they are here once the engine has forgotten them.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from edu_widgets.presence.commands import PAGE, Counts, Filter, Here, People, PeoplePage, Presence
from edu_widgets.presence.counting import (
    for_everybody,
    for_staff,
    staff_first,
    standing,
    stuck_first,
    with_status,
)
from edu_widgets.presence.documents import MOST_NAMED, Status
from edu_widgets.protocol.text_normalization import search_key
from edu_widgets.service.rules import Person

FEW = 180
"""A crowd is told by name again once there are no more people than this."""

REPEATED_MS = 30_000
"""Interval at which the version is told without a change, so that a lost one is noticed."""

Connections = Callable[[str], Collection[Hashable]]
"""The connections of a person, by their id; none while they are only leased."""


@dataclass(slots=True)
class _Attention:
    """The absence of a person, and what each of their connections said of it."""

    said: dict[Hashable, bool] = field(default_factory=dict)
    away: bool = False
    since: int = 0


class Roll:
    """The people present in one course. `epoch` is one that no other roll has."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.v = 0
        self.crowd = False
        self._told: dict[str, Here] = {}
        self._counts = Counts()
        self._staff_counts = Counts()
        self._attention: dict[str, _Attention] = {}
        self._said_at = 0

    # -- attention ------------------------------------------------------------------------

    def attend(self, user_id: str, connection: Hashable, *, away: bool) -> None:
        """One of a person's connections says whether anybody is at it."""
        self._attention.setdefault(user_id, _Attention()).said[connection] = away

    def _look(self, user_id: str, connections: Connections, now: int) -> _Attention | None:
        """Return somebody's attention: away if all connections that say anything say so.

        Without any connection, and until a new one says something, it is as it was.
        """
        found = self._attention.get(user_id)
        if found is None:
            return None
        present = connections(user_id)
        if present:
            said = {c: found.said[c] for c in present if c in found.said}
            if said:
                found.said = said
                away = all(said.values())
                if away and not found.away:
                    found.since = now
                found.away = away
        return found

    # -- who is here ------------------------------------------------------------------------

    def here(self, people: Iterable[Person], connections: Connections, now: int) -> list[Here]:
        """Return the people here, and forget what is known of others."""
        found = []
        for person in people:
            seen = self._look(person.id, connections, now)
            away = seen is not None and seen.away
            since = seen.since if seen is not None and away else 0
            found.append(Here(person.id, person.name, person.role, away, since, via=person.via))
        for id_ in self._attention.keys() - {person.id for person in found}:
            del self._attention[id_]
        return found

    # -- what is told --------------------------------------------------------------------------

    def tell(self, here: list[Here], now: int) -> Presence | None:
        """Return the changes since the last call; `None` for none."""
        self.crowd = len(here) > (FEW if self.crowd else MOST_NAMED)
        people = {} if self.crowd else {person.id: _public(person) for person in here}
        changed = [p for id_, p in people.items() if self._told.get(id_) != p]
        gone = [] if self.crowd else [id_ for id_ in self._told if id_ not in people]
        counts, before = for_everybody(here), self._counts
        news = bool(changed or gone) or counts != before
        if not news and now - self._said_at < REPEATED_MS:
            return None
        prev = self.v
        self.v += news
        self._told, self._counts, self._said_at = people, counts, now
        return Presence(self.epoch, self.v, prev, now, changed, gone, self.crowd, counts)

    def tell_staff(
        self, here: list[Here], statuses: Mapping[str, Status], now: int
    ) -> Presence | None:
        """The counts of a crowd, if they have changed; of fewer people staff counts by itself."""
        counts = for_staff(here, statuses)
        if not self.crowd or counts == self._staff_counts:
            return None
        self._staff_counts = counts
        return Presence(self.epoch, self.v, self.v, now, crowd=True, counts=counts)

    # -- what is asked ---------------------------------------------------------------------------

    def answer(
        self, ask: People, here: list[Here], statuses: Mapping[str, Status] | None, now: int
    ) -> PeoplePage:
        """Return the people present; `statuses` only for staff.

        The whole list is the one of the version it names: what has not been told yet follows as
        the next change. Whoever looks for somebody gets what is so now.
        """
        whole = not (self.crowd or ask.query or ask.offset) and ask.filter == "all"
        everybody = list(self._told.values()) if whole else here
        if statuses is None:
            everybody = [_public(person) for person in everybody]
        elif whole:
            since = {person.id: person.since for person in here}
            everybody = [_since(p, since.get(p.id, 0)) if p.away else p for p in everybody]
        counts = for_everybody(everybody) if statuses is None else for_staff(everybody, statuses)
        found = _found(ask, everybody, statuses)
        limit = max(1, min(ask.limit, PAGE if self.crowd else MOST_NAMED))
        page = found[ask.offset : ask.offset + limit]
        return PeoplePage(self.epoch, self.v, now, page, len(found), self.crowd, counts)


def _public(person: Here) -> Here:
    """Somebody as everybody may see them: since when they are away is for staff."""
    return _since(person, 0) if person.since else person


def _since(person: Here, since: int) -> Here:
    return msgspec.structs.replace(person, since=since)


def _key(text: str) -> str:
    return " ".join(search_key(text).split())


def _found(ask: People, everybody: list[Here], statuses: Mapping[str, Status] | None) -> list[Here]:
    query = _key(ask.query)
    found = [person for person in everybody if not query or query in _key(person.name)]
    if statuses is None:
        return sorted((p for p in found if ask.filter == "all" or p.away), key=staff_first)
    found = [with_status(person, statuses.get(person.id)) for person in found]
    return sorted((p for p in found if _is(p, ask.filter)), key=stuck_first)


def _is(person: Here, wanted: Filter) -> bool:
    if wanted == "all":
        return True
    student = person.role == "student"
    return student and standing(away=person.away, status=person.status) == wanted
