"""What the rules of notifications have in common."""

from typing import Any

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import user_channel
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.service.rules import Request


def invalid(text: str) -> Refused:
    """A refusal of what cannot be so."""
    return refusal(Code.INVALID, text)


def own(request: Request[Any]) -> str:
    """The channel of who asks.

    Raises:
        Refused: `INVALID`: it came in another one.
    """
    channel = user_channel(request.course, request.user.id)
    if request.channel != channel:
        raise invalid("Notifications are asked for in one's own channel, user:<course>:<id>.")
    return channel
