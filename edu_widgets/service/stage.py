"""The engine's interface to the service's part of a feature."""

from collections.abc import Callable, Collection, Coroutine, Hashable, Sequence
from typing import Any, Protocol, TypeVar

from edu_widgets.service.rules import NOBODY, Person, Rule
from edu_widgets.service.store import Matches, Searched

S = TypeVar("S")


class Stage(Protocol):
    """The engine as a feature's hooks and signals see it."""

    courses: Sequence[str]
    """The courses of this service."""

    def people(self, channel: str) -> list[Person]:
        """Return the distinct people in a channel now, leases included."""

    def connections(self, channel: str, user_id: str) -> Collection[Hashable]:
        """Return a person's connections in a channel; none while only a lease counts them.

        Args:
            channel: The channel.
            user_id: The person.
        """

    def offers(self, channel: str, feature: str) -> bool:
        """Return whether this kind of channel offers a feature.

        Args:
            channel: The channel.
            feature: The feature's name in the channel table.
        """

    def record(self, action: str, **details: str | float | None) -> None:
        """Add a record to the audit trail; it may hold no message text and no names."""

    async def commit(self, channel: str, rule: Rule, data: object, user: Person = NOBODY, /) -> int:
        """Run a rule and store its decision.

        Args:
            channel: The channel.
            rule: The rule.
            data: The data of the rule's request.
            user: The sender of the request; by default the service itself.

        Returns:
            The seq of the last change in the channel.

        Raises:
            Refused: the rule refused, or the store cannot write now (`UNAVAILABLE`).
        """

    async def search(
        self, channel: str, kind: str, matches: Matches, before: int | None, limit: int
    ) -> Searched:
        """Return the newest `limit` documents of a kind that match, as `Store.search` does."""

    def announce(
        self, channel: str, key: str, frame: Callable[[], tuple[str, object] | None]
    ) -> None:
        """Write a signal to a channel's members, at most 4 times a second.

        Args:
            channel: The channel.
            key: Signals of one key are coalesced.
            frame: Returns type and data when the signal is written; `None` for no signal.
        """

    def stream(
        self, channel: str, key: str, frame: Callable[[], tuple[str, object] | None]
    ) -> None:
        """Write a signal to a channel's members, up to 30 times a second; 10 above 100 members.

        It is for movements, as of a stroke that is being drawn.

        Args:
            channel: The channel.
            key: Signals of one key are coalesced.
            frame: Returns type and data when the signal is written; `None` for no signal.
        """

    def state(self, make: Callable[[], S]) -> S:
        """Return a feature's object in this service, made by `make` on first use."""

    def soon(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Run some work now or soon; failures are logged.

        Args:
            key: Work of one key runs at most 4 times a second.
            work: Makes the work when it is to run.
        """
