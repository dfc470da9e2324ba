"""New notifications: each is reported once, even if the service sends it again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from edu_widgets.client.course import CourseClient
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.protocol import Document

_REMEMBERED = 2_000


class News:
    """Tells new notifications from earlier ones. Network thread only.

    Notifications of a channel's first load are history, and so are older ones that are loaded.
    Notifications missed while disconnected are news, reported when they are caught up with.
    """

    def __init__(
        self, client: CourseClient, channels: Iterable[str], known: Iterable[str] = ()
    ) -> None:
        self._client = client
        self._told: OrderedDict[str, None] = OrderedDict.fromkeys(known)
        self._began: set[str] = set()
        self._heads: dict[str, tuple[str, int]] = {}
        for channel in channels:
            cursor = client.mirror(channel).cursor
            self._heads[channel] = (cursor.epoch, cursor.seq)
            if client.caught_up(channel):
                self._began.add(channel)

    def of(self, event: DocumentsChanged, found: Iterable[tuple[Document, str]]) -> list[str]:
        """Return the ids of the new notifications among `found`, those in this change."""
        channel, cursor = event.channel, self._client.mirror(event.channel).cursor
        epoch, head = self._heads.get(channel, ("", 0))
        if epoch != cursor.epoch:
            head = 0  # counted anew: notifications already reported are known by id
        began = channel in self._began
        fresh = [
            id_
            for doc, id_ in found
            if self._note(id_) and began and (event.live or doc.seq > head)
        ]
        seqs = [doc.seq for doc in (*event.upserted, *event.removed)]
        self._heads[channel] = (cursor.epoch, max([head, cursor.seq, *seqs]))
        # A first load may take several frames; a channel that was taken away begins again.
        if event.caught_up:
            self._began.add(channel)
        if not cursor.epoch:
            self._began.discard(channel)
        return fresh

    def is_new(self, id_: str) -> bool:
        """True for an id that is reported for the first time; remembers it."""
        return self._note(id_)

    def _note(self, id_: str) -> bool:
        new = id_ not in self._told
        self._told[id_] = None
        self._told.move_to_end(id_)
        while len(self._told) > _REMEMBERED:
            self._told.popitem(last=False)
        return new
