"""Messages of the basic service that features make of a channel, as of who comes and goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from edu_widgets.client.runtime.pending_receipts import PendingAnswers
from edu_widgets.client.runtime.pool import Pooled
from edu_widgets.client.runtime.receipts import Answer
from edu_widgets.client.runtime.threads import NetworkThread
from edu_widgets.client.sync import events
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import EduWidgetsError, NotConnected
from edu_widgets.protocol.features import installed
from edu_widgets.protocol.manifest import load

Tell = Callable[[str, str, object], object]


class FollowedChannel:
    """A channel as the parts of features see it that tell of it. Network thread only.

    Args:
        name: The channel's name.
        tell: Is told a message's type, its channel and its data.
    """

    def __init__(self, name: str, pooled: Pooled, network: NetworkThread, tell: Tell) -> None:
        self._name = name
        self._pooled = pooled
        self._network = network
        self._tell = tell
        self._answers = PendingAnswers()
        self._parts = [kind(self) for kind in _kinds()]

    @property
    def features(self) -> tuple[str, ...]:
        """The features that a service of ours offers there now; none without a connection."""
        session = self._pooled.connection.session
        state = session.channels.get(self._name)
        live = session.state is events.State.CONNECTED and session.dialect.name == "ours"
        return state.features if live and state is not None and state.was_granted else ()

    def ask(self, type_: str, data: msgspec.Struct) -> Answer:
        """Ask the service; without a connection the answer fails."""
        answer = Answer(uuid7(), self._network)
        with self._pooled.connection.act() as session:
            try:
                question = session.question(type_, self._name, data)
            except EduWidgetsError as error:
                answer.fail(error)
                return answer
        if question is None:
            answer.fail(NotConnected("The service cannot be asked while offline."))
        else:
            self._answers.expect(question, answer)
        return answer

    def later(self, delay: float, fn: Callable[[], object]) -> Callable[[], None]:
        """Run `fn` after `delay` seconds; returns what prevents it."""
        return self._network.loop.call_later(delay, fn).cancel

    def monotonic(self) -> float:
        """Return the time that delays are measured by, in seconds."""
        return self._network.loop.time()

    def tell(self, type_: str, data: object) -> None:
        """Tell of a message."""
        self._tell(type_, self._name, data)

    def heard(self, event: events.SessionEvent) -> None:
        """Something has come, of this channel or any other."""
        if isinstance(event, events.Answered):
            self._answers.answered(event)
        elif getattr(event, "channel", self._name) == self._name:
            for part in self._parts:
                part.heard(event)

    def close(self) -> None:
        """Tell nothing any more."""
        for part in self._parts:
            part.close()
        self._answers.close(NotConnected("The channel was left."))


def _kinds() -> Iterator[Any]:
    return (load(manifest.realtime) for manifest in installed() if manifest.realtime)


def told_types() -> frozenset[str]:
    """Return the types of the messages that features tell."""
    return frozenset(type_ for kind in _kinds() for type_ in kind.types)
