"""What the rules of presence have in common: whose document it is, and where it is written."""

from typing import Any, TypeVar

import msgspec

from edu_widgets.protocol import Code, Document
from edu_widgets.protocol.channels import parse_channel, staff_channel, user_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service.rules import Request, Write

S = TypeVar("S", bound=msgspec.Struct)


def read(docs: list[Document], id_: str, type_: type[S]) -> S | None:
    """The living document with this id, if it is of this kind."""
    kind = getattr(type_, "kind", "")
    for doc in docs:
        if doc.id == id_ and doc.kind == kind and not doc.deleted:
            body: S = doc.as_(type_)
            return body
    return None


def only_staff(request: Request[Any], what: str) -> None:
    """Raise `FORBIDDEN` where not staff asks."""
    if not request.user.staff:
        raise refusal(Code.FORBIDDEN, f"Only instructors may {what}.")


def in_course(request: Request[Any]) -> None:
    """Raise `INVALID` in any other channel than a course's."""
    if parse_channel(request.channel).kind != "course":
        raise refusal(Code.INVALID, "Statuses and hands are kept for a course's channel.")


def own_channel(course: str, user_id: str) -> str:
    """The channel of a person.

    Raises:
        Refused: `INVALID`: there can be no such person.
    """
    own = user_channel(course, user_id)
    try:
        parse_channel(own)
    except InvalidArgument as error:
        raise refusal(Code.INVALID, "`userId` is not the id of a person.") from error
    return own


def both(course: str, user_id: str, id_: str, kind: str, body: object) -> list[Write]:
    """Write a document where staff and where its person sees it."""
    channels = (staff_channel(course), own_channel(course, user_id))
    return [Write(channel, id_, kind, body) for channel in channels]
