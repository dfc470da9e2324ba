"""Admission to a course: instructors change invites, door, roster and removals in a lesson."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from edu_widgets.protocol import Code, admission
from edu_widgets.protocol.channels import parse_channel, staff_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.service import identity_changes
from edu_widgets.service.admission_rules import (
    write_admission,
    write_readmission,
    write_removals,
)
from edu_widgets.service.checks import channel_of
from edu_widgets.service.features import Ask, AskRule
from edu_widgets.service.hub import Hub
from edu_widgets.service.people import OWNER, Members
from edu_widgets.service.rules import Person, Request, RuleRun
from edu_widgets.service.store import Door, Removed, StoredInvite

STAFF_HOURS = 24.0
"""Hours until a staff invite expires."""


class Admission:
    """Changes a course's invites, door, roster and removals, and tells its members.

    `renewed` is called with a course's new invite; `base_url` returns the URL before `/<course>`.
    """

    def __init__(
        self,
        hub: Hub,
        people: Members,
        base_url: Callable[[], str],
        renewed: Callable[[StoredInvite], None],
        invite_ms: int = 0,
    ) -> None:
        self._hub = hub
        self._people = people
        self._base_url = base_url
        self._renewed = renewed
        self._invite_ms = invite_ms

    def asks(self) -> Mapping[str, Ask]:
        """Return the requests that members may send, by frame type."""
        rules: Mapping[str, AskRule] = {
            admission.RENEW_INVITE.name: self._ask_renew,
            admission.REMOVE_PERSON.name: self._ask_remove,
            admission.READMIT_PERSON.name: self._ask_readmit,
            admission.ERASE_PERSON.name: self._ask_erase,
            admission.SET_DOOR.name: self._ask_door,
            admission.SET_ROSTER.name: self._ask_roster,
            admission.SET_VOUCHING.name: self._ask_vouching,
        }
        return {name: Ask(rule, feature="") for name, rule in rules.items()}

    def link(self, invite: StoredInvite) -> str:
        """Return the invite's link."""
        return f"{self._base_url()}/{quote(invite.course)}?code={invite.code}"

    async def present(self, course: str) -> StoredInvite:
        """Return the course's invite, renewed if it has expired."""
        invite = await self._hub.store.invite(course)
        now = self._hub.now()
        if invite is None or (invite.expires and invite.expires <= now):
            invite = await self._people.renewed_invite(course, self._invite_ms, unless_good_at=now)
        return invite

    # -- changes ------------------------------------------------------------------

    async def renew(self, course: str, by: Person) -> StoredInvite:
        """Replace the invite by a new one. Members stay in the course."""
        invite = await self._people.renewed_invite(course, self._invite_ms)
        self._renewed(invite)
        self._hub.audit.record("INVITE_RENEWED", course=course, by=by.id)
        return invite

    async def staff_invite(
        self, course: str, by: Person, hours: float = STAFF_HOURS
    ) -> StoredInvite:
        """Make an invite for one instructor."""
        invite = await self._people.staff_invite(course, int(hours * 3_600_000))
        self._hub.audit.record("STAFF_INVITE_MADE", course=course, by=by.id)
        return invite

    async def remove(
        self, course: str, user_id: str, by: Person, *, same_join: bool = False
    ) -> Sequence[Removed]:
        """Remove a person, who stays out until readmitted; returns those not removed before.

        Raises:
            Refused: `INVALID` for oneself and the owner, `FORBIDDEN` for an instructor by another,
                `NOT_FOUND`.
        """
        person = await self._subject(course, user_id, by, "remove")
        now = self._hub.now()
        who = Removed(course, user_id, person.name, now)
        out = await self._hub.store.remove(who, by.id, same_join=same_join)
        for one in out:
            identity_changes.expel(self._hub, course, one.user_id)
            self._hub.audit.record("REMOVED", course=course, userId=one.user_id, by=by.id)
            await self._expel_vouched(course, one.user_id)
        if out:
            await self._commit(course, write_removals, _concerned(out, by), by)
        return out

    async def erase(self, course: str, user_id: str, by: Person) -> Removed:
        """Erase a person and all their data from a course; this cannot be undone.

        Raises:
            Refused: as for `remove`.
            ServiceUnavailable: the audit trail cannot be written; everything else is done.
        """
        person = await self._subject(course, user_id, by, "erase")
        identity_changes.expel(
            self._hub, course, user_id, refusal(Code.UNAUTHORIZED, f"You left {course}.")
        )
        await self._expel_vouched(course, user_id)
        await self._hub.erase(course, user_id)
        self._hub.audit.record("ERASED", course=course, by=by.id)
        return Removed(course, user_id, person.name, self._hub.now())

    async def _subject(self, course: str, user_id: str, by: Person, verb: str) -> Person:
        """Return the person to remove or erase, if `by` may do that.

        Raises:
            Refused: `INVALID` for oneself and the owner, `FORBIDDEN` for an instructor by another,
                `NOT_FOUND`.
        """
        channel_of(course, user_id)
        if user_id == by.id:
            raise refusal(Code.INVALID, f"Nobody {verb}s themselves; leave with lesson.close().")
        if user_id == OWNER:
            raise refusal(Code.INVALID, f"Who hosts the course cannot be {verb}d from it.")
        here = identity_changes.known(self._hub, course, user_id)
        found = await self._hub.store.called(course, user_id)
        member = next((one for one in found if one.user_id == user_id), None)
        if member is None and here is None:
            raise refusal(Code.NOT_FOUND, "There is no such person in this course.")
        person = here or Person(
            user_id, member.name if member else "", member.role if member else ""
        )
        if person.staff and by.id != OWNER and by.role != "admin":
            text = f"Instructors are {verb}d by who hosts the course, or by an administrator."
            raise refusal(Code.FORBIDDEN, text)
        return person

    async def readmit(self, course: str, user_id: str, by: Person) -> Removed | None:
        """Let somebody join again; `None` if they were not removed."""
        channel_of(course, user_id)
        found = await self._hub.store.readmit(course, user_id)
        if found is not None:
            identity_changes.readmit(self._hub, course, user_id)
            for one in await self._hub.store.vouched(course, user_id):
                identity_changes.readmit(self._hub, course, one)
            await self._commit(course, write_readmission, _concerned([found], by), by)
            self._hub.audit.record("READMITTED", course=course, userId=user_id, by=by.id)
        return found

    async def set_door(self, course: str, by: Person, *, closed: bool) -> Door:
        """Open or close the door: with a closed one no new person can join."""
        door = await self._hub.store.set_door(course, closed=closed)
        self._hub.audit.record("DOOR_CLOSED" if closed else "DOOR_OPENED", course=course, by=by.id)
        await self._tell(course, door, by)
        return door

    async def set_roster(self, course: str, names: Sequence[str] | None, by: Person) -> Door:
        """Set the list of names that may join; `None`: every name may.

        Raises:
            Refused: `INVALID`: an entry cannot be a name, or two are the same.
        """
        try:
            listed = None if names is None else admission.listed_names(names)
        except InvalidArgument as error:
            raise refusal(Code.INVALID, str(error)) from error
        door = await self._hub.store.set_roster(course, listed)
        self._hub.audit.record("ROSTER_SET", course=course, names=door.listed, by=by.id)
        await self._tell(course, door, by)
        return door

    async def set_vouching(self, course: str, by: Person, *, allowed: bool) -> Door:
        """Allow vouching; or forbid it, and expel everybody who takes part by it now."""
        door = await self._hub.store.set_vouching(course, allowed=allowed)
        if allowed:
            for one in await self._hub.store.vouched(course):
                identity_changes.readmit(self._hub, course, one)
        else:
            await self._expel_vouched(course)
        action = "VOUCHING_ALLOWED" if allowed else "VOUCHING_FORBIDDEN"
        self._hub.audit.record(action, course=course, by=by.id)
        await self._tell(course, door, by)
        return door

    async def _expel_vouched(self, course: str, voucher: str = "") -> None:
        """Expel the people that `voucher` vouches for; "": everybody that is vouched for."""
        for user_id in await self._hub.store.vouched(course, voucher):
            identity_changes.expel(self._hub, course, user_id)

    async def _tell(self, course: str, door: Door, by: Person) -> None:
        await self._commit(course, write_admission, _admission(door), by)

    async def _commit(
        self, course: str, rule: Callable[[Request[Any]], RuleRun], data: object, by: Person
    ) -> None:
        await self._hub.commit(staff_channel(course), rule, data, by)

    # -- requests of members ------------------------------------------------------

    async def _ask_renew(
        self, _stage: object, channel: str, by: Person, _data: object
    ) -> tuple[str, object]:
        invite = await self.renew(_course(channel, by, "make a new invite"), by)
        return admission.NEW_INVITE.name, admission.NewInvite(self.link(invite))

    async def _ask_remove(
        self, _stage: object, channel: str, by: Person, data: admission.RemovePerson
    ) -> tuple[str, object]:
        course = _course(channel, by, "remove people")
        out = await self.remove(course, data.user_id, by, same_join=data.same_join)
        return admission.CONCERNED.name, _concerned(out, by)

    async def _ask_readmit(
        self, _stage: object, channel: str, by: Person, data: admission.ReadmitPerson
    ) -> tuple[str, object]:
        found = await self.readmit(_course(channel, by, "readmit people"), data.user_id, by)
        return admission.CONCERNED.name, _concerned([found] if found is not None else [], by)

    async def _ask_erase(
        self, _stage: object, channel: str, by: Person, data: admission.ErasePerson
    ) -> tuple[str, object]:
        gone = await self.erase(_course(channel, by, "erase people"), data.user_id, by)
        return admission.CONCERNED.name, _concerned([gone], by)

    async def _ask_door(
        self, _stage: object, channel: str, by: Person, data: admission.SetDoor
    ) -> tuple[str, object]:
        course = _course(channel, by, "open or close the door")
        door = await self.set_door(course, by, closed=data.closed)
        return admission.ADMISSION.name, _admission(door)

    async def _ask_roster(
        self, _stage: object, channel: str, by: Person, data: admission.SetRoster
    ) -> tuple[str, object]:
        course = _course(channel, by, "say who may join")
        return admission.ADMISSION.name, _admission(await self.set_roster(course, data.names, by))

    async def _ask_vouching(
        self, _stage: object, channel: str, by: Person, data: admission.SetVouching
    ) -> tuple[str, object]:
        course = _course(channel, by, "say who may take part through whose notebook")
        door = await self.set_vouching(course, by, allowed=data.allowed)
        return admission.ADMISSION.name, _admission(door)


def _course(channel: str, by: Person, what: str) -> str:
    """Return the course of a channel, if this person may decide about its admission.

    Raises:
        Refused: `FORBIDDEN` for students, `INVALID` in another channel than a course's.
    """
    if not by.staff:
        raise refusal(Code.FORBIDDEN, f"Only instructors may {what}.")
    found = parse_channel(channel)
    if found.kind != "course":
        raise refusal(Code.INVALID, "Who may be in a course is decided in the course's channel.")
    return found.course


def _admission(door: Door) -> admission.Admission:
    return admission.Admission(door.closed, door.listed, door.vouching)


def _concerned(people: Sequence[Removed], by: Person) -> admission.Concerned:
    found = [admission.Removal(one.user_id, one.name, one.at, by.name) for one in people]
    return admission.Concerned(found)
