"""The conversation that links a viewer of a shared kernel to their own membership.

What the viewer has written is sent before the code, and what is left of it before they become the
member.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from edu_widgets.client.linking import ask_to_link
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused

if TYPE_CHECKING:
    from edu_widgets.client.course import CourseClient
    from edu_widgets.notebook.viewers.viewer import Viewer

Begin = Callable[[Callable[[], None]], None]
"""Runs work on a thread that may wait for the service."""

ASKING = "asking"
"""`Viewer.link` while the conversation lasts."""

SENT_WITHIN_S = 10.0
"""Seconds that a code waits for what its viewer has written before."""
_CARRIED_WITHIN_S = 90.0
"""Seconds in which what is left of it is sent by the member."""

_REFUSED = {int(Code.INVITE_INVALID): "wrong", int(Code.RATE_LIMITED): "limited"}
"""`Viewer.link` by the code of the service's refusal; `refused` for others."""


def link(
    viewer: Viewer, client: CourseClient, code: str, begin: Begin, then: Callable[[Viewer], None]
) -> None:
    """Ask the service to link a viewer; returns at once.

    Args:
        viewer: The viewer, whose `link` is `ASKING`.
        client: The viewer's client.
        code: The code that they have entered.
        begin: Runs work on a thread of its own.
        then: Called with the viewer when they are linked, `link` being `ASKING` still, or when they
            are not and `link` says why.
    """

    def ask() -> None:
        asked = ask_to_link(client, code)
        asked.when_settled(lambda: begin(lambda: answered(asked.error)))

    def answered(error: Exception | None) -> None:
        if error is None:
            # They are let in again as the member: so this connection is, which sends what it has.
            _once_sent(client, _CARRIED_WITHIN_S, begin, lambda: then(viewer))
            return
        known = _REFUSED.get(error.code, "refused") if isinstance(error, Refused) else ""
        viewer.link = known or "offline"
        then(viewer)

    # What they have written is theirs as the viewer who wrote it; offline it is said at once.
    _once_sent(client, SENT_WITHIN_S, begin, ask, waits_offline=False)


def _once_sent(
    client: CourseClient,
    most: float,
    begin: Begin,
    then: Callable[[], None],
    *,
    waits_offline: bool = True,
) -> None:
    """Begin `then` once nothing of a client's waits to be sent, or after `most` seconds."""
    lock = threading.Lock()
    left = [then]
    stops: list[Callable[[], None]] = []

    def act() -> None:
        with lock:
            taken, left[:] = left[:], []
        for fn in taken:
            for stop in stops:
                stop()
            begin(fn)

    def look(_event: object = None) -> None:
        view = client.view()
        if not view.queued or not (waits_offline or view.state == "live"):
            act()

    look()
    if left:
        stops.append(client.listen(look))
        client.on_network(lambda: client.later(most, act))
        look()
