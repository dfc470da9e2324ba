"""Admission to a course: staff invites, the door, the roster, removals."""

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest
from websockets.exceptions import InvalidStatus

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused
from edu_widgets.service import identity_changes, people, tokens
from edu_widgets.service.app import application
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.context import ServiceContext
from edu_widgets.service.store import Removed

from .harness import CHANNEL, COURSE, Client, Reply, Service, serving
from .test_join import KEY, token

STAFF = f"staff:{COURSE}"
REMOVED = f"You were removed from {COURSE} by an instructor."


async def staff_code(service: Service, **more: Any) -> str:
    """A staff invite's code, as its owner gets it."""
    reply = await as_owner(service, "/api/invite", {"staff": True} | more)
    assert reply.status == 200, reply.body
    return str(reply.body["invite"].rpartition("=")[2])


async def as_owner(service: Service, path: str, body: dict[str, Any]) -> Reply:
    secret = service.server.state.owner_secret
    return await service.ask(
        "POST", path, {"course": COURSE} | body, Authorization=f"Bearer {secret}"
    )


async def try_join(service: Service, name: str, **more: Any) -> Reply:
    body = {"course": COURSE, "code": service.code, "name": name} | more
    return await service.ask("POST", "/api/join", body)


async def instructor(service: Service, name: str = "Mira") -> Client:
    joined = await service.join(name, code=await staff_code(service))
    client = await service.open(joined["token"])
    client.user_id = joined["userId"]
    return client


async def asked(client: Client, type_: str, channel: str = CHANNEL, **data: Any) -> dict[str, Any]:
    return await client.until_reply(await client.send(type_, channel, data))


def audit(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]


