"""Polls on a running service: what goes over the wire, what is in the file, who may read what."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.polls.documents import POLL, TALLY, TURNOUT
from edu_widgets.polls.service import sessions
from edu_widgets.protocol import Code, uuid7
from edu_widgets.service.timers import Timers
from tests.service.harness import CHANNEL, COURSE, EACH_WAY, Client, Service, serving

FEATURES = "chat,polls"
STAFF = f"staff:{COURSE}"


@pytest.fixture
async def service(tmp_path: Path, way: str) -> AsyncIterator[Service]:
    async with serving(tmp_path, way, features=FEATURES) as running:
        yield running


async def do(client: Client, type_: str, mid: str = "", **data: Any) -> dict[str, Any]:
    """A command and its answer's data."""
    mid = await client.send(type_, data=data, mid=mid)
    answer = await client.answer(mid)
    found: dict[str, Any] = answer["data"]
    return found


async def ask(teacher: Client, *options: str, **data: Any) -> str:
    id_ = uuid7()
    whole = {"question": "Which?", "options": list(options), "open": True} | data
    assert "seq" in await do(teacher, "create_poll", id_, **whole)
    return id_


def docs(client: Client, kind: str) -> list[dict[str, Any]]:
    """The bodies of all documents of a kind that reached a client, in order."""
    frames = [f for f in client.seen if f["type"] == "changes"]
    found = [d for f in frames for d in f["data"].get("docs", []) if d["kind"] == kind]
    return [d["body"] for d in found if d.get("body")]


async def until(client: Client, kind: str, **fields: Any) -> dict[str, Any]:
    """Read until the newest document of a kind has these fields."""
    while not (found := docs(client, kind)) or not fields.items() <= found[-1].items():
        await client.read()
    return found[-1]


async def students(service: Service, count: int) -> list[Client]:
    found = [await service.student(f"Student {n}") for n in range(count)]
    for client in found:
        await client.enter()
        await client.enter(f"user:{COURSE}:{client.user_id}")
    return found


@EACH_WAY
async def test_a_lesson_with_a_poll(service: Service) -> None:
    teacher = await service.owner()
    await teacher.enter()
    await teacher.enter(STAFF)
    ada, bo = await students(service, 2)
    id_ = await ask(teacher, "a", "b", correct=[1], kind="single")
    await until(ada, POLL, state="open")
    assert "seq" in await do(ada, "cast_vote", pollId=id_, round=1, choice=0)
    assert "seq" in await do(bo, "cast_vote", pollId=id_, round=1, choice=1)
    await until(bo, TURNOUT, answered=2)
    tally = await until(teacher, TALLY, people=2)
    assert tally["rounds"][0] == {"round": 1, "people": 2, "counts": [1, 1], "right": 1}
    assert "seq" in await do(teacher, "reveal_poll", pollId=id_, counts=True, answer=True)
    poll = await until(ada, POLL, state="revealed")
    assert (poll["correct"], poll["results"][0]["counts"]) == ([1], [1, 1])
    late = await do(ada, "cast_vote", pollId=id_, round=1, choice=1)
    assert late["code"] == Code.TOO_LATE


@EACH_WAY
@pytest.mark.parametrize("anonymous", [False, True])
async def test_no_frame_of_a_student_tells_anything_too_early(
    service: Service, anonymous: bool
) -> None:
    teacher = await service.owner()
    await teacher.enter()
    await teacher.enter(STAFF)
    ada, *others = await students(service, 7)
    right, wrong = "the-secret-answer", "what-others-wrote"
    id_ = await ask(teacher, kind="text", correct=[right], anonymous=anonymous)
    for number, client in enumerate(others):
        text = right if number % 2 else wrong
        assert "seq" in await do(client, "cast_vote", pollId=id_, round=1, choice=text)
    assert "seq" in await do(ada, "cast_vote", pollId=id_, round=1, choice="mine")
    await until(ada, TURNOUT, answered=7)
    assert "seq" in await do(teacher, "close_poll", pollId=id_, round=1)
    await until(ada, POLL, state="closed")
    # One who comes late, one who looks again, and everything that can be asked for.
    late = await service.student("Late")
    await late.enter()
    await ada.subscribe()
    for kind in (POLL, TALLY, TURNOUT, "poll_secret", "own_ballot", "ballot", "poll_key"):
        for channel in (CHANNEL, STAFF, f"vault:{COURSE}:{id_}", f"user:{COURSE}:owner"):
            for client in (ada, late):
                await client.send("request_history", channel, {"kind": kind, "limit": 200})
    for channel in (STAFF, f"vault:{COURSE}:{id_}", f"user:{COURSE}:{others[0].user_id}"):
        refused = await ada.subscribe(channel)
        assert refused["code"] in {Code.FORBIDDEN, Code.NO_SUCH_CHANNEL}
    for client in (ada, late):
        await client.beat()
        seen = json.dumps(client.seen)
        words = ('"counts"', '"texts"', '"correct"', '"right"', '"live"')
        for secret in (right, wrong, *words, *voters(others)):
            assert secret not in without_people(seen, client), secret
    assert "seq" in await do(teacher, "reveal_poll", pollId=id_, counts=True, answer=True)
    poll = await until(ada, POLL, state="revealed")
    assert {t["text"] for t in poll["results"][0]["texts"]} == {right, wrong, "mine"}
    assert not any(voter in json.dumps(docs(ada, POLL)) for voter in voters(others))


