"""The channels of a client, and the messages that features make of them (`user_joined`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
    """A channel for the parts of features that make messages of it. Network thread only.

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
        """Run `fn` after `delay` seconds; return a function that prevents it."""
        return self._network.loop.call_later(delay, fn).cancel

    def monotonic(self) -> float:
        """Return the time that delays are measured by, in seconds."""
        return self._network.loop.time()

    def tell(self, type_: str, data: object) -> None:
        """Tell of a message."""
        self._tell(type_, self._name, data)

    def heard(self, event: events.SessionEvent) -> None:
        """Take an event of this channel, or of any other."""
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


class SubscribedChannels:
    """The channels of one client. Network thread only, but for reading their names.

    Args:
        network: The network thread.
        tell: Is told a message that a feature makes, as by `FollowedChannel`.
    """

    def __init__(self, network: NetworkThread, tell: Tell) -> None:
        self._network = network
        self._tell = tell
        self._pooled: Pooled | None = None
        self._followed: dict[str, FollowedChannel | None] = {}
        """By name; None while nobody wants to know what features tell of a channel."""
        self._follows = False

    def __contains__(self, name: str) -> bool:
        return name in self._followed

    def names(self) -> tuple[str, ...]:
        """Return the names of the subscribed channels."""
        return tuple(self._followed)

    def open(self, pooled: Pooled, names: Iterable[str]) -> None:
        """Subscribe to channels over a connection."""
        self._pooled = pooled
        for name in names:
            self.subscribe(name)

    def subscribe(self, name: str) -> None:
        """Subscribe to a channel; nothing happens if it is subscribed, or the client is closed."""
        if self._pooled is not None and name not in self._followed:
            self._followed[name] = None
            with self._pooled.connection.act() as session:
                session.subscribe(name)
            if self._follows:
                self.follow()

    def unsubscribe(self, name: str) -> None:
        """Leave a channel, if it is subscribed."""
        if self._pooled is not None and name in self._followed:
            followed = self._followed.pop(name)
            if followed is not None:
                followed.close()
            with self._pooled.connection.act() as session:
                session.unsubscribe(name)

    def follow(self) -> None:
        """Tell from now on the messages that features make of these channels."""
        self._follows = True
        if self._pooled is None:
            return
        for name, followed in self._followed.items():
            if followed is None:
                made = FollowedChannel(name, self._pooled, self._network, self._tell)
                self._followed[name] = made

    def heard(self, event: events.SessionEvent) -> None:
        """Pass an event on to the followed channels."""
        for followed in filter(None, tuple(self._followed.values())):
            followed.heard(event)

    def close(self) -> None:
        """Leave all channels."""
        for name in self.names():
            self.unsubscribe(name)
        self._pooled = None


def _kinds() -> Iterator[Any]:
    return (load(manifest.realtime) for manifest in installed() if manifest.realtime)


def told_types() -> frozenset[str]:
    """Return the types of the messages that features tell."""
    return frozenset(type_ for kind in _kinds() for type_ in kind.types)
