"""News: tells new items from history and repetitions, for every feature."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

from edu_widgets.client.course import CourseClient
from edu_widgets.client.sync.events import DocumentsChanged

V = TypeVar("V")


class News(Generic[V]):
    """The last seen version of each item, and the channels whose first load is complete.

    Items of a channel's first load are history; items missed while disconnected are news.
    Network thread only.

    Args:
        client: The course whose documents the items are made of.
        channels: The channels that are there from the beginning.
        known: Items that are no news, by id.
        most: Number of items that are remembered; the one seen the longest ago is forgotten first.
    """

    def __init__(
        self,
        client: CourseClient,
        channels: Iterable[str],
        known: Mapping[str, V],
        *,
        most: int = 2_000,
    ) -> None:
        self._client = client
        self._most = most
        self._began = {name for name in channels if client.caught_up(name)}
        self._seen: OrderedDict[str, V] = OrderedDict()
        for id_, version in known.items():
            self.swap(id_, version)

    def has_begun(self, channel: str) -> bool:
        """Return True if the channel's first load was complete before the last event heard."""
        return channel in self._began

    def heard(self, event: DocumentsChanged) -> None:
        """Note that a change has been looked at."""
        # A first load may take several frames, and be complete before the first event is heard.
        if event.caught_up:
            self._began.add(event.channel)

    def begin_again(self, channel: str) -> None:
        """Take the next documents of a channel for a first load."""
        self._began.discard(channel)

    def swap(self, id_: str, version: V | None) -> V | None:
        """Remember an item's version, or forget the item; return the version seen before."""
        before = self._seen.pop(id_, None)
        if version is not None:
            self._seen[id_] = version
            if len(self._seen) > self._most:
                self._seen.popitem(last=False)
        return before

    def __iter__(self) -> Iterator[tuple[str, V]]:
        """Iterate over the remembered items, by id."""
        return iter(list(self._seen.items()))
