"""The people who share a kernel in one lesson, each with a client of their own.

Linking one of them to their own membership is a conversation apart, in `linking`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from edu_widgets.client.view import ViewChanged
from edu_widgets.client.viewers import as_student, reader, vouched_for
from edu_widgets.notebook.viewers.claims import OWNER, Claim, Claims, Place
from edu_widgets.notebook.viewers.linking import ASKING, link
from edu_widgets.notebook.viewers.remembering import ViewersFile
from edu_widgets.notebook.viewers.viewer import SharedWidget, Viewer, ViewerContext
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import EduWidgetsError, Forbidden, InvalidArgument, Refused

if TYPE_CHECKING:
    from edu_widgets.client.course import CourseClient, CourseEvent
    from edu_widgets.notebook.stream import Json

_log = logging.getLogger(__name__)


HUSHED = "="
"""The key of an owner who is staff, while others look on."""

_CROWD = "*"
"""The key of all readers beyond the most that are told apart."""

_MOST_APART = 32
_TEND_S = 60.0

_WHY = {int(Code.ROOM_FULL): "full"}
"""Reasons for reading only, by the code of the service's refusal; `refused` for others."""


class Company:
    """The people who share the kernel; the owner alone until another page claims a viewer.

    Any thread. A viewer's client is made on a thread of its own, since the service is asked.
    """

    def __init__(
        self,
        client: CourseClient,
        begin: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._client = client
        self._begin = begin or _on_thread
        self._file = None if client.kept is None else ViewersFile(client.kept, client.target.key)
        self._claims = Claims(self._file.read() if self._file is not None else None)
        self._lock = threading.RLock()
        self._viewers: dict[str, Viewer] = {}
        self._removed: set[str] = set()
        self._widgets: WeakSet[Any] = WeakSet()
        self._tending = False
        self._was_staff = False
        self.for_viewer: Callable[[CourseClient], Any] = ViewerContext
        """Makes of a viewer's client what their widgets are made with."""

    def add(self, widget: SharedWidget) -> None:
        """Add a widget of the lesson that pages can show."""
        self._widgets.add(widget)

    # -- who looks -----------------------------------------------------------------------

    def began(self, session: str) -> None:
        """Note the session whose cell ran `host` or `join`; the first one is the owner's."""
        self._change(lambda: self._claims.began(session))

    def claim(self, session: str, claim: Claim) -> None:
        """Note the claim of a page.

        Args:
            session: The page's session with the kernel.
            claim: The identity that Jupyter gave the page.
        """
        self._change(lambda: self._claims.claim(session, claim))

    def name(self, session: str, name: str) -> None:
        """Let a person whom Jupyter does not name take part under a name of their own.

        Args:
            session: The session of the person's page.
            name: The name.
        """
        self._change(lambda: self._claims.name(session, name))
        self._settle()

    def deny(self, session: str) -> None:
        """Forget the person of a session, who has said *not me*; their page asks for a name.

        Args:
            session: The page's session with the kernel.

        Raises:
            Forbidden: the person was removed or refused; another name does not let them in.
        """
        with self._lock:
            viewer = self._viewers.get(self.key(session) or "")
        if viewer is not None and viewer.why in {"removed", "refused"}:
            raise Forbidden("Whom this page is taken for may only read here, and so may you.")
        self._change(lambda: self._claims.deny(session))
        self._settle()

    def session(self, page: str) -> str:
        """Return the session that a page has with the kernel; "" if it is not known."""
        return next(filter(None, (one.session(page) for one in tuple(self._widgets))), "")

    def same(self, session: str, id_: str, *, same: bool) -> None:
        """Note the owner's answer about an anonymous identity.

        Args:
            session: The session of the page that answers.
            id_: The id of the identity.
            same: True if it is the owner in another browser, False if it is another person.

        Raises:
            Forbidden: the session is not the owner's.
            InvalidArgument: there is no such identity.
        """
        if not self._claims.is_owner(session):
            raise Forbidden("Only whose notebook it is says who else looks at it.")
        if id_ not in {one.id for one in self._claims.asked()}:
            raise InvalidArgument("There is nobody of whom it is asked any more.")
        self._change(lambda: self._claims.same(id_, same=same))

    def is_owner(self, session: str) -> bool:
        """Return True if a session is known to be the owner's."""
        return self._claims.is_owner(session)

    def remove(self, key: str) -> None:
        """End a viewer's participation; they may read from now on."""
        with self._lock:
            viewer = self._viewers.get(key)
            if viewer is None or viewer.place == OWNER:
                return
            self._removed.add(key)
        self._drop(key)
        self._settle()

    def link(self, session: str, code: str) -> None:
        """Link the viewer of a session to their own membership of the course.

        The service is asked on a thread of its own; the viewer's pages are told of its answer.

        Args:
            session: The page's session with the kernel.
            code: A code that the viewer has made in their own notebook.

        Raises:
            Forbidden: the viewer is the owner, or may only read.
        """
        key = self.key(session) or ""
        with self._lock:
            viewer = self._viewers.get(key)
            client = viewer.client if viewer is not None else None
            if viewer is None or client is None or viewer.why or viewer.place == OWNER:
                raise Forbidden("Only who takes part through somebody else's notebook is linked.")
            if viewer.link == ASKING:
                return
            viewer.link = ASKING
        self._tell()
        link(viewer, client, code, self._begin, self._linked)

    def _linked(self, viewer: Viewer) -> None:
        """Let a viewer in again as the member they are linked to, or tell that they are not."""
        if viewer.link != ASKING:
            self._tell()
            return
        with self._lock:
            there = self._viewers.get(viewer.key) is viewer
        if there:
            self._drop(viewer.key)
            self._settle()

    def key(self, session: str) -> str | None:
        """Return the key of a session's viewer; None while it is not known.

        "" is the owner's key.
        """
        place = self._claims.place(session)
        if place is None:
            return None
        if place == OWNER:
            return (HUSHED if self._ready(HUSHED, place) else None) if self.hushed else ""
        key = sha256(f"{place.standing} {place.id} {place.name}".encode()).hexdigest()[:16]
        with self._lock:
            apart = len(self._viewers) < _MOST_APART or key in self._viewers
        key, place = (key, place) if apart else (_CROWD, Place("reader"))
        return key if self._ready(key, place) else None

    @property
    def hushed(self) -> bool:
        """True if staff content stays off the owner's pages, because others look on."""
        with self._lock:
            others = any(one.place != OWNER for one in self._viewers.values())
        return others and self._client.me().is_staff

    def context(self, key: str) -> Any:
        """Return the context of a viewer's widgets."""
        with self._lock:
            viewer = self._viewers.get(key)
        return None if viewer is None else viewer.context

    def told(self, key: str) -> Json | None:
        """Return the note on viewers for a viewer's pages; None where there is nobody else."""
        with self._lock:
            viewer = self._viewers.get(key)
            others = [one for one in self._viewers.values() if one.place != OWNER]
        owner = self._client.me().name
        if viewer is not None and viewer.place != OWNER:
            client = viewer.client
            name = viewer.place.name if client is None or viewer.why else client.me().name
            said: Json = {"is": "reader" if viewer.why else "viewer", "name": name, "owner": owner}
            said |= {"why": viewer.why} if viewer.why else {}
            said |= {"link": viewer.link} if viewer.link else {}
            if client is not None and viewer.member and viewer.member == client.me().user_id:
                said["linked"] = True
            invite = self._client.invite or self._client.entrance.invite
            return said | ({"invite": invite} if invite else {})
        asked = [{"id": one.id, "name": one.name} for one in self._claims.asked()]
        if not others and not asked:
            return None
        people = [{"id": one.key, "name": one.place.name, "why": one.why} for one in others]
        said = {"is": "owner", "name": owner, "owner": owner, "people": people, "asked": asked}
        return said | ({"hushed": True} if key == HUSHED else {})

    # -- what follows ------------------------------------------------------------------------

    def _change(self, change: Callable[[], None]) -> None:
        with self._lock:
            before = repr(self._claims.remembered)
            change()
            changed = repr(self._claims.remembered) != before
        if changed and self._file is not None:
            self._file.write(self._claims.remembered)
        if changed:
            self._settle()

    def _ready(self, key: str, place: Place) -> bool:
        """Return True if a viewer has a client; if there is none, one is being made."""
        with self._lock:
            viewer = self._viewers.get(key)
            if viewer is not None:
                return viewer.client is not None
            viewer = self._viewers[key] = Viewer(key, place)
            first = len(self._viewers) == 1
        if first:
            self._client.before_close(self.close)
            self._client.listen(self._heard)
        self._begin(lambda: self._let_in(viewer))
        return False  # once there is one, pages are told

    def _let_in(self, viewer: Viewer) -> None:
        try:
            client = self._client_for(viewer)
        except Exception:  # noqa: BLE001 - told; the others go on
            _log.exception("Somebody who shares this kernel cannot be shown the lesson.")
            with self._lock:  # the page asks again
                self._viewers.pop(viewer.key, None)
            return
        with self._lock:
            gone = self._viewers.get(viewer.key) is not viewer
            if not gone:
                viewer.context, viewer.client = self.for_viewer(client), client
        if gone:
            client.close()
            return
        self._settle()
        self._tend_later()

    def _client_for(self, viewer: Viewer) -> CourseClient:
        owner, place = self._client, viewer.place
        if place == OWNER:
            return as_student(owner, viewer.key)
        if place.standing == "reader":
            viewer.why = "unknown"
        elif owner.base:
            viewer.why = "base"
        elif viewer.key in self._removed:
            viewer.why = "removed"
        else:
            try:
                client = vouched_for(owner, viewer.key, place.id, place.name)
                viewer.member = "" if client.me().via else client.me().user_id
                return client
            except Refused as error:
                viewer.why = _WHY.get(error.code, "refused")
            except EduWidgetsError:
                viewer.why = "offline"
        return reader(owner, viewer.key, place.name)

    def _settle(self) -> None:
        for widget in tuple(self._widgets):
            try:
                widget.settle()
            except Exception:  # noqa: BLE001 - told; the other widgets go on
                _log.exception("A widget cannot be shown to somebody who shares this kernel.")
        self._tell()

    def _tell(self) -> None:
        for widget in tuple(self._widgets):
            widget.told()

    def _heard(self, event: CourseEvent) -> None:
        if isinstance(event, ViewChanged):
            was, self._was_staff = self._was_staff, self._client.me().is_staff
            if was != self._was_staff and self._viewers:
                self._begin(self._settle)

    # -- who has gone ------------------------------------------------------------------------

    def _tend_later(self) -> None:
        def arm() -> None:
            self._client.later(_TEND_S, lambda: self._begin(self.tend))

        with self._lock:
            tending, self._tending = self._tending, True
        if not tending:
            self._client.on_network(arm)

    def tend(self) -> None:
        """End the connections of viewers without an open page, and of those that were offline.

        An offline viewer gets a new connection when a page asks again.
        """
        with self._lock:
            self._tending = False
            known = tuple(self._viewers.values())
        widgets = tuple(self._widgets)
        for viewer in known:
            watched = any(widget.is_watched(viewer.key) for widget in widgets)
            if viewer.client is not None and (not watched or viewer.why == "offline"):
                try:
                    self._drop(viewer.key)
                except Exception:  # noqa: BLE001 - told; the others are looked at, now and later
                    _log.exception("The connection of a viewer could not be ended.")
        with self._lock:
            left = bool(self._viewers)
        self._settle()
        if left:
            self._tend_later()

    def _drop(self, key: str) -> None:
        with self._lock:
            viewer = self._viewers.pop(key, None)
        for widget in tuple(self._widgets):
            widget.drop(key)
        if viewer is not None and viewer.client is not None:
            viewer.context.close()
            viewer.client.close()

    def close(self) -> None:
        """End the connections of all viewers, since the lesson is left."""
        for key in tuple(self._viewers):
            with self._lock:
                viewer = self._viewers.get(key)
            if viewer is not None and viewer.client is not None:
                viewer.context.close()
                viewer.client.close()


_lock = threading.Lock()


def company_of(client: CourseClient) -> Company:
    """Return the people who share the kernel in the lesson of the owner's client."""
    with _lock:
        if not isinstance(client.company, Company):
            client.company = Company(client)
        return client.company


def _on_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work, name="edu-widgets-viewer", daemon=True).start()
