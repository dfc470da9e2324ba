"""Rules: the admission to a course, as documents in its staff's channel.

The documents are not signed, so that they stay when the person who wrote them is erased.
"""

from edu_widgets.protocol import admission
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.service.rules import DELETE, Decision, Erasure, Get, Request, RuleRun, Write, read


def write_admission(request: Request[admission.Admission]) -> RuleRun:
    """Rule: write the state of the door into the staff's channel."""
    yield from ()
    kind = admission.Admission.kind
    return Decision([Write(request.channel, kind, kind, request.data, signed=False)])


def write_removals(request: Request[admission.Concerned]) -> RuleRun:
    """Rule: write removed people into the staff's channel."""
    yield from ()
    kind = admission.Removal.kind
    ids = [(one, admission.removal_id(one.user_id)) for one in request.data.people]
    return Decision([Write(request.channel, id_, kind, one, signed=False) for one, id_ in ids])


def write_readmission(request: Request[admission.Concerned]) -> RuleRun:
    """Rule: delete readmitted people's removals from the staff's channel."""
    yield from ()
    kind = admission.Removal.kind
    ids = [admission.removal_id(one.user_id) for one in request.data.people]
    return Decision([Write(request.channel, id_, kind, DELETE, signed=False) for id_ in ids])


def erase_removal(person: Erasure) -> RuleRun:
    """Rule: delete an erased person's removal, which has their name."""
    channel, id_ = staff_channel(person.course), admission.removal_id(person.user_id)
    kind = admission.Removal.kind
    if read((yield Get(channel, (id_,))), id_, admission.Removal) is None:
        return Decision()
    return Decision([Write(channel, id_, kind, DELETE)])
