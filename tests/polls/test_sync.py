"""Votes from several connections, offline, late and again: every mirror and every count agree."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from edu_widgets.polls.commands import (
    CastVote,
    ClosePoll,
    CreatePoll,
    RevealPoll,
    RevotePoll,
)
from edu_widgets.polls.documents import OWN_BALLOT, POLL, SECRET, TALLY, TURNOUT, Poll, PollTally
from edu_widgets.polls.service import FEATURE as POLLS
from edu_widgets.polls.service import clock, vault
from edu_widgets.protocol import REGISTRY, uuid7
from edu_widgets.protocol.channels import user_channel
from edu_widgets.service.audit import Audit
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.hub import Hub
from edu_widgets.service.store.sqlite import SqliteStore
from edu_widgets.service.timers import Timers
from tests.nightly import examples
from tests.sync.world import COURSE, ROOM, STAFF, TOUCH, Client, World, registered

TEACHER, ADA, BO = "u-teacher", "u-ada-lovelace", "u-bo-student"
KINDS = (POLL, SECRET, TALLY, TURNOUT, OWN_BALLOT)


@pytest.fixture(autouse=True)
def _own_types() -> Iterator[None]:
    with registered():
        yield


class Recorded(deque[bytes]):
    """The frames on their way to one client, all of which are kept."""

    def __init__(self, log: list[bytes], first: deque[bytes]) -> None:
        super().__init__()
        self._log = log
        for frame in first:
            self.append(frame)

    def append(self, frame: bytes, /) -> None:
        self._log.append(frame)
        super().append(frame)


class Voter(Client):
    """A client whose frames are kept."""

    world: School

    def connect(self) -> None:
        had = self.wire
        super().connect()
        if self.wire is not None and self.wire is not had:
            self.wire.frames = Recorded(self.world.log[self.person.id], self.wire.frames)


class School(World):
    """A world with polls."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.log: dict[str, list[bytes]] = defaultdict(list)
        self.poll = ""
        self.cast: list[tuple[Client, str, CastVote]] = []

    async def open(self) -> School:
        self.store = SqliteStore(self.folder / "service.sqlite3")
        self.audit = Audit(self.folder / "audit.jsonl")
        self.hub = Hub(
            self.store,
            courses=[COURSE],
            config=ServiceConfig(rate_limits=False),
            features=(POLLS, TOUCH),
            audit=self.audit,
        )
        return self

    def join(self, name: str, role: str = "student") -> Client:
        client = Voter(self, name, role)
        self.clients.append(client)
        return client

    def do(self, client: Client, type_: str, data: Any, id_: str = "") -> str:
        id_ = id_ or uuid7()
        client.submit(type_, id_, data, "vote")
        return id_

    async def now(self) -> Poll | None:
        """The poll as the store has it."""
        page = await self.store.page(ROOM, POLL, None, 10)
        return next((doc.as_(Poll) for doc in page.docs if doc.id == self.poll), None)

    async def counted(self) -> None:
        """Run the timers of the service, and let every client hear of the result."""
        await self.settle()
        begun = Timers(self.hub, clock.COUNTING)
        await begun.read(COURSE)
        await begun.work(COURSE)
        for client in self.clients:
            self.touch(client, "everywhere", f"end-{id(client)}", "so that holes are noticed")
        await self.settle()


