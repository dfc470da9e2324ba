"""The two threads of edu-widgets: one for the network, one for people's callbacks."""

import asyncio
import atexit
import contextlib
import logging
import os
import queue
import sys
import threading
import traceback
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from edu_widgets.protocol.errors import (
    EduWidgetsError,
    ForkedProcess,
    NotConnected,
    Unsupported,
    WouldDeadlock,
)

_log = logging.getLogger(__name__)

T = TypeVar("T")

_FAREWELL = 2.0
"""Seconds that closing may take when the process ends."""


async def _wind_up() -> None:
    """End what still runs on the loop."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_FAREWELL)


class NetworkThread:
    """A daemon thread with its own event loop; `post` is the one door into it.

    Never the user's loop, which a notebook suspends between cells, and never the main thread,
    which a cell keeps busy.
    """

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._farewells: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._thread = threading.Thread(target=self._run, name="edu-widgets-network", daemon=True)
        _all.add(self)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(_wind_up())
            self._loop.close()  # without waiting for name look-ups that still run

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop; only to be touched on its own thread."""
        return self._loop

    @property
    def alive(self) -> bool:
        """Whether the thread can still be given work (not after a fork, nor after its end)."""
        return self._pid == os.getpid() and self._thread.is_alive() and not self._loop.is_closed()

    @property
    def here(self) -> bool:
        """Whether the caller is on this thread."""
        return threading.get_ident() == self._thread.ident

    def check(self) -> None:
        """See that the door is open.

        Raises:
            ForkedProcess: this is a forked child; the connection belongs to the parent.
            NotConnected: the thread has ended.
        """
        self.check_process()
        if not self.alive:
            msg = "The network thread has ended with its process; nothing can be sent any more."
            raise NotConnected(msg)

    def check_process(self) -> None:
        """See that this is the process the thread runs in.

        Raises:
            ForkedProcess: this is a forked child; the connection belongs to the parent.
        """
        if self._pid != os.getpid():
            msg = (
                "This process was forked from one with an open lesson. The connection stays with "
                "the parent; call host(), join() or connect() here to have one of your own."
            )
            raise ForkedProcess(msg)

    def post(self, fn: Callable[..., object], *args: object) -> None:
        """Run `fn(*args)` soon on the network thread. Any thread; returns at once.

        Raises:
            ForkedProcess, NotConnected: see `check`.
        """
        self.check()
        try:
            self._loop.call_soon_threadsafe(fn, *args)
        except RuntimeError as error:
            msg = "The network thread has ended; nothing can be sent any more."
            raise NotConnected(msg) from error

    def run(self, coroutine: Coroutine[Any, Any, T]) -> "Future[T]":
        """Run a coroutine on the network thread; a future for any other thread."""
        try:
            self.check()
            return asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError as error:
            coroutine.close()
            msg = "The network thread has ended; nothing can be sent any more."
            raise NotConnected(msg) from error
        except EduWidgetsError:
            coroutine.close()
            raise

    def forbid_waiting(self) -> None:
        """Refuse to wait on this thread for this thread's own work.

        Raises:
            WouldDeadlock: the caller is on the network thread.
        """
        if self.here:
            msg = (
                "wait() on the network thread would wait for itself. Await the receipt, or wait "
                "in a callback registered with .on(...), which runs on its own thread."
            )
            raise WouldDeadlock(msg)

    def at_end(self, farewell: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a coroutine before the thread ends with its process."""
        self._farewells.append(farewell)

    def stop(self) -> None:
        """Say goodbye and end the thread; for tests and the end of the process."""
        if not self.alive or self.here:
            return
        with contextlib.suppress(Exception):
            self.run(self._say_goodbye()).result(_FAREWELL)
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_FAREWELL)

    async def _say_goodbye(self) -> None:
        farewells, self._farewells = self._farewells, []
        results = await asyncio.gather(*(f() for f in farewells), return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                _log.warning("Closing a connection failed: %r", result)


class CallbackThread:
    """Runs people's callbacks, one after the other, away from the network.

    What a callback raises is shown once for each place it was raised at, and does not stop
    the others.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[Callable[..., object], tuple[object, ...]] | None]
        self._queue = queue.SimpleQueue()
        self._seen: set[tuple[str, int, str]] = set()
        self._thread = threading.Thread(target=self._run, name="edu-widgets-callbacks", daemon=True)
        self._thread.start()

    def call(self, fn: Callable[..., object], *args: object) -> None:
        """Run `fn(*args)` after those before it."""
        self._queue.put((fn, args))

    def stop(self) -> None:
        """End after what is queued."""
        self._queue.put(None)
        if threading.get_ident() != self._thread.ident:
            self._thread.join(_FAREWELL)

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            fn, args = item
            try:
                fn(*args)
            except BaseException as error:  # noqa: BLE001 - the user's code; it may even exit
                self._show(fn, error)
            del item, fn, args

    def _show(self, fn: Callable[..., object], error: BaseException) -> None:
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = (last.filename, last.lineno or 0, type(error).__name__)
        if place in self._seen:
            return
        self._seen.add(place)
        name = getattr(fn, "__qualname__", repr(fn))
        with contextlib.suppress(Exception):  # where nobody can be told, going on counts more
            sys.stderr.write(f"The callback {name} raised (shown once):\n")
            traceback.print_exception(error.with_traceback(_without_ours(error)))


