"""One person's place in one course, on the connection that this process shares.

Opening and closing, and the events of the course. What is read and sent is `CourseClient`'s.
"""

import contextlib
import json
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from types import MethodType
from typing import TypeVar
from weakref import WeakMethod

from edu_widgets.client.membership import CourseMembership
from edu_widgets.client.runtime.listeners import Listeners
from edu_widgets.client.runtime.pending_receipts import PendingAnswers, PendingReceipts
from edu_widgets.client.runtime.pool import Connections, Pool, Pooled, Settings
from edu_widgets.client.runtime.threads import CallbackThread, NetworkThread
from edu_widgets.client.sync.channel import ChannelState
from edu_widgets.client.sync.events import (
    Answered,
    ChannelChanged,
    ChannelEvent,
    CommandChanged,
    DocumentsChanged,
    FrameReceived,
    PageSettled,
    ReconnectFailed,
    SessionEvent,
    SignalReceived,
    StateChanged,
)
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.session import Session
from edu_widgets.client.transport.base import Target
from edu_widgets.client.view import (
    CourseEvent,
    CourseView,
    CurrentView,
    Entrance,
    Person,
    ViewChanged,
    look,
)
from edu_widgets.protocol.channels import course_channel
from edu_widgets.protocol.errors import ForkedProcess, NotConnected

C = TypeVar("C", bound="CourseConnection")

_CLOSE_WITHIN = 5.0


def scope(service: str, channel: str, user_id: str) -> str:
    """Return an opaque name for one person in one channel of one service."""
    return sha256(json.dumps([service, channel, user_id]).encode()).hexdigest()[:20]