def voters(clients: list[Client]) -> list[str]:
    return [client.user_id for client in clients]


def without_people(seen: str, client: Client) -> str:
    """Frames without the sentence of a refusal, which repeats what was asked for."""
    frames = [f for f in json.loads(seen) if f["type"] != "error"]
    assert len(frames) > 3, client
    for frame in frames:
        if frame["channel"].startswith("user:"):
            assert frame["channel"].endswith(client.user_id)
    return json.dumps(frames)


async def test_nobody_reads_a_vault_not_even_staff(service: Service) -> None:
    teacher = await service.owner()
    await teacher.enter()
    id_ = await ask(teacher, "a", "b", anonymous=True)
    vault = f"vault:{COURSE}:{id_}"
    assert (await teacher.subscribe(vault))["code"] == Code.NO_SUCH_CHANNEL
    for type_, data in (
        ("request_history", {"kind": "ballot"}),
        ("cast_vote", {"pollId": id_, "round": 1, "choice": 0}),
        ("chat_message", {"id": "m", "content": "hi"}),
    ):
        mid = await teacher.send(type_, vault, data, mid="m" if type_ == "chat_message" else "")
        frame = await teacher.until(
            lambda f, mid=mid: f["type"] == "error" and f["messageId"] == mid  # type: ignore[misc]
        )
        assert frame["data"]["code"] == Code.NO_SUCH_CHANNEL


@EACH_WAY
async def test_an_acknowledgement_tells_where_its_changes_are(service: Service) -> None:
    teacher = await service.owner()
    (ada,) = await students(service, 1)
    id_, own = await ask(teacher, "a", "b"), f"user:{COURSE}:{ada.user_id}"
    ack = await do(ada, "cast_vote", first := uuid7(), pollId=id_, round=1, choice=1)
    await until(ada, "own_ballot", rounds={"1": 1})
    mine = [f["data"]["seq"] for f in ada.seen if f["type"] == "changes" and f["channel"] == own]
    assert ack["heads"] == {own: mine[-1]}
    await do(ada, "cast_vote", pollId=id_, round=1, choice=0)
    again = await do(ada, "cast_vote", first, pollId=id_, round=1, choice=1)
    assert again == ack, "the first answer, also when it comes again"
    draft = await do(teacher, "create_poll", question="Why?", options=["a", "b"])
    assert list(draft["heads"]) == [STAFF]


@EACH_WAY
async def test_two_notebooks_of_one_person_are_one_vote(service: Service) -> None:
    teacher = await service.owner()
    await teacher.enter(STAFF)
    joined = await service.join("Ada")
    one, other = await service.open(joined["token"]), await service.open(joined["token"])
    id_ = await ask(teacher, "a", "b")
    own = f"user:{COURSE}:{joined['userId']}"
    await other.enter(own)
    mid = uuid7()
    await do(one, "cast_vote", mid, pollId=id_, round=1, choice=0)
    await until(other, "own_ballot", rounds={"1": 0})
    await do(other, "cast_vote", pollId=id_, round=1, choice=1)
    again = await service.open(joined["token"])
    await do(again, "cast_vote", mid, pollId=id_, round=1, choice=0)
    await until(other, "own_ballot", rounds={"1": 1})
    tally = await until(teacher, TALLY, people=1)
    assert tally["rounds"][0]["counts"] in ([1, 0], [0, 1])
    await do(teacher, "close_poll", pollId=id_, round=1)
    while docs(teacher, TALLY)[-1]["rounds"][0]["counts"] != [0, 1]:
        await teacher.read()


