"""Events of people, statuses and hands, each told once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.presence.commands import Here
from edu_widgets.presence.documents import Hand, Status
from edu_widgets.presence.mirror import PresenceMirror
from edu_widgets.presence.people import Participant, RaisedHand, participant, raised_hand
from edu_widgets.presence.roster import Moved
from edu_widgets.protocol import Document

EVENTS = ("joined", "left", "status", "hand", "taken", "solved")

Tell: TypeAlias = Callable[[str, Participant | RaisedHand], None]


class EventDiff:
    """Tells changes from what was so already. Network thread only."""

    def __init__(self, client: CourseClient, people: PresenceMirror, tell: Tell) -> None:
        self._people = people
        self._tell = tell
        self._statuses: dict[str, Status] = {}
        self._hands: dict[str, Hand] = {}
        channel = people.staff if client.me().is_staff else people.own
        mirror = client.mirror(channel)
        self._began = client.caught_up(channel)
        for doc in (*mirror.of_kind(Status.kind), *mirror.of_kind(Hand.kind)):
            self._note(doc, quiet=True)

    def people(self, moved: Moved) -> None:
        """Somebody came or went."""
        for event, persons in (("joined", moved.joined), ("left", moved.left)):
            for person in persons:
                self._tell(event, participant(person, self._people.status_of(person.id)))

    def documents(self, event: DocumentsChanged) -> None:
        """Statuses and hands changed."""
        quiet = not self._began
        self._began = self._began or event.caught_up
        for doc in (*event.upserted, *event.removed):
            self._note(doc, quiet=quiet)

    def _note(self, doc: Document, *, quiet: bool) -> None:
        if doc.kind == Status.kind:
            self._status(doc.id.partition(":")[2], decoded(doc, Status), quiet=quiet)
        elif doc.kind == Hand.kind:
            self._hand(doc.id.partition(":")[2], decoded(doc, Hand), quiet=quiet)

    def _status(self, user_id: str, now: Status | None, *, quiet: bool) -> None:
        before = self._statuses.pop(user_id, None)
        if now is not None:
            self._statuses[user_id] = now
        if quiet or (before and before.status) == (now and now.status):
            return
        last = now or before
        here = self._people.here().get(user_id)
        if here is None and last is not None:
            here = Here(user_id, last.user_name)
        if here is not None:
            self._tell("status", participant(here, now))

    def _hand(self, user_id: str, now: Hand | None, *, quiet: bool) -> None:
        before = self._hands.pop(user_id, None)
        if now is None:
            return
        self._hands[user_id] = now
        if quiet:
            return
        fresh = before is None or before.at != now.at
        if now.solved is None and fresh:
            self._tell("hand", raised_hand(now))
        taken_before = None if fresh or before is None else before.taken_by
        if now.solved is None and now.taken_by is not None and now.taken_by != taken_before:
            self._tell("taken", raised_hand(now))
        if now.solved is not None and (fresh or before is None or before.solved is None):
            self._tell("solved", raised_hand(now))
