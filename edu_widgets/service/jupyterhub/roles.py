"""Telling people and classes what the Hub has changed about somebody."""

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.errors import refusal
from edu_widgets.protocol.messages import Role
from edu_widgets.service import identity_changes
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Identity
from edu_widgets.service.rules import Decision, Get, Request, RuleRun, Write, read


def correct_role(request: Request[Role]) -> RuleRun:
    """Rule: correct the role in a person's own channel, if one was told there before."""
    held = read((yield Get(request.channel, (Role.kind,))), Role.kind, Role)
    if held is None or held == request.data:
        return Decision(reply=False)
    return Decision([Write(request.channel, Role.kind, Role.kind, request.data)])


def write_role(request: Request[Role]) -> RuleRun:
    """Rule: write the role into a person's own channel."""
    yield from ()
    return Decision([Write(request.channel, Role.kind, Role.kind, request.data)])


async def follow(hub: Hub, before: Identity | None, now: Identity) -> None:
    """Make a person's connections what the Hub says they are.

    Args:
        hub: The service's hub.
        before: What the Hub said last about the same token; `None` if it had not been asked.
        now: What it says.

    Raises:
        Refused: `UNAVAILABLE`: the store cannot write.
    """
    for course, person in now.people.items():
        known = before.people.get(course) if before is not None else None
        if known == person:
            continue
        rule = correct_role if before is None else write_role
        channel = user_channel(course, now.user_id)
        await hub.commit(channel, rule, Role(person.role, person.name), person)
        if before is not None:
            hub.rooms.flush()
            identity_changes.reidentify(hub, now.user_id, course, person)
            hub.audit.record("ROLE_CHANGED", course=course, userId=now.user_id, role=person.role)
    for course in set(before.people) - set(now.people) if before is not None else ():
        gone = refusal(Code.FORBIDDEN, f"JupyterHub no longer has you in a group of {course}.")
        identity_changes.expel(hub, course, now.user_id, gone)
