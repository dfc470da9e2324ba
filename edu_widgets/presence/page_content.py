"""Presence as the page gets it: people, hands, and the desk with counts and one's own."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from edu_widgets.client.admission import Admission
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.presence.commands import Here
from edu_widgets.presence.counting import with_status
from edu_widgets.presence.documents import Hand, Status
from edu_widgets.presence.mirror import OwnHand, PresenceMirror

PEOPLE = "people"
HANDS = "hands"
DESK = "desk"
"""The names of the collections, and of the one document in the last."""


class PeopleContent:
    """The content of the widget (`Content`). Times leave as ages in ms, since clocks differ.

    While names are hidden neither people nor hands leave the kernel, only how many there are.
    """

    def __init__(self, client: CourseClient, people: PresenceMirror) -> None:
        self._client = client
        self._people = people
        self.hidden = False
        self._lock = threading.Lock()
        self._versions: dict[tuple[str, str], tuple[object, int]] = {}

    # -- Content -------------------------------------------------------------------------

    def windows(self) -> Mapping[str, Window]:
        """Every collection, whole."""
        found: dict[str, Window] = {DESK: Window([self._desk()])}
        if self.hidden:
            return found | {PEOPLE: Window([]), HANDS: Window([])}
        statuses = self._people.statuses()
        people = [self._person(p, statuses.get(p.id)) for p in self._people.here().values()]
        hands = [self._hand(hand) for hand in self._hands()]
        return found | {PEOPLE: Window(people), HANDS: Window(hands)}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """Return documents as they are now, and the ids of those that are gone."""
        if collection == DESK:
            return [self._desk()], []
        docs: list[Json] = []
        gone: list[str] = []
        here = self._people.here()
        for id_ in ids:
            person, hand = here.get(id_), None
            if self.hidden:
                gone.append(id_)
            elif collection == PEOPLE and person is not None:
                docs.append(self._person(person, self._people.status_of(id_)))
            elif collection == HANDS and (hand := self._staff_hand(id_)) is not None:
                docs.append(self._hand(hand))
            else:
                gone.append(id_)
        return docs, gone

    def older(self, collection: str, before: int) -> Window:
        """Return nothing, since all documents are loaded."""
        del collection, before
        return Window([])

    # -- documents -----------------------------------------------------------------------

    def listed(self, person: Here) -> Json:
        """Somebody of a page that was asked for."""
        return self._fields(person)

    def _person(self, person: Here, status: Status | None) -> Json:
        # Of one's own status the desk tells; whoever is no staff knows of no other.
        if self._client.me().is_staff:
            person = with_status(person, status)
        return self._versioned(PEOPLE, person.id, person, self._fields(person))

    def _fields(self, person: Here) -> Json:
        me = self._client.me()
        doc: Json = {"id": person.id, "name": person.name}
        optional: Json = {
            "role": person.role if person.role != "student" else None,
            "via": person.via,
            "me": person.id == me.user_id,
            "away": person.away,
            "status": person.status if me.is_staff else None,
        }
        doc |= {key: value for key, value in optional.items() if value}
        since = person.at if person.status in {"stuck", "done"} else person.since
        if me.is_staff and since:
            doc["age"] = self._people.age(since)
        return doc

    def _hands(self) -> list[Hand]:
        return self._people.hands() if self._client.me().is_staff else []

    def _staff_hand(self, user_id: str) -> Hand | None:
        return self._people.hand_of(user_id) if self._client.me().is_staff else None

    def _hand(self, hand: Hand) -> Json:
        doc: Json = {"id": hand.user_id, "name": hand.user_name, "at": hand.at}
        return self._versioned(HANDS, hand.user_id, hand, doc | self._told(hand))

    def _told(self, hand: Hand) -> Json:
        me = self._client.me().user_id
        optional: Json = {
            "note": hand.note,
            "traceback": hand.traceback,
            "helper": hand.taken_by_name if hand.taken is not None else None,
            "mine": hand.taken_by == me,
        }
        doc: Json = {"age": self._people.age(hand.at)}
        return doc | {key: value for key, value in optional.items() if value}

    # -- the desk ------------------------------------------------------------------------

    def _desk(self) -> Json:
        people, roster = self._people, self._people.roster
        status, hand = people.my_status(), people.my_hand()
        counts = people.counts()
        numbers = {"here": counts.here, "away": counts.away}
        if self._client.me().is_staff:
            more = ("stuck", "done", "following", "none")
            numbers |= {name: getattr(counts, name) or 0 for name in more}
            numbers["hands"] = len(people.hands())
        closed, removed = self._admission()
        key = (
            *(self._can(), roster.known, roster.crowd, self.hidden, numbers, status, hand),
            *(closed, removed),
        )
        doc: Json = {
            "id": DESK,
            "can": self._can(),
            "known": roster.known,
            "crowd": roster.crowd,
            "hidden": self.hidden,
            "counts": numbers,
        }
        doc |= _given({"closed": closed, "removed": removed})
        if status.status is not None or status.state:
            doc["status"] = _given({"status": status.status, "state": status.state})
        if hand is not None:
            doc["hand"] = self._own_hand(hand)
        return self._versioned(DESK, DESK, key, doc)

    def _admission(self) -> tuple[bool, list[Json]]:
        """For staff: whether the door is closed, and who was removed."""
        if not self._client.me().is_staff:
            return False, []
        found = Admission(self._client)
        people = [] if self.hidden else found.removed()
        return found.state().closed, [{"id": one.user_id, "name": one.name} for one in people]

    def _own_hand(self, own: OwnHand) -> Json:
        hand = own.hand
        fields: Json = {"solved": hand.solved is not None, "state": own.state}
        return self._told(hand) | _given(fields)

    def _can(self) -> list[str]:
        """Return the actions that this person has here."""
        if not self._people.offered or self._client.view().readonly:
            return []
        return ["manage"] if self._client.me().is_staff else ["status", "hand"]

    # -- versions ------------------------------------------------------------------------

    def _versioned(self, collection: str, id_: str, content: object, doc: Json) -> Json:
        """The document with a `rev` that grows with each other content; ages do not count."""
        with self._lock:
            held, rev = self._versions.get((collection, id_), (None, -1))
            if held is None or held != content:
                rev += 1
                self._versions[collection, id_] = (content, rev)
        return {**doc, "rev": rev}


def _given(fields: dict[str, Any]) -> Json:
    return {key: value for key, value in fields.items() if value}
