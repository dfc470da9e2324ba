"""Asking the service something that is no command: a frame with an id, and what answers it.

Nothing of it is queued: without a connection there is no answer, and one that is lost with the
connection does not come again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from edu_widgets.client.events import Answered
from edu_widgets.client.receipts import Receipt
from edu_widgets.protocol import meaning
from edu_widgets.protocol.errors import EduWidgetsError, NotConnected, ProtocolError, refusal

T = TypeVar("T")

_LATE = "There was no answer within {:g} s; lesson.status() says how things stand."


class Answer(Receipt):
    """The promise of an answer: `.wait()`, then `.read(...)`."""

    _data = msgspec.Raw(b"null")

    def read(self, type_: type[T]) -> T:
        """What was answered, once `.done()` without an `.error`.

        Raises:
            ProtocolError: the answer has another form.
        """
        try:
            return msgspec.json.decode(self._data, type=type_)
        except (msgspec.DecodeError, UnicodeError) as error:
            msg = f"The service's answer cannot be read: {error}."
            raise ProtocolError(msg) from error

    def wait(self, timeout: float | None = 10.0) -> int:
        """Wait for the answer, at most `timeout` seconds.

        Raises:
            Refused: the service said no.
            NotConnected: there is no connection, or no answer in time.
            WouldDeadlock: called on the network thread.
        """
        try:
            return super().wait(timeout)
        except NotConnected:
            if self.done():
                raise
            raise NotConnected(_LATE.format(timeout)) from None

    def answer(self, data: msgspec.Raw) -> None:
        """It was answered (network thread)."""
        self._data = data
        self.settle(0)


class Asking:
    """Answers not yet there. Network thread only."""

    def __init__(self) -> None:
        self._waiting: dict[str, Answer] = {}

    def expect(self, question: str, answer: Answer) -> None:
        """A frame with this id was sent."""
        self._waiting[question] = answer

    def answered(self, event: Answered) -> None:
        """An answer came, or will not come."""
        answer = self._waiting.pop(event.id, None)
        if answer is None:
            return
        if event.code:
            reason = event.reason or meaning(event.code)
            answer.fail(refusal(event.code, reason, event.retry_after))
        elif event.reason:
            answer.fail(NotConnected(event.reason))
        else:
            answer.answer(event.data)

    def close(self, error: EduWidgetsError) -> None:
        """Nothing more will come."""
        waiting, self._waiting = self._waiting, {}
        for answer in waiting.values():
            answer.fail(error)


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
