"""Entering a channel and catching up with it."""

import asyncio
import random

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
"""Channels one connection may be in."""

FULL_MS = (5_000, 15_000)
"""When whoever found no room asks again: not all of them at once."""


async def start(hub: Hub, member: Member, envelope: Envelope) -> None:
    """Let a member into a channel; catching up goes on beside its other frames.

    Raises:
        Refused: `NO_SUCH_CHANNEL`, `FORBIDDEN`, `ROOM_FULL`, `INVALID`.
    """
    granted = hub.grant(member, envelope.channel)
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
    member.spawn(_catch_up(hub, member, room, hold, granted, ask, envelope.message_id))


async def _catch_up(
    hub: Hub,
    member: Member,
    room: Room,
    hold: Hold,
    granted: Grant,
    ask: Subscribe,
    message_id: str,
) -> None:
    """Catch up, one after the other in each channel; only the latest that was asked for."""
    async with member.catching_up[granted.name]:
        if room.holding.get(member) is hold:
            await _tell(hub, member, room, hold, granted, ask, message_id)


async def _tell(
    hub: Hub,
    member: Member,
    room: Room,
    hold: Hold,
    granted: Grant,
    ask: Subscribe,
    message_id: str,
) -> None:
    try:
        await hub.before_catch_up(room.channel, granted.person)
        catchup = await _changes_since(hub, member, granted.name, ask.since, ask.floors)
        if room.holding.get(member) is not hold:
            return  # left, or asked again, meanwhile
        room.renew(Cursor(catchup.epoch, catchup.seq), now_ms())
        data = _subscribed(hub, room, granted, catchup)
        member.write(frame("subscribed", granted.name, data, now_ms(), message_id))
        await _write_pages(member, room, hold, catchup.frames)
        while hold.overflowed:
            hold.overflowed, hold.size = False, 0
            cursor = Cursor(catchup.epoch, catchup.seq)
            catchup = await _changes_since(hub, member, granted.name, cursor, ask.floors)
            await _write_pages(member, room, hold, catchup.frames)
    except Refused as problem:
        hub.leave(member, granted.name, at_once=False)
        text, code = str(problem), problem.code
        member.write(error(granted.name, code, text, now_ms(), message_id, RETRY_AFTER_MS))
        return
    room.go_live(member, hold, catchup.seq)


async def _changes_since(
    hub: Hub, member: Member, channel: str, cursor: Cursor | None, floors: dict[str, int]
) -> Catchup:
    """What a channel has after a cursor; the member pays for what was read."""
    found = await hub.store.changes_since(channel, cursor, floors)
    size = sum(budget.size_of(part.docs) for part in found.frames)
    hub.budgets.charge(member, size / budget.BYTES_OUT)
    return found


async def _write_pages(
    member: Member, room: Room, hold: Hold, changes: tuple[Changes, ...]
) -> None:
    """Write what was read, page by page, unless the member has left or asked again meanwhile."""
    pages = Pages(changes)

    def write(size: int) -> asyncio.Future[None] | None:
        if room.holding.get(member) is not hold:
            return None
        member.write(frame("changes", room.channel, pages.next(size), now_ms()))
        return member.outlet.arrival()

    while pages and room.holding.get(member) is hold:
        await member.pace.write(write)


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
