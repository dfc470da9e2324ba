"""Statuses: how far people say they are."""

from edu_widgets.presence.commands import ClearStatuses, SetStatus
from edu_widgets.presence.documents import Status, status_id
from edu_widgets.presence.service.preconditions import both, in_course
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.service.checks import channel_of, only_staff
from edu_widgets.service.rules import DELETE, Decision, Get, Request, RuleRun, Scan, read

MOST = 10_000
"""Statuses that are looked at: more than a course can have people."""


def set_status(request: Request[SetStatus]) -> RuleRun:
    """Note a person's status; the same again keeps its time.

    Raises:
        Refused: `INVALID` in another channel than a course's.
    """
    in_course(request)
    me, wanted = request.user, request.data.status
    id_ = status_id(me.id)
    held = read((yield Get(channel_of(request.course, me.id), (id_,))), id_, Status)
    if (held.status if held is not None else None) == wanted:
        return Decision()
    body = Status(me.id, me.name, wanted, request.now) if wanted is not None else DELETE
    writes = both(request.course, me.id, id_, Status.kind, body)
    return Decision(writes, urgent=False)


def clear(request: Request[ClearStatuses]) -> RuleRun:
    """Take everybody's status away.

    Raises:
        Refused: `FORBIDDEN` for students, `INVALID` in another channel than a course's.
    """
    in_course(request)
    only_staff(request, "clear everybody's status")
    writes = []
    for doc in (yield Scan(staff_channel(request.course), Status.kind, MOST)):
        user_id = doc.id.partition(":")[2]
        writes += both(request.course, user_id, doc.id, doc.kind, DELETE)
    return Decision(writes)
