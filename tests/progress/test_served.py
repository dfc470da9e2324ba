"""Progress over real sockets: who is told what, and the class's counts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from edu_widgets import cli
from tests.service.harness import Client, serving
from tests.service.test_admission import holding

STAFF = "staff:py101"
WORD = "zebrafinch"


def documents(frame: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    if frame["type"] != "changes":
        return []
    return [doc["body"] for doc in frame["data"].get("docs", []) if doc["kind"] == kind]


async def asked(client: Client, type_: str, **data: Any) -> dict[str, Any]:
    """The answer to a command."""
    return await client.until_reply(await client.send(type_, data=data))


async def test_a_class_is_counted_and_a_hint_reaches_one(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        owner = await service.owner("Prof")
        await owner.enter()
        await owner.enter(STAFF)
        students = [await service.student(f"Student {n}") for n in range(5)]
        for student in students:
            await student.enter()
            await student.enter(f"user:py101:{student.user_id}")
        exercise = {"name": "clean", "title": "Clean", "checks": [{"name": "x", "code": "x"}]}
        answer = await asked(owner, "set_exercise", **exercise, counts=True)
        assert answer["type"] == "ack", answer
        assert (await asked(students[0], "set_exercise", **exercise))["type"] == "error"
        for n, student in enumerate(students):
            results: list[dict[str, Any]] = [{"exercise": "clean", "checks": "p" if n < 2 else "f"}]
            if n >= 2:  # what cannot be in the service's files by chance
                results[0]["failures"] = [{"check": 0, "type": "KeyError", "message": WORD}]
            assert (await asked(student, "report_progress", results=results))["type"] == "ack"

        def counted(frame: dict[str, Any]) -> bool:
            found = documents(frame, "exercise_counts")
            return any((one["done"], one["people"]) == (2, 5) for one in found)

        await students[0].until(counted)
        people = [students[4].user_id]
        hint = {"exercise": "clean", "text": "Look", "people": people}
        assert (await asked(owner, "send_hint", **hint))["type"] == "ack"
        await students[4].until(lambda frame: bool(documents(frame, "hint")))
        await students[3].beat()
        assert not any(documents(frame, "hint") for frame in students[3].seen)
        told = [one for frame in students[3].seen for one in documents(frame, "progress")]
        assert {one["userId"] for one in told} == {students[3].user_id}
    assert holding(tmp_path, WORD)
    command = ["retention", "--data", str(tmp_path), "--days", "0"]
    assert await asyncio.to_thread(cli.main, command) == 0
    for gone in (WORD, students[4].user_id, "exercise_counts"):
        assert not holding(tmp_path, gone), "it goes with a course that is over"
