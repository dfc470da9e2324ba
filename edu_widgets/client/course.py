"""One participant's client of one course, without any widget, for scripts and notebooks."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

import msgspec

from edu_widgets.client.blobs import NO_PICTURES, Blobs
from edu_widgets.client.course_connection import CourseConnection
from edu_widgets.client.runtime.blob_transfers import BlobTransfers
from edu_widgets.client.runtime.receipts import Answer, Receipt
from edu_widgets.client.sync.channel import Grant
from edu_widgets.client.sync.clock import elapsed
from edu_widgets.client.sync.commands import Command, InPlaceOf, compose
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.client.sync.outbox import REPLACED, WITHDRAWN, Outbox
from edu_widgets.client.sync.session import Session
from edu_widgets.client.transport.base import proxy_told
from edu_widgets.client.view import ClientNumbers, CourseEvent, CourseView, Person, ViewChanged
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.errors import EduWidgetsError, NotConnected, TooLate, refusal
from edu_widgets.protocol.validation import seconds

_HANDED = "It was handed to the service, and cannot be withdrawn. Delete it once it is sent."


class CourseClient(CourseConnection):
    """Documents, commands and questions of one person in one course.

    Methods may be called from any thread and return at once, but for those that say that they
    wait.
    """

    seen_as: "CourseClient | None" = None
    """The client whose pages are looked at through this one; None: its own."""

    # -- reading ---------------------------------------------------------------------------

    @property
    def base(self) -> bool:
        """True if the service is known to speak only the seed's messages."""
        pooled = self._pooled
        return pooled is not None and pooled.connection.session.dialect.name == "base"

    def features(self, channel: str) -> tuple[str, ...]:
        """Return a channel's features, if the service has named them; the view has the course's."""
        state = self._state(channel)
        return state.features if state is not None else ()

    def mirror(self, channel: str | None = None) -> Mirror:
        """Return the documents of a channel of this course; empty if it is not subscribed.

        Raises:
            ForkedProcess: this is a forked child.
        """
        self._network.check_process()
        return self._membership.mirrors.get(channel or self.channel) or Mirror()

    def commands(self, type_: str) -> list[Command]:
        """Return my commands of a type in this course that are not acknowledged, oldest first."""
        if self._outbox is None:
            return []
        mine = self._membership.mirrors
        return [c for c in self._outbox if c.type == type_ and c.channel in mine]

    def numbers(self) -> ClientNumbers:
        """Return numbers about the connection."""
        pooled = self._pooled
        if pooled is None:
            return ClientNumbers(self._current.view.state, "", None, 0, 0, "")
        session = pooled.connection.session
        return ClientNumbers(
            self._current.view.state,
            pooled.connection.transport_name,
            session.statistics.round_trip,
            self._current.view.queued,
            session.statistics.reconnects,
            pooled.storage.problem if pooled.storage is not None else "",
            proxy_told(self._target.url),
            pooled.selection.service.why_not,
            session.service_clock.now() - time.time(),
        )

    def service_now(self) -> float:
        """Return the service's time in ms since 1970, as far as it is known; any thread."""
        pooled = self._pooled
        if pooled is None:
            return time.time() * 1000
        return pooled.connection.session.service_clock.now() * 1000

    # -- waiting ---------------------------------------------------------------------------

    def caught_up(self, channel: str | None = None) -> bool:
        """Return True if the mirror holds everything up to the head of the service's last answer.

        It stays so while offline. The first frame of a catch-up is not enough: the service sends as
        many as the catch-up needs.
        """
        state = self._state(channel or self.channel)
        return state is not None and state.caught_up

    def wait_caught_up(self, *channels: str, timeout: float = 10.0) -> bool:
        """Wait until channels are caught up, at most `timeout` seconds; return True if they are.

        Raises:
            Refused, NotConnected: see `CurrentView.wait_live`.
            WouldDeadlock: called on the network thread.
        """
        names = channels or (self.channel,)

        def settled() -> bool:
            states = [self._state(name) for name in names]
            return all(s is not None and (s.caught_up or s.grant is Grant.REFUSED) for s in states)

        if not settled():
            deadline = time.monotonic() + timeout
            self._wait_live(timeout)
            self._current.wait_for(settled, max(0.0, deadline - time.monotonic()))
        return all(self.caught_up(name) for name in names)

    def wait_for(self, so: Callable[[], bool], timeout: float) -> bool:
        """Wait until an answer of the service makes `so()` true; return its last value.

        The wait is at most `timeout` seconds, and none where no answer can come: without a live
        connection, in another process, or on the network thread.
        """
        if so() or self._network.here or not self.usable or self.view().state != "live":
            return so()
        return self._current.wait_for(so, timeout)

    def wait_connected(self, timeout: float = 10.0) -> None:
        """Wait until the course is live, and its documents are caught up.

        Raises:
            Refused, NotConnected: see `CurrentView.wait_live`.
            WouldDeadlock: called on the network thread.
        """
        self._wait_live(timeout)
        if not self.base:  # a base service without a history would never answer
            self.wait_caught_up(*self._membership.mirrors, timeout=timeout)

    def _wait_live(self, timeout: float) -> None:
        self._network.check_process()
        self._network.forbid_waiting()
        timeout = seconds(timeout, "timeout")
        if self.usable:  # let earlier calls such as retry_now() happen first
            with contextlib.suppress(TimeoutError):
                self._network.run(asyncio.sleep, 0).result(timeout)
        self._current.wait_live(timeout, self.host or "The service", self.entrance)

    # -- sending ---------------------------------------------------------------------------

    def send(
        self,
        type_: str,
        data: msgspec.Struct,
        *,
        channel: str | None = None,
        id: str | None = None,  # noqa: A002
        instead: InPlaceOf | None = None,
        register: Callable[[Receipt], Callable[[], object]] | None = None,
    ) -> Receipt:
        """Hand over a command; the outbox keeps it until it is acknowledged.

        Args:
            type_: The name of a registered command.
            data: Its data.
            channel: The channel it is for; None: the course's.
            id: Its id, if that was made elsewhere (by a page).
            instead: The waiting command that it replaces, or follows if that was sent meanwhile.
            register: Gets the receipt and returns a function to run in one step with this, see
                `NetworkThread.hand_over`.

        Raises:
            OutboxFull: 500 commands or 5 MiB are waiting already.
            MessageTooLong: it would not fit into a frame.
            NotConnected: the lesson is closed.
            InvalidArgument: `id` is not valid.
            Refused: this is a base service, which has no such command.
            Forbidden: this is a base service that can only be read.
            ForkedProcess: this is a forked child.
        """
        self.check_open()
        if self._outbox is None:
            raise NotConnected(self.entrance.closed)
        command = compose(type_, data, channel or self.channel, id, _now())
        self.check_sendable(command)
        self._outbox.check_room(command.size)
        receipt = Receipt(command.id, self._network)
        first: list[Callable[[], object]] = [partial(self._outbox.arriving.append, command)]
        if register is not None:
            first.append(register(receipt))
        self._network.hand_over(first, self._submit, self._outbox, command, receipt, instead)
        return receipt

    def check_sendable(self, command: Command) -> None:
        """Check that the service takes such a command, before it is handed over.

        Raises:
            Refused: this is a base service, which has no such command.
            Forbidden: this is a base service that can only be read.
        """
        view = self._current.view
        if view.dialect == "base":
            from edu_widgets.client.dialects.base.capabilities import refuse  # noqa: PLC0415 - few need it

            refuse(command.type, command.data, readonly=view.readonly)

    def _submit(
        self, outbox: Outbox, command: Command, receipt: Receipt, instead: InPlaceOf | None
    ) -> None:
        with contextlib.suppress(ValueError):
            outbox.arriving.remove(command)
        if self._pooled is None:
            receipt.fail(NotConnected("The lesson was closed before this could be kept."))
            return
        self._receipts.expect(receipt)
        with self._pooled.connection.act() as session:
            try:
                if instead is not None:
                    before = outbox.get(instead.id)
                    data = instead.data(before, session.withdraw(instead.id, REPLACED))
                    command = compose(command.type, data, command.channel, command.id, _now())
                    outbox.check_room(command.size)
                session.submit(command)
            except EduWidgetsError as error:
                self._receipts.fail(receipt, error)

    def signal(self, type_: str, data: msgspec.Struct, *, channel: str | None = None) -> None:
        """Send a short-lived message now, or never."""
        self._in_session(lambda session: session.signal(type_, channel or self.channel, data))

    def retry(self, id: str) -> None:  # noqa: A002
        """Send a failed or held command after all."""
        self._in_session(lambda session: session.retry(id))

    def discard(self, id: str) -> None:  # noqa: A002
        """Forget a command that is not under way."""
        self._in_session(lambda session: session.discard(id))

    def withdraw(self, id: str) -> Receipt:  # noqa: A002
        """Forget one of my commands while it waits; the receipt settles on the network thread.

        It fails with `TooLate` if the command was handed to the service already, or is not there.

        Raises:
            NotConnected: the lesson is closed.
        """
        if self._closed:
            raise NotConnected(self.entrance.closed)
        receipt = Receipt(uuid7(), self._network)

        def act() -> None:
            if self._pooled is None:
                receipt.fail(NotConnected(self.entrance.closed))
                return
            with self._pooled.connection.act() as session:
                if session.withdraw(id, WITHDRAWN):
                    receipt.settle(0)
                else:
                    receipt.fail(TooLate(_HANDED, Code.TOO_LATE))

        self._network.post(act)
        return receipt

    def hurry(self, lane: str) -> None:
        """End the pause of a lane that the service has slowed down, and send at once."""
        self._in_session(lambda session: session.hurry(lane))

    def retry_now(self) -> None:
        """Try to connect at once."""
        self._in_session(lambda session: session.retry_now())

    def promise(self) -> Receipt:
        """Return a receipt for a task of several steps; the code that takes them settles it."""
        return Receipt(uuid7(), self._network)

    def _in_session(self, do: Callable[[Session], object]) -> None:
        def run() -> None:
            if self._pooled is not None:
                with self._pooled.connection.act() as session:
                    do(session)

        self._network.post(run)

    # -- asking ----------------------------------------------------------------------------

    def older(self, kind: str, limit: int = 50, *, channel: str | None = None) -> Receipt:
        """Load an older page of a kind into the mirror.

        Args:
            kind: The kind of document.
            limit: The number of documents in the page, at most.
            channel: The channel; None: the course's.

        Raises:
            NotConnected: the lesson is closed.
        """
        if self._closed:
            raise NotConnected(self.entrance.closed)
        receipt = Receipt(uuid7(), self._network)
        self._network.post(self._older, channel or self.channel, kind, limit, receipt)
        return receipt

    def _older(self, name: str, kind: str, limit: int, receipt: Receipt) -> None:
        state = self._state(name)
        if self._pooled is None or state is None:
            receipt.fail(NotConnected(self.entrance.closed))
            return
        with self._pooled.connection.act() as session:
            if not state.mirror.more(kind):
                receipt.settle(0)
            elif kind not in state.pages and not session.older(name, kind, limit):
                receipt.fail(NotConnected("Older messages cannot be fetched while offline."))
            else:
                self._receipts.expect_page(name, kind, receipt)

    def ask(self, type_: str, data: msgspec.Struct, *, channel: str | None = None) -> Answer:
        """Send the service a question, which is no command: it is sent now, or not at all.

        Raises:
            NotConnected: the lesson is closed.
        """
        if self._closed:
            raise NotConnected(self.entrance.closed)
        answer = Answer(uuid7(), self._network)
        self._network.post(self._ask, type_, channel or self.channel, data, answer)
        return answer

    def _ask(self, type_: str, name: str, data: msgspec.Struct, answer: Answer) -> None:
        if self._pooled is not None:
            with self._pooled.connection.act() as session:
                try:
                    question = session.question(type_, name, data)
                except EduWidgetsError as error:
                    answer.fail(error)
                    return
                if question is not None:
                    self._answers.expect(question, answer)
                    return
        restart = self.look().restart
        text = "The service cannot be asked while offline."
        if restart:
            text = f"The service has ended. Run {restart} to start it again."
        answer.fail(NotConnected(text))

    # -- pictures --------------------------------------------------------------------------

    @property
    def blobs(self) -> Blobs:
        """The pictures that documents name."""
        return Blobs(self)

    def keep_blob(self, channel: str, ref: BlobRef, data: bytes) -> None:
        """Keep a picture for the commands that will name it, and upload it; see `Blobs.put`.

        Raises:
            NotConnected, OutboxFull, Refused, ForkedProcess: as `Blobs.put`.
        """
        transfers = self._transfers()
        transfers.uploads.check_room(len(data))
        self._network.post(transfers.add, channel, ref.hash, data)

    def fetch_blob(self, channel: str, hash_: str) -> "Future[bytes]":
        """Fetch a picture; see `Blobs.get`.

        Raises:
            NotConnected, Refused, ForkedProcess: as `Blobs.get`.
        """
        return self._network.run(self._transfers().get, channel, hash_)

    def _transfers(self) -> BlobTransfers:
        self.check_open()
        if self._pooled is None:
            raise NotConnected(self.entrance.closed)
        if self.base:
            raise refusal(Code.UNKNOWN_TYPE, NO_PICTURES)
        return self._pooled.transfers


def _now() -> tuple[float, float]:
    """Return the system time and that of `Clock.elapsed`, in seconds."""
    return time.time(), elapsed()


__all__ = ["ClientNumbers", "CourseClient", "CourseEvent", "CourseView", "Person", "ViewChanged"]
