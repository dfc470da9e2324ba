"""People who come and go as messages of the basic service, for clients without widgets."""

from __future__ import annotations

from typing import ClassVar, Protocol

import msgspec

from edu_widgets.client.sync.events import SessionEvent, SignalReceived
from edu_widgets.presence import commands
from edu_widgets.presence.commands import Here, Presence
from edu_widgets.presence.roster import Moved, Roster
from edu_widgets.presence.roster_sync import RosterPort, RosterSync


class ChannelPort(RosterPort, Protocol):
    """A subscribed channel of a connection."""

    @property
    def features(self) -> tuple[str, ...]:
        """The channel's features; none without a connection."""

    def tell(self, type_: str, data: dict[str, str], /) -> None:
        """Tell of a message."""


class PeopleMessages:
    """Tells who joined and left one channel; used on the network thread.

    Whoever is there already has not joined. Of more than 200 people nobody is told by name.
    """

    types: ClassVar = ("user_joined", "user_left")

    def __init__(self, channel: ChannelPort) -> None:
        self._channel = channel
        self._roster = Roster()
        self._sync = RosterSync(channel, self._roster, self._is_live, self._moved)
        self._sync.begin()

    def heard(self, event: SessionEvent) -> None:
        """Something of the channel, or of the connection, has come."""
        if isinstance(event, SignalReceived) and event.type == commands.PRESENCE.name:
            self._sync.told(msgspec.json.decode(event.data, type=Presence))
        else:
            self._sync.look()

    def close(self) -> None:
        """Tell nothing any more."""
        self._sync.close()

    def _is_live(self) -> bool:
        return "presence" in self._channel.features

    def _moved(self, moved: Moved) -> None:
        for type_, people in zip(self.types, (moved.joined, moved.left), strict=True):
            for person in people:
                self._channel.tell(type_, _told(person))


def _told(person: Here) -> dict[str, str]:
    return {"userId": person.id, "userName": person.name}
