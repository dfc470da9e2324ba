"""Rooms: who reads a channel, and how a change gets to all of them."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from edu_widgets.protocol import Cursor
from edu_widgets.protocol.messages import Changes, UserTyping
from edu_widgets.protocol.messages import Room as RoomData
from edu_widgets.service.frames import Frame, frame, merged
from edu_widgets.service.identity import Identity
from edu_widgets.service.rules import Person
from edu_widgets.service.store import PAGE_BYTES, ChannelChange, Committed

LEASE_S = 20.0
"""How long somebody whose connection broke is still counted as being here."""

ALWAYS = 2**62
"""The seq of a frame that no catch-up contains: a signal."""

NAMES = 50
"""People of a room that are told by name …"""

MOST_NAMED = 200
"""… unless there are more than this: then each coming and going would be news to everybody."""

BURST_S = 0.25
"""What is not urgent follows the last frame of its channel after so long, or with the next one."""

MAX_HELD = 512 * 1024
"""Bytes of live frames held back for a member that is catching up: less than may wait for it."""


@dataclass(slots=True)
class Hold:
    """Live frames kept back while a member catches up, so that the order stays exact."""

    frames: list[tuple[int, Frame]] = field(default_factory=list)
    size: int = 0
    overflowed: bool = False

    def add(self, seq: int, out: Frame) -> None:
        """Keep a frame; too many are dropped, and the catch-up goes round again."""
        self.size += len(out.payload)
        if self.size > MAX_HELD:
            self.overflowed = True
            self.frames.clear()
        if not self.overflowed:
            self.frames.append((seq, out))


class Reader(Protocol):
    """A member as rooms know it; compared and hashed by identity."""

    rooms: "set[Room]"
    """Where live frames go out to this member."""

    @property
    def identity(self) -> Identity:
        """Who it is."""

    @property
    def write(self) -> Callable[[Frame], None]:
        """Writes a frame to this member."""

    def __hash__(self) -> int: ...


@dataclass(slots=True)
class Presence:
    """One person in a room: by which connections, or until when only by a lease."""

    person: Person
    connections: set[Reader] = field(default_factory=set)
    leased_until: float = 0.0


@dataclass(slots=True)
class RoomTypists:
    """Who types in one room (until when, loop time), and what of it has still to be said."""

    until: dict[str, float] = field(default_factory=dict)
    unsaid: dict[str, UserTyping] = field(default_factory=dict)


class Room:
    """The members of one channel."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.live: dict[Reader, Callable[[Frame], None]] = {}
        """Members to whom frames go out directly, and how: nothing else of them is touched then."""
        self.holding: dict[Reader, Hold] = {}
        self.present: dict[str, Presence] = {}
        self.typists = RoomTypists()
        self.epoch = ""
        """The channel's history, as far as any member was told of it."""
        self.announced = RoomData(0)
        """What the last `room` frame told."""
        self.changed_at = float("-inf")
        """When the last change was written (loop time)."""

    def __len__(self) -> int:
        return len(self.live) + len(self.holding)

    def write(self, out: Frame, seq: int = ALWAYS) -> None:
        """Write a frame to everybody; those catching up get it afterwards."""
        for write in tuple(self.live.values()):
            write(out)
        for hold in self.holding.values():
            hold.add(seq, out)

    def write_to_others(self, out: Frame, user_id: str) -> None:
        """Write a signal to everybody but one person; those catching up do without."""
        for member in tuple(self.live):
            if member.identity.user_id != user_id:
                member.write(out)

    def add(self, member: Reader, person: Person) -> Hold:
        """Let a member in, holding back live frames until `go_live`."""
        if member not in self.holding and self not in member.rooms:
            presence = self.present.setdefault(person.id, Presence(person))
            presence.connections.add(member)
            presence.person = person
        self._leave(member)
        hold = Hold()
        self.holding[member] = hold
        return hold

    def go_live(self, member: Reader, hold: Hold, after: int) -> None:
        """Write what was held back beyond `after`; from now on frames go out directly."""
        if self.holding.get(member) is hold:
            del self.holding[member]
            for seq, out in hold.frames:
                if seq > after:
                    member.write(out)
            member.rooms.add(self)
            self.live[member] = member.write

    def _leave(self, member: Reader) -> None:
        member.rooms.discard(self)
        self.live.pop(member, None)

    def remove(self, member: Reader, lease_until: float) -> None:
        """Let a member out; a lease in the future keeps the person counted until then."""
        if member not in self.holding and self not in member.rooms:
            return
        self._leave(member)
        self.holding.pop(member, None)
        presence = self.present.get(member.identity.user_id)
        if presence is not None:
            presence.connections.discard(member)
            presence.leased_until = lease_until

    def renew(self, head: Cursor, now: int) -> None:
        """A member was told of this history; if it is a new one, the others are to ask again."""
        before, self.epoch = self.epoch, head.epoch
        if before not in ("", head.epoch):
            news = Changes(head.epoch, head.seq, head.seq)
            out = frame("changes", self.channel, news, now)
            for member in tuple(self.live):
                member.write(out)

    def census(self) -> RoomData:
        """How many are here, and who: staff first, at most 50, nobody by name in a crowd."""
        people = [presence.person for presence in self.present.values()]
        staff = sum(person.staff for person in people)
        if len(people) > MOST_NAMED:
            return RoomData(len(people), staff=staff)
        people.sort(key=lambda person: not person.staff)
        return RoomData(len(people), [person.name for person in people[:NAMES]], staff)

    def expire(self, now: float) -> list[Person]:
        """Forget those without connection and lease; returns who has left."""
        gone = [p for p in self.present.values() if not p.connections and p.leased_until <= now]
        for presence in gone:
            del self.present[presence.person.id]
        return [presence.person for presence in gone]


