"""Outgoing frames: each is encoded once, and written to all its readers."""

import struct
from functools import cached_property
from typing import Any

import msgspec

from edu_widgets.protocol import encode
from edu_widgets.protocol.messages import Ack, Changes, Error

_SHORT = 126
_MEDIUM = 1 << 16


class Frame:
    """One message: its JSON, and its bytes for each transport, which are made at most once."""

    def __init__(self, payload: bytes) -> None:
        self.payload = payload

    @cached_property
    def websocket(self) -> bytes:
        """An unmasked, unfragmented, uncompressed text frame (RFC 6455, section 5.2)."""
        size = len(self.payload)
        if size < _SHORT:
            return struct.pack("!BB", 0x81, size) + self.payload
        if size < _MEDIUM:
            return struct.pack("!BBH", 0x81, 126, size) + self.payload
        return struct.pack("!BBQ", 0x81, 127, size) + self.payload

    @cached_property
    def event(self) -> bytes:
        """A server-sent event without a name, as in a body of HTTP/1.0."""
        return event(self.payload)

    @cached_property
    def chunk(self) -> bytes:
        """The event as a chunk of HTTP/1.1, whose bodies have no other framing."""
        return chunk(self.event)


def event(data: bytes, name: bytes = b"") -> bytes:
    """Encode a server-sent event; `data` is JSON, so its line breaks may become blanks."""
    line = data.replace(b"\r", b" ").replace(b"\n", b" ")
    return (b"event: " + name + b"\n" if name else b"") + b"data: " + line + b"\n\n"


def chunk(data: bytes) -> bytes:
    """Encode a chunk of an HTTP/1.1 body (RFC 9112, section 7.1)."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def frame(type_: str, channel: str, data: object, now: int, message_id: str = "") -> Frame:
    """Make a frame; `now` in ms since 1970."""
    return Frame(encode(type_, channel, data, timestamp=now, message_id=message_id))


def ack(
    channel: str, message_id: str, seq: int, now: int, heads: dict[str, int] | None = None
) -> Frame:
    """Make the acknowledgement of a stored command."""
    return frame("ack", channel, Ack(message_id, seq, heads or {}), now, message_id)


def error(
    channel: str,
    code: int,
    message: str,
    now: int,
    message_id: str = "",
    retry_after: int | None = None,
) -> Frame:
    """Make the refusal of a command or frame; `retry_after` in ms."""
    return frame("error", channel, Error(message, code, message_id, retry_after), now, message_id)


def merged(first: Changes, second: Changes) -> Changes:
    """Merge two consecutive changes of one channel into one."""
    docs: dict[str, Any] = {doc.id: doc for doc in first.docs}
    for doc in second.docs:
        docs.pop(doc.id, None)  # it moves to its new place in the order
        docs[doc.id] = doc
    return msgspec.structs.replace(first, seq=second.seq, docs=list(docs.values()))
