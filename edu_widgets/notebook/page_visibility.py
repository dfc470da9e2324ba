"""Visibility of this kernel's pages, cells that run, and the delay of pages' messages.

Pages say when they are in sight and when not, and again while somebody does something there or they
are told something. That somebody looks leaves the kernel only as a yes or no. Imports no widget.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from weakref import ref

if TYPE_CHECKING:
    from edu_widgets.client.course import CourseClient

SILENT_AFTER = 180.0
"""Seconds after which a page that says nothing counts for nobody: of one that is there and at which
nobody does anything, nothing is known but that."""

_MOST = 64
_COMPARED = 8


class PageVisibility:
    """The pages of one lesson. Any thread; times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: dict[str, tuple[bool, float]] = {}
        self._seen: float | None = None

    def heard(self, page: str, *, visible: bool, now: float) -> None:
        """Note whether a page is in sight, as it says."""
        with self._lock:
            was = self._heard.pop(page, None)
            self._heard[page] = (visible, now)
            while len(self._heard) > _MOST:
                del self._heard[next(iter(self._heard))]
            if visible or (was is not None and was[0]):
                self._seen = now

    def any(self, now: float) -> bool:
        """True if there is a page, in sight or not."""
        with self._lock:
            self._forget(now)
            return bool(self._heard)

    def seen(self, now: float) -> float | None:
        """Time at which something was last in sight; None: never."""
        with self._lock:
            self._forget(now)
            if any(visible for visible, _ in self._heard.values()):
                return now
            return self._seen

    def _forget(self, now: float) -> None:
        silent = [page for page, (_, at) in self._heard.items() if now - at > SILENT_AFTER]
        for page in silent:
            del self._heard[page]


class Kernel:
    """IPython's events of the cells it runs. There is none in a script."""

    def __init__(self, shell: Any, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._running = False
        self.began = self._ended = clock()
        self._events = events = shell.events
        own = ref(self)  # the shell stays, a lesson that is left goes

        def begins(*_: object) -> None:
            if (kernel := own()) is not None:
                kernel.begins()

        def ends(*_: object) -> None:
            if (kernel := own()) is not None:
                kernel.ends()

        self._hooks = (("pre_run_cell", begins), ("post_run_cell", ends))
        for name, hook in self._hooks:
            events.register(name, hook)

    def close(self) -> None:
        """Be told nothing any more."""
        for name, hook in self._hooks:
            with contextlib.suppress(ValueError):  # closed before, or reset by the shell
                self._events.unregister(name, hook)

    def begins(self) -> None:
        """Note that a cell has begun."""
        self._running, self.began = True, self._clock()

    def ends(self) -> None:
        """Note that the cell has ended."""
        self._running, self._ended = False, self._clock()

    @property
    def running(self) -> bool:
        """True if a cell is running."""
        return self._running

    def busy_until(self, now: float) -> float:
        """Time at which a cell last ran."""
        return now if self._running else max(self.began, self._ended)


class Delays:
    """Delays of the messages of pages. Any thread; times are in seconds.

    The clocks of two computers are never compared: of a page's last messages the fastest counts as
    on time. A page tells its time by two clocks, of which one may be set and the other may stand
    still while the computer sleeps: the smaller delay counts.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._differences: OrderedDict[str, deque[tuple[float, ...]]] = OrderedDict()

    def of(self, page: str, sent: Sequence[float], now: Sequence[float]) -> float:
        """The delay of a message that `page` sent at `sent` by its clocks, `now` by ours."""
        difference = tuple(ours - theirs for ours, theirs in zip(now, sent, strict=True))
        with self._lock:
            known = self._differences.setdefault(page, deque(maxlen=_COMPARED))
            self._differences.move_to_end(page)
            known.append(difference)
            while len(self._differences) > _MOST:
                self._differences.popitem(last=False)
            fastest: list[float] = [min(by_clock) for by_clock in zip(*known, strict=True)]
        return min(now - least for now, least in zip(difference, fastest, strict=True))


_LOCK = threading.Lock()
_here: Kernel | None = None


def visibility_of(client: CourseClient) -> PageVisibility:
    """Return the visibility of the pages that show something of a client's lesson."""
    with _LOCK:
        if not isinstance(client.page_visibility, PageVisibility):
            client.page_visibility = PageVisibility()
        return client.page_visibility


def kernel_here(clock: Callable[[], float]) -> Kernel | None:
    """The kernel this runs in."""
    ipython = sys.modules.get("IPython")
    shell: Any = getattr(ipython, "get_ipython", lambda: None)()
    return Kernel(shell, clock) if getattr(shell, "kernel", None) is not None else None


def cell_is_running() -> bool:
    """Return True if a cell runs in this kernel; cells are known from the next one on."""
    global _here  # noqa: PLW0603 - one a process
    with _LOCK:
        if _here is None:
            _here = kernel_here(time.monotonic)
        return _here is not None and _here.running
