"""A client for messages of one's own, on the connection, outbox and threads that lessons use."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self, overload

import msgspec

from edu_widgets import configuration
from edu_widgets.client.invites import platform_target
from edu_widgets.client.runtime.pending_receipts import PendingReceipts
from edu_widgets.client.runtime.pool import Connections, Pooled
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.runtime.threads import check_threads
from edu_widgets.client.sync import events
from edu_widgets.client.sync.clock import elapsed
from edu_widgets.client.sync.commands import compose
from edu_widgets.client.transport.base import Target
from edu_widgets.connections import connections
from edu_widgets.notebook.callbacks import Callback, F
from edu_widgets.protocol import seed, uuid7
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.errors import (
    EduWidgetsError,
    InvalidArgument,
    NotConnected,
    refusal,
)
from edu_widgets.protocol.features import allowed
from edu_widgets.protocol.validation import seconds
from edu_widgets.realtime.checks import channel_name, content, not_subscribed
from edu_widgets.realtime.delivery import Delivery
from edu_widgets.realtime.followed import SubscribedChannels, told_types
from edu_widgets.realtime.messages import ClientStatus, Message, MessageStream

_CLOSED = "The client is closed. Make another RealtimeClient."
_CLOSE_WITHIN = 5.0


@dataclass(slots=True)
class _State:
    """The state that the network thread keeps."""

    pooled: Pooled | None = None
    connected: bool = False
    reason: str = ""
    stop: Callable[[], None] = lambda: None


class RealtimeClient(Tidy):
    """Messages of any type over a service's channels, in notebooks and in plain scripts.

    It shares connection, outbox, fallbacks and threads with the lessons of the same person and
    service. Methods return at once and may be called from any thread; callbacks run on the
    callback thread, one after the other.

    A service that speaks the basic messages (docs/connecting.md) gets and gives messages of any
    type. A service of edu-widgets takes those of its features, and refuses others by name.
    """

    _inner = "over"

    def __init__(
        self,
        *,
        url: str | None = None,
        token: str | Callable[[], str] | None = None,
        user_id: str | None = None,
        channels: Iterable[str] = (),
        config: Mapping[str, Any] | None = None,
    ) -> None:
        """Connect to a service; arguments that are left out come from the configuration.

        Args:
            url: The service's address, `ws(s)://` or `http(s)://`.
            token: A token, or a function that returns a fresh one.
            user_id: The person's id, as the token has it.
            channels: The names of channels to subscribe, as the service spells them.
            config: Other settings, as `edu.connect` takes them.

        Raises:
            InvalidArgument: something is missing or cannot be used; the message names it.
            NotConnected: ten connections are in use in this process already.
            Unsupported: this Python cannot start threads.
        """
        check_threads()
        words = {"url": url, "user_id": user_id}
        if not callable(token):
            words["token"] = token
        settings = configuration.load(words, config)
        for manifest in allowed(settings.edu.features):
            manifest.register()  # the types that features know are checked before they are sent
        person = settings.needed("EduWidgets.userId")
        source = token if callable(token) else settings.token_source()
        target = platform_target(settings.websocket.url, person, source)
        self._begin(target, connections(settings), channels)

    @classmethod
    def over(cls, target: Target, here: Connections, channels: Iterable[str]) -> Self:
        """Return a client over a connection that a lesson has."""
        made = cls.__new__(cls)
        cls._begin(made, target, here, channels)
        return made

    def _begin(self, target: Target, here: Connections, channels: Iterable[str]) -> None:
        names = [channel_name(name) for name in channels]
        self._target, self._here = target, here
        self._closed = False
        self._state = _State()
        self._receipts = PendingReceipts()
        self._delivery = Delivery(here.callbacks)
        self._channels = SubscribedChannels(here.network, self._told)
        here.network.forbid_waiting()
        try:
            here.network.run(self._start, names).result()
        except BaseException:
            self.close()  # interrupted: nobody has it, and it would stay for ever
            raise

    async def _start(self, names: list[str]) -> None:
        pooled = await self._here.pool.acquire(self._target, self._here.settings)
        if self._closed:
            await self._here.pool.release(self._target)
            return
        self._state.pooled = pooled
        self._state.stop = pooled.connection.listen(self._heard)
        pooled.use(self._target)
        self._channels.open(pooled, names)
        self._look(tell=False)

    def __repr__(self) -> str:
        status = "closed" if self._closed else "connected" if self._state.connected else "away"
        return f"<RealtimeClient {self._target.user_id}, {status}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Leave the channels; waiting messages stay on disk for the next client or lesson."""
        if self._closed:
            return
        self._closed = True
        self._delivery.close()
        with contextlib.suppress(EduWidgetsError, TimeoutError):
            ending = self._here.network.run(self._end)
            if not self._here.network.here:
                ending.result(_CLOSE_WITHIN)

    async def _end(self) -> None:
        self._state.stop()
        pooled, self._state.pooled = self._state.pooled, None
        if pooled is not None:
            self._channels.close()
            await self._here.pool.release(self._target)
        self._receipts.close(NotConnected("The client was closed; what waited is kept on disk."))
        self._state.connected = False

    # -- channels -------------------------------------------------------------------------

    def subscribe(self, channel: str) -> None:
        """Receive a channel's messages from now on, and over every connection to come.

        Raises:
            InvalidArgument: this cannot be a channel's name.
            NotConnected: the client is closed.
        """
        self._check()
        self._here.network.post(self._channels.subscribe, channel_name(channel))

    def unsubscribe(self, channel: str) -> None:
        """Leave a channel; one that is not subscribed is left already.

        Raises:
            NotConnected: the client is closed.
        """
        self._check()
        self._here.network.post(self._channels.unsubscribe, channel)

    def _want(self, type_: str | None) -> None:
        """Prepare for messages of a type (None: of all types) that features may make."""
        if type_ is None or type_ in told_types():
            self._here.network.post(self._channels.follow)

    def _told(self, type_: str, channel: str, data: object) -> None:
        self._delivery.message(Message(type_, channel, data, "", None), known=True)

    # -- sending --------------------------------------------------------------------------

    def send(self, channel: str, type: str, data: Mapping[str, Any]) -> Receipt:  # noqa: A002
        """Send a message; it is kept on disk until the service has it, and sent once, in order.

        Args:
            channel: A subscribed channel.
            type: The type of the message.
            data: The content: a dict of what JSON can say.

        Returns:
            The promise that it arrives. A basic service acknowledges nothing: there it is settled
            when the message comes back under its id, else as `unconfirmed` after ten seconds.

        Raises:
            InvalidArgument: type or data cannot be sent; the message says why.
            OutboxFull, MessageTooLong: there is no room for it.
            NotConnected: the client is closed.
        """
        self._check()
        pooled = self._state.pooled
        if pooled is None:
            raise NotConnected(_CLOSED)
        id_ = uuid7()
        body = content(type, data, id_)
        command = compose(type, body, channel_name(channel), id_, (time.time(), elapsed()))
        pooled.outbox.check_room(command.size)
        receipt = Receipt(command.id, self._here.network)

        def submit() -> None:
            with contextlib.suppress(ValueError):
                pooled.outbox.arriving.remove(command)
            if self._state.pooled is None:
                receipt.fail(NotConnected("The client was closed before this could be kept."))
                return
            if command.channel not in self._channels:
                receipt.fail(InvalidArgument(not_subscribed(command.channel)))
                return
            self._receipts.expect(receipt)
            with pooled.connection.act() as session:
                try:
                    session.submit(command)
                except EduWidgetsError as error:
                    self._receipts.fail(receipt, error)

        self._here.network.hand_over([lambda: pooled.outbox.arriving.append(command)], submit)
        return receipt

    # -- receiving ------------------------------------------------------------------------

    @overload
    def on(self, event: str, fn: F) -> F: ...

    @overload
    def on(self, event: str) -> Callable[[F], F]: ...

    def on(self, event: str, fn: F | None = None) -> F | Callable[[F], F]:
        """Call `fn` at each event from now on; without `fn` it is a decorator.

        Run again, a notebook's cell replaces the functions of its former run.

        Args:
            event: A type of message, as `grade_published`: `fn` gets a `Message`. `message`: each
                message of the chat. `user_joined`, `user_left`: somebody came or went; at a
                service of edu-widgets where the channel has presence. `unknown_message`: each one
                of a type that is neither basic nor listened to. `connected`: without arguments.
                `disconnected`: with the reason. `reconnect_failed`: with the number of attempts.
                `error`: with an `EduWidgetsError`.
            fn: Called on the callback thread, in order. What it raises is shown once.

        Returns:
            `fn`; `off` ends it.

        Raises:
            InvalidArgument: `fn` is not a function.
            NotConnected: the client is closed.
        """
        self._check()
        self._want(event)
        return self._delivery.functions.add(event, fn)

    def off(self, event: str | None = None, fn: Callback | None = None) -> None:
        """Call `fn` no more at `event`.

        Args:
            event: An event as for `on`; None for all events.
            fn: The function; None for all functions of the event.
        """
        self._delivery.functions.remove(event, fn)

    def messages(self, type: str | None = None) -> MessageStream:  # noqa: A002
        """Return the messages from now on, for an `async for`.

        Args:
            type: The type of the messages; None for all types.

        Raises:
            NotConnected: the client is closed.
        """
        self._check()
        self._want(type)
        return self._delivery.stream(type)

    def _heard(self, event: events.SessionEvent) -> None:
        """Tell of an event, on the network thread."""
        match event:
            case events.StateChanged():
                self._look()
            case events.ReconnectFailed(attempts):
                self._delivery.event("reconnect_failed", attempts)
            case events.CommandChanged():
                self._receipts.command(event)
            case events.FrameReceived() if not event.channel or event.channel in self._channels:
                moment = _moment(event.timestamp)
                message = Message(event.type, event.channel, event.data, event.id, moment)
                self._delivery.message(message, known=event.type in seed.TYPES)
            case events.DocumentsChanged() if (
                event.channel in self._channels and self._speaks_ours()
            ):
                for doc in event.upserted if event.live else ():
                    data = msgspec.json.decode(doc.body)
                    message = Message(doc.kind, event.channel, data, doc.id, None)
                    self._delivery.message(message, known=True)
            case events.ChannelChanged(name) if name in self._channels:
                self._refused(name)
            case _:
                pass
        self._channels.heard(event)

    def _speaks_ours(self) -> bool:
        pooled = self._state.pooled
        return pooled is not None and pooled.connection.session.dialect.name == "ours"

    def _refused(self, name: str) -> None:
        pooled = self._state.pooled
        state = pooled.connection.session.channels.get(name) if pooled is not None else None
        if state is not None and state.code:
            self._delivery.event("error", refusal(state.code, f"{name}: {state.reason}"))

    def _look(self, *, tell: bool = True) -> None:
        pooled = self._state.pooled
        if pooled is None:
            return
        session = pooled.connection.session
        before, now = self._state.connected, session.state is events.State.CONNECTED
        self._state.connected, self._state.reason = now, session.reason
        if now and not before:
            self._delivery.event("connected")
        elif before and not now:
            self._delivery.event("disconnected", session.reason)
        if tell and session.state is events.State.STOPPED:
            self._delivery.event("error", refusal(session.code, session.reason))

    # -- looking --------------------------------------------------------------------------

    def status(self) -> ClientStatus:
        """Return the state of the connection."""
        pooled = self._state.pooled
        if pooled is None:
            return ClientStatus(False, (), 0, 0, "")
        session = pooled.connection.session
        return ClientStatus(
            self._state.connected,
            self._channels.names(),
            session.attempts,
            session.outbox.waiting,
            pooled.connection.transport_name,
        )

    def wait_connected(self, timeout: float = 10.0) -> Self:
        """Wait until the connection is up, at most `timeout` seconds.

        Raises:
            NotConnected: it was not reached in time; trying goes on.
            WouldDeadlock: called on the network thread.
        """
        self._check()
        self._here.network.forbid_waiting()
        limit = time.monotonic() + seconds(timeout, "timeout")
        while not self._state.connected:
            if time.monotonic() > limit:
                why = f" {self._state.reason}" if self._state.reason else ""
                msg = f"Not connected within {timeout:g} s.{why} Trying goes on."
                raise NotConnected(msg)
            time.sleep(0.01)
        return self

    def _check(self) -> None:
        self._here.network.check()
        if self._closed:
            raise NotConnected(_CLOSED)


def _moment(stamp: int | None) -> datetime | None:
    try:
        return None if stamp is None else datetime.fromtimestamp(stamp / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
