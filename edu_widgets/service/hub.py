"""The hub: members, rooms, store, features and clocks of one service, tied together."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Coroutine, Hashable, Mapping, Sequence
from typing import Any

from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.channels import parse_channel
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.protocol.messages import Unsubscribed
from edu_widgets.service import admission
from edu_widgets.service.audit import Audit
from edu_widgets.service.checks import removed
from edu_widgets.service.coalesce import Coalescer
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.features import Ask, Feature, SignalRule
from edu_widgets.service.frames import frame
from edu_widgets.service.identity import Grant, grant
from edu_widgets.service.limits import SlidingWindow
from edu_widgets.service.member import Member
from edu_widgets.service.metrics import Metrics
from edu_widgets.service.rooms import LEASE_S, Room, Rooms
from edu_widgets.service.rules import NOBODY, Person, Request, Rule
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.store import Committed, Matches, Searched, Store

log = logging.getLogger("edu_widgets.service")

TICK_S = 1.0


class Hub:
    """Everything members share. Used on one event loop; `start` and `close` frame its life."""

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
        self.asks: dict[str, Ask] = {k: a for f in features for k, a in f.asks.items()}
        self.audit = audit
        self.metrics = Metrics()
        self.rooms = Rooms(self.loop, now_ms)
        self.coalescer = Coalescer(self.loop)
        self.limiter: SlidingWindow[tuple[str, str]] = SlidingWindow(time.monotonic)
        self.asking: Counter[tuple[str, str]] = Counter()
        """Questions that are being answered, by person and type."""
        self._outside: set[tuple[str, str]] = set()
        """Course and person of those removed while this service runs."""
        self.members: dict[Member, None] = {}
        self.changed = self.loop.time()
        """When the last member came or went (loop time)."""
        self._lease_s = lease_s
        self._forget = store.listen(self._committed)
        self._ticker: asyncio.Task[None] | None = None
        self._works: set[asyncio.Task[object]] = set()

    def start(self) -> None:
        """Begin to tick."""
        self._ticker = self.loop.create_task(self._tick())

    async def close(self, code: Code = Code.RESTARTING) -> None:
        """Close every member and end what runs; the store stays open."""
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
        self.rooms.flush()
        self.coalescer.close()
        for task in tuple(self._works):
            task.cancel()
        await asyncio.gather(*self._works, return_exceptions=True)
        for member in tuple(self.members):
            member.close(code)
        self._forget()

    # -- members ----------------------------------------------------------------

    def admit(self, member: Member) -> None:
        """A connection is up.

        Raises:
            Refused: `CONNECTION_LIMIT`; `REMOVED` between the proof of who it is and now.
        """
        user = member.identity.user_id
        for course in tuple(member.identity.people):
            if (course, user) in self._outside:
                del member.identity.people[course]
                if not member.identity.people:
                    raise removed(course)
        mine = sum(1 for other in self.members if other.identity.user_id == user)
        staff = any(person.staff for person in member.identity.people.values())
        if len(self.members) >= self.config.max_connections and not staff:
            raise refusal(Code.CONNECTION_LIMIT, "The service has as many connections as it may.")
        if mine >= self.config.max_connections_per_person:
            text = f"At most {self.config.max_connections_per_person} connections a person."
            raise refusal(Code.CONNECTION_LIMIT, text)
        self.members[member] = None
        self.changed = self.loop.time()
        self.metrics.members.set(len(self.members))
        self.audit.record("WEBSOCKET_CONNECTED", userId=user)

    async def dismiss(self, member: Member, code: int) -> None:
        """A connection is over. Whoever wants to leave says so first, by `unsubscribe`.

        However it ended, its person is waited for: a kernel that restarts says goodbye, too.
        """
        self.members.pop(member, None)
        self.changed = self.loop.time()
        self.metrics.members.set(len(self.members))
        for channel in tuple(member.channels):
            self.leave(member, channel, at_once=False)
        self.audit.record("WEBSOCKET_DISCONNECTED", userId=member.identity.user_id, code=code)
        await member.gone()

    def grant(self, member: Member, channel: str) -> Grant:
        """What a member may do in a channel.

        Raises:
            Refused: `NO_SUCH_CHANNEL`, `FORBIDDEN`.
        """
        return grant(member.identity, channel, self.courses, self.config)

    def leave(self, member: Member, channel: str, *, at_once: bool) -> None:
        """Take a member out of a channel, after its lease if the connection just broke."""
        member.channels.discard(channel)
        room = self.rooms.get(channel)
        if room is not None:
            now = self.loop.time()
            room.remove(member, now if at_once else now + self._lease_s)
            self.settle(room)

    def settle(self, room: Room) -> None:
        """Forget who has left a room, and say how many are here if that changed."""
        for person in room.expire(self.loop.time()):
            for feature in self.features:
                if feature.on_leave is not None:
                    self._call(feature.on_leave, room.channel, person)
        if not room.channel.startswith("user:") and room.census() != room.announced:
            self.coalescer.call(("room", room.channel), lambda: self._announce_people(room))

    def _announce_people(self, room: Room) -> None:
        census = room.census()
        if census != room.announced:
            room.announced = census
            room.write(frame("room", room.channel, census, now_ms()))

    def joined(self, room: Room, person: Person, *, first: bool) -> None:
        """Somebody has entered a room."""
        if first:
            for feature in self.features:
                if feature.on_join is not None:
                    self._call(feature.on_join, room.channel, person)
        self.settle(room)

    async def before_catch_up(self, channel: str, person: Person) -> None:
        """Let features write what a person who enters is to find."""
        for feature in self.features:
            if feature.before_catch_up is not None:
                try:
                    await feature.before_catch_up(self, channel, person)
                except Exception:
                    log.exception("A feature's hook failed.")  # they enter all the same

    def reidentify(self, user_id: str, course: str, person: Person) -> None:
        """Give a person's connections their new role; channels it forbids are taken away."""
        for member in tuple(self.members):
            if member.identity.user_id != user_id:
                continue
            member.identity.people[course] = person
            for channel in tuple(member.channels):
                try:
                    room, now = self.rooms.get(channel), self.grant(member, channel).person
                except Refused as error:
                    self.leave(member, channel, at_once=True)
                    gone = Unsubscribed(channel, error.code, str(error))
                    member.write(frame("unsubscribed", channel, gone, now_ms()))
                else:
                    if room is not None and user_id in room.present:
                        room.present[user_id].person = now
                        self.settle(room)

    def known(self, course: str, user_id: str) -> Person | None:
        """Who a connected person is in a course."""
        found = (m.identity for m in self.members if m.identity.user_id == user_id)
        return next((who.people[course] for who in found if course in who.people), None)

    def expel(self, course: str, user_id: str) -> None:
        """Take a removed person's connections out of a course, and end those of no other."""
        self._outside.add((course, user_id))
        text = str(removed(course))
        for member in tuple(self.members):
            if member.identity.user_id != user_id or course not in member.identity.people:
                continue
            del member.identity.people[course]
            for channel in [c for c in member.channels if parse_channel(c).course == course]:
                self.leave(member, channel, at_once=True)
                gone = Unsubscribed(channel, Code.REMOVED, text)
                member.write(frame("unsubscribed", channel, gone, now_ms()))
            if not member.identity.people:
                member.close(Code.REMOVED, text)

    def readmit(self, course: str, user_id: str) -> None:
        """A removed person may connect again."""
        self._outside.discard((course, user_id))

    def now(self) -> int:
        """The service's time in ms since 1970."""
        return now_ms()

    def may_type(self, channel: str, person: Person) -> bool:
        """Whether the others may be told that somebody types."""
        rules = (feature.may_type for feature in self.features)
        return all(rule(self, channel, person, now_ms()) for rule in rules if rule is not None)

    # -- what features may do (features.Stage) --------------------------------------

    def people(self, channel: str) -> list[Person]:
        """The distinct people in a channel."""
        room = self.rooms.get(channel)
        return [p.person for p in room.present.values()] if room is not None else []

    def connections(self, channel: str, user_id: str) -> Collection[Hashable]:
        """A person's connections in a channel."""
        room = self.rooms.get(channel)
        presence = room.present.get(user_id) if room is not None else None
        return presence.connections if presence is not None else ()

    def offers(self, channel: str, feature: str) -> bool:
        """Whether this kind of channel offers a feature."""
        return feature in self.config.channel(channel.partition(":")[0]).features

    async def commit(self, channel: str, rule: Rule, data: object, user: Person = NOBODY) -> int:
        """Run a rule, as the service itself where nobody asked for it."""
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
        """Look through a channel's documents."""
        return await self.store.search(channel, kind, matches, before, limit)

    async def erase(self, course: str, user_id: str) -> int:
        """Erase a person from a course, with all that features know of them."""
        rules = [f.erase for f in self.features if f.erase is not None] + [admission.erase]
        return await self.store.erase(course, user_id, now_ms(), rules)

    def announce(
        self, channel: str, key: str, say: Callable[[], tuple[str, object] | None]
    ) -> None:
        """Write a signal to a channel, coalesced by key."""

        def write() -> None:
            room = self.rooms.get(channel)
            said = say() if room else None
            if room and said is not None:
                room.write(frame(said[0], channel, said[1], now_ms()))

        self.coalescer.call((key, channel), write)

    def soon(self, key: Hashable, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """Do some work of a feature's, coalesced by key."""
        self.coalescer.call(("soon", key), lambda: self._spawn(work()))

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        task = self.loop.create_task(work)
        self._works.add(task)
        task.add_done_callback(self._worked)

    def _worked(self, task: "asyncio.Task[object]") -> None:
        self._works.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("A feature's work failed.", exc_info=error)

    # -- clocks -------------------------------------------------------------------

    def _committed(self, commit: Committed) -> None:
        self.metrics.commits.inc()
        self.rooms.committed(commit)
        for feature in self.features:
            if feature.on_commit is not None:
                self._call(feature.on_commit, commit)

    def _call(self, hook: Callable[..., None], *args: object) -> None:
        try:
            hook(self, *args)
        except Exception:
            log.exception("A feature's hook failed.")  # what it is told of is so, and others wait

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            try:
                self._beat()
            except Exception:
                log.exception("A tick failed.")  # the next one may not

    def _beat(self) -> None:
        now = self.loop.time()
        for member in tuple(self.members):
            if member.identity.expires is not None and member.identity.expired:
                member.close(Code.TOKEN_EXPIRED)
            else:
                member.outlet.check(now)
        for room in self.rooms:
            self.settle(room)
        self.rooms.tidy()
        self.coalescer.forget_old()
        self.limiter.sweep(600)
        for feature in self.features:
            if feature.on_tick is not None:
                feature.on_tick(self, now_ms())
