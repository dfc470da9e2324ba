"""Admission to the course, as instructors control it from Python or from a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from edu_widgets.client.bodies import decoded, when
from edu_widgets.protocol import admission
from edu_widgets.protocol.channels import staff_channel
from edu_widgets.protocol.errors import Forbidden

if TYPE_CHECKING:
    from edu_widgets.client.course import CourseClient
    from edu_widgets.client.runtime.receipts import Answer
    from edu_widgets.protocol.messages import Data

T = TypeVar("T", bound="Data")

KINDS = (admission.Admission.kind, admission.Removal.kind)
"""Kinds of the staff's documents that hold the state of admission."""


@dataclass(frozen=True, slots=True)
class RemovedPerson:
    """A person who was removed from the course; `removed` is aware, in UTC."""

    user_id: str
    name: str
    removed: datetime
    removed_by: str = ""

    def __repr__(self) -> str:
        return f"<{self.name!r} (removed)>"


class Removals(list[RemovedPerson]):
    """The removed people; the repr, seen at the end of a cell, tells how they could come back."""

    open: bool = True
    """True if the invite lets new people in."""

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self) or "nobody who was not out already"
        if not self.open:
            return f"Removed: {names}."
        return (
            f"Removed: {names}. With the present invite they can come back as somebody new: "
            "lesson.new_invite() ends it."
        )


class Admission:
    """Requests to change the admission; any thread. `wait`: seconds to wait for each answer.

    All methods raise `Forbidden` if the caller is no instructor, `Refused` if the service refuses,
    and `NotConnected` without a connection or an answer in time.
    """

    def __init__(self, client: CourseClient, wait: float = 10.0) -> None:
        self._client = client
        self._wait = wait

    # -- state --------------------------------------------------------------------

    def state(self) -> admission.Admission:
        """Return the rules for joining; known to staff."""
        kind = admission.Admission
        found = self._client.mirror(staff_channel(self._client.course)).get(kind.kind)
        return decoded(found, kind) or kind()

    def removed(self) -> list[RemovedPerson]:
        """Return the removed people, the latest first; known to staff."""
        mirror = self._client.mirror(staff_channel(self._client.course))
        found = (decoded(doc, admission.Removal) for doc in mirror.of_kind(admission.Removal.kind))
        people = [removed_person(one) for one in found if one is not None]
        return sorted(people, key=lambda person: person.removed, reverse=True)

    # -- changes ------------------------------------------------------------------

    def renew_invite(self) -> str:
        """End the invite and return a new one; people in the course stay."""
        asked = self.ask_for_invite()
        _ = asked.wait(self._wait)
        return self.renewed(asked)

    def remove(self, user_id: str, *, same_join: bool = False) -> Removals:
        """Remove somebody; with `same_join` also the students with the same invite and address."""
        concerned = self._read(
            self.ask_to_remove(user_id, same_join=same_join), admission.Concerned
        )
        found = Removals(map(removed_person, concerned.people))
        found.open = not self.state().closed
        return found

    def readmit(self, user_id: str) -> bool:
        """Let somebody join again; return False if they were not removed."""
        concerned = self._read(self.ask_to_readmit(user_id), admission.Concerned)
        return bool(concerned.people)

    def erase(self, user_id: str) -> list[RemovedPerson]:
        """Erase somebody for good; return the erased people."""
        asked = self._ask(admission.ERASE_PERSON.name, admission.ErasePerson(user_id))
        return [removed_person(one) for one in self._read(asked, admission.Concerned).people]

    def set_door(self, *, closed: bool) -> None:
        """Open the door to new people, or close it."""
        self._read(self.ask_for_door(closed=closed), admission.Admission)

    def set_vouching(self, *, allowed: bool) -> None:
        """Allow or forbid that people take part through the notebooks of others."""
        asked = self._ask(admission.SET_VOUCHING.name, admission.SetVouching(allowed))
        self._read(asked, admission.Admission)

    def set_roster(self, names: Iterable[str] | None) -> int | None:
        """Set the names that may join, each once, or None for any; return their number.

        Raises:
            InvalidArgument: one cannot be a name, two are the same, or there are too many.
        """
        listed = None if names is None else admission.listed_names(names)
        asked = self._ask(admission.SET_ROSTER.name, admission.SetRoster(listed))
        return self._read(asked, admission.Admission).listed

    # -- the same without waiting, for pages -----------------------------------------

    def ask_for_invite(self) -> Answer:
        """Request a new invite without waiting; `renewed` reads the answer."""
        return self._ask(admission.RENEW_INVITE.name, admission.RenewInvite())

    def renewed(self, asked: Answer) -> str:
        """Return the new invite from the answer, and make it `lesson.invite`."""
        self._client.invite = asked.read(admission.NewInvite).invite
        return self._client.invite

    def ask_to_remove(self, user_id: str, *, same_join: bool = False) -> Answer:
        """Request a removal as `remove` does, without waiting."""
        return self._ask(admission.REMOVE_PERSON.name, admission.RemovePerson(user_id, same_join))

    def ask_to_readmit(self, user_id: str) -> Answer:
        """Request a readmission as `readmit` does, without waiting."""
        return self._ask(admission.READMIT_PERSON.name, admission.ReadmitPerson(user_id))

    def ask_for_door(self, *, closed: bool) -> Answer:
        """Request a change of the door as `set_door` does, without waiting."""
        return self._ask(admission.SET_DOOR.name, admission.SetDoor(closed))

    def _ask(self, type_: str, data: Data) -> Answer:
        if self._client.base:
            raise Forbidden("Your platform's service decides by itself who is in the course.")
        if not self._client.me().is_staff:
            raise Forbidden("Only instructors decide who is in the course.")
        return self._client.ask(type_, data)

    def _read(self, asked: Answer, type_: type[T]) -> T:
        _ = asked.wait(self._wait)
        return asked.read(type_)


def removed_person(one: admission.Removal) -> RemovedPerson:
    """Return a removal in the form for users of Python."""
    return RemovedPerson(one.user_id, one.user_name, when(one.at), one.by_name)
