"""Checks of arguments that many public calls share."""

import math
import threading

from edu_widgets.protocol.errors import InvalidArgument


def text_argument(value: object, name: str, example: str = "") -> str:
    """See that an argument is a string; `name` is what the call knows it by.

    Raises:
        InvalidArgument: it is not; the message names it and shows `example`.
    """
    if isinstance(value, str):
        return value
    form = f", such as {example!r}" if example else ""
    raise InvalidArgument(f"{name} must be a string{form}, not {shown(value)}.")


def seconds(value: object, name: str) -> float:
    """See that an argument is a length of time; one below 0 is none.

    Raises:
        InvalidArgument: it is no number; the message names it.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value):
        return min(max(0.0, float(value)), threading.TIMEOUT_MAX)
    raise InvalidArgument(f"{name} must be a number of seconds, such as 10, not {shown(value)}.")


def shown(value: object) -> str:
    """A wrong value as a message can show it; what it takes to make it cannot fail."""
    try:
        return f"{value!r:.80}" if value is None or type(value) in _PLAIN else _kind(value)
    except Exception:  # noqa: BLE001 - somebody else's code
        return _kind(value)


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


_PLAIN = (bool, int, float, str, bytes)
