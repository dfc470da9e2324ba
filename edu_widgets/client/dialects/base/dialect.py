"""The dialect of the seed's messages, for a service that knows no others.

The service's messages become documents of the same mirrors that a service of ours fills, so that
readers of mirrors see no difference. Rules, where the seed leaves a gap:

- The service counts as reached with its first message that is no error, or when it has read our
  first frames and keeps the connection: a token may be refused after the connection is up.
- A message of ours is settled by its echo, by its presence in a history, or by ten seconds in
  which the connection was seen to work; then it is *unconfirmed*.
- It is sent again only on another connection, and only if a history read on that one goes back
  far enough and lacks it.
"""

from __future__ import annotations

from functools import partial

from edu_widgets.client.dialects.base import capabilities, frames, history
from edu_widgets.client.dialects.base.own_commands import Sent, seed_data
from edu_widgets.client.dialects.base.people import PeopleHere
from edu_widgets.client.dialects.base.room import BaseRoom
from edu_widgets.client.dialects.base.state import BaseState
from edu_widgets.client.sync.channel import ChannelState, Grant
from edu_widgets.client.sync.commands import Command, CommandState
from edu_widgets.client.sync.dialect import SessionPort
from edu_widgets.client.sync.events import CommandChanged, DocumentsChanged, Service
from edu_widgets.client.sync.liveness import Link
from edu_widgets.protocol import Code


