"""NotificationPane: a person's notifications in a notebook."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.known_people import known
from edu_widgets.client.news import News
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged, SignalReceived
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.notification_sources import NotificationSource
from edu_widgets.notebook.page_requests import Intent, on_intent
from edu_widgets.notebook.stream import Json
from edu_widgets.notebook.widget_context import WidgetContext
from edu_widgets.notifications import command_builder, commands
from edu_widgets.notifications.documents import MAX_MARKS, ActionTaken
from edu_widgets.notifications.item import NotificationItem, TakenAction, from_taken
from edu_widgets.notifications.mirror import Inbox
from edu_widgets.notifications.page_content import INBOX, NOTIFICATIONS, InboxContent
from edu_widgets.notifications.platform import TYPES
from edu_widgets.protocol import Cursor, Document, is_id
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument, Refused

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["NotificationItem", "NotificationPane", "TakenAction"]

_log = logging.getLogger(__name__)

_SEND = commands.SEND_NOTIFICATION.name
_ACT = commands.NOTIFICATION_ACTION.name
_MARKS = (commands.MARK_NOTIFICATIONS.name, commands.CLEAR_NOTIFICATIONS.name)


class NotificationPane(EventWidget):
    """The notifications of a person in a course; displayed by being the last line of a cell.

    `notifications.options = {"height": 300, "lang": "tr"}` sets its height in pixels and its
    language (default: the page's).

    `notifications.on(event, fn)` has `fn` called:

    | event | when | called with |
    |---|---|---|
    | `notification` | there is a new one, or a mention, or a poll opens | the notification |
    | `action` | somebody has chosen an action (for students: oneself) | a `TakenAction` |

    Methods that send raise `NotConnected` once the lesson is closed, and `OutboxFull` where too
    much is waiting.
    """

    kind_: ClassVar[str] = "notifications"
    events_: ClassVar[tuple[str, ...]] = ("notification", "action")

    def __init__(
        self,
        client: CourseClient,
        sources: Sequence[NotificationSource] = (),
        people: Callable[[], Iterable[command_builder.Person]] = tuple,
        **options: Any,
    ) -> None:
        self._inbox = Inbox(client, sources)
        self._shown = InboxContent(client, self._inbox)
        channels = self._inbox.channels()
        told = {item.id: True for item in self._inbox.items()}
        self._news = News[bool](client, channels, told)
        self._cursors = {name: client.mirror(name).cursor for name in channels}
        """Each channel's position when it was last looked at."""
        self._people = people
        self._me = client.me()
        self._ends: Callable[[], None] | None = None
        super().__init__(client, self._shown, **options)

    @classmethod
    def made_for(cls, lesson: WidgetContext) -> NotificationPane:
        """Return the pane of a lesson, with the headlines of its other features."""
        return cls(lesson.client, lesson.headlines(), lesson.known)

    def summary(self) -> Json:
        """Return the icon that the panel shows besides the count in *do not disturb*."""
        return {"icon": "belloff"} if self.do_not_disturb else {}

    def _contents(self) -> str:
        return f"{self.unread} unread"

    # -- for people ----------------------------------------------------------------------

    def send(
        self,
        title: str = "",
        message: str = "",
        type: str = "info",  # noqa: A002 - the seed's own name
        to: object = None,
        expires: object = None,
        actions: Iterable[object] = (),
        data: object = None,
    ) -> Receipt:
        """Send a notification; staff only. Returns at once with a receipt.

        `to` is None (everybody), `"staff"`, `"students"` or one person: from `lesson.people`, the
        author of a message, a name, `edu.Person(user_id, name)`. `expires`: a number of seconds
        (or a timedelta) from the time the service gets it, or an aware datetime. `actions` are
        `(label, action)` pairs, or mappings with `label`, `action` and `style`: a web address
        opens, after showing its destination; any other is posted, see `.on("action", f)`.
        `message` is Markdown; `data` is for programs.

        Raises:
            InvalidArgument: an argument is invalid; the message says which.
            Refused: only instructors send notifications, and not on a base service.
            NotConnected: the lesson is closed.
        """
        self._client.check()
        if not self._client.me().is_staff:
            raise Refused("Only instructors may send notifications.")
        people = {**dict(known(self._client)), **dict(self._people())}
        command = command_builder.command(
            title, message, type, to, expires, actions, data, people.items()
        )
        return self._client.send(_SEND, command, channel=self._inbox.own)

    @property
    def items(self) -> list[NotificationItem]:
        """The notifications that were not cleared, newest first; at most 100."""
        return self._inbox.items()

    @property
    def unread(self) -> int:
        """Number of unread notifications."""
        return self._inbox.unread()

    @property
    def taken(self) -> list[TakenAction]:
        """The chosen actions of notifications: for staff everybody's, else one's own."""
        return [from_taken(body) for body in self._inbox.taken()]

    def mark_read(self, notification: str | NotificationItem | None = None) -> None:
        """Mark a notification (or its id) as read, here and on one's other devices; None: all.

        Raises:
            InvalidArgument: it is neither a notification nor an id.
        """
        self._client.check_open()
        if notification is None:
            items = self._inbox.items()
            self._mark([item.id for item in items], up_to=max((i.at for i in items), default=0))
        else:
            self._mark([_id_of(notification)])

    def clear(self) -> None:
        """Hide the present notifications. New ones are shown as before."""
        self._client.check_open()
        self._clear(max((item.at for item in self._inbox.items()), default=0))

    def act(self, notification: str | NotificationItem, action: str) -> Receipt:
        """Choose an action of a notification that is posted; the last choice counts.

        Raises:
            InvalidArgument: there is no such notification, it does not offer that, or the action
                is an address, to be opened in a browser.
        """
        self._client.check_open()
        id_ = _id_of(notification)
        item = self._inbox.item(id_)
        if item is None:
            raise InvalidArgument("There is no such notification; `items` has them all.")
        if action not in {a.action for a in self._shown.posted(item)}:
            raise InvalidArgument(f"This notification posts no {action!r:.60}.")
        self._mark([id_])
        data = commands.TakeAction(id_, action)
        return self._inbox.choices.send(_ACT, data, channel=self._inbox.own)

    @property
    def do_not_disturb(self) -> bool:
        """True if nothing pops up, as while presenting; new notifications are still listed."""
        return self._shown.quiet

    @do_not_disturb.setter
    def do_not_disturb(self, quiet: bool) -> None:
        self._shown.quiet = bool(quiet)
        self._on_network(self._touch_state)

    def close(self) -> None:
        """Close the widget: its views disappear, and no callback is called any more."""
        if hasattr(self, "_ends"):  # also called where the constructor did not get far
            self._on_network(self._end_timer)
        super().close()

    def _end_timer(self) -> None:
        cancel, self._ends = self._ends, None
        if cancel is not None:
            cancel()

    # -- intents of the pages (any thread) -------------------------------------------------

    @on_intent("notifications.read")
    def _on_read(self, intent: Intent) -> None:
        self._mark([intent.id_of("id")])

    @on_intent("notifications.read_all")
    def _on_read_all(self, intent: Intent) -> None:
        up_to = intent.number("upTo")
        self._mark([i.id for i in self._inbox.items() if i.at <= up_to], up_to=up_to)

    @on_intent("notifications.clear")
    def _on_clear(self, intent: Intent) -> None:
        self._clear(intent.number("upTo"))

    @on_intent("notifications.act")
    def _on_act(self, intent: Intent) -> None:
        _ = self.act(intent.id_of("id"), intent.text("action"))

    @on_intent("notifications.quiet")
    def _on_quiet(self, intent: Intent) -> None:
        self.do_not_disturb = intent.switch()

    # -- marking -------------------------------------------------------------------------------

    def _mark(self, ids: Collection[str], up_to: int = 0) -> None:
        fresh = self._inbox.mark(ids, up_to)
        if fresh:
            named = [] if up_to else fresh[:MAX_MARKS]
            self._tell_service(
                commands.MARK_NOTIFICATIONS.name, commands.MarkNotifications(named, up_to)
            )
            self._on_network(self._look)

    def _clear(self, up_to: int) -> None:
        self._inbox.clear(up_to)
        self._tell_service(commands.CLEAR_NOTIFICATIONS.name, commands.ClearNotifications(up_to))
        self._on_network(self._look)

    def _tell_service(self, type_: str, data: msgspec.Struct) -> None:
        """Send a mark for one's other devices, if the service keeps marks."""
        offered = self._client.features(self._inbox.own)
        if self._client.base or (offered and commands.UPDATES not in offered):
            return
        try:
            _ = self._client.send(type_, data, channel=self._inbox.own)
        except EduWidgetsError:
            # It is marked here; on another device it stays unread.
            _log.debug("A mark was not kept.", exc_info=True)

    # -- from the course (network thread) ----------------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        match event:
            case DocumentsChanged():
                self._documents_changed(event)
            case SignalReceived(type_, channel, data) if type_ in TYPES:
                if channel == self._client.channel:
                    self._told(type_, data)
            case CommandChanged(command) if command.type in (_SEND, _ACT, *_MARKS):
                self._inbox.choices.heard(event)
                if command.state is CommandState.FAILED and not event.gone:
                    # A failed command only takes room: its error is shown once, then it goes.
                    self._client.discard(command.id)
                    if command.type not in _MARKS:
                        self._channel.signal("notice", {"message": command.error})
                self._look()
            case SignalReceived() | CommandChanged():
                pass  # of other features
            case _:
                me, self._me = self._me, self._client.me()
                if me != self._me:
                    self._inbox.read_headlines()
                self._look()

    def _documents_changed(self, event: DocumentsChanged) -> None:
        changed = self._inbox.take(event)
        if event.channel in self._inbox.channels():
            # An action may be chosen again: each version counts as new.
            chosen = [(d, f"{d.id} {d.seq}") for d in event.upserted if d.kind == ActionTaken.kind]
            fresh = self._fresh(event, (*changed.found, *chosen))
            self._tell("notification", fresh)
            self._tell_taken(event, [doc for doc, id_ in chosen if id_ in fresh])
        if changed.looks_different:
            self._look()

    def _told(self, type_: str, data: msgspec.Raw) -> None:
        id_ = self._inbox.platform.take(type_, data)
        self._look()
        if id_ is not None and not self._news.swap(id_, version=True):
            self._tell("notification", [id_])

    def _tell(self, event: str, ids: list[str]) -> None:
        items = [item for item in reversed(self._inbox.items()) if item.id in ids]
        unread = [item.id for item in items if not item.read]
        if unread:
            # The pages need the list before the ids of its new items.
            self._look()
            self._channel.signal("news", {"ids": unread})
        for item in items:
            self._call(event, item)

    def _tell_taken(self, event: DocumentsChanged, fresh: Iterable[Document]) -> None:
        channel = self._inbox.staff if self._client.me().is_staff else self._inbox.own
        for doc in fresh if event.channel == channel else ():
            body = decoded(doc, ActionTaken)
            if body is not None:
                self._call("action", from_taken(body))

    def _fresh(self, event: DocumentsChanged, found: Iterable[tuple[Document, str]]) -> list[str]:
        """Return the ids among `found` that are new, and remember all."""
        channel, cursor = event.channel, self._client.mirror(event.channel).cursor
        last = self._cursors.get(channel, Cursor())
        # In a new history it is counted anew: what was reported already is known by its id.
        head = last.seq if last.epoch == cursor.epoch else 0
        began = self._news.has_begun(channel)
        fresh = [
            id_
            for doc, id_ in found
            if not self._news.swap(id_, version=True) and began and (event.live or doc.seq > head)
        ]
        seqs = [doc.seq for doc in (*event.upserted, *event.removed)]
        self._cursors[channel] = Cursor(cursor.epoch, max([head, cursor.seq, *seqs]))
        self._news.heard(event)
        if not cursor.epoch:  # the channel was taken away
            self._news.begin_again(channel)
        return fresh

    # -- to the pages ------------------------------------------------------------------------------

    def _look(self) -> None:
        """Send the pages the notifications whose rendering has changed (network thread)."""
        self._channel.changed(NOTIFICATIONS, self._shown.changed(), also={INBOX: [INBOX]})
        self._wait_for_end()

    def _touch_state(self) -> None:
        self._channel.changed(INBOX, [INBOX])

    def _wait_for_end(self) -> None:
        """Set a timer for a base service's next expiry; our service reports its own."""
        self._end_timer()
        ends = self._inbox.platform.next_end()
        if ends is not None:
            self._ends = self._client.later(min(ends, 3600.0) + 0.05, self._look)


def _id_of(notification: object) -> str:
    if isinstance(notification, NotificationItem):
        return notification.id
    if not is_id(notification):
        msg = f"That is neither a notification nor its id: {notification!r:.80}."
        raise InvalidArgument(msg)
    return str(notification)
