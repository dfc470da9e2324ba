"""Entering a channel and catching up with it."""

import asyncio
import random
from dataclasses import dataclass

from edu_widgets.protocol import REGISTRY, Code, Cursor, Envelope, decode_data
from edu_widgets.protocol.errors import Refused, refusal
from edu_widgets.protocol.messages import Changes, Subscribe, Subscribed
from edu_widgets.service import budget
from edu_widgets.service.frames import error, frame
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Grant
from edu_widgets.service.member import Member
from edu_widgets.service.pace import Pages
from edu_widgets.service.rooms import Hold, Room
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.store import RETRY_AFTER_MS, Catchup

MAX_CHANNELS = 64
"""Channels that one connection may subscribe to."""

FULL_MS = (5_000, 15_000)
"""Bounds of the random retry time (ms) where a room is full: not everybody retries at once."""


async def start(hub: Hub, member: Member, envelope: Envelope) -> None:
    """Let a member into a channel, and start its catch-up beside the member's other frames.

    Raises:
        Refused: `NO_SUCH_CHANNEL`, `FORBIDDEN`, `ROOM_FULL`, `INVALID`.
    """
    granted = hub.grant(member.identity, envelope.channel)
    ask = decode_data(envelope, Subscribe)
    since = ask.since
    if since is not None and not 0 <= since.seq < 2**62:
        raise refusal(Code.INVALID, "since.seq is a sequence number.")
    await hub.open_lesson(granted)
    room = hub.rooms.open(granted.name)
    person = granted.person
    first = person.id not in room.present
    if first and not person.staff and len(room.present) >= granted.config.max_users:
        text = f"{granted.name} is full: {granted.config.max_users} people are in it."
        raise refusal(Code.ROOM_FULL, text, random.randint(*FULL_MS))  # noqa: S311 - no secret
    if len(member.channels) >= MAX_CHANNELS and granted.name not in member.channels:
        text = f"At most {MAX_CHANNELS} channels a connection."
        raise refusal(Code.CONNECTION_LIMIT, text, FULL_MS[1])
    hold = room.add(member, person)
    member.channels.add(granted.name)
    hub.joined(room, person, first=first)
    entry = _Entry(hub, member, room, hold, granted, ask, envelope.message_id)
    member.runs(hub.supervisor.spawn("A catch-up", entry.catch_up()))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One subscription of a member to a channel, until it has caught up."""

    hub: Hub
    member: Member
    room: Room
    hold: Hold
    granted: Grant
    ask: Subscribe
    message_id: str

    def _is_over(self) -> bool:
        """Return whether the member has left or subscribed again meanwhile."""
        return self.room.holding.get(self.member) is not self.hold

    async def catch_up(self) -> None:
        """Catch up: one subscription at a time by channel, and only the latest one."""
        channel, member, hold = self.room.channel, self.member, self.hold
        async with member.catching_up[channel]:
            if self._is_over():
                return
            try:
                await self.hub.hooks.before_catch_up(channel, self.granted.person)
                catchup = await self._changes_since(self.ask.since)
                if self._is_over():
                    return
                self.room.renew(Cursor(catchup.epoch, catchup.seq), now_ms())
                data = _subscribed(self.hub, self.room, self.granted, catchup)
                member.write(frame("subscribed", channel, data, now_ms(), self.message_id))
                await self._write_pages(catchup.frames)
                while hold.overflowed:
                    hold.overflowed, hold.size = False, 0
                    catchup = await self._changes_since(Cursor(catchup.epoch, catchup.seq))
                    await self._write_pages(catchup.frames)
            except Refused as problem:
                self.hub.leave(member, channel, at_once=False)
                text, code = str(problem), problem.code
                member.write(error(channel, code, text, now_ms(), self.message_id, RETRY_AFTER_MS))
            else:
                self.room.go_live(member, hold, catchup.seq)

    async def _changes_since(self, cursor: Cursor | None) -> Catchup:
        """Read the changes after a cursor, and charge the member for their bytes."""
        found = await self.hub.store.changes_since(self.room.channel, cursor, self.ask.floors)
        size = sum(budget.size_of(part.docs) for part in found.frames)
        self.hub.budgets.charge(self.member, size / budget.BYTES_OUT)
        return found

    async def _write_pages(self, changes: tuple[Changes, ...]) -> None:
        """Write changes page by page, until the member leaves or subscribes again."""
        pages = Pages(changes)

        def write(size: int) -> asyncio.Future[None] | None:
            if self._is_over():
                return None
            self.member.write(frame("changes", self.room.channel, pages.next(size), now_ms()))
            return self.member.writer.arrival()

        while pages and not self._is_over():
            await self.member.pace.write(write)


def _subscribed(hub: Hub, room: Room, granted: Grant, catchup: Catchup) -> Subscribed:
    offered = {REGISTRY.commands[name].feature for name in hub.rules if name in REGISTRY.commands}
    here = room.census()
    return Subscribed(
        epoch=catchup.epoch,
        seq=catchup.seq,
        role=granted.person.role,
        user_id=granted.person.id,
        user_name=granted.person.name,
        features=[name for name in granted.config.features if name in offered],
        people=here.people,
        names=here.names,
        staff=here.staff,
        generation=hub.store.generation,
    )
