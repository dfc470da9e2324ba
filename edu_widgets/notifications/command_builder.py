"""The command that sends a notification, made from the arguments that people give in Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

import msgspec

from edu_widgets.notifications.commands import SendNotification
from edu_widgets.notifications.documents import (
    MAX_ACTIONS,
    MAX_LABEL,
    MAX_MESSAGE,
    MAX_TITLE,
    NotificationAction,
    NotificationType,
    Style,
)
from edu_widgets.notifications.item import is_address, link_of
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.visible_text import checked, clean

_TYPES = get_args(NotificationType)
_STYLES = get_args(Style)
_PAIR = (2, 3)

Person = tuple[str, str]
"""Id and name of a person."""


def command(
    title: object,
    message: object,
    type_: object,
    to: object,
    expires: object,
    actions: object,
    data: object,
    people: Iterable[Person],
) -> SendNotification:
    """Return the command that sends a notification.

    Raises:
        InvalidArgument: an argument is invalid; the message says which.
    """
    audience, user_id = recipient(to, people)
    if type_ not in _TYPES:
        msg = f"type is one of {', '.join(map(repr, _TYPES))}; not {type_!r:.40}."
        raise InvalidArgument(msg)
    seconds, until = lifetime(expires)
    try:
        msgspec.json.encode(data)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidArgument(f"data has to be JSON: {error}.") from error
    made: Any = {"type": type_, "to": audience}
    return SendNotification(
        _text("title", title, MAX_TITLE),
        _text("message", message, MAX_MESSAGE, 0, lines=True),
        user_id=user_id,
        seconds=seconds,
        expires_at=until,
        actions=checked_actions(actions),
        data=data,
        **made,
    )


def recipient(to: object, people: Iterable[Person]) -> tuple[str, str]:
    """Return the role and the person's id that a notification goes to; at least one is empty.

    Raises:
        InvalidArgument: nobody is known by that name, or several are.
    """
    if to is None:
        return "", ""
    user_id = getattr(to, "user_id", None)
    if isinstance(user_id, str) and user_id:
        return "", user_id
    if not isinstance(to, str):
        msg = f"to is None (everybody), 'staff', 'students' or a person; not {to!r:.80}."
        raise InvalidArgument(msg)
    if to in {"staff", "students"}:
        return to, ""
    known = dict(people)
    if to in known:
        return "", to
    found = [id_ for id_, name in known.items() if name == to]
    if len(found) == 1:
        return "", found[0]
    who = f"{len(found)} people are called {to!r:.80}" if found else f"{to!r:.80} is not known here"
    msg = (
        f"{who}: give the person, as lesson.people has them, one of their messages, or "
        "edu.Person(user_id, name)."
    )
    raise InvalidArgument(msg)


def lifetime(expires: object) -> tuple[int | None, int | None]:
    """Return the duration in seconds and the end in ms since 1970; at least one is None.

    Raises:
        InvalidArgument: it is neither seconds nor a time.
    """
    match expires:
        case None:
            return None, None
        case datetime() if expires.tzinfo is not None:
            return None, round(expires.timestamp() * 1000)
        case timedelta():
            seconds: float = expires.total_seconds()
        case int() | float() if not isinstance(expires, bool):
            seconds = expires
        case _:
            msg = (
                "expires is a number of seconds, a timedelta, or a datetime with a time zone; not "
                f"{expires!r:.60}."
            )
            raise InvalidArgument(msg)
    if not 1 <= seconds <= 10**9:
        raise InvalidArgument(f"A notification is shown for at least a second, not {seconds!r}.")
    return round(seconds), None


def checked_actions(actions: object) -> list[NotificationAction]:
    """Return the actions that a notification offers.

    Raises:
        InvalidArgument: one of them is no action, or an address that may not be opened.
    """
    if isinstance(actions, str | bytes | Mapping) or not isinstance(actions, Iterable):
        msg = "actions is a list of (label, action) pairs or {'label': …, 'action': …} mappings."
        raise InvalidArgument(msg)
    found = [_action(item) for item in actions]
    if len(found) > MAX_ACTIONS:
        raise InvalidArgument(f"A notification offers at most {MAX_ACTIONS} actions.")
    if len({item.action for item in found}) < len(found):
        raise InvalidArgument("Two actions of a notification are the same.")
    return found


def _action(item: object) -> NotificationAction:
    label, action, style = _parts(item)
    if style not in _STYLES:
        msg = f"An action's style is one of {', '.join(map(repr, _STYLES))}; not {style!r:.40}."
        raise InvalidArgument(msg)
    label = _text("An action's label", label, MAX_LABEL)
    told, action = action, _text("An action", action, MAX_MESSAGE)
    if clean(str(told)) != told:
        raise InvalidArgument(f"{action!r:.80} has a character that cannot be seen.")
    if is_address(action) and link_of(action) is None:
        msg = (
            f"{action!r:.80} cannot be opened: an address begins with http:// or https://, names "
            "no user, and has a space as %20, < as %3C and > as %3E."
        )
        raise InvalidArgument(msg)
    made: Any = style
    return NotificationAction(label, action, made)


def _parts(item: object) -> tuple[object, object, object]:
    match item:
        case NotificationAction():
            return item.label, item.action, item.style
        case Mapping():
            return item.get("label"), item.get("action"), item.get("style", "secondary")
        case Sequence() if len(item) in _PAIR and not isinstance(item, str | bytes):
            return item[0], item[1], item[2] if len(item) == max(_PAIR) else "secondary"
    msg = f"An action is (label, action) or {{'label': …, 'action': …}}; not {item!r:.60}."
    raise InvalidArgument(msg)


def _text(name: str, value: object, most: int, least: int = 1, *, lines: bool = False) -> str:
    return checked(value, name, most, least=least, lines=lines)
