"""One WebSocket connection, by the public interface of the `websockets` library.

`broadcast` is the library's way to write without waiting, `recv(decode=False)` to read bytes as
they came. What it does not tell, that part of a frame has come, its `data_received` is asked.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.server import broadcast
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.protocol import State

from edu_widgets.client.transport.base import TransportFailed
from edu_widgets.client.transport.tasks import BackgroundTasks
from edu_widgets.protocol import Code

ABNORMAL = 1006
"""The close code where the other side went without a word."""

CLOSE_TIMEOUT = 1.0
"""Seconds the other side may take to hang up once it has said that it closes."""


class Wire(ClientConnection):
    """The library's connection, which counts the bytes received and hangs up by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.progress = nothing
        """Called whenever the socket has come up or something has come by it."""
        self.received = 0
        """Bytes that have come, also those of a frame that is not whole yet."""
        self._raw: asyncio.Transport | None = None
        self._hanging_up: asyncio.TimerHandle | None = None
        self._fault: Exception | None = None
        self._beside = BackgroundTasks(ConnectionClosed)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the socket's transport, for writing and hanging up."""
        self._raw = cast("asyncio.Transport", transport)
        super().connection_made(transport)
        self.progress()

    def data_received(self, data: bytes) -> None:
        """Count bytes before the library reads them."""
        self.received += len(data)
        self.progress()
        super().data_received(data)
        if self.state is State.CLOSING and self._hanging_up is None:
            loop = asyncio.get_running_loop()
            self._hanging_up = loop.call_later(CLOSE_TIMEOUT, self.hang_up)

    async def read(
        self, receive: Callable[[bytes], None], rest: Callable[[], None]
    ) -> tuple[int, str]:
        """Hand over every frame until the end, `rest` after those that came together.

        Returns:
            The close code and reason of the other side; 1006 if it went without a word.

        Raises:
            Exception: what `receive` or `rest` has raised.
        """
        loop = asyncio.get_running_loop()
        turn = more = False

        def turned() -> None:
            nonlocal turn, more
            turn, again, more = False, more, False
            if again:
                try:
                    rest()
                except Exception as error:  # noqa: BLE001 - raised below, not by the event loop
                    self._fault = error
                    self.hang_up()

        said = None
        try:
            while self._fault is None:
                receive(await self.recv(decode=False))
                if turn:
                    more = True
                else:
                    # A frame that comes alone, as most do, does not wait for another turn.
                    rest()
                    turn = True
                    loop.call_soon(turned)
        except ConnectionClosed as closed:
            said = closed.rcvd
        if self._fault is not None:
            raise self._fault
        return (said.code, said.reason) if said is not None else (ABNORMAL, "")

    def write(self, frames: list[bytes]) -> bool:
        """Write frames if none has to wait, and return True; a failure shows in `read`."""
        if self.state is not State.OPEN or self._raw is None or self._raw.get_write_buffer_size():
            return False
        for frame in frames:
            broadcast((self,), frame.decode())
        return True

    def ask_alive(self, answered: Callable[[], None]) -> None:
        """Send a ping; call `answered` at its pong, once all frames before it are delivered."""
        _ = self._beside.start(self._ping(answered))

    async def _ping(self, answered: Callable[[], None]) -> None:
        await (await self.ping())
        answered()

    async def end(self, code: int, reason: str) -> None:
        """Close politely within a second; then let go."""
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT):
                await self.close(code if code != Code.DEAD_PEER else 1000, reason)
        except (WebSocketException, OSError, TimeoutError):
            pass
        finally:
            self.hang_up()

    def hang_up(self) -> None:
        """Let go of the socket."""
        if self._raw is not None:
            self._raw.abort()


class WireTransport:
    """The base of transports over a `Wire`: bytes received, pings and the end."""

    name = "websocket"
    _wire: Wire | None = None

    @property
    def received(self) -> int:
        """Bytes that have come, also those of a frame that is not whole yet."""
        return 0 if self._wire is None else self._wire.received

    def ping(self, answered: Callable[[], None]) -> None:
        """Send a ping; a connection that is gone is noticed by `read`."""
        if self._wire is not None:
            self._wire.ask_alive(answered)

    async def close(self, code: int, reason: str) -> None:
        """Close within a second; then let go."""
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.end(code, reason)

    def _open_wire(self) -> Wire:
        """Return the wire.

        Raises:
            TransportFailed: the connection is closed.
        """
        if self._wire is None:
            raise TransportFailed(0, "The connection is closed.")
        return self._wire


def nothing() -> None:
    """Do nothing."""
