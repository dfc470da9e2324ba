"""Checks of arguments that many public calls share."""

import math
import threading

from edu_widgets.protocol.errors import InvalidArgument


def text_argument(value: object, name: str, example: str = "") -> str:
    """Check that an argument is a string, and return it; `name` is its name in the call.

    Raises:
        InvalidArgument: it is no string; the message names it and shows `example`.
    """
    if isinstance(value, str):
        return value
    form = f", such as {example!r}" if example else ""
    raise InvalidArgument(f"{name} must be a string{form}, not {shown(value)}.")


def seconds(value: object, name: str) -> float:
    """Check that an argument is a length of time, and return it; negative ones become 0.

    Raises:
        InvalidArgument: it is no number; the message names it.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
        return min(max(0.0, float(value)), threading.TIMEOUT_MAX)
    raise InvalidArgument(f"{name} must be a number of seconds, such as 10, not {shown(value)}.")


def shown(value: object) -> str:
    """Return a wrong value as a message can show it; never raises."""
    try:
        return f"{value!r:.80}" if value is None or type(value) in _PLAIN else _kind(value)
    except Exception:  # noqa: BLE001 - somebody else's code
        return _kind(value)


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


_PLAIN = (bool, int, float, str, bytes)
