"""A WebSocket's connection, by the `websockets` library, that hands frames over without a queue."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from edu_widgets.client.framing import FrameCutter
from edu_widgets.protocol import MAX_SERVICE_FRAME

ABNORMAL = 1006
"""The close code where the other side went without a word."""

_END_OF_HEADERS = b"\r\n\r\n"
_TEXT = Opcode.TEXT
_DATA = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})


class Wire(ClientConnection):
    """The library's connection, handing frames over as they are read from the socket.

    Its parser, queue and task switches cost more than all that is done with a frame here; and
    since whoever receives is done with a frame when it returns, there is nothing to queue.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ended: asyncio.Future[None] = self.loop.create_future()
        self.fault: Exception | None = None
        self.receive: Callable[[bytes | str], None] | None = None
        self._rest: Callable[[], None] = lambda: None
        self._early: list[bytes] = []
        self._parts: list[bytes] = []
        self._cutter: FrameCutter | None = None
        self._pings: set[asyncio.Task[None]] = set()

    def hand_to(self, receive: Callable[[bytes | str], None], rest: Callable[[], None]) -> None:
        """From now on frames go there, those that have already come first."""
        early, self._early = self._early, []
        self.receive, self._rest = receive, rest
        for frame in early:
            self._deliver(frame)
        if early:
            rest()

    def write(self, frames: list[bytes]) -> bool:
        """Write frames if none has to wait; what goes wrong is noticed by whoever reads."""
        if self.protocol.state is not State.OPEN or self.transport.get_write_buffer_size():
            return False
        for frame in frames:
            self.protocol.send_text(frame)
        self.send_data()
        return True

    def ask_alive(self, answered: Callable[[], None]) -> None:
        """Send a ping, and tell of its pong once all that came before it is delivered."""
        task = self.loop.create_task(self._ping(answered))
        self._pings.add(task)
        task.add_done_callback(self._pings.discard)

    async def _ping(self, answered: Callable[[], None]) -> None:
        with contextlib.suppress(ConnectionClosed):
            await (await self.ping())
            answered()

    def farewell(self) -> tuple[int, str]:
        """The code and reason of the other side; 1006 if it went without a word."""
        said = self.protocol.close_rcvd
        return (said.code, said.reason) if said is not None else (ABNORMAL, "")

    def data_received(self, data: bytes) -> None:
        """The socket has something for us."""
        if self._cutter is not None:
            self._cutter.feed(data)
            self._rested()
            return
        self._by_the_library(data)
        self._rested()
        if self.response is not None and data.find(_END_OF_HEADERS) == len(data) - 4:
            # Nothing came behind the response, so what comes next begins with a frame.
            self._cutter = FrameCutter(self._deliver, self._by_the_library, MAX_SERVICE_FRAME)

    def _by_the_library(self, data: bytes) -> None:
        super().data_received(data)
        if self.response is not None and self.protocol.close_expected():
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone."""
        super().connection_lost(exc)
        self._end()

    def process_event(self, event: Any) -> None:
        """Take a frame; the handshake's response and control frames are the library's."""
        if self.response is None or not isinstance(event, Frame):
            super().process_event(event)
        elif event.opcode is _TEXT and event.fin:
            self._deliver(bytes(event.data))
        elif event.opcode in _DATA:
            self._parts.append(bytes(event.data))
            if event.fin:
                whole, self._parts = b"".join(self._parts), []
                self._deliver(whole)
        else:
            super().process_event(event)

    def _deliver(self, frame: bytes) -> None:
        if self.receive is None:
            self._early.append(frame)
        elif self.fault is None:
            try:
                self.receive(frame)
            except Exception as error:  # noqa: BLE001 - told by `read`, not by the event loop
                self.fault = error
                self._end()

    def _rested(self) -> None:
        if self.fault is None:
            try:
                self._rest()
            except Exception as error:  # noqa: BLE001 - as above
                self.fault = error
                self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)