who = st.integers(1, 3)
STEPS = st.one_of(
    st.tuples(st.just("vote"), who, st.integers(0, 2)),
    st.tuples(st.just("vote"), who, st.integers(0, 2)),
    st.tuples(st.just("again"), who, st.integers(0, 50)),
    st.tuples(st.just("drop"), who, st.just(0)),
    st.tuples(st.just("lose"), who, st.just(0)),
    st.tuples(st.just("connect"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("deliver"), st.integers(0, 3), st.integers(0, 9)),
    st.tuples(st.just("deliver"), st.integers(0, 3), st.integers(0, 9)),
    st.tuples(st.just("close"), st.just(0), st.just(0)),
    st.tuples(st.just("revote"), st.just(0), st.just(0)),
    st.tuples(st.just("reveal"), st.just(0), st.integers(0, 2)),
    st.tuples(st.just("settle"), st.just(0), st.just(0)),
    st.tuples(st.just("restart"), st.just(0), st.just(0)),
)


async def play(steps: list[tuple[str, int, int]], folder: Path, *, anonymous: bool) -> None:
    school = await School(folder).open()
    teacher = school.join(TEACHER, "instructor")
    school.join(ADA)
    school.join(ADA)  # the same person, in another notebook
    school.join(BO)
    data = CreatePoll(
        "Which?", options=["a", "b", "c"], correct=[1], open=True, anonymous=anonymous
    )
    school.poll = school.do(teacher, "create_poll", data)
    try:
        await school.settle()
        for what, index, amount in steps:
            await step(school, what, school.clients[index], amount)
        await school.counted()
        await check(school)
        check_frames(school)
    finally:
        await school.close()


async def step(  # noqa: C901 - one case a step
    school: School, what: str, client: Client, amount: int
) -> None:
    known = client.session.channels[ROOM].mirror.get(school.poll)
    round_ = known.as_(Poll).round if known else 1
    match what:
        case "vote":
            vote = CastVote(school.poll, round_, amount)
            school.cast.append((client, school.do(client, "cast_vote", vote), vote))
        case "again" if school.cast:
            # Sent once more, as when its ack was lost; perhaps after later ones.
            sender, id_, vote = school.cast[amount % len(school.cast)]
            if sender.outbox.get(id_) is None:
                school.do(sender, "cast_vote", vote, id_)
        case "drop":
            await client.drop()
        case "lose":
            client.lose()
        case "connect":
            client.connect()
        case "deliver":
            await client.deliver(amount, amount)
            await asyncio.sleep(0)
        case "close":
            school.do(client, "close_poll", ClosePoll(school.poll, round_))
        case "revote":
            school.do(client, "revote_poll", RevotePoll(school.poll, round_ + 1))
        case "reveal":
            reveal = RevealPoll(school.poll, counts=amount != 1, answer=amount != 0)
            school.do(client, "reveal_poll", reveal)
        case "settle":
            await school.settle()
        case "restart":
            await school.restart()


async def check(school: School) -> None:
    poll = await school.now()
    assert poll is not None
    hidden = vault.vault_channel(COURSE, school.poll)
    ballots = (await school.store.page(hidden, vault.BALLOT, None, 1000)).docs
    by_round: dict[int, dict[str, int]] = defaultdict(dict)
    for doc in ballots:
        number, _, voter = doc.id.partition(":")
        by_round[int(number)][voter] = json.loads(bytes(doc.body))["choice"]
    assert all(len(votes) <= 2 for votes in by_round.values()), "two people voted"
    staff = school.clients[0].session.channels[STAFF].mirror
    found = staff.get(f"tally:{school.poll}")
    assert found is not None
    tally: PollTally = found.as_(PollTally)
    if not poll.ended and not poll.anonymous:
        for result in tally.rounds:
            votes = list(by_round[result.round].values())
            assert result.people == len(votes)
            assert result.counts == [votes.count(option) for option in range(3)]
        assert tally.people == len(by_round[poll.round])
    for name in (ADA, BO):
        own = (await school.store.page(user_channel(COURSE, name), OWN_BALLOT, None, 9)).docs
        told = json.loads(bytes(own[0].body))["rounds"] if own else {}
        if poll.anonymous:
            assert not (poll.ended and told)
        else:
            assert told == {str(n): v[name] for n, v in by_round.items() if name in v}
    for client in school.clients:
        for channel in client.channels:
            await check_mirror(school, client, channel)


async def check_mirror(school: School, client: Client, channel: str) -> None:
    mirror = client.session.channels[channel].mirror
    for kind in KINDS:
        docs = (await school.store.page(channel, kind, None, 100)).docs
        assert {doc.id: doc for doc in mirror.of_kind(kind)} == {doc.id: doc for doc in docs}
    assert mirror.cursor == await school.store.heads(channel)


def check_frames(school: School) -> None:
    """No frame that ever went to a student told anything before its time, or of anybody else."""
    for name, other in ((ADA, BO), (BO, ADA)):
        assert school.log[name]
        for raw in school.log[name]:
            frame = json.loads(raw)
            if frame["type"] not in {"changes", "page"}:
                continue
            assert frame["channel"] in {ROOM, user_channel(COURSE, name)}
            for doc in frame["data"].get("docs", []):
                assert doc["kind"] not in {SECRET, TALLY, vault.BALLOT, vault.KEY}
                body = doc.get("body") or {}
                if doc["kind"] != "test_secret":
                    assert other not in json.dumps(body)
                if doc["kind"] == POLL:
                    check_public(body)


def check_public(body: dict[str, Any]) -> None:
    shown = body.get("shown", {})
    assert shown.get("answer") or "correct" not in body
    for result in body.get("results", []):
        assert shown.get("answer") or "right" not in result
        assert shown.get("counts") or result["round"] < body.get("round", 1)


@example(anonymous=False, steps=[("vote", 2, 0), ("vote", 2, 1), ("drop", 2, 0), ("revote", 0, 0)])
@given(st.booleans(), st.lists(STEPS, max_size=30))
@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
def test_every_mirror_and_count_ends_equal(
    anonymous: bool, steps: list[tuple[str, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(steps, Path(folder), anonymous=anonymous))


def test_an_old_poll_that_is_opened_again_is_seen_by_all_who_join_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in KINDS:
        monkeypatch.setitem(REGISTRY.documents, kind, replace(REGISTRY.documents[kind], window=3))

    def seen(client: Client) -> list[tuple[str, str]]:
        docs = client.session.channels[ROOM].mirror.of_kind(POLL)
        return [(doc.id, doc.as_(Poll).state) for doc in docs]

    async def lesson() -> None:
        school = await School(tmp_path).open()
        teacher, early = school.join(TEACHER, "instructor"), school.join(ADA)
        try:
            polls = []
            for n in range(6):
                asked = CreatePoll(f"Poll {n}?", options=["a", "b"], open=True)
                polls.append(school.do(teacher, "create_poll", asked))
                await school.settle()
                school.do(teacher, "close_poll", ClosePoll(polls[-1], 1))
                await school.settle()
            before = school.join(BO)  # her window does not reach down to the first poll
            await school.settle()
            assert polls[0] not in dict(seen(before))
            school.do(teacher, "revote_poll", RevotePoll(polls[0], 2))
            await school.settle()
            later = school.join("u-cy")
            await school.settle()
            for client in (teacher, early, before, later):
                assert dict(seen(client))[polls[0]] == "open"
            school.do(later, "cast_vote", CastVote(polls[0], 2, 1))
            await school.counted()
            tally = teacher.session.channels[STAFF].mirror.get(f"tally:{polls[0]}")
            assert tally is not None
            assert tally.as_(PollTally).rounds[-1].counts == [0, 1]
        finally:
            await school.close()

    asyncio.run(lesson())


def test_a_vote_given_offline_counts_when_it_arrives_and_not_when_it_is_late(
    tmp_path: Path,
) -> None:
    async def lesson() -> None:
        school = await School(tmp_path).open()
        teacher, ada, bo = school.join(TEACHER, "instructor"), school.join(ADA), school.join(BO)
        asked = CreatePoll("Which?", options=["a", "b"], open=True)
        school.poll = school.do(teacher, "create_poll", asked)
        try:
            await school.settle()
            await ada.drop()
            await bo.drop()
            school.do(ada, "cast_vote", CastVote(school.poll, 1, 0))
            late = school.do(bo, "cast_vote", CastVote(school.poll, 1, 0))
            while (await school.store.heads(user_channel(COURSE, ADA))).seq == 0:
                ada.connect()
                await ada.deliver(10, 10)
                await asyncio.sleep(0.001)
            school.do(teacher, "close_poll", ClosePoll(school.poll, 1))
            await teacher.deliver(10, 10)
            while (  # noqa: ASYNC110 - the store has no events
                poll := await school.now()
            ) is None or poll.state == "open":
                await asyncio.sleep(0.001)
            await school.counted()
            tally = teacher.session.channels[STAFF].mirror.get(f"tally:{school.poll}")
            assert tally is not None
            assert tally.as_(PollTally).rounds[0].counts == [1, 0]
            refused = bo.outbox.get(late)
            assert refused is not None
            assert (refused.state, refused.code) == ("failed", 4510)
        finally:
            await school.close()

    asyncio.run(lesson())
