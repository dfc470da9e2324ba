"""One widget as each of the people sees it who share its kernel.

The owner's pages are the widget's own. For each other viewer there is a twin: a widget of the same
class, with the viewer's client and without a comm. What it says goes out on the one comm,
addressed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from edu_widgets.notebook.viewers.claims import OUTSIDE, read_claim

if TYPE_CHECKING:
    from edu_widgets.notebook.channel import PageChannel
    from edu_widgets.notebook.stream import Json
    from edu_widgets.notebook.viewers.company import Company

_MAX_PAGES = 256


class Shown(Protocol):
    """A widget, as far as its faces are concerned."""

    def close(self) -> None:
        """Show it no more."""


@dataclass(frozen=True, slots=True)
class Face:
    """A widget or its twin, as the pages of one person show it."""

    widget: Shown
    channel: PageChannel
    take: Callable[[Json], None]
    """Takes a page's message."""
    welcomed: Callable[[], None]
    """Is called when a page has got its snapshot."""

    def welcome(self, page: str) -> None:
        """Show a page this face from now on."""
        self.channel.welcome(page)
        self.welcomed()


class Faces:
    """Shows each page the face of its viewer. Any thread.

    Args:
        company: The people who share the kernel.
        own: The widget itself, which the owner sees.
        twin: Makes the face of a viewer, given their key and `Company.context` of it.
    """

    def __init__(self, company: Company, own: Face, twin: Callable[[str, Any], Face]) -> None:
        self._company = company
        self._own = own
        self._make = twin
        self._lock = threading.RLock()
        self._sessions: OrderedDict[str, str] = OrderedDict()
        """Sessions by page."""
        self._at: dict[str, str | None] = {}
        """By page the key of the face it is shown; None: none yet."""
        self._twins: dict[str, Face] = {}
        company.add(self)

    def take(self, page: str, session: str, content: Json) -> None:
        """Pass a page's message to the face of the page's viewer.

        Args:
            page: The page's id.
            session: The page's session with the kernel.
            content: The message; `ready` carries the page's claim.
        """
        ready = content.get("op") == "ready"
        if ready:
            known = "who" in content
            self._company.claim(session, read_claim(content["who"]) if known else OUTSIDE)
        with self._lock:
            if page and (ready or page in self._sessions):
                self._sessions[page] = session
                self._sessions.move_to_end(page)
                while len(self._sessions) > _MAX_PAGES:
                    gone, _ = self._sessions.popitem(last=False)
                    self._at.pop(gone, None)
        key = self._company.key(session)
        face = self._face(key)
        if ready:
            with self._lock:
                before = self._at.get(page)
                if face is not None:
                    self._at[page] = key
            if face is not None and before not in (None, key):
                self._leave(before, page)
        if face is not None:
            face.take(content)

    def session(self, page: str) -> str:
        """Return the session of a page; "" for a page that has asked for nothing."""
        return self._sessions.get(page, "")

    def twin(self, key: str) -> Face | None:
        """Return a viewer's face, made at first use; None while the viewer has no client."""
        with self._lock:
            found = self._twins.get(key)
            context = self._company.context(key) if found is None else None
            if found is None and context is not None:
                found = self._twins[key] = self._make(key, context)
            return found

    def _face(self, key: str | None) -> Face | None:
        if key is None:
            return None
        return self.twin(key) if key else self._own

    def _leave(self, key: str | None, page: str) -> None:
        face = self._own if key == "" else self._twins.get(key or "")
        if face is not None:
            face.channel.leave(page)

    # -- company.SharedWidget ------------------------------------------------------------

    def settle(self) -> None:
        """Show each page the face of its viewer, where that has changed."""
        for page, session in tuple(self._sessions.items()):
            key = self._company.key(session)
            with self._lock:
                before = self._at.get(page)
                if key == before:
                    continue
                self._at[page] = key
            self._leave(before, page)
            face = self._face(key)
            if face is not None:
                face.welcome(page)

    def is_watched(self, key: str) -> bool:
        """Return True if a page shows it to this viewer."""
        with self._lock:
            face = self._twins.get(key)
        waits = any(self._company.key(one) == key for one in self._sessions.values())
        return face.channel.awaited if face is not None else waits

    def told(self) -> None:
        """Tell the pages anew about the viewers."""
        for face in (self._own, *tuple(self._twins.values())):
            face.channel.look_again()

    def drop(self, key: str) -> None:
        """Close the face of a viewer who is gone."""
        with self._lock:
            face = self._twins.pop(key, None)
            for page, at in tuple(self._at.items()):
                if at == key:
                    self._at[page] = None
                    if face is not None and not face.channel.awaited:
                        del self._sessions[page], self._at[page]
        if face is not None:
            face.widget.close()

    def close(self) -> None:
        """Close the faces of all viewers."""
        for key in tuple(self._twins):
            self.drop(key)

    @property
    def awaited(self) -> bool:
        """True if any page shows the widget."""
        return self.watching > 0

    @property
    def watching(self) -> int:
        """Number of people whose pages show the widget."""
        return sum(face.channel.awaited for face in (self._own, *tuple(self._twins.values())))
