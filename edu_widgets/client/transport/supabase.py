"""Frames over the WebSocket of a Supabase project."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from websockets.exceptions import InvalidStatus, InvalidURI, WebSocketException

from edu_widgets.client.sync.events import Service
from edu_widgets.client.transport import network_errors
from edu_widgets.client.transport.base import Target, TransportFailed
from edu_widgets.client.transport.phoenix import PhoenixChannels
from edu_widgets.client.transport.tasks import first_of
from edu_widgets.client.transport.tokens import ask, without
from edu_widgets.client.transport.websocket import dial, retry_after
from edu_widgets.client.transport.wire import Wire, WireTransport
from edu_widgets.protocol import Code

HEARTBEAT = 20.0
"""Seconds between heartbeats; a project wants one every 25 s."""

RENEW = 300.0
"""Seconds after which the token is asked for again, so that a fresh one comes in time."""

JOIN_WITHIN = 15.0
"""Seconds in which the project has to confirm all channels; it delays refusals by itself."""

MAX_TRACKS, TRACKS_WITHIN = 5, 30.0
"""Presence calls that a project takes from a client within so many seconds."""

_tracked: dict[tuple[str, str], deque[float]] = {}


def forget_tracks() -> None:
    """Forget when this process told of presence: as if it had not for a long time."""
    _tracked.clear()


"""When presence was told last, by project and person: who comes back often would exceed it."""


class SupabaseTransport(WireTransport):
    """A WebSocket to a Supabase project, whose private channels carry the seed's messages.

    The channels are joined before the connection counts as open, so nothing is sent into one that
    the project's policies refuse. Another channel takes another connection.
    """

    def __init__(
        self,
        target: Target,
        channels: Callable[[], Sequence[str]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service = Service(ours=False)
        self._target = target
        self._wanted = channels
        self._clock = clock
        self._phoenix = PhoenixChannels(target.user_id, target.name or target.user_id)
        self._token = ""
        self._untold: list[str] = []
        self._early: list[bytes] = []

    async def open(self) -> None:
        """Connect and join the channels.

        Raises:
            TransportFailed: the project is not there, or refuses the key, the token or a channel.
        """
        self._token = await ask(self._target.token)
        self._wire = wire = await self._dial()
        channels = tuple(self._wanted())
        now = int(time.time() * 1000)
        try:
            async with asyncio.timeout(JOIN_WITHIN):
                for channel in channels:
                    await wire.send(self._phoenix.join(channel, self._token, now), text=True)
                while not self._phoenix.joined.issuperset(channels):
                    self._early.extend(self._phoenix.received(await wire.recv(decode=False)))
        except TimeoutError:
            raise TransportFailed(0, "Supabase has not answered who may join.") from None
        except WebSocketException:
            raise TransportFailed(0, "Supabase hung up before it said who may join.") from None
        self._untold = list(channels)
        await self._track()
        self.service = Service(ours=False, pings=True, channels=frozenset(channels))

    async def _dial(self) -> Wire:
        url = self._target.url
        query = urlencode({"apikey": self._target.api_key, "vsn": "1.0.0"})
        try:
            return await dial(f"{url}?{query}", {}, JOIN_WITHIN)
        except InvalidStatus as error:
            raise _refusal(error) from None
        except InvalidURI:
            raise TransportFailed(Code.INVALID, "The address is not a WebSocket's.") from None
        except (OSError, WebSocketException, EOFError, ImportError, UnicodeError) as error:
            odd = f"{url} does not answer as Supabase Realtime does."
            raise TransportFailed(0, network_errors.explain(error, url, otherwise=odd)) from None

    async def read(self, receive: Callable[[bytes | str], None], rest: Callable[[], None]) -> None:
        """Hand over the messages of the seed; ends with `TransportFailed`."""
        wire = self._open_wire()
        early, self._early = self._early, []

        def hear(frame: bytes) -> None:
            for message in self._phoenix.received(frame):
                receive(without(message, self._token))

        async def follow() -> None:
            code, reason = await wire.read(hear, rest)
            raise TransportFailed(0, f"The connection was cut ({f'{code} {reason}'.rstrip()}).")

        for message in early:
            receive(without(message, self._token))
        rest()
        await first_of(follow(), self._keep_alive(wire))

    async def _keep_alive(self, wire: Wire) -> None:
        """Send heartbeats, the presence that had to wait, and a fresh token in time."""
        asked = self._clock()
        with contextlib.suppress(WebSocketException):  # told by `read`
            while True:
                await asyncio.sleep(HEARTBEAT)
                await wire.send(self._phoenix.heartbeat(), text=True)
                await self._track()
                if self._clock() - asked >= RENEW:
                    asked = self._clock()
                    await self._renew(wire)
        await asyncio.Future()

    async def _renew(self, wire: Wire) -> None:
        with contextlib.suppress(TransportFailed):  # the next attempt to connect tells it
            token = await ask(self._target.token)
            if token != self._token:
                self._token = token
                for frame in self._phoenix.renew(token):
                    await wire.send(frame, text=True)

    async def _track(self) -> None:
        """Announce this person in each channel, as far as the project's limit allows now."""
        calls = _tracked.setdefault(self._target.key, deque(maxlen=MAX_TRACKS))
        while self._untold:
            now = self._clock()
            if len(calls) == MAX_TRACKS and now - calls[0] < TRACKS_WITHIN:
                return
            calls.append(now)
            await self._open_wire().send(self._phoenix.track(self._untold.pop(0)), text=True)

    def write(self, frames: list[bytes]) -> bool:
        """Return False: frames are translated, and so written by `send` alone."""
        del frames
        return False

    async def send(self, frames: list[bytes]) -> None:
        """Write frames; a connection that is gone is noticed by `read`."""
        wire = self._open_wire()
        with contextlib.suppress(WebSocketException):
            for frame in frames:
                translated = self._phoenix.sent(frame)
                if translated is not None:
                    await wire.send(translated, text=True)


def _refusal(error: InvalidStatus) -> TransportFailed:
    response = error.response
    if response.status_code in (401, 403):
        reason = f"Supabase does not accept the API key (HTTP {response.status_code})."
        return TransportFailed(Code.UNAUTHORIZED, reason)
    wait = retry_after("".join(response.headers.get_all("Retry-After")))
    reason = f"Supabase answered HTTP {response.status_code} instead of a WebSocket."
    return TransportFailed(0, reason, wait)