async def test_counts_go_out_at_most_four_times_a_second(service: Service) -> None:
    teacher = await service.owner()
    await teacher.enter(STAFF)
    (watcher,) = await students(service, 1)
    id_ = await ask(teacher, "a", "b")
    crowd = [await service.student(f"Crowd {n}") for n in range(20)]
    loop = asyncio.get_running_loop()
    start = loop.time()
    for choice in range(40):
        await asyncio.gather(
            *(do(c, "cast_vote", pollId=id_, round=1, choice=choice % 2) for c in crowd)
        )
    await until(watcher, TURNOUT, answered=20)
    seconds = loop.time() - start
    frames = [f for f in watcher.seen if f["type"] == "changes" and f["channel"] == CHANNEL]
    counts = [f for f in frames for d in f["data"].get("docs", []) if d["kind"] == TURNOUT]
    assert len(counts) <= 4 * seconds + 3


async def test_a_timer_closes_by_the_services_clock(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = await service.owner()
    (ada,) = await students(service, 1)
    monkeypatch.setattr("edu_widgets.polls.kinds.SECONDS", (1, 60))
    await ask(teacher, "a", "b", seconds=1)
    poll = await until(ada, POLL, state="closed")
    assert poll["closes"] == poll["opened"] + 1_000


async def test_a_service_that_starts_again_counts_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tmp_path, features=FEATURES) as service:
        teacher = await service.owner()
        joined = await service.join("Ada")
        ada = await service.open(joined["token"])
        id_ = await ask(teacher, "a", "b")
        # As after a crash: the vote is stored, and was not counted any more.
        monkeypatch.setattr(Timers, "work", gone)
        await do(ada, "cast_vote", pollId=id_, round=1, choice=1)
    monkeypatch.undo()
    async with serving(tmp_path, features=FEATURES) as service:
        teacher = await service.owner()
        await teacher.enter(STAFF)
        await teacher.enter()
        await until(teacher, TURNOUT, answered=1)
        tally = await until(teacher, TALLY, people=1)
        assert tally["rounds"][0]["counts"] == [0, 1]


async def gone(*_: object) -> None:
    """Instead of counting."""


async def test_an_ended_poll_is_gone_from_every_file(service: Service, tmp_path: Path) -> None:
    teacher = await service.owner()
    crowd = await students(service, 6)
    id_ = await ask(teacher, kind="text", anonymous=True)
    for number, client in enumerate(crowd):
        await do(client, "cast_vote", pollId=id_, round=1, choice=f"what-{number}-thinks")
    await do(teacher, "close_poll", pollId=id_, round=1)
    files = [tmp_path / name for name in ("service.db", "service.db-wal")]
    key = uncovered(files, b'{"key":"')
    assert key
    assert uncovered(files, b"what-3-thinks") > 1
    await do(teacher, "reveal_poll", pollId=id_, answer=True, correct=["x"])
    await do(teacher, "create_poll", question="Next?", options=["a", "b"])
    assert uncovered(files, b'{"key":"') == 0
    # The counts are kept, and text answers are what they count: once in the staff's tally.
    assert uncovered(files, b'"choice":"what-3-thinks"') == 0
    assert uncovered(files, b'"rounds":{"1":"what-3-thinks"') == 0


def uncovered(files: list[Path], wanted: bytes) -> int:
    """The number of times that a text stands in the bytes of these files."""
    return sum(path.read_bytes().count(wanted) for path in files if path.exists())


async def test_erasing_a_person_takes_their_ballots_along(service: Service) -> None:
    teacher = await service.owner()
    await teacher.enter(STAFF)
    crowd = await students(service, 7)
    named = await ask(teacher, "a", "b")
    secret = await ask(teacher, "a", "b", anonymous=True)
    for client in crowd:
        for id_ in (named, secret):
            await do(client, "cast_vote", pollId=id_, round=1, choice=1)
    await service.server.hub.erase(COURSE, crowd[0].user_id)
    for id_ in (named, secret):
        await do(teacher, "close_poll", pollId=id_, round=1)

        def counted(id_: str = id_) -> list[int]:
            of_poll = [t for t in docs(teacher, TALLY) if t["pollId"] == id_]
            rounds = of_poll[-1].get("rounds", []) if of_poll else []
            return rounds[0]["counts"] if rounds else []

        while counted() != [0, 6]:
            await teacher.read()


