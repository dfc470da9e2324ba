"""The state kept of one base service: rooms, people and my own commands."""

from __future__ import annotations

from edu_widgets.client.dialects.base import capabilities
from edu_widgets.client.dialects.base.own_commands import OwnCommands
from edu_widgets.client.dialects.base.people import Names, PeopleHere
from edu_widgets.client.dialects.base.reactions import OwnReactionDocuments
from edu_widgets.client.dialects.base.reading import BaseFrame
from edu_widgets.client.dialects.base.reconciliation import Reconciliation
from edu_widgets.client.dialects.base.room import BaseRoom
from edu_widgets.client.dialects.base.waits import Waits
from edu_widgets.client.sync.channel import ChannelState, Grant
from edu_widgets.client.sync.dialect import SessionPort
from edu_widgets.client.sync.events import ChannelChanged


class BaseState:
    """State that the dialect and the handlers of frames share; it outlives connections."""

    def __init__(self, session: SessionPort) -> None:
        self.session = session
        self.names = Names()
        self.own = OwnCommands(session.user_id)
        self.waits = Waits()
        self.rooms: dict[str, BaseRoom] = {}
        self.here: dict[str, PeopleHere] = {}
        self.before: dict[str, int] = {}
        self.asked: dict[str, int] = {}
        """By room: the number of messages requested last."""
        self.narrower: dict[str, BaseFrame] = {}
        """By room: a history that does not join the known messages, until a longer one comes."""
        self.reactions = OwnReactionDocuments(session.user_id, session.new_id)
        self.reconciliation = Reconciliation(
            session, self.own, self.waits, self.rooms, self._publish_own
        )
        self.proven = False
        self.acked = False
        self.notice = ("", float("-inf"))

    def prove(self) -> None:
        """Note that the service accepts us: grant the channels asked for, and send."""
        if self.proven:
            return
        self.proven = True
        self.waits.stop("proof")
        self.session.answered()
        for channel in self.session.channels.values():
            if channel.grant is Grant.ASKED:
                self.grant(channel)
        self.session.flush()

    def grant(self, channel: ChannelState) -> None:
        """Grant a channel: as far as can be known, the service lets us read it."""
        channel.granted_plainly(self.session.user_id, capabilities.FEATURES)
        self.session.emit(ChannelChanged(channel.name))

    def tell_people(self, name: str) -> None:
        """Report the people in a room, if they changed."""
        channel, here = self.session.channels.get(name), self.here[name]
        if channel is None:
            return
        people, names = here.count(), here.names(self.names)
        if (people, names) != (channel.people, channel.names):
            channel.people, channel.names = people, names
            self.session.emit(ChannelChanged(name))

    def publish(self, room: BaseRoom, *, live: bool, reset: bool = False) -> None:
        """Report the news of a room, and of my reactions in it."""
        event = room.publish(live=live, reset=reset)
        if event is not None:
            self.session.emit(event)
            self.reactions.drop(doc.id for doc in event.dropped)
            changed = [doc.id for doc in event.upserted]
            for told in self.reactions.follow(room, changed):
                self.session.emit(told)

    def _publish_own(self, room: BaseRoom) -> None:
        self.publish(room, live=True)

    def wall(self) -> int:
        """Return the time in ms since 1970."""
        return int(self.session.now()[1] * 1000)
