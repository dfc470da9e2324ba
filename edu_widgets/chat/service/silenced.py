"""Mutes in memory: typing is passed on at once, or not at all, without asking the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edu_widgets.chat.documents import Mute, mute_id
from edu_widgets.protocol.channels import parse_channel
from edu_widgets.service.timers import keep

if TYPE_CHECKING:
    from edu_widgets.protocol import Document
    from edu_widgets.service.rules import Person
    from edu_widgets.service.stage import Stage


class Mutes(dict[tuple[str, str], Mute]):
    """The mutes of one service, by course and their documents' ids."""


def note(stage: Stage, course: str, doc: Document) -> None:
    """Note a mute as it is stored now."""
    keep(stage.state(Mutes), (course, doc.id), doc, Mute)


def may_type(stage: Stage, channel: str, person: Person, now: int) -> bool:
    """True if the others may be told that this person types."""
    mute = stage.state(Mutes).get((parse_channel(channel).course, mute_id(person.id)))
    return person.staff or mute is None or bool(mute.until and mute.until <= now)
