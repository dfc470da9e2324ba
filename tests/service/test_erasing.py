"""People and courses are erased: by instructors, by the owner, from a terminal."""

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edu_widgets import cli
from edu_widgets.client.invites.memberships import Membership, MembershipFiles
from edu_widgets.client.runtime.outbox_file import OutboxFile
from edu_widgets.client.sync.commands import Command
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.proofs import new_secret
from edu_widgets.service import erasing

from .harness import CHANNEL, COURSE, Client, Service, serving
from .test_admission import STAFF, as_owner, asked, holding, instructor
from .test_vouching import vouched

NOTHING: set[str] = set()


async def eve_says(service: Service) -> Client:
    """Eve has said something."""
    eve = await service.student("Evelina")
    await eve.enter()
    await eve.answer(await eve.say("a word of hers"))
    return eve


def left(folder: Path, eve: Client) -> set[str]:
    """The files of the service in which anything of hers is."""
    return {
        name
        for text in ("Evelina", "a word of hers", eve.user_id)
        for name in holding(folder, text)
    }


async def test_who_is_erased_is_in_no_file_of_the_service(service: Service, tmp_path: Path) -> None:
    mira, eve = await instructor(service), await eve_says(service)
    await mira.enter(STAFF)
    assert "audit.jsonl" in left(tmp_path, eve)
    told = await asked(mira, "erase_person", userId=eve.user_id)
    assert [one["userName"] for one in told["data"]["people"]] == ["Evelina"]
    assert await eve.closed() == Code.UNAUTHORIZED
    records = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert [r["by"] for r in records if r["action"] == "ERASED"] == [mira.user_id]
    assert left(tmp_path, eve) == NOTHING
    refused = await service.ask("GET", "/api/me", Authorization=f"Bearer {eve.token}")
    assert (refused.status, refused.body["code"]) == (401, Code.UNAUTHORIZED)
    again = await service.join("Evelina")
    assert again["userId"] != eve.user_id
    assert again["name"] == "Evelina", "with the invite as somebody new"


async def test_whose_notebook_it_was_is_said_nowhere_any_more(
    service: Service, tmp_path: Path
) -> None:
    mira, eve = await instructor(service), await service.student("Evelina")
    bob = await vouched(service, eve.token)
    await bob.enter()
    mid = await bob.say("Mine.")
    assert (await bob.answer(mid))["type"] == "ack"
    assert (await bob.message("Mine."))["via"] == "Evelina"
    await asked(mira, "erase_person", userId=eve.user_id)
    assert left(tmp_path, eve) == NOTHING
    await mira.enter()
    docs = [doc for f in mira.seen if f["type"] == "changes" for doc in f["data"].get("docs", [])]
    last = [doc["body"] for doc in docs if doc["id"] == mid][-1]
    assert (last["content"], last.get("via")) == ("Mine.", None), "what Bob wrote is his"


async def test_who_may_be_erased_and_by_whom(service: Service) -> None:
    mira, eve, ada = await instructor(service), await eve_says(service), await service.student()
    prof = await service.owner()
    for by, who, code in (
        (ada, eve.user_id, Code.FORBIDDEN),
        (mira, mira.user_id, Code.INVALID),
        (mira, "owner", Code.INVALID),
        (mira, "nobody-1", Code.NOT_FOUND),
        (mira, "a:b", Code.INVALID),
    ):
        assert (await asked(by, "erase_person", userId=who))["data"]["code"] == code, who
    other = await instructor(service, "Other")
    refused = await asked(mira, "erase_person", userId=other.user_id)
    assert refused["data"]["code"] == Code.FORBIDDEN
    assert (await asked(prof, "erase_person", userId=other.user_id))["data"]["people"]


async def test_the_owner_erases_by_name(service: Service, tmp_path: Path) -> None:
    eve = await eve_says(service)
    missing = await as_owner(service, "/api/erase", {"who": "Evel"})
    assert (missing.status, missing.body["code"]) == (404, Code.NOT_FOUND)
    gone = await as_owner(service, "/api/erase", {"who": "EVELINA"})
    assert gone.body == {"userId": eve.user_id}
    assert holding(tmp_path, "a word of hers") == NOTHING
    ada = await service.student()
    body = {"course": COURSE, "who": "Ada"}
    student = await service.ask("POST", "/api/erase", body, Authorization=f"Bearer {ada.token}")
    assert student.status == 403


async def stopped_with_eve(folder: Path) -> Client:
    async with serving(folder) as service:
        return await eve_says(service)


async def test_a_service_that_is_stopped_forgets_too(tmp_path: Path) -> None:
    eve = await stopped_with_eve(tmp_path)
    with pytest.raises(InvalidArgument, match="nobody called 'Ada'"):
        await asyncio.to_thread(erasing.erase, tmp_path, COURSE, "Ada")
    gone = await asyncio.to_thread(erasing.erase, tmp_path, COURSE, "Evelina")
    assert gone == eve.user_id
    assert left(tmp_path, eve) == NOTHING
    with pytest.raises(InvalidArgument, match="no store"):
        await asyncio.to_thread(erasing.erase, tmp_path / "none", COURSE, "Ada")


