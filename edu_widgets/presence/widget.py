"""PresenceList: who is here, how far people are, and who wants help."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from edu_widgets.client.admission import KINDS, Admission
from edu_widgets.client.course import CourseClient, CourseEvent
from edu_widgets.client.runtime.receipts import Answer
from edu_widgets.client.sync.commands import CommandState
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged, SignalReceived
from edu_widgets.notebook.event_widget import EventWidget
from edu_widgets.notebook.stream import Json
from edu_widgets.presence import commands
from edu_widgets.presence.api import PresenceApi
from edu_widgets.presence.commands import PeoplePage
from edu_widgets.presence.documents import Hand, Status
from edu_widgets.presence.event_diff import EVENTS, EventDiff
from edu_widgets.presence.intent_handlers import IntentHandlers
from edu_widgets.presence.mirror import PresenceMirror
from edu_widgets.presence.page_content import DESK, HANDS, PEOPLE, PeopleContent
from edu_widgets.presence.people import Participant, RaisedHand
from edu_widgets.presence.roster import Moved
from edu_widgets.presence.roster_sync import RosterSync

_FIGURES = ("done", "stuck", "away", "hands")
"""The figures that instructors see in the panel."""


class PresenceList(PresenceApi, EventWidget):
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

    def _contents(self) -> str:
        return f"{self._people.counts().here} here"

    def _is_live(self) -> bool:
        return self._client.view().state == "live" and self._people.offered

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
