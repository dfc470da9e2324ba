"""The abilities of a base service; all other commands are refused here, at once."""

from typing import Any

import msgspec

from edu_widgets.protocol import REGISTRY, Code
from edu_widgets.protocol.errors import Forbidden, Refused

FEATURES = ("chat", "reactions")
"""Features of its channels."""

READONLY = (
    "This service can only be read from here: neither a WebSocket nor a way to post messages is "
    "within reach."
)
LACKING = "This service speaks only the basic messages: it has no such thing."

_COMMANDS = ("chat_message", "add_reaction")
_NO_REMOVAL = "This service has no message to take a reaction back with."
_NO_QUESTIONS = "This service has no questions; send it as a message."


def lacks(type_: str, data: msgspec.Raw) -> str:
    """Return the reason why a command cannot be sent there, for people; empty if it can."""
    if type_ not in REGISTRY.commands:
        return ""  # of the platform's own: it knows
    if type_ not in _COMMANDS:
        return f"This service has no {type_.replace('_', ' ')}: it speaks only the basic messages."
    fields = msgspec.json.decode(data, type=dict[str, Any])
    if type_ == "add_reaction" and fields.get("action") == "remove":
        return _NO_REMOVAL
    return _NO_QUESTIONS if fields.get("question") else ""


def refuse(type_: str, data: msgspec.Raw, *, readonly: bool) -> None:
    """Check that a command can be sent there.

    Raises:
        Refused: the service knows no such command.
        Forbidden: nothing can be sent there.
    """
    problem = lacks(type_, data)
    if problem:
        raise Refused(problem, Code.UNKNOWN_TYPE)
    if readonly:
        raise Forbidden(READONLY, Code.FORBIDDEN)
