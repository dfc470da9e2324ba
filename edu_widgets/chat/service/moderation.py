"""Rules for staff only: pin messages, mute people, set slow mode."""

from typing import Any

import msgspec

from edu_widgets.chat.commands import (
    MuteUser,
    PinMessage,
    SetAnonymous,
    SetPictures,
    SetSlowMode,
)
from edu_widgets.chat.documents import (
    MAX_PINS,
    MAX_SLOW,
    ChatSettings,
    Mute,
    Pin,
    mute_id,
    pin_id,
)
from edu_widgets.chat.service.preconditions import the_message
from edu_widgets.chat.text import excerpt
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import (
    STAFF_ROLES,
    staff_channel,
)
from edu_widgets.protocol.errors import refusal
from edu_widgets.protocol.messages import Role
from edu_widgets.protocol.shortening import shorten
from edu_widgets.protocol.visible_text import one_line
from edu_widgets.service.checks import channel_of, only_staff
from edu_widgets.service.rules import (
    DELETE,
    Decision,
    Get,
    Members,
    Part,
    Person,
    Request,
    RuleRun,
    Scan,
    Write,
    read,
)
from edu_widgets.service.steady_time import SLACK_MS
from edu_widgets.service.timers import Due

MAX_MINUTES = 60 * 24 * 365
"""Most minutes of a mute that has an end."""

_MAX_NAME = 200


def pin(request: Request[PinMessage]) -> RuleRun:
    """Pin a message or unpin it.

    Raises:
        Refused: `FORBIDDEN` for students, `NOT_FOUND`, `INVALID` for a twenty-first pin.
    """
    only_staff(request, "pin messages")
    id_ = pin_id(request.data.message_id)
    pinned = read((yield Get(request.channel, (id_,))), id_, Pin) is not None
    if pinned == request.data.pinned:
        return Decision()
    if pinned:
        return Decision([Write(request.channel, id_, Pin.kind, DELETE)])
    message = yield from the_message(request, request.data.message_id)
    if len((yield Scan(request.channel, Pin.kind, limit=MAX_PINS))) >= MAX_PINS:
        text = f"{MAX_PINS} messages are pinned already; unpin one of them first."
        raise refusal(Code.INVALID, text)
    body = Pin(
        message.id,
        message.user_id,
        message.user_name,
        excerpt(message.content, message.pictures),
        request.now,
        request.user.id,
        request.user.name,
    )
    return Decision([Write(request.channel, id_, Pin.kind, body)])


def slow_down(request: Request[SetSlowMode]) -> RuleRun:
    """Set the least time between two messages of a person.

    Raises:
        Refused: `FORBIDDEN` for students, `INVALID` for a time out of range.
    """
    only_staff(request, "slow the chat down")
    seconds = request.data.seconds
    if not 0 <= seconds <= MAX_SLOW:
        raise refusal(Code.INVALID, f"Slow mode takes 0 to {MAX_SLOW} seconds, not {seconds}.")
    return (yield from _set(request, slow_mode=seconds))


def allow_pictures(request: Request[SetPictures]) -> RuleRun:
    """Allow students to send pictures, or forbid it.

    Raises:
        Refused: `FORBIDDEN` for students.
    """
    only_staff(request, "turn pictures on or off")
    return (yield from _set(request, pictures=request.data.allowed))


def allow_anonymous(request: Request[SetAnonymous]) -> RuleRun:
    """Allow to ask questions anonymously, or forbid it; those that were asked stay anonymous.

    Raises:
        Refused: `FORBIDDEN` for students.
    """
    only_staff(request, "turn anonymous questions on or off")
    return (yield from _set(request, anonymous=request.data.allowed))


def _set(request: Request[Any], **changed: object) -> RuleRun:
    """Change some of the chat's settings."""
    found = read((yield Get(request.channel, (ChatSettings.ID,))), ChatSettings.ID, ChatSettings)
    before = found or ChatSettings()
    body = msgspec.structs.replace(before, **changed)
    if body == before:
        return Decision()
    # Not signed, like mutes: it holds for everybody, also after the person who set it is erased.
    write = Write(request.channel, ChatSettings.ID, ChatSettings.kind, body, signed=False)
    return Decision([write])


def mute(request: Request[MuteUser]) -> RuleRun:
    """Mute a person, for a while or until it is lifted; or lift the mute.

    Raises:
        Refused: `FORBIDDEN` if a student mutes, or staff are to be muted; `INVALID` for a time out
            of range or a malformed id, `NOT_FOUND` for a person who is not in the course.
    """
    only_staff(request, "mute people")
    data = request.data
    if not data.user_name:
        data = yield from _named(request)
    staff, own = staff_channel(request.course), channel_of(request.course, data.user_id)
    if not 0 <= data.minutes <= MAX_MINUTES:
        text = f"`minutes` is 1 to {MAX_MINUTES}, or 0 until it is lifted; not {data.minutes}."
        raise refusal(Code.INVALID, text)
    id_ = mute_id(data.user_id)
    if not data.muted:
        if read((yield Get(staff, (id_,))), id_, Mute) is None:
            return Decision()
        return Decision([Write(channel, id_, Mute.kind, DELETE) for channel in (staff, own)])
    if data.user_id == request.user.id or (yield from _is_staff(request.course, data.user_id)):
        raise refusal(Code.FORBIDDEN, "Instructors cannot be muted.")
    until = request.now + data.minutes * 60_000 if data.minutes else 0
    name = shorten(one_line(data.user_name[: 4 * _MAX_NAME]), _MAX_NAME)
    body = Mute(data.user_id, name, until, request.user.name, request.now)
    writes = [Write(channel, id_, Mute.kind, body, signed=False) for channel in (staff, own)]
    return Decision(writes)


def mend(request: Request[Due]) -> RuleRun:
    """Restart a mute that was set while the clock was ahead, with its full duration from now."""
    staff, id_ = staff_channel(request.course), request.data.id
    mute = read((yield Get(staff, (id_,))), id_, Mute)
    if mute is None or not mute.until or mute.at <= request.now + SLACK_MS:
        return Decision(reply=False)
    until = request.now + mute.until - mute.at
    body = msgspec.structs.replace(mute, until=until, at=request.now)
    own = channel_of(request.course, mute.user_id)
    writes = [Write(channel, id_, Mute.kind, body, signed=False) for channel in (staff, own)]
    return Decision(writes, reply=False)


def _named(request: Request[MuteUser]) -> Part[MuteUser]:
    """Return the command with id and name of the member whom it gives by id or by name."""
    data = request.data
    for doc in (yield Members(request.course, data.user_id)):
        member = msgspec.json.decode(doc.body, type=Person)
        if data.muted and member.staff:
            raise refusal(Code.FORBIDDEN, "Instructors cannot be muted.")
        return msgspec.structs.replace(data, user_id=member.id, user_name=member.name)
    held = yield Get(staff_channel(request.course), (mute_id(data.user_id),))
    if data.muted or not any(not doc.deleted for doc in held):
        text = f"Nobody in this course has the name or the id {data.user_id!r:.80}."
        raise refusal(Code.NOT_FOUND, text)
    return data


def _is_staff(course: str, user_id: str) -> Part[bool]:
    """True if the role stored for this person makes them staff: as a member, or by its document.

    Who came by a platform's token is no member; who hosts a course has no document.
    """
    found = yield Members(course, user_id)
    if any(doc.id == user_id and msgspec.json.decode(doc.body, type=Person).staff for doc in found):
        return True
    held = yield Get(channel_of(course, user_id), (Role.kind,))
    role = read(held, Role.kind, Role)
    return role is not None and role.role in STAFF_ROLES
