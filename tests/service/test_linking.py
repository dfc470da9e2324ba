"""A viewer of somebody's notebook and their own membership: one person by a code."""

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from edu_widgets.polls.documents import TALLY, TURNOUT
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.linking import CODE_HOLDS_MS
from edu_widgets.service.linking import TRIES
from tests.polls.test_served import ask, do, docs

from .harness import COURSE, Client, Service, serving
from .test_admission import asked, audit, holding, instructor, staff_code, try_join
from .test_vouching import vouch, vouched

STAFF = f"staff:{COURSE}"


class Two(NamedTuple):
    """Ada's notebook, Bob in a notebook of his own, and Bob as he looks into Ada's."""

    ada: dict[str, str]
    bob: Client
    viewer: Client


async def two(service: Service) -> Two:
    ada, bob = await service.join("Ada"), await service.student("Bob")
    viewer = await vouched(service, ada["token"])
    for client in (bob, viewer):
        await client.enter()
        await client.enter(own(client))
    return Two(ada, bob, viewer)


def own(client: Client) -> str:
    return f"user:{COURSE}:{client.user_id}"


async def code_of(client: Client) -> str:
    answer = await asked(client, "make_link_code")
    assert answer["type"] == "link_code", answer
    code: str = answer["data"]["code"]
    return code


async def linked(service: Service, bob: Client, viewer: Client) -> Client:
    """Link them; returns the viewer's next connection."""
    answer = await asked(viewer, "link_membership", code=await code_of(bob))
    assert answer["data"] == {"userId": bob.user_id, "userName": "Bob"}, answer
    assert await viewer.closed() == Code.RESTARTING
    back = await service.open(viewer.token)
    back.user_id = bob.user_id
    await back.enter()
    return back


async def until(client: Client, kind: str, poll: str, **fields: Any) -> dict[str, Any]:
    """Read until the newest document of a kind about a poll has these fields."""
    while True:
        found = [body for body in docs(client, kind) if body["pollId"] == poll]
        if found and fields.items() <= found[-1].items():
            return found[-1]
        await client.read()


async def names(client: Client) -> list[str]:
    people = (await asked(client, "people", query="Bob"))["data"]["people"]
    return sorted(one["name"] for one in people)


async def test_one_name_one_line_in_the_list_and_one_channel(service: Service) -> None:
    ada, bob, viewer = await two(service)
    assert await names(bob) == ["Bob", "Bob (2)"]
    back = await linked(service, bob, viewer)
    assert await names(bob) == ["Bob"]
    granted = await back.subscribe()
    assert (granted["userId"], granted["userName"]) == (bob.user_id, "Bob")
    assert granted["role"] == "student"
    _ = await back.say("From there.")
    said = await bob.message("From there.")
    assert (said["userId"], said["userName"], said.get("via")) == (bob.user_id, "Bob", None)
    await back.enter(own(bob))
    gone = await back.subscribe(f"user:{COURSE}:{viewer.user_id}")
    assert gone["code"] == Code.FORBIDDEN
    again = await vouch(service, ada["token"])
    assert again.body == {"userId": bob.user_id, "name": "Bob", "role": "student"}
    assert (await try_join(service, "Bob (2)")).body["name"] == "Bob (2)", "the name is free"


@pytest.mark.parametrize("anonymous", [False, True])
async def test_one_vote_and_none_of_it_vouched(service: Service, anonymous: bool) -> None:
    teacher = await service.owner()
    await teacher.enter()
    await teacher.enter(STAFF)
    ada, bob, viewer = await two(service)
    both = await ask(teacher, "a", "b", anonymous=anonymous)
    one = await ask(teacher, "c", "d", anonymous=anonymous)
    for client, poll, choice in ((bob, both, 0), (viewer, both, 1), (viewer, one, 1)):
        assert "seq" in await do(client, "cast_vote", pollId=poll, round=1, choice=choice)
    await until(teacher, TURNOUT, both, answered=2)
    await until(teacher, TURNOUT, one, answered=1)
    back = await linked(service, bob, viewer)
    await until(teacher, TURNOUT, both, answered=1)
    again = await do(back, "cast_vote", pollId=one, round=1, choice=0)
    assert "seq" in again
    for poll, counts in ((both, [1, 0]), (one, [1, 0])):
        # Of an anonymous poll a single answer is told to nobody.
        assert "seq" in await do(teacher, "close_poll", pollId=poll, round=1)
        tally = await until(teacher, TALLY, poll, people=1)
        told = tally["rounds"][-1]
        assert "vouched" not in told
        assert told.get("counts") == (None if anonymous else counts)
    del ada


