"""One widget as each of those sees it who share its kernel.

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
    """A widget or its twin: what pages are led to."""

    widget: Shown
    channel: PageChannel
    take: Callable[[Json], None]
    """Takes a page's message."""
    welcomed: Callable[[], None]
    """Is told of a page that has got everything."""

    def welcome(self, page: str) -> None:
        """Show a page this face from now on."""
        self.channel.welcome(page)
        self.welcomed()


class Faces:
    """Leads each page to the face that is for whoever looks at it. Any thread.

    Args:
        company: Who shares the kernel.
        own: The widget itself, which is for the owner's eyes.
        twin: Makes the face of a viewer, of what `Company.context` gives for their key.
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
        """A page's message has come, from a session; `ready` says who looks."""
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
        """The session of a page that has asked."""
        return self._sessions.get(page, "")

    def twin(self, key: str) -> Face | None:
        """The face of a viewer, made if there is none; None while it cannot be."""
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
        """Show each page what is for whoever looks at it now."""
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
        """This viewer is gone."""
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
        """The widget is closed."""
        for key in tuple(self._twins):
            self.drop(key)

    @property
    def awaited(self) -> bool:
        """True if any page shows it, to whomever."""
        return self.watching > 0

    @property
    def watching(self) -> int:
        """Number of people that pages show it to."""
        return sum(face.channel.awaited for face in (self._own, *tuple(self._twins.values())))
