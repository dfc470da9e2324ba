"""The listening socket, and the limit on open files that bounds the connections."""

import asyncio
import contextlib
import errno
import logging
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

log = logging.getLogger("edu_widgets.service")

QUEUE = 1024
"""Connections that the system queues until they are accepted: a whole class reconnects at once."""

IN_A_ROW = 4
"""Connections that are accepted in a row before existing connections are served again."""

RECEIVED = 64 * 1024
"""Bytes of a connection's receive buffer in the system: one of our longest frames."""

FILES_WANTED = 65_536
FILES_KEPT = 48
"""Open files reserved for the store, its log, the audit trail and a backup."""

COMPLAINS_S = 60.0
"""Seconds between log messages that no more connections can be accepted."""

_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


def raise_file_limit() -> None:
    """Raise this process's limit on open files as far as allowed, to `FILES_WANTED` at most."""
    if sys.platform == "win32":
        return  # it has no such limit
    import resource  # noqa: PLC0415 - only where it exists

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, FILES_WANTED)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_connections() -> int:
    """Return the number of connections that the limit on open files allows."""
    if sys.platform == "win32":
        return FILES_WANTED
    import resource  # noqa: PLC0415 - only where it exists

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return FILES_WANTED if soft == resource.RLIM_INFINITY else max(8, soft - FILES_KEPT)


async def listen(
    factory: Callable[[], asyncio.Protocol], bind: str, port: int
) -> tuple[asyncio.Server, int]:
    """Serve on a port, 0 for a free one; returns the server and the port.

    Raises:
        OSError: nothing can listen there.
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listener = socket.create_server((bind, port), family=family, backlog=QUEUE)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED)  # each one inherits it
        listener.setblocking(False)
        server = await asyncio.get_running_loop().create_server(
            factory, sock=listener, backlog=IN_A_ROW
        )
    except BaseException:
        listener.close()
        raise
    # asyncio uses `backlog` for both: the system's queue, and the connections accepted in a row.
    listener.listen(QUEUE)
    return server, listener.getsockname()[1]


def tell_of_exhaustion_once(loop: asyncio.AbstractEventLoop) -> None:
    """Log at most once a minute that connections cannot be accepted: asyncio does each time."""
    told = float("-inf")

    def handle(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal told
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in _EXHAUSTED and "socket" in context):
            loop.default_exception_handler(context)
        elif time.monotonic() - told >= COMPLAINS_S:
            told = time.monotonic()
            log.warning(
                "No more connections can be accepted: this process has as many files open as it "
                "may. Who is inside stays. Raise the limit (LimitNOFILE, ulimit -n)."
            )

    loop.set_exception_handler(handle)
