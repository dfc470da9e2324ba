"""A widget's end of the wire to its pages: a stream, its lock and its timer."""

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from edu_widgets.client.runtime.listeners import Listeners
from edu_widgets.notebook.pace import MESSAGES_PER_SECOND, Pace
from edu_widgets.notebook.stream import Content, Json, Stream

_log = logging.getLogger(__name__)


class ChannelTimers(Protocol):
    """The part of a client that sends at the right time: its network thread."""

    def later(self, delay: float, fn: Callable[[], object], /) -> Callable[[], None]:
        """Run `fn` there after so many seconds; to be called there."""

    def on_network(self, fn: Callable[[], object], /) -> None:
        """Run `fn` there soon."""

    def monotonic(self) -> float:
        """Return the time that delays are measured by, in seconds."""


class PageChannel:
    """Sends to the pages of one widget. Any thread may call, unless said otherwise.

    One lock is held from reading the documents until they are handed to the comm, so that
    messages leave in the order of their numbers. What a page cannot be sent is reported once
    and never reaches the caller.
    """

    def __init__(
        self,
        content: Content,
        lesson: Callable[[], Json],
        send: Callable[[Json], None],
        timers: ChannelTimers,
        busy: Callable[[], bool] = lambda: False,
        pace: Pace | None = None,
    ) -> None:
        self._stream = Stream(content, lesson)
        self._send = send
        self._timers = timers
        self._clock = timers.monotonic
        self._busy = busy
        self._pace = pace or Pace(MESSAGES_PER_SECOND, timers.monotonic)
        self._lock = threading.RLock()
        self._cancel: Callable[[], None] | None = None
        self._armed_for = float("inf")
        self._reported = False
        self._closed = False
        self._watchers: Listeners[None] = Listeners()

    @property
    def awaited(self) -> bool:
        """True if any page has asked for a snapshot."""
        return self._stream.awaited

    def close(self) -> None:
        """Send nothing any more."""
        with self._lock:
            self._closed = True
            cancel, self._cancel = self._cancel, None
        if cancel is not None:
            self.on_network(cancel)

    def forget(self) -> None:
        """Forget all pages: send nothing until one asks."""
        with self._lock:
            self._stream.forget()

    def leave(self, page: str) -> None:
        """Forget a page that shows something else from now on."""
        with self._lock:
            self._stream.leave(page)

    # -- to one page ------------------------------------------------------------------

    def welcome(self, page: str) -> None:
        """Send a page everything, and from now on the changes."""
        self._out(lambda now: [self._stream.snapshot(page, now)])
        self.on_network(self.pump)

    def spoke(self, page: str = "") -> None:
        """Note that a page has sent something; a page that was forgotten is sent a pulse.

        Args:
            page: The page; "" for one that has asked for something.
        """
        with self._lock:
            known = self._stream.spoke(page, self._clock())
        if page and not known:
            self._out(lambda now: [self._stream.pulse(now)])
        self.on_network(self.pump)

    def send_older(self, page: str, collection: str, before: int) -> None:
        """Send a page a page of loaded older documents.

        Args:
            page: The page.
            collection: The collection.
            before: The `born` that the documents are below.
        """
        self._out(lambda now: [self._stream.older(page, collection, before, now)])

    def reply(self, message: Json) -> None:
        """Send a message that has no number: `got`, `refused`."""

        def make(now: float) -> list[Json]:
            self._stream.said(now)
            return [message]

        self._out(make)

    def signal(self, name: str, data: object, to: str = "") -> None:
        """Send a signal, which is neither numbered nor repeated.

        Args:
            name: The signal's name.
            data: Its data, as JSON.
            to: The page; "" for all.
        """
        if self.awaited:
            message: Json = {"op": "signal", "name": name, "data": data}
            self.reply(message | {"to": to} if to else message)

    def watch(self, fn: Callable[[], object]) -> Callable[[], None]:
        """Call `fn` after each change, whether or not a page is there; returns what ends it.

        It is called on the thread of the change and has to be quick.
        """
        return self._watchers.listen(lambda _: fn())

    def look_again(self) -> None:
        """Send the lesson's state if it has changed; any thread."""
        self.on_network(self.changed)

    # -- to all pages (network thread) --------------------------------------------------

    def changed(
        self,
        collection: str = "",
        ids: Iterable[str] = (),
        *,
        reset: bool = False,
        news: bool = True,
        also: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        """Send the pages changed documents, and the lesson's state if it has changed.

        Args:
            collection: The collection of the documents; "" if only the lesson's state changed.
            ids: The ids of the documents.
            reset: True if everything may have changed: pages get a snapshot.
            news: False for changes that wait a moment for more: a command that is under way is
                usually acknowledged before a page could be told that it is.
            also: Ids of documents of further collections, to go in the same batch.
        """
        with self._lock:
            if news:
                self._stream.hurry()
            else:
                self._stream.wait(self._clock())
            self._stream.touch_lesson()
            if reset:
                self._stream.reset()
            elif collection:
                self._stream.touch(collection, ids)
            for name, more in (also or {}).items():
                self._stream.touch(name, more)
        self.pump()
        self._watchers.tell(None)

    def pump(self) -> None:
        """Send what is due and set the timer for what is not."""
        if not self._pace.wait():
            self._out(lambda now: self._stream.take(now, busy=self._busy()))
        self._arm()

    def _arm(self) -> None:
        with self._lock:
            due = None if self._closed else self._stream.due()
            if due is None or due >= self._armed_for:
                return
            cancel, self._cancel = self._cancel, None
            try:
                if cancel is not None:
                    cancel()
                self._armed_for = due
                wait = max(0.0, due - self._clock(), self._pace.wait())
                self._cancel = self._timers.later(wait, self._on_timer)
            except Exception as error:  # noqa: BLE001 - the network thread may have ended
                self._armed_for = float("inf")  # the next change tries again
                self._report("A timer could not be set", error)

    def _on_timer(self) -> None:
        with self._lock:
            self._cancel = None
            self._armed_for = float("inf")
        self.pump()

    # -- sending -------------------------------------------------------------------------

    def _out(self, make: Callable[[float], list[Json]]) -> None:
        with self._lock:
            if self._closed:
                return
            try:
                for message in make(self._clock()):
                    self._send(message)
                    self._pace.spend()
            except Exception as error:  # noqa: BLE001 - one widget must not end the network thread
                self._stream.skip()
                self._report("A widget could not tell its pages what changed", error)

    def on_network(self, fn: Callable[[], object]) -> None:
        """Run `fn` on the network thread; do nothing where there is none any more."""
        try:
            self._timers.on_network(fn)
        except Exception:  # noqa: BLE001 - it has ended, or stayed with the parent of a fork
            _log.debug("The network thread cannot be reached.", exc_info=True)

    def _report(self, what: str, error: Exception) -> None:
        level = logging.DEBUG if self._reported else logging.ERROR
        self._reported = True
        _log.log(level, "%s (reported once): %r", what, error, exc_info=error)
