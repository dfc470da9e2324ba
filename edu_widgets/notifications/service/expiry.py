"""What expires goes at its time, by the service's clock.

Beside each notification that ends, a note says where it is and when: in a channel nobody reads,
since a service that starts cannot look through everybody's own.
"""

from typing import ClassVar

import msgspec

from edu_widgets.notifications.documents import Notification
from edu_widgets.protocol.channels import user_channel
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
from edu_widgets.service.steady_time import SLACK_MS
from edu_widgets.service.timers import Due, Timer

_KIND = "expiry:"
_ALL = 2**31


class Expiry(msgspec.Struct, frozen=True):
    """Where a notification is, and until when (ms since 1970). Its id is the notification's."""

    kind: ClassVar[str] = "notification_expiry"

    channel: str
    at: int
    made: int = 0
    """When the notification was sent, in ms since 1970; 0 where an earlier version noted it."""


def expiry_channel(course: str) -> str:
    """The channel of a course's notes; no kind of channel that anybody can enter."""
    return f"{_KIND}{course}"


def note_expiry(course: str, channel: str, body: Notification) -> list[Write]:
    """Note when a notification ends, if it does."""
    if body.expires_at is None:
        return []
    note = Expiry(channel, body.expires_at, body.created_at)
    return [Write(expiry_channel(course), body.id, Expiry.kind, note, signed=False)]


def expire(request: Request[Due]) -> RuleRun:
    """Delete a notification that is over by now, with its note.

    One that was sent by a clock that was ahead lasts as long as was meant, from now on.
    """
    notes, id_ = expiry_channel(request.course), request.data.id
    note = read((yield Get(notes, (id_,))), id_, Expiry)
    ahead = note.made - request.now if note is not None else 0
    if note is None or (note.at > request.now and ahead <= SLACK_MS):
        return Decision(reply=False)
    found = read((yield Get(note.channel, (id_,))), id_, Notification)
    if found is None or note.at <= request.now:
        writes = [Write(notes, id_, Expiry.kind, DELETE)]
        if found is not None:
            writes.append(Write(note.channel, id_, Notification.kind, DELETE))
        return Decision(writes, reply=False)
    sent = msgspec.structs.replace(found, created_at=request.now, expires_at=note.at - ahead)
    told = Write(note.channel, id_, Notification.kind, sent)
    return Decision([told, *note_expiry(request.course, note.channel, sent)], reply=False)


def erase(person: Erasure) -> RuleRun:
    """Forget the notes of what was sent to a person; all else goes with what is theirs."""
    notes = expiry_channel(person.course)
    own = user_channel(person.course, person.user_id)
    found = yield Scan(notes, Expiry.kind, _ALL)
    theirs = [doc.id for doc in found if doc.as_(Expiry).channel == own]
    return Decision([Write(notes, id_, Expiry.kind, DELETE) for id_ in theirs])


EXPIRING = Timer(Expiry.kind, expiry_channel, lambda doc: doc.as_(Expiry).at, expire)
