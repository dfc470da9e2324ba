"""What the rules of notifications have in common."""

import unicodedata
from typing import Any, TypeVar

import msgspec

from edu_widgets.protocol import Code, Document
from edu_widgets.protocol.channels import parse_channel, user_channel
from edu_widgets.protocol.errors import InvalidArgument, Refused, refusal
from edu_widgets.service.rules import Request

S = TypeVar("S", bound=msgspec.Struct)


def invalid(text: str) -> Refused:
    """A refusal of what cannot be so."""
    return refusal(Code.INVALID, text)


def read(docs: list[Document], id_: str, type_: type[S]) -> S | None:
    """The living document with this id, if it is of this kind."""
    kind = getattr(type_, "kind", "")
    for doc in docs:
        if doc.id == id_ and doc.kind == kind and not doc.deleted:
            body: S = doc.as_(type_)
            return body
    return None


def own(request: Request[Any]) -> str:
    """The channel of who asks.

    Raises:
        Refused: `INVALID`: it came in another one.
    """
    channel = user_channel(request.course, request.user.id)
    if request.channel != channel:
        raise invalid("Notifications are asked for in one's own channel, user:<course>:<id>.")
    return channel


def channel_of(course: str, user_id: str) -> str:
    """The channel of a person.

    Raises:
        Refused: `INVALID`: there can be no such person.
    """
    channel = user_channel(course, user_id)
    try:
        parse_channel(channel)
    except InvalidArgument as error:
        raise invalid("`userId` is not the id of a person.") from error
    return channel


def one_line(text: str) -> str:
    """A text for one line: white space as one blank, without control characters."""
    kept = (c for c in text if c.isspace() or unicodedata.category(c) not in {"Cc", "Cs"})
    return " ".join("".join(kept).split())