async def test_the_command_forgets_what_this_computer_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path))
    served = tmp_path / "service"
    eve = await stopped_with_eve(served)
    base = "http://127.0.0.1:1"
    people = MembershipFiles(tmp_path / "people")
    for name, user in (("Evelina", eve.user_id), ("Ada", "other")):
        kept = Membership(user, name, "student", new_secret(), "a-service", base)
        people.prepare("a-service", base, COURSE, name)
        people.keep(COURSE, name, kept)
    hers = people.recall("a-service", COURSE, "Evelina")
    assert hers is not None
    waiting = OutboxFile(tmp_path / "outbox", hers.place, eve.user_id)
    waiting.load()
    for course in (COURSE, "other"):
        body = msgspec.Raw(b'{"content":"unsent in %s"}' % course.encode())
        waiting.put(Command(uuid7(), "chat_message", f"course:{course}", body, "chat", 1))
    waiting.close()
    arguments = ["erase", COURSE, "Evelina", "--data", str(served)]
    assert await asyncio.to_thread(cli.main, arguments) == 0
    assert "as somebody new" in capsys.readouterr().out
    assert people.recall("a-service", COURSE, "Evelina") is None
    assert people.recall("a-service", COURSE, "Ada") is not None
    bytes_ = b"".join(p.read_bytes() for p in (tmp_path / "outbox").rglob("*") if p.is_file())
    assert b"unsent in py101" not in bytes_
    assert b"unsent in other" in bytes_
    assert await asyncio.to_thread(cli.main, arguments) == 2
    assert "nobody called 'Evelina'" in capsys.readouterr().err


async def test_a_course_that_is_over_for_long_is_erased(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    eve = await stopped_with_eve(tmp_path)
    command = ["retention", "--data", str(tmp_path)]
    assert await asyncio.to_thread(cli.main, command) == 0
    assert "nothing: none is that old" in capsys.readouterr().out
    assert left(tmp_path, eve)
    async with serving(tmp_path) as service:
        ada = await service.student()
        await ada.enter()
        busy = await as_owner(service, "/api/retention", {"days": 0})
        assert busy.body == {"courses": []}, "somebody is there"
    assert await asyncio.to_thread(cli.main, [*command, "--days", "0"]) == 0
    assert f"Erased: {COURSE}." in capsys.readouterr().out
    assert left(tmp_path, eve) == NOTHING
    async with serving(tmp_path) as service:
        again = await service.student("Evelina")
        assert "epoch" in await again.enter(CHANNEL)
        assert again.user_id != eve.user_id


async def test_a_name_from_before_is_gone_too(service: Service, tmp_path: Path) -> None:
    mira, eve = await instructor(service), await service.student("Evelina")
    bob = await vouched(service, eve.token)
    await bob.enter()
    await bob.answer(await bob.say("Before."))
    await service.join("Evi", secret=eve.token)
    await bob.answer(await bob.say("After."))
    assert (await bob.message("Before."))["via"] == "Evelina"
    assert (await bob.message("After."))["via"] == "Evi", "whose notebook it is, as of now"
    await asked(mira, "erase_person", userId=eve.user_id)
    assert left(tmp_path, eve) == holding(tmp_path, '"Evi"') == NOTHING


async def test_nothing_is_named_after_who_is_erased(service: Service, tmp_path: Path) -> None:
    mira, eve, bo = await instructor(service), await eve_says(service), await service.student("Bo")
    await eve.enter(f"user:{COURSE}:{eve.user_id}")
    await mira.enter()
    said = await mira.say("Hello")
    commands: list[tuple[Client, str, dict[str, Any]]] = [
        (eve, "add_reaction", {"messageId": said, "emoji": "👍"}),
        (eve, "set_status", {"status": "stuck"}),
        (eve, "raise_hand", {}),
        (mira, "mute_user", {"userId": eve.user_id, "userName": "Evelina", "minutes": 1}),
        (mira, "mute_user", {"userId": eve.user_id, "userName": "Evelina", "muted": False}),
        (eve, "set_status", {}),
    ]
    for who, type_, data in commands:
        assert (await asked(who, type_, **data))["type"] == "ack", type_
    await asked(mira, "remove_person", userId=eve.user_id)
    await asked(mira, "readmit_person", userId=eve.user_id)
    await as_owner(service, "/api/roster", {"names": ["Evelina", "Bo"]})
    head = await service.server.hub.store.heads(STAFF)
    assert left(tmp_path, eve) - {"audit.jsonl"}
    await asked(mira, "erase_person", userId=eve.user_id)
    assert left(tmp_path, eve) == NOTHING
    assert eve.user_id not in str(await service.server.hub.store.lessons())
    late = await service.open(mira.token)
    caught = await late.subscribe(STAFF, head.epoch, head.seq)
    assert caught["seq"] > head.seq, "who has missed a tombstone gets everything anew"
    assert (await late.until("changes"))["data"]["reset"]
    await bo.enter()


async def test_who_was_removed_and_erased_has_left_no_id(service: Service, tmp_path: Path) -> None:
    mira, eve = await instructor(service), await eve_says(service)
    await asked(mira, "remove_person", userId=eve.user_id)
    await asked(mira, "erase_person", userId=eve.user_id)
    assert left(tmp_path, eve) == NOTHING
    refused = await service.ask("GET", "/api/me", Authorization=f"Bearer {eve.token}")
    assert refused.body["code"] == Code.UNAUTHORIZED
