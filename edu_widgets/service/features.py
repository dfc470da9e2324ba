"""The seam for features: what a feature's `service.py` hands to the engine.

A feature module has a constant `FEATURE`. The composition names modules by their dotted names,
so that no engine imports a feature.
"""

from collections.abc import Awaitable, Callable, Collection, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service.rules import NOBODY, EraseRule, Person, Rule
from edu_widgets.service.store import Committed, Matches, Searched

DEFAULT_FEATURES = (
    "edu_widgets.chat.service",
    "edu_widgets.presence.service",
    "edu_widgets.polls.service",
    "edu_widgets.notifications.service",
)


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

    def soon(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Do some work now or soon, by `key` at most 4 times a second; failures are logged."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a signal, and by which of their connections."""

    person: Person
    connection: Hashable


SignalRule = Callable[[Stage, str, Sender, Any], None]
AskRule = Callable[[Stage, str, Person, Any], Awaitable[tuple[str, object]]]
"""Answers a question with type and data of a frame; may raise `Refused`."""

StartHook = Callable[[Stage, str], Awaitable[object]]
PersonHook = Callable[[Stage, str, Person], None]
EntryHook = Callable[[Stage, str, Person], Awaitable[object]]
TickHook = Callable[[Stage, int], None]
CommitHook = Callable[[Stage, Committed], None]
TypingRule = Callable[[Stage, str, Person, int], bool]
"""Whether the others may be told that somebody types in a channel at a time (ms since 1970)."""


@dataclass(frozen=True, slots=True)
class Ask:
    """How a frame that wants an answer is answered, and the `feature` the channel has to offer.

    Without one it is answered in every channel.
    """

    answer: AskRule
    feature: str


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature's rules by command type, and its optional hooks.

    `on_start` reads what is stored in a course as the service starts, again until it succeeded.
    `on_join` and `on_leave` are called once a person and channel (after the lease), `on_tick` (one,
    or several that do not stop each other) once a second with the time in ms, `on_commit` with
    every commit once it is durable. `erase` decides what else goes with a person who is erased,
    `may_type` who is not told of as typing. `before_catch_up` is waited for, some seconds at most,
    each time a person enters a channel, before it is read for them.
    """

    name: str
    rules: Mapping[str, Rule]
    signals: Mapping[str, SignalRule] = field(default_factory=dict)
    asks: Mapping[str, Ask] = field(default_factory=dict)
    erase: EraseRule | None = None
    on_start: StartHook | None = None
    before_catch_up: EntryHook | None = None
    on_join: PersonHook | None = None
    on_leave: PersonHook | None = None
    on_tick: TickHook | Sequence[TickHook] | None = None
    on_commit: CommitHook | None = None
    may_type: TypingRule | None = None


def load(modules: Sequence[str] = DEFAULT_FEATURES) -> list[Feature]:
    """Import features by the dotted names of their modules.

    Raises:
        InvalidArgument: a module is missing or has no `FEATURE`.
    """
    features = []
    for name in modules:
        try:
            feature = import_module(name).FEATURE
        except (ImportError, AttributeError) as error:
            msg = f"{name!r} is not a feature of the service: {error}"
            raise InvalidArgument(msg) from error
        if not isinstance(feature, Feature):
            raise InvalidArgument(f"{name}.FEATURE is not a Feature.")
        features.append(feature)
    return features
