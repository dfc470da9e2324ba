"""Timed ends of statuses and hands, and the erasing of a person's."""

import msgspec

from edu_widgets.presence.documents import Hand, Status, attendance_id, hand_id, status_id
from edu_widgets.presence.service.preconditions import both
from edu_widgets.presence.service.statuses import MOST
from edu_widgets.protocol.channels import staff_channel, user_channel
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

KEPT_MS = 10 * 60_000
"""Time for which a solved hand, and status and hand of somebody who left, are kept."""


class Sweep(msgspec.Struct, frozen=True):
    """People who are gone and hands that were solved long enough ago to be deleted."""

    gone: list[str]
    solved: list[str]


def sweep(request: Request[Sweep]) -> RuleRun:
    """Delete statuses and hands that are over; the next lesson begins without them."""
    staff, data = staff_channel(request.course), request.data
    ids = [id_ for user in data.gone for id_ in (status_id(user), hand_id(user))]
    ids += [hand_id(user) for user in data.solved]
    writes: list[Write] = []
    for doc in (yield Get(staff, tuple(ids))):
        user_id = doc.id.partition(":")[2]
        hand = read([doc], doc.id, Hand)
        over = user_id in data.gone or (hand is not None and hand.solved is not None)
        if over and not doc.deleted:
            writes += both(request.course, user_id, doc.id, doc.kind, DELETE)
    return Decision(writes, urgent=False, reply=False)


def erase(person: Erasure) -> RuleRun:
    """Forget who helped, and a person's status, hand and attendance wherever they are."""
    course, user_id = person.course, person.user_id
    staff = staff_channel(course)
    writes: list[Write] = []
    for doc in (yield Scan(staff, Hand.kind, MOST)):
        hand = read([doc], doc.id, Hand)
        if hand is None or hand.taken_by != user_id:
            continue
        if hand.solved is not None:
            body: object = DELETE
        else:
            body = msgspec.structs.replace(hand, taken=None, taken_by=None, taken_by_name=None)
        writes += both(course, hand.user_id, doc.id, Hand.kind, body)
    for channel in (staff, user_channel(course, user_id)):
        for doc in (yield Get(channel, tuple(make(user_id) for make in _OF_A_PERSON))):
            if not doc.deleted:
                writes.append(Write(channel, doc.id, doc.kind, DELETE))
    return Decision(writes)


_OF_A_PERSON = (status_id, hand_id, attendance_id)

KINDS = (Status.kind, Hand.kind)
"""The kinds of documents that end by themselves."""
