"""Events of the chat, for `.on(...)`: each once, even if a document comes again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from edu_widgets.chat.documents import (
    ChatSettings,
    Message,
    Mute,
    Pin,
    Question,
)
from edu_widgets.chat.message import ChatMessage, from_document, from_mute, from_pin, from_question
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.news import News
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import staff_channel, user_channel

EVENTS = (
    "message", "edit", "delete", "reaction", "pin", "question", "answered", "mention", "typing",
    "mute", "slow_mode", "state",
)  # fmt: skip
"""Names of the events for which a function can be registered."""

Happening = tuple[str, Any]

_REMEMBERED = 4_000
"""Number of messages, among them those that were deleted or are not held any more."""

_AROUND = (Pin, Question, ChatSettings, Mute)
_KINDS_AROUND = frozenset(kind.kind for kind in _AROUND)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A message as it was last seen; `gone`: it is no longer held here."""

    born: int
    message: ChatMessage
    gone: bool = False

    @property
    def at(self) -> float:
        return self.message.timestamp.timestamp()

    @property
    def text(self) -> tuple[int, str]:
        return self.message.version, self.message.content

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        return tuple((r.emoji, r.count) for r in self.message.reactions)


class EventDiff:
    """Makes events of the differences between documents. Network thread only.

    It remembers the documents it has seen: one that comes again, after a reconnect or with a fresh
    window, is compared with that. Documents that were there at the start make no event.
    """

    def __init__(self, client: CourseClient) -> None:
        self._client = client
        self._born = 0
        """The highest number of a message so far."""
        self._newest = float("-inf")
        """The time of the newest message so far."""
        self._around: dict[str, dict[str, Any]] = {}
        self._unlooked: set[str] = set()
        """Channels whose pins, questions, settings or mutes changed since the last comparison."""
        self._unchecked = False
        held = [seen for d in client.mirror().of_kind(Message.kind) if (seen := self._seen(d))]
        self._note(held)
        known = {seen.message.id: seen for seen in held}
        self._news = News[_Seen](client, [client.channel], known, most=_REMEMBERED)
        for channel in (client.channel, *self._beside()):
            if client.caught_up(channel):
                self._around[channel] = self._look_around(channel)

    def of(self, event: DocumentsChanged) -> list[Happening]:
        """Return the events of this change, in order."""
        found: list[Happening] = []
        if event.channel == self._client.channel:
            new: list[_Seen] = []
            found += [("delete", message) for message in self._messages_gone(event)]
            found += self._messages_upserted(event, new)
            fresh = [seen.message for seen in sorted(new, key=lambda seen: seen.born)]
            found += [("message", message) for message in fresh]
            me = self._client.me().user_id
            found += [("mention", m) for m in fresh if m.mentions_me and m.user_id != me]
        if event.channel == self._client.channel or event.channel in self._beside():
            found += self._changed_around(event)
        return found

    # -- messages --------------------------------------------------------------------------

    def _messages_gone(self, event: DocumentsChanged) -> Iterator[ChatMessage]:
        """Yield the messages that were deleted."""
        for doc in event.dropped:
            self._gone(doc.id)
        removed = [doc.id for doc in event.removed if doc.kind == Message.kind]
        self._unchecked = self._unchecked or event.reset
        if self._unchecked and self._client.caught_up():
            self._unchecked = False
            removed += self._missing()
        for id_ in removed:
            seen = self._gone(id_)
            if seen is not None:
                yield seen.message

    def _messages_upserted(self, event: DocumentsChanged, new: list[_Seen]) -> Iterator[Happening]:
        """Yield the events of known messages; put new ones into `new`."""
        began = self._news.has_begun(event.channel)
        self._news.heard(event)
        docs = [doc for doc in event.upserted if doc.kind == Message.kind]
        found = [seen for doc in docs if (seen := self._seen(doc))]
        for now in found:
            before = self._news.swap(now.message.id, now)
            if before is None:
                # Sequence numbers may have begun again; times of the service tell new from old.
                later = now.at >= self._newest if event.reset else now.born > self._born
                if began and later:
                    new.append(now)
            elif not before.gone:
                if before.text != now.text:
                    yield "edit", now.message
                if before.counts != now.counts:
                    yield "reaction", now.message
        self._born = 0 if event.reset else self._born
        self._note(found)

    def _missing(self) -> list[str]:
        """Return the ids of seen messages missing in a fresh window that reaches down to them."""
        mirror = self._client.mirror()
        if not mirror.cursor.epoch:
            return []  # the channel was taken away: no message was deleted
        floor = mirror.floor(Message.kind)
        held = ((id_, seen) for id_, seen in self._news if not seen.gone)
        return [id_ for id_, seen in held if seen.born >= floor and mirror.get(id_) is None]

    def _gone(self, id_: str) -> _Seen | None:
        """Note that a message is no longer held; return it as it was, if it was."""
        seen = self._news.swap(id_, None)
        if seen is not None:
            self._news.swap(id_, replace(seen, gone=True))
        return None if seen is None or seen.gone else seen

    def _seen(self, document: Document) -> _Seen | None:
        message = from_document(document, self._client.me().name)
        return _Seen(document.born, message) if message is not None else None

    def _note(self, found: list[_Seen]) -> None:
        self._born = max([self._born, *(seen.born for seen in found)])
        self._newest = max([self._newest, *(seen.at for seen in found)])

    # -- pins, questions, settings and mutes -------------------------------------------------

    def _beside(self) -> tuple[str, ...]:
        """Return the channel that holds mutes: everybody's for staff, one's own for others."""
        me, course = self._client.me(), self._client.course
        return (staff_channel(course) if me.is_staff else user_channel(course, me.user_id),)

    def _look_around(self, channel: str) -> dict[str, Any]:
        mirror = self._client.mirror(channel)
        kinds = (Pin, Question, ChatSettings) if channel == self._client.channel else (Mute,)
        found = {}
        for kind in kinds:
            for document in mirror.of_kind(kind.kind):
                body = decoded(document, kind)
                if body is not None:
                    found[document.id] = body
        return found

    def _changed_around(self, event: DocumentsChanged) -> list[Happening]:
        channel = event.channel
        changed = any(doc.kind in _KINDS_AROUND for doc in (*event.upserted, *event.removed))
        if changed or event.reset or channel not in self._around:
            self._unlooked.add(channel)
        if channel not in self._unlooked:
            return []  # as with most messages: comparing costs more, the more questions there are
        if not self._client.caught_up(channel):
            return []  # incomplete: it is compared once it is caught up
        self._unlooked.discard(channel)
        before, now = self._around.get(channel), self._look_around(channel)
        self._around[channel] = now
        if before is None:
            return []  # the first load
        me = self._client.me().user_id
        found: list[Happening] = []
        for id_ in (*before, *(id_ for id_ in now if id_ not in before)):
            if before.get(id_) != now.get(id_):
                found += _told(before.get(id_), now.get(id_), me)
        return found


def _told(before: Any, now: Any, me: str) -> Iterator[Happening]:
    """Yield the events of a pin, question, setting or mute that changed."""
    match before if now is None else now:
        case Pin() as pin:
            # Pinned at the same time as before: only its text was edited.
            if before is None or now is None or before.at != now.at:
                yield "pin", from_pin(pin, pinned=now is not None)
        case Question() as question if now is not None:
            asked = from_question(question, own=False, mine=question.user_id == me)
            if before is None:
                yield "question", asked
            # A question may come as answered already: that is an event of its own.
            was_open = before is None or before.answered is None
            if was_open and question.answered is not None:
                yield "answered", asked
        case Mute() as mute:
            yield "mute", from_mute(mute, muted=now is not None)
        case ChatSettings() as settings if now is not None:
            if settings.slow_mode != (before.slow_mode if before is not None else 0):
                yield "slow_mode", settings.slow_mode
