"""Rooms: the readers of each channel, and the delivery of changes to them."""

import asyncio
from collections.abc import Callable, Hashable, Iterator
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
"""Seconds for which a person whose connection broke still counts as present."""

ALWAYS = 2**62
"""The seq of a signal, which no catch-up contains: it is always written afterwards."""

NAMES = 50
"""Most people whose names a `room` frame has …"""

MOST_NAMED = 200
"""… and the size of a room beyond which it has no names: the frame would change too often."""

BURST_S = 0.25
"""Seconds after a channel's last frame until changes that are not urgent are written."""

MAX_HELD = 512 * 1024
"""Bytes of live frames held for a member that catches up: less than its write buffer may hold."""


@dataclass(slots=True)
class Hold:
    """Live frames held while a member catches up, so that the order stays exact."""

    frames: list[tuple[int, Frame]] = field(default_factory=list)
    size: int = 0
    overflowed: bool = False

    def add(self, seq: int, out: Frame) -> None:
        """Hold a frame; beyond `MAX_HELD` bytes all are dropped, and the catch-up is repeated.

        Args:
            seq: The last change in the frame; `ALWAYS` for a frame without changes.
            out: The frame.
        """
        self.size += len(out.payload)
        if self.size > MAX_HELD:
            self.overflowed = True
            self.frames.clear()
        if not self.overflowed:
            self.frames.append((seq, out))


class Reader(Protocol):
    """A member as rooms know it; compared and hashed by identity."""

    rooms: "set[Room]"
    """The rooms whose live frames are written to this member."""

    @property
    def identity(self) -> Identity:
        """The person behind the connection."""

    @property
    def write(self) -> Callable[[Frame], None]:
        """Writes a frame to this member."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Stands for a person's connection to another process on the same store."""

    process: str
    number: int = 0
    """The connection's number there; 0: only a lease counts the person."""


@dataclass(slots=True)
class Presence:
    """One person in a room, with their connections and the end of their lease (loop time)."""

    person: Person
    connections: set[Hashable] = field(default_factory=set)
    """Members of this process, and an `Elsewhere` for each connection to another."""
    leased_until: float = 0.0


@dataclass(slots=True)
class RoomTypists:
    """The people who type in one room, by id.

    `until`: loop time at which it expires. `unsaid`: frames that were not written yet.
    """

    until: dict[str, float] = field(default_factory=dict)
    unsaid: dict[str, UserTyping] = field(default_factory=dict)


