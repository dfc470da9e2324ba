"""Preconditions shared by the rules of notifications."""

from typing import Any

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.service.rules import Request


def invalid(text: str) -> Refused:
    """Return a refusal with the code `INVALID`."""
    return refusal(Code.INVALID, text)


def own(request: Request[Any]) -> str:
    """Return the sender's own channel.

    Raises:
        Refused: `INVALID`: the command came in another channel.
    """
    channel = user_channel(request.course, request.user.id)
    if request.channel != channel:
        raise invalid("Notifications are asked for in one's own channel, user:<course>:<id>.")
    return channel
