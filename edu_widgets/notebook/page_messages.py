"""Handling of a page's messages: intents, pictures, *ready*, and whether it is in sight."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.channel import PageChannel
from edu_widgets.notebook.page_requests import PageRequests
from edu_widgets.notebook.page_visibility import Delays, visibility_of
from edu_widgets.notebook.pictures import Pictures
from edu_widgets.notebook.stream import Json
from edu_widgets.protocol import Code, is_id
from edu_widgets.protocol.errors import Refused

_log = logging.getLogger(__name__)

# In the order in which a page tells its own: one that may be set, and one that never is.
_CLOCKS = (time.time, time.monotonic)
_MOST_MS = 1e15


class PageMessages:
    """Handles the messages of a widget's pages. Any thread."""

    def __init__(
        self,
        client: CourseClient,
        channel: PageChannel,
        requests: PageRequests,
        welcomed: Callable[[], None],
    ) -> None:
        """Begin without a page.

        Args:
            client: The connection of the person whom the pages are for.
            channel: The channel to the pages.
            requests: Handles intents.
            welcomed: Is called when a page has got its snapshot.
        """
        self._client = client
        self._channel = channel
        self._requests = requests
        self._welcomed = welcomed
        self._pictures = Pictures(client, channel.reply)
        self._delays = Delays()

    def take(self, content: Json) -> None:
        """Handle one message; one that is malformed is logged and ignored."""
        op, page = content.get("op"), content.get("page")
        if op == "intent":
            self._channel.spoke()
            self._requests.receive(content, self._objection(content))
        elif op == "blobs":
            self._channel.spoke()
            self._pictures.asked(content)
        elif op == "put":
            self._channel.spoke()
            self._pictures.given(content)
        elif op == "ready" and isinstance(page, str) and is_id(page):
            self._channel.welcome(page)
            self._welcomed()
        elif op == "seen" and isinstance(page, str) and is_id(page):
            self._channel.spoke(page)
            visible = content.get("visible") is True
            self._delay(content)
            visibility_of(self._client.seen_as or self._client).heard(
                page, visible=visible, now=time.monotonic()
            )
        else:
            _log.warning("A message of a page was ignored: unknown or malformed.")

    def _objection(self, content: dict[str, Any]) -> Refused | None:
        """Return the reason for refusing an intent, whatever it asks for; None if there is none."""
        whose, lives = content.get("scope"), content.get("lives")
        if whose and whose != self._client.scope:
            message = "Not done: somebody else wrote this, who is not here any more."
            return Refused(message, Code.FORBIDDEN)
        if isinstance(lives, int | float) and self._delay(content) > lives / 1000:
            # The page has given it up, and said so.
            return Refused("Not done: the kernel did not answer.", Code.TOO_LATE)
        return None

    def _delay(self, content: dict[str, Any]) -> float:
        """Return the seconds that a message was on its way; 0 where the page does not say."""
        page, sent = content.get("page"), content.get("sent")
        if not (isinstance(page, str) and is_id(page) and isinstance(sent, list)):
            return 0.0
        if [isinstance(ms, int | float) and abs(ms) < _MOST_MS for ms in sent] != [True, True]:
            return 0.0
        now = [clock() for clock in _CLOCKS]
        return self._delays.of(page, [ms / 1000 for ms in sent], now)
