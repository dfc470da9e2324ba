"""Documents with times of a service's clock that was ahead, once it is right again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.chat.commands import MuteUser
from edu_widgets.chat.documents import Mute
from edu_widgets.notifications.documents import NotificationMark
from edu_widgets.notifications.service import FEATURE as NOTIFICATIONS
from edu_widgets.polls.documents import SESSION, PollSession
from edu_widgets.protocol.channels import course_channel, staff_channel, user_channel
from edu_widgets.service import features
from edu_widgets.service.audit import Audit
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.hub import Hub
from edu_widgets.service.rules import Person
from edu_widgets.service.store.sqlite import SqliteStore
from tests.in_memory.service import MIRA, STAFF, START, InMemoryService, own
from tests.notifications.office import Office
from tests.polls.school import School
from tests.waiting import PATIENCE

YEAR = 365 * 24 * 3_600_000
ADA = Person("u-ada", "Ada", "student")


async def test_a_mute_lasts_as_long_as_was_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = START + YEAR
    monkeypatch.setattr("edu_widgets.service.hub.now_ms", lambda: now)
    (chat,) = features.load(["edu_widgets.chat.service"])
    store = SqliteStore(tmp_path / "service.db")

    def hub() -> Hub:
        config, audit = ServiceConfig(), Audit(None)
        return Hub(store, courses=["c"], config=config, features=[chat], audit=audit)

    async def mutes() -> list[Mute]:
        channels = (staff_channel("c"), user_channel("c", ADA.id))
        pages = [await store.page(channel, Mute.kind, None, 10) for channel in channels]
        return [doc.as_(Mute) for page in pages for doc in page.docs]

    wrong = hub()
    data: Any = MuteUser(ADA.id, ADA.name, minutes=10)
    await wrong.commit(course_channel("c"), chat.rules["mute_user"], data, MIRA)
    await wrong.close()
    assert {mute.until for mute in await mutes()} == {now + 600_000}
    now = START
    right = hub()
    right.hooks.start()
    async with asyncio.timeout(PATIENCE):
        while {mute.until for mute in await mutes()} != {START + 600_000}:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert len(await mutes()) == 2, "for staff and for who is muted"
    await right.close()
    await store.close()


def test_a_mark_in_the_future_has_read_nothing() -> None:
    mark = NotificationMark(["n"], up_to=START + YEAR, cleared=START + YEAR)
    assert mark.at(START) == NotificationMark(["n"])
    assert mark.at(START + YEAR) == mark


def test_what_is_read_then_moves_the_mark_back_to_where_time_is() -> None:
    office = InMemoryService(NOTIFICATIONS)

    def mark() -> NotificationMark:
        found = office.document(own(ADA), NotificationMark.ID)
        assert found is not None
        body: NotificationMark = found.as_(NotificationMark)
        return body

    office.now = START + YEAR
    office.do(ADA, "mark_notifications", room=own(ADA), upTo=office.now)
    office.do(ADA, "clear_notifications", room=own(ADA), upTo=office.now)
    office.now = START
    office.do(ADA, "mark_notifications", room=own(ADA), upTo=START)
    assert (mark().up_to, mark().cleared) == (START, 0)


def test_a_lesson_of_a_wrong_clock_is_over() -> None:
    school = School()
    school.now = START + YEAR
    school.attend()
    school.now = START
    school.attend()
    found = [doc.as_(PollSession) for doc in school.told[STAFF] if doc.kind == SESSION]
    assert [session.began for session in found] == [START + YEAR, START]


def test_a_notification_lasts_as_long_as_was_meant() -> None:
    office = Office()
    office.now = START + YEAR
    office.send("5 minutes left", seconds=300)
    office.now = START
    office.expire()
    (sent,) = office.seen_by(ADA)
    assert (sent.created_at, sent.expires_at) == (START, START + 300_000)
    assert not office.expire(), "once"
    office.now += 300_000
    office.expire()
    assert not office.seen_by(ADA)
