"""The state of a lesson, as every view shows it."""

import time

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.stream import Json
from edu_widgets.protocol.channels import is_rehearsal


def lesson_fields(client: CourseClient, *, subshells: bool, viewer: Json | None = None) -> Json:
    """The fields of `lesson` in docs/widget-protocol.md, with `nextTry` in ms since 1970."""
    view, me = client.view(), client.me()
    return {
        "course": client.course,
        "rehearsal": is_rehearsal(client.course),
        "host": client.host,
        "scope": client.scope,
        "me": {"id": me.user_id, "name": me.name, "role": me.role},
        "state": view.state,
        "code": view.code or None,
        "reason": view.reason,
        "restart": view.restart or None,
        "nextTry": view.next_try,
        "queued": view.queued,
        "messages": view.messages,
        "online": view.online,
        "students": view.students,
        "here": list(view.here),
        "subshells": subshells,
        "readonly": view.readonly,
        "features": list(view.features),
        "viewer": viewer,
    }


def as_sent(message: Json) -> Json:
    """A message to pages, whose clocks may be wrong: in place of `nextTry` the ms until then."""
    if "nextTry" not in message.get("lesson", {}):
        return message
    lesson = dict(message["lesson"])
    lesson["nextTryIn"] = ms_until(lesson.pop("nextTry"))
    return {**message, "lesson": lesson}


def ms_until(at: int | None) -> int | None:
    """Return the ms until a time of this computer's clock; both may be `None`."""
    return None if at is None else max(0, at - int(time.time() * 1000))
