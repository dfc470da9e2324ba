"""Erasing people and courses: `edu-widgets erase`, `edu-widgets retention`.

A running service does it itself, so that the members' mirrors follow; otherwise the store is
opened here.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.service import features, owner
from edu_widgets.service.audit import FILE as AUDIT
from edu_widgets.service.audit import Audit
from edu_widgets.service.backups import STORE
from edu_widgets.service.features import erase_rules
from edu_widgets.service.locks import alone_in
from edu_widgets.service.options import Redis
from edu_widgets.service.people import OWNER
from edu_widgets.service.shared_store import open_idle
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.store import StoredMember
from edu_widgets.service.store.sqlite import SqliteStore

DAY_MS = 24 * 3600 * 1000
DAYS = 30.0
"""Default number of days for which a course is kept after the last change in it."""


def one(found: Sequence[StoredMember], who: str, course: str) -> str:
    """Return the id of the only person found.

    Raises:
        InvalidArgument: nobody was found, several were, or it is the owner of the service.
    """
    if not found:
        raise InvalidArgument(f"There is nobody called {who!r:.200} in {course}.")
    if len(found) > 1:
        ids = ", ".join(person.user_id for person in found)
        raise InvalidArgument(
            f"Several in {course} are called {who!r:.200}; name one by id: {ids}."
        )
    if found[0].user_id == OWNER:
        raise InvalidArgument(f"Who hosts {course} cannot be erased from it.")
    return found[0].user_id


def erase(data_dir: Path, course: str, who: str, redis: Redis | None = None) -> str:
    """Erase a person from a course: from the store, its log and the audit trail.

    Args:
        data_dir: The folder of the service, which may be running.
        course: The course.
        who: The person's name or id.
        redis: The Redis that the service shares with others; `None`: its store is a file.

    Returns:
        The person's id.

    Raises:
        InvalidArgument: there is no such person, or no store.
        ServiceUnavailable: the store cannot be used, or the service does not answer.
        Refused: the service refuses; the message has the reason.
    """
    if owner.find(data_dir) is None:
        return asyncio.run(_erase(data_dir, course, who, redis))
    found = owner.tell(data_dir, "/api/erase", {"course": course, "who": who})
    return str(found["userId"])


def retire(data_dir: Path, days: float, redis: Redis | None = None) -> list[str]:
    """Erase courses in which nothing happened for so many days, and older audit records.

    Args:
        data_dir: The folder of the service, which may be running.
        days: The number of days.
        redis: See `erase`.

    Returns:
        The courses that were erased.

    Raises:
        InvalidArgument: there is no store.
        ServiceUnavailable: the store cannot be used, or the service does not answer.
    """
    if owner.find(data_dir) is None:
        return list(asyncio.run(_retire(data_dir, days, redis)))
    found = owner.tell(data_dir, "/api/retention", {"days": days})
    return [str(course) for course in found["courses"]]


@contextlib.asynccontextmanager
async def _opened(data_dir: Path, redis: Redis | None) -> AsyncIterator[tuple[SqliteStore, Audit]]:
    if redis is None and not (data_dir / STORE).is_file():
        raise InvalidArgument(
            f"There is no store of a service in {data_dir}. If it is in a Redis: --redis URL."
        )
    with alone_in(data_dir), Audit(data_dir / AUDIT) as audit:
        store = SqliteStore(data_dir / STORE) if redis is None else open_idle(redis, data_dir)
        try:
            yield store, audit
        finally:
            await store.close()


async def _erase(data_dir: Path, course: str, who: str, redis: Redis | None) -> str:
    async with _opened(data_dir, redis) as (store, audit):
        user_id = one(await store.called(course, who), who, course)
        gone = (user_id, *await store.linked(course, user_id))
        await store.erase(course, user_id, now_ms(), erase_rules(features.installed()))
        for id_ in gone:
            audit.forget(id_)
        audit.record("ERASED", course=course)
        return user_id


async def _retire(data_dir: Path, days: float, redis: Redis | None) -> Sequence[str]:
    before = now_ms() - int(days * DAY_MS)
    async with _opened(data_dir, redis) as (store, audit):
        courses = await store.retire(before)
        audit.forget(before=before)
        return courses
