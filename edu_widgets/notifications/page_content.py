"""Notifications as the pages get them: docs/widget-protocol.md, *Notifications*."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.stream import Json, Window
from edu_widgets.notebook.versions import Versions
from edu_widgets.notifications.commands import ALERTS
from edu_widgets.notifications.documents import NotificationAction
from edu_widgets.notifications.item import NotificationItem, is_address, link_of
from edu_widgets.notifications.mirror import PLAIN_TITLES, Inbox

NOTIFICATIONS = "notifications"
"""The collection of notifications in the page."""

INBOX = "inbox"
"""The collection with the single document of the inbox's state."""


class InboxContent:
    """Notifications as documents for the pages. Any thread.

    Their `rev` grows whenever their rendering changes.
    """

    def __init__(self, client: CourseClient, inbox: Inbox) -> None:
        self._client = client
        self._inbox = inbox
        self._versions = Versions()
        self.quiet = False
        """True in the mode *do not disturb*."""

    # -- notebook.stream.Content ----------------------------------------------------------

    def windows(self) -> Mapping[str, Window]:
        """Return both collections in full."""
        items = self._inbox.items()
        docs = [self._versions.stamped(item.id, self._render(item)) for item in reversed(items)]
        return {NOTIFICATIONS: Window(docs), INBOX: Window([self._state(items)])}

    def read(self, collection: str, ids: Iterable[str]) -> tuple[list[Json], list[str]]:
        """Return these documents in their current state, and the ids of missing ones."""
        items = self._inbox.items()
        if collection == INBOX:
            return [self._state(items)], []
        wanted = dict.fromkeys(ids)
        found = [item for item in reversed(items) if item.id in wanted]
        gone = [id_ for id_ in wanted if not any(item.id == id_ for item in found)]
        self._versions.forget(gone)
        return [self._versions.stamped(item.id, self._render(item)) for item in found], gone

    def older(self, collection: str, before: int) -> Window:
        """Return an empty window: there are no older notifications to load."""
        del collection, before
        return Window([])

    # -- what differs ------------------------------------------------------------------------

    def changed(self) -> list[str]:
        """Return the ids of notifications whose rendering has changed, or that are gone."""
        now = {item.id: self._render(item) for item in self._inbox.items()}
        held = {id_: doc for id_, doc in self._versions.last().items() if id_ != INBOX}
        return [id_ for id_ in {**held, **now} if held.get(id_) != now.get(id_)]

    def can(self) -> list[str]:
        """Return the tools that this person has here: `act`, if actions can be posted."""
        view = self._client.view()
        offered = self._client.features(self._inbox.own)
        if self._client.base or view.readonly or (offered and ALERTS not in offered):
            return []
        return ["act"]

    @staticmethod
    def posted(item: NotificationItem) -> list[NotificationAction]:
        """Return the actions of a notification that are posted, not opened."""
        return [action for action in item.actions if not is_address(action.action)]

    # -- rendering ---------------------------------------------------------------------------

    def _state(self, items: list[NotificationItem]) -> Json:
        unread = self._inbox.unread(items)
        doc = {"id": INBOX, "unread": unread, "quiet": self.quiet, "can": self.can()}
        return self._versions.stamped(INBOX, doc)

    def _render(self, item: NotificationItem) -> Json:
        doc: Json = {
            "id": item.id,
            "born": item.at,
            "type": item.type,
            "kind": item.kind,
            # A message without a title of its own gets one in the page's language.
            "title": "" if PLAIN_TITLES.get(item.kind) == item.title else item.title,
            "text": to_nodes(item.message),
            "read": item.read,
        }
        leads = item.leads_to
        optional: Json = {
            "about": item.about or None,
            "actions": [shown for a in item.actions if (shown := _action(a))] or None,
            "taken": item.taken,
            "choosing": item.choosing or None,
            "leads": {"in": leads.feature, "id": leads.target, "born": leads.born}
            if leads
            else None,
        }
        return doc | {key: value for key, value in optional.items() if value is not None}


def _action(action: NotificationAction) -> Json | None:
    """Render an action; None for an unsafe address, which is neither opened nor posted."""
    doc: Json = {"label": action.label, "style": action.style}
    href = link_of(action.action)
    if href is not None:
        return {**doc, "href": href}
    return None if is_address(action.action) else {**doc, "action": action.action}
