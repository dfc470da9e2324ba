"""Checks of the names and contents that a client of one's own is given."""

from collections.abc import Mapping

import msgspec

from edu_widgets.protocol import REGISTRY, is_id
from edu_widgets.protocol.errors import InvalidArgument

_ENGINE = {
    "subscribe": "subscribe(channel)",
    "unsubscribe": "unsubscribe(channel)",
    "heartbeat": "nothing: the client sends it by itself",
    "request_history": "nothing: the client sends it by itself",
}


def channel_name(name: object) -> str:
    """Check a channel's name.

    Raises:
        InvalidArgument: it is empty, too long, or no text.
    """
    if not isinstance(name, str) or not 0 < len(name) <= 200 or not name.isprintable():  # noqa: PLR2004
        msg = f"{name!r:.80} cannot be a channel: a name of 1 to 200 characters."
        raise InvalidArgument(msg)
    return name


def not_subscribed(channel: str) -> str:
    """Return the sentence for a channel that is not subscribed."""
    return f"{channel} is not subscribed: call subscribe({channel!r}) first."


def content(type_: object, data: object, id_: str) -> object:
    """Check the type and data of a message; return the data to send.

    Raises:
        InvalidArgument: the type is none, is the client's own, or the data do not fit it.
    """
    if not isinstance(type_, str) or not is_id(type_):
        msg = f"{type_!r:.80} cannot be a type: 1 to 64 letters, digits, '_', '.' or '-'."
        raise InvalidArgument(msg)
    if type_ in _ENGINE:
        msg = f"{type_} is the client's own: use {_ENGINE[type_]}."
        raise InvalidArgument(msg)
    if not isinstance(data, Mapping):
        msg = f"The data of {type_} have to be a dict, not {type(data).__name__}."
        raise InvalidArgument(msg)
    known = REGISTRY.commands.get(type_)
    if known is None:
        return dict(data)
    fields = dict(data)
    if "id" in known.data.__struct_fields__:
        fields.setdefault("id", id_)
    try:
        return msgspec.convert(fields, known.data)
    except msgspec.ValidationError as error:
        msg = f"The data of {type_} cannot be used: {error}."
        raise InvalidArgument(msg) from error
