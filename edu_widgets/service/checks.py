"""Checks and refusals that the rules of several features, or several parts, share."""

from typing import Any

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import parse_channel, user_channel
from edu_widgets.protocol.errors import InvalidArgument, Refused, refusal
from edu_widgets.service.rules import Request


def only_staff(request: Request[Any], what: str) -> None:
    """Raise `FORBIDDEN` if the sender is not staff."""
    if not request.user.staff:
        raise refusal(Code.FORBIDDEN, f"Only instructors may {what}.")


def channel_of(course: str, user_id: str) -> str:
    """Return the channel of a person that a command names.

    Raises:
        Refused: `INVALID`: the id cannot be that of a person.
    """
    channel = user_channel(course, user_id)
    try:
        parse_channel(channel)
    except InvalidArgument as error:
        raise refusal(Code.INVALID, "`userId` is not the id of a person.") from error
    return channel


def removed(course: str) -> Refused:
    """Make the refusal for a person who was removed from a course."""
    return refusal(Code.REMOVED, f"You were removed from {course} by an instructor.")
