"""How a lesson stands, as every view shows it."""

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.stream import Json
from edu_widgets.protocol.channels import is_rehearsal


def lesson_fields(client: CourseClient, *, subshells: bool) -> Json:
    """The fields of `lesson` in docs/widget-protocol.md."""
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
    }