class Base:
    """A session's dialect with a base service; it outlives connections, as the session does."""

    name = "base"
    answers = False
    lacking = capabilities.LACKING

    def __init__(self, session: SessionPort) -> None:
        self.readonly = False
        self._session = session
        self._times = session.limits.base
        self._state = BaseState(session)
        self._pings = False
        self._channels: frozenset[str] | None = None

    # -- the life of a connection ---------------------------------------------------------

    def opened(self, link: Link, service: Service) -> None:
        """Begin on a connection that is up; the token may still be refused."""
        self.readonly, self._pings = not service.uplink, service.pings
        self._state.proven, self._state.acked = service.accepted, False
        self._channels = service.channels
        self._state.waits.start()
        outbox = self._session.outbox
        for command in outbox:
            problem = capabilities.lacks(command.type, command.data)
            if problem and command.state is not CommandState.FAILED:
                rejected = outbox.reject(command.id, Code.UNKNOWN_TYPE, problem)
                self._session.emit(CommandChanged(rejected or command))
            elif command.id in outbox.tried:
                self._state.own.doubt.setdefault(command.id, Sent(command))
        outbox.tried.clear()
        if not self._state.proven:
            self._state.waits.wait("proof", link.opened_at + self._times.proof, self._state.prove)
        else:
            self._session.answered()

    def lost(self) -> None:
        """Put the commands under way in doubt; forget the people present."""
        self._state.own.lost()
        self._state.waits.start()
        self._state.narrower.clear()
        for name, here in self._state.here.items():
            here.forget()
            self._state.tell_people(name)

    # -- channels ---------------------------------------------------------------------------

    def ask(self, link: Link, channel: ChannelState, now: float) -> None:
        """Subscribe to a channel and request its last messages."""
        del link, now
        channel.grant = Grant.ASKED
        if channel.ours:
            self._begin(self._state.reactions.begin(channel.name, channel.mirror), channel.name)
        else:
            self._ask(channel)
        if self._state.proven and channel.grant is Grant.ASKED:
            self._state.grant(channel)

    def _ask(self, channel: ChannelState) -> None:
        session, name = self._session, channel.name
        room = self._state.rooms.get(name)
        if room is None:
            room = self._state.rooms[name] = BaseRoom(
                name, channel.mirror, self._state.names, session.new_id
            )
            self._state.here[name] = PeopleHere(session.user_id)
        self._begin(room.begin(), name)
        self._state.before[name] = room.arrivals
        if self._channels is not None and name not in self._channels:
            session.reconnect("Another channel is wanted, which needs another stream.")
            return
        if self.readonly:
            self._state.publish(room, live=False)
            return
        session.send("subscribe", name, {"userId": session.user_id})
        history.request(self._state, name)

    def _begin(self, emptied: bool, name: str) -> None:  # noqa: FBT001
        if emptied:
            self._session.emit(DocumentsChanged(name, reset=True))

    def leave(self, channel: ChannelState) -> None:
        """Leave a channel, and forget its messages."""
        self._state.reactions.end(channel.name)
        room = self._state.rooms.pop(channel.name, None)
        self._state.here.pop(channel.name, None)
        self._state.waits.stop(("history", channel.name))
        self._state.narrower.pop(channel.name, None)
        self._state.reconciliation.leave(channel.name)
        if room is not None and not self.readonly:
            data = {"userId": self._session.user_id}
            self._session.send("unsubscribe", channel.name, data)

    def older(self, channel: ChannelState, kind: str, limit: int) -> bool:
        """Return False: the seed has no pages."""
        del channel, kind, limit
        return False

    # -- sending ----------------------------------------------------------------------------

    def flush(self, now: float) -> None:
        """Send the commands that are not in doubt, in order."""
        if not self._state.proven or self.readonly:
            return
        session = self._session
        wall = int(session.now()[1] * 1000)
        for command in session.outbox.due(now, self._ready):
            room = self._state.rooms[command.channel]
            sent = Sent(command, now, wall, room.arrivals)
            self._state.own.sent[command.id] = sent
            data = seed_data(sent, room, session.user_id, self._state.names.of(session.user_id))
            session.send(command.type, command.channel, data, command.id)
            session.emit(CommandChanged(command))
            self._wait_for(command.id, now)

    def _ready(self, command: Command) -> bool:
        channel = self._session.channels.get(command.channel)
        return (
            channel is not None
            and channel.grant is Grant.GRANTED
            and command.channel in self._state.rooms
            and command.id not in self._state.own.doubt
        )

    def _wait_for(self, id_: str, now: float) -> None:
        give_up = partial(self._state.reconciliation.give_up, id_, reached=True)
        self._state.waits.wait(id_, now + self._times.confirm, give_up)

    def signal(self, type_: str, name: str, data: object) -> None:
        """Send a typing signal; drop any other signal."""
        del data
        if self._state.proven and not self.readonly and type_ in ("typing_start", "typing_stop"):
            self._session.send(type_, name, {"userId": self._session.user_id})

    def take(self, link: Link, frame: bytes | str) -> None:
        """Act on a frame."""
        frames.take(self._state, link, frame)

    # -- time ---------------------------------------------------------------------------------

    def pong(self, link: Link, asked_at: float) -> None:
        """Note a pong: the other side has read all our frames before, and we all of its."""
        del link
        self._state.waits.answered(asked_at)

    def beat(self, link: Link, stamp: int) -> None:
        """Send a heartbeat, and a ping, since some services do not acknowledge heartbeats."""
        if not self.readonly:
            self._session.send("heartbeat", "system", {"timestamp": stamp})
            link.beat_at = self._session.now()[0]
        self._ask_alive()

    def _ask_alive(self) -> None:
        if self._pings:
            now = self._session.now()[0]
            self._state.waits.asked(now)
            self._session.ping()

    def gone(self, link: Link, now: float, *, silent: bool) -> bool:
        """Return True after silence, but only if the service answers pings or heartbeats."""
        if silent and not (self._pings or self._state.acked):
            link.liveness.heard(now)
            return False
        return silent

    def tick(self, link: Link, now: float) -> None:
        """Send a ping where one is due."""
        del link
        due = self._state.waits.due()
        if due is not None and now >= due:
            self._ask_alive()

    def due(self, link: Link) -> float | None:
        """Return when a ping is due."""
        del link
        return self._state.waits.due() if self._pings else None
