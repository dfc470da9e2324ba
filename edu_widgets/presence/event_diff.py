"""Events of people, statuses and hands, each told once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.news import News
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.presence.commands import Here
from edu_widgets.presence.documents import Hand, Status
from edu_widgets.presence.mirror import PresenceMirror
from edu_widgets.presence.people import Participant, RaisedHand, participant, raised_hand
from edu_widgets.presence.roster import Moved
from edu_widgets.protocol import Document

EVENTS = ("joined", "left", "status", "hand", "taken", "solved")

_KINDS = (Status.kind, Hand.kind)
_REMEMBERED = 20_000
"""Number of statuses and hands, more than there are people in a course."""

Tell: TypeAlias = Callable[[str, Participant | RaisedHand], None]


class EventDiff:
    """Makes events of changed documents and of a changed roster. Network thread only."""

    def __init__(self, client: CourseClient, people: PresenceMirror, tell: Tell) -> None:
        self._people = people
        self._tell = tell
        channel = people.staff if client.me().is_staff else people.own
        mirror = client.mirror(channel)
        held = (*mirror.of_kind(Status.kind), *mirror.of_kind(Hand.kind))
        known = {doc.id: body for doc in held if (body := _body(doc)) is not None}
        self._news = News[Status | Hand](client, [channel], known, most=_REMEMBERED)

    def people(self, moved: Moved) -> None:
        """Compare the people here after somebody came or went."""
        for event, persons in (("joined", moved.joined), ("left", moved.left)):
            for person in persons:
                self._tell(event, participant(person, self._people.status_of(person.id)))

    def documents(self, event: DocumentsChanged) -> None:
        """Statuses and hands changed."""
        began = self._news.has_begun(event.channel)
        self._news.heard(event)
        for doc in (*event.upserted, *event.removed):
            if doc.kind not in _KINDS:
                continue
            now = _body(doc)
            before = self._news.swap(doc.id, now)
            if not began:
                continue
            if isinstance(now, Hand):
                self._hand(before if isinstance(before, Hand) else None, now)
            elif doc.kind == Status.kind:
                before = before if isinstance(before, Status) else None
                self._status(doc.id.partition(":")[2], before, now)

    def _status(self, user_id: str, before: Status | None, now: Status | None) -> None:
        if (before and before.status) == (now and now.status):
            return
        last = now or before
        here = self._people.here().get(user_id)
        if here is None and last is not None:
            here = Here(user_id, last.user_name)
        if here is not None:
            self._tell("status", participant(here, now))

    def _hand(self, before: Hand | None, now: Hand) -> None:
        fresh = before is None or before.at != now.at
        if now.solved is None and fresh:
            self._tell("hand", raised_hand(now))
        taken_before = None if fresh or before is None else before.taken_by
        if now.solved is None and now.taken_by is not None and now.taken_by != taken_before:
            self._tell("taken", raised_hand(now))
        if now.solved is not None and (fresh or before is None or before.solved is None):
            self._tell("solved", raised_hand(now))


def _body(doc: Document) -> Status | Hand | None:
    return decoded(doc, Status) if doc.kind == Status.kind else decoded(doc, Hand)
