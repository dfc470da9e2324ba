"""The seed's envelope around every message (seed: *WebSocket Connection Manager*)."""

from typing import Any, TypeVar

import msgspec

from edu_widgets.protocol.codes import Code
from edu_widgets.protocol.errors import ProtocolError

T = TypeVar("T")

MAX_FRAME = 64 * 1024
"""Bytes a client's frame may have; longer ones are refused with `TOO_LARGE`."""

MAX_SERVICE_FRAME = 4 * 1024 * 1024
"""Bytes a frame of the service may have."""

HEADER = "Edu-Widgets"
"""Response header by which our service says that it speaks our additions."""

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


class _OutEnvelope(msgspec.Struct, frozen=True, rename="camel"):
    type: str
    channel: str
    data: Any
    timestamp: int
    message_id: str
    user_id: str | msgspec.UnsetType = msgspec.UNSET


_DECODER = msgspec.json.Decoder(Envelope)
_ENCODER = msgspec.json.Encoder()


def encode(
    type: str,  # noqa: A002 - the wire's own name
    channel: str,
    data: object,
    *,
    timestamp: int,
    message_id: str = "",
    user_id: str | None = None,
) -> bytes:
    """The frame as UTF-8 JSON. `data` is a Struct, a mapping or `msgspec.Raw`."""
    return _ENCODER.encode(
        _OutEnvelope(type, channel, data, timestamp, message_id, user_id or msgspec.UNSET)
    )


def decode(frame: bytes | str, *, limit: int = MAX_FRAME) -> Envelope:
    """Read a frame's envelope, leaving its data undecoded.

    Raises:
        ProtocolError: not JSON, not an object of this form, or longer than `limit` bytes.
            Its `code` is `TOO_LARGE` or `PROTOCOL`.
    """
    if len(frame) > limit:
        msg = f"The frame has {len(frame)} bytes; at most {limit} are allowed. Send less at once."
        raise ProtocolError(msg, code=Code.TOO_LARGE)
    try:
        return _DECODER.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f"The frame is not one of this protocol: {error}."
        raise ProtocolError(msg) from error


def decode_data(envelope: Envelope, type_: type[T]) -> T:
    """Read an envelope's data as `type_`.

    Raises:
        ProtocolError: a field is missing or has the wrong type; the message names it.
    """
    try:
        return msgspec.json.decode(envelope.data, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f"{envelope.type}: {error}."
        raise ProtocolError(msg, message_id=envelope.message_id) from error
