"""What a person has read, and what they have cleared."""

import msgspec

from edu_widgets.notifications.commands import ClearNotifications, MarkNotifications
from edu_widgets.notifications.documents import MAX_MARKS, NotificationMark
from edu_widgets.notifications.service.preconditions import invalid, own
from edu_widgets.protocol import is_id
from edu_widgets.service.rules import Decision, Get, Part, Request, RuleRun, Write, read

_ID = NotificationMark.ID


def mark(request: Request[MarkNotifications]) -> RuleRun:
    """Mark notifications as read. What is so already is not written again.

    Raises:
        Refused: `INVALID` for too many ids, or what cannot be one.
    """
    channel, data = own(request), request.data
    if len(data.ids) > MAX_MARKS or not all(map(is_id, data.ids)):
        raise invalid(f"`ids` names at most {MAX_MARKS} notifications.")
    held = yield from _held(channel, request.now)
    read_ids = list(dict.fromkeys([*held.read, *data.ids]))[-MAX_MARKS:]
    up_to = max(held.up_to, _time(data.up_to, request.now))
    return _written(channel, held, msgspec.structs.replace(held, read=read_ids, up_to=up_to))


def clear(request: Request[ClearNotifications]) -> RuleRun:
    """Show nothing any more of what was created until then.

    Raises:
        Refused: `INVALID` for what is no time.
    """
    channel = own(request)
    held = yield from _held(channel, request.now)
    cleared = max(held.cleared, _time(request.data.up_to, request.now))
    return _written(channel, held, msgspec.structs.replace(held, cleared=cleared))


def _held(channel: str, now: int) -> Part[NotificationMark]:
    held = read((yield Get(channel, (_ID,))), _ID, NotificationMark)
    return (held or NotificationMark()).at(now)


def _time(ms: int, now: int) -> int:
    """A time up to now: nobody has read what is not there yet."""
    if ms < 0:
        raise invalid("`upTo` is a time in ms since 1970.")
    return min(ms, now)


def _written(channel: str, held: NotificationMark, body: NotificationMark) -> Decision:
    # Read again, it changes nothing: it need not be remembered that it was asked.
    if body == held:
        return Decision(reply=False)
    write = Write(channel, _ID, NotificationMark.kind, body, signed=False)
    return Decision([write], urgent=False, reply=False)
