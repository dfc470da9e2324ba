"""Clients for those who share a kernel with the one whose connection it is."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from edu_widgets.client.course import CourseClient, scope
from edu_widgets.client.invites.vouching import vouch
from edu_widgets.client.membership import CourseMembership, ReaderMembership
from edu_widgets.client.sync.commands import Command
from edu_widgets.client.view import CourseView, Person
from edu_widgets.protocol.errors import Forbidden

_READS = "You can read here. To take part, join the course in a notebook of your own."


class StudentClient(CourseClient):
    """An instructor's connection without what only staff sees: others look on."""

    def be(self, me: Person) -> None:
        """Say who it is for; before it starts."""
        self._membership = CourseMembership(self.course, self.channel, me, "student")


class ReaderClient(CourseClient):
    """The owner's connection for somebody who only reads what everybody in the course sees."""

    def be(self, me: Person) -> None:
        """Say who it is for; before it starts."""
        self._membership = ReaderMembership(self.course, self.channel, me)
        self.scope = scope(self._target.key[0], self.channel, f"reader {self.viewer}")

    def commands(self, type_: str) -> list[Command]:
        """There are none: what waits is the owner's."""
        del type_
        return []

    def _allow(self, command: Command) -> None:
        """Refuse every command."""
        del command
        raise Forbidden(_READS)

    def signal(self, type_: str, data: msgspec.Struct, *, channel: str | None = None) -> None:
        """Tell nobody: it would be in the owner's name."""

    def _look(self) -> CourseView:
        return replace(super()._look(), readonly=True, queued=0, messages=0)


def vouched_for(owner: CourseClient, viewer: str, identity: str, name: str) -> CourseClient:
    """Start a connection of their own for somebody who shares the owner's kernel; waits for it.

    Raises:
        Refused, Forbidden, ServiceUnavailable: see `vouch`.
    """
    me, target = vouch(owner.target, owner.course, identity, name)
    client = owner.sibling(CourseClient, Person(*me), target)
    client.viewer = viewer
    client.start()
    return client


def as_student(owner: CourseClient, viewer: str) -> CourseClient:
    """Start the owner's own view without staff content."""
    client = owner.sibling(StudentClient, owner.me())
    client.viewer = viewer
    client.be(replace(owner.me(), role="student"))
    client.start()
    return client


def reader(owner: CourseClient, viewer: str, name: str) -> CourseClient:
    """Start a view for somebody who only reads."""
    client = owner.sibling(ReaderClient, owner.me())
    client.viewer = viewer
    client.be(Person("", name))
    client.start()
    return client
