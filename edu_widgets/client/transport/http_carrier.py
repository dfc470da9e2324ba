"""The posts that event streams and polls have in common, for a service without a WebSocket.

Up it goes by posts, one after the other. Each has a number, and is sent again under it, byte for
byte, until it has an answer; the service acts on it once.
"""

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import NoReturn

import httpx
import msgspec

from edu_widgets.client.sync.events import Service
from edu_widgets.client.transport.base import (
    NotPassed,
    TransportFailed,
    authorization,
    refusal,
)
from edu_widgets.client.transport.http import FAILURES, Headers, Http, address, body_of, failure
from edu_widgets.client.transport.selection import ServiceSelection
from edu_widgets.client.transport.tasks import BackgroundTasks, first_of
from edu_widgets.client.transport.tokens import ask
from edu_widgets.protocol import HEADER, MAX_SERVICE_FRAME, Code, carriers, decode, encode
from edu_widgets.protocol.errors import ProtocolError
from edu_widgets.protocol.ids import uuid7

TRIES = 4
"""Attempts at one request; between them a little more time each."""

PAUSE = 0.5
ANSWER_WITHIN = 60.0
"""Seconds an answer may take: whoever sends more than the service takes waits for it."""

IDLE = 60.0
"""Seconds for which a connection is kept for the next post."""

GOODBYE_WITHIN = 1.0
MOST_FRAMES = 200
MOST_BYTES = 128 * 1024
"""Of one post; a frame alone may have more."""

_ENDED = frozenset({Code.NOT_FOUND, Code.PROTOCOL, Code.INVALID})
"""Refusals of a request that is of no connection, or not its next: another one is opened."""

_IN_DOUBT = frozenset({Code.UNAUTHORIZED, Code.FORBIDDEN})
"""Refusals of a request that the attempt to open another connection will tell, if they are true:
the request may have been damaged on its way."""

_ACK = b'"heartbeat_ack"'
_JSON = {"Content-Type": "application/json"}
_BYE = msgspec.json.encode({"type": carriers.BYE})


