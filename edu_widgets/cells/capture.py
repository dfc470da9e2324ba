"""Notes a kernel's messages as they are sent: the instructor's thread only appends references."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from edu_widgets.notebook import inside

_KINDS = frozenset(
    {
        *("execute_input", "execute_reply", "status", "error", "stream", "clear_output"),
        *("display_data", "execute_result", "update_display_data"),
    }
)
_ALWAYS = frozenset({"execute_input", "execute_reply", "status"})
_MOST_WAITING = 20_000
"""Messages that may wait to be read; of more, outputs are lost."""

_MOST_TEXT = 32 * 1024 * 1024
"""Characters printed that may wait to be read; of more, only the number of lines is kept."""

Noted = tuple[str, Any, Any, int]
"""A message's type, content and parent, and when it was sent, in ms since 1970."""


class Capture:
    """The messages of this kernel from `begin` to `end`."""

    def __init__(self) -> None:
        self.wake = threading.Event()
        """Set while messages wait to be read."""
        self._waiting: deque[Noted] = deque()
        self._text = 0
        self._end: Callable[[], None] | None = None

    def begin(self) -> bool:
        """Begin; False if there is no kernel whose messages can be noted."""
        if self._end is None:
            self._end = inside.tap_messages(self._note)
        return self._end is not None

    def end(self) -> None:
        """End; what waits can still be read."""
        end, self._end = self._end, None
        if end is not None:
            end()

    def read(self) -> list[Noted]:
        """Take what waits, oldest first."""
        self.wake.clear()
        waiting = self._waiting
        found = [waiting.popleft() for _ in range(len(waiting))]
        # Counted anew: threads that print at the same moment may have counted past each other.
        self._text = sum(len(noted[1]["text"]) for noted in waiting.copy() if noted[0] == "stream")
        return found

    def _note(self, msg_or_type: Any, content: Any, parent: Any) -> None:
        """Note a message. Called on the thread that sends it, for every message of the kernel."""
        named = isinstance(msg_or_type, str)
        kind = msg_or_type if named else msg_or_type["header"]["msg_type"]
        if kind not in _KINDS:
            return
        if not named:
            content, parent = msg_or_type["content"], msg_or_type["parent_header"]
        if kind == "status" and content["execution_state"] != "idle":
            return
        if len(self._waiting) > _MOST_WAITING and kind not in _ALWAYS:
            return
        if kind == "stream":
            text = content["text"]
            if self._text + len(text) > _MOST_TEXT:
                content = {"name": content["name"], "text": "", "lost": text.count("\n")}
            else:
                self._text += len(text)
        self._waiting.append((kind, content, parent, int(time.time() * 1000)))
        if not self.wake.is_set():
            self.wake.set()
