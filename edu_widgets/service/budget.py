"""Budgets of the service's work by person and by address: token buckets.

A unit is a small frame, about a tenth of a millisecond of the service. A sender whose budget is
used up is not refused: the next frames wait, unread, until they are paid for. So an honest burst
is a little slower, and a flood fills the sender's own buffers and nobody else's.
"""

import asyncio
from collections.abc import Callable, Hashable, Iterable
from typing import Protocol

from edu_widgets.protocol import Document
from edu_widgets.service.audit import Audit
from edu_widgets.service.config import Budget, ServiceConfig
from edu_widgets.service.limits import SlidingWindow
from edu_widgets.service.member import Member
from edu_widgets.service.metrics import Metrics

FRAME = 1
"""Units for any other frame: a ping, a heartbeat, an unreadable frame, a signal."""

COMMAND = 10
"""Units for a command, which is stored and sent to others."""

CATCH_UP = 20
"""Units for a catch-up or a page of history, beside its bytes."""

ASK = 20
"""Units for a question, as for one answered from memory; searches have limits of their own."""

BYTES_IN = 4 * 1024
BYTES_OUT = 8 * 1024
"""Bytes of a member's frames (`BYTES_IN`) and of documents read from the store for them
(`BYTES_OUT`) that cost one unit more."""

BLOB_BYTES = 32 * 1024
"""Bytes of a picture read for a member that cost one unit: they are passed on as they are."""

BYTES_UNPROVEN = 256
"""Bytes of an unproven client that cost one unit: a request may be as short, and many may come
in a row."""

REQUEST = 3
"""Units for an HTTP request of a client whose identity is not proven yet."""

JOIN = 7
"""Units for a join beside its request: it is stored, and perhaps announced to the class."""

ENTRY = 20
"""Units for a member's connection beside its request: others and the store hear of it."""

CONNECTION = 2
"""Units for a connection, before anything came by it."""

LEFT = 30
"""Units more for a connection that was begun and left before anything was answered by it: making
and ending it is all the work it was."""

NOTEBOOK_SHARE = 2
"""Budgets of one person that a notebook has together: its owner's, and of all who take part
through it."""

NOTICEABLE_S = 1.0
"""Seconds of waiting for a budget after which the audit trail names the person, once a minute."""


def size_of(docs: Iterable[Document]) -> int:
    """Return the bytes of documents that were read from the store."""
    return sum(len(doc.body) for doc in docs)


class Buckets:
    """Token buckets by key; `now` is a monotonic clock in seconds.

    A bucket is kept as the time at which it will be full again. Charges while it is empty wait in
    their order.
    """

    def __init__(self, budget: Budget, now: Callable[[], float]) -> None:
        self._budget = budget
        self.now = now
        self.full_at: dict[Hashable, float] = {}
        self.waited: dict[Hashable, float] = {}
        """By key: seconds waited for the bucket since it was last full."""

    def charge(self, key: Hashable, cost: float) -> float:
        """Take units from a bucket; returns the seconds to wait until they are there.

        Args:
            key: The bucket's key.
            cost: The number of units.
        """
        now = self.now()
        full_at = max(self.full_at.get(key, now), now) + cost / self._budget.rate
        self.full_at[key] = full_at
        wait = full_at - now - self._budget.burst / self._budget.rate
        if wait <= 0:
            return 0.0
        self.waited[key] = self.waited.get(key, 0.0) + wait
        return wait

    def refund(self, key: Hashable, cost: float) -> None:
        """Give back units that were charged.

        Args:
            key: The bucket's key.
            cost: The number of units.
        """
        if key in self.full_at:
            self.full_at[key] -= cost / self._budget.rate

    def sweep(self) -> None:
        """Forget the buckets that are full."""
        now = self.now()
        for key in [key for key, full_at in self.full_at.items() if full_at <= now]:
            del self.full_at[key]
            self.waited.pop(key, None)


class Payer(Protocol):
    """The person or address that pays for the work."""

    @property
    def user_id(self) -> str:
        """The person's id."""

    @property
    def voucher(self) -> str:
        """The id of the person through whose notebook they take part; "" for nobody."""


class Budgets:
    """One service's budgets: by person, by address, and by address of unproven clients."""

    def __init__(
        self, config: ServiceConfig, metrics: Metrics, audit: Audit, now: Callable[[], float]
    ) -> None:
        self._limited = config.rate_limits
        self._metrics = metrics
        self._audit = audit
        person = config.person_budget
        self.people = Buckets(person, now)
        shared = Budget(person.rate * NOTEBOOK_SHARE, person.burst * NOTEBOOK_SHARE)
        self.notebooks = Buckets(shared, now)
        """By owner."""
        self.addresses = Buckets(config.address_budget, now)
        self.guests = Buckets(config.guest_budget, now)
        self.told: SlidingWindow[str] = SlidingWindow(now)

    def charge(self, member: Member, cost: float) -> float:
        """Take units from a member; returns the seconds to wait until they are there.

        Args:
            member: The member.
            cost: The number of units.
        """
        return self.charge_as(member.identity, member.address, cost)

    def proved(self, who: Payer, address: str, cost: float) -> float:
        """Move a guest's charge to the person who has proved their identity.

        So a class that reconnects from one address is not held up by signing in.

        Args:
            who: The person.
            address: The address that was charged.
            cost: The number of units.

        Returns:
            The seconds to wait until the person's units are there.
        """
        self.guests.refund(address, cost)
        return self.charge_as(who, address, cost)

    def charge_as(self, who: Payer, address: str, cost: float) -> float:
        """Take units from a person, their notebook and their address.

        Args:
            who: The person.
            address: Their address.
            cost: The number of units.

        Returns:
            The seconds to wait until the units are there in all three.
        """
        if not self._limited:
            return 0.0
        user = who.user_id
        notebook = who.voucher or user
        own = self.people.charge(user, cost)
        shared = self.notebooks.charge(notebook, cost)
        crowd = self.addresses.charge(address, cost)
        if own or shared:
            waited = (self.people.waited.get(user, 0), self.notebooks.waited.get(notebook, 0))
            self._held_back("person", max(waited), user)
        if crowd:
            self._held_back("address", self.addresses.waited[address])
        return max(own, shared, crowd)

    async def pay(self, member: Member, cost: float) -> None:
        """Take units from a member, and wait until they are there.

        Args:
            member: The member.
            cost: The number of units.
        """
        wait = self.charge(member, cost)
        if wait:
            await asyncio.sleep(wait)

    def charge_guest(self, address: str, cost: float) -> float:
        """Take units from an address for an unproven client; returns the seconds to wait.

        Args:
            address: The client's address.
            cost: The number of units.
        """
        wait = self.guests.charge(address, cost)
        if wait:
            self._held_back("guest", self.guests.waited[address])
        return wait

    def refund_guest(self, address: str, cost: float) -> None:
        """Give back the units of a guest who has proved to be a member.

        Args:
            address: The address that was charged.
            cost: The number of units.
        """
        self.guests.refund(address, cost)

    def _held_back(self, whose: str, waited: float, user: str = "") -> None:
        self._metrics.held_back.labels(whose).inc()
        key = f"{whose} {user}"
        if waited >= NOTICEABLE_S and not self.told.admit(key, most=1, interval_ms=60_000):
            # Addresses are personal data: the trail keeps none.
            self._audit.record("HELD_BACK", budget=whose, **({"userId": user} if user else {}))

    def sweep(self) -> None:
        """Forget the buckets that are full."""
        for buckets in (self.people, self.notebooks, self.addresses, self.guests):
            buckets.sweep()
        self.told.sweep()
