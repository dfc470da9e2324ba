"""Clients for the other people who share a kernel: vouched for, as a student, or as a reader."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from edu_widgets.client.course import CourseClient
from edu_widgets.client.course_connection import scope
from edu_widgets.client.invites.vouching import vouch
from edu_widgets.client.membership import CourseMembership, ReaderMembership
from edu_widgets.client.sync.commands import Command
from edu_widgets.client.view import CourseView, Person
from edu_widgets.protocol.errors import Forbidden

_READS = "You can read here. To take part, join the course in a notebook of your own."


class ReaderClient(CourseClient):
    """The owner's connection, used by a person who only reads the course's channel."""

    def commands(self, type_: str) -> list[Command]:
        """Return none: the waiting commands are the owner's."""
        del type_
        return []

    def check_sendable(self, command: Command) -> None:
        """Refuse every command.

        Raises:
            Forbidden: always.
        """
        del command
        raise Forbidden(_READS)

    def signal(self, type_: str, data: msgspec.Struct, *, channel: str | None = None) -> None:
        """Send nothing: a signal would be in the owner's name."""

    def look(self) -> CourseView:
        """Make the view without what belongs to the owner (network thread)."""
        return replace(super().look(), readonly=True, queued=0, messages=0)


def vouched_for(owner: CourseClient, viewer: str, identity: str, name: str) -> CourseClient:
    """Open a connection of their own for a person who shares the owner's kernel.

    Waits until the service has vouched for them.

    Args:
        owner: The client of the kernel's owner.
        viewer: The viewer's key among those who share the kernel.
        identity: The person's identity in Jupyter.
        name: The name they are shown by.

    Raises:
        Refused, Forbidden, ServiceUnavailable: see `vouch`.
    """
    me, target = vouch(owner.target, owner.course, identity, name)
    client = owner.sibling(CourseClient, Person(*me), target)
    client.viewer = viewer
    client.start()
    return client


def as_student(owner: CourseClient, viewer: str) -> CourseClient:
    """Open the instructor's own view of the course as students see it, without staff content."""
    me = replace(owner.me(), role="student")
    client = owner.sibling(CourseClient, me)
    client.viewer, client.seen_as = viewer, owner
    client.enter_as(CourseMembership(owner.course, owner.channel, me, "student"))
    client.start()
    return client


def reader(owner: CourseClient, viewer: str, name: str) -> CourseClient:
    """Open a view of the course for a person who may only read."""
    me = Person("", name)
    client = owner.sibling(ReaderClient, me)
    client.viewer = viewer
    client.scope = scope(owner.target.key[0], owner.channel, f"reader {viewer}")
    client.enter_as(ReaderMembership(owner.course, owner.channel, me))
    client.start()
    return client
