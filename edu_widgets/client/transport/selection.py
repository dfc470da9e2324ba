"""The choice of the next transport, learned from the last ones; no transport itself."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from edu_widgets.client.transport.base import WEBSOCKET_PATH, Target
from edu_widgets.client.transport.tokens import TokenPlace, is_private

WEBSOCKET, STREAM, EVENTS, POLL = "websocket", "stream", "events", "poll"
WAYS = (WEBSOCKET, EVENTS, POLL)
"""To a service of ours: the best one first."""

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
    """Seconds that a WebSocket may take where a stream may take its place."""
    patience: float = 10.0
    """Seconds that the only possible transport may take to come up."""
    again: float = 300.0
    """After how long a way that failed is tried again."""
    soon: float = 15.0
    """The same for a WebSocket that has worked before."""


@dataclass(slots=True)
class StreamMemory:
    """The position at which the next event stream resumes."""

    last_event_id: str = ""


@dataclass(slots=True)
class _Winner:
    """The way that worked last in this process, and when a WebSocket is due again."""

    way: str
    websocket_at: float = 0.0


_winners: dict[str, _Winner] = {}
_of_services: dict[str, _Winner] = {}
"""The same for services of ours."""


def forget() -> None:
    """Forget which ways have worked in this process, as a new process would."""
    _winners.clear()
    _of_services.clear()


BRIEF = 5.0
"""Seconds; a connection that is cut sooner, so often in a row, is no connection …"""

TOO_OFTEN = 3
"""… and something else is tried."""


@dataclass(slots=True)
class ServiceSelection:
    """The ways to a service of ours, for one connection. Network thread only.

    What works is remembered in the process, and beside the membership; a WebSocket is tried again
    later, and everything else where that does not work any more.
    """

    target: Callable[[], Target]
    settings: TransportSettings
    clock: Callable[[], float]
    former: str = ""
    """The last connection, unless it has ended in order."""
    why_not: str = ""
    """The reason why no WebSocket got through when one was tried last; "" if one did."""
    _websocket_worked: bool = False
    _cuts: int = 0

    def order(self) -> Sequence[str]:
        """Return the ways to try now, one after the other."""
        winner = self._winner()
        due = winner is None or self.clock() >= winner.websocket_at
        first = 0 if due or winner is None else WAYS.index(winner.way)
        return WAYS[first:] + WAYS[:first]

    def _winner(self) -> _Winner | None:
        target = self.target()
        if target.url not in _of_services and target.way in WAYS:
            soon = self.clock() + self.settings.soon
            _of_services[target.url] = _Winner(target.way, soon)
        return _of_services.get(target.url)

    def works(self, way: str) -> None:
        """Note that a way carries frames."""
        self._websocket_worked |= way == WEBSOCKET
        if way == WEBSOCKET:
            self.why_not = ""
        known = self._winner()
        if known is None or known.way != way:
            self._remember(way)
        if way != WEBSOCKET:
            self._keep(way)

    def failed(self, way: str) -> None:
        """Note that a way carries nothing after all, so that the next one is tried."""
        self._cuts = 0
        self._remember(WAYS[(WAYS.index(way) + 1) % len(WAYS)])

    def was_cut(self, way: str, lived: float) -> None:
        """Note that a connection was cut after so many seconds."""
        self._cuts = self._cuts + 1 if lived < BRIEF else 0
        if self._cuts >= TOO_OFTEN:
            self.failed(way)

    def again_in(self) -> float:
        """Seconds until a WebSocket is to be tried while something else works."""
        winner = self._winner()
        return max(0.0, (winner.websocket_at if winner is not None else 0.0) - self.clock())

    def put_off_websocket(self) -> None:
        """Note that a WebSocket still does not get through."""
        winner = self._winner()
        self._remember(winner.way if winner is not None else WEBSOCKET)

    def websocket_is_back(self) -> None:
        """Note that a WebSocket gets through again."""
        self._remember(WEBSOCKET)
        self._keep(WEBSOCKET)

    def _remember(self, way: str) -> None:
        wait = self.settings.soon if self._websocket_worked else self.settings.again
        _of_services[self.target().url] = _Winner(way, self.clock() + wait)

    def _keep(self, way: str) -> None:
        target = self.target()
        if target.keep_way is not None and target.way != way:
            threading.Thread(target=target.keep_way, args=(way,), daemon=True).start()


@dataclass(slots=True)
class TransportSelection:
    """The ways of one connection. Network thread only.

    A WebSocket first; where it does not come up in time, or fails twice, an event stream with
    posts. Later the WebSocket is tried again. `channels`: the channels a stream has to carry.
    """

    target: Callable[[], Target]
    channels: Callable[[], Sequence[str]] = tuple
    settings: TransportSettings = TransportSettings()
    clock: Callable[[], float] = time.monotonic
    place: TokenPlace = field(default_factory=TokenPlace)
    memory: StreamMemory = field(default_factory=StreamMemory)
    ours: bool = False
    """True if the service is known to be one of ours."""
    plain: bool = False
    """True if the service answers under its plain address, not under a path of ours."""
    service: ServiceSelection = field(init=False)
    """The ways to it, if it is."""
    _last: str = ""
    _websocket_failures: int = 0
    _websocket_worked: bool = False
    _stream_failures: int = 0
    _no_stream_until: float = float("-inf")

    def __post_init__(self) -> None:
        self.service = ServiceSelection(self.target, self.settings, self.clock)

    def next(self) -> str:
        """Return the kind of transport to try now: `WEBSOCKET` or `STREAM`."""
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
        """Note that the service talks over a WebSocket."""
        self._websocket_failures = self._stream_failures = 0
        self._websocket_worked = True
        _winners[self.target().url] = _Winner(WEBSOCKET)

    def websocket_failed(self, *, late: bool = False, nobody: bool = False) -> None:
        """Note that a WebSocket was refused, came `late`, or that `nobody` listens there.

        Where one has worked before, nobody being there means that there is no network.
        """
        if nobody and self._websocket_worked:
            return
        self._websocket_failures += ENOUGH if late else 1
        self._put_off_websocket()

    def stream_works(self) -> None:
        """Note that the service talks over an event stream."""
        self._stream_failures = 0
        _winners[self.target().url] = _Winner(STREAM)
        self._put_off_websocket()

    def stream_failed(self) -> None:
        """Note that an event stream broke off, or did not come up."""
        self._stream_failures += 1
        if self._stream_failures >= self.settings.max_retries:
            self.no_stream()

    def no_stream(self) -> None:
        """Note that the service has no event stream."""
        self._stream_failures = 0
        self._no_stream_until = self.clock() + self.settings.again
        _winners.pop(self.target().url, None)

    def _put_off_websocket(self) -> None:
        winner = _winners.get(self.target().url)
        if winner is not None:
            wait = self.settings.soon if self._websocket_worked else self.settings.again
            winner.websocket_at = self.clock() + wait

    def websocket_is_back(self) -> None:
        """Note that a WebSocket came up while a stream was in use."""
        self._websocket_failures = 0
        _winners.pop(self.target().url, None)

    # -- addresses --------------------------------------------------------------------------------

    def addresses(self) -> list[str]:
        """Return the possible addresses of a WebSocket: our path and that of the seed's clients."""
        ours = self.target().url
        plain = ours.removesuffix(WEBSOCKET_PATH) or ours
        both = list(dict.fromkeys((ours, plain)))
        return both[::-1] if self.plain else both

    def stream(self) -> str:
        """Return the event stream's address; posts go to `messages` beside it."""
        endpoint = self.settings.endpoint
        if not endpoint.startswith("/"):
            return endpoint
        base = self.target().url.removesuffix(WEBSOCKET_PATH)
        return "http" + base.removeprefix("ws") + endpoint

    def query(self, url: str, token: str, **more: str) -> str:
        """Return the query of a request; with the token, if the service looks for it there."""
        fields = {**more, "userId": self.target().user_id}
        return urlencode(fields | ({"token": token} if self._in_query(url) else {}))

    def headers(self, url: str, token: str) -> dict[str, str]:
        """Return the headers of a request."""
        return {} if self._in_query(url) else {"Authorization": f"Bearer {token}"}

    def _in_query(self, url: str) -> bool:
        # A stream may be elsewhere than the WebSocket that the place was learned from.
        return self.place.in_query and is_private(url)
