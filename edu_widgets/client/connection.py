"""A session brought to life: sockets, timers and listeners around the sans-IO core."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from edu_widgets.client.clock import Clock
from edu_widgets.client.events import SessionEvent
from edu_widgets.client.session import Close, Connect, Send, Session
from edu_widgets.client.transport import Transport, TransportFailed

_log = logging.getLogger(__name__)

Listener = Callable[[SessionEvent], None]


class Connection:
    """Runs one session on the network thread's loop.

    Everything here happens on that thread. `changed()` has to be called after each call into
    the session: it carries out actions, tells the events, and sets the timer.
    """

    def __init__(self, session: Session, connect: Callable[[], Transport], clock: Clock) -> None:
        self.session = session
        self.transport_name = ""
        self._connect = connect
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._listeners: list[Listener] = []
        self._reader: asyncio.Task[None] | None = None
        self._writer: asyncio.Task[None] | None = None
        self._farewells: set[asyncio.Task[None]] = set()
        self._transport: Transport | None = None
        self._outgoing: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self._scheduled = False

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` every event from now on; returns what ends it."""
        self._listeners.append(listener)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    def changed(self) -> None:
        """Carry out what the session wants."""
        for action in self.session.actions():
            match action:
                case Send(frame):
                    self._outgoing.append(frame)
                case Connect():
                    self._start()
                case Close(code, reason):
                    self._end(code, reason)
        if self._outgoing and self._transport is not None and self._writer is None:
            self._writer = self._loop.create_task(self._write(self._transport))
        for event in self.session.events():
            self._tell(event)
        self._set_timer()

    async def close(self) -> None:
        """End the session and wait until nothing is left of it."""
        self.session.close()
        self.changed()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        await asyncio.gather(*self._farewells, return_exceptions=True)
        self.session.outbox.close()

    def _tell(self, event: SessionEvent) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(event)
            except Exception:  # noqa: BLE001 - one listener's fault must not cost the others
                _log.exception("A listener of the connection failed on %s", type(event).__name__)

    def _soon(self) -> None:
        """Carry out once for all frames that arrived together."""
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._now)

    def _now(self) -> None:
        self._scheduled = False
        self.changed()

    # -- timer ------------------------------------------------------------------------

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self.session.deadline()
        if due is not None:
            delay = max(0.0, due - self._clock.monotonic())
            self._timer = self._loop.call_later(delay, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.session.tick()
        self.changed()

    # -- transport ---------------------------------------------------------------------

    def _start(self) -> None:
        transport = self._connect()
        self._transport = self._writer = None
        self._outgoing.clear()
        self._reader = self._loop.create_task(self._live(transport))

    async def _live(self, transport: Transport) -> None:
        """One connection from its opening to its end."""
        me = asyncio.current_task()
        try:
            await transport.open()
            if self._reader is not me:
                await transport.close(1000, "not needed")
                return
            self._transport = transport
            self.transport_name = transport.name
            self.session.opened()
            self.changed()
            await transport.read(self._receive)
        except TransportFailed as failure:
            code, reason = failure.code, failure.reason
        except Exception as error:  # noqa: BLE001 - whatever it was, the next attempt comes
            _log.exception("The transport failed unexpectedly")
            code, reason = 0, f"Unexpected: {error!r}"
        else:
            return
        await transport.close(1000, "")
        if self._reader is me:
            self._transport = self._reader = self._writer = None
            self.session.lost(code, reason)
            self.changed()

    def _receive(self, frame: bytes | str) -> None:
        self.session.receive(frame)
        self._soon()

    async def _write(self, transport: Transport) -> None:
        try:
            while self._outgoing and self._transport is transport:
                frames, self._outgoing = self._outgoing, []
                await transport.send(frames)
        except TransportFailed:
            return  # `read` notices the same and says so
        finally:
            if self._writer is asyncio.current_task():
                self._writer = None

    def _end(self, code: int, reason: str) -> None:
        reader, transport, writer = self._reader, self._transport, self._writer
        last = self._outgoing
        self._reader = self._transport = self._writer = None
        self._outgoing = []
        task = self._loop.create_task(_farewell(transport, reader, writer, last, code, reason))
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)


async def _farewell(
    transport: Transport | None,
    reader: "asyncio.Task[None] | None",
    writer: "asyncio.Task[None] | None",
    last: list[bytes],
    code: int,
    reason: str,
) -> None:
    if writer is not None:
        with contextlib.suppress(TransportFailed, TimeoutError):
            async with asyncio.timeout(1.0):
                await asyncio.shield(writer)
    if transport is not None:
        with contextlib.suppress(TransportFailed, TimeoutError):
            async with asyncio.timeout(1.0):
                await transport.send(last)
        await transport.close(code, reason)
    if reader is not None:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
