"""A person's identity in a course, and the channels they read because of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from edu_widgets.client.sync.channel import Grant
from edu_widgets.client.view import Person
from edu_widgets.protocol.channels import staff_channel, user_channel
from edu_widgets.protocol.errors import ProtocolError
from edu_widgets.protocol.messages import Role

if TYPE_CHECKING:
    from edu_widgets.client.sync.events import DocumentsChanged
    from edu_widgets.client.sync.mirror import Mirror
    from edu_widgets.client.sync.session import Session
    from edu_widgets.protocol.documents import Document


class CourseMembership:
    """One person in one course. Except for the name, changed on the network thread only."""

    def __init__(self, course: str, channel: str, me: Person, role: str = "") -> None:
        self.me = me
        """My identity here: as given at the start, until the service states it."""
        self.mirrors: dict[str, Mirror] = {}
        """Mirrors of the channels I read, by name; the dict is replaced, never changed."""
        self._course = course
        self._channel = channel
        self._role = role
        """The role I have here, whatever the service states; "": the one it states."""
        self._named = ""
        """My name in the service's last answer; older than a name agreed since."""

    def enter(self, session: Session) -> None:
        """Subscribe to the course's channel and to those my role lets me see."""
        self._want(session, self._channel)
        self._follow_role(session)

    def leave(self, session: Session) -> None:
        """Unsubscribe from all channels."""
        for name in self.mirrors:
            session.unsubscribe(name)

    def answered(self, session: Session) -> bool:
        """Take over my identity from the course channel's grant; return True if it changed."""
        me, state = self.me, session.channels.get(self._channel)
        if state is None or state.grant is not Grant.GRANTED:
            return False
        name = me.name if state.user_name in ("", self._named) else state.user_name
        self._named = state.user_name
        id_, role = state.user_id or me.user_id, state.role or me.role
        return self._become(session, replace(me, user_id=id_, name=name, role=role))

    def documented(self, session: Session, event: DocumentsChanged) -> bool:
        """Take over my identity from documents of my own channel; return True if it changed."""
        if not event.channel.startswith("user:"):
            return False
        me = _as_documented(self.me, event.upserted)
        return me != self.me and self._become(session, me)

    def rename(self, me: Person) -> None:
        """Take the name just agreed with the service; its next answer states the rest."""
        self.me = replace(self.me, name=me.name)

    def _become(self, session: Session, me: Person) -> bool:
        me = replace(me, role=self._role or me.role)
        changed, self.me = me != self.me, me
        self._follow_role(session)
        return changed

    def _follow_role(self, session: Session) -> None:
        """Subscribe to the channels my role lets me see; ask again for those that were refused."""
        names = [user_channel(self._course, self.me.user_id)]
        if self.me.is_staff:
            names.append(staff_channel(self._course))
        for name in names:
            if name in self.mirrors:
                session.ask_again(name)
            else:
                self._want(session, name)

    def _want(self, session: Session, name: str) -> None:
        if name not in self.mirrors:
            state = session.subscribe(name, ours=name != self._channel)
            self.mirrors = {**self.mirrors, name: state.mirror}


class ReaderMembership(CourseMembership):
    """A person who only reads the course's channel, and is unknown to the service."""

    def answered(self, session: Session) -> bool:
        """Ignore the grant, which is the owner's."""
        del session
        return False

    def _follow_role(self, session: Session) -> None:
        """Do nothing: there is no channel but the course's."""


def _as_documented(me: Person, docs: Iterable[Document]) -> Person:
    """Return my identity after documents of my own channel; `role` documents change it."""
    for doc in docs:
        if doc.kind == Role.kind:
            with contextlib.suppress(ProtocolError):
                role: Role = doc.as_(Role)
                me = replace(me, name=role.name or me.name, role=role.role)
    return me
