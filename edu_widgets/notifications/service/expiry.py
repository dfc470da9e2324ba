"""What expires goes at its time, by the service's clock.

Beside each notification that ends, a note says where it is and when: in a channel nobody reads,
since a service that starts cannot look through everybody's own. In memory is only when each is due.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar
from weakref import WeakKeyDictionary

import msgspec

from edu_widgets.notifications.documents import Notification
from edu_widgets.protocol import Code, Document
from edu_widgets.protocol.channels import course_channel, user_channel
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.rules import (
    DELETE,
    Decision,
    Erasure,
    Get,
    Request,
    RuleRun,
    Scan,
    Write,
    read,
)
from edu_widgets.service.timers import Timers, Versions, read_all

if TYPE_CHECKING:
    from edu_widgets.service.features import Stage
    from edu_widgets.service.store import Committed

_KIND = "expiry:"
_AT_ONCE = 200
_ALL = 2**31


class Expiry(msgspec.Struct, frozen=True):
    """Where a notification is, and until when (ms since 1970). Its id is the notification's."""

    kind: ClassVar[str] = "notification_expiry"

    channel: str
    at: int


class Over(msgspec.Struct, frozen=True):
    """These notifications may be over."""

    ids: list[str]


def expiry_channel(course: str) -> str:
    """The channel of a course's notes; no kind of channel that anybody can enter."""
    return f"{_KIND}{course}"


def note_expiry(course: str, id_: str, channel: str, at: int) -> Write:
    """Note when a notification ends."""
    return Write(expiry_channel(course), id_, Expiry.kind, Expiry(channel, at), signed=False)


def expire(request: Request[Over]) -> RuleRun:
    """Delete those that are over by now, with their notes."""
    notes, ids = expiry_channel(request.course), tuple(request.data.ids)
    writes: list[Write] = []
    for doc in (yield Get(notes, ids)):
        note = read([doc], doc.id, Expiry)
        if note is None or note.at > request.now:
            continue
        writes.append(Write(notes, doc.id, Expiry.kind, DELETE))
        if read((yield Get(note.channel, (doc.id,))), doc.id, Notification) is not None:
            writes.append(Write(note.channel, doc.id, Notification.kind, DELETE))
    return Decision(writes, reply=False)


def erase(person: Erasure) -> RuleRun:
    """Forget the notes of what was sent to a person; all else goes with what is theirs."""
    notes = expiry_channel(person.course)
    own = user_channel(person.course, person.user_id)
    found = yield Scan(notes, Expiry.kind, _ALL)
    theirs = [doc.id for doc in found if doc.as_(Expiry).channel == own]
    return Decision([Write(notes, id_, Expiry.kind, DELETE) for id_ in theirs])


class Clock:
    """When what is due in the courses of one service."""

    def __init__(self) -> None:
        self._timers = Timers()
        self._versions: dict[str, Versions] = {}

    def note(self, course: str, doc: Document) -> None:
        """A note is now so."""
        if self._versions.setdefault(course, Versions()).is_newer(doc):
            self._timers.note(course, doc, lambda doc: doc.as_(Expiry).at)

    def due(self, now: int) -> dict[str, list[str]]:
        """By course, what is over by now."""
        found: dict[str, list[str]] = {}
        for course, id_ in self._timers.due(now):
            found.setdefault(course, []).append(id_)
        return found

    async def work(self, stage: Stage, course: str, ids: list[str]) -> None:
        """Delete what is over; what cannot be now is tried again at the next tick."""
        data = Over(ids[:_AT_ONCE])
        try:
            await stage.commit(course_channel(course), expire, data)
        except Refused as error:
            if Code(error.code).retry:
                return
            self._forget(course, data.ids)
            raise
        # Also those that were gone already: what was read at the start may have been older.
        self._forget(course, data.ids)

    def _forget(self, course: str, ids: list[str]) -> None:
        for id_ in ids:
            self._timers.forget(course, id_)

    async def look(self, stage: Stage, course: str) -> None:
        """Read all notes of a course, as after a start."""
        await read_all(stage, expiry_channel(course), Expiry.kind, partial(self.note, course))
        self._versions.setdefault(course, Versions()).all_read()


_CLOCKS: WeakKeyDictionary[Stage, Clock] = WeakKeyDictionary()


def _clock(stage: Stage) -> Clock:
    return _CLOCKS.setdefault(stage, Clock())


def on_commit(stage: Stage, commit: Committed) -> None:
    """Something was stored: notes are noted."""
    for change in commit.changes:
        if change.channel.startswith(_KIND):
            for doc in change.docs:
                _clock(stage).note(change.channel.removeprefix(_KIND), doc)


async def on_start(stage: Stage, course: str) -> None:
    """Read when what ends in a course."""
    await _clock(stage).look(stage, course)


def on_tick(stage: Stage, now: int) -> None:
    """A second has passed."""
    clock = _clock(stage)
    for course, ids in clock.due(now).items():
        stage.soon(("notifications", course), partial(clock.work, stage, course, ids))