class HttpCarrier(ABC):
    """One connection to a service of ours.

    Args:
        selection: The service, the person, and the connection that this one replaces.
    """

    name: str

    def __init__(self, selection: ServiceSelection) -> None:
        self.service = Service()
        self.received = 0
        self.id = ""
        self._ended = False
        self._target = selection.target()
        self._selection = selection
        self._token = ""
        self._http: Http | None = None
        self._number = 0
        self._order = asyncio.Lock()
        self._waiting = list[bytes]()
        self._asked: dict[str, Callable[[], None]] = {}
        self._receive: Callable[[bytes | str], None] = lambda _: None
        self._rest: Callable[[], None] = lambda: None
        self._posted = asyncio.Event()
        """Set at each post."""
        self._fault: asyncio.Future[NoReturn] = asyncio.get_running_loop().create_future()
        self._beside = BackgroundTasks(TransportFailed)

    async def open(self) -> None:
        """Open a connection."""
        self._token = await ask(self._target.token)
        patience = self._selection.settings.patience
        try:
            self._http = Http(self._url(""), patience, IDLE)
            async with asyncio.timeout(patience):
                self.id = await self._begin(self._selection.former)
        except FAILURES as error:
            raise failure(error, self._url("")) from None
        self._selection.former = self.id

    async def read(self, receive: Callable[[bytes | str], None], rest: Callable[[], None]) -> None:
        """Hand over every frame; ends with `TransportFailed`."""
        self._receive, self._rest = receive, rest
        try:
            await first_of(self._follow(), self._watch(), self._fails())
        finally:
            self._ended = True

    @abstractmethod
    async def _begin(self, former: str) -> str:
        """Open a connection in the place of another, if there is one; its id."""

    @abstractmethod
    async def _follow(self) -> None:
        """Take frames until the end."""

    async def _watch(self) -> None:
        """Check that the connection is alive; by default there is no check."""
        await asyncio.Future()

    async def _fails(self) -> NoReturn:
        await self._fault

    # -- requests ---------------------------------------------------------------------------

    def _url(self, path: str) -> str:
        return address(self._target.url, path)

    async def _request(
        self, method: str, path: str, headers: Headers, body: bytes | None
    ) -> httpx.Response:
        if self._http is None:
            raise TransportFailed(0, "The connection is closed.")
        own = authorization(self._target.url, self._token)
        url = self._url(path)
        return await self._http.request(method, url, {**own, **headers}, body, ANSWER_WITHIN)

    async def _refused(self, response: httpx.Response) -> TransportFailed:
        """Return the failure for a refusal; only the service's own word may end the lesson."""
        body = await body_of(response, carriers.MAX_BATCH)
        if HEADER in response.headers:
            said = refusal(body)
            if said is not None and said.code == Code.UNKNOWN_TYPE:
                return NotPassed(0, f"The service is of an earlier version: it has no {self.name}.")
            if said is not None and (said.code in _ENDED or (self.id and said.code in _IN_DOUBT)):
                return TransportFailed(0, said.reason)
            if said is not None:
                return said
        what = f"HTTP {response.status_code}"
        return NotPassed(0, f"Something on the way to the service answered {what}.")

    async def _post(
        self, path: str, headers: Headers, body: bytes, *, wanted: int, tries: int = TRIES
    ) -> bytes:
        """The body of the answer to a post; while there is none, it is sent again.

        Raises:
            TransportFailed: the service says no.
            NotPassed: something else has answered, or nothing.
        """
        problem: TransportFailed | None = None
        for attempt in range(tries):
            await asyncio.sleep(PAUSE * attempt)
            try:
                response = await self._request("POST", path, {**_JSON, **headers}, body)
                if response.status_code in (httpx.codes.NO_CONTENT, wanted):
                    return await body_of(response, 2 * MAX_SERVICE_FRAME, self._come)
                raise await self._refused(response)
            except NotPassed as error:
                problem = error
            except TransportFailed as error:
                if error.code != Code.TOKEN_EXPIRED or attempt:
                    raise
                problem, self._token = error, await ask(self._target.token)
            except FAILURES as error:
                problem = failure(error, self._url(path))
        assert problem is not None  # noqa: S101 - it was tried
        raise problem

    def _come(self, count: int) -> None:
        self.received += count

    # -- what is sent -----------------------------------------------------------------------

    def write(self, frames: list[bytes]) -> bool:
        """Posts take their time."""
        del frames
        return False

    async def send(self, frames: list[bytes]) -> None:
        """Post frames, in order; `read` fails if a post does.

        What comes while a post is on its way goes with the next one, from whomever it is.
        """
        self._waiting += frames
        async with self._order:
            waiting, self._waiting = self._waiting, []
            for batch in _batches(waiting):
                self._number += 1
                headers = {carriers.CONNECTION: self.id, carriers.NUMBER: str(self._number)}
                try:
                    await self._post(
                        carriers.MESSAGES, headers, batch, wanted=httpx.codes.NO_CONTENT
                    )
                except TransportFailed as error:
                    # Whatever comes down, posts go up: another way would be no better.
                    failed = TransportFailed(error.code, error.reason, error.retry_after)
                    if not self._fault.done():
                        self._fault.set_exception(failed)
                    raise failed from None
                self._posted.set()

    def ping(self, answered: Callable[[], None]) -> None:
        """Post a heartbeat, whose answer comes behind all others."""
        _ = self._beside.start(self.beat(answered))

    async def beat(self, answered: Callable[[], None]) -> None:
        """Post a heartbeat, and wait until it was taken; `answered` is called for the answer."""
        id_, now = uuid7(), int(time.time() * 1000)
        self._asked[id_] = answered
        user, data = self._target.user_id, {"timestamp": now}
        await self.send(
            [encode("heartbeat", "system", data, timestamp=now, message_id=id_, user_id=user)]
        )

    def _hear(self, frame: bytes) -> None:
        """Hand a frame on, unless it answers a heartbeat of ours."""
        if self._asked and _ACK in frame[:64]:
            with contextlib.suppress(ProtocolError):
                answered = self._asked.pop(decode(frame).message_id, None)
                if answered is not None:
                    answered()
                    return
        self._receive(frame)

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye, if that takes no longer than a second, and let go of everything.

        A connection that has ended by itself is dismissed by the one in its place.
        """
        del code, reason
        self._beside.cancel()
        if self.id and self._http is not None and not self._ended:
            with contextlib.suppress(TransportFailed, TimeoutError):
                async with asyncio.timeout(GOODBYE_WITHIN):
                    await self.send([_BYE])
                    self._selection.former = ""
        if not self._fault.cancel() and not self._fault.cancelled():
            self._fault.exception()  # nobody is left to hear of it
        http, self._http = self._http, None
        if http is not None:
            await http.close()


def _batches(frames: list[bytes]) -> Iterator[bytes]:
    """Frames as the bodies of posts."""
    batch, size = list[bytes](), 0
    for frame in frames:
        if batch and (size + len(frame) > MOST_BYTES or len(batch) >= MOST_FRAMES):
            yield b"[" + b",".join(batch) + b"]"
            batch, size = [], 0
        batch.append(frame)
        size += len(frame)
    if batch:
        yield b"[" + b",".join(batch) + b"]"
