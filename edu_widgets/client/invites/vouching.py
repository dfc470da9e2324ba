"""Vouching: a shared kernel's request that a further person may take part through its notebook."""

from dataclasses import replace
from typing import NamedTuple

from edu_widgets.client.invites.requests import request
from edu_widgets.client.invites.sign_in import Credentials
from edu_widgets.client.transport.base import Target
from edu_widgets.protocol.errors import Forbidden, ServiceUnavailable

_PATH = "/api/vouch"


class Vouched(NamedTuple):
    """The identity of a person who takes part through another's notebook."""

    user_id: str
    name: str
    role: str
    via: str
    """The name of the notebook's owner; empty for who is linked to a membership of their own."""


def vouch(owner: Target, course: str, identity: str, name: str) -> tuple[Vouched, Target]:
    """Let a person take part under their own name; waits for the service.

    Args:
        owner: The address and credentials of the notebook's owner.
        course: The course.
        identity: The other person's id in Jupyter; the same id is the same person.
        name: The other person's name.

    Returns:
        The person's identity in the course, and the address and credentials for their connection.

    Raises:
        Forbidden: the owner uses a token of a platform, which controls admission itself.
        Refused: the service refuses; the message has the reason.
        ServiceUnavailable: the service is not reached.
    """
    credentials = owner.token
    if not isinstance(credentials, Credentials):
        raise Forbidden("Your platform's service decides by itself who is in the course.")
    theirs, verifier, kept_by = credentials.for_viewer(identity)
    body = {"course": course, "identity": identity, "name": name, "key": verifier.told()}
    answer = request(credentials.base + _PATH, body, credentials())
    try:
        user_id, name, role = (str(answer[field]) for field in ("userId", "name", "role"))
    except KeyError as missing:
        msg = f"{credentials.base} answered without {missing}; it may be of another version."
        raise ServiceUnavailable(msg) from None
    me = Vouched(user_id, name, role, str(answer.get("via", "")))
    target = replace(owner, user_id=me.user_id, token=theirs, place=kept_by, former="", viewer=True)
    return me, target
