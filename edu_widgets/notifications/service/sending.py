"""Sending notifications to their recipients, and storing the actions that people choose."""

import msgspec

from edu_widgets.notifications.commands import MAX_SECONDS, SendNotification, TakeAction
from edu_widgets.notifications.documents import (
    MAX_ACTION,
    MAX_ACTIONS,
    MAX_DATA,
    MAX_LABEL,
    MAX_MESSAGE,
    MAX_TITLE,
    ActionTaken,
    Notification,
    NotificationAction,
    taken_id,
)
from edu_widgets.notifications.service.expiry import note_expiry
from edu_widgets.notifications.service.preconditions import invalid, own
from edu_widgets.protocol import Code
from edu_widgets.protocol.channels import course_channel, staff_channel
from edu_widgets.protocol.errors import InvalidArgument, refusal
from edu_widgets.protocol.visible_text import checked
from edu_widgets.service.checks import channel_of
from edu_widgets.service.rules import Decision, Get, Request, RuleRun, Write, read


def send(request: Request[SendNotification]) -> RuleRun:
    """Write a notification to the channel of its recipients: the course, the staff or a person.

    Raises:
        Refused: `FORBIDDEN` for students, `INVALID` for an invalid field, `TOO_LATE` for a
            notification that would have expired already.
    """
    yield from ()
    own(request)
    if not request.user.staff:
        raise refusal(Code.FORBIDDEN, "Only instructors may send notifications.")
    data, course = request.data, request.course
    if data.to and data.user_id:
        raise invalid("A notification is for a role or for one person, not for both.")
    if data.user_id:
        channel = channel_of(course, data.user_id)
    else:
        channel = staff_channel(course) if data.to == "staff" else course_channel(course)
    body = Notification(
        request.message_id,
        _checked("title", data.title, MAX_TITLE),
        request.now,
        data.type,
        _checked("message", data.message, MAX_MESSAGE, least=0, lines=True),
        data.user_id,
        data.to,
        _data(data.data),
        expires_at=_ends(data, request.now),
        actions=_actions(data.actions),
        created_by=request.user.id,
        created_by_name=request.user.name,
    )
    sent = Write(channel, body.id, Notification.kind, body)
    return Decision([sent, *note_expiry(course, channel, body)])


def _checked(name: str, text: str, most: int, least: int = 1, *, lines: bool = False) -> str:
    try:
        return checked(text, f"`{name}`", most, least=least, lines=lines)
    except InvalidArgument as error:
        raise invalid(str(error)) from error


def _data(data: object) -> object:
    size = len(msgspec.json.encode(data))
    if size > MAX_DATA:
        raise invalid(f"`data` has {size} bytes; at most {MAX_DATA} are allowed.")
    return data


def _ends(data: SendNotification, now: int) -> int | None:
    if data.seconds is not None and data.expires_at is not None:
        raise invalid("Say for how long or until when a notification is shown, not both.")
    ends = data.expires_at if data.seconds is None else now + data.seconds * 1000
    if ends is None:
        return None
    if data.seconds is not None and data.seconds < 1:
        raise invalid("A notification is shown for at least a second.")
    if ends > now + MAX_SECONDS * 1000:
        raise invalid(f"A notification is shown for at most {MAX_SECONDS // 86_400} days.")
    if ends <= now:
        raise refusal(Code.TOO_LATE, "This notification would have been over before it was sent.")
    return ends


def _actions(actions: list[NotificationAction]) -> list[NotificationAction]:
    if len(actions) > MAX_ACTIONS:
        raise invalid(f"A notification offers at most {MAX_ACTIONS} actions.")
    found: dict[str, NotificationAction] = {}
    for item in actions:
        label = _checked("label", item.label, MAX_LABEL)
        # Not cleaned: an address that lost a character would be another address.
        action = " ".join(item.action.split())
        if not 1 <= len(action) <= MAX_ACTION:
            raise invalid(f"`action` needs 1 to {MAX_ACTION} characters.")
        found[action] = NotificationAction(label, action, item.style)
    if len(found) < len(actions):
        raise invalid("Two actions of a notification are the same.")
    return list(found.values())


def act(request: Request[TakeAction]) -> RuleRun:
    """Store a chosen action, for the staff and for the person. A repetition keeps its time.

    Raises:
        Refused: `NOT_FOUND` if the person sees no such notification, or it has no such action.
    """
    mine, me, data = own(request), request.user, request.data
    course, staff = request.course, staff_channel(request.course)
    notification = None
    for channel in (mine, course_channel(course), *([staff] if me.staff else [])):
        found = read((yield Get(channel, (data.id,))), data.id, Notification)
        notification = notification or found
    over = notification is not None and (notification.expires_at or request.now) < request.now
    if notification is None or over:
        raise refusal(Code.NOT_FOUND, "This notification is not there any more.")
    chosen = next((item for item in notification.actions if item.action == data.action), None)
    if chosen is None:
        raise refusal(Code.NOT_FOUND, "This notification does not offer that.")
    id_ = taken_id(data.id, me.id)
    before = read((yield Get(mine, (id_,))), id_, ActionTaken)
    if before is not None and before.action == chosen.action:
        return Decision()
    body = ActionTaken(
        data.id, notification.title, chosen.action, chosen.label, me.id, me.name, request.now
    )
    writes = [Write(channel, id_, ActionTaken.kind, body) for channel in (staff, mine)]
    return Decision(writes, urgent=False)
