"""Admission to a lesson: its invite, its door, and the erasing of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edu_widgets.protocol.attributes import Tidy

if TYPE_CHECKING:
    from edu_widgets.client.admission import Admission, RemovedPerson
    from edu_widgets.client.course import CourseClient
    from edu_widgets.client.linking import LinkCode
    from edu_widgets.notebook.assembly import Assembly
    from edu_widgets.presence.people import Who


class LessonAdmission(Tidy):
    """The part of a lesson about admission: invites, the door, removals and identities."""

    _client: CourseClient
    _widgets: Assembly

    @property
    def invite(self) -> str:
        """The invite that students pass to `join`; empty for students and people with a token."""
        return self._client.invite

    def new_invite(self) -> str:
        """End the invite, make another and return it; people who are in the course stay.

        Raises:
            Forbidden: I am not staff here.
            Refused, NotConnected: the service said no, or does not answer.
        """
        return self._admission().renew_invite()

    def close_door(self) -> None:
        """Let no new people in; those in the course may leave and come back.

        Raises:
            Forbidden: I am not staff here.
            Refused, NotConnected: the service said no, or does not answer.
        """
        self._admission().set_door(closed=True)

    def open_door(self) -> None:
        """Let new people in again.

        Raises:
            Forbidden: I am not staff here.
            Refused, NotConnected: the service said no, or does not answer.
        """
        self._admission().set_door(closed=False)

    @property
    def door_closed(self) -> bool:
        """True if no new people are let in; known to instructors."""
        return self._admission().state().closed

    def forbid_viewers(self) -> None:
        """Let nobody take part through another person's notebook; those who do are out at once.

        Raises:
            Forbidden: I am not staff here.
            Refused, NotConnected: the service said no, or does not answer.
        """
        self._admission().set_vouching(allowed=False)

    def allow_viewers(self) -> None:
        """Let people who share a notebook take part each under their own name, as at first.

        Raises:
            Forbidden: I am not staff here.
            Refused, NotConnected: the service said no, or does not answer.
        """
        self._admission().set_vouching(allowed=True)

    @property
    def viewers_allowed(self) -> bool:
        """True if people may take part through another person's notebook; known to instructors."""
        return self._admission().state().vouching

    def link_code(self) -> LinkCode:
        """Make a code by which I am one person here and in another's notebook I take part in.

        It is entered there, in the sign with my name, within ten minutes, once. From then on the
        class sees one person with one vote. Whose notebook that is could then write as me.

        Raises:
            Forbidden: a platform decides who is who.
            Refused, NotConnected: I am an instructor, or the service does not answer.
        """
        from edu_widgets.client.linking import new_code

        return new_code(self._client)

    def unlink(self) -> int:
        """End that I am one person with anybody in another's notebook; returns how many it were.

        Raises:
            Forbidden, Refused, NotConnected: as `link_code`.
        """
        from edu_widgets.client.linking import end_links

        return end_links(self._client)

    def erase(self, person: Who | RemovedPerson) -> None:
        """Erase a person from the course for good: messages, votes, and that they were here.

        It is gone from the service's files and from everybody's copy, and so are secrets and
        waiting messages of theirs on this computer. Backups stay as they are. With a valid invite
        they can join again, as somebody new: `new_invite()` ends it.

        Args:
            person: A person of a list, a hand, a name or an id; also somebody removed.

        Raises:
            InvalidArgument: nobody, or more than one, is called so.
            Forbidden: I am not staff here, or it is an instructor.
            Refused, NotConnected: the service said no, or does not answer.
        """
        from edu_widgets import configuration, folders
        from edu_widgets.client.invites.memberships import forget

        user_id = self._widgets.identify(person)
        self._admission().erase(user_id)
        edu = configuration.load().edu
        outbox = folders.outbox_folder(edu.dataDir, edu.outboxDir)
        forget(folders.people_folder(edu.dataDir), outbox, self._client.course, user_id)

    def _admission(self) -> Admission:
        from edu_widgets.client.admission import Admission

        self._client.check()
        return Admission(self._client)