class CourseConnection:
    """A course whose channels this process follows for one person.

    Methods may be called from any thread; listeners are called on the network thread and must not
    block.
    """

    viewer: str = ""
    """The viewer it is for, where several people share a kernel; "": the owner."""
    kept: Path | None = None
    """The folder of data for later kernels; None: nothing is stored."""
    company: object = None
    """The notebook's data about the people who share the kernel; opaque here."""
    page_visibility: object = None
    """The notebook's data about the pages that show the course; opaque here."""

    def __init__(  # noqa: PLR0913 - made in one place
        self,
        course: str,
        target: Target,
        me: Person,
        pool: Pool,
        network: NetworkThread,
        callbacks: CallbackThread,
        settings: Settings | None = None,
        *,
        host: str = "",
        channel: str = "",
        entrance: Entrance | None = None,
    ) -> None:
        self.course = course
        self.entrance = entrance or Entrance()
        self.host = host
        self.channel = channel or course_channel(course)
        """The channel that everybody in the course reads, as the service spells it."""
        self.invite = ""
        """The invite for students, if this kernel was told; for staff."""
        self._target = target
        self.scope = scope(target.key[0], self.channel, target.user_id)
        """The key under which data of one person in one channel of one service are stored."""
        self._membership = CourseMembership(course, self.channel, me)
        self._pool = pool
        self._network = network
        self._callbacks = callbacks
        self._settings = settings or Settings()
        self._pooled: Pooled | None = None
        self._outbox: Outbox | None = None
        self._listeners: Listeners[CourseEvent] = Listeners()
        self._receipts = PendingReceipts()
        self._answers = PendingAnswers()
        self._current = CurrentView()
        self._stop_listening: Callable[[], None] = lambda: None
        self._closed = False
        self._last_words: Listeners[None] = Listeners()

    def sibling(self, kind: type[C], me: Person, target: Target | None = None) -> C:
        """Make a client of the same course for another viewer of this kernel; it is not started.

        Args:
            kind: The class of the client.
            me: The viewer's identity.
            target: The address and token of a connection of their own; None: this one is shared.
        """
        made = kind(
            self.course,
            target or self._target,
            me,
            self._pool,
            self._network,
            self._callbacks,
            self._settings,
            host=self.host,
            channel=self.channel,
            entrance=self.entrance,
        )
        made.company = self.company
        return made

    @property
    def target(self) -> Target:
        """The address and the identity of my connection."""
        return self._target

    @property
    def connections(self) -> Connections:
        """The threads, pool and settings it uses."""
        return Connections(self._pool, self._network, self._callbacks, self._settings)

    def me(self) -> Person:
        """Return my id, name and role in the course."""
        return self._membership.me

    def view(self) -> CourseView:
        """Return the present state of the course."""
        return self._current.view

    # -- opening and closing ---------------------------------------------------------------

    def start(self) -> None:
        """Connect and subscribe; returns once the outbox is open, not once connected.

        Raises:
            NotConnected: too many connections are open.
        """
        self._network.forbid_waiting()
        self._network.run(self._start).result()

    async def _start(self) -> None:
        pooled = await self._pool.acquire(self._target, self._settings)
        if self._closed:
            await self._pool.release(self._target)
            return
        self._pooled, self._outbox = pooled, pooled.outbox
        self._stop_listening = pooled.connection.listen(self._heard)
        pooled.use(self._target)
        with pooled.connection.act() as session:
            self._membership.enter(session)
        self._update_view()

    def enter_as(self, membership: CourseMembership) -> None:
        """Take part by a membership of another kind, such as a reader's; call before `start`."""
        self._membership = membership

    def close(self) -> None:
        """Leave the course. Waiting commands stay on disk; the next session sends them."""
        if self._closed:
            return
        self._last_words.tell(None)
        try:
            closing = self._network.run(self._close)
        except (NotConnected, ForkedProcess):
            self._closed = True  # the thread has closed everything, or belongs to another process
            return
        if self._network.here:
            self._closed = True
        else:
            with contextlib.suppress(TimeoutError, CancelledError):
                closing.result(_CLOSE_WITHIN)

    async def _close(self) -> None:
        self._closed = True
        self._stop_listening()
        pooled, self._pooled = self._pooled, None
        if pooled is not None:
            with pooled.connection.act() as session:
                self._membership.leave(session)
            await self._pool.release(self._target)
        self._receipts.close(NotConnected("The lesson was closed; what waited is kept on disk."))
        self._answers.close(NotConnected(self.entrance.closed))
        self._update_view()

    def renew(
        self,
        target: Target,
        me: Person | None = None,
        *,
        host: str = "",
        entrance: Entrance | None = None,
    ) -> None:
        """Use another address or token from the next attempt to connect on; try now, if due.

        Args:
            target: The address and the token.
            me: My identity as the service has just stated it, if it was asked.
            host: The service's name in errors; "": unchanged.
            entrance: The way back into the course; None: unchanged.
        """
        if me is not None:
            self._membership.rename(me)
        self.host = host or self.host
        self.entrance = entrance or self.entrance

        def use() -> None:
            if self._pooled is not None:
                if self._pool.move(self._target, target):
                    self._target = target
                self._pooled.use(target)
                self._listeners.tell(ViewChanged(self._current.view))

        self._network.post(use)

    def before_close(self, say: Callable[[], object]) -> Callable[[], None]:
        """Call `say` when the lesson is about to be left; return a function that cancels this.

        `say` may still send.
        """
        return self._last_words.listen(lambda _: say())

    @property
    def usable(self) -> bool:
        """True if the client is open, and of this process."""
        return not self._closed and self._network.alive

    def check(self) -> None:
        """Raise `ForkedProcess` in a forked child, `NotConnected` after the thread's end."""
        self._network.check()

    def check_process(self) -> None:
        """Raise `ForkedProcess` in a forked child, whether the thread runs or has ended."""
        self._network.check_process()

    def check_open(self) -> None:
        """Check that the client is open and belongs to this process.

        Raises:
            NotConnected, ForkedProcess: it does not; the message names the call that opens another.
        """
        self._network.check()
        if self._closed:
            raise NotConnected(self.entrance.closed)

    # -- listening -------------------------------------------------------------------------

    def listen(self, listener: Callable[[CourseEvent], None]) -> Callable[[], None]:
        """Tell `listener` every event, on the network thread; return a function that ends it."""
        return self._listeners.listen(listener)

    def call_back(self, fn: Callable[..., object], *args: object) -> None:
        """Run a user's code on the callback thread, after the calls before it."""
        self._callbacks.call(fn, *args)

    def on_network(self, fn: Callable[[], object]) -> None:
        """Run `fn` soon on the network thread."""
        self._network.post(fn)

    def monotonic(self) -> float:
        """Return the time that `later` goes by, in seconds, which no step of a clock moves."""
        return time.monotonic()

    def later(self, delay: float, fn: Callable[[], object]) -> Callable[[], None]:
        """Run `fn` after `delay` seconds; call this on the network thread, where `fn` runs too.

        Waiting keeps no object alive: a method of one that is gone by then is not called.
        """
        if not isinstance(fn, MethodType):
            return self._network.loop.call_later(delay, fn).cancel
        method = WeakMethod(fn)

        def call() -> None:
            if (alive := method()) is not None:
                alive()

        return self._network.loop.call_later(delay, call).cancel

    def _heard(self, event: SessionEvent) -> None:
        match event:
            case StateChanged():
                self._update_view()
            case ReconnectFailed():
                self._listeners.tell(event)
            case CommandChanged(command):
                if command.channel in self._membership.mirrors:
                    self._receipts.command(event)
                    self._listeners.tell(event)
                self._update_view()
            case FrameReceived():
                pass  # for clients that read frames themselves
            case _ if self._pooled is not None and event.channel in self._membership.mirrors:
                self._heard_in_channel(self._pooled.connection.session, event)

    def _heard_in_channel(self, session: Session, event: ChannelEvent) -> None:
        match event:
            case ChannelChanged(channel):
                self._current.moved()
                if channel == self.channel and self._membership.answered(session):
                    self._listeners.tell(ViewChanged(self._current.view))
                self._update_view()
            case DocumentsChanged():
                self._current.moved()
                if self._membership.documented(session, event):
                    self._listeners.tell(ViewChanged(self._current.view))
                self._listeners.tell(event)
            case PageSettled():
                self._receipts.page(event)
            case Answered():
                self._answers.answered(event)
                self._current.moved()
            case SignalReceived():
                self._listeners.tell(event)

    def _state(self, channel: str) -> ChannelState | None:
        pooled = self._pooled
        return pooled.connection.session.channels.get(channel) if pooled is not None else None

    def _update_view(self) -> None:
        view = self.look()
        if self._current.show(view):
            self._listeners.tell(ViewChanged(view))

    def look(self) -> CourseView:
        """Make the view of the course from the session's state now (network thread)."""
        if self._closed or self._pooled is None:
            return CourseView("closed" if self._closed else "idle")
        session = self._pooled.connection.session
        view = look(session, session.channels.get(self.channel))
        away = view.state in {"connecting", "reconnecting", "offline"}
        if away and self.entrance.service_ended():
            return replace(view, restart=self.entrance.call)
        return view
