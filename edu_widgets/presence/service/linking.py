"""The rule that gives a member the status, hand and attendance of a linked viewer."""

import msgspec

from edu_widgets.presence.documents import (
    Attendance,
    Hand,
    Status,
    attendance_id,
    hand_id,
    status_id,
)
from edu_widgets.presence.service.attendance import merged
from edu_widgets.presence.service.preconditions import both
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.service.rules import DELETE, Decision, Get, Linking, RuleRun, Write, read


def link(who: Linking) -> RuleRun:
    """Add a viewer's attendance to the member's, who also gets what they have not themselves."""
    course, staff = who.course, staff_channel(who.course)
    writes: list[Write] = []
    for make, type_ in ((status_id, Status), (hand_id, Hand)):
        theirs, mine = make(who.viewer), make(who.user_id)
        docs = yield Get(staff, (theirs, mine))
        held = read(docs, theirs, type_)
        if held is None:
            continue
        writes += both(course, who.viewer, theirs, type_.kind, DELETE)
        if read(docs, mine, type_) is None:
            body = msgspec.structs.replace(held, user_id=who.user_id, user_name=who.name)
            writes += both(course, who.user_id, mine, type_.kind, body)
    theirs, mine = attendance_id(who.viewer), attendance_id(who.user_id)
    docs = yield Get(staff, (theirs, mine))
    left, own = read(docs, theirs, Attendance), read(docs, mine, Attendance)
    if left is not None:
        stays = merged([*left.stays, *(own.stays if own is not None else ())])
        body = Attendance(who.user_id, who.name, stays)
        writes += [
            Write(staff, theirs, Attendance.kind, DELETE, signed=False),
            Write(staff, mine, Attendance.kind, body, signed=False),
        ]
    return Decision(writes)
