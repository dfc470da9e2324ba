"""The methods and properties of the people in Python."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping

import msgspec

from edu_widgets.client.admission import Admission, RemovedPerson
from edu_widgets.client.course import CourseClient
from edu_widgets.client.known_people import known, named
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.presence import commands
from edu_widgets.presence.commands import (
    ClearStatuses,
    Filter,
    LowerHand,
    PeoplePage,
    RaiseHand,
    SetStatus,
    SolveHand,
    TakeHand,
)
from edu_widgets.presence.documents import MAX_NOTE
from edu_widgets.presence.failure import last_failure
from edu_widgets.presence.mirror import PresenceMirror
from edu_widgets.presence.people import (
    Participant,
    RaisedHand,
    Who,
    id_of,
    participant,
    raised_hand,
)
from edu_widgets.protocol.errors import Forbidden, InvalidArgument
from edu_widgets.protocol.validation import shown, text_argument
from edu_widgets.protocol.visible_text import checked, clean

_STATUSES = ("following", "done", "stuck")
_FILTERS = ("all", "stuck", "done", "following", "away", "none")

_LIST_WITHIN = 3.0
"""Seconds that the first look at who is here waits for the list."""


class PresenceApi:
    """The people in Python: to look, say how far one is, and ask for help."""

    _client: CourseClient
    _people: PresenceMirror
    admission: Admission

    @abstractmethod
    def _touch_desk(self) -> None:
        """Tell the pages that my own status or hand may have changed."""

    # -- who is here ---------------------------------------------------------------------

    @property
    def all(self) -> list[Participant]:
        """Everybody who is here, staff first; empty above 200 people: see `find`.

        The first look waits for the service's list, at most 3 s.
        """
        self._await_list()
        statuses = self._people.statuses()
        found = [
            participant(person, statuses.get(person.id)) for person in self._people.here().values()
        ]
        return sorted(found, key=lambda person: (not person.is_staff, person.name))

    def _await_list(self) -> None:
        """Let the first list come, where one is asked for."""
        if self._people.offered:
            self._client.wait_for(lambda: self._people.roster.known, _LIST_WITHIN)

    @property
    def online(self) -> list[Participant]:
        """The people of `all` who are not away."""
        return [person for person in self.all if not person.away]

    @property
    def away(self) -> list[Participant]:
        """The people of `all` who are away."""
        return [person for person in self.all if person.away]

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of `here` and `away`; for staff also `stuck`, `done`, `following`, `none`
        (nothing said) and `hands`. Of students each is counted once, and of these
        `away` counts who is neither stuck nor done.
        """  # noqa: D205 - one sentence after the other
        self._await_list()
        found: dict[str, int] = msgspec.to_builtins(self._people.counts())
        numbers = {name: found.get(name, 0) for name in ("here", "away")}
        if self._client.me().is_staff:
            more = ("stuck", "done", "following", "none")
            numbers |= {name: found.get(name, 0) for name in more}
            numbers["hands"] = len(self._people.hands())
        return numbers

    def find(
        self,
        name: str = "",
        only: Filter = "all",
        limit: int = 100,
        offset: int = 0,
    ) -> list[Participant]:
        """Ask the service for people whose name contains `name`; in large rooms the only way.

        `only` is `all` or `away`; for staff also `stuck`, `done`, `following` or `none`. Waits
        for the answer, at most ten seconds.

        Raises:
            InvalidArgument: there is no such choice.
            Refused, NotConnected: there is no answer.
        """
        if only not in _FILTERS:
            msg = f"only must be one of {', '.join(_FILTERS)}, not {only!r:.40}."
            raise InvalidArgument(msg)
        for number, what in ((limit, "limit"), (offset, "offset")):
            if type(number) is not int or number < 0:
                msg = f"{what} must be a whole number of 0 or more, not {shown(number)}."
                raise InvalidArgument(msg)
        name = clean(text_argument(name, "name", "Ada"))
        ask = commands.People(name[: commands.MAX_QUERY], only, offset, limit)
        answer = self._client.ask(commands.PEOPLE.name, ask)
        _ = answer.wait()
        return [participant(person, None) for person in answer.read(PeoplePage).people]

    # -- statuses ------------------------------------------------------------------------

    @property
    def status(self) -> str | None:
        """My own status: `following`, `done`, `stuck` or None."""
        return self._people.my_status().status

    def set_status(self, status: str | None) -> Receipt:
        """Say how far I am: `"following"`, `"done"`, `"stuck"`, or None to say nothing.

        Raises:
            InvalidArgument: there is no such status.
            NotConnected: the lesson is closed.
        """
        status = status or None
        if status is not None and status not in _STATUSES:
            known = ", ".join(map(repr, _STATUSES))
            raise InvalidArgument(f"A status is {known} or None, not {status!r:.40}.")
        data = msgspec.convert({"status": status}, SetStatus)
        receipt = self._people.own_commands.send(commands.SET_STATUS.name, data)
        self._touch_desk()
        return receipt

    def clear_statuses(self) -> Receipt:
        """Take everybody's status away, for a new exercise.

        Raises:
            Forbidden: I am not staff here.
        """
        return self._as_staff(commands.CLEAR_STATUSES.name, ClearStatuses())

    # -- hands ---------------------------------------------------------------------------

    @property
    def hands(self) -> list[RaisedHand]:
        """The hands that are up, the longest wait first; for students only their own."""
        if self._client.me().is_staff:
            return [raised_hand(hand) for hand in self._people.hands()]
        own = self._people.my_hand()
        return [raised_hand(own.hand)] if own is not None and own.hand.solved is None else []

    def raise_hand(self, note: str = "", error: bool = False) -> Receipt:  # noqa: FBT001, FBT002
        """Ask for help; raised again, the note is replaced and the place is kept.

        `note` is plain text, at most 500 characters. With `error=True` the last exception of this
        kernel goes with it: the lines of your own code, and what it says.

        Raises:
            InvalidArgument: `note` is too long, or there was no exception.
        """
        traceback = ""
        if error:
            failure = last_failure()
            if failure is None:
                msg = "There was no exception in this kernel; call raise_hand without error=True."
                raise InvalidArgument(msg)
            traceback = failure.text
        return self.raise_with(note, traceback)

    def lower_hand(self, who: Who | None = None) -> Receipt:
        """Take my hand down; as staff also that of `who`: a hand, a person, a name or an id."""
        if who is None or self._id(who) == self._client.me().user_id:
            receipt = self._people.own_commands.send(commands.LOWER_HAND.name, LowerHand())
            self._touch_desk()
            return receipt
        return self._as_staff(commands.LOWER_HAND.name, LowerHand(self._id(who)))

    def take(self, who: Who, taken: bool = True, *, anyway: bool = False) -> Receipt:  # noqa: FBT001, FBT002
        """Say that I am helping; with `taken=False` the hand goes back into the queue.

        One that a colleague has taken is given back only with `anyway`.

        Raises:
            Forbidden: I am not staff here.
        """
        return self._as_staff(commands.TAKE_HAND.name, TakeHand(self._id(who), taken, anyway))

    def solved(self, who: Who) -> Receipt:
        """Say that they have been helped: the hand goes down, its note and error are deleted.

        Raises:
            Forbidden: I am not staff here.
        """
        id_ = self._id(who)
        hand = self._people.hand_of(id_)
        data = SolveHand(id_, hand.at if hand is not None else 0)
        return self._as_staff(commands.SOLVE_HAND.name, data)

    def raise_with(self, note: str, traceback: str) -> Receipt:
        """Raise my hand with a note and an error that was seen."""
        note = checked(note, "A note", MAX_NOTE, least=0).strip()
        data = RaiseHand(note, traceback)
        receipt = self._people.own_commands.send(commands.RAISE_HAND.name, data)
        self._touch_desk()
        return receipt

    def _as_staff(self, type_: str, data: msgspec.Struct) -> Receipt:
        if not self._client.me().is_staff:
            raise Forbidden("Only instructors may do that.")
        return self._client.send(type_, data)

    def _id(self, who: object, people: Mapping[str, str] | None = None) -> str:
        """Return the id of a person; a text may be a name of `people`, or of anybody known here."""
        id_ = id_of(who)
        if not isinstance(who, str):
            return id_
        people = dict(known(self._client)) if people is None else people
        return named(who, people, self._client.me().user_id)[0]

    # -- who may be in -------------------------------------------------------------------

    def remove(self, who: Who, same_join: bool = False) -> list[RemovedPerson]:  # noqa: FBT001, FBT002
        """Remove somebody from the course: out at once, and kept out until readmitted.

        Args:
            who: A person of a list, a hand, a name or an id.
            same_join: Also every student who came by the same invite from the same address. A
                class behind one router has one address: look at whom it concerned.

        Returns:
            Who was removed, and was not out already.

        Raises:
            Forbidden: I am not staff here, or it is an instructor.
            Refused, NotConnected: the service said no, or does not answer.
        """
        return self.admission.remove(self._anybody(who), same_join=same_join)

    def known_people(self) -> list[tuple[str, str]]:
        """Return the ids and names of those of `all`."""
        return [(person.user_id, person.name) for person in self.all]

    def identify(self, who: object) -> str:
        """Return the id of somebody here, or of somebody removed.

        Raises:
            InvalidArgument: nobody, or more than one, is called so.
        """
        return self._anybody(who, self.removed)

    def _anybody(self, who: object, removed: Iterable[RemovedPerson] = ()) -> str:
        people = None
        if isinstance(who, str):  # most have left nothing that names them here
            people = {one.user_id: one.name for one in removed} | dict(known(self._client))
            people |= {one.user_id: one.name for one in self.find(who)}
        return self._id(who, people)

    def readmit(self, who: Who | RemovedPerson) -> bool:
        """Let somebody who was removed join again; false if they were not.

        Raises:
            Forbidden: I am not staff here.
            Refused, NotConnected: the service said no, or does not answer.
        """
        people = {one.user_id: one.name for one in self.removed} if isinstance(who, str) else {}
        return self.admission.readmit(self._id(who, people))

    @property
    def removed(self) -> list[RemovedPerson]:
        """The removed people who were not readmitted, the last one first; for staff."""
        return self.admission.removed()

    def roster(self, names: Iterable[str] | None) -> int | None:
        """Let only these names join, each of them once; None: any name. Who is in stays.

        Returns:
            How many names there are.

        Raises:
            InvalidArgument: one cannot be a name, two are the same, or there are too many.
            Forbidden: I am not staff here.
            Refused, NotConnected: the service said no, or does not answer.
        """
        return self.admission.set_roster(names)