async def test_progress_notes_and_a_raised_hand_become_the_members(service: Service) -> None:
    teacher = await service.owner()
    await teacher.enter()
    await teacher.enter(STAFF)
    _, bob, viewer = await two(service)
    exercise: dict[str, Any] = {
        "name": "clean",
        "title": "Clean",
        "checks": [{"name": "x", "code": "x"}],
    }
    assert "seq" in await do(teacher, "set_exercise", **exercise)
    for client, checks in ((bob, "f"), (viewer, "p")):
        results = [{"exercise": "clean", "checks": checks}]
        assert "seq" in await do(client, "report_progress", results=results)
    assert "seq" in await do(viewer, "raise_hand", note="Help")
    assert "seq" in await do(viewer, "note_write", id=uuid7(), text="private words")
    await linked(service, bob, viewer)
    fresh = await service.open(bob.token)
    await fresh.enter(own(bob))
    seen = [d for f in fresh.seen if f["type"] == "changes" for d in f["data"].get("docs", [])]
    kept = {d["kind"]: d["body"] for d in seen if d.get("body")}
    assert kept["note"]["text"] == "private words"
    assert (kept["progress"]["checks"], kept["progress"]["attempts"]) == ("p", 2)
    assert (kept["hand"]["userId"], kept["hand"]["userName"]) == (bob.user_id, "Bob")
    await teacher.enter(STAFF)
    live: dict[str, Any] = {}
    for frame in teacher.seen:
        for doc in frame["data"].get("docs", []) if frame["type"] == "changes" else ():
            live[doc["id"]] = doc.get("body")
    left = [id_ for id_, body in live.items() if body and viewer.user_id in id_]
    assert not left, "nothing of the viewer is counted any more"


