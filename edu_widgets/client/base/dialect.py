"""The seed's messages, spoken with a service that knows no others.

What it says becomes documents of the same mirrors that a service of ours fills, so that whoever
reads them need not know. Rules, where the seed leaves a gap:

- The service counts as reached with its first message that is no error, or when it has read what
  we sent and lets us stay: a token may be refused after the connection is up.
- A message of ours is settled by its echo, by being found in a history, or by ten seconds in
  which the connection was seen to work; then it is *unconfirmed*.
- It is sent again only on another connection, and only if a history read on that one goes back
  far enough and lacks it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from edu_widgets.client.base import hearing, offers
from edu_widgets.client.base.own import Own, Sent, seed_data
from edu_widgets.client.base.people import Here, Names
from edu_widgets.client.base.reactions import OwnReactions
from edu_widgets.client.base.room import Room
from edu_widgets.client.base.settling import HISTORY, Settling
from edu_widgets.client.base.waits import Waits
from edu_widgets.client.channel import ChannelState, Grant
from edu_widgets.client.commands import CommandState
from edu_widgets.client.events import ChannelChanged, CommandChanged
from edu_widgets.protocol import Code

if TYPE_CHECKING:
    from edu_widgets.client.commands import Command
    from edu_widgets.client.link import Link
    from edu_widgets.client.session import Session
    from edu_widgets.client.transport import Service


class Base:
    """A session's words with a base service; it outlives connections, as the session does."""

    name = "base"
    answers = False
    lacking = offers.LACKING

    def __init__(self, session: Session) -> None:
        self.readonly = False
        self.session = session
        self._times = session.limits.base
        self.names = Names()
        self.own = Own(session.user_id)
        self.waits = Waits()
        self.rooms: dict[str, Room] = {}
        self.here: dict[str, Here] = {}
        self.before: dict[str, int] = {}
        self.settling = Settling(session, self.own, self.waits, self.rooms, self._publish_own)
        self._mine = OwnReactions(session.user_id, session.new_id)
        self.proven = False
        self._pings = False
        self._channels: frozenset[str] | None = None
        self.acked = False
        self.notice = ("", float("-inf"))

    # -- the life of a connection ---------------------------------------------------------

    def opened(self, link: Link, service: Service) -> None:
        """A connection is up; the token may still be refused."""
        self.readonly, self._pings = not service.uplink, service.pings
        self.proven, self.acked = service.accepted, False
        self._channels = service.channels
        self.waits.start()
        outbox = self.session.outbox
        for command in outbox:
            problem = offers.lacks(command.type, command.data)
            if problem and command.state is not CommandState.FAILED:
                rejected = outbox.reject(command.id, Code.UNKNOWN_TYPE, problem)
                self.session.emit(CommandChanged(rejected or command))
            elif command.id in outbox.tried:
                self.own.doubt.setdefault(command.id, Sent(command))
        outbox.tried.clear()
        if not self.proven:
            self.waits.wait("proof", link.opened_at + self._times.proof, self.prove)
        else:
            self.session.answered()

    def lost(self) -> None:
        """What was under way is in doubt; who is here is not known any more."""
        self.own.lost()
        self.waits.start()
        for name, here in self.here.items():
            here.forget()
            self.tell_people(name)

    def prove(self) -> None:
        """The service talks with us."""
        if self.proven:
            return
        self.proven = True
        self.waits.stop("proof")
        self.session.answered()
        for channel in self.session.channels.values():
            if channel.grant is Grant.ASKED:
                self._grant(channel)
        self.session.flush()

    def _grant(self, channel: ChannelState) -> None:
        channel.granted_plainly(self.session.user_id, offers.FEATURES)
        self.session.emit(ChannelChanged(channel.name))

    # -- channels ---------------------------------------------------------------------------

    def ask(self, link: Link, channel: ChannelState, now: float) -> None:
        """Ask for a channel and its last messages."""
        del link
        channel.grant = Grant.ASKED
        if channel.ours:
            self._begin(self._mine.begin(channel.name, channel.mirror), channel.name)
        else:
            self._ask(channel, now)
        if self.proven and channel.grant is Grant.ASKED:
            self._grant(channel)

    def _ask(self, channel: ChannelState, now: float) -> None:
        session, name = self.session, channel.name
        room = self.rooms.get(name)
        if room is None:
            room = self.rooms[name] = Room(name, channel.mirror, self.names, session.new_id)
            self.here[name] = Here(session.user_id)
        self._begin(room.begin(), name)
        self.before[name] = room.arrivals
        if self._channels is not None and name not in self._channels:
            session.reconnect("Another channel is wanted, which needs another stream.")
            return
        if self.readonly:
            self.publish(room, live=False)
            return
        session.send("subscribe", name, {"userId": session.user_id})
        session.send("request_history", name, {"limit": HISTORY})
        key = ("history", name)
        self.waits.wait(key, now + self._times.history, partial(self._no_history, name))

    def _no_history(self, name: str) -> None:
        """There is none, or it is not told: what has come so far is all there is."""
        self.settling.no_history(name)
        if name in self.rooms:
            self.publish(self.rooms[name], live=False)

    def _begin(self, emptied: bool, name: str) -> None:  # noqa: FBT001
        if emptied:
            self.session.emit_reset(name)

    def leave(self, channel: ChannelState) -> None:
        """Leave a channel, and forget what was in it."""
        self._mine.end(channel.name)
        room = self.rooms.pop(channel.name, None)
        self.here.pop(channel.name, None)
        self.waits.stop(("history", channel.name))
        self.settling.leave(channel.name)
        if room is not None and not self.readonly:
            data = {"userId": self.session.user_id}
            self.session.send("unsubscribe", channel.name, data)

    def older(self, channel: ChannelState, kind: str, limit: int) -> bool:
        """Nothing to ask for: the seed has no pages."""
        del channel, kind, limit
        return False

    # -- sending ----------------------------------------------------------------------------

    def flush(self, now: float) -> None:
        """Send what is not in doubt, in order."""
        if not self.proven or self.readonly:
            return
        session = self.session
        wall = int(session.now()[1] * 1000)
        for command in session.outbox.due(now, self._ready):
            room = self.rooms[command.channel]
            sent = Sent(command, now, wall, room.arrivals)
            self.own.sent[command.id] = sent
            data = seed_data(sent, room, session.user_id, self.names.of(session.user_id))
            session.send(command.type, command.channel, data, command.id)
            session.emit(CommandChanged(command))
            self._wait_for(command.id, now)

    def _ready(self, command: Command) -> bool:
        channel = self.session.channels.get(command.channel)
        return (
            channel is not None
            and channel.grant is Grant.GRANTED
            and command.channel in self.rooms
            and command.id not in self.own.doubt
        )

    def _wait_for(self, id_: str, now: float) -> None:
        give_up = partial(self.settling.give_up, id_, reached=True)
        self.waits.wait(id_, now + self._times.confirm, give_up)

    def signal(self, type_: str, name: str, data: object) -> None:
        """Say that one writes, or has stopped."""
        del data
        if self.proven and not self.readonly and type_ in ("typing_start", "typing_stop"):
            self.session.send(type_, name, {"userId": self.session.user_id})

    # -- telling ------------------------------------------------------------------------------

    def take(self, link: Link, frame: bytes | str) -> None:
        """Act on a frame."""
        hearing.take(self, link, frame)

    def tell_people(self, name: str) -> None:
        """Tell who is in a room."""
        channel, here = self.session.channels.get(name), self.here[name]
        if channel is None:
            return
        people, names = here.count(), here.names(self.names)
        if (people, names) != (channel.people, channel.names):
            channel.people, channel.names = people, names
            self.session.emit(ChannelChanged(name))

    def publish(self, room: Room, *, live: bool, reset: bool = False) -> None:
        """Tell what is new in a room, and in what follows from it."""
        event = room.publish(live=live, reset=reset)
        if event is not None:
            self.session.emit(event)
            self._mine.drop(doc.id for doc in event.dropped)
            changed = [doc.id for doc in event.upserted]
            for told in self._mine.follow(room, changed):
                self.session.emit(told)

    def _publish_own(self, room: Room) -> None:
        self.publish(room, live=True)

    def wall(self) -> int:
        """The time in ms since 1970."""
        return int(self.session.now()[1] * 1000)

    # -- time ---------------------------------------------------------------------------------

    def pong(self, link: Link, asked_at: float) -> None:
        """The other side has read all that was sent before, and we what it had written."""
        del link
        self.waits.answered(asked_at)

    def beat(self, link: Link, stamp: int) -> None:
        """Send a heartbeat, and a ping to those who acknowledge none."""
        if not self.readonly:
            self.session.send("heartbeat", "system", {"timestamp": stamp})
            link.beat_at = self.session.now()[0]
        self._ask_alive()

    def _ask_alive(self) -> None:
        if self._pings:
            now = self.session.now()[0]
            self.waits.asked(now)
            self.session.ping()

    def gone(self, link: Link, now: float, *, silent: bool) -> bool:
        """Silence means something only where there would be an answer."""
        if silent and not (self._pings or self.acked):
            link.liveness.heard(now)
            return False
        return silent

    def tick(self, link: Link, now: float) -> None:
        """Send a ping where one is due."""
        del link
        due = self.waits.due()
        if due is not None and now >= due:
            self._ask_alive()

    def due(self, link: Link) -> float | None:
        """When a ping is due."""
        del link
        return self.waits.due() if self._pings else None
