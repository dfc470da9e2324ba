"""Typing signals: short-lived, coalesced, never sent to the person who types."""

from edu_widgets.protocol import Envelope, decode_data
from edu_widgets.protocol.messages import TypingStart, UserTyping
from edu_widgets.service.frames import frame
from edu_widgets.service.hub import Hub
from edu_widgets.service.identity import Grant
from edu_widgets.service.member import Member
from edu_widgets.service.rooms import Room
from edu_widgets.service.rules import Person
from edu_widgets.service.steady_time import now_ms

START, STOP = "typing_start", "typing_stop"

EXPIRES_S = 5.0

MAX_NAMED = 5
"""People shown as typing at once: nobody reads more names, and a room has 4 frames a second."""


def typed(hub: Hub, member: Member, envelope: Envelope) -> Grant | None:
    """Handle `typing_start` and `typing_stop`; `None` from members outside the room.

    Raises:
        Refused: the member may not enter the channel.
    """
    granted = hub.grant(member.identity, envelope.channel)
    decode_data(envelope, TypingStart)
    if granted.name not in member.channels:
        return None
    note(hub, granted.name, granted.person, envelope.type)
    return granted


def note(hub: Hub, channel: str, person: Person, type_: str) -> None:
    """Note that a person in a room types, or has stopped."""
    room = hub.rooms.get(channel)
    if room is None:
        return
    if type_ == STOP or not hub.hooks.may_type(channel, person, now_ms()):
        stop(hub, room, person)
    elif person.id in room.typists.until or len(room.typists.until) < MAX_NAMED:
        if person.id not in room.typists.until:
            _say(hub, room, UserTyping(person.id, is_typing=True, user_name=person.name))
        room.typists.until[person.id] = hub.loop.time() + EXPIRES_S
        hub.loop.call_later(EXPIRES_S + 0.01, _expire, hub, room, person)


def stop(hub: Hub, room: Room, person: Person) -> None:
    """Announce that a person does not type any more, if they were shown as typing."""
    if room.typists.until.pop(person.id, None) is not None:
        _say(hub, room, UserTyping(person.id, is_typing=False, user_name=person.name))


def _expire(hub: Hub, room: Room, person: Person) -> None:
    if room.typists.until.get(person.id, hub.loop.time() + 1) <= hub.loop.time():
        stop(hub, room, person)


def _say(hub: Hub, room: Room, news: UserTyping) -> None:
    waiting = room.typists.unsaid.pop(news.user_id, None)
    if waiting is not None and waiting.is_typing:
        return  # started and stopped between two frames: nothing to announce
    room.typists.unsaid[news.user_id] = news
    hub.coalescer.call(("typing", room.channel), lambda: _write(hub, room))


def _write(hub: Hub, room: Room) -> None:
    unsaid = room.typists.unsaid
    if not unsaid:
        return
    user_id = next(iter(unsaid))
    out = frame("user_typing", room.channel, unsaid.pop(user_id), now_ms())
    room.write_to_others(out, user_id)
    if unsaid:
        hub.coalescer.call(("typing", room.channel), lambda: _write(hub, room))