async def test_a_code_is_good_once_for_ten_minutes(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, bob, viewer = await two(service)
    first = await code_of(bob)
    second = await code_of(bob)
    spelled = f" {second[:4].lower()}-{second[4:]} "
    old = await asked(viewer, "link_membership", code=first)
    assert old["data"]["code"] == Code.INVITE_INVALID, "another was made since"
    now = service.server.hub.now
    with monkeypatch.context() as later:
        later.setattr(service.server.hub, "now", lambda: now() + CODE_HOLDS_MS + 1)
        late = await asked(viewer, "link_membership", code=second)
    assert late["data"]["code"] == Code.INVITE_INVALID
    done = await asked(viewer, "link_membership", code=spelled)
    assert done["data"]["userId"] == bob.user_id
    noor = await service.join("Noor")
    other = await vouched(service, noor["token"])
    await other.enter()
    used = await asked(other, "link_membership", code=second)
    assert used["data"]["code"] == Code.INVITE_INVALID, "used"


async def test_guessing_ends_after_some_tries(service: Service) -> None:
    _, bob, viewer = await two(service)
    for n in range(TRIES):
        wrong = await asked(viewer, "link_membership", code=f"AAAA-AAA{n}")
        assert wrong["data"]["code"] == Code.INVITE_INVALID
    right = await asked(viewer, "link_membership", code=await code_of(bob))
    assert right["data"]["code"] == Code.RATE_LIMITED
    assert right["data"]["retryAfter"] > 0
    long = await asked(viewer, "link_membership", code="A" * 33)
    assert long["data"]["code"] == Code.PROTOCOL, "refused before anything is done with it"


async def test_who_has_a_code_and_who_enters_one(service: Service) -> None:
    ada, bob, viewer = await two(service)
    mira = await instructor(service)
    ada_herself = await service.open(ada["token"])
    for client in (mira, ada_herself):
        await client.enter()
    staff = await asked(mira, "make_link_code")
    assert staff["data"]["code"] == Code.INVALID
    through = await asked(viewer, "make_link_code")
    assert through["data"]["code"] == Code.FORBIDDEN
    outside = await asked(bob, "link_membership", code=await code_of(bob))
    assert outside["data"]["code"] == Code.FORBIDDEN, "it is for viewers"
    owners = await asked(viewer, "link_membership", code=await code_of(ada_herself))
    assert owners["data"]["code"] == Code.INVALID
    back = await linked(service, bob, viewer)
    for type_ in ("make_link_code", "unlink_membership"):
        # Whoever owns the notebook must not link further people to Bob, nor end it.
        refused = await asked(back, type_)
        assert refused["data"]["code"] == Code.FORBIDDEN
    twice = await asked(back, "link_membership", code=await code_of(bob))
    assert twice["data"]["code"] == Code.FORBIDDEN


async def test_who_is_removed_is_out_there_too_and_the_notebook_takes_nobody_along(
    service: Service,
) -> None:
    prof = await service.owner()
    ada, bob, viewer = await two(service)
    back = await linked(service, bob, viewer)
    await asked(prof, "remove_person", userId=ada["userId"])
    assert await back.closed() == Code.REMOVED
    await bob.beat()
    await asked(prof, "readmit_person", userId=ada["userId"])
    back = await service.open(viewer.token)
    await back.enter()
    await asked(prof, "remove_person", userId=bob.user_id)
    assert await back.closed() == Code.REMOVED
    assert (await vouch(service, ada["token"])).body["code"] == Code.REMOVED


async def test_an_erased_person_is_erased_as_a_viewer_too(service: Service, tmp_path: Path) -> None:
    prof = await service.owner()
    ada, bob, viewer = await two(service)
    await viewer.answer(await viewer.say("said before the link"))
    back = await linked(service, bob, viewer)
    await back.answer(await back.say("said after the link"))
    await code_of(bob)
    answer = await asked(prof, "erase_person", userId=bob.user_id)
    assert answer["type"] == "concerned", answer
    await back.closed()
    for gone in (bob.user_id, viewer.user_id, "said before", "said after"):
        assert not holding(tmp_path, gone), gone
    again = await vouch(service, ada["token"])
    assert (again.status, again.body.get("via")) == (200, "Ada"), "somebody new"


async def test_whoever_becomes_an_instructor_is_a_student_in_that_notebook(
    service: Service,
) -> None:
    ada, bob, viewer = await two(service)
    back = await linked(service, bob, viewer)
    joined = await service.ask(
        "POST",
        "/api/join",
        {"course": COURSE, "code": await staff_code(service), "name": "Bob"},
        Authorization=f"Bearer {bob.token}",
    )
    assert joined.body["role"] == "instructor", joined.body
    assert await back.closed() == Code.RESTARTING
    back = await service.open(viewer.token)
    granted = await back.enter()
    assert granted["role"] == "student"
    assert (granted["userId"], granted["userName"]) == (viewer.user_id, "Bob (2)")
    assert (await vouch(service, ada["token"])).body["via"] == "Ada"


async def test_it_is_ended_from_ones_own_notebook(service: Service) -> None:
    _, bob, viewer = await two(service)
    back = await linked(service, bob, viewer)
    ended = await asked(bob, "unlink_membership")
    assert ended["data"] == {"ended": 1}
    assert await back.closed() == Code.RESTARTING
    back = await service.open(viewer.token)
    assert (await back.enter())["userId"] == viewer.user_id
    assert (await asked(bob, "unlink_membership"))["data"] == {"ended": 0}


async def test_it_holds_after_a_restart_and_is_in_the_audit_trail(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        ada, bob, viewer = await two(service)
        await linked(service, bob, viewer)
    found = [one for one in audit(tmp_path) if one["action"] == "LINKED"]
    assert [(one["userId"], one["viewer"]) for one in found] == [(bob.user_id, viewer.user_id)]
    async with serving(tmp_path) as service:
        again = await vouch(service, ada["secret"])
        assert again.body["userId"] == bob.user_id
