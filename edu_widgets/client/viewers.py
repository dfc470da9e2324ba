"""Clients for people who share the kernel of the connection's owner."""

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
    """An instructor's connection as a student sees the course: without staff content."""

    def be(self, me: Person) -> None:
        """Set the person it is for; to be called before it starts."""
        self._membership = CourseMembership(self.course, self.channel, me, "student")


class ReaderClient(CourseClient):
    """The owner's connection for a person who only reads the course's channel."""

    def be(self, me: Person) -> None:
        """Set the person it is for; to be called before it starts."""
        self._membership = ReaderMembership(self.course, self.channel, me)
        self.scope = scope(self._target.key[0], self.channel, f"reader {self.viewer}")

    def commands(self, type_: str) -> list[Command]:
        """Return none: the waiting commands are the owner's."""
        del type_
        return []

    def _allow(self, command: Command) -> None:
        """Refuse every command."""
        del command
        raise Forbidden(_READS)

    def signal(self, type_: str, data: msgspec.Struct, *, channel: str | None = None) -> None:
        """Send nothing: a signal would be in the owner's name."""

    def _look(self) -> CourseView:
        return replace(super()._look(), readonly=True, queued=0, messages=0)


def vouched_for(owner: CourseClient, viewer: str, identity: str, name: str) -> CourseClient:
    """Start an own connection for a person who shares the owner's kernel; waits for it.

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
    client.viewer, client.seen_as = viewer, owner
    client.be(replace(owner.me(), role="student"))
    client.start()
    return client


def reader(owner: CourseClient, viewer: str, name: str) -> CourseClient:
    """Start a view for a person who only reads."""
    client = owner.sibling(ReaderClient, owner.me())
    client.viewer = viewer
    client.be(Person("", name))
    client.start()
    return client
