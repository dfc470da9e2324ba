"""Who is muted, known without asking the store: typing is told at once, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from edu_widgets.chat.documents import Mute, mute_id
from edu_widgets.chat.service.moderation import SaidAhead, mend, said_ahead
from edu_widgets.protocol.channels import course_channel, parse_channel, staff_channel
from edu_widgets.service.rules import read
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.timers import Versions, read_all

if TYPE_CHECKING:
    from edu_widgets.protocol import Document
    from edu_widgets.service.features import Stage
    from edu_widgets.service.rules import Person
    from edu_widgets.service.store import Committed


class _Mutes:
    """The mutes of one course, by their documents' ids; times are ms since 1970."""

    def __init__(self) -> None:
        self.versions = Versions()
        self._known: dict[str, Mute] = {}

    def note(self, doc: Document) -> None:
        """A document is now so; an older version of what is known changes nothing."""
        if self.versions.is_newer(doc):
            mute = read([doc], doc.id, Mute)
            if mute is None:
                self._known.pop(doc.id, None)
            else:
                self._known[doc.id] = mute

    def said_ahead(self, now: int) -> list[str]:
        """Who was muted by a clock that was ahead."""
        return [mute.user_id for mute in self._known.values() if said_ahead(mute, now)]

    def hold(self, user_id: str, now: int) -> bool:
        """Whether this person is muted."""
        mute = self._known.get(mute_id(user_id))
        return mute is not None and (not mute.until or mute.until > now)


_MUTES: WeakKeyDictionary[Stage, dict[str, _Mutes]] = WeakKeyDictionary()


def _mutes(stage: Stage, course: str) -> _Mutes:
    return _MUTES.setdefault(stage, {}).setdefault(course, _Mutes())


async def on_start(stage: Stage, course: str) -> None:
    """Read who is muted in a course."""
    mutes = _mutes(stage, course)
    await read_all(stage, staff_channel(course), Mute.kind, mutes.note)
    for user_id in mutes.said_ahead(now_ms()):
        await stage.commit(course_channel(course), mend, SaidAhead(user_id))
    mutes.versions.all_read()


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