def _without_ours(error: BaseException) -> Any:
    return error.__traceback__.tb_next if error.__traceback__ else None


_all: "weakref.WeakSet[NetworkThread]" = weakref.WeakSet()
_lock = threading.Lock()
_network: NetworkThread | None = None
_callbacks: CallbackThread | None = None


def check_threads() -> None:
    """See that this Python has threads, before anything is begun that needs them.

    Raises:
        Unsupported: it has none, as in a browser, or no more can be started.
    """
    try:
        threading.Thread(target=int, name="edu-widgets-check", daemon=True).start()
    except RuntimeError:
        msg = (
            "A lesson needs threads, and this Python starts none: either it runs in a browser, as "
            "with Pyodide or JupyterLite, or too many are running. Use a Jupyter whose kernel runs "
            "on a computer."
        )
        raise Unsupported(msg) from None


def network() -> NetworkThread:
    """The network thread of this process, started at the first call."""
    global _network  # noqa: PLW0603 - one a process
    with _lock:
        if _network is None or not _network.alive:
            _network = NetworkThread()
            atexit.register(_network.stop)
        return _network


def callbacks() -> CallbackThread:
    """The callback thread of this process, started at the first call."""
    global _callbacks  # noqa: PLW0603 - one a process
    with _lock:
        if _callbacks is None:
            _callbacks = CallbackThread()
        return _callbacks


def stop_threads() -> None:
    """End both threads, as a process does at its end; the next call starts new ones."""
    global _network, _callbacks
    with _lock:
        ending, _network = _network, None
        calling, _callbacks = _callbacks, None
    if ending is not None:
        atexit.unregister(ending.stop)
        ending.stop()
    if calling is not None:
        calling.stop()


def _after_fork() -> None:
    """In a forked child: start afresh, and leave to the parent what is the parent's."""
    global _lock, _network, _callbacks  # noqa: PLW0603
    _lock = threading.Lock()
    _network = None
    _callbacks = None
    for thread in tuple(_all):
        _leave_alone(thread)


def _leave_alone(thread: NetworkThread) -> None:
    """Keep all that hangs on a thread of the parent from ever being destroyed here.

    SQLite, closed in the child, would fold up and delete the write-ahead log the parent still
    writes to, and asyncio would complain of a loop that was never closed.
    """
    import ctypes  # noqa: PLC0415 - only a forked child needs it

    with contextlib.suppress(AttributeError):  # an interpreter that counts no references
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(thread))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
