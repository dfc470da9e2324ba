"""The list of present people as a kernel knows it, kept up by changes. No input or output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from edu_widgets.presence.commands import Counts, Here, PeoplePage, Presence

GRACE = 20.0
"""Seconds that people of a service that has restarted have to come back."""

UNKNOWN_AFTER = 60.0
"""Seconds without a connection after which it is not known any more who is here."""


@dataclass(slots=True)
class Moved:
    """The effect of a step: who joined and left, and whose entries differ."""

    joined: list[Here] = field(default_factory=list)
    left: list[Here] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    reset: bool = False
    """Everything may be different."""


class Roster:
    """Applies lists and changes. Times are seconds of a monotonic clock; used on one thread.

    While `behind`, the whole list has to be asked for; changes that come meanwhile are in it.
    """

    def __init__(self) -> None:
        self.people: Mapping[str, Here] = {}
        """By id everybody who is here; replaced, never changed. Empty in a crowd."""
        self.crowd = False
        self.counts = Counts()
        """Counts that the service told last; of fewer people than a crowd count `people`."""
        self.staff_counts = Counts()
        """Counts that it told staff last."""
        self.known = False
        self.behind = True
        self._epoch = ""
        self._v = 0
        self._missing: dict[str, float] = {}
        self._lost_at: float | None = None

    # -- what happens ---------------------------------------------------------------------

    def lost(self, now: float) -> None:
        """Note that the connection is lost."""
        self.behind = True
        if self._lost_at is None:
            self._lost_at = now

    def told(self, frame: Presence, now: float) -> Moved:
        """The service tells of changes."""
        if self.behind or frame.epoch != self._epoch:
            self.behind = True
            return Moved()
        if frame.v <= self._v:
            return Moved()
        if frame.crowd:
            moved = self._become_crowd(frame.counts)
        elif frame.prev != self._v:
            self.behind = True
            return Moved()
        else:
            was_crowd, self.crowd = self.crowd, False
            moved = self._apply(frame, quiet=was_crowd)
        self._v, self.counts = frame.v, frame.counts
        self._forget_missing(now, moved)
        return moved

    def told_staff(self, frame: Presence) -> None:
        """The service tells staff how many of a crowd count as what."""
        if frame.epoch == self._epoch:
            self.staff_counts = frame.counts

    def listed(self, page: PeoplePage, now: float) -> Moved:
        """The service has answered with the whole list, or with counts of a crowd."""
        restarted = self._epoch not in ("", page.epoch)
        first = not self.known
        self._epoch, self._v, self.counts = page.epoch, page.v, page.counts
        self.known, self.behind, self._lost_at = True, False, None
        self.staff_counts = page.counts
        if page.crowd:
            return self._become_crowd(page.counts)
        was_crowd, self.crowd = self.crowd, False
        # How far somebody is, their document tells, also when it is taken away.
        new = {p.id: msgspec.structs.replace(p, status=None, at=0) for p in page.people}
        absent = {id_: person for id_, person in self.people.items() if id_ not in new}
        if restarted:
            for id_ in absent:
                self._missing.setdefault(id_, now + GRACE)
        self._missing = {id_: at for id_, at in self._missing.items() if id_ in absent}
        moved = Moved(reset=True)
        if not (first or was_crowd):
            moved.joined = [p for id_, p in new.items() if id_ not in self.people]
            moved.left = [p for id_, p in absent.items() if id_ not in self._missing]
        self.people = {**{id_: absent[id_] for id_ in self._missing}, **new}
        return moved

    def expire(self, now: float) -> Moved:
        """Time has passed."""
        moved = Moved()
        self._forget_missing(now, moved)
        if self._lost_at is not None and self.known and now >= self._lost_at + UNKNOWN_AFTER:
            self.people, self._missing = {}, {}
            self.known, self.crowd, self.counts = False, False, Counts()
            moved.reset = True
        return moved

    def due(self) -> float | None:
        """Return the time at which `expire` has something to do."""
        times = list(self._missing.values())
        if self._lost_at is not None and self.known:
            times.append(self._lost_at + UNKNOWN_AFTER)
        return min(times, default=None)

    # -- steps ------------------------------------------------------------------------------

    def _become_crowd(self, counts: Counts) -> Moved:
        moved = Moved(reset=not self.crowd)
        self.crowd, self.counts = True, counts
        self.people, self._missing = {}, {}
        return moved

    def _apply(self, frame: Presence, *, quiet: bool) -> Moved:
        people = dict(self.people)
        moved = Moved()
        for person in frame.set:
            if person.id not in people and not quiet:
                moved.joined.append(person)
            people[person.id] = _since(person, people.get(person.id), frame.now)
            self._missing.pop(person.id, None)
            moved.changed.add(person.id)
        for id_ in frame.gone:
            gone = people.pop(id_, None)
            self._missing.pop(id_, None)
            if gone is not None:
                moved.left.append(gone)
                moved.changed.add(id_)
        self.people = people
        return moved

    def _forget_missing(self, now: float, moved: Moved) -> None:
        """Whoever did not come back in time has left."""
        gone = [id_ for id_, until in self._missing.items() if until <= now]
        if not gone:
            return
        people = dict(self.people)
        for id_ in gone:
            del self._missing[id_]
            person = people.pop(id_, None)
            if person is not None:
                moved.left.append(person)
                moved.changed.add(id_)
        self.people = people


def _since(person: Here, before: Here | None, now: int) -> Here:
    """Somebody as told just now: since when they are away is known from having seen it."""
    if not person.away or person.since:
        return person
    seen = before.since if before is not None and before.away else now
    return msgspec.structs.replace(person, since=seen)
