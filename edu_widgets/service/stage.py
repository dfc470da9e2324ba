"""What the engine offers to the service's part of a feature."""

from collections.abc import Callable, Collection, Coroutine, Hashable, Sequence
from typing import Any, Protocol, TypeVar

from edu_widgets.service.rules import NOBODY, Person, Rule
from edu_widgets.service.store import Matches, Searched

S = TypeVar("S")


class Stage(Protocol):
    """What the engine offers to a feature's hooks and signals."""

    courses: Sequence[str]
    """The courses of this service."""

    def people(self, channel: str) -> list[Person]:
        """The distinct people who are in a channel now, leases included."""

    def connections(self, channel: str, user_id: str) -> Collection[Hashable]:
        """The connections by which a person is in a channel; none while only leased."""

    def offers(self, channel: str, feature: str) -> bool:
        """Whether this kind of channel offers a feature."""

    def record(self, action: str, **details: str | float | None) -> None:
        """Add a record to the audit trail: no text, no names."""

    async def commit(self, channel: str, rule: Rule, data: object, user: Person = NOBODY, /) -> int:
        """Run a rule, as the service itself where nobody asked for it.

        Returns the channel's seq of its last change.

        Raises:
            Refused: the rule refused, or the store cannot write now (`UNAVAILABLE`).
        """

    async def search(
        self, channel: str, kind: str, matches: Matches, before: int | None, limit: int
    ) -> Searched:
        """The newest `limit` documents of a kind that match, as `Store.search`."""

    def announce(
        self, channel: str, key: str, frame: Callable[[], tuple[str, object] | None]
    ) -> None:
        """Write a signal to a channel's members, coalesced by `key` to 4 frames a second.

        `frame` gives type and data when it is written, `None` for nothing to say.
        """

    def state(self, make: Callable[[], S]) -> S:
        """A feature's object of this service; made by `make` when it is asked for first."""

    def soon(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Do some work now or soon, by `key` at most 4 times a second; failures are logged."""
