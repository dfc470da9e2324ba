"""Questions: frames with an id that the service answers, and that are no commands.

They are not queued: without a connection there is no answer, and an answer that is lost with the
connection is not sent again.
"""

from collections.abc import Callable

import msgspec

from edu_widgets.client.sync.events import Answered


class Questions:
    """A session's questions that wait for an answer."""

    def __init__(self, emit: Callable[[Answered], None]) -> None:
        self._asked: dict[str, str] = {}
        self._emit = emit

    def asked(self, question: str, channel: str) -> None:
        """Note a question that was sent, by its frame's id."""
        self._asked[question] = channel

    def answered(self, question: str, data: msgspec.Raw) -> bool:
        """Report a frame with this id as an answer; return False if it answers no question."""
        channel = self._asked.pop(question, None)
        if channel is not None:
            self._emit(Answered(channel, question, data))
        return channel is not None

    def refused(
        self, question: str, code: int, reason: str, retry_after: int | None = None
    ) -> bool:
        """Report an error with this id as an answer; return False if it answers no question."""
        channel = self._asked.pop(question, None)
        if channel is not None:
            event = Answered(channel, question, code=code, reason=reason, retry_after=retry_after)
            self._emit(event)
        return channel is not None

    def lost(self, reason: str) -> None:
        """Report to all questions that no answer will come."""
        asked, self._asked = self._asked, {}
        for question, channel in asked.items():
            self._emit(Answered(channel, question, reason=reason))
