"""Receipts: the results of calls that return at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import msgspec

from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.errors import EduWidgetsError, NotConnected, ProtocolError
from edu_widgets.protocol.validation import seconds

if TYPE_CHECKING:
    from edu_widgets.client.runtime.threads import NetworkThread

T = TypeVar("T")

_LATE = "There was no answer within {:g} s; lesson.status() says how things stand."


class Receipt(Tidy):
    """The promise that a command will be settled: acknowledged, or refused.

    Ignore it, `.wait()` for it, or `await` it (in any event loop). A base service, one that
    speaks only the seed's messages, acknowledges nothing; there a command is settled by its echo,
    or as `unconfirmed`: it was sent over a working connection, but no echo came.
    """

    _inner: ClassVar[str] = "fail settle when_settled"

    def __init__(self, id: str, network: NetworkThread) -> None:  # noqa: A002
        self.id = id
        """The command's id."""
        self._network = network
        self._future: Future[int] = Future()
        self._confirmed = True

    def __repr__(self) -> str:
        return f"<Receipt {self.id} {self.state}>"

    def _ipython_display_(self) -> None:
        """Show nothing at the end of a cell: the command is not settled yet."""

    @property
    def state(self) -> str:
        """`pending`, `done`, `unconfirmed` or `failed`."""
        if not self._future.done():
            return "pending"
        if self._future.exception():
            return "failed"
        return "done" if self._confirmed else "unconfirmed"

    def done(self) -> bool:
        """Return True once the command is acknowledged, unconfirmed or failed."""
        return self._future.done()

    def when_settled(self, fn: Callable[[], object]) -> None:
        """Call `fn` on the network thread once the receipt is settled, or at once if it is."""
        self._future.add_done_callback(lambda _: fn())

    @property
    def error(self) -> EduWidgetsError | None:
        """The error of a failed command; None while it is pending, or if it did not fail."""
        if not self._future.done():
            return None
        error = self._future.exception()
        return error if isinstance(error, EduWidgetsError) else None

    def wait(self, timeout: float | None = 10.0) -> int:
        """Wait until the receipt is settled, at most `timeout` seconds; return the channel's seq.

        It returns for an unconfirmed command, too; `.state` tells the difference. With a base
        service without echoes this takes ten seconds: use a longer timeout there.

        Raises:
            Refused: the service refused the command.
            NotConnected: it was not settled in time; it stays in the outbox and is sent later.
            WouldDeadlock: called on the network thread.
        """
        if timeout is not None:
            timeout = seconds(timeout, "timeout")
        if not self._future.done():
            self._network.forbid_waiting()
        try:
            return self._future.result(timeout)
        except FutureTimeoutError:
            msg = (
                f"Not acknowledged within {timeout:g} s. It is kept and sent when the service is "
                "reached; lesson.status() says how things stand."
            )
            raise NotConnected(msg) from None

    def __await__(self) -> Generator[Any, None, int]:
        return self._settled().__await__()

    async def _settled(self) -> int:
        """Wait in the caller's loop; cancelling that does not withdraw the command."""
        import asyncio  # noqa: PLC0415 - a caller that awaits has imported it already

        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not waiter.done():
                waiter.set_result(None)

        def settled(_: object) -> None:
            with contextlib.suppress(RuntimeError):  # the caller's loop is closed
                loop.call_soon_threadsafe(wake)

        self._future.add_done_callback(settled)
        await waiter
        return self._future.result()

    def settle(self, seq: int, *, confirmed: bool = True) -> None:
        """Settle it as acknowledged, or as unconfirmed (network thread)."""
        if not self._future.done():
            self._confirmed = confirmed
            self._future.set_result(seq)

    def fail(self, error: EduWidgetsError) -> None:
        """Settle it as failed (network thread)."""
        if not self._future.done():
            self._future.set_exception(error)


class Answer(Receipt):
    """The promise of an answer: `.wait()`, then `.read(...)`."""

    _data = msgspec.Raw(b"null")

    def read(self, type_: type[T]) -> T:
        """Decode the answer; to be called once it is `.done()` without an `.error`.

        Raises:
            ProtocolError: the answer has another form.
        """
        try:
            return msgspec.json.decode(self._data, type=type_)
        except (msgspec.DecodeError, UnicodeError) as error:
            msg = f"The service's answer cannot be read: {error}."
            raise ProtocolError(msg) from error

    def wait(self, timeout: float | None = 10.0) -> int:
        """Wait for the answer, at most `timeout` seconds.

        Raises:
            Refused: the service refused the question.
            NotConnected: there is no connection, or no answer in time.
            WouldDeadlock: called on the network thread.
        """
        try:
            return super().wait(timeout)
        except NotConnected:
            if self.done():
                raise
            raise NotConnected(_LATE.format(timeout)) from None

    def answer(self, data: msgspec.Raw) -> None:
        """Settle it with the answer's data (network thread)."""
        self._data = data
        self.settle(0)
