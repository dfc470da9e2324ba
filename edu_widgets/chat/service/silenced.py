"""Who is muted, known without asking the store: typing is told at once, or not at all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from edu_widgets.chat.documents import Mute, mute_id
from edu_widgets.protocol.channels import parse_channel, staff_channel
from edu_widgets.service.rules import read

if TYPE_CHECKING:
    from edu_widgets.protocol import Document
    from edu_widgets.service.features import Stage
    from edu_widgets.service.rules import Person
    from edu_widgets.service.store import Committed

_MOST = 5_000
"""Mutes of a course that are read at first."""


class _Mutes:
    """The mutes of one course, by their documents' ids; times are ms since 1970."""

    def __init__(self) -> None:
        self.read = False
        self._known: dict[str, tuple[int, Mute | None]] = {}

    def note(self, doc: Document) -> None:
        """A document is now so; an older version of what is known changes nothing."""
        seq, _ = self._known.get(doc.id, (0, None))
        if doc.seq > seq:
            self._known[doc.id] = (doc.seq, read([doc], doc.id, Mute))

    def hold(self, user_id: str, now: int) -> bool:
        """Whether this person is muted."""
        _, mute = self._known.get(mute_id(user_id), (0, None))
        return mute is not None and (not mute.until or mute.until > now)


_MUTES: WeakKeyDictionary[Stage, dict[str, _Mutes]] = WeakKeyDictionary()


def _mutes(stage: Stage, course: str) -> _Mutes:
    return _MUTES.setdefault(stage, {}).setdefault(course, _Mutes())


def on_join(stage: Stage, channel: str, person: Person) -> None:
    """Somebody came: from now on it has to be known who is muted."""
    del person
    course = parse_channel(channel).course
    if not _mutes(stage, course).read:
        stage.soon(("mutes", course), partial(_read, stage, course))


async def _read(stage: Stage, course: str) -> None:
    mutes = _mutes(stage, course)
    channel = staff_channel(course)
    found = await stage.search(channel, Mute.kind, lambda _: True, None, _MOST)
    for doc in found.docs:
        mutes.note(doc)
    mutes.read = True


def on_commit(stage: Stage, commit: Committed) -> None:
    """Somebody may have been muted, or may write again."""
    for change in commit.changes:
        docs = [doc for doc in change.docs if doc.kind == Mute.kind]
        if docs and change.channel.startswith("staff:"):
            mutes = _mutes(stage, parse_channel(change.channel).course)
            for doc in docs:
                mutes.note(doc)


def may_type(stage: Stage, channel: str, person: Person, now: int) -> bool:
    """Whether the others may be told that this person types."""
    return person.staff or not _mutes(stage, parse_channel(channel).course).hold(person.id, now)
