"""Calls of the features' hooks: a failure is logged, and stops nothing else."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from edu_widgets.service.features import Feature
from edu_widgets.service.rules import Person
from edu_widgets.service.stage import Stage
from edu_widgets.service.store import Committed
from edu_widgets.service.supervisor import Supervisor
from edu_widgets.service.timers import Timers, Watching

HOOK_S = 5.0
"""Seconds for which a feature may delay a person's entry into a channel."""

_HOOK = "A feature's hook ({})"


class Hooks:
    """The hooks, watches and timers of a service's features."""

    def __init__(self, stage: Stage, features: Sequence[Feature], supervisor: Supervisor) -> None:
        self._stage = stage
        self._features = features
        self._supervisor = supervisor
        self.timers = [(f, Timers(stage, timer)) for f in features for timer in f.timers]
        self.watches = [(f, Watching(stage, watch)) for f in features for watch in f.watches]
        self._readers: list[tuple[Feature, Watching | Timers]] = [*self.watches, *self.timers]

    def start(self) -> None:
        """Let features read the stored documents, as soon as the store can be read."""
        for feature, reader in self._readers:
            for course in self._stage.courses:
                what = f"What {feature.name} reads at the start"
                self._supervisor.until_done((reader, course), what, partial(reader.read, course))

    def committed(self, commit: Committed) -> None:
        """Pass a commit to the features."""
        kinds = frozenset(doc.kind for change in commit.changes for doc in change.docs)
        for feature, reader in self._readers:
            if reader.concerns(kinds):
                self._call(feature, reader.committed, commit)

    def tick(self, now: int) -> None:
        """Call the timers and `on_tick` hooks, once a second; `now` in ms since 1970."""
        for feature, timers in self.timers:
            self._call(feature, timers.tick, now)
        for feature in self._features:
            self._call(feature, feature.on_tick, self._stage, now)

    def joined(self, channel: str, person: Person) -> None:
        """Tell features that a person has entered a channel."""
        for feature in self._features:
            self._call(feature, feature.on_join, self._stage, channel, person)

    def left(self, channel: str, person: Person) -> None:
        """Tell features that a person has left a channel."""
        for feature in self._features:
            self._call(feature, feature.on_leave, self._stage, channel, person)

    async def before_catch_up(self, channel: str, person: Person) -> None:
        """Let features write documents that a person who enters has to see.

        The person enters even if a hook fails, or hangs for more than `HOOK_S`.
        """
        for feature in self._features:
            if feature.before_catch_up is not None:
                try:
                    async with asyncio.timeout(HOOK_S):
                        await feature.before_catch_up(self._stage, channel, person)
                except Exception as error:  # noqa: BLE001
                    self._supervisor.tell(_HOOK.format(feature.name), error)

    def may_type(self, channel: str, person: Person, now: int) -> bool:
        """Return whether others may see that a person types: every feature has to agree."""
        rules = (feature.may_type for feature in self._features)
        return all(rule(self._stage, channel, person, now) for rule in rules if rule is not None)

    def _call(self, feature: Feature, hook: Callable[..., None] | None, *args: object) -> None:
        if hook is not None:
            self._supervisor.call(_HOOK.format(feature.name), hook, *args)
