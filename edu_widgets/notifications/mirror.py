"""The notifications of one person as this process knows them. Any thread."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.client.pending_commands import PendingCommands
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.notebook.notification_sources import Headline, NotificationSource
from edu_widgets.notifications.commands import NOTIFICATION_ACTION, UPDATES, TakeAction
from edu_widgets.notifications.documents import (
    COURSE_UPDATE,
    USER_ACTIVITY,
    WINDOW,
    ActionTaken,
    Notification,
    NotificationMark,
    taken_id,
)
from edu_widgets.notifications.item import NotificationItem, from_headline, from_notification
from edu_widgets.notifications.platform import Platform, Told
from edu_widgets.protocol import Document
from edu_widgets.protocol.channels import staff_channel, user_channel

PLAIN_TITLES = {COURSE_UPDATE.name: "Course update", USER_ACTIVITY.name: "Activity"}
"""What is said in English of what a platform gave no title."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of documents is to notifications.

    `found`: the documents that are some now, each with its notification's id.
    """

    found: tuple[tuple[Document, str], ...] = ()
    looks_different: bool = False


class Inbox:
    """Notifications of the service, headlines of other features, and what a platform tells.

    What was marked here shows at once; the service's marks, which other devices share, are added.
    """

    def __init__(
        self,
        client: CourseClient,
        sources: Sequence[NotificationSource] = (),
    ) -> None:
        self._client = client
        self._sources = sources
        self._lock = threading.RLock()
        self._headlines: dict[tuple[int, str], tuple[NotificationSource, Headline]] = {}
        self._bodies: dict[tuple[str, int, str], Notification | None] = {}
        self._read: dict[str, None] = {}
        self._up_to = 0
        self._cleared = 0
        self._unread = 0
        self._marks = {Notification.kind, NotificationMark.kind, ActionTaken.kind}
        self._marks |= {kind for source in sources for kind in source.seen_by}
        self.platform = Platform(self.now)
        self.choices = PendingCommands[TakeAction](client, NOTIFICATION_ACTION)
        self.read_headlines()

    # -- reading ------------------------------------------------------------------------

    def now(self) -> int:
        """The service's time in ms since 1970, as far as it is known."""
        return int(self._client.service_now())

    @property
    def own(self) -> str:
        """The channel of what only this person sees."""
        return user_channel(self._client.course, self._client.me().user_id)

    @property
    def staff(self) -> str:
        """The channel of what only staff sees."""
        return staff_channel(self._client.course)

    def channels(self) -> tuple[str, ...]:
        """Where there are notifications for this person."""
        here = (self._client.channel, self.own)
        return (*here, self.staff) if self._client.me().is_staff else here

    def items(self) -> list[NotificationItem]:
        """All there are and that were not cleared, the newest first; at most 100."""
        mark = self._mark()
        cleared = max(mark.cleared, self._cleared)
        found = {item.id: item for item in self._all(mark) if item.at > cleared}
        newest = sorted(found.values(), key=lambda item: (item.at, item.id), reverse=True)
        return newest[:WINDOW]

    def item(self, id_: str) -> NotificationItem | None:
        """The notification with this id."""
        return next((item for item in self.items() if item.id == id_), None)

    def unread(self, items: Sequence[NotificationItem] | None = None) -> int:
        """How many of them (default: of all) are not read.

        While they or the marks are being caught up with, it stays what it was.
        """
        # What a base service tells is here at once, and its history is of messages.
        if self._client.base or all(self._client.caught_up(name) for name in self.channels()):
            self._unread = sum(not item.read for item in (self.items() if items is None else items))
        return self._unread

    def taken(self) -> list[ActionTaken]:
        """What people chose, oldest first: for staff everybody, for others themselves."""
        channel = self.staff if self._client.me().is_staff else self.own
        held = self._client.mirror(channel).of_kind(ActionTaken.kind)
        return [body for doc in held if (body := decoded(doc, ActionTaken))]

    def _all(self, mark: NotificationMark) -> Iterator[NotificationItem]:
        me = self._client.me()
        marked, up_to = {*mark.read, *self._read}, max(mark.up_to, self._up_to)
        choosing = self._choosing()

        def is_read(id_: str, at: int) -> bool:
            return at <= up_to or id_ in marked

        for channel in self.channels():
            for doc in self._client.mirror(channel).of_kind(Notification.kind):
                body = self._body(channel, doc)
                if body is None:
                    continue
                # One need not be told what one has said to others, or what is for others.
                mine = body.created_by == me.user_id and body.user_id != me.user_id
                silent = mine or (body.to == "students" and me.is_staff)
                read = silent or body.read or is_read(doc.id, body.created_at)
                on_its_way = choosing.get(doc.id)
                taken = on_its_way or self._chosen(doc.id)
                yield from_notification(
                    body, doc.id, read=read, taken=taken, choosing=on_its_way is not None
                )
        for told in self.platform.all():
            yield self._told(
                told, read=told.body.read or is_read(told.body.id, told.body.created_at)
            )
        for source, headline in self._told_by_others():
            read = is_read(headline.id, headline.at) or source.seen(headline)
            yield from_headline(headline, read=read)

    def _told(self, told: Told, *, read: bool) -> NotificationItem:
        item = from_notification(told.body, told.body.id, read=read)
        if told.kind == Notification.kind:
            return item
        title = told.body.title or PLAIN_TITLES[told.kind]
        return replace(item, kind=told.kind, title=title, about=told.about, sender=told.about)

    def _told_by_others(self) -> list[tuple[NotificationSource, Headline]]:
        offered = self._client.features(self.own)
        if offered and UPDATES not in offered:
            return []
        with self._lock:
            return list(self._headlines.values())

    def _body(self, channel: str, doc: Document) -> Notification | None:
        """A notification's body; reading it takes a while, and it does not change."""
        key = (doc.id, doc.seq, channel)
        with self._lock:
            if key not in self._bodies:
                if len(self._bodies) >= 4 * WINDOW:
                    self._bodies.clear()
                self._bodies[key] = decoded(doc, Notification)
            return self._bodies[key]

    def _mark(self) -> NotificationMark:
        held = self._client.mirror(self.own).get(NotificationMark.ID)
        return (decoded(held, NotificationMark) or NotificationMark()).at(self.now())

    def _chosen(self, id_: str) -> str | None:
        held = self._client.mirror(self.own).get(taken_id(id_, self._client.me().user_id))
        body = decoded(held, ActionTaken)
        return body.action if body is not None else None

    def _choosing(self) -> dict[str, str]:
        """What one has chosen and the service does not know yet."""
        waiting = self.choices.waiting()
        return {own.data.id: own.data.action for own in waiting if own.hopeful}

    # -- headlines ------------------------------------------------------------------------

    def read_headlines(self) -> None:
        """Make all headlines anew, as when the reader has another name."""
        with self._lock:
            self._headlines.clear()
            for source in self._sources:
                for doc in self._client.mirror().of_kind(source.documents):
                    self._make_headline(source, doc)

    def take(self, event: DocumentsChanged) -> Changed:
        """Documents changed: what of them is a notification now."""
        if event.channel not in self.channels():
            return Changed()
        here = event.channel == self._client.channel
        if event.reset and here:
            self.read_headlines()
        found: list[tuple[Document, str]] = []
        looks = event.reset
        for doc in event.upserted:
            if doc.kind == Notification.kind:
                found.append((doc, doc.id))
            elif here:
                before = self._held(doc.id)
                found += [(doc, id_) for id_ in self._headlines_of(doc)]
                looks = looks or before != self._held(doc.id)
            looks = looks or doc.kind in self._marks
        for doc in event.removed:
            looks = looks or doc.kind in self._marks or bool(here and self._held(doc.id))
            if here:
                self._forget(doc.id)
        return Changed(tuple(found), looks)

    def _held(self, document_id: str) -> list[Headline]:
        with self._lock:
            keys = [(number, document_id) for number in range(len(self._sources))]
            return [self._headlines[key][1] for key in keys if key in self._headlines]

    def _forget(self, document_id: str) -> None:
        with self._lock:
            for number in range(len(self._sources)):
                self._headlines.pop((number, document_id), None)

    def _headlines_of(self, doc: Document) -> Iterable[str]:
        for source in self._sources:
            if source.documents == doc.kind:
                headline = self._make_headline(source, doc)
                if headline is not None:
                    yield headline.id

    def _make_headline(self, source: NotificationSource, doc: Document) -> Headline | None:
        key = (self._sources.index(source), doc.id)
        headline = None if doc.deleted else source.headline(doc)
        with self._lock:
            if headline is None:
                self._headlines.pop(key, None)
            else:
                self._headlines[key] = (source, headline)
        return headline

    # -- marking --------------------------------------------------------------------------

    def mark(self, ids: Iterable[str], up_to: int = 0) -> list[str]:
        """Mark some as read here; those of them that were not yet."""
        unread = {item.id for item in self.items() if not item.read}
        fresh = [id_ for id_ in dict.fromkeys(ids) if id_ in unread]
        with self._lock:
            self._read |= dict.fromkeys(fresh)
            self._up_to = max(self._up_to, up_to)
        return fresh

    def clear(self, up_to: int) -> None:
        """Show nothing any more of what was created until then."""
        with self._lock:
            self._cleared = max(self._cleared, up_to)
