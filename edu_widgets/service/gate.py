"""Between the sockets and aiohttp: who may connect, and how fast anything is read.

aiohttp's protocol is given each connection through a `Gate`, which is an asyncio protocol of its
own and passes everything on. It sees all bytes, also those of headers, pipelined requests, control
frames and messages that never end, and stops reading while they are not paid for. Connections of
which nobody has proved whose they are have a number: when there are too many, the oldest that
waits for something goes, of the address that has most.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Protocol

from aiohttp import web

from edu_widgets.service.budget import BYTES_IN, BYTES_UNPROVEN, CONNECTION, LEFT, Budgets
from edu_widgets.service.held_transport import HeldTransport
from edu_widgets.service.metrics import Metrics

HEAD_S = 10.0
"""Seconds in which the first request of a connection has to be there to its empty line."""

MOST_WAITING = 64
"""Unproven connections of one address while it has no budget."""

ANSWER_S = 15.0
"""Seconds in which something of an answer has to be taken, or the connection is cut."""

_BUDGET, _ANSWERS, _REQUEST = "budget", "answers", "request"
"""Reasons to read nothing: an empty budget, answers not taken, a request being answered."""

Charge = Callable[[float], float]
"""Takes units; returns the seconds to wait until they are there."""


class Writing(Protocol):
    """The writer of a proven connection."""

    def paused(self) -> None:
        """More waits to be sent than the transport's limit."""

    def resumed(self) -> None:
        """No more than its lower limit waits to be sent."""

    def shut(self) -> None:
        """The connection is lost."""


class Gates:
    """All connections of a service."""

    def __init__(
        self,
        budgets: Budgets,
        metrics: Metrics,
        *,
        most: int,
        most_unproven: int,
        is_proxy: Callable[[str], bool],
    ) -> None:
        self.budgets = budgets
        self._metrics = metrics
        self._most = most
        self._most_unproven = most_unproven
        self._is_proxy = is_proxy
        self._open = 0
        self.unproven: dict[Gate, None] = {}
        self._by_address: Counter[str] = Counter()

    def opened(self, gate: "Gate", *, waits: bool) -> bool:
        """Count a new connection; false if there is no room for it.

        At an address that has used up its budget (`waits`), only a few wait. Who has had their
        turn there and said nothing makes room for who comes.
        """
        if waits and self._by_address[gate.address] >= MOST_WAITING:
            self._metrics.turned_away.inc()
            mine = (other for other in self.unproven if other.address == gate.address)
            silent = next((other for other in mine if other.is_silent), None)
            if silent is None:
                return False
            silent.end()
        if self._open >= self._most or len(self.unproven) >= self._most_unproven:
            self._metrics.turned_away.inc()
            oldest = self._idle()
            if oldest is None:
                return False
            oldest.end()
        self._open += 1
        self.unproven[gate] = None
        self._by_address[gate.address] += 1
        return True

    def proved(self, gate: "Gate") -> None:
        """Count a connection as unproven no more, since it is known whose it is."""
        if gate in self.unproven:
            del self.unproven[gate]
            self._by_address[gate.address] -= 1
            if not self._by_address[gate.address]:
                del self._by_address[gate.address]

    def unproved(self, gate: "Gate") -> None:
        """Count a connection as unproven again, since its next request may be somebody else's."""
        self.unproven[gate] = None
        self._by_address[gate.address] += 1

    def closed(self, gate: "Gate") -> None:
        """A connection that was counted is over."""
        self.proved(gate)
        self._open -= 1

    def charge_of(self, address: str) -> Charge:
        """Return the budget that pays for the bytes of an unproven connection of an address.

        A proxy's is everybody's; its requests are paid by whom it tells of.
        """
        if self._is_proxy(address):
            return _free
        return lambda cost: self.budgets.charge_guest(address, cost)

    def _idle(self) -> "Gate | None":
        for address, _ in self._by_address.most_common():
            for gate in self.unproven:
                if gate.address == address and not gate.busy:
                    return gate
        return None


