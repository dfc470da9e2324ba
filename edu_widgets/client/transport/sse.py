"""Server-Sent Events: bytes in, events out (WHATWG HTML, section 9.2.6). No input or output."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from edu_widgets.protocol import MAX_SERVICE_FRAME

MEDIA_TYPE = "text/event-stream"

_BOM = b"\xef\xbb\xbf"
_MAX_DIGITS = 9
"""Digits of a reconnection time that are believed: eleven days in milliseconds."""


class ServerEvent(NamedTuple):
    """One event. `event` is `message` if the stream names none; `id` the last one it gave."""

    event: str
    data: str
    id: str


class StreamTooLong(ValueError):  # noqa: N818 - reads as what happened
    """One event has more bytes than any frame of a service may have."""


class EventDecoder:
    """Takes a stream piece by piece, wherever it is cut, and gives its events.

    `last_event_id` is what the next connection resumes from, `retry` how many ms to wait
    before it (None: the stream has not said). An event the stream breaks off is none.
    """

    def __init__(self, last_event_id: str = "", limit: int = MAX_SERVICE_FRAME) -> None:
        self.last_event_id = last_event_id
        self.retry: int | None = None
        self._limit = limit
        self._rest = b""
        self._after_cr = False
        self._began = False
        self._data: list[str] = []
        self._size = 0
        self._event = ""
        self._id = last_event_id

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """The events that end in this piece.

        Raises:
            StreamTooLong: an event exceeds the limit; the stream cannot be followed any more.
        """
        if not chunk:
            return []
        if self._after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]  # the second half of a line's end
        self._after_cr = False
        data = self._rest + chunk
        if not self._began:
            if len(data) < len(_BOM) and _BOM.startswith(data):
                self._rest = data
                return []
            self._began = True
            data = data.removeprefix(_BOM)
        # Of bytes, unlike of text, `splitlines` knows just the three ends a line has here.
        lines = data.splitlines(keepends=True)
        self._rest = b""
        if lines and not lines[-1].endswith((b"\r", b"\n")):
            self._rest = lines.pop()
        self._after_cr = data.endswith(b"\r")
        self._check(len(self._rest))
        return [event for line in lines if (event := self._line(line.rstrip(b"\r\n")))]

    def _line(self, line: bytes) -> ServerEvent | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        match name:
            case b"data":
                self._size += len(value) + 1
                self._check(0)
                self._data.append(text)
            case b"event":
                self._event = text
            case b"id" if "\0" not in text:
                self._id = text
            case b"retry" if text.isascii() and text.isdigit():
                digits = text.lstrip("0") or "0"
                self.retry = int(digits) if len(digits) <= _MAX_DIGITS else 10**_MAX_DIGITS
            case _:
                pass  # a comment, or a field of another version
        return None

    def _dispatch(self) -> ServerEvent | None:
        self.last_event_id = self._id
        data, event = self._data, self._event
        self._data, self._event, self._size = [], "", 0
        if not data:
            return None
        return ServerEvent(event or "message", "\n".join(data), self._id)

    def _check(self, more: int) -> None:
        if self._size + more > self._limit:
            msg = f"An event has more than {self._limit} bytes."
            raise StreamTooLong(msg)


def decode(chunks: Iterable[bytes], last_event_id: str = "") -> Iterator[ServerEvent]:
    """The events of a stream in pieces, each as soon as it is complete.

    Raises:
        StreamTooLong: see `EventDecoder.feed`.
    """
    decoder = EventDecoder(last_event_id)
    for chunk in chunks:
        yield from decoder.feed(chunk)
