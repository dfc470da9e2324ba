"""Typing signals: from a page to the service, and from the service to the pages.

Network thread only, except `names`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from edu_widgets.client.course import CourseClient
from edu_widgets.protocol.messages import TypingStart, TypingStop, UserTyping

REPEAT = 3.0
"""Seconds after which the signal that I type is repeated."""

FORGET = 60.0
"""Seconds after which a page without a further signal is taken to be gone."""

EXPIRES = 6.0
"""Seconds after which a person without a further signal is taken to have stopped."""

MOST = 50
"""Most typing people that are remembered; our own service names five at once."""

GAP = 0.25
"""Seconds between two signals to the page."""

Later = Callable[[], None]


class Typing:
    """The signal that I type. The service forgets it after a while, so it is repeated."""

    def __init__(self, client: CourseClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._until = 0.0
        self._cancel: Later | None = None

    def say(self, *, on: bool) -> None:
        """Note a page's signal that I type, or have stopped."""
        if on:
            self._until = self._clock() + FORGET
            if self._cancel is None:
                self._repeat()
        elif self._cancel is not None:
            self.close()
            self._client.signal("typing_stop", TypingStop(self._client.me().user_id))

    def close(self) -> None:
        """Stop repeating the signal."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _repeat(self) -> None:
        self._cancel = None
        if self._clock() < self._until:
            self._client.signal("typing_start", TypingStart(self._client.me().user_id))
            self._cancel = self._client.later(REPEAT, self._repeat)


class Typists:
    """The others who type. `tell` is called with their names, at most four times a second."""

    def __init__(
        self,
        client: CourseClient,
        tell: Callable[[list[str]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._tell = tell
        self._clock = clock
        self._people: dict[str, tuple[str, float]] = {}
        self._told: list[str] = []
        self._told_at = float("-inf")
        self._cancel: Later | None = None

    def names(self) -> list[str]:
        """Return the names of the others who type now (any thread)."""
        now = self._clock()
        return [name for name, until in tuple(self._people.values()) if until > now]

    def heard(self, news: UserTyping) -> None:
        """Note the service's signal that a person types, or has stopped; one's own is ignored."""
        if news.user_id == self._client.me().user_id:
            return
        if news.is_typing:
            name = news.user_name or news.user_id
            if len(self._people) < MOST or news.user_id in self._people:
                self._people[news.user_id] = (name, self._clock() + EXPIRES)
        else:
            self._people.pop(news.user_id, None)
        self._look()

    def wrote(self, user_id: str) -> None:
        """Note a new message of a person, who has then stopped typing."""
        if self._people.pop(user_id, None) is not None:
            self._look()

    def close(self) -> None:
        """Cancel the timer, so that nothing more is told."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _look(self) -> None:
        """Tell changed names, at the earliest `GAP` after the last; look again when one expires."""
        now = self._clock()
        self._people = {id_: entry for id_, entry in self._people.items() if entry[1] > now}
        names = self.names()
        wait = self._told_at + GAP - now
        if names != self._told and wait <= 0:
            self._told, self._told_at = names, now
            self._tell(names)
            wait = 0
        self.close()
        ends = [until - now for _, until in self._people.values()]
        due = [wait] if names != self._told else ends
        if due:
            self._cancel = self._client.later(max(0.0, min(due)), self._look)
