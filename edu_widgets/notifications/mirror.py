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
"""English titles for messages of a platform that have none."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The effect of a change of documents on the notifications.

    `found`: the documents that are notifications now, each with its notification's id.
    """

    found: tuple[tuple[Document, str], ...] = ()
    looks_different: bool = False


class Inbox:
    """Notifications of the service, headlines of other features, and messages of a platform.

    Marks set here show at once; the service's marks, which other devices share, are added.
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
        """Return the service's time in ms since 1970, as far as it is known."""
        return int(self._client.service_now())

    @property
    def own(self) -> str:
        """The person's own channel."""
        return user_channel(self._client.course, self._client.me().user_id)

    @property
    def staff(self) -> str:
        """The staff's channel."""
        return staff_channel(self._client.course)

    def channels(self) -> tuple[str, ...]:
        """Return the channels that have notifications for this person."""
        here = (self._client.channel, self.own)
        return (*here, self.staff) if self._client.me().is_staff else here

    def items(self) -> list[NotificationItem]:
        """Return the notifications that were not cleared, newest first; at most 100."""
        mark = self._mark()
        cleared = max(mark.cleared, self._cleared)
        found = {item.id: item for item in self._all(mark) if item.at > cleared}
        newest = sorted(found.values(), key=lambda item: (item.at, item.id), reverse=True)
        return newest[:WINDOW]

    def item(self, id_: str) -> NotificationItem | None:
        """Return the notification with this id; None if there is none."""
        return next((item for item in self.items() if item.id == id_), None)

    def unread(self, items: Sequence[NotificationItem] | None = None) -> int:
        """Return the number of unread ones among `items` (default: all).

        Until notifications and marks are caught up, it returns the previous number.
        """
        # A base service's notifications need no catching up: its history has chat messages only.
        if self._client.base or all(self._client.caught_up(name) for name in self.channels()):
            self._unread = sum(not item.read for item in (self.items() if items is None else items))
        return self._unread

    def taken(self) -> list[ActionTaken]:
        """Return the chosen actions, oldest first: for staff everybody's, for others their own."""
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
                # One's own notification to others, or one for students only, needs no attention.
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
        """Return a notification's body from a cache: decoding takes a while, and it is constant."""
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
        """Return one's own pending choices of actions, by notification id."""
        waiting = self.choices.waiting()
        return {own.data.id: own.data.action for own in waiting if own.hopeful}

    # -- headlines ------------------------------------------------------------------------

    def read_headlines(self) -> None:
        """Make all headlines again, for example after the reader's name has changed."""
        with self._lock:
            self._headlines.clear()
            for source in self._sources:
                for channel in self._headlined():
                    for doc in self._client.mirror(channel).of_kind(source.documents):
                        self._make_headline(source, doc)

    def _headlined(self) -> tuple[str, str]:
        """Return the channels of whose documents headlines are made."""
        return self._client.channel, self.own

    def take(self, event: DocumentsChanged) -> Changed:
        """Apply a change of documents; return its effect on the notifications."""
        if event.channel not in self.channels():
            return Changed()
        here = event.channel in self._headlined()
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
        """Mark notifications as read here; return the ids of those that were unread."""
        unread = {item.id for item in self.items() if not item.read}
        fresh = [id_ for id_ in dict.fromkeys(ids) if id_ in unread]
        with self._lock:
            self._read |= dict.fromkeys(fresh)
            self._up_to = max(self._up_to, up_to)
        return fresh

    def clear(self, up_to: int) -> None:
        """Hide here the notifications created until `up_to` (ms since 1970)."""
        with self._lock:
            self._cleared = max(self._cleared, up_to)
