"""Connected people whose name, role, course or membership has changed.

A connection keeps the identity that was proved when it began. These functions give it another one,
and take it out of the channels that it may not be in any more.
"""

from dataclasses import replace

from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import parse_channel
from edu_widgets.protocol.errors import Refused
from edu_widgets.protocol.messages import Unsubscribed
from edu_widgets.service.checks import removed
from edu_widgets.service.frames import frame
from edu_widgets.service.hub import Hub
from edu_widgets.service.rules import Person
from edu_widgets.service.steady_time import now_ms

BECOME_S = 1.0
"""Seconds that a connection has to read that it is somebody else's from now on."""


def reidentify(hub: Hub, user_id: str, course: str, person: Person) -> None:
    """Give a person's connections a new name and role, and end subscriptions that it forbids.

    Args:
        hub: The hub.
        user_id: The person, whose linked viewers get the name, too.
        course: The course.
        person: The person's new name and role in the course.
    """
    for member in tuple(hub.members):
        if not member.identity.is_person(user_id):
            continue
        linked = member.identity.user_id != person.id
        if linked and person.staff:
            continue  # a viewer, whose link ends with it
        member.identity.people[course] = replace(person, linked=linked)
        for channel in tuple(member.channels):
            try:
                room, now = hub.rooms.get(channel), hub.grant(member.identity, channel).person
            except Refused as error:
                hub.leave(member, channel, at_once=True)
                gone = Unsubscribed(channel, error.code, str(error))
                member.write(frame("unsubscribed", channel, gone, now_ms()))
            else:
                if room is not None and now.id in room.present:
                    room.present[now.id].person = now
                    hub.settle(room)


def viewers(hub: Hub, course: str, user_id: str) -> set[str]:
    """Return the connected viewers of a course who are linked to a member.

    Args:
        hub: The hub.
        course: The course.
        user_id: The member.
    """
    found = (m.identity for m in hub.members if user_id in m.identity.linked)
    return {who.user_id for who in found if course in who.people}


def become(hub: Hub, course: str, user_id: str, person: Person, linked: frozenset[str]) -> None:
    """Give a viewer's connections another identity; they end soon, and clients connect again.

    Args:
        hub: The hub.
        course: The course.
        user_id: The viewer.
        person: The person they are from now on.
        linked: The ids of the members they are linked to.
    """
    for member in tuple(hub.members):
        if member.identity.user_id != user_id or course not in member.identity.people:
            continue
        for channel in [c for c in member.channels if parse_channel(c).course == course]:
            hub.leave(member, channel, at_once=True)
        member.identity.people[course] = person
        member.identity.linked = linked
        # Once it has read what it is told.
        hub.loop.call_later(BECOME_S, member.close, Code.RESTARTING)


def known(hub: Hub, course: str, user_id: str) -> Person | None:
    """Return the name and role of a connected person; `None` if there is none.

    Args:
        hub: The hub.
        course: The course.
        user_id: The person, or a member to whom a viewer is linked.
    """
    found = (m.identity for m in hub.members if m.identity.is_person(user_id))
    return next((who.people[course] for who in found if course in who.people), None)


def expel(hub: Hub, course: str, user_id: str, gone: Refused | None = None) -> None:
    """Take a person's connections out of a course, and close those that have no other course.

    Args:
        hub: The hub.
        course: The course.
        user_id: The person.
        gone: The reason they are told; `None`: they were removed, and stay out.
    """
    if gone is None:
        hub.outside.add((course, user_id))
    why = gone or removed(course)
    code, text = Code(why.code), str(why)
    for member in tuple(hub.members):
        if not member.identity.is_person(user_id) or course not in member.identity.people:
            continue
        del member.identity.people[course]
        for channel in [c for c in member.channels if parse_channel(c).course == course]:
            hub.leave(member, channel, at_once=True)
            told = Unsubscribed(channel, code, text)
            member.write(frame("unsubscribed", channel, told, now_ms()))
        if not member.identity.people:
            member.close(code, text)


def readmit(hub: Hub, course: str, user_id: str) -> None:
    """Let a removed person connect again.

    Args:
        hub: The hub.
        course: The course.
        user_id: The person.
    """
    hub.outside.discard((course, user_id))
