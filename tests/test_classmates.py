"""The demo's classmates, in a course of their own: they talk, vote, and get stuck."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets import folders
from edu_widgets.client.invites import parse_invite
from edu_widgets.client.runtime.threads import stop_threads
from edu_widgets.demo import classmates
from edu_widgets.demo.classmates import CAST, LABEL, Classmates, Pace
from edu_widgets.demo.lab import notebooks_folder
from edu_widgets.demo.lessons import DEFAULT, LESSONS
from edu_widgets.demo.opinions import Opinions
from edu_widgets.demo.run import enter
from edu_widgets.polls import files
from edu_widgets.polls.documents import Poll
from edu_widgets.polls.kinds import check_choice
from edu_widgets.service import launch
from tests.waiting import PATIENCE, wait_until

LESSON = LESSONS["broadcasting-numpy"]
AT_ONCE = Pace((0.01, 0.05), (0.01, 0.1), (0.01, 0.1), (3600, 3600))


@pytest.fixture
def mira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path) -> Iterator[edu.Lesson]:
    del bundles
    monkeypatch.setenv(folders.VARIABLE, str(tmp_path))
    about = launch.start("py101", folders.service_folder("py101"), rate_limits=False)
    with edu.host("py101", name="Mira").wait_connected(PATIENCE) as lesson:
        yield lesson
    launch.stop(about)
    stop_threads()


@pytest.fixture
def come(mira: edu.Lesson) -> Iterator[Callable[[Pace], Classmates]]:
    came: list[Classmates] = []

    def come(pace: Pace) -> Classmates:
        came.append(enter(parse_invite(mira.invite), LESSON, pace))
        came[-1].start()
        return came[-1]

    yield come
    for one in came:
        one.stop()


def test_they_say_the_lessons_lines_and_answer(
    mira: edu.Lesson, come: Callable[[Pace], Classmates]
) -> None:
    come(AT_ONCE)
    wait_until(lambda: len(mira.chat.messages) == len(LESSON.script), "every line is said")
    assert {message.content for message in mira.chat.messages} == {
        line.text for line in LESSON.script
    }
    assert all(LABEL in message.user_name for message in mira.chat.messages)

    def answered() -> bool:
        _ = mira.chat.send("Is the room warm enough?").wait()
        mine = {m.id: m for m in mira.chat.messages if m.user_id == mira.user.user_id}
        replies = [m for m in mira.chat.messages if m.reply_to in mine]
        return bool(replies) and any(mine[str(reply.reply_to)].reactions for reply in replies)

    wait_until(answered, "one in a few is answered")


def test_they_vote_in_each_round_and_learn(
    mira: edu.Lesson, come: Callable[[Pace], Classmates], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classmates, "_VOTES", 1.0)
    come(AT_ONCE)
    poll = mira.polls.load(notebooks_folder() / "questions" / LESSON.questions)[0]
    poll.open(seconds=600).wait()
    wait_until(lambda: poll.answered == len(CAST), "everybody has voted")
    poll.close().wait()
    poll.revote().wait()
    wait_until(lambda: (poll.round, poll.answered) == (2, len(CAST)), "and once more")
    poll.reveal().wait()
    wait_until(lambda: poll.correct == 1, "it is revealed")
    right = poll.results().query("correct").set_index("round")["people"]
    assert right[2] >= right[1], "whoever was right stays, and some are convinced"


def test_who_is_done_with_an_exercise_says_so(
    mira: edu.Lesson, come: Callable[[Pace], Classmates], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classmates, "_STUCK", 0.0)
    come(AT_ONCE)
    _ = mira.chat.send("**Exercise**, ten minutes.").wait()
    wait_until(lambda: mira.people.counts["done"] == len(CAST), "everybody is done")
    assert mira.people.hands == []


def test_who_is_stuck_in_an_exercise_raises_a_hand_until_helped(
    mira: edu.Lesson, come: Callable[[Pace], Classmates], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classmates, "_STUCK", 1.0)
    come(AT_ONCE)
    people = mira.people
    _ = mira.chat.send("**Exercise**, ten minutes.").wait()
    wait_until(lambda: people.counts["stuck"] == len(CAST), "everybody is stuck")
    wait_until(lambda: len(people.hands) == len(CAST), "and wants help")
    for hand in people.hands:
        assert hand.note in dict(LESSON.trouble)
        people.solved(hand).wait()
    wait_until(lambda: people.counts["done"] == len(CAST), "who was helped is done")


def test_who_is_stuck_finds_it_alone_when_nobody_comes(
    mira: edu.Lesson, come: Callable[[Pace], Classmates], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classmates, "_STUCK", 1.0)
    come(Pace(AT_ONCE.line, AT_ONCE.vote, AT_ONCE.work, alone=(0.01, 0.1)))
    _ = mira.chat.send("**Exercise**, ten minutes.").wait()
    wait_until(lambda: mira.people.counts["done"] == len(CAST), "everybody has found it")
    wait_until(lambda: not mira.people.hands, "no hand is left up")


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_has_what_it_names(name: str) -> None:
    lesson = LESSONS[name]
    for notebook in (lesson.instructor, lesson.student):
        assert (notebooks_folder() / notebook).is_file()
    if lesson.questions:
        assert files.load(notebooks_folder() / "questions" / lesson.questions)
    assert DEFAULT in LESSONS


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("single", ["a", "b"]),
        ("predict", ["1", "2", "3"]),
        ("multiple", ["a", "b", "c"]),
        ("scale", ["", "", ""]),
        ("ordering", ["a", "b", "c"]),
        ("number", []),
        ("text", []),
    ],
)
def test_they_have_an_opinion_on_anything(kind: Any, options: list[str]) -> None:
    poll = Poll("p", "What?", kind, "u", 0, options=options)
    opinions = Opinions([], random.Random(1))
    first = [opinions.choice(poll, who) for who in range(30)]
    assert [check_choice(kind, len(options), one) for one in first] == first
    assert [opinions.choice(poll, who) for who in range(30)] == first, "nobody told them better"


def test_opinions_on_what_the_file_knows() -> None:
    for name in ("references.md", "missing-data.md", "broadcasting.md"):
        known = files.load(notebooks_folder() / "questions" / name)
        opinions = Opinions(known, random.Random(1))
        for one in known:
            poll = Poll(one.text, one.text, one.kind, "u", 0, options=list(one.options))
            first = [opinions.choice(poll, who) for who in range(200)]
            again = [opinions.choice(poll, who) for who in range(200)]
            right = one.correct[0]
            assert 60 < first.count(right) < 120
            assert again.count(right) > 140
            assert all(b == right for a, b in zip(first, again, strict=True) if a == right)
            assert set(first) != {right}
