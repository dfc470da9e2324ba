"""The interface for features: the `Feature` that the service's part of each gives to the engine.

A feature's manifest names it, as `package.module:FEATURE`; the engine imports no feature.
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from edu_widgets.protocol import features as manifests
from edu_widgets.protocol import manifest
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service.admission_rules import erase_removal
from edu_widgets.service.rules import EraseRule, LinkRule, Person, Rule
from edu_widgets.service.stage import Stage
from edu_widgets.service.timers import Timer, Watch

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sender:
    """The person who sends a signal, and the connection it came by."""

    person: Person
    connection: Hashable


SignalRule = Callable[[Stage, str, Sender, Any], None]
AskRule = Callable[[Stage, str, Person, Any], Awaitable[tuple[str, object]]]
"""Answers a question by the type and the data of a frame; may raise `Refused`."""

PersonHook = Callable[[Stage, str, Person], None]
EntryHook = Callable[[Stage, str, Person], Awaitable[object]]
TickHook = Callable[[Stage, int], None]
TypingRule = Callable[[Stage, str, Person, int], bool]
"""True if others may see that a person types in a channel at a time (ms since 1970)."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The function that answers a question, and the `feature` that the channel has to offer.

    With an empty `feature` it is answered in every channel.
    """

    answer: AskRule
    feature: str


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature's rules by command type, and its optional hooks.

    `lasting` are the signals that hold until the same connection sends the next: a process that
    starts later is told of them.
    `watches` are called with stored documents; `timers` update documents that are due. `on_join`
    and `on_leave` are called once a person and channel (`on_leave` after the lease), `on_tick` once
    a second with the time in ms. `erase` decides which further documents are deleted or changed
    with a person who is erased; `link` which of a viewer's become those of the member they are
    linked to. `may_type` is false for a person not to be shown as typing.
    `before_catch_up` is awaited, for some seconds at most, each time a person enters a channel,
    before it is read for them.
    """

    name: str
    rules: Mapping[str, Rule]
    signals: Mapping[str, SignalRule] = field(default_factory=dict)
    lasting: Collection[str] = ()
    asks: Mapping[str, Ask] = field(default_factory=dict)
    erase: EraseRule | None = None
    link: LinkRule | None = None
    watches: Sequence[Watch] = ()
    timers: Sequence[Timer] = ()
    before_catch_up: EntryHook | None = None
    on_join: PersonHook | None = None
    on_leave: PersonHook | None = None
    on_tick: TickHook | None = None
    may_type: TypingRule | None = None


def installed(setting: str = "") -> list[Feature]:
    """Return the service's parts of the features that are installed and allowed.

    A feature that cannot be used is logged and left out.

    Args:
        setting: The allowed features, as `edu_widgets.protocol.features.allowed` takes them.

    Raises:
        InvalidArgument: the setting cannot be used.
    """
    found: list[Feature] = []
    taken: set[str] = set()
    for one in manifests.allowed(setting):
        if one.service:
            try:
                part = _checked(manifest.load(manifests.registered(one).service), one.name)
                handled = {*part.rules, *part.signals, *part.asks}
                if doubled := sorted(taken & handled):
                    msg = f"another feature has {doubled[0]!r}"
                    raise InvalidArgument(msg)  # noqa: TRY301 - one way out
                taken |= handled
                found.append(part)
            except Exception as error:  # noqa: BLE001 - it may be somebody else's code
                _log.warning("The feature %s is left out: %s", one.name, error)
    return found


def load(modules: Sequence[str]) -> list[Feature]:
    """Import features by the dotted names of modules that define `FEATURE`.

    Raises:
        InvalidArgument: a module is missing or has no `FEATURE`.
    """
    features = []
    for name in modules:
        try:
            features.append(_checked(import_module(name).FEATURE, f"{name}.FEATURE"))
        except (ImportError, AttributeError) as error:
            msg = f"{name!r} is not a feature of the service: {error}"
            raise InvalidArgument(msg) from error
    return features


def _checked(feature: object, name: str) -> Feature:
    if not isinstance(feature, Feature):
        raise InvalidArgument(f"{name} is not a Feature of the service.")
    return feature


def link_rules(features: Sequence[Feature]) -> list[LinkRule]:
    """Return the rules that decide which documents of a viewer become a member's."""
    return [f.link for f in features if f.link is not None]


def erase_rules(features: Sequence[Feature]) -> list[EraseRule]:
    """Return the rules that decide which documents change or go when a person is erased."""
    return [f.erase for f in features if f.erase is not None] + [erase_removal]