class Room:
    """The members of one channel."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.live: dict[Reader, Callable[[Frame], None]] = {}
        """Members that live frames are written to, each with its `write`, for speed."""
        self.holding: dict[Reader, Hold] = {}
        self.present: dict[str, Presence] = {}
        self.typists = RoomTypists()
        self.epoch = ""
        """The channel's epoch in the last frame to a member; "" before the first."""
        self.announced = RoomData(0)
        """The data of the last `room` frame."""
        self.changed_at = float("-inf")
        """Loop time of the last `changes` frame."""

    def __len__(self) -> int:
        return len(self.live) + len(self.holding)

    def write(self, out: Frame, seq: int = ALWAYS) -> None:
        """Write a frame to every member; those catching up get it afterwards.

        Args:
            out: The frame.
            seq: The last change in it, so that nobody gets what their catch-up had already.
        """
        for write in tuple(self.live.values()):
            write(out)
        for hold in self.holding.values():
            hold.add(seq, out)

    def write_to_others(self, out: Frame, user_id: str) -> None:
        """Write a signal to the live members except one person's; those catching up miss it.

        Args:
            out: The signal's frame.
            user_id: The person, mostly its sender.
        """
        for member in tuple(self.live):
            if not member.identity.is_person(user_id):
                member.write(out)

    def add(self, member: Reader, person: Person) -> Hold:
        """Let a member in, and hold its live frames until `go_live`.

        Args:
            member: The member.
            person: The person they are in this channel's course.

        Returns:
            The held frames, for `go_live`.
        """
        if member not in self.holding and self not in member.rooms:
            presence = self.present.setdefault(person.id, Presence(person))
            presence.connections.add(member)
            presence.person = person
        self._leave(member)
        hold = Hold()
        self.holding[member] = hold
        return hold

    def go_live(self, member: Reader, hold: Hold, after: int) -> None:
        """Write the held frames to a member, and later frames directly.

        Args:
            member: The member.
            hold: The held frames, from `add`; if it was let in again since, nothing happens.
            after: The seq up to which the member has got everything by its catch-up.
        """
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
        """Take a member out; its person stays for a lease.

        Args:
            member: The member.
            lease_until: The loop time until which the person counts as present.
        """
        if member not in self.holding and self not in member.rooms:
            return
        self._leave(member)
        self.holding.pop(member, None)
        for user_id in (member.identity.user_id, *member.identity.linked):
            presence = self.present.get(user_id)
            if presence is not None and member in presence.connections:
                presence.connections.discard(member)
                presence.leased_until = max(presence.leased_until, lease_until)

    def add_elsewhere(self, where: Elsewhere, person: Person) -> bool:
        """Note that a person is connected to another process.

        Args:
            where: The other process.
            person: The person.

        Returns:
            True if they were not in the room before, by any process.
        """
        new = person.id not in self.present
        presence = self.present.setdefault(person.id, Presence(person))
        presence.connections.add(where)
        if all(isinstance(one, Elsewhere) for one in presence.connections):
            presence.person = person
        return new

    def remove_elsewhere(self, where: Elsewhere, user_id: str, lease_until: float) -> None:
        """Note that a person is not connected to another process any more.

        Args:
            where: The other process.
            user_id: The person.
            lease_until: The loop time until which the person counts as present.
        """
        presence = self.present.get(user_id)
        if presence is not None:
            presence.connections.discard(where)
            presence.leased_until = max(presence.leased_until, lease_until)

    def present_here(self) -> list[Presence]:
        """Return who is connected to this process, leases included."""
        return [
            presence
            for presence in self.present.values()
            if not presence.connections
            or any(not isinstance(one, Elsewhere) for one in presence.connections)
        ]

    def renew(self, head: Cursor, now: int) -> None:
        """Note a channel's epoch; if it has changed, make the live members subscribe again.

        Args:
            head: The channel's epoch and last change.
            now: The time in ms since 1970.
        """
        before, self.epoch = self.epoch, head.epoch
        if before not in ("", head.epoch):
            news = Changes(head.epoch, head.seq, head.seq)
            out = frame("changes", self.channel, news, now)
            for member in tuple(self.live):
                member.write(out)

    def census(self) -> RoomData:
        """Return the number of people and of staff, and at most 50 names (staff first).

        With more than `MOST_NAMED` people there are no names.
        """
        people = [presence.person for presence in self.present.values()]
        staff = sum(person.staff for person in people)
        if len(people) > MOST_NAMED:
            return RoomData(len(people), staff=staff)
        people.sort(key=lambda person: not person.staff)
        return RoomData(len(people), [person.name for person in people[:NAMES]], staff)

    def expire(self, now: float) -> list[Person]:
        """Forget people without a connection and a lease; returns them."""
        gone = [p for p in self.present.values() if not p.connections and p.leased_until <= now]
        for presence in gone:
            del self.present[presence.person.id]
        return [presence.person for presence in gone]


class Rooms:
    """All rooms by channel; turns commits into frames."""

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
        """Return a channel's room; `None` if it has none now."""
        return self._rooms.get(channel)

    def open(self, channel: str) -> Room:
        """Return a channel's room, made if there is none."""
        return self._rooms.setdefault(channel, Room(channel))

    def tidy(self) -> None:
        """Drop rooms without members and leases."""
        for room in self:
            if not room and not room.present:
                del self._rooms[room.channel]

    def committed(self, commit: Committed) -> None:
        """Send a commit's changes to the members of each channel.

        Commits of one group become one frame a channel: under load a thousand votes do not
        become a million frames. A commit that is not urgent may wait until `BURST_S` after the
        channel's last frame, and leaves with the next one that does not.
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
        """Schedule the pending changes of a room: at once, or after the burst interval."""
        now = self._loop.time()
        wait = 0.0 if commit.urgent else room.changed_at + BURST_S - now
        # An urgent change has to be seen at once; and a channel of one person never needs to wait.
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
        """Write all pending changes."""
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
