"""Common checks of the rules of presence: whose document it is, and in which channel."""

from typing import Any

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import parse_channel, staff_channel
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.checks import channel_of
from edu_widgets.service.rules import Request, Write


def in_course(request: Request[Any]) -> None:
    """Raise `INVALID` in any other channel than a course's."""
    if parse_channel(request.channel).kind != "course":
        raise refusal(Code.INVALID, "Statuses and hands are kept for a course's channel.")


def both(course: str, user_id: str, id_: str, kind: str, body: object) -> list[Write]:
    """Write a document where staff and where its person sees it."""
    channels = (staff_channel(course), channel_of(course, user_id))
    return [Write(channel, id_, kind, body) for channel in channels]
