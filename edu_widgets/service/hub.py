"""The hub: members, rooms, store, features and clocks of one service, tied together.

It is one file, since features reach all of these by one object (`features.Stage`), and a change in
one of them, as of somebody's role, has to be made in each of the others at once.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Hashable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar, cast
from weakref import WeakValueDictionary

from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.service.audit import Audit
from edu_widgets.service.budget import Budgets
from edu_widgets.service.checks import removed
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.features import Ask, Feature, SignalRule, erase_rules
from edu_widgets.service.frames import frame
from edu_widgets.service.hooks import Hooks
from edu_widgets.service.identity import Grant, Identity, grant
from edu_widgets.service.limits import SlidingWindow
from edu_widgets.service.member import Member
from edu_widgets.service.metrics import Metrics
from edu_widgets.service.rooms import LEASE_S, MOST_NAMED, Room, Rooms
from edu_widgets.service.rules import NOBODY, Person, Request, Rule
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.store import Committed, Matches, Searched, Store
from edu_widgets.service.supervisor import Supervisor
from edu_widgets.service.throttle import Throttle
from edu_widgets.service.vitals import Vitals

TICK_S = 1.0

MAX_LESSONS = 1_000
"""Lessons of one course that have a channel."""

STREAM_S = 1 / 30
"""Seconds between two frames of what is streamed to a channel …"""

STREAM_TO = 100
"""… and the members above which it is three times as long."""

S = TypeVar("S")


class Hub:
    """The state that members share. Used on one event loop, from `start` to `close`."""

    def __init__(
        self,
        store: Store,
        *,
        courses: Sequence[str],
        config: ServiceConfig,
        features: Sequence[Feature],
        audit: Audit,
        lease_s: float = LEASE_S,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.store = store
        self.courses: Sequence[str] = list(courses)
        self.config = config
        self.features = tuple(features)
        self.rules: Mapping[str, Rule] = {k: r for f in features for k, r in f.rules.items()}
        self.signals: Mapping[str, SignalRule] = {
            k: s for f in features for k, s in f.signals.items()
        }
        self.lasting = frozenset(name for f in features for name in f.lasting)
        self.relay: Callable[[str, str, Person, bytes, int], None] = _nobody_else
        """Tells the other processes of a signal: its channel, type, sender, data, connection."""
        self.tell_gone: Callable[[str, str], None] = _nobody_to_tell
        """Tells the other processes of a course and somebody who was erased from it."""
        self.asks: dict[str, Ask] = {k: a for f in features for k, a in f.asks.items()}
        self.audit = audit
        self.metrics = Metrics()
        self.rooms = Rooms(self.loop, now_ms)
        self.coalescer = Throttle(self.loop)
        self.streams = Throttle(self.loop, STREAM_S)
        self.limiter: SlidingWindow[tuple[str, str]] = SlidingWindow(time.monotonic)
        self.budgets = Budgets(config, self.metrics, audit, time.monotonic)
        self.began = time.monotonic()
        self.asking: Counter[tuple[str, str]] = Counter()
        """Questions that are being answered, by person and type."""
        self.turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        """Locks, by person and type: the question that holds one is being answered."""
        self.outside: set[tuple[str, str]] = set()
        """Course and user id of the people removed while this service runs."""
        self._forgotten: set[str] = set()
        """Ids of the people erased while this service runs."""
        self.lessons: set[str] = set()
        """Channels of lessons that staff has opened; those of the configuration are always open."""
        self.members: dict[Member, None] = {}
        self._connections: Counter[str] = Counter()
        """Members by their person's id."""
        self._came: set[str] = set()
        """People who have connected since it was last noted who did."""
        self.changed = self.loop.time()
        """Loop time of the last connect or disconnect of a member."""
        self.lease_s = lease_s
        self._forget = store.listen(self._committed)
        self.supervisor = Supervisor()
        self.hooks = Hooks(self, self.features, self.supervisor)
        self._states: dict[Callable[[], Any], Any] = {}
        self.vitals = Vitals(store, self.supervisor)
        self._problem = ""
        self.ends = False
        """True once members are asked to come back elsewhere; nobody is let in any more."""
        self.empty = asyncio.Event()
        """Set when the last member has left."""

    def start(self) -> None:
        """Begin to tick, and let features read the stored documents."""
        self.supervisor.every(TICK_S, "A tick", self.beat)
        self.hooks.start()

    async def close(self, code: Code = Code.RESTARTING) -> None:
        """Close every member and end all tasks; the store stays open."""
        self.rooms.flush()
        self.coalescer.close()
        self.streams.close()
        await self.supervisor.close()
        for member in tuple(self.members):
            member.close(code)
        self._forget()

    # -- members ----------------------------------------------------------------

    def admit(self, member: Member) -> None:
        """Register a member whose connection is up.

        Raises:
            Refused: `CONNECTION_LIMIT`; `REMOVED` since the member's identity was proven;
                `RESTARTING`: this process is about to end.
        """
        if self.ends:
            raise refusal(Code.RESTARTING, Code.RESTARTING.meaning)
        user = member.identity.user_id
        for course in tuple(member.identity.people):
            if any((course, one) in self.outside for one in (user, *member.identity.linked)):
                del member.identity.people[course]
                if not member.identity.people:
                    raise removed(course)
        mine = self._connections[user]
        staff = any(person.staff for person in member.identity.people.values())
        if len(self.members) >= self.config.max_connections and not staff:
            raise refusal(Code.CONNECTION_LIMIT, "The service has as many connections as it may.")
        if mine >= self.config.max_connections_per_person:
            text = f"At most {self.config.max_connections_per_person} connections a person."
            raise refusal(Code.CONNECTION_LIMIT, text)
        self.members[member] = None
        self._connections[user] += 1
        self._came |= {user, *member.identity.linked}
        self.changed = self.loop.time()
        self.metrics.members.set(len(self.members))
        self.audit.record("WEBSOCKET_CONNECTED", userId=user)

    async def dismiss(self, member: Member, code: int) -> None:
        """Unregister a member whose connection has ended.

        Its person stays in the rooms for the lease, even if the connection was closed properly, as
        a kernel that restarts does; a person who wants to leave sends `unsubscribe` before. A dead
        peer has no lease: it was silent for longer than that.
        """
        if member in self.members:
            del self.members[member]
            user = member.identity.user_id
            self._connections[user] -= 1
            if not self._connections[user]:
                del self._connections[user]
        if not self.members:
            self.empty.set()
        self.changed = self.loop.time()
        self.metrics.members.set(len(self.members))
        for channel in tuple(member.channels):
            self.leave(member, channel, at_once=code == Code.DEAD_PEER)
        user_id = member.identity.user_id
        named = None if user_id in self._forgotten else user_id
        self.audit.record("WEBSOCKET_DISCONNECTED", userId=named, code=code)
        await member.gone()

    def grant(self, identity: Identity, channel: str) -> Grant:
        """Return a person's grant for a channel.

        Raises:
            Refused: `NO_SUCH_CHANNEL`, `FORBIDDEN`.
        """
        granted = grant(identity, channel, self.courses, self.config)
        if not (granted.person.staff or self._is_open(granted)):
            lesson, course = granted.channel.rest, granted.channel.course
            text = f"There is no lesson {lesson:.80} in {course}; an instructor opens it."
            raise refusal(Code.NO_SUCH_CHANNEL, text)
        return granted

    def _is_open(self, granted: Grant) -> bool:
        """Return whether a channel exists; a lesson's channel has to be opened first."""
        channel = granted.channel
        known = channel.rest in self.config.lessons or granted.name in self.lessons
        return channel.kind != "lesson" or known

    async def open_lesson(self, granted: Grant) -> None:
        """Open the channel of a lesson for good, once staff enters it or writes to it.

        Raises:
            Refused: `INVALID`: the course has too many lessons; `UNAVAILABLE`.
        """
        if self._is_open(granted):
            return
        course = granted.channel.course
        if sum(name.split(":")[1] == course for name in self.lessons) >= MAX_LESSONS:
            raise refusal(Code.INVALID, f"{course} has {MAX_LESSONS:,} lessons; it has no more.")
        await self.store.open_channel(course, granted.name)
        self.lessons.add(granted.name)

    def leave(self, member: Member, channel: str, *, at_once: bool) -> None:
        """Take a member out of a channel.

        Args:
            member: The member.
            channel: The channel.
            at_once: True to take its person out too; else the person stays for a lease.
        """
        member.channels.discard(channel)
        room = self.rooms.get(channel)
        if room is not None:
            now = self.loop.time()
            room.remove(member, now if at_once else now + self.lease_s)
            if at_once:
                self.settle(room)

    def settle(self, room: Room) -> None:
        """Forget people whose lease has expired, and announce the room's people if they changed.

        It looks at everybody in the room: not to be called for each who comes.
        """
        for person in room.expire(self.loop.time()):
            self.hooks.left(room.channel, person)
        if not room.channel.startswith("user:") and room.census() != room.announced:
            self._announce_soon(room)

    def _announce_soon(self, room: Room) -> None:
        key = ("room", room.channel)
        self.coalescer.call(key, lambda: self._announce_people(room), _size(room))

    def _announce_people(self, room: Room) -> None:
        census = room.census()
        if census != room.announced:
            room.announced = census
            room.write(frame("room", room.channel, census, now_ms()))

    def joined(self, room: Room, person: Person, *, first: bool) -> None:
        """Note that a person has entered a room.

        Args:
            room: The room.
            person: The person.
            first: True if they have no other connection in the room.
        """
        if first:
            self.hooks.joined(room.channel, person)
        if not room.channel.startswith("user:"):
            self._announce_soon(room)

    def now(self) -> int:
        """Return the service's time in ms since 1970."""
        return now_ms()

    # -- what features may do (features.Stage) --------------------------------------

    def people(self, channel: str) -> list[Person]:
        """Return the distinct people in a channel."""
        room = self.rooms.get(channel)
        return [p.person for p in room.present.values()] if room is not None else []

    def connections(self, channel: str, user_id: str) -> Collection[Hashable]:
        """Return a person's connections in a channel."""
        room = self.rooms.get(channel)
        presence = room.present.get(user_id) if room is not None else None
        return presence.connections if presence is not None else ()

    def offers(self, channel: str, feature: str) -> bool:
        """Return whether this kind of channel offers a feature."""
        return feature in self.config.channel(channel.partition(":")[0]).features

    async def commit(self, channel: str, rule: Rule, data: object, user: Person = NOBODY) -> int:
        """Run a rule, by default as the service itself; returns the seq of the commit."""
        _, _, rest = channel.partition(":")
        course = rest.partition(":")[0]
        kind = channel.partition(":")[0]
        request = Request(
            course, channel, user, rule.__name__, data, uuid7(), now_ms(), self.config.channel(kind)
        )
        return (await self.store.commit(request, rule)).seq

    def record(self, action: str, **details: str | float | None) -> None:
        """Add a record to the audit trail."""
        self.audit.record(action, **details)

    async def search(
        self, channel: str, kind: str, matches: Matches, before: int | None, limit: int
    ) -> Searched:
        """Search a channel's documents."""
        return await self.store.search(channel, kind, matches, before, limit)

    async def erase(self, course: str, user_id: str) -> int:
        """Erase a person from a course, its documents and the audit trail."""
        rules = erase_rules(self.features)
        who = (user_id, *await self.store.linked(course, user_id))
        changed = await self.store.erase(course, user_id, now_ms(), rules)
        for one in who:
            self.forget(one)
            self.tell_gone(course, one)
        return changed

    def forget(self, user_id: str) -> None:
        """Take somebody who was erased out of the audit trail, also out of what is to come.

        Raises:
            ServiceUnavailable: its files cannot be written.
        """
        self._forgotten.add(user_id)
        self.audit.forget(user_id)

    async def retire(self, age_ms: int) -> Sequence[str]:
        """Erase courses without a change for `age_ms` and without a connected member."""
        before = now_ms() - age_ms
        busy = {course for member in self.members for course in member.identity.people}
        courses = await self.store.retire(before, tuple(busy))
        self.audit.forget(before=before)
        return courses

    def announce(
        self, channel: str, key: str, say: Callable[[], tuple[str, object] | None]
    ) -> None:
        """Write a signal to a channel, coalesced by key."""
        signal = partial(self._signal, channel, say)
        self.coalescer.call((key, channel), signal, _size(self.rooms.get(channel)))

    def stream(self, channel: str, key: str, say: Callable[[], tuple[str, object] | None]) -> None:
        """Write a signal to a channel, merged by key."""
        times = 3 if len(self.rooms.get(channel) or ()) > STREAM_TO else 1
        self.streams.call((key, channel), partial(self._signal, channel, say), times)

    def _signal(self, channel: str, say: Callable[[], tuple[str, object] | None]) -> None:
        def write() -> None:
            room = self.rooms.get(channel)
            said = say() if room else None
            if room and said is not None:
                room.write(frame(said[0], channel, said[1], now_ms()))

        self.supervisor.call("A feature's signal", write)

    def soon(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Run a feature's work, coalesced by key."""
        self.coalescer.call(
            ("soon", key), lambda: self.supervisor.spawn("A feature's work", work())
        )

    def state(self, make: Callable[[], S]) -> S:
        """Return a feature's object in this service, made on first use."""
        if make not in self._states:
            self._states[make] = make()
        return cast("S", self._states[make])

    # -- clocks -------------------------------------------------------------------

    def _committed(self, commit: Committed) -> None:
        self.metrics.commits.inc()
        self.rooms.committed(commit)
        self.hooks.committed(commit)

    async def beat(self) -> None:
        now, call = self.loop.time(), self.supervisor.call
        call("Looking at the store", self._look_at_store)
        for member in tuple(self.members):
            call("Looking at a connection", self._check, member, now)
        for room in self.rooms:
            call("Looking at a room", self.settle, room)
        self.rooms.tidy()
        self.coalescer.forget_old()
        self.streams.forget_old()
        self.limiter.sweep()
        self.budgets.sweep()
        self.audit.sweep()
        self.hooks.tick(now_ms())
        if self._came:
            what = "Noting who came"
            self.supervisor.until_done(what, what, self._note_who_came)

    async def _note_who_came(self) -> None:
        """Note in the store who has come, for all since the last tick at once."""
        came, self._came = self._came, set()
        try:
            await self.store.seen(came, now_ms())
        except Refused:
            self._came |= came
            raise

    def _look_at_store(self) -> None:
        """Close all members when the store fails: their outboxes keep commands until it is back."""
        before, self._problem = self._problem, self.store.problem
        self.metrics.store.set(not self._problem)
        if bool(before) == bool(self._problem):
            return
        self.audit.record("STORE_LOST" if self._problem else "STORE_FOUND")
        if self._problem:
            for member in tuple(self.members):
                member.close(Code.UNAVAILABLE)

    def _check(self, member: Member, now: float) -> None:
        if member.identity.expires is not None and member.identity.expired:
            member.close(Code.TOKEN_EXPIRED)
        else:
            member.writer.check(now)


def _nobody_else(_channel: str, _type: str, _person: Person, _data: bytes, _number: int) -> None:
    """Do nothing, since there are no other processes on the store."""


def _nobody_to_tell(_course: str, _user_id: str) -> None:
    """There are no other processes on the store."""


def _size(room: Room | None) -> float:
    """A room's size in multiples of the largest with names: messages to all come as seldom.

    So the number of a thousand who come back together is not written a thousand times to each.
    """
    return max(1.0, len(room or ()) / MOST_NAMED)