class Rooms:
    """All rooms, by channel; turns commits into frames."""

    def __init__(self, loop: asyncio.AbstractEventLoop, now: Callable[[], int]) -> None:
        self._loop = loop
        self._now = now
        self._rooms: dict[str, Room] = {}
        self._pending: dict[str, Changes] = {}
        self._due: dict[str, None] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def __iter__(self) -> Iterator[Room]:
        return iter(tuple(self._rooms.values()))

    def get(self, channel: str) -> Room | None:
        """A channel's room, if anybody is in it."""
        return self._rooms.get(channel)

    def open(self, channel: str) -> Room:
        """A channel's room."""
        return self._rooms.setdefault(channel, Room(channel))

    def tidy(self) -> None:
        """Drop empty rooms."""
        for room in self:
            if not room and not room.present:
                del self._rooms[room.channel]

    def committed(self, commit: Committed) -> None:
        """Tell the members of every channel a commit changed.

        Commits of one group become one frame a channel: under load that is what keeps a
        thousand votes from being a million frames. What is not urgent may wait until a quarter
        of a second after the channel's last frame, and leaves with the next one, whatever it is.
        """
        for change in commit.changes:
            room = self._rooms.get(change.channel)
            if room is not None:
                self._add(change)
                self._time(room, commit)

    def _add(self, change: ChannelChange) -> None:
        new = Changes(change.epoch, change.prev, change.seq, list(change.docs))
        waiting = self._pending.get(change.channel)
        if waiting is None:
            self._pending[change.channel] = new
        elif waiting.seq == new.prev and waiting.epoch == new.epoch and _small(waiting):
            self._pending[change.channel] = merged(waiting, new)
        else:
            self._write(change.channel, waiting)
            self._pending[change.channel] = new

    def _time(self, room: Room, commit: Committed) -> None:
        """Decide when what is pending in a room leaves."""
        now = self._loop.time()
        wait = 0.0 if commit.urgent else room.changed_at + BURST_S - now
        # Who asked for it should see it done; and one person's channel is never crowded.
        if wait <= 0 or room.channel.startswith("user:"):
            if not self._due:
                self._loop.call_soon(self._flush_due)
            self._due[room.channel] = None
        elif room.channel not in self._timers:
            timer = self._loop.call_later(wait, self._release, room.channel)
            self._timers[room.channel] = timer

    def _flush_due(self) -> None:
        due, self._due = self._due, {}
        for channel in due:
            self._release(channel)

    def flush(self) -> None:
        """Write what is waiting."""
        for channel in tuple(self._pending):
            self._release(channel)

    def _release(self, channel: str) -> None:
        timer = self._timers.pop(channel, None)
        if timer is not None:
            timer.cancel()
        waiting = self._pending.pop(channel, None)
        if waiting is not None:
            self._write(channel, waiting)

    def _write(self, channel: str, changes: Changes) -> None:
        room = self._rooms.get(channel)
        if room:
            room.epoch = changes.epoch
            room.changed_at = self._loop.time()
            room.write(frame("changes", channel, changes, self._now()), changes.seq)


def _small(changes: Changes) -> bool:
    return sum(len(doc.body) for doc in changes.docs) < PAGE_BYTES