def holding(folder: Path, text: str) -> set[str]:
    """The service's files that contain these bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.name for path in files if text.encode() in path.read_bytes()}


# -- staff invites --------------------------------------------------------------


async def test_a_staff_invite_makes_an_instructor_once(service: Service) -> None:
    code = await staff_code(service)
    mira = await service.join("Mira", code=code)
    assert mira["role"] == "instructor"
    assert mira["invite"] == f"{service.url}/{COURSE}?code={service.code}", "for her students"
    again = await service.join("Mira", code=code, secret=mira["secret"])
    assert (again["userId"], again["role"]) == (mira["userId"], "instructor")
    other = await try_join(service, "Eve", code=code)
    assert (other.status, other.body["code"]) == (403, Code.INVITE_INVALID)
    client = await service.open(mira["token"])
    assert (await client.enter(STAFF))["role"] == "instructor"
    await client.enter(f"user:{COURSE}:{mira['userId']}")
    role = next(
        f for f in client.seen if f["channel"].startswith("user:") and f["data"].get("docs")
    )
    assert role["data"]["docs"][0]["body"]["role"] == "instructor"


async def test_of_two_at_once_one_gets_in(service: Service) -> None:
    code = await staff_code(service)
    replies = await asyncio.gather(*(try_join(service, f"P{n}", code=code) for n in range(8)))
    assert sorted(r.status for r in replies) == [200] + [403] * 7


async def test_a_student_becomes_an_instructor_by_it(service: Service) -> None:
    ada = await service.student()
    await ada.enter()
    joined = await service.join("Ada", code=await staff_code(service), secret=ada.token)
    assert (joined["userId"], joined["role"]) == (ada.user_id, "instructor")
    assert "epoch" in await ada.subscribe(STAFF), "and at once, where she is connected"


async def test_a_staff_invite_expires(service: Service) -> None:
    code = await staff_code(service, hours=1e-7)
    late = await try_join(service, "Mira", code=code)
    assert late.body["code"] == Code.INVITE_EXPIRED
    for hours in (0, -1, 1e9, "x"):
        reply = await as_owner(service, "/api/invite", {"staff": True, "hours": hours})
        assert reply.status == 400


async def test_only_its_hash_is_kept_and_who_made_it_is_noted(
    service: Service, tmp_path: Path
) -> None:
    code = await staff_code(service)
    assert holding(tmp_path, code) == set()
    await service.join("Mira", code=code)
    actions = {entry["action"]: entry for entry in audit(tmp_path)}
    assert actions["STAFF_INVITE_MADE"]["by"] == "owner"
    assert actions["JOINED"]["role"] == "instructor"
    assert code not in json.dumps(audit(tmp_path))


async def test_guessing_staff_invites_is_limited_for_members_too(service: Service) -> None:
    ada = await service.join("Ada")
    wrong = "A" * people.STAFF_CODE_LENGTH
    for more in ({}, {"secret": ada["secret"]}):
        replies = [
            await try_join(service, "Ada", code=wrong, **more) for _ in range(people.TRIES + 1)
        ]
        assert {r.body["code"] for r in replies[:-1]} == {Code.INVITE_INVALID}
        assert replies[-1].body["code"] == Code.RATE_LIMITED
    assert (await service.join("Ada", secret=ada["secret"]))["role"] == "student"


async def test_only_the_owner_makes_one(service: Service) -> None:
    mira = await instructor(service)
    ada = await service.student()
    for secret in (mira.token, ada.token, "forged"):
        for path in ("/api/invite", "/api/roster"):
            body = {"course": COURSE, "staff": True}
            reply = await service.ask("POST", path, body, Authorization=f"Bearer {secret}")
            assert reply.status in (401, 403)
    reply = await as_owner(service, "/api/invite", {"course": "other", "staff": True})
    assert (reply.status, reply.body["code"]) == (404, Code.NO_SUCH_CHANNEL)


# -- the invite -----------------------------------------------------------------


async def test_a_new_invite_ends_the_one_before(service: Service, tmp_path: Path) -> None:
    mira, ada = await instructor(service), await service.student()
    await ada.enter()
    before = service.code
    told = await asked(mira, "renew_invite")
    assert told["type"] == "new_invite"
    assert told["data"]["invite"] == f"{service.url}/{COURSE}?code={service.code}"
    assert service.code != before
    assert json.loads((tmp_path / "service.json").read_text())["invites"] == {COURSE: service.code}
    assert (await try_join(service, "Eve", code=before)).body["code"] == Code.INVITE_INVALID
    assert (await try_join(service, "Bo")).status == 200
    assert (await ada.answer(await ada.say("I stay")))["type"] == "ack"
    again = await service.join("Ada", code=before, secret=ada.token)
    assert again["userId"] == ada.user_id, "whoever is in needs no invite"
    assert audit(tmp_path)[-1]["action"] != "INVITE_RENEWED"
    assert any(e["action"] == "INVITE_RENEWED" and e["by"] == mira.user_id for e in audit(tmp_path))


# -- the door and the roster ----------------------------------------------------


async def test_a_closed_door_keeps_new_people_out(service: Service) -> None:
    mira, ada = await instructor(service), await service.student()
    assert (await asked(mira, "set_door", closed=True))["data"] == {"closed": True}
    refused = await try_join(service, "Bo")
    assert (refused.status, refused.body["code"]) == (403, Code.DOOR_CLOSED)
    assert (await service.join("Ada", secret=ada.token, code=""))["userId"] == ada.user_id
    assert (await service.join("Zoe", code=await staff_code(service)))["role"] == "instructor"
    granted = await mira.enter(STAFF)
    assert granted["seq"] >= 1
    docs = [d for f in mira.seen if f["channel"] == STAFF for d in f["data"].get("docs", [])]
    assert [d["body"] for d in docs if d["kind"] == "admission"] == [{"closed": True}]
    await asked(mira, "set_door", closed=False)
    assert (await try_join(service, "Bo")).status == 200


async def test_a_roster_lets_each_name_in_once(service: Service) -> None:
    mira, cy = await instructor(service), await service.student("Cy")
    names = ["Ada  Lovelace", "Işıl Yılmaz", "José"]
    assert (await asked(mira, "set_roster", names=names))["data"] == {"listed": 3}
    ada = await service.join(" ada LOVELACE ")
    for name in ("IŞIL  YILMAZ", "JOSÉ"):
        assert (await try_join(service, name)).status == 200, name
    twice = await try_join(service, "Ada Lovelace")
    assert (twice.status, twice.body["code"]) == (403, Code.NOT_LISTED)
    assert "already" in twice.body["message"]
    other = await try_join(service, "Eve")
    assert (other.status, other.body["code"]) == (403, Code.NOT_LISTED)
    assert "'Eve' is not among the names" in other.body["message"]
    renamed = await try_join(service, "Eve", secret=ada["secret"])
    assert renamed.body["code"] == Code.NOT_LISTED, "nor by another name later"
    assert (await service.join("Cy", secret=cy.token))["name"] == "Cy", "who is in stays"
    assert (await service.join("Zoe", code=await staff_code(service)))["role"] == "instructor"
    assert (await asked(mira, "set_roster"))["data"] == {}
    assert (await try_join(service, "Eve")).status == 200


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Ada", "ADA"], "same name"),
        (["\u202e"], "visible"),
        ([f"n{i}" for i in range(2001)], "2,000"),
    ],
)
async def test_a_roster_that_cannot_be_one_changes_nothing(
    service: Service, names: list[str], said: str
) -> None:
    mira = await instructor(service)
    told = await asked(mira, "set_roster", names=names)
    assert (told["type"], told["data"]["code"]) == ("error", Code.INVALID)
    assert said in told["data"]["message"]
    assert (await try_join(service, "Eve")).status == 200


async def test_a_service_starts_with_a_roster_and_keeps_it(tmp_path: Path) -> None:
    async with serving(tmp_path, roster=["Ada"]) as service:
        assert (await try_join(service, "Eve")).status == 403
    async with serving(tmp_path) as service:
        assert (await try_join(service, "Eve")).status == 403
        assert (await try_join(service, "Ada")).status == 200
        assert (await as_owner(service, "/api/roster", {})).body == {"listed": None}
        assert (await try_join(service, "Eve")).status == 200


# -- removal --------------------------------------------------------------------


async def test_a_removed_person_is_out_at_every_door(service: Service, tmp_path: Path) -> None:
    mira, ada = await instructor(service), await service.student()
    await ada.enter()
    await mira.enter(STAFF)
    told = await asked(mira, "remove_person", userId=ada.user_id)
    assert [one["userName"] for one in told["data"]["people"]] == ["Ada"]
    assert await ada.closed() == Code.REMOVED
    gone = [f["data"] for f in ada.seen if f["type"] == "unsubscribed"]
    assert (gone[0]["code"], gone[0]["message"]) == (Code.REMOVED, REMOVED)
    me = await service.ask("GET", "/api/me", Authorization=f"Bearer {ada.token}")
    assert (me.status, me.body["code"], me.body["message"]) == (403, Code.REMOVED, REMOVED)
    back = await try_join(service, "Ada", secret=ada.token)
    assert (back.status, back.body["code"]) == (403, Code.REMOVED)
    with pytest.raises(InvalidStatus) as caught:
        await service.open(ada.token)
    assert json.loads(caught.value.response.body or b"")["code"] == Code.REMOVED
    role = {"course": COURSE, "userId": mira.user_id, "role": "student"}
    tried = await service.ask("POST", "/api/role", role, Authorization=f"Bearer {ada.token}")
    assert tried.status == 403
    for path in ("/api/attach", "/api/invite", "/api/roster"):
        tried = await service.ask("POST", path, {}, Authorization=f"Bearer {ada.token}")
        assert tried.body["code"] == Code.REMOVED
    noted = [e for e in audit(tmp_path) if e["action"] == "REMOVED"]
    assert [(e["userId"], e["by"]) for e in noted] == [(ada.user_id, mira.user_id)]
    doc = await mira.until(lambda f: f["type"] == "changes" and f["channel"] == STAFF)
    (removal,) = doc["data"]["docs"]
    assert (removal["id"], removal["body"]["byName"]) == (f"removal:{ada.user_id}", "Mira")


async def test_a_removal_outlives_a_restart_and_ends_by_readmission(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        mira, ada = await instructor(service), await service.student()
        await asked(mira, "remove_person", userId=ada.user_id)
        other = await service.join("Ada")
        assert other["name"] == "Ada", "the name is free for whose it is"
    async with serving(tmp_path) as service:
        assert (await try_join(service, "Ada", secret=ada.token)).body["code"] == Code.REMOVED
        mira = await service.open(mira.token)
        told = await asked(mira, "readmit_person", userId=ada.user_id)
        assert [one["userId"] for one in told["data"]["people"]] == [ada.user_id]
        assert (await asked(mira, "readmit_person", userId=ada.user_id))["data"] == {}
        back = await service.join("Ada", secret=ada.token)
        assert (back["userId"], back["name"]) == (ada.user_id, "Ada (2)")
        assert "epoch" in await (await service.open(ada.token)).subscribe()


async def test_who_holds_a_token_of_the_platform_is_removed_too(tmp_path: Path) -> None:
    keys = (tokens.Key(KEY, ("HS256",)),)
    async with serving(tmp_path, keys=keys) as service:
        mira = await instructor(service)
        bo = await service.open(token(sub="bo", name="Bo"))
        await bo.enter()
        await asked(mira, "remove_person", userId="bo")
        assert await bo.closed() == Code.REMOVED
        with pytest.raises(InvalidStatus):
            await service.open(token(sub="bo", name="Bo"))


async def test_who_is_in_two_courses_stays_in_the_other(tmp_path: Path) -> None:
    keys = (tokens.Key(KEY, ("HS256",)),)
    async with serving(tmp_path, keys=keys, courses=(COURSE, "ds200")) as service:
        mira = await instructor(service)
        bo = await service.open(token(sub="bo", name="Bo", courses=[COURSE, "ds200"]))
        await bo.enter()
        await bo.enter("course:ds200")
        await asked(mira, "remove_person", userId="bo")
        gone = await bo.until("unsubscribed")
        assert (gone["channel"], gone["data"]["code"]) == (CHANNEL, Code.REMOVED)
        assert (await bo.answer(await bo.say("here", "course:ds200")))["type"] == "ack"
        assert (await bo.answer(await bo.say("there")))["data"]["code"] == Code.FORBIDDEN


async def test_with_one_goes_who_came_the_same_way(service: Service) -> None:
    mira = await instructor(service)
    crowd = [await service.student(f"Eve {n}") for n in range(3)]
    await asked(mira, "renew_invite")
    ada = await service.student("Ada")  # from the same address, by another invite
    told = await asked(mira, "remove_person", userId=crowd[1].user_id, sameJoin=True)
    out = {one["userName"] for one in told["data"]["people"]}
    assert out == {"Eve 0", "Eve 1", "Eve 2"}
    for eve in crowd:
        assert await eve.closed() == Code.REMOVED
    assert (await ada.subscribe())["role"] == "student"
    assert (await mira.subscribe(STAFF))["role"] == "instructor"


async def test_nobody_removes_themselves_the_host_or_a_colleague(service: Service) -> None:
    prof, mira, zoe = (
        await service.owner(),
        await instructor(service),
        await instructor(service, "Zoe"),
    )
    for who, whom, code in (
        (mira, mira.user_id, Code.INVALID),
        (prof, "owner", Code.INVALID),
        (mira, "owner", Code.INVALID),
        (mira, zoe.user_id, Code.FORBIDDEN),
        (mira, "nobody", Code.NOT_FOUND),
        (mira, "a:b", Code.INVALID),
        (mira, "", Code.INVALID),
    ):
        told = await asked(who, "remove_person", userId=whom)
        assert (told["type"], told["data"]["code"]) == ("error", code), whom
    assert (await asked(prof, "remove_person", userId=zoe.user_id))["type"] == "concerned"
    assert await zoe.closed() == Code.REMOVED


async def test_an_administrator_removes_an_instructor(tmp_path: Path) -> None:
    async with serving(tmp_path, keys=(tokens.Key(KEY, ("HS256",)),)) as service:
        admin = await service.open(token(sub="root", role="admin"))
        mira = await instructor(service)
        assert (await asked(admin, "remove_person", userId=mira.user_id))["type"] == "concerned"
        assert await mira.closed() == Code.REMOVED


ASKS: list[tuple[str, dict[str, Any]]] = [
    ("renew_invite", {}),
    ("remove_person", {"userId": "owner"}),
    ("readmit_person", {"userId": "x"}),
    ("set_door", {"closed": True}),
    ("set_roster", {"names": ["Ada"]}),
]


@pytest.mark.parametrize(("type_", "data"), ASKS)
async def test_students_decide_nothing(service: Service, type_: str, data: dict[str, Any]) -> None:
    ada, before = await service.student(), service.code
    told = await asked(ada, type_, **data)
    assert (told["type"], told["data"]["code"]) == ("error", Code.FORBIDDEN)
    assert service.code == before
    assert (await try_join(service, "Bo")).status == 200


@pytest.mark.parametrize(("type_", "data"), ASKS)
async def test_it_is_decided_in_the_courses_channel(
    service: Service, type_: str, data: dict[str, Any]
) -> None:
    mira = await instructor(service)
    told = await asked(mira, type_, STAFF, **data)
    assert told["data"]["code"] == Code.INVALID


async def test_it_is_for_every_course_and_limited(tmp_path: Path) -> None:
    """Also where a course offers no presence; and a program that asks without end has to wait."""
    bare = ServiceConfig()
    config = type(bare)(course=type(bare.course)(features=("chat",)))
    async with serving(tmp_path, config=config) as service:
        mira = await instructor(service)
        told = [await asked(mira, "set_door", closed=bool(n % 2)) for n in range(61)]
        assert {one["type"] for one in told[:60]} == {"admission"}
        assert told[-1]["data"]["code"] == Code.RATE_LIMITED


async def test_two_who_remove_each_other_cannot_both(service: Service) -> None:
    """The first to be removed removes nobody any more, also by a request under way."""
    prof, ada = await service.owner(), await service.student()
    mira = await instructor(service)
    await asked(prof, "remove_person", userId=mira.user_id)
    store = service.server.store
    with pytest.raises(Refused) as caught:
        await store.remove(Removed(COURSE, ada.user_id, "Ada"), mira.user_id, same_join=False)
    assert caught.value.code == Code.REMOVED
    assert (await ada.subscribe())["role"] == "student"


async def test_between_proof_and_connection_somebody_may_be_removed(service: Service) -> None:
    ada = await service.student()
    identity = await service.server.hub.store.memberships(ada.user_id)
    assert identity
    identity_changes.expel(service.server.hub, COURSE, ada.user_id)
    again = await service.open(ada.token)  # its proof was good: the store knows of no removal
    assert await again.closed() == Code.REMOVED


async def test_an_erased_person_who_was_removed_leaves_no_name(
    service: Service, tmp_path: Path
) -> None:
    mira, eve = await instructor(service), await service.student("Evelina")
    await asked(mira, "remove_person", userId=eve.user_id)
    await service.server.hub.erase(COURSE, eve.user_id)
    assert holding(tmp_path, "Evelina") == set()


OPEN_TO_ALL = {
    "GET /",
    "GET /health",
    "GET /metrics",
    "GET /{course}",
    "GET /api/session",  # which service this is
    "POST /api/session",  # says who one is: what one may do then is asked at every other door
}


async def test_a_removed_person_is_refused_at_every_door(tmp_path: Path) -> None:
    keys = (tokens.Key(KEY, ("HS256",)),)
    async with serving(tmp_path, keys=keys) as service:
        prof, eve = await service.owner(), await service.student("Eve")
        of_platform = await service.open(token(sub="u-9"))
        await of_platform.enter()
        for user in (eve.user_id, "u-9"):
            assert (await asked(prof, "remove_person", userId=user))["data"]["people"]
        assert await eve.closed() == await of_platform.closed() == Code.REMOVED
        routes = application(cast("ServiceContext", None)).router.routes()
        doors = {f"{r.method} {r.resource.canonical}" for r in routes if r.resource}
        guarded = {door for door in doors if not door.startswith("HEAD ")} - OPEN_TO_ALL
        assert len(guarded) >= 8
        body = {"course": COURSE, "code": service.code, "name": "Eve", "secret": eve.token}
        body |= {"userId": eve.user_id, "role": "admin", "who": "Ada"}
        for door in sorted(guarded):
            method, path = door.split()
            if path.startswith("/api/blobs"):
                path = f"{path.replace('{hash}', '0' * 64)}?channel=course:{COURSE}"
            for proof in (eve.token, token(sub="u-9")):
                if path in ("/api/join", "/api/vouch") and proof != eve.token:
                    continue  # nobody joins, or vouches, by a platform's token
                reply = await service.ask(method, path, body, Authorization=f"Bearer {proof}")
                assert (reply.status, reply.body["code"]) == (403, Code.REMOVED), door
        async with service.http.ws_connect(
            service.url + "/api/realtime/ws", headers={"Authorization": f"Bearer {prof.token}"}
        ):
            pass  # others are let in


async def test_the_last_instructor_may_be_removed_by_who_hosts(service: Service) -> None:
    mira, prof = await instructor(service), await service.owner()
    await mira.enter(STAFF)
    refused = await asked(mira, "remove_person", userId="owner")
    assert refused["data"]["code"] == Code.INVALID
    told = await asked(prof, "remove_person", userId=mira.user_id)
    assert [one["userName"] for one in told["data"]["people"]] == ["Mira"]
    assert await mira.closed() == Code.REMOVED
    code = await staff_code(service)
    back = await try_join(service, "Mira", code=code, secret=mira.token)
    assert back.body["code"] == Code.REMOVED, "not with a new staff invite either"
    assert (await service.join("Nur", code=code))["role"] == "instructor", "which is not used up"
    assert (await asked(prof, "readmit_person", userId=mira.user_id))["data"]["people"]
    again = await service.join("Mira", code="", secret=mira.token)
    assert (again["userId"], again["role"]) == (mira.user_id, "instructor")


async def test_numbers_are_for_this_computer_alone(service: Service) -> None:
    assert (await service.ask("GET", "/metrics")).status == 200
    for header in ("X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"):
        assert (await service.ask("GET", "/metrics", **{header: "192.0.2.1"})).status == 403


async def test_connections_are_as_many_as_the_setting_says(tmp_path: Path) -> None:
    config = ServiceConfig(max_connections=3, max_connections_per_person=2)
    async with serving(tmp_path, config=config) as service:
        ada = await service.student()
        await service.open(ada.token)
        third = await service.open(ada.token)
        assert await third.closed() == Code.CONNECTION_LIMIT
        bo = await service.student("Bo")
        assert (await bo.subscribe())["role"] == "student"
        cy = await service.student("Cy")
        assert await cy.closed() == Code.CONNECTION_LIMIT
        for prof in (await service.owner(), await instructor(service)):
            assert (await prof.subscribe())["role"] == "instructor", "staff finds a place"


async def test_an_instructor_changes_no_role_of_the_host_or_of_a_colleague(
    service: Service,
) -> None:
    prof, mira, zoe = (
        await service.owner(),
        await instructor(service),
        await instructor(service, "Zoe"),
    )
    ada = await service.student()

    async def made(by: Client, whom: str, role: str) -> int:
        body = {"course": COURSE, "userId": whom, "role": role}
        bearer = f"Bearer {by.token}"
        return (await service.ask("POST", "/api/role", body, Authorization=bearer)).status

    for role in ("student", "admin", "instructor"):
        assert await made(mira, "owner", role) == 403
        assert await made(mira, zoe.user_id, role) == 403
    assert await made(mira, mira.user_id, "admin") == 403
    assert await made(mira, ada.user_id, "admin") == 403
    assert await made(mira, ada.user_id, "instructor") == 200
    assert await made(mira, mira.user_id, "student") == 200, "one may step back"
    assert await made(prof, zoe.user_id, "admin") == 200
    assert await made(zoe, "owner", "student") == 403, "nor does an administrator"
    assert await made(zoe, ada.user_id, "student") == 200
    me = await service.ask("GET", "/api/me", Authorization=f"Bearer {prof.token}")
    assert me.body["courses"][COURSE]["role"] == "instructor"
    await mira.enter()


async def test_nobody_mutes_who_hosts(service: Service) -> None:
    await service.owner()
    mira = await instructor(service)
    zoe = await instructor(service, "Zoe")
    await mira.enter()
    for whom in ("owner", zoe.user_id):
        told = await asked(mira, "mute_user", userId=whom, userName="Prof", minutes=1)
        assert (told["type"], told["data"]["code"]) == ("error", Code.FORBIDDEN), whom
