"""Cutting a WebSocket's bytes into frames: the quick way for the frames that come a thousandfold.

Whole, unfragmented, unmasked text frames (RFC 6455, section 5.2) are handed over as they are;
every other frame goes, complete, to the library that knows all the rules.
"""

from collections.abc import Callable

_TEXT = 0x81
"""Final, no reserved bits, text."""

_MEDIUM, _LONG = 126, 127
"""Lengths that say that the length follows, in 2 or 8 bytes; with a mask they are above."""

_SHORTEST, _LONGEST = 2, 10
"""Bytes a header has."""


class FrameCutter:
    """Bytes in, frames out. `text` gets payloads, `other` gets frames with their headers."""

    def __init__(
        self, text: Callable[[bytes], None], other: Callable[[bytes], None], limit: int
    ) -> None:
        self._text = text
        self._other = other
        self._limit = limit
        self._rest = b""
        self._given_up = False

    def feed(self, data: bytes) -> None:
        """Take what the socket had. From the first frame that must not be, all goes to `other`."""
        if self._given_up:
            self._other(data)
            return
        if self._rest:
            data = self._rest + data
        start, size = 0, len(data)
        while size - start >= _SHORTEST:
            length = data[start + 1]
            body = start + 2
            if length >= _MEDIUM:
                body, length = self._long(data, start)
            end = body + length
            if end > size:
                break
            if data[start] == _TEXT:
                self._text(data[body:end])
            else:
                self._other(data[start:end])
            start = end
        self._rest = data[start:]
        if self._forbidden(self._rest):
            rest, self._rest, self._given_up = self._rest, b"", True
            self._other(rest)

    @staticmethod
    def _long(data: bytes, start: int) -> tuple[int, int]:
        """Where the payload begins and how long it is; beyond the end if that is not known."""
        width = {_MEDIUM: 2, _LONG: 8}.get(data[start + 1])
        body = start + 2 + (width or 0)
        if width is None or body > len(data):
            return body, len(data)
        return body, int.from_bytes(data[start + 2 : body], "big")

    def _forbidden(self, rest: bytes) -> bool:
        """Whether what is left begins with a masked frame, or one too long to wait for."""
        if len(rest) < _SHORTEST or rest[1] < _LONG:
            return False
        _, length = self._long(rest, 0)
        return rest[1] > _LONG or (len(rest) >= _LONGEST and length > self._limit)
