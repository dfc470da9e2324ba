"""The open lessons of this process: a second call for the same one finds the first."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from edu_widgets import folders
from edu_widgets.lesson import Lesson
from edu_widgets.protocol.channels import course_channel
from edu_widgets.protocol.features import allowed

if TYPE_CHECKING:
    from edu_widgets.client.course import CourseClient
    from edu_widgets.client.transport.base import Target
    from edu_widgets.client.view import Entrance, Person
    from edu_widgets.configuration import Configuration
    from edu_widgets.notebook.hosts import Visitor

_Key = tuple[str, str, str, "Visitor | None"]

_lock = threading.RLock()
_open: dict[_Key, Lesson] = {}
"""The open lessons: by service, person and channel, and by visitor where a process has several."""

_LOOK = 10.0
"""Seconds between two looks whether a visitor is still there."""


def open_lesson(
    course: str,
    target: Target,
    me: Person,
    configured: Configuration,
    entrance: Entrance,
    *,
    invite: str = "",
    audience: str = "",
    channel: str = "",
) -> Lesson:
    """Return the open lesson for this service, user and course, or a new one.

    With a `channel` the service may be a base one: only `connect` names it.
    """
    from edu_widgets.notebook.comms import keep_reading
    from edu_widgets.notebook.hosts import visitor

    here = visitor()
    key = (*target.key, channel or course_channel(course), here)
    with _lock:
        open_ = _open.get(key)
        where = urlsplit(target.url).netloc
        if open_ is not None and open_.usable:
            known = None if channel else me  # a token's name is the service's to say
            open_.refresh(
                target, known, invite=invite, audience=audience, host=where, entrance=entrance
            )
            return open_
        features = allowed(configured.edu.features)
        client = _client(course, target, me, configured, where, channel, entrance)
        try:
            client.start()
            lesson = Lesson(
                client,
                invite=invite,
                audience=audience,
                features=features,
                on_close=lambda: _forget(key, lesson),
            )
            _open[key] = lesson
        except BaseException:
            client.close()  # interrupted: nobody has it, and it would stay for ever
            raise
    keep_reading()
    if here is not None:
        client.on_network(lambda: _leave_with(here, lesson, client))
    return lesson


def close_lessons(course: str = "") -> None:
    """Leave the open lessons of a course, or all of them."""
    for lesson in [lesson for lesson in _open.values() if course in ("", lesson.course)]:
        lesson.close()


def _leave_with(visitor: Visitor, lesson: Lesson, client: CourseClient) -> None:
    """Leave a lesson once its visitor has gone, which no event tells (network thread)."""
    if visitor.thread.is_alive() and lesson.usable:
        client.later(_LOOK, lambda: _leave_with(visitor, lesson, client))
    elif lesson.usable:
        client.call_back(lesson.close)


def _client(
    course: str,
    target: Target,
    me: Person,
    configured: Configuration,
    host: str,
    channel: str,
    entrance: Entrance,
) -> CourseClient:
    """A client, on this process's network thread and in its pool."""
    # Importing edu_widgets stays cheap: what needs an event loop is imported by who connects.
    from edu_widgets.client.course import CourseClient
    from edu_widgets.connections import connections

    here = connections(configured)
    client = CourseClient(
        course,
        target,
        me,
        here.pool,
        here.network,
        here.callbacks,
        here.settings,
        host=host,
        channel=channel,
        entrance=entrance,
    )
    client.kept = folders.people_folder(configured.edu.dataDir)
    return client


def _forget(key: _Key, lesson: Lesson) -> None:
    with _lock:
        if _open.get(key) is lesson:
            del _open[key]


def _after_fork() -> None:
    """In a forked child: another thread of the parent may hold the lock, for ever."""
    global _lock  # noqa: PLW0603
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
