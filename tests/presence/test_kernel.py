"""Two lessons on a real service: what Python sees of each other."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import edu_widgets as edu
from edu_widgets import folders
from edu_widgets.service import state
from tests.hosting import hosted
from tests.ports import own_port
from tests.waiting import PATIENCE, wait_until


@pytest.fixture
def lessons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path
) -> Iterator[tuple[edu.Lesson, edu.Lesson]]:
    """An instructor's and a student's lesson of this test's own."""
    del bundles
    # A service that was killed comes back at its port, which no test beside may take.
    with hosted(tmp_path, monkeypatch, port=own_port()) as mira:
        ada = edu.join(mira.invite, name="Ada").wait_connected(PATIENCE)
        yield mira, ada
        ada.close()


def names(lesson: edu.Lesson) -> list[str]:
    return [person.name for person in lesson.people.all]


def test_a_lesson_with_people(lessons: tuple[edu.Lesson, edu.Lesson]) -> None:
    mira, ada = lessons
    assert mira.people is mira.people
    wait_until(lambda: names(mira) == ["Mira", "Ada"], "Mira sees both")
    wait_until(lambda: names(ada) == ["Mira", "Ada"], "so does Ada")
    heard: list[str] = []
    mira.people.on("status", lambda person: heard.append(f"{person.name} {person.status}"))
    mira.people.on("hand", lambda hand: heard.append(f"{hand.user_name}: {hand.note}"))
    assert ada.people.set_status("stuck").wait() >= 0
    wait_until(lambda: heard == ["Ada stuck"], "Mira is told")
    assert mira.people.counts["stuck"] == 1
    assert [p.status for p in mira.people.find(only="stuck")] == ["stuck"]
    assert ada.people.raise_hand("Why?").wait() >= 0
    wait_until(lambda: heard[1:] == ["Ada: Why?"], "and of the hand")
    mira.people.take(mira.people.hands[0]).wait()
    wait_until(lambda: ada.people.hands[0].taken_by == "Mira", "Ada sees who helps")
    mira.people.solved("no such person").wait()
    mira.people.solved(mira.people.hands[0]).wait()
    wait_until(lambda: ada.people.hands == [], "it is solved")
    with pytest.raises(edu.Refused, match="Only instructors"):
        ada.people.find(only="stuck")
    ada.close()
    wait_until(lambda: names(mira) == ["Mira"], "Ada has left")


def test_a_killed_service_leaves_no_ghosts_and_no_flicker(
    lessons: tuple[edu.Lesson, edu.Lesson],
) -> None:
    mira, ada = lessons
    wait_until(lambda: names(mira) == ["Mira", "Ada"], "both are here")
    told: list[str] = []
    mira.people.on("joined", lambda person: told.append(person.name))
    mira.people.on("left", lambda person: told.append(person.name))
    ada.people.set_status("done").wait()
    about = state.read(folders.service_folder("py101"))
    assert about is not None
    os.kill(about.pid, signal.SIGKILL)
    wait_until(lambda: mira.status().state == "reconnecting", "the loss is noticed")
    assert edu.host("py101", name="Mira") is mira
    for lesson in (mira, ada):
        lesson.wait_connected(PATIENCE)
    roster = mira.people._people.roster
    wait_until(lambda: not roster.behind and roster.due() is None, "everybody is back")
    assert names(mira) == ["Mira", "Ada"]
    assert told == []
    assert mira.people.counts["done"] == 1
