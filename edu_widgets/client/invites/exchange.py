"""Exchange of an invite for a membership: the requests of `join`."""

import contextlib
from dataclasses import replace
from functools import partial

from edu_widgets.client.invites.memberships import Membership, MembershipFiles
from edu_widgets.client.invites.parsing import Invite, websocket_url
from edu_widgets.client.invites.patience import patiently
from edu_widgets.client.invites.requests import Unreached, request
from edu_widgets.client.invites.sign_in import Credentials, SignedIn, service_at, sign_in
from edu_widgets.client.transport.base import Target, tell_front
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import person_name
from edu_widgets.protocol.errors import FolderUnusable, Refused, ServiceUnavailable
from edu_widgets.protocol.proofs import Verifier

_PATH = "/api/join"


def join(invite: Invite, name: str, people: MembershipFiles) -> tuple[Membership, Target]:
    """Enter a course by an invite, or be recognised by the stored secret.

    If the service cannot be reached, a person who has joined at this address may go on offline.
    If it asks to retry in some seconds, that is done, for up to two minutes, and printed once.

    Returns:
        The membership, and the address and credentials for its connection.

    Raises:
        InvalidArgument: the name cannot be used.
        Refused: the invite is wrong or has expired, or the service asks to wait for longer.
        ServiceUnavailable: no service of ours answers there, and no membership is stored; or the
            service cannot prove that it is the one joined before.
        FolderUnusable: the secret cannot be stored; nobody has been let in.
    """
    name = person_name(name)
    if invite.front:
        tell_front(invite.base, invite.front)
    return patiently(partial(_join, invite, name, people))


def _join(invite: Invite, name: str, people: MembershipFiles) -> tuple[Membership, Target]:
    """Make one attempt."""
    try:
        service_id = service_at(invite.base)
        kept, signed_in = _recognised(invite, name, people, service_id)
        if kept is None:
            kept = people.prepare(service_id, invite.base, invite.course, name)
        member = _admitted(invite, name, people, kept, signed_in)
    except Unreached as error:
        known = people.last_at(invite.base, invite.course, name)
        if known is None:
            raise error.with_hint() from None
        return known, _target(invite, name, people, known)
    if replace(member, invite="") != people.recall(service_id, invite.course, name):
        with contextlib.suppress(FolderUnusable):  # the secret is stored; the rest may wait
            people.keep(invite.course, name, member)
    return member, _target(invite, name, people, member, signed_in)


def _recognised(
    invite: Invite, name: str, people: MembershipFiles, service_id: str
) -> tuple[Membership | None, SignedIn | None]:
    """Sign in by a stored secret that the service knows; None for both if there is none."""
    kept = people.recall(service_id, invite.course, name)
    if kept is not None and kept.user_id:
        candidates = [kept]
    else:
        candidates = people.kept_by_address(invite.base, invite.course, name)
    for one in candidates:
        try:
            signed_in = sign_in(invite.base, one.secret, one.service_id)
        except Refused as error:
            if error.code != Code.UNAUTHORIZED:
                raise
            continue
        former = one.former if one.service_id else one.service
        return replace(one, service_id=signed_in.service_id, former=former), signed_in
    return None, None


def _admitted(
    invite: Invite, name: str, people: MembershipFiles, kept: Membership, signed_in: SignedIn | None
) -> Membership:
    """Request to join, as the person signed in or by a new secret; returns the membership.

    The secret is stored before the service gets its verifier. So a retry, after a lost answer or
    by another kernel, joins as the same person.
    """
    body: dict[str, object] = {"course": invite.course, "code": invite.code, "name": name}
    if signed_in is None:
        body["key"] = Verifier.of(kept.secret).told()
    try:
        answer = request(invite.base + _PATH, body, signed_in.token if signed_in else "")
    except Refused:
        people.forget(invite.course, name, kept)
        raise
    try:
        user_id, given, role = (str(answer[field]) for field in ("userId", "name", "role"))
    except KeyError as missing:
        msg = f"{invite.base} answered without {missing}; it may be of another version."
        raise ServiceUnavailable(msg) from None
    told = str(answer.get("invite") or "")
    return replace(kept, user_id=user_id, name=given, role=role, service=invite.base, invite=told)


def _target(
    invite: Invite,
    name: str,
    people: MembershipFiles,
    member: Membership,
    signed_in: SignedIn | None = None,
) -> Target:
    """Return the address and credentials for a member's connection."""
    return Target(
        websocket_url(invite.base),
        member.user_id,
        Credentials(invite.base, member.secret, member.service_id, signed_in),
        place=member.place,
        former=websocket_url(member.former) if member.former else "",
        way=member.way,
        keep_way=partial(people.keep_way, invite.course, name, member),
    )
