"""The two threads of edu-widgets: one for the network, one for users' callbacks."""

import asyncio
import atexit
import contextlib
import logging
import operator
import os
import queue
import socket
import sys
import threading
import traceback
import weakref
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar, cast

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
"""Seconds that closing may take at the end of the process."""


async def _wind_up() -> None:
    """Cancel the tasks that still run on the loop."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=_FAREWELL)


class NetworkThread:
    """A daemon thread with its own event loop; other threads use it by `post`.

    It is not the user's loop, which a notebook suspends between cells, nor the main thread, which
    a cell keeps busy.
    """

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._farewells: list[Callable[[], Coroutine[Any, Any, None]]] = []
        self._handed: deque[tuple[Callable[..., object], tuple[object, ...]]] = deque()
        self._bell, ringer = socket.socketpair()
        self._bell.setblocking(False)
        ringer.setblocking(False)
        self._ring = partial(ringer.send, b"!")
        self._ringer = ringer
        self._tasks: set[asyncio.Task[Any]] = set()
        self._begun = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="edu-widgets-network", daemon=True)
        _all.add(self)

    def start(self) -> None:
        """Start the thread, if it was not; may be called again after an interrupt."""
        if self._thread.ident is None:
            self._thread.start()

    def _run(self) -> None:
        if not self._begun.acquire(blocking=False):
            return
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.add_reader(self._bell, self._take)
        except NotImplementedError:  # the loop of Windows
            self._tasks.add(self._loop.create_task(self._listen()))
        try:
            self._loop.run_forever()
        finally:
            self._ended.set()
            self._loop.run_until_complete(_wind_up())
            for fn, args in self._handed:
                if fn == self._begin:  # or its caller would wait for ever
                    _ = cast("Future[Any]", args[0]).cancel()
            self._loop.close()  # without waiting for name look-ups that still run
            self._bell.close()
            self._ringer.close()

    async def _listen(self) -> None:
        while True:
            await self._loop.sock_recv(self._bell, 1)
            self._take()

    def _take(self) -> None:
        """Run the functions that were handed over, in order."""
        with contextlib.suppress(BlockingIOError):
            self._bell.recv(4096)
        for _ in range(len(self._handed)):
            fn, args = self._handed.popleft()
            try:
                fn(*args)
            except Exception as error:  # noqa: BLE001 - reported; the others go on
                what = f"{getattr(fn, '__qualname__', fn)} failed"
                self._loop.call_exception_handler({"message": what, "exception": error})

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop; to be used on its own thread only."""
        return self._loop

    @property
    def alive(self) -> bool:
        """True if the thread accepts work: it has not ended, and this is no forked child.

        `Thread.is_alive` is not used: before Python 3.13 an interrupt during that call marks the
        thread as ended.
        """
        return self._pid == os.getpid() and not self._ended.is_set()

    @property
    def here(self) -> bool:
        """True if the caller is on this thread."""
        return threading.get_ident() == self._thread.ident

    def check(self) -> None:
        """Check that the thread accepts work.

        Raises:
            ForkedProcess: this is a forked child; the connection belongs to the parent.
            NotConnected: the thread has ended.
        """
        if not self.alive:
            self.check_process()
            msg = "The network thread has ended with its process; nothing can be sent any more."
            raise NotConnected(msg)

    def check_process(self) -> None:
        """Check that this is the process the thread runs in.

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
        self.hand_over((), fn, *args)

    def hand_over(
        self, first: Iterable[Callable[[], object]], fn: Callable[..., object], *args: object
    ) -> None:
        """Run the functions `first`, then `post`, in one uninterruptible step.

        A cell may be interrupted between any two lines of Python. So the functions `first` must be
        implemented in C, such as `partial(list.append, things, thing)`.

        Raises:
            ForkedProcess, NotConnected: see `check`.
        """
        self.check()
        steps: list[Callable[[], object]] = [*first, partial(self._handed.append, (fn, args))]
        steps.append(self._ring)
        call: Callable[[Callable[[], object]], object] = operator.call
        try:
            deque(map(call, steps), maxlen=0)  # runs the steps without a line of Python between
        except BlockingIOError:
            pass  # the socket is full: the thread is notified already
        except OSError as error:
            msg = "The network thread has ended; nothing can be sent any more."
            raise NotConnected(msg) from error

    def run(self, fn: Callable[..., Coroutine[Any, Any, T]], *args: object) -> "Future[T]":
        """Run the coroutine `fn(*args)` on the network thread; return a future for other threads.

        Raises:
            ForkedProcess, NotConnected: see `check`.
        """
        future: Future[T] = Future()
        self.post(self._begin, future, fn, *args)
        return future

    def _begin(
        self, future: "Future[T]", fn: Callable[..., Coroutine[Any, Any, T]], *args: object
    ) -> None:
        def settle(task: asyncio.Task[T]) -> None:
            self._tasks.discard(task)
            if task.cancelled():
                future.cancel()
            elif error := task.exception():
                future.set_exception(error)
            else:
                future.set_result(task.result())

        task = self._loop.create_task(fn(*args))
        self._tasks.add(task)
        task.add_done_callback(settle)

    def forbid_waiting(self) -> None:
        """Check that the caller may wait for this thread's work.

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
        """Run the farewells and end the thread; for tests and the end of the process."""
        if not self.alive or self.here:
            return
        with contextlib.suppress(Exception):
            self.run(self._say_goodbye).result(_FAREWELL)
        with contextlib.suppress(EduWidgetsError):
            self.post(self._loop.stop)
        self._thread.join(_FAREWELL)

    async def _say_goodbye(self) -> None:
        farewells, self._farewells = self._farewells, []
        results = await asyncio.gather(*(f() for f in farewells), return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                _log.warning("Closing a connection failed: %r", result)


MAX_CALLS = 10_000
"""Most calls of callbacks that may wait."""
_TOO_SLOW = (
    "Callbacks registered with .on(…) are slower than what they are told of: %d calls wait, and "
    "further ones are left out until they are done."
)


class CallbackThread:
    """Runs users' callbacks one after the other, off the network thread.

    An exception of a callback is shown once for each line that raised it, and does not stop
    the others.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[Callable[..., object], tuple[object, ...]] | None]
        self._queue = queue.SimpleQueue()
        self._full = False
        self._seen: set[tuple[str, int, str]] = set()
        self._thread = threading.Thread(target=self._run, name="edu-widgets-callbacks", daemon=True)
        self._thread.start()

    def call(self, fn: Callable[..., object], *args: object) -> None:
        """Run `fn(*args)` after the calls before it; drop it if too many wait."""
        waiting = self._queue.qsize()
        if waiting >= MAX_CALLS:
            if not self._full:
                self._full = True
                _log.warning(_TOO_SLOW, MAX_CALLS)
            return
        self._full = self._full and waiting > 0
        self._queue.put((fn, args))

    def stop(self) -> None:
        """End the thread after the queued calls."""
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
        with contextlib.suppress(Exception):  # if stderr is unusable, the others still have to run
            sys.stderr.write(f"The callback {name} raised (shown once):\n")
            traceback.print_exception(error.with_traceback(_without_ours(error)))


def _without_ours(error: BaseException) -> Any:
    return error.__traceback__.tb_next if error.__traceback__ else None


_all: "weakref.WeakSet[NetworkThread]" = weakref.WeakSet()
_lock = threading.Lock()
_network: NetworkThread | None = None
_callbacks: CallbackThread | None = None


def check_threads() -> None:
    """Check that this Python can start threads, before they are needed.

    Raises:
        Unsupported: it has no threads, as in a browser, or cannot start more.
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
    """Return the network thread of this process, started at the first call."""
    global _network  # noqa: PLW0603 - one a process
    with _lock:
        if _network is None or not _network.alive:
            _network = NetworkThread()
            atexit.register(_network.stop)
        _network.start()
        return _network


def callbacks() -> CallbackThread:
    """Return the callback thread of this process, started at the first call."""
    global _callbacks  # noqa: PLW0603 - one a process
    with _lock:
        if _callbacks is None:
            _callbacks = CallbackThread()
        return _callbacks


def stop_threads() -> None:
    """End both threads, as at the end of the process; the next call starts new ones."""
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
    """Forget the parent's threads in a forked child, without touching their resources."""
    global _lock, _network, _callbacks  # noqa: PLW0603
    _lock = threading.Lock()
    _network = None
    _callbacks = None
    for thread in tuple(_all):
        _leave_alone(thread)


def _leave_alone(thread: NetworkThread) -> None:
    """Prevent that the parent's thread and the objects it refers to are ever destroyed here.

    SQLite, closed in the child, would check-point and delete the write-ahead log that the parent
    still writes to, and asyncio would warn about a loop that was never closed.
    """
    import ctypes  # noqa: PLC0415 - only a forked child needs it

    with contextlib.suppress(AttributeError):  # an interpreter without reference counts
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(thread))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
