"""Messages kept until a page asks, for hosts where only answers reach it: Colab.

There a message that a thread sends is lost, so it is kept, and sent while a message of a page is
handled. What is lost all the same, as to the iframe of another output, is a hole in the numbers,
and the page asks for everything.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from edu_widgets.notebook.stream import Json
from edu_widgets.protocol.errors import EduWidgetsError

ASK_EVERY = 2_000
"""Milliseconds between two questions of a page."""

_MOST = 200
_SHORTLY = 1.0
"""Seconds that a handler waits for what the network thread has to say; it takes some hundredths."""


class _Network(Protocol):
    def on_network(self, fn: Callable[[], object], /) -> None:
        """Run `fn` on the network thread soon."""


class HeldBack:
    """Messages of a widget to its pages; the oldest is dropped where too many wait."""

    def __init__(self) -> None:
        self._waiting: deque[Json] = deque(maxlen=_MOST)
        self._answering: int | None = None

    def keeps(self, message: Json) -> bool:
        """Keep a message, unless this thread may send it: it answers a page."""
        if self._answering == threading.get_ident():
            return False
        self._waiting.append(message)
        return True

    def send_all(self, client: _Network, send: Callable[[Json], None]) -> None:
        """Send what waits, once the network thread has had its turn. In a page's handler."""
        said = threading.Event()
        # Twice: what the first turn leaves to the next is said by then.
        with suppress(EduWidgetsError):  # the lesson is closed: nothing more comes
            client.on_network(lambda: client.on_network(said.set))
            said.wait(_SHORTLY)
        self._answering = threading.get_ident()
        try:
            while self._waiting:
                send(self._waiting.popleft())
        finally:
            self._answering = None