class Gate(asyncio.Protocol):
    """One connection, in front of aiohttp's protocol for it."""

    def __init__(self, inner: Callable[[], asyncio.Protocol], gates: Gates) -> None:
        """Make the gate of a connection; `inner` makes aiohttp's protocol for it."""
        self.address = ""
        self.busy = 0
        """Requests that are being answered."""
        self._make_inner = inner
        self._inner: asyncio.Protocol | None = None
        self._gates = gates
        self._loop = asyncio.get_running_loop()
        self._transport: GatedTransport | None = None
        self._charge: Charge = _free
        self._bytes = BYTES_UNPROVEN
        self._paid = 0.0
        """Units that the address has paid for bytes."""
        self._writing: Writing | None = None
        self._answered = False
        """True once a request was answered, or it is known whose the connection is."""
        self._mute = False
        self._timer: asyncio.TimerHandle | None = None
        self._looking: asyncio.TimerHandle | None = None

    @property
    def is_silent(self) -> bool:
        """True if it is read from, and its first request has not come."""
        return self._inner is not None and self._timer is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let a connection in, or end it at once."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - of a stream server
        self.address = str((transport.get_extra_info("peername") or ("",))[0])
        self._charge = self._gates.charge_of(self.address)
        wait = self._charge(CONNECTION)
        if not self._gates.opened(self, waits=wait > 0):
            transport.abort()
            return
        self._transport = GatedTransport(transport, self)
        if not wait:
            self._begin()
            return
        self._transport.hold(_BUDGET)
        self._timer = self._loop.call_later(wait, self._begin_late)

    def _begin_late(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._begin()
            self._transport.release(_BUDGET)

    def _begin(self) -> None:
        assert self._transport is not None  # noqa: S101 - it is made
        self._timer = self._loop.call_later(HEAD_S, self.end)
        self._inner = self._make_inner()
        self._inner.connection_made(self._transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass the end of a connection on."""
        if self._transport is not None:
            self._wait_for_nothing()
            self._look_no_more()
            self._gates.closed(self)
        if self._writing is not None:
            self._writing.shut()
        if self._inner is not None:
            if not self._answered:
                self._charge(LEFT)
            self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass bytes on, and read no more before they are paid for."""
        if self._mute:
            self.end()
            return
        cost = len(data) / self._bytes
        self._paid += cost
        self._pay(cost)
        if self._inner is not None:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass on that the other side sends no more."""
        return self._inner.eof_received() if self._inner is not None else None

    def pause_writing(self) -> None:
        """Pass on that much waits to be sent; of requests no more are read meanwhile."""
        if self._inner is not None:
            self._inner.pause_writing()
        if self._writing is not None:
            self._writing.paused()
        elif self._transport is not None:
            self._transport.hold(_ANSWERS)
            self.look()

    def resume_writing(self) -> None:
        """Pass on that little waits to be sent."""
        if self._inner is not None:
            self._inner.resume_writing()
        if self._writing is not None:
            self._writing.resumed()
        if self._transport is not None:
            self._look_no_more()
            self._transport.release(_ANSWERS)

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """A request is being answered: the connection does not wait for anything."""
        self._wait_for_nothing()
        self.busy += 1
        try:
            yield
        finally:
            self.busy -= 1
            self._answered = True

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """While a request is answered: its body has still to come, so it waits for that."""
        self.busy -= 1
        try:
            yield
        finally:
            self.busy += 1

    def prove(self, charge: Charge, paid: float, writing: Writing, *, mute: bool = False) -> None:
        """Let a member pay for a connection from now on, which is known to be theirs.

        Args:
            charge: Takes units of theirs.
            paid: Units of the address that are given back, beside those of the connection and
                its bytes.
            writing: Is told of what waits to be sent, and when the connection is over.
            mute: Whether the other side has nothing more to say; it is cut if it does.
        """
        self._writing = writing
        self._answered = True
        self._mute = mute
        self._belong_to(charge, CONNECTION + paid)

    @contextlib.contextmanager
    def lent(self, charge: Charge) -> Iterator[None]:
        """While a member's request is answered, the connection is theirs, and they pay.

        Behind a proxy the next request may be somebody else's.
        """
        before = self._charge
        self._belong_to(charge)
        try:
            yield
        finally:
            self._charge, self._bytes, self._paid = before, BYTES_UNPROVEN, 0.0
            if self._transport is not None and not self._transport.is_closing():
                self._gates.unproved(self)

    def _belong_to(self, charge: Charge, paid: float = 0.0) -> None:
        """Let a member pay for what has come so far and will come; their address gets it back."""
        self._gates.proved(self)
        self._gates.budgets.refund_guest(self.address, self._paid + paid)
        charge(self._paid * self._bytes / BYTES_IN)
        self._charge, self._bytes = charge, BYTES_IN

    @contextlib.contextmanager
    def deaf(self) -> Iterator[None]:
        """While an answer takes its time, nothing more is read."""
        assert self._transport is not None  # noqa: S101 - a request has come by it
        self._transport.hold(_REQUEST)
        try:
            yield
        finally:
            self._transport.release(_REQUEST)

    def end(self) -> None:
        """Cut the connection."""
        self._gates.proved(self)
        if self._transport is not None:
            self._transport.abort()

    def look(self, before: int | None = None) -> None:
        """Cut the connection once nothing of what waits to be sent is taken any more.

        Args:
            before: Bytes that waited at the last look; None: this is the first one.
        """
        assert self._transport is not None  # noqa: S101 - something was written to it
        left = self._transport.get_write_buffer_size()
        self._look_no_more()
        if before is not None and left >= before:
            self.end()
        else:
            self._looking = self._loop.call_later(ANSWER_S, self.look, left)

    def _look_no_more(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def _wait_for_nothing(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _pay(self, cost: float) -> None:
        wait = self._charge(cost)
        if wait and self._transport is not None:
            self._transport.hold(_BUDGET)
            self._loop.call_later(wait, self._transport.release, _BUDGET)


class GatedTransport(HeldTransport):
    """The transport of a connection that has come through a gate."""

    def __init__(self, real: asyncio.Transport, gate: Gate) -> None:
        super().__init__(real)
        self.gate = gate

    def close(self) -> None:
        """Close it once all is written, or nothing of it is taken any more."""
        super().close()
        self.gate.look()


def gate_of(request: web.BaseRequest) -> Gate | None:
    """The gate a request came by; none where the application runs without one."""
    transport = request.transport
    return transport.gate if isinstance(transport, GatedTransport) else None


def _free(_cost: float) -> float:
    return 0.0
