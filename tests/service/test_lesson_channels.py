"""Channels of lessons: staff opens them, and limits hold over all of them together."""

from pathlib import Path
from typing import Any

import pytest

from edu_widgets.protocol import Code, uuid7
from edu_widgets.service.config import from_table

from .harness import CHANNEL, EACH_WAY, Client, Service, serving

LESSON = "lesson:py101:3"


async def code(client: Client, mid: str) -> int:
    answer = await client.until_reply(mid)
    found: int = answer["data"].get("code", 0)
    return found


@EACH_WAY
async def test_a_student_opens_no_lesson_and_joins_one_that_is_there(service: Service) -> None:
    ada, prof = await service.student(), await service.owner()
    for mid in (
        await ada.send("subscribe", LESSON),
        await ada.say("hello", LESSON),
        await ada.send("people", LESSON),
        await ada.send("request_history", LESSON),
        await ada.send("typing_start", LESSON),
        await ada.send("attention", LESSON, {"away": True}),
    ):
        assert await code(ada, mid) == Code.NO_SUCH_CHANNEL
    assert service.server.hub.rooms.get(LESSON) is None
    await prof.enter(LESSON)
    await ada.enter(LESSON)
    assert (await ada.answer(await ada.say("hello", LESSON)))["type"] == "ack"


async def test_a_lesson_stays_open_over_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        prof = await service.owner()
        await prof.enter(LESSON)
    async with serving(tmp_path) as service:
        ada = await service.student()
        await ada.enter(LESSON)


async def test_staff_opens_a_lesson_by_writing_to_it(service: Service) -> None:
    prof, ada = await service.owner(), await service.student()
    assert (await prof.answer(await prof.say("welcome", LESSON)))["type"] == "ack"
    await ada.enter(LESSON)


async def test_the_configuration_opens_lessons(tmp_path: Path) -> None:
    async with serving(tmp_path, config=from_table({"lessons": ["3"]})) as service:
        ada = await service.student()
        await ada.enter(LESSON)
        assert await code(ada, await ada.send("subscribe", "lesson:py101:4")) == (
            Code.NO_SUCH_CHANNEL
        )


async def test_a_course_has_not_more_lessons_than_it_may(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edu_widgets.service.hub.MAX_LESSONS", 2)
    prof = await service.owner()
    await prof.enter("lesson:py101:1")
    await prof.enter("lesson:py101:2")
    assert await code(prof, await prof.send("subscribe", LESSON)) == Code.INVALID
    await prof.enter("lesson:py101:2")


LIMITED = from_table(
    {
        "lessons": [str(n) for n in range(20)],
        "lesson": {"rateLimit": {"messages": 5, "interval": 60_000}},
    }
)


@EACH_WAY
async def test_a_limit_is_of_all_lessons_of_a_course_together(tmp_path: Path, way: str) -> None:
    async with serving(tmp_path, way, config=LIMITED) as service:
        ada = await service.student()
        answers = [await ada.answer(await ada.say("x", f"lesson:py101:{n}")) for n in range(12)]
        assert [a["type"] for a in answers] == ["ack"] * 5 + ["error"] * 7
        assert (await ada.answer(await ada.say("here")))["data"]["code"] == Code.BEHIND


@EACH_WAY
async def test_an_id_that_was_used_gets_past_no_limit(tmp_path: Path, way: str) -> None:
    async with serving(tmp_path, way, config=LIMITED) as service:
        ada = await service.student()
        mid = uuid7()
        answers = [
            await ada.answer(await ada.say("x", f"lesson:py101:{n}", mid)) for n in range(12)
        ]
        codes = [answer["data"].get("code") for answer in answers]
        assert codes[:6] == [None] + [Code.ID_CONFLICT] * 4 + [Code.RATE_LIMITED]


@EACH_WAY
async def test_what_is_repeated_for_ever_is_counted(service: Service) -> None:
    """Two reactions by turns, each under an id of its own that is used again and again.

    Time stands still: the limit is of ten seconds, and on a slow machine these take longer.
    """
    service.server.hub.limiter.now = lambda: 0.0
    ada = await service.student()
    id_ = await ada.say("click me")
    await ada.answer(id_)
    mids = [uuid7(), uuid7()]

    async def react(n: int) -> dict[str, Any]:
        data = {"messageId": id_, "emoji": "👍", "action": "remove" if n % 2 else "add"}
        return await ada.answer(await ada.send("add_reaction", CHANNEL, data, mids[n % 2]))

    answers = [await react(n) for n in range(300)]
    assert answers[7]["type"] == "ack", "a few copies are free"
    assert answers[-1]["data"].get("code") == Code.RATE_LIMITED
