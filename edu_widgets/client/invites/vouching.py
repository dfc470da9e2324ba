"""Letting somebody take part through one's own notebook: what a shared kernel asks of a service."""

from dataclasses import replace
from typing import NamedTuple

from edu_widgets.client.invites.requests import request
from edu_widgets.client.invites.sign_in import Credentials
from edu_widgets.client.transport.base import Target
from edu_widgets.protocol.errors import Forbidden, ServiceUnavailable

_PATH = "/api/vouch"


class Vouched(NamedTuple):
    """Who somebody is who takes part through another's notebook."""

    user_id: str
    name: str
    role: str
    via: str
    """The name of whose notebook it is."""


def vouch(owner: Target, course: str, identity: str, name: str) -> tuple[Vouched, Target]:
    """Let somebody take part under their own name; waits for the service.

    Args:
        owner: Where the notebook's owner is connected, and as whom.
        course: The course.
        identity: What Jupyter knows the other person by; the same is the same person.
        name: What they are called.

    Returns:
        Who they are, and where to connect as them.

    Raises:
        Forbidden: the owner came by a token of a platform, which decides itself who is in.
        Refused: the service says no, with the reason.
        ServiceUnavailable: it is not reached.
    """
    credentials = owner.token
    if not isinstance(credentials, Credentials):
        raise Forbidden("Your platform's service decides by itself who is in the course.")
    theirs, verifier, kept_by = credentials.for_viewer(identity)
    body = {"course": course, "identity": identity, "name": name, "key": verifier.told()}
    answer = request(credentials.base + _PATH, body, credentials())
    try:
        told = (str(answer[field]) for field in ("userId", "name", "role", "via"))
        me = Vouched(*told)
    except KeyError as missing:
        msg = f"{credentials.base} answered without {missing}; it may be of another version."
        raise ServiceUnavailable(msg) from None
    target = replace(owner, user_id=me.user_id, token=theirs, place=kept_by, former="", viewer=True)
    return me, target
