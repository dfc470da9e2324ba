"""Deletion of expired notifications, by the service's clock.

A note for each notification that expires has its channel and time. The notes are in a channel that
nobody reads, since a service that starts cannot search everybody's own channel.
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
    """A notification's channel and end (ms since 1970). Its id is the notification's."""

    kind: ClassVar[str] = "notification_expiry"

    channel: str
    at: int
    made: int = 0
    """Time the notification was sent, in ms since 1970; 0 in a note of an earlier version."""


def expiry_channel(course: str) -> str:
    """Return the channel of a course's notes, of a kind that nobody can enter."""
    return f"{_KIND}{course}"


def note_expiry(course: str, channel: str, body: Notification) -> list[Write]:
    """Return the write of a notification's note; empty if it does not expire."""
    if body.expires_at is None:
        return []
    note = Expiry(channel, body.expires_at, body.created_at)
    return [Write(expiry_channel(course), body.id, Expiry.kind, note, signed=False)]


def expire(request: Request[Due]) -> RuleRun:
    """Delete a notification that has expired, with its note.

    One that was sent while the clock was ahead begins again now, with its full duration.
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
    """Delete the notes of notifications to a person; these go with the person's own channel."""
    notes = expiry_channel(person.course)
    own = user_channel(person.course, person.user_id)
    found = yield Scan(notes, Expiry.kind, _ALL)
    theirs = [doc.id for doc in found if doc.as_(Expiry).channel == own]
    return Decision([Write(notes, id_, Expiry.kind, DELETE) for id_ in theirs])


EXPIRING = Timer(Expiry.kind, expiry_channel, lambda doc: doc.as_(Expiry).at, expire)
