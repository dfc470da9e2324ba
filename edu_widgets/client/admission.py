"""Who may be in the course, as instructors decide it from Python or from a page."""

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
"""The documents that tell staff how it stands."""


@dataclass(frozen=True, slots=True)
class RemovedPerson:
    """Somebody who was removed from the course; `removed` is aware, in UTC."""

    user_id: str
    name: str
    removed: datetime
    removed_by: str = ""

    def __repr__(self) -> str:
        return f"<{self.name!r} (removed)>"


class Removals(list[RemovedPerson]):
    """Who was removed; as the last line of a cell it says how they could come back."""

    open: bool = True
    """Whether the invite lets new people in."""

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self) or "nobody who was not out already"
        if not self.open:
            return f"Removed: {names}."
        return (
            f"Removed: {names}. With the present invite they can come back as somebody new: "
            "lesson.new_invite() ends it."
        )


class Admission:
    """Asks the service to change who may be in; any thread. `wait` is how long for, in seconds.

    Every method raises `Forbidden` for who is no instructor, `Refused` where the service says no,
    and `NotConnected` without a connection or an answer in time.
    """

    def __init__(self, client: CourseClient, wait: float = 10.0) -> None:
        self._client = client
        self._wait = wait

    # -- how it stands ------------------------------------------------------------

    def state(self) -> admission.Admission:
        """Who is let in; known to staff."""
        kind = admission.Admission
        found = self._client.mirror(staff_channel(self._client.course)).get(kind.kind)
        return decoded(found, kind) or kind()

    def removed(self) -> list[RemovedPerson]:
        """Who is out, the last one first; known to staff."""
        mirror = self._client.mirror(staff_channel(self._client.course))
        found = (decoded(doc, admission.Removal) for doc in mirror.of_kind(admission.Removal.kind))
        people = [removed_person(one) for one in found if one is not None]
        return sorted(people, key=lambda person: person.removed, reverse=True)

    # -- what is decided ----------------------------------------------------------

    def renew_invite(self) -> str:
        """End the invite and make another; whoever is in stays."""
        asked = self.ask_for_invite()
        _ = asked.wait(self._wait)
        return self.renewed(asked)

    def remove(self, user_id: str, *, same_join: bool = False) -> Removals:
        """Remove somebody; with `same_join` also the students who came the same way."""
        concerned = self._read(
            self.ask_to_remove(user_id, same_join=same_join), admission.Concerned
        )
        found = Removals(map(removed_person, concerned.people))
        found.open = not self.state().closed
        return found

    def readmit(self, user_id: str) -> bool:
        """Let somebody join again; false if they were not removed."""
        concerned = self._read(self.ask_to_readmit(user_id), admission.Concerned)
        return bool(concerned.people)

    def erase(self, user_id: str) -> list[RemovedPerson]:
        """Erase somebody, for good; who that was."""
        asked = self._ask(admission.ERASE_PERSON.name, admission.ErasePerson(user_id))
        return [removed_person(one) for one in self._read(asked, admission.Concerned).people]

    def set_door(self, *, closed: bool) -> None:
        """Let new people in, or nobody new."""
        self._read(self.ask_for_door(closed=closed), admission.Admission)

    def set_roster(self, names: Iterable[str] | None) -> int | None:
        """Say which names may join, each once; None: any. Returns how many there are.

        Raises:
            InvalidArgument: one cannot be a name, two are the same, or there are too many.
        """
        listed = None if names is None else admission.listed_names(names)
        asked = self._ask(admission.SET_ROSTER.name, admission.SetRoster(listed))
        return self._read(asked, admission.Admission).listed

    # -- the same without waiting, for pages -----------------------------------------

    def ask_for_invite(self) -> Answer:
        """As `renew_invite`; `renewed` reads what came of it."""
        return self._ask(admission.RENEW_INVITE.name, admission.RenewInvite())

    def renewed(self, asked: Answer) -> str:
        """The new invite, which `lesson.invite` is from now on, too."""
        self._client.invite = asked.read(admission.NewInvite).invite
        return self._client.invite

    def ask_to_remove(self, user_id: str, *, same_join: bool = False) -> Answer:
        """As `remove`."""
        return self._ask(admission.REMOVE_PERSON.name, admission.RemovePerson(user_id, same_join))

    def ask_to_readmit(self, user_id: str) -> Answer:
        """As `readmit`."""
        return self._ask(admission.READMIT_PERSON.name, admission.ReadmitPerson(user_id))

    def ask_for_door(self, *, closed: bool) -> Answer:
        """As `set_door`."""
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
    """A removal as Python shows it."""
    return RemovedPerson(one.user_id, one.user_name, when(one.at), one.by_name)
