"""Keeping a roster up to date: asking for the list when it is needed, and letting time pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from edu_widgets.client.runtime.receipts import Answer
from edu_widgets.presence import commands
from edu_widgets.presence.commands import People, PeoplePage, Presence
from edu_widgets.presence.roster import Moved, Roster
from edu_widgets.protocol.errors import EduWidgetsError, NotConnected

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
"""Seconds until a question that was not answered is asked again."""


class RosterPort(Protocol):
    """The connection to a course's channel, as far as a roster needs it."""

    def ask(self, type_: str, data: People, /) -> Answer:
        """Ask the service.

        Raises:
            NotConnected: the connection is closed.
        """

    def later(self, delay: float, fn: Callable[[], object], /) -> Callable[[], None]:
        """Run `fn` after `delay` seconds; returns what prevents it."""

    def monotonic(self) -> float:
        """Return the time that delays are measured by, in seconds."""


class RosterSync:
    """Drives one roster. Everything happens on the network thread."""

    def __init__(
        self,
        client: RosterPort,
        roster: Roster,
        is_live: Callable[[], bool],
        changed: Callable[[Moved], None],
    ) -> None:
        self._client = client
        self._roster = roster
        self._is_live = is_live
        self._changed = changed
        self._clock = client.monotonic
        self._live = False
        self._asked: Answer | None = None
        self._pause = _FIRST_PAUSE
        self._again_at = float("-inf")
        self._cancel: Callable[[], None] = lambda: None
        self._closed = False

    def begin(self) -> None:
        """Ask for the list as soon as there is a connection."""
        self.look()

    def close(self) -> None:
        """Follow nothing any more (any thread)."""
        self._closed = True

    def look(self) -> None:
        """The connection may have changed."""
        live = self._is_live()
        if live != self._live:
            self._live = live
            self._again_at, self._pause = float("-inf"), _FIRST_PAUSE
            if not live:
                self._roster.lost(self._clock())
            # Whatever was asked before went with the connection.
            self._asked = None
        self._go_on()

    def told(self, frame: Presence) -> None:
        """The service tells of changes."""
        self._tell(self._roster.told(frame, self._clock()))
        self._go_on()

    def _go_on(self) -> None:
        """Ask if that is due, and come back when something else is."""
        self._cancel()
        self._cancel = lambda: None
        if self._closed:
            return
        now = self._clock()
        if self._live and self._roster.behind and self._asked is None and now >= self._again_at:
            self._ask()
        waits = [self._roster.due()]
        if self._live and self._roster.behind and self._asked is None:
            waits.append(self._again_at)
        due = min((at for at in waits if at is not None), default=None)
        if due is not None:
            self._cancel = self._client.later(max(0.0, due - now), self._ring)

    def _ring(self) -> None:
        self._tell(self._roster.expire(self._clock()))
        self._go_on()

    def _ask(self) -> None:
        try:
            answer = self._client.ask(commands.PEOPLE.name, People())
        except NotConnected:
            return  # the lesson is closed
        self._asked = answer
        answer.when_settled(lambda: self._settled(answer))

    def _settled(self, answer: Answer) -> None:
        if self._asked is not answer:
            return
        self._asked = None
        page = _read(answer)
        now = self._clock()
        if page is None:
            self._again_at = now + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
        else:
            self._pause = _FIRST_PAUSE
            self._tell(self._roster.listed(page, now))
        self._go_on()

    def _tell(self, moved: Moved) -> None:
        if moved.joined or moved.left or moved.changed or moved.reset or self._roster.crowd:
            self._changed(moved)


def _read(answer: Answer) -> PeoplePage | None:
    if answer.error is not None:
        return None
    try:
        return answer.read(PeoplePage)
    except EduWidgetsError:
        return None
