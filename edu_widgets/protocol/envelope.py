"""The seed's envelope around every message (seed: *WebSocket Connection Manager*)."""

from typing import Any, TypeVar

import msgspec

from edu_widgets.protocol.codes import Code
from edu_widgets.protocol.errors import InvalidArgument, ProtocolError

T = TypeVar("T")

MAX_FRAME = 64 * 1024
"""Bytes a client's frame may have; longer ones are refused with `TOO_LARGE`."""

MAX_SERVICE_FRAME = 4 * 1024 * 1024
"""Bytes a frame of the service may have."""

HEADER = "Edu-Widgets"
"""Response header by which our service announces that it speaks our additions."""

VERSION = "1"


class Envelope(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One frame: `{type, channel, data, timestamp, messageId, userId?}`.

    `timestamp` is ms since 1970. `data` stays undecoded, so that a relay need not touch it.
    """

    type: str
    channel: str = ""
    data: msgspec.Raw = msgspec.Raw(b"{}")
    timestamp: int | float = 0
    message_id: str = ""
    user_id: str | None = None


class OutEnvelope(msgspec.Struct, frozen=True, rename="camel"):
    """A frame as it is written: every field but `userId` is always there."""

    type: str
    """The message type; it decides the fields of `data`."""
    channel: str
    """The channel the message is about; `system` for heartbeats, empty where there is none."""
    data: Any
    """The message itself, an object."""
    timestamp: int
    """Time at which the frame was made, by the sender's clock, in ms since 1970."""
    message_id: str
    """The sender's id of this message; an answer carries the id of the message it answers."""
    user_id: str | msgspec.UnsetType = msgspec.UNSET
    """The sender's id, as the sender states it; the service uses the signed-in person's id."""


BROKEN_TEXT = "The text has a broken character (half of a pair) and cannot be sent. Remove it."

_DECODER = msgspec.json.Decoder(Envelope)
_ENCODER = msgspec.json.Encoder()
_UNREADABLE = (msgspec.DecodeError, UnicodeError, RecursionError)


def encode(
    type: str,  # noqa: A002 - the wire's own name
    channel: str,
    data: object,
    *,
    timestamp: int,
    message_id: str = "",
    user_id: str | None = None,
) -> bytes:
    """Encode a frame as UTF-8 JSON. `data` is a Struct, a mapping or `msgspec.Raw`.

    Raises:
        InvalidArgument: a text in it is not Unicode (half of a surrogate pair).
    """
    out = OutEnvelope(type, channel, data, timestamp, message_id, user_id or msgspec.UNSET)
    try:
        return _ENCODER.encode(out)
    except UnicodeEncodeError as error:
        raise InvalidArgument(BROKEN_TEXT) from error


def is_text(frame: bytes | str) -> bool:
    """Return True if a frame is text; one that is no UTF-8 was damaged on its way.

    `decode` does not see that: it leaves the data as they came.
    """
    if isinstance(frame, str) or frame.isascii():
        return True
    try:
        frame.decode()
    except UnicodeDecodeError:
        return False
    return True


def decode(frame: bytes | str, *, limit: int = MAX_FRAME) -> Envelope:
    """Read a frame's envelope, leaving its data undecoded.

    Raises:
        ProtocolError: not JSON, not an object of this form, nested too deeply, or longer than
            `limit` bytes. Its `code` is `TOO_LARGE` or `PROTOCOL`.
    """
    try:
        raw = frame.encode() if isinstance(frame, str) else frame
        if len(raw) <= limit:
            return _DECODER.decode(raw)
    except _UNREADABLE as error:
        msg = f"The frame is not one of this protocol: {_why(error)}."
        raise ProtocolError(msg) from error
    msg = f"The frame has {len(raw)} bytes; at most {limit} are allowed. Send less at once."
    raise ProtocolError(msg, code=Code.TOO_LARGE)


def decode_data(envelope: Envelope, type_: type[T]) -> T:
    """Read an envelope's data as `type_`.

    Raises:
        ProtocolError: a field is missing or has the wrong type; the message names it.
    """
    try:
        return msgspec.json.decode(envelope.data, type=type_)
    except _UNREADABLE as error:
        msg = f"{envelope.type:.80}: {_why(error)}."
        raise ProtocolError(msg, message_id=envelope.message_id) from error


def _why(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
