"""Read marks: sent to the service at most every ten seconds, and at the end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from edu_widgets.chat.commands import MARK_READ, MarkRead
from edu_widgets.chat.state import RoomState
from edu_widgets.client.course import CourseClient
from edu_widgets.protocol.errors import EduWidgetsError

_log = logging.getLogger(__name__)

GAP = 10.0
"""Seconds between two marks."""


class ReadReceipts:
    """Moves the read mark up: here at once, on the service at most every ten seconds."""

    def __init__(
        self,
        client: CourseClient,
        room: RoomState,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._room = room
        self._clock = clock
        self._lock = threading.Lock()
        self._unsaid = 0
        self._said_at = float("-inf")
        self._armed = False
        self._stop = client.before_close(self.flush)

    def read(self, born: int) -> bool:
        """Note that a page shows all messages up to `born`; return True if the read mark moved."""
        if not self._room.note_read(born):
            return False
        with self._lock:
            self._unsaid = max(self._unsaid, born)
        self._client.on_network(self._say_or_wait)
        return True

    def _say_or_wait(self) -> None:
        with self._lock:
            if self._armed or not self._unsaid:
                return
            wait = self._said_at + GAP - self._clock()
            self._armed = wait > 0
        if wait > 0:
            self._client.later(wait, self._due)
        else:
            self.flush()

    def _due(self) -> None:
        with self._lock:
            self._armed = False
        self._say_or_wait()

    def close(self) -> None:
        """Send the mark that was not sent yet, and no longer wait for the client's close."""
        self._stop()
        self.flush()

    def flush(self) -> None:
        """Send the mark that was not sent yet, if any (any thread)."""
        with self._lock:
            born, self._unsaid = self._unsaid, 0
            self._said_at = self._clock()
        if not born or self._client.base:
            return  # a base service keeps no marks
        try:
            _ = self._client.send(MARK_READ.name, MarkRead(born))
        except EduWidgetsError:
            # A lost mark does no harm: the next message that is read moves it again.
            _log.debug("A read mark was not kept.", exc_info=True)
