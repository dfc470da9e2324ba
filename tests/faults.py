"""A TCP proxy that does what networks do: cut, stall, delay, half-open, refuse.

    with Faults(port) as faults:
        connect to faults.port …
        faults.stall()

Runs in a thread of its own; its methods may be called from any thread and return once done.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_CHUNK = 64 * 1024


class Faults:
    """Forwards to `port` on loopback, as faithfully as it is told to."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.port = 0
        self.accepted = 0
        """Connections taken so far."""
        self._delay = 0.0
        self._ready = threading.Event()
        self._flowing: asyncio.Event
        self._speaking: asyncio.Event
        self._stop: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._run, name="faults", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    # -- faults ---------------------------------------------------------------------------

    def cut(self) -> None:
        """Reset every connection; new ones are taken."""
        self._do(self._abort)

    def stall(self) -> None:
        """Read and forward nothing, until `heal`: buffers fill up, nothing is lost."""
        self._do(self._flowing.clear)

    def half_open(self) -> None:
        """Swallow everything, and the end of connections too: the other side has vanished."""
        self._do(self._speaking.clear)

    def delay(self, seconds: float) -> None:
        """Forward every piece so much later."""
        self._do(lambda: setattr(self, "_delay", seconds))

    def refuse(self) -> None:
        """Listen no more, until `heal`; what is open stays open."""
        asyncio.run_coroutine_threadsafe(self._close_server(), self._loop).result(5)

    def heal(self) -> None:
        """Forward faithfully again; connections whose bytes were swallowed are reset."""

        def mend() -> None:
            if not self._speaking.is_set():
                self._abort()
            self._delay = 0.0
            self._flowing.set()
            self._speaking.set()

        self._do(mend)
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(5)

    def _do(self, fn: Callable[[], object]) -> None:
        async def call() -> None:
            fn()

        asyncio.run_coroutine_threadsafe(call(), self._loop).result(5)

    # -- its own thread ---------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._flowing, self._speaking = asyncio.Event(), asyncio.Event()
        self._stop = asyncio.Event()
        self._flowing.set()
        self._speaking.set()
        await self._listen()
        self._ready.set()
        await self._stop.wait()
        await self._close_server()
        self._abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close_server(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _abort(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        self._writers.add(writer)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        other: asyncio.StreamWriter | None = None
        try:
            back, other = await asyncio.open_connection("127.0.0.1", self.target)
            self._writers.add(other)
            for end in (writer, other):
                raw = end.get_extra_info("socket")
                raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await asyncio.gather(self._pump(reader, other), self._pump(back, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            for one in [writer] if other is None else [writer, other]:
                self._writers.discard(one)
                one.transport.abort()
                with contextlib.suppress(OSError):
                    await one.wait_closed()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(_CHUNK):
            await self._flowing.wait()
            if self._delay:
                await asyncio.sleep(self._delay)
            if self._speaking.is_set():
                writer.write(piece)
                await writer.drain()
        await self._speaking.wait()  # half-open, the end is swallowed like the rest
        if writer.can_write_eof() and not writer.is_closing():
            writer.write_eof()
