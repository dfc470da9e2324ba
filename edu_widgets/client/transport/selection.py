"""Which transport to try next, learned from how the last ones went; no transport itself."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from edu_widgets.client.transport.base import WEBSOCKET_PATH, Target
from edu_widgets.client.transport.tokens import TokenPlace, is_private

WEBSOCKET, STREAM = "websocket", "stream"

ENOUGH = 2
"""Failures after which the other way is tried."""


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """The seed's settings for event streams, and our patience; in seconds."""

    endpoint: str = "/api/realtime/events"
    """A path of the service, or an address of its own."""
    retry_interval: float = 3.0
    max_retries: int = 10
    """Failures in a row after which streams are given up for a while."""
    up_within: float = 3.0
    """How long a WebSocket may take where there may be a stream instead."""
    patience: float = 10.0
    """How long anything may take to come up where there is nothing else."""
    again: float = 300.0
    """After how long a way that failed is tried again."""
    soon: float = 15.0
    """The same for a WebSocket that has worked before."""


@dataclass(slots=True)
class StreamMemory:
    """What an event stream leaves to the next: where to resume."""

    last_event_id: str = ""


@dataclass(slots=True)
class _Winner:
    """The way that worked last in this process, and when a WebSocket is due again."""

    way: str
    websocket_at: float = 0.0


_winners: dict[str, _Winner] = {}


@dataclass(slots=True)
class TransportSelection:
    """The ways of one connection. Network thread only.

    A WebSocket first; where it does not come up in time, or fails twice, an event stream with
    posts. Later the WebSocket is tried again. `channels`: what a stream has to carry.
    """

    target: Callable[[], Target]
    channels: Callable[[], Sequence[str]] = tuple
    settings: TransportSettings = TransportSettings()
    clock: Callable[[], float] = time.monotonic
    place: TokenPlace = field(default_factory=TokenPlace)
    memory: StreamMemory = field(default_factory=StreamMemory)
    plain: bool = False
    """Whether the service answers under its plain address, not under a path of ours."""
    _last: str = ""
    _websocket_failures: int = 0
    _websocket_worked: bool = False
    _stream_failures: int = 0
    _no_stream_until: float = float("-inf")

    def next(self) -> str:
        """The kind of transport to try now: `WEBSOCKET` or `STREAM`."""
        self._last = self._choose()
        return self._last

    def _choose(self) -> str:
        now, winner = self.clock(), _winners.get(self.target().url)
        if now < self._no_stream_until or (self._last == STREAM and self._stream_failures):
            return WEBSOCKET
        if winner is not None and winner.way == STREAM and self._websocket_failures < ENOUGH:
            return STREAM if now < winner.websocket_at else WEBSOCKET
        return STREAM if self._websocket_failures >= ENOUGH else WEBSOCKET

    def patience(self) -> float:
        """Seconds a WebSocket may take to come up."""
        alone = self.clock() < self._no_stream_until
        return self.settings.patience if alone else self.settings.up_within

    def again_in(self) -> float:
        """Seconds until a WebSocket is to be tried while a stream works."""
        winner = _winners.get(self.target().url)
        return max(0.0, (winner.websocket_at if winner is not None else 0.0) - self.clock())

    # -- told by the transports ---------------------------------------------------------------

    def websocket_works(self) -> None:
        """The service talks over a WebSocket."""
        self._websocket_failures = self._stream_failures = 0
        self._websocket_worked = True
        _winners[self.target().url] = _Winner(WEBSOCKET)

    def websocket_failed(self, *, late: bool = False, nobody: bool = False) -> None:
        """A WebSocket did not come up: it was refused, is `late`, or `nobody` is there.

        Where one has worked before, nobody being there means that there is no network.
        """
        if nobody and self._websocket_worked:
            return
        self._websocket_failures += ENOUGH if late else 1
        self._put_off_websocket()

    def stream_works(self) -> None:
        """The service talks over an event stream."""
        self._stream_failures = 0
        _winners[self.target().url] = _Winner(STREAM)
        self._put_off_websocket()

    def stream_failed(self) -> None:
        """An event stream broke off, or did not come up."""
        self._stream_failures += 1
        if self._stream_failures >= self.settings.max_retries:
            self.no_stream()

    def no_stream(self) -> None:
        """The service has no event stream."""
        self._stream_failures = 0
        self._no_stream_until = self.clock() + self.settings.again
        _winners.pop(self.target().url, None)

    def _put_off_websocket(self) -> None:
        winner = _winners.get(self.target().url)
        if winner is not None:
            wait = self.settings.soon if self._websocket_worked else self.settings.again
            winner.websocket_at = self.clock() + wait

    def websocket_is_back(self) -> None:
        """A WebSocket came up while a stream was in use."""
        self._websocket_failures = 0
        _winners.pop(self.target().url, None)

    # -- addresses --------------------------------------------------------------------------------

    def addresses(self) -> list[str]:
        """Where a WebSocket may be: under our path, and where the seed's clients ask for it."""
        ours = self.target().url
        plain = ours.removesuffix(WEBSOCKET_PATH) or ours
        both = list(dict.fromkeys((ours, plain)))
        return both[::-1] if self.plain else both

    def stream(self) -> str:
        """Where the event stream is; posts go to `messages` beside it."""
        endpoint = self.settings.endpoint
        if not endpoint.startswith("/"):
            return endpoint
        base = self.target().url.removesuffix(WEBSOCKET_PATH)
        return "http" + base.removeprefix("ws") + endpoint

    def query(self, url: str, token: str, **more: str) -> str:
        """The query of a request; with the token, if that is where the service wants it."""
        fields = {**more, "userId": self.target().user_id}
        return urlencode(fields | ({"token": token} if self._in_query(url) else {}))

    def headers(self, url: str, token: str) -> dict[str, str]:
        """The headers of a request."""
        return {} if self._in_query(url) else {"Authorization": f"Bearer {token}"}

    def _in_query(self, url: str) -> bool:
        # A stream may be elsewhere than the WebSocket that the place was learned from.
        return self.place.in_query and is_private(url)
