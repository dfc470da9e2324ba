"""Changing a member's role or name while the lesson runs."""

from typing import TYPE_CHECKING

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import ROLES, STAFF_ROLES, user_channel
from edu_widgets.protocol.errors import EduWidgetsError, refusal
from edu_widgets.protocol.messages import Role
from edu_widgets.service import identity_changes
from edu_widgets.service.people import OWNER
from edu_widgets.service.rules import Decision, Get, Person, Request, RuleRun, Write, read

if TYPE_CHECKING:
    from edu_widgets.service.hub import Hub
    from edu_widgets.service.store import StoredMember


def write_role(request: Request[Role]) -> RuleRun:
    """Rule: write a person's role into their own channel, if it has changed."""
    held = read((yield Get(request.channel, (Role.kind,))), Role.kind, Role)
    if held == request.data:
        return Decision(reply=False)
    return Decision([Write(request.channel, Role.kind, Role.kind, request.data)])


async def change_role(hub: "Hub", course: str, user_id: str, role: str, by: Person) -> None:
    """Change a person's role, atomically.

    They get the document about it before channels that the new role forbids are taken away.

    Raises:
        Refused: `INVALID`: there is no such role, or a person who is vouched for would not be a
            student; `FORBIDDEN`: as an instructor's change of the owner's role, of another
            instructor's, or to administrator; `NOT_FOUND`: there is no such person; or the store
            cannot write.
    """
    if role not in ROLES:
        raise refusal(Code.INVALID, f"{role!r:.40} is not a role; roles are {', '.join(ROLES)}.")
    before = (await hub.store.memberships(user_id)).get(course)
    _check_right(user_id, before, role, by)
    if before is not None and before.voucher and role != "student":
        text = f"{before.name} takes part through somebody else's notebook: always as a student."
        raise refusal(Code.INVALID, text)
    member = await hub.store.set_role(course, user_id, role)
    if before is None or member is None:
        raise refusal(Code.NOT_FOUND, "There is no such person in this course.")
    try:
        await tell(hub, member, by)
    except EduWidgetsError:  # nobody was told of the new role yet
        _ = await hub.store.set_role(course, user_id, before.role)
        raise
    hub.audit.record("ROLE_CHANGED", course=course, userId=user_id, role=role, by=by.id)


def _check_right(user_id: str, before: "StoredMember | None", role: str, by: Person) -> None:
    """Check who may change a role: who may remove somebody may make a student of them.

    Raises:
        Refused: `FORBIDDEN`.
    """
    if by.id == OWNER:
        return
    if user_id == OWNER:
        raise refusal(Code.FORBIDDEN, "The role of who hosts the course is changed by nobody else.")
    held = before.role if before is not None else ""
    if by.role != "admin" and (
        role == "admin" or held == "admin" or (held in STAFF_ROLES and user_id != by.id)
    ):
        text = "Roles of instructors are changed by who hosts the course, or by an administrator."
        raise refusal(Code.FORBIDDEN, text)


async def tell_in_the_end(hub: "Hub", member: "StoredMember") -> None:
    """As `tell`; if the store cannot write now, retry with the member's name and role by then."""

    async def tell_present() -> None:
        present = (await hub.store.memberships(member.user_id)).get(member.course)
        if present is not None:
            await tell(hub, present)

    try:
        await tell(hub, member)
    except EduWidgetsError:
        hub.supervisor.until_done(member, "Telling who somebody is", tell_present)


async def tell(hub: "Hub", member: "StoredMember", by: Person | None = None) -> None:
    """Announce a member's new name and role to them and the class; `by` has changed it."""
    person = member.person
    channel = user_channel(member.course, member.user_id)
    await hub.commit(channel, write_role, Role(member.role, member.name), by or person)
    hub.rooms.flush()
    identity_changes.reidentify(hub, member.user_id, member.course, person)
    if person.staff:
        await part(hub, member.course, person.id)
    for user_id in await hub.store.vouched(member.course, member.user_id):
        present = (await hub.store.memberships(user_id)).get(member.course)
        if present is not None:  # whose notebook they use is called otherwise now
            identity_changes.reidentify(hub, user_id, member.course, present.person)


async def part(hub: "Hub", course: str, user_id: str) -> None:
    """Let connected viewers be people of their own again, whose links to a member have ended."""
    for viewer in identity_changes.viewers(hub, course, user_id):
        present = (await hub.store.memberships(viewer)).get(course)
        if present is not None and not present.linked:
            identity_changes.become(hub, course, viewer, present.person, frozenset())
