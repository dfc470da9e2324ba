"""The number of people who look at the newest cell: in memory, and told to staff."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from edu_widgets.cells.commands import CELLS_AUDIENCE, CellsAudience, CellsFollowing
from edu_widgets.protocol.channels import course_channel, staff_channel
from edu_widgets.service.rules import Person

if TYPE_CHECKING:
    from edu_widgets.service.features import Sender
    from edu_widgets.service.stage import Stage

_FEATURE = "cells"


class Following(dict[str, dict[str, set[Hashable]]]):
    """By course and person, the connections that look at the newest cell."""


def follow(stage: Stage, channel: str, sender: Sender, data: Any) -> None:
    """A connection says whether its person looks at the newest cell."""
    said: CellsFollowing = data
    kind, _, course = channel.partition(":")
    person = sender.person
    if kind != "course" or person.staff or not stage.offers(channel, _FEATURE):
        return
    if sender.connection not in stage.connections(channel, person.id):
        return
    connections = stage.state(Following).setdefault(course, {}).setdefault(person.id, set())
    (connections.add if said.on else connections.discard)(sender.connection)
    _tell(stage, course)


def moved(stage: Stage, channel: str, person: Person) -> None:
    """Announce the number of followers, since a person came into a channel or left it."""
    kind, _, course = channel.partition(":")
    if kind == "staff" or (kind == "course" and person.id in _of(stage, course)):
        _tell(stage, course)


def _of(stage: Stage, course: str) -> dict[str, set[Hashable]]:
    return stage.state(Following).get(course, {})


def _tell(stage: Stage, course: str) -> None:
    stage.announce(staff_channel(course), _FEATURE, lambda: _count(stage, course))


def _count(stage: Stage, course: str) -> tuple[str, CellsAudience]:
    held = _of(stage, course)
    for user_id, connections in list(held.items()):
        connections &= set(stage.connections(course_channel(course), user_id))
        if not connections:
            del held[user_id]
    return CELLS_AUDIENCE.name, CellsAudience(len(held))
