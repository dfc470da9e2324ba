"""The I/O of a session: transports, a timer and listeners around the sans-IO core."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edu_widgets.client.runtime.listeners import Listeners
from edu_widgets.client.sync.clock import Clock
from edu_widgets.client.sync.events import Action, Close, Connect, Ping, Send, SessionEvent
from edu_widgets.client.sync.session import Session
from edu_widgets.client.transport.base import Transport, TransportFailed
from edu_widgets.client.transport.tasks import BackgroundTasks

_log = logging.getLogger(__name__)

_LAST_WORDS = 0.5
_CLOSE_WITHIN = 2.0


@dataclass(slots=True, eq=False)
class _Generation:
    """One transport and the tasks that serve it; results of an older one are ignored."""

    transport: Transport
    life: "asyncio.Task[None] | None" = None
    writer: "asyncio.Task[None] | None" = None
    up: bool = False
    seen: int = 0
    """Bytes received at the last call of `has_moved`."""

    def has_moved(self) -> bool:
        """Return True if bytes have come since the last call."""
        before, self.seen = self.seen, self.transport.received
        return self.seen > before


class Connection:
    """Runs one session on the network thread's loop.

    All methods are called on that thread. `session` may be read at any time; its methods are
    called within `act()`.
    """

    def __init__(self, session: Session, connect: Callable[[], Transport], clock: Clock) -> None:
        self.session = session
        self.transport_name = ""
        self._connect = connect
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._listeners: Listeners[SessionEvent] = Listeners()
        self._now: _Generation | None = None
        self._tasks = BackgroundTasks()
        self._outgoing: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self._changing = False
        self._closed = False

    def listen(self, listener: Callable[[SessionEvent], None]) -> Callable[[], None]:
        """Call `listener` with every event from now on; return a function that ends this."""
        return self._listeners.listen(listener)

    def fall_silent(self) -> None:
        """Remove all listeners: the process ends, which pages notice themselves."""
        self._listeners.dismiss()

    @contextlib.contextmanager
    def act(self) -> Iterator[Session]:
        """Call the session in this block; at its end actions are run and events delivered."""
        try:
            yield self.session
        finally:
            self._follow()

    def _follow(self) -> None:
        """Run the session's actions and deliver its events, until listeners cause no more."""
        if self._changing:
            return
        self._changing = True
        try:
            while True:
                actions, events = self.session.actions(), self.session.events()
                if not actions and not events:
                    break
                for action in actions:
                    self._do(action)
                # Frames are written first: updating a widget takes longer than that.
                self._write()
                for event in events:
                    self._listeners.tell(event)
        finally:
            self._changing = False
        self._set_timer()

    def _do(self, action: Action) -> None:
        match action:
            case Send(frame):
                self._outgoing.append(frame)
            case Ping(at):
                self._ping(at)
            case Connect():
                self._start()
            case Close(code, reason):
                self._end(code, reason)

    async def close(self) -> None:
        """End the session and wait for its tasks; takes about two seconds at most."""
        self._closed = True
        with self.act() as session:
            session.close()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        await self._tasks.wait()
        self.session.outbox.close()

    # -- timer ------------------------------------------------------------------------

    def _set_timer(self) -> None:
        """Schedule `tick` in time. An early call does no harm, so a timer is never postponed."""
        due = None if self._closed else self.session.deadline()
        if due is None:
            return
        when = self._loop.time() + max(0.0, due - self._clock.monotonic())
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._tick)

    def _tick(self) -> None:
        self._timer = None
        with self.act() as session:
            if self._now is not None and self._now.up and self._now.has_moved():
                session.heard()
            session.tick()

    # -- transport ---------------------------------------------------------------------

    def _start(self) -> None:
        self._outgoing.clear()
        generation = self._now = _Generation(self._connect())
        generation.life = self._tasks.start(self._live(generation))

    async def _live(self, generation: _Generation) -> None:
        """Serve one transport from its opening to its end."""
        transport = generation.transport
        retry_after = None
        try:
            await transport.open()
            if self._now is generation:
                generation.up = True
                self.transport_name = transport.name
                with self.act() as session:
                    session.opened(transport.service)
                await transport.read(lambda frame: self._receive(generation, frame), self._follow)
            return
        except TransportFailed as failure:
            code, reason, retry_after = failure.code, failure.reason, failure.retry_after
        except Exception as error:  # noqa: BLE001 - after any error the next attempt follows
            # Without its text or traceback, which may quote a frame or header.
            _log.warning("The transport failed unexpectedly: %s", type(error).__name__)
            code, reason = 0, "Something unexpected happened to the connection; the log names it."
        finally:
            if self._now is not generation:
                await _let_go(transport)
        if self._now is generation:
            self._now = None
            with self.act() as session:
                session.lost(code, reason, retry_after)
            await _finish(generation.writer)
            await _let_go(transport)

    def _receive(self, generation: _Generation, frame: bytes | str) -> None:
        if self._now is generation:
            self.session.receive(frame)

    def _ping(self, at: float) -> None:
        generation = self._now
        if generation is None or not generation.up:
            return

        def answered() -> None:
            if self._now is generation:
                with self.act() as session:
                    session.pong(at)

        self._write()
        generation.transport.ping(answered)

    def _write(self) -> None:
        generation = self._now
        if not self._outgoing or generation is None or not generation.up or generation.writer:
            return
        if generation.transport.write(self._outgoing):
            self._outgoing = []
        else:
            generation.writer = self._tasks.start(self._write_on(generation))

    async def _write_on(self, generation: _Generation) -> None:
        try:
            while self._outgoing and self._now is generation:
                frames, self._outgoing = self._outgoing, []
                await generation.transport.send(frames)
        except TransportFailed:
            return  # `read` fails, too, and reports it
        except Exception:
            await _let_go(generation.transport)  # so `read` ends, and the next attempt follows
            raise
        finally:
            generation.writer = None

    def _end(self, code: int, reason: str) -> None:
        generation, self._now = self._now, None
        last, self._outgoing = self._outgoing, []
        if generation is not None:
            _ = self._tasks.start(_farewell(generation, last, code, reason))


async def _farewell(generation: _Generation, last: list[bytes], code: int, reason: str) -> None:
    """Write the last frames, close the transport, and end its tasks."""
    if generation.up:
        with contextlib.suppress(TransportFailed, TimeoutError):
            async with asyncio.timeout(_LAST_WORDS):
                if generation.writer is not None:
                    await asyncio.wait([generation.writer])
                await generation.transport.send(last)
        await _let_go(generation.transport, code, reason)
    await _finish(generation.writer)
    await _finish(generation.life)


async def _let_go(transport: Transport, code: int = 1000, reason: str = "") -> None:
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_CLOSE_WITHIN):
            await transport.close(code, reason)


async def _finish(task: "asyncio.Task[None] | None") -> None:
    if task is not None and not task.done():
        task.cancel()
        await asyncio.wait([task])