async def test_who_enters_as_staff_is_told_of_the_lesson_that_is_on_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the first frame: a cell that is run at once must not take last week for today."""

    async def entered(running: Service) -> int:
        teacher = await running.owner()
        await teacher.enter(STAFF)
        await teacher.beat()
        first = docs(teacher, "poll_session")[0]
        await teacher.send("unsubscribe", STAFF)
        await teacher.beat()
        await teacher.socket.close()
        return int(first["began"])

    async with serving(tmp_path, features=FEATURES) as service:
        began = await entered(service)
        assert await entered(service) == began
    async with serving(tmp_path, features=FEATURES) as service:
        assert await entered(service) == began, "it goes on over a restart of the service"
        monkeypatch.setattr(sessions, "APART_MS", -1)
        assert await entered(service) > began
        student = await service.student()
        await student.enter()
        assert not docs(student, "poll_session")


async def test_a_removed_answer_is_read_by_nobody_and_the_audit_trail_tells_who_removed_it(
    service: Service, tmp_path: Path
) -> None:
    teacher = await service.owner()
    await teacher.enter()
    crowd = await students(service, 3)
    id_ = await ask(teacher, kind="text", named=True)
    for client, text in zip(crowd, ("Hurtful", "tea", "HURTFUL"), strict=True):
        await do(client, "cast_vote", pollId=id_, round=1, choice=text)
    assert (await do(crowd[0], "remove_answer", pollId=id_, text="tea"))["code"] == Code.FORBIDDEN
    for _ in range(2):
        await do(teacher, "remove_answer", pollId=id_, text="hurtful")
    await do(teacher, "close_poll", pollId=id_, round=1)
    mid = await teacher.send("read_answers", data={"pollId": id_, "round": 1})
    told = (await teacher.until_reply(mid))["data"]
    assert [(one["name"], one["choice"]) for one in told["answers"]] == [("Student 1", "tea")]
    audit = audited(tmp_path)
    assert audit.count("remove_answer") == 1, "once: the second changed nothing"
    assert "hurtful" not in audit.lower()


async def test_who_chose_what_is_told_of_named_polls_alone_to_staff_alone(
    service: Service, tmp_path: Path
) -> None:
    teacher = await service.owner()
    await teacher.enter()
    crowd = await students(service, 3)
    named = await ask(teacher, "a", "b", named=True)
    polls = [named, await ask(teacher, "a", "b"), await ask(teacher, "a", "b", anonymous=True)]
    for number, client in enumerate(crowd):
        for id_ in polls:
            await do(client, "cast_vote", pollId=id_, round=1, choice=number % 2)

    async def read(client: Client, id_: str, **more: Any) -> dict[str, Any]:
        mid = await client.send("read_answers", data={"pollId": id_, "round": 1, **more})
        found: dict[str, Any] = (await client.until_reply(mid))["data"]
        return found

    assert (await read(teacher, named))["code"] == Code.INVALID, "while it is open"
    late = await service.student("Late")
    await late.enter()

    async def missing(client: Client, id_: str) -> dict[str, Any]:
        mid = await client.send("read_missing", data={"pollId": id_, "round": 1})
        found: dict[str, Any] = (await client.until_reply(mid))["data"]
        return found

    assert [one["name"] for one in (await missing(teacher, named))["people"]] == ["Late"]
    for id_ in polls[1:]:
        assert (await missing(teacher, id_))["code"] == Code.FORBIDDEN
    assert (await missing(crowd[0], named))["code"] == Code.FORBIDDEN
    await do(late, "cast_vote", pollId=named, round=1, choice=0)
    assert (await missing(teacher, named)).get("people", []) == []
    for id_ in polls:
        await do(teacher, "close_poll", pollId=id_, round=1)
    told = await read(teacher, named)
    assert {(a["name"], a["choice"]) for a in told["answers"]} == {
        ("Student 0", 0),
        ("Student 1", 1),
        ("Student 2", 0),
        ("Late", 0),
    }
    assert len((await read(teacher, named, skip=3))["answers"]) == 1
    for id_ in polls[1:]:
        assert (await read(teacher, id_))["code"] == Code.FORBIDDEN
    assert (await read(crowd[0], named))["code"] == Code.FORBIDDEN
    assert (await read(teacher, "nothing"))["code"] == Code.NOT_FOUND
    audit = audited(tmp_path)
    assert audit.count("POLL_ANSWERS_READ") == 2
    assert named in audit
    both = await do(
        teacher, "create_poll", question="?", options=["a", "b"], named=True, anonymous=True
    )
    assert both["code"] == Code.INVALID


async def test_an_edit_is_in_the_audit_trail(service: Service, tmp_path: Path) -> None:
    teacher = await service.owner()
    id_ = await ask(teacher, "a", "b")
    await do(teacher, "edit_poll", pollId=id_, question="Which one?")
    audit = audited(tmp_path)
    assert '"edit_poll"' in audit
    assert id_ in audit
    assert "Which one?" not in audit


def audited(folder: Path) -> str:
    """The audit trail of a service."""
    return "".join(path.read_text("utf-8") for path in folder.glob("*audit*"))
