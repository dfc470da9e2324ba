"""PresenceList: who is here, how far people are, and who wants help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import msgspec

from edu_widgets.client.admission import KINDS, Admission, RemovedPerson
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.known_people import known, named
from edu_widgets.client.runtime.receipts import Answer, Receipt
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged, SignalReceived
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.stream import Json
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
from edu_widgets.presence.documents import MAX_NOTE, Hand, Status
from edu_widgets.presence.event_diff import EVENTS, EventDiff
from edu_widgets.presence.failure import last_failure
from edu_widgets.presence.intent_handlers import IntentHandlers
from edu_widgets.presence.mirror import PresenceMirror
from edu_widgets.presence.page_content import DESK, HANDS, PEOPLE, PeopleContent
from edu_widgets.presence.people import (
    Participant,
    RaisedHand,
    Who,
    id_of,
    participant,
    raised_hand,
)
from edu_widgets.presence.roster import Moved
from edu_widgets.presence.roster_sync import RosterSync
from edu_widgets.protocol.errors import EduWidgetsError, Forbidden, InvalidArgument
from edu_widgets.protocol.validation import shown, text_argument
from edu_widgets.protocol.visible_text import checked, clean

_STATUSES = ("following", "done", "stuck")
_FILTERS = ("all", "stuck", "done", "following", "away", "none")


_FIGURES = ("done", "stuck", "away", "hands")
"""The figures that instructors see in the panel."""

_LIST_WITHIN = 3.0
"""Seconds that the first look at who is here waits for the list."""


class PresenceList(EventWidget):
    """The people here; displayed by being the last line of a cell.

    `people.options = {"height": 300, "lang": "tr"}` sets its height in pixels and its language
    (default: the page's).

    `people.on(event, fn)` has `fn` called for each `joined`, `left` and `status`, with the person,
    and for each `hand`, `taken` and `solved`, with the hand. Above 200 people nobody is told of by
    name. What sends something raises `NotConnected` once the lesson is closed, and `OutboxFull`
    where too much is waiting.
    """

    kind_: ClassVar[str] = "presence"
    _inner: ClassVar[str] = "decide identify known_people list_for raise_with renew_for signal_to"
    events_: ClassVar[tuple[str, ...]] = EVENTS

    def __init__(self, client: CourseClient, **options: Any) -> None:
        self._people = PresenceMirror(client)
        self._shown = PeopleContent(client, self._people)
        self._staff = client.me().is_staff
        self.admission = Admission(client)
        self._news = EventDiff(client, self._people, self._tell)
        self._following = RosterSync(client, self._people.roster, self._is_live, self._moved)
        super().__init__(client, self._shown, IntentHandlers(self), **options)
        client.on_network(self._begin)

    def __repr__(self) -> str:
        try:
            here = self._people.counts().here
        except EduWidgetsError:  # a forked child may look, but has nothing
            return super().__repr__()
        return f"{super().__repr__()[:-1]}, {here} here)"

    def _is_live(self) -> bool:
        return self._client.view().state == "live" and self._people.offered

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
        """Those of `all` who are not away."""
        return [person for person in self.all if not person.away]

    @property
    def away(self) -> list[Participant]:
        """Those of `all` who are away."""
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

    # -- projecting ----------------------------------------------------------------------

    @property
    def unread(self) -> int:
        """The number of hands that nobody has taken yet; for staff."""
        return sum(1 for hand in self.hands if hand.taken is None) if self._is_staff() else 0

    def summary(self) -> Json:
        """The parts of its tab in the panel: the class's progress; to a student that help comes."""
        if self._is_staff():
            counts = self.counts
            return {"figures": {name: counts.get(name, 0) for name in _FIGURES}}
        return {"note": any(hand.taken for hand in self.hands)}

    def _is_staff(self) -> bool:
        return self._client.me().is_staff

    @property
    def hide_names(self) -> bool:
        """True if pages of this kernel show only the number of people: for projecting."""
        return self._shown.hidden

    @hide_names.setter
    def hide_names(self, hide: bool) -> None:
        self._shown.hidden = bool(hide)
        self._client.on_network(lambda: self._channel.changed(reset=True))

    # -- its end -------------------------------------------------------------------------

    def close(self) -> None:
        """Close the widget: its views go, nothing is called any more."""
        following = getattr(self, "_following", None)
        if following is not None:  # also called where the constructor did not get far
            following.close()
        super().close()

    # -- for what pages ask (intent_handlers.py) ---------------------------------------------------

    def raise_with(self, note: str, traceback: str) -> Receipt:
        """Raise my hand with a note and an error that was seen."""
        note = checked(note, "A note", MAX_NOTE, least=0).strip()
        data = RaiseHand(note, traceback)
        receipt = self._people.own_commands.send(commands.RAISE_HAND.name, data)
        self._touch_desk()
        return receipt

    def list_for(self, page: str, ask: commands.People) -> None:
        """Ask for a page of people, and hand it to the page of the notebook that wants it."""
        answer = self._client.ask(commands.PEOPLE.name, ask)

        def settled() -> None:
            data: dict[str, Any] = {"query": ask.query, "filter": ask.filter, "offset": ask.offset}
            if answer.error is not None:
                data["error"] = str(answer.error)
            elif self._shown.hidden:
                return
            else:
                found = answer.read(PeoplePage)
                data["people"] = [self._shown.listed(person) for person in found.people]
                data["total"] = found.total
            self.signal_to(page, "list", data)

        answer.when_settled(settled)

    def decide(self, page: str, asked: Answer) -> None:
        """Tell the page that wanted something of the service why it was not done."""

        def settled() -> None:
            if asked.error is not None:
                self.signal_to(page, "notice", {"message": str(asked.error)})

        asked.when_settled(settled)

    def renew_for(self, page: str) -> None:
        """Make a new invite, and hand it to the page that wants it."""
        asked = self.admission.ask_for_invite()
        self.decide(page, asked)

        def settled() -> None:
            if asked.error is None:
                self.signal_to(page, "invite", {"invite": self.admission.renewed(asked)})

        asked.when_settled(settled)

    def signal_to(self, page: str, name: str, data: object) -> None:
        """Tell one page something short-lived."""
        self._client.on_network(lambda: self._channel.signal(name, data, page))

    def _as_staff(self, type_: str, data: msgspec.Struct) -> Receipt:
        if not self._client.me().is_staff:
            raise Forbidden("Only instructors may do that.")
        return self._client.send(type_, data)

    def _touch_desk(self) -> None:
        self._client.on_network(lambda: self._channel.changed(DESK, [DESK]))

    def _standing(self) -> Json:
        # The names that every widget is told of are not needed here, and could not be hidden.
        return {**super()._standing(), "here": []}

    # -- from the course (network thread) ------------------------------------------------

    def _heard(self, event: CourseEvent) -> None:
        match event:
            case SignalReceived(type_, channel, data):
                if type_ != commands.PRESENCE.name:
                    return
                frame = msgspec.json.decode(data, type=commands.Presence)
                if channel == self._people.staff:
                    self._people.roster.told_staff(frame)
                    self._channel.changed(DESK, [DESK])
                elif channel == self._client.channel:
                    self._following.told(frame)
            case DocumentsChanged(channel):
                if channel in (self._people.staff, self._people.own):
                    self._heard_documents(event)
            case CommandChanged():
                self._heard_command(event)
            case _:
                staff, self._staff = self._staff, self._client.me().is_staff
                if staff != self._staff:  # another role sees other things
                    self._news = EventDiff(self._client, self._people, self._tell)
                    self._channel.changed(reset=True)
                self._following.look()
                self._channel.changed(DESK, [DESK])

    def _heard_documents(self, event: DocumentsChanged) -> None:
        changed = (*event.upserted, *event.removed)
        ids = [doc.id.partition(":")[2] for doc in changed if doc.kind in (Status.kind, Hand.kind)]
        if any(doc.kind in KINDS for doc in changed):
            self._channel.changed(DESK, [DESK])
        if event.channel == (
            self._people.staff if self._client.me().is_staff else self._people.own
        ):
            self._news.documents(event)
        if not ids and not event.reset:
            return
        self._channel.changed(PEOPLE, ids, reset=event.reset)
        self._channel.changed(HANDS, ids)
        self._channel.changed(DESK, [DESK])

    def _heard_command(self, event: CommandChanged) -> None:
        command, people = event.command, self._people
        own = people.own_commands.heard(event)
        if not own and command.type not in _STAFFS:
            return
        if command.state is CommandState.FAILED and not event.gone:
            self._channel.signal("notice", {"message": command.error})
            self._client.discard(command.id)
        elif command.state is CommandState.HELD and not event.gone:
            self._client.discard(command.id)  # of another lesson: it means nothing by now
        self._channel.changed(DESK, [DESK])

    def _begin(self) -> None:
        """Forget what an earlier session could not say: it means nothing by now."""
        for type_ in _OWN + _STAFFS:
            for command in self._client.commands(type_):
                if command.state in (CommandState.HELD, CommandState.FAILED):
                    self._client.discard(command.id)
        self._following.begin()

    def _moved(self, moved: Moved) -> None:
        """The roster moved (network thread)."""
        self._news.people(moved)
        self._channel.changed(PEOPLE, moved.changed, reset=moved.reset)
        self._channel.changed(DESK, [DESK])

    def _tell(self, event: str, about: Participant | RaisedHand) -> None:
        self._call(event, about)


_OWN = (commands.SET_STATUS.name, commands.RAISE_HAND.name, commands.LOWER_HAND.name)
_STAFFS = (
    commands.CLEAR_STATUSES.name,
    commands.TAKE_HAND.name,
    commands.SOLVE_HAND.name,
)
