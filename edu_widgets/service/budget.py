"""How much of the service one person, or one address, may use: token buckets.

A unit is a small frame, about a tenth of a millisecond of the service. Whoever has used up theirs
is not refused: what they send next waits, unread, until it is paid for. So an honest burst is a
little slower, and a flood fills the sender's own buffers and nobody else's.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable

from edu_widgets.protocol import Document
from edu_widgets.service.audit import Audit
from edu_widgets.service.config import Budget, ServiceConfig
from edu_widgets.service.limits import SlidingWindow
from edu_widgets.service.member import Member
from edu_widgets.service.metrics import Metrics

FRAME = 1
"""Any frame: a ping, a heartbeat, one that cannot be read, a signal."""

COMMAND = 10
"""A command, which is stored and told to others."""

CATCH_UP = 20
"""A catch-up or a page of history, beside its bytes."""

ASK = 20
"""A question that is answered from memory; what a search reads is its own limit's."""

BYTES_IN = 4 * 1024
BYTES_OUT = 8 * 1024
"""How many bytes of a member's, received and read from the store, cost one unit more."""

BYTES_UNPROVEN = 256
"""The same of a stranger's: so little may be a request, of which many come in a row."""

REQUEST = 3
"""An HTTP request, from somebody who has still to prove who they are."""

JOIN = 7
"""A join beside its request: it is stored, and perhaps told to the class."""

CONNECTION = 2
"""A connection, before anything came by it."""

NOTICEABLE_S = 1.0
"""Whoever has waited so long for a budget is named in the audit trail, once a minute."""


def size_of(docs: Iterable[Document]) -> int:
    """The bytes of documents that were read from the store."""
    return sum(len(doc.body) for doc in docs)


class Buckets:
    """A token bucket by key; `now` is a monotonic clock in seconds.

    Of each is kept when it will be full again. Who comes while it is empty waits behind those who
    came before, in that order.
    """

    def __init__(self, budget: Budget, now: Callable[[], float]) -> None:
        self._budget = budget
        self._now = now
        self._full_at: dict[Hashable, float] = {}
        self.waited: dict[Hashable, float] = {}
        """Seconds that were waited for a bucket since it was full."""

    def charge(self, key: Hashable, cost: float) -> float:
        """Take `cost` units; returns the seconds to wait until they are there."""
        now = self._now()
        full_at = max(self._full_at.get(key, now), now) + cost / self._budget.rate
        self._full_at[key] = full_at
        wait = full_at - now - self._budget.burst / self._budget.rate
        if wait <= 0:
            return 0.0
        self.waited[key] = self.waited.get(key, 0.0) + wait
        return wait

    def refund(self, key: Hashable, cost: float) -> None:
        """Give back what was taken."""
        if key in self._full_at:
            self._full_at[key] -= cost / self._budget.rate

    def sweep(self) -> None:
        """Forget the buckets that are full."""
        now = self._now()
        for key in [key for key, full_at in self._full_at.items() if full_at <= now]:
            del self._full_at[key]
            self.waited.pop(key, None)


class Budgets:
    """The budgets of one service: a person's, a crowd's at one address, and a stranger's there."""

    def __init__(
        self, config: ServiceConfig, metrics: Metrics, audit: Audit, now: Callable[[], float]
    ) -> None:
        self._limited = config.rate_limits
        self._metrics = metrics
        self._audit = audit
        self._people = Buckets(config.person_budget, now)
        self._addresses = Buckets(config.address_budget, now)
        self._guests = Buckets(config.guest_budget, now)
        self._told: SlidingWindow[str] = SlidingWindow(now)

    def charge(self, member: Member, cost: float) -> float:
        """Take `cost` units from a member; returns the seconds to wait until they are there."""
        return self.charge_as(member.identity.user_id, member.address, cost)

    def proved(self, user: str, address: str, cost: float) -> float:
        """Let somebody pay themselves who has paid as a guest, and has proved who they are.

        So a class that comes back behind one address is not held up by signing in.
        """
        self._guests.refund(address, cost)
        return self.charge_as(user, address, cost)

    def charge_as(self, user: str, address: str, cost: float) -> float:
        """The same for a person somewhere, by whatever connection."""
        if not self._limited:
            return 0.0
        own = self._people.charge(user, cost)
        crowd = self._addresses.charge(address, cost)
        if own:
            self._held_back("person", self._people.waited[user], user)
        if crowd:
            self._held_back("address", self._addresses.waited[address])
        return max(own, crowd)

    async def pay(self, member: Member, cost: float) -> None:
        """Take `cost` units from a member, and wait until they are there."""
        wait = self.charge(member, cost)
        if wait:
            await asyncio.sleep(wait)

    def charge_guest(self, address: str, cost: float) -> float:
        """Take `cost` units from an address for somebody unknown; returns the seconds to wait."""
        wait = self._guests.charge(address, cost)
        if wait:
            self._held_back("guest", self._guests.waited[address])
        return wait

    def refund_guest(self, address: str, cost: float) -> None:
        """Give back what a guest paid who has proved to be a member."""
        self._guests.refund(address, cost)

    def _held_back(self, whose: str, waited: float, user: str = "") -> None:
        self._metrics.held_back.labels(whose).inc()
        key = f"{whose} {user}"
        if waited >= NOTICEABLE_S and not self._told.admit(key, most=1, interval_ms=60_000):
            # An address is nobody's to keep.
            self._audit.record("HELD_BACK", budget=whose, **({"userId": user} if user else {}))

    def sweep(self) -> None:
        """Forget those whose budgets are full."""
        for buckets in (self._people, self._addresses, self._guests):
            buckets.sweep()
        self._told.sweep()
