"""Every byte that goes over a student's wire while a poll is on."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets.polls.poll import Poll
from tests.faults import Faults
from tests.hosting import hosted
from tests.ports import own_port
from tests.waiting import PATIENCE, wait_until

QUESTION = "is-asked-in-a-while"
RIGHT, WRONG = "the-right-answer", "what-others-wrote"
TOLD_LATER = (b'"texts"', b'"correct"', b'"right"', b'"results"', b"poll_tally", b"poll_secret")
OTHERS = ("Bo", "Cy", "Di", "Ed", "Flo")


class Tapped(Faults):
    """A wire that is written down."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.told: dict[int, bytearray] = {}
        """What the service said, by connection."""

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, back: bool = False
    ) -> None:
        while piece := await reader.read(65536):
            if back:
                self.told.setdefault(id(writer), bytearray()).extend(piece)
            writer.write(piece)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()

    def everything(self) -> bytes:
        """All that the service has said."""
        return b"\n".join(bytes(stream) for stream in list(self.told.values()))

    def frames(self) -> list[dict[str, Any]]:
        """The messages in it."""
        text = self.everything().decode("latin-1")
        decode = json.JSONDecoder(strict=False).raw_decode
        starts = re.finditer(r'\{"type":"\w+","channel":', text)
        return [decode(text, found.start())[0] for found in starts]


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path) -> Iterator[edu.Lesson]:
    """A hosted lesson whose service runs in a process of its own."""
    del bundles
    with hosted(tmp_path, monkeypatch, port=own_port(), rate_limits=False) as made:
        yield made


@pytest.fixture
def wire(lesson: edu.Lesson) -> Iterator[Tapped]:
    """The wire between a student and the service."""
    with Tapped.before(lesson.invite) as tapped:
        yield tapped


def on_now(student: edu.Lesson) -> Poll:
    """The poll that is on, as a student knows it."""
    found = student.polls.current
    assert found is not None
    return found


def vote(student: edu.Lesson, asked: Poll, text: str) -> None:
    """Vote in the present round, once it is known here."""

    def is_on() -> bool:
        mine = student.polls.current
        return mine is not None and (mine.id, mine.round, mine.state) == (asked.id, number, "open")

    number = asked.round
    wait_until(is_on, "the round is known")
    on_now(student).vote(text).wait(PATIENCE)


@pytest.mark.parametrize("anonymous", [False, True])
def test_no_byte_tells_an_answer_a_count_or_a_voter_before_the_reveal(
    lesson: edu.Lesson, wire: Tapped, anonymous: bool
) -> None:
    ada = edu.join(wire.through(lesson.invite), name="Ada").wait_connected(PATIENCE)
    others = [edu.join(lesson.invite, name=name).wait_connected(PATIENCE) for name in OTHERS]
    voters = [one.user.user_id for one in others]
    wait_until(lambda: len(ada.people.all) == 7, "who is here is known")

    def is_silent() -> None:
        said = wire.everything()
        for secret in (RIGHT.encode(), WRONG.encode(), *TOLD_LATER):
            assert secret not in said, secret
        of_poll = [f for f in wire.frames() if asked.id in json.dumps(f)]
        for voter in voters:
            assert not any(voter in json.dumps(frame) for frame in of_poll), of_poll

    asked = lesson.polls.draft(QUESTION, kind="text", correct=RIGHT, anonymous=anonymous)
    wait_until(lambda: asked.state == "draft", "it is kept")
    ada.chat.send("a word after the draft").wait(PATIENCE)
    assert QUESTION.encode() not in wire.everything()

    for round_ in (1, 2):
        if round_ == 1:
            asked.open(60).wait(PATIENCE)
        else:
            asked.revote().wait(PATIENCE)
            wait_until(lambda: asked.round == 2, "the second round is on")
        for number, one in enumerate(others):
            vote(one, asked, RIGHT if number % 2 else WRONG)
        vote(ada, asked, "mine")
        hers = on_now(ada)
        wait_until(lambda: hers.answered == 6, "all are counted", timeout=PATIENCE)  # noqa: B023
        asked.close().wait(PATIENCE)
        wait_until(lambda: hers.state == "closed", "it is closed")  # noqa: B023
        ada.chat.send(f"a word after round {round_}").wait(PATIENCE)
        assert QUESTION.encode() in wire.everything(), "the wire is read"
        is_silent()

    asked.reveal().wait(PATIENCE)
    wait_until(lambda: hers.state == "revealed", "it is revealed")
    said = wire.everything()
    for told in (RIGHT.encode(), WRONG.encode(), b'"texts"', b'"correct"'):
        assert told in said, "what is told now would have been seen before"
    of_poll = json.dumps([f for f in wire.frames() if asked.id in json.dumps(f)])
    assert not any(voter in of_poll for voter in voters), "who chose what is never told"
    for one in (ada, *others):
        one.close()
