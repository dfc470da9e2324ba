"""Telling the service whether anybody is at this end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.notebook.page_visibility import Kernel, PageVisibility, kernel_here, visibility_of
from edu_widgets.presence.commands import ATTENTION, Attention
from edu_widgets.protocol.errors import EduWidgetsError

_log = logging.getLogger(__name__)

HIDDEN_FOR = 60.0
"""Seconds without a page in sight, and without a cell begun, after which one is away …"""

IDLE_FOR = 600.0
"""… and without any page, seconds since a cell has run."""

LOOK_EVERY = 10.0


class Away:
    """Decides if somebody is away; once they are, only a sign of them changes it. No output."""

    def __init__(self, pages: PageVisibility, kernel: Kernel | None) -> None:
        self._pages = pages
        self._kernel = kernel
        self._since: float | None = None

    def look(self, now: float) -> bool | None:
        """Return True if nobody is at this end; None where it cannot be known, as in a script."""
        page, kernel = self._pages.any(now), self._kernel
        seen = self._pages.seen(now)
        if kernel is None and seen is None:
            return None
        begun = kernel.began if kernel is not None else float("-inf")
        attended = max(begun, seen if seen is not None else float("-inf"))
        if self._since is not None:
            if attended <= self._since:
                return True
            self._since = None
        if page:
            away = now - attended > HIDDEN_FOR
        else:
            ran = kernel.busy_until(now) if kernel is not None else float("-inf")
            away = now - max(attended, ran) > IDLE_FOR
        if away:
            self._since = attended
        return away


class AwayReporter:
    """Says it for one lesson: on each new connection, and when it changes."""

    def __init__(self, client: CourseClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._kernel = kernel_here(clock)
        self._away = Away(visibility_of(client), self._kernel)
        self._said: bool | None = None
        self._live = False
        self._lock = threading.Lock()
        self._stop = client.listen(self._heard)
        client.on_network(self._tick)

    def close(self) -> None:
        """Say nothing any more."""
        self._stop()
        if self._kernel is not None:
            self._kernel.close()

    def _heard(self, event: CourseEvent) -> None:
        del event
        live = self._client.view().state == "live"
        if live and not self._live:
            self._said = None  # a new connection knows nothing of it
        if live != self._live:
            self._live = live
            self.look()

    def _tick(self) -> None:
        self.look()
        if self._client.usable:
            self._client.later(LOOK_EVERY, self._tick)

    def look(self) -> None:
        """Say what has changed (network thread)."""
        view = self._client.view()
        if view.state != "live" or "presence" not in view.features:
            return
        away = self._away.look(self._clock())
        if away is None or away == self._said:
            return
        self._said = away
        try:
            self._client.signal(ATTENTION.name, Attention(away))
        except EduWidgetsError:
            _log.debug("It could not be said whether anybody is here.", exc_info=True)
