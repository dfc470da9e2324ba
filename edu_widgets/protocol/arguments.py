"""Checks of arguments that many public calls share."""

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
