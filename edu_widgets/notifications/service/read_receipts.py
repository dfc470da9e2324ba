"""Rules for a person's marks of read and cleared notifications."""

import msgspec

from edu_widgets.notifications.commands import ClearNotifications, MarkNotifications
from edu_widgets.notifications.documents import MAX_MARKS, NotificationMark
from edu_widgets.notifications.service.preconditions import invalid, own
from edu_widgets.protocol import is_id
from edu_widgets.service.rules import Decision, Get, Part, Request, RuleRun, Write, read

_ID = NotificationMark.ID


def mark(request: Request[MarkNotifications]) -> RuleRun:
    """Mark notifications as read. Without a change nothing is written.

    Raises:
        Refused: `INVALID` for too many ids, a malformed id, or a negative time.
    """
    channel, data = own(request), request.data
    if len(data.ids) > MAX_MARKS or not all(map(is_id, data.ids)):
        raise invalid(f"`ids` names at most {MAX_MARKS} notifications.")
    held = yield from _held(channel, request.now)
    read_ids = list(dict.fromkeys([*held.read, *data.ids]))[-MAX_MARKS:]
    up_to = max(held.up_to, _time(data.up_to, request.now))
    return _written(channel, held, msgspec.structs.replace(held, read=read_ids, up_to=up_to))


def clear(request: Request[ClearNotifications]) -> RuleRun:
    """Hide the notifications that were created until a time.

    Raises:
        Refused: `INVALID` for a negative time.
    """
    channel = own(request)
    held = yield from _held(channel, request.now)
    cleared = max(held.cleared, _time(request.data.up_to, request.now))
    return _written(channel, held, msgspec.structs.replace(held, cleared=cleared))


def _held(channel: str, now: int) -> Part[NotificationMark]:
    held = read((yield Get(channel, (_ID,))), _ID, NotificationMark)
    return (held or NotificationMark()).at(now)


def _time(ms: int, now: int) -> int:
    """Return a time, at most now: later notifications do not exist yet."""
    if ms < 0:
        raise invalid("`upTo` is a time in ms since 1970.")
    return min(ms, now)


def _written(channel: str, held: NotificationMark, body: NotificationMark) -> Decision:
    # A repeated command changes nothing, so the command need not be remembered.
    if body == held:
        return Decision(reply=False)
    write = Write(channel, _ID, NotificationMark.kind, body, signed=False)
    return Decision([write], urgent=False, reply=False)
