"""A network that understands HTTP, and does with it what companies and hosts do.

    with Network(port) as network:
        network.upgrade = 403
        connect to network.port …

Each connection carries one request.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import urlsplit

from tests.loop_thread import LoopThread

HTML = b"<html><body>Blocked by your network.</body></html>"


class Network(LoopThread):
    """Forwards requests to `port` on loopback.

    `upgrade`, `events`, `polls`: what is done with such requests: `pass`, a status with which they
    are answered, `hang` (nothing comes back), `bare` (our headers are dropped from the answer's
    head), `hold` (of the answer only its head comes), `cut`.
    """

    def __init__(self, port: int) -> None:
        super().__init__()
        self.target = port
        self.port = 0
        self.upgrade: str | int = "pass"
        self.events: str | int = "pass"
        self.polls: str | int = "pass"
        self.wants = ""
        """What `Authorization` has to be, as if the network took it for its own."""
        self._swallowing = False
        self.asked: list[str] = []
        """Method and path of each request."""
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def swallow_events(self) -> None:
        """Let nothing more through of the streams there are."""
        self._swallowing = True
        self.events = 404

    def cut(self) -> None:
        """Reset every connection; new ones are taken."""
        self.call(self._abort)

    def _abort(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._abort()
        await asyncio.sleep(0)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        task = self.loop.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        over = (OSError, asyncio.IncompleteReadError, asyncio.CancelledError)
        with contextlib.suppress(*over), self._open(writer):
            head = await reader.readuntil(b"\r\n\r\n")
            method, where, _ = head.split(b" ", 2)
            path = where.decode()
            self.asked.append(f"{method.decode()} {path}")
            deed = self._deed(head, path)
            if deed == "hang":
                await self._ended.wait()
            if isinstance(deed, int):
                told = f"HTTP/1.1 {deed} No\r\nContent-Type: text/html\r\nConnection: close\r\n"
                writer.write(told.encode() + b"Content-Length: %d\r\n\r\n" % len(HTML) + HTML)
                await writer.drain()
                writer.close()
                return
            await self._forward(reader, writer, head, deed)

    def _deed(self, head: bytes, path: str) -> str | int:
        if path.startswith("http://"):
            path = urlsplit(path).path
        if head.startswith(b"CONNECT"):
            return 403
        if self.wants and f"\r\nauthorization: {self.wants}\r\n" not in head.decode().lower():
            return 403
        if b"\r\nupgrade: websocket\r\n" in head.lower():
            return self.upgrade
        ends = {"/events": self.events, "/poll": self.polls}
        return next((deed for end, deed in ends.items() if path.endswith(end)), "pass")

    async def _forward(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        head: bytes,
        deed: str,
    ) -> None:
        back, other = await asyncio.open_connection("127.0.0.1", self.target)
        with self._open(other):
            other.write(_forwarded(head, f"127.0.0.1:{self.target}"))
            up = asyncio.ensure_future(_pump(reader, other))
            try:
                answer = await back.readuntil(b"\r\n\r\n")
                if deed == "bare":
                    lines = answer.split(b"\r\n")
                    answer = b"\r\n".join(x for x in lines if not x.lower().startswith(b"edu-"))
                writer.write(answer)
                is_stream = b"text/event-stream" in answer
                if deed == "cut":
                    writer.transport.abort()
                elif deed == "hold":
                    await _pump(back, None)
                else:
                    await _pump(back, writer, lambda: is_stream and self._swallowing)
                    writer.write_eof()
            finally:
                up.cancel()

    @contextlib.contextmanager
    def _open(self, writer: asyncio.StreamWriter) -> Iterator[None]:
        self._writers.add(writer)
        try:
            yield
        finally:
            self._writers.discard(writer)
            writer.close()


def _forwarded(head: bytes, host: str) -> bytes:
    """A request as a simple proxy passes it on to its target: one a connection."""
    first, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, where, version = first.split(" ")
    if where.startswith("http://"):
        parts = urlsplit(where)
        where = parts.path + (f"?{parts.query}" if parts.query else "")
    drop = (
        ("host:", "proxy-")
        if "upgrade: websocket" in head.decode("latin-1").lower()
        else ("host:", "proxy-", "connection:")
    )
    kept = [line for line in lines if not line.lower().startswith(drop)]
    if len(drop) > 2:
        kept.append("Connection: close")
    return "\r\n".join([f"{method} {where} {version}", f"Host: {host}", *kept, "", ""]).encode(
        "latin-1"
    )


async def _pump(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter | None,
    swallows: Callable[[], bool] = lambda: False,
) -> None:
    while piece := await reader.read(1 << 16):
        if writer is not None and not swallows():
            writer.write(piece)
            await writer.drain()
