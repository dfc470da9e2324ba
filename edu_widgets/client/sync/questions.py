"""Questions: frames with an id that the service answers, and that are no commands.

Nothing of it is queued: without a connection there is no answer, and one that is lost with the
connection does not come again.
"""

from collections.abc import Callable

import msgspec

from edu_widgets.client.sync.events import Answered


class Questions:
    """A session's frames that an answer is awaited for."""

    def __init__(self, emit: Callable[[Answered], None]) -> None:
        self._asked: dict[str, str] = {}
        self._emit = emit

    def asked(self, question: str, channel: str) -> None:
        """A frame with this id was sent."""
        self._asked[question] = channel

    def answered(self, question: str, data: msgspec.Raw) -> bool:
        """A frame with this id arrived; whether it answers something."""
        channel = self._asked.pop(question, None)
        if channel is not None:
            self._emit(Answered(channel, question, data))
        return channel is not None

    def refused(
        self, question: str, code: int, reason: str, retry_after: int | None = None
    ) -> bool:
        """An error with this id arrived; whether it answers something."""
        channel = self._asked.pop(question, None)
        if channel is not None:
            event = Answered(channel, question, code=code, reason=reason, retry_after=retry_after)
            self._emit(event)
        return channel is not None

    def lost(self, reason: str) -> None:
        """No answer will come any more."""
        asked, self._asked = self._asked, {}
        for question, channel in asked.items():
            self._emit(Answered(channel, question, reason=reason))
