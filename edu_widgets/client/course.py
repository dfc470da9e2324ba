"""One participant's view of one course, without any widget: the same in scripts and notebooks."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from edu_widgets.client.channel import ChannelState, Grant
from edu_widgets.client.events import (
    ChannelChanged,
    CommandChanged,
    DocumentsChanged,
    ReconnectFailed,
    SessionEvent,
    SignalReceived,
    State,
    StateChanged,
)
from edu_widgets.client.mirror import Mirror
from edu_widgets.client.network import CallbackThread, NetworkThread
from edu_widgets.client.outbox import Command, Outbox, in_order
from edu_widgets.client.pool import Pool, Pooled, Settings
from edu_widgets.client.receipts import Receipt
from edu_widgets.client.transport import Target
from edu_widgets.protocol import REGISTRY, meaning, uuid7
from edu_widgets.protocol.channels import STAFF_ROLES, course_channel, staff_channel, user_channel
from edu_widgets.protocol.errors import EduWidgetsError, NotConnected, refusal


@dataclass(frozen=True, slots=True)
class Person:
    """Someone in a course."""

    user_id: str
    name: str
    role: str = "student"

    @property
    def is_staff(self) -> bool:
        """Whether they may see what only instructors see."""
        return self.role in STAFF_ROLES


@dataclass(frozen=True, slots=True)
class CourseView:
    """How things stand, as every view shows it.

    `state`: idle, connecting, live, reconnecting, offline, stopped or closed. `next_try` is in
    ms since 1970. `queued` counts what is kept and will be sent.
    """

    state: str = "idle"
    code: int = 0
    reason: str = ""
    next_try: int | None = None
    queued: int = 0
    online: int | None = None
    readonly: bool = False
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ViewChanged:
    """The view of the course changed."""

    view: CourseView


CourseEvent = ViewChanged | DocumentsChanged | CommandChanged | SignalReceived | ReconnectFailed


@dataclass(frozen=True, slots=True)
class ClientNumbers:
    """Numbers about the connection, for `lesson.status()`."""

    state: str
    transport: str
    round_trip: float | None
    queued: int
    reconnects: int
    problem: str


class CourseClient:
    """Channels, commands and events of one person in one course.

    Methods may be called from any thread and return at once; listeners are called on the
    network thread and must not block.
    """

    def __init__(
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
    ) -> None:
        self.course = course
        self.host = host
        self.channel = course_channel(course)
        self._target = target
        self._me = me
        self._pool = pool
        self._network = network
        self._callbacks = callbacks
        self._settings = settings or Settings()
        self._pooled: Pooled | None = None
        self._outbox: Outbox | None = None
        self._mirrors: dict[str, Mirror] = {}
        self._listeners: list[Callable[[CourseEvent], None]] = []
        self._receipts: dict[str, Receipt] = {}
        self._pages: dict[str, list[Receipt]] = {}
        self._view = CourseView()
        self._view_changed = threading.Condition()
        self._stop_listening: Callable[[], None] = lambda: None
        self._closed = False

    # -- life -------------------------------------------------------------------------

    def start(self) -> None:
        """Connect and subscribe; returns once the outbox is open, not once connected.

        Raises:
            NotConnected: too many connections are open.
        """
        self._network.forbid_waiting()
        self._network.run(self._start()).result()

    async def _start(self) -> None:
        pooled = await self._pool.acquire(self._target, self._settings)
        self._pooled, self._outbox = pooled, pooled.outbox
        self._stop_listening = pooled.connection.listen(self._heard)
        for name in (self.channel, user_channel(self.course, self._me.user_id)):
            self._subscribe(name)
        if self._me.is_staff:
            self._subscribe(staff_channel(self.course))
        pooled.connection.changed()
        self._update_view()

    def _subscribe(self, name: str) -> None:
        if self._pooled is not None:
            state = self._pooled.connection.session.subscribe(name)
            self._mirrors[name] = state.mirror

    def close(self) -> None:
        """Leave. What waits in the outbox stays on disk and is sent by the next session."""
        if self._closed:
            return
        self._closed = True
        if self._network.alive:
            closing = self._network.run(self._close())
            if not self._network.here:
                with contextlib.suppress(TimeoutError):
                    closing.result(5.0)

    async def _close(self) -> None:
        self._stop_listening()
        if self._pooled is not None:
            session = self._pooled.connection.session
            for name in self._mirrors:
                session.unsubscribe(name)
            self._pooled.connection.changed()
        await self._pool.release(self._target)
        error = NotConnected("The lesson was closed; what waited is kept on disk.")
        for receipt in [*self._receipts.values(), *(r for rs in self._pages.values() for r in rs)]:
            receipt.fail(error)
        self._receipts.clear()
        self._pages.clear()
        self._pooled = None
        self._update_view()

    @property
    def usable(self) -> bool:
        """Whether it is open, and in this process."""
        return not self._closed and self._network.alive

    def check(self) -> None:
        """See that this process may use it.

        Raises:
            ForkedProcess: this is a forked child.
        """
        self._network.check()

    # -- reading ------------------------------------------------------------------------

    def me(self) -> Person:
        """Who I am here."""
        return self._me

    def view(self) -> CourseView:
        """How things stand."""
        return self._view

    def mirror(self, channel: str | None = None) -> Mirror:
        """The documents of a channel of this course; empty if it is not subscribed."""
        return self._mirrors.get(channel or self.channel) or Mirror()

    def commands(self, type_: str) -> list[Command]:
        """One's own commands of a type in this course that are not acknowledged, oldest first."""
        if self._outbox is None:
            return []
        return in_order(c for c in self._outbox if c.type == type_ and c.channel in self._mirrors)

    def numbers(self) -> ClientNumbers:
        """Numbers about the connection."""
        pooled = self._pooled
        if pooled is None:
            return ClientNumbers(self._view.state, "", None, 0, 0, "")
        statistics = pooled.connection.session.statistics
        problem = pooled.storage.problem if pooled.storage is not None else ""
        return ClientNumbers(
            self._view.state,
            pooled.connection.transport_name,
            statistics.round_trip,
            self._view.queued,
            statistics.reconnects,
            problem,
        )

    def wait_connected(self, timeout: float = 10.0) -> None:
        """Wait until the course is live.

        Raises:
            Refused: the service said no.
            NotConnected: it was not reached within `timeout` seconds, or the lesson is closed.
            WouldDeadlock: called on the network thread.
        """
        self._network.forbid_waiting()
        deadline = time.monotonic() + timeout
        with self._view_changed:
            while self._view.state != "live":
                view = self._view
                if view.state == "stopped":
                    raise refusal(view.code, f"{view.reason or meaning(view.code)}")
                left = deadline - time.monotonic()
                if view.state == "closed" or left <= 0:
                    msg = (
                        f"{self.host or 'The service'} was not reached within {timeout:g} s: "
                        f"{view.reason or view.state}. Trying goes on in the background."
                    )
                    raise NotConnected(msg)
                self._view_changed.wait(left)

    # -- sending -------------------------------------------------------------------------

    def send(
        self,
        type_: str,
        data: msgspec.Struct,
        *,
        channel: str | None = None,
        id: str | None = None,  # noqa: A002
    ) -> Receipt:
        """Hand over a command; it is kept until acknowledged.

        `type_` is a registered command; `id` is given where it was made elsewhere (a page).

        Raises:
            OutboxFull: 500 commands or 5 MiB are waiting already.
            MessageTooLong: it would not fit into a frame.
            NotConnected: the lesson is closed.
            ForkedProcess: this is a forked child.
        """
        self._network.check()
        if self._closed or self._outbox is None:
            msg = "The lesson is closed. Run host(), join() or connect() again."
            raise NotConnected(msg)
        kind = REGISTRY.commands[type_]
        raw = msgspec.Raw(msgspec.json.encode(data))
        key = getattr(data, "outbox_key", None)
        command = Command(
            id or uuid7(),
            type_,
            channel or self.channel,
            raw,
            kind.lane,
            int(time.time() * 1000),
            key() if kind.latest and callable(key) else None,
        )
        self._outbox.reserve(command.size)
        receipt = Receipt(command.id, self._network)
        self._network.post(self._submit, command, receipt)
        return receipt

    def _submit(self, command: Command, receipt: Receipt) -> None:
        if self._pooled is None:
            receipt.fail(NotConnected("The lesson was closed before this could be kept."))
            return
        self._receipts[command.id] = receipt
        try:
            self._pooled.connection.session.submit(command)
        except EduWidgetsError as error:
            del self._receipts[command.id]
            receipt.fail(error)
        self._pooled.connection.changed()

    def signal(self, type_: str, data: msgspec.Struct, *, channel: str | None = None) -> None:
        """Send something short-lived now, or never."""
        self._in_session(
            lambda s: s.connection.session.signal(type_, channel or self.channel, data)
        )

    def retry(self, id: str) -> None:  # noqa: A002
        """Send a failed or held command after all."""
        self._in_session(lambda p: p.connection.session.retry(id))

    def discard(self, id: str) -> None:  # noqa: A002
        """Forget a command that is not under way."""
        self._in_session(lambda p: p.connection.session.discard(id))

    def retry_now(self) -> None:
        """Try to connect at once."""
        self._in_session(lambda p: p.connection.session.retry_now())

    def older(self, kind: str, limit: int = 50, *, channel: str | None = None) -> Receipt:
        """Load an older page of a kind into the mirror."""
        receipt = Receipt(uuid7(), self._network)
        self._network.post(self._older, channel or self.channel, kind, limit, receipt)
        return receipt

    def _older(self, name: str, kind: str, limit: int, receipt: Receipt) -> None:
        session = self._pooled.connection.session if self._pooled is not None else None
        state = session.channels.get(name) if session is not None else None
        if session is None or state is None:
            receipt.fail(NotConnected("The lesson is closed."))
            return
        if not state.mirror.more(kind):
            receipt.settle(0)
            return
        if kind not in state.pages and not session.older(name, kind, limit):
            receipt.fail(NotConnected("Older messages cannot be fetched while offline."))
            return
        self._pages.setdefault(f"{name} {kind}", []).append(receipt)
        if self._pooled is not None:
            self._pooled.connection.changed()

    def _in_session(self, act: Callable[[Pooled], object]) -> None:
        def run() -> None:
            if self._pooled is not None:
                act(self._pooled)
                self._pooled.connection.changed()

        self._network.post(run)

    # -- listening ---------------------------------------------------------------------------

    def listen(self, listener: Callable[[CourseEvent], None]) -> Callable[[], None]:
        """Tell `listener` every event, on the network thread; returns what ends it."""
        self._listeners.append(listener)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    def call_back(self, fn: Callable[..., object], *args: object) -> None:
        """Run a user's code on the callback thread, after what came before."""
        self._callbacks.call(fn, *args)

    def on_network(self, fn: Callable[[], object]) -> None:
        """Run `fn` soon on the network thread."""
        self._network.post(fn)

    def later(self, delay: float, fn: Callable[[], object]) -> Callable[[], None]:
        """Run `fn` on the network thread after `delay` seconds; to be called there too."""
        return self._network.loop.call_later(delay, fn).cancel

    def _heard(self, event: SessionEvent) -> None:  # noqa: C901 - one line an event
        match event:
            case StateChanged():
                self._update_view()
            case ChannelChanged(channel):
                if channel in self._mirrors:
                    self._settle_pages(channel)
                    self._follow_role(channel)
                    self._update_view()
            case DocumentsChanged(channel):
                if channel in self._mirrors:
                    self._tell(event)
            case CommandChanged(command, gone):
                if command.channel in self._mirrors:
                    self._settle(command, gone=gone)
                    self._tell(event)
                self._update_view()
            case SignalReceived(_, channel):
                if channel in self._mirrors:
                    self._tell(event)
            case ReconnectFailed():
                self._tell(event)

    def _tell(self, event: CourseEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)

    def _settle(self, command: Command, *, gone: bool) -> None:
        receipt = self._receipts.get(command.id)
        if receipt is None:
            return
        if gone and command.state == "sent":
            receipt.settle(self._mirrors[command.channel].cursor.seq)
        elif gone:
            receipt.fail(NotConnected("It was discarded before it was sent."))
        elif command.state == "failed":
            receipt.fail(refusal(command.code, command.error))
        else:
            return
        del self._receipts[command.id]

    def _settle_pages(self, channel: str) -> None:
        states = self._pooled.connection.session.channels if self._pooled is not None else {}
        state = states.get(channel)
        for key in [k for k in self._pages if k.startswith(f"{channel} ")]:
            kind = key.rpartition(" ")[2]
            if state is None or kind not in state.pages:
                for receipt in self._pages.pop(key):
                    receipt.settle(0)

    def _follow_role(self, channel: str) -> None:
        """What the service says we are is what we are."""
        state = self._state(channel)
        if channel != self.channel or state is None or state.grant is not Grant.GRANTED:
            return
        name = state.user_name or self._me.name
        self._me = Person(self._me.user_id, name, state.role or self._me.role)
        staff = staff_channel(self.course)
        if self._me.is_staff and staff not in self._mirrors:
            self._subscribe(staff)

    def _state(self, channel: str) -> ChannelState | None:
        if self._pooled is None:
            return None
        return self._pooled.connection.session.channels.get(channel)

    def _update_view(self) -> None:
        view = self._look()
        if view == self._view:
            return
        with self._view_changed:
            self._view = view
            self._view_changed.notify_all()
        self._tell(ViewChanged(view))

    def _look(self) -> CourseView:
        if self._closed or self._pooled is None:
            return CourseView("closed" if self._closed else "idle")
        session = self._pooled.connection.session
        queued = session.outbox.waiting
        state = session.channels.get(self.channel)
        if state is None or session.state is not State.CONNECTED:
            name = "idle" if session.state is State.IDLE else session.state.value
            online = None
            return CourseView(
                name, session.code, session.reason, session.next_try(), queued, online,
                features=state.features if state is not None else (),
            )  # fmt: skip
        if state.grant is Grant.REFUSED:
            return CourseView("stopped", state.code, state.reason, None, queued)
        live = state.grant is Grant.GRANTED or session.statistics.reconnects > 0
        return CourseView(
            "live" if live else "connecting",
            queued=queued,
            online=state.people,
            features=state.features,
        )
