"""People who take part through somebody else's notebook."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.proofs import SignIn, Verifier, new_secret
from edu_widgets.service.store.vouching import MOST_KEYS, MOST_VOUCHED

from .harness import COURSE, Client, Reply, Service, serving
from .test_admission import as_owner, asked, audit, instructor
from .test_join import token

REMOVED = f"You were removed from {COURSE} by an instructor."


async def vouch(service: Service, bearer: str, identity: str = "bob", **more: Any) -> Reply:
    key = Verifier.of(more.pop("secret", None) or new_secret()).told()
    body = {"course": COURSE, "identity": identity, "name": identity.title(), "key": key} | more
    return await service.ask("POST", "/api/vouch", body, Authorization=f"Bearer {bearer}")


async def vouched(service: Service, bearer: str, identity: str = "bob", **more: Any) -> Client:
    """A person who is vouched for, signed in."""
    secret = new_secret()
    reply = await vouch(service, bearer, identity, secret=secret, **more)
    assert reply.status == 200, reply.body
    client = await service.open(await signed_in(service, secret))
    client.user_id = reply.body["userId"]
    return client


async def signed_in(service: Service, secret: str) -> str:
    sign = SignIn(secret, "127.0.0.1")
    first = await service.ask("POST", "/api/session", sign.question())
    second = await service.ask("POST", "/api/session", sign.proof(first.body))
    return sign.token(second.body)


async def test_a_member_lets_another_take_part_through_their_notebook(service: Service) -> None:
    ada = await service.join("Ada")
    bob = await vouched(service, ada["token"])
    granted = await bob.enter()
    assert (granted["userName"], granted["role"]) == ("Bob", "student")
    assert granted["userId"] == bob.user_id != ada["userId"]
    mid = await bob.say("Mine.")
    assert (await bob.answer(mid))["type"] == "ack"
    assert (await bob.message("Mine."))["via"] == "Ada"
    people = await asked(bob, "people")
    here = {one["name"]: one.get("via") for one in people["data"]["people"]}
    assert here == {"Bob": "Ada"}, "who is in somebody's notebook, is here; Ada is not"
    again = await vouch(service, ada["token"], name="Robert")
    assert again.body == {
        "userId": bob.user_id, "name": "Robert", "role": "student", "via": "Ada",
    }  # fmt: skip
    noor = await service.join("Noor")
    elsewhere = await vouch(service, noor["token"])
    assert elsewhere.body["userId"] != bob.user_id, "another's notebook, another person"


async def test_two_of_one_name_keep_the_names_they_were_given(service: Service) -> None:
    ada = await service.join("Ada")
    await service.join("Bob")
    first = await vouch(service, ada["token"])
    again = await vouch(service, ada["token"])
    assert first.body["name"] == again.body["name"] == "Bob (2)"


async def test_at_most_ten_a_day(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, noor = await service.join("Ada"), await service.join("Noor")
    for number in range(MOST_VOUCHED):
        assert (await vouch(service, ada["token"], f"viewer {number}")).status == 200
    eleventh = await vouch(service, ada["token"], "one more")
    assert eleventh.body["code"] == Code.ROOM_FULL
    assert (await vouch(service, ada["token"], "viewer 3")).status == 200, "is among the ten"
    assert (await vouch(service, noor["token"], "one more")).status == 200
    now = service.server.hub.now()
    monkeypatch.setattr("edu_widgets.service.people.now_ms", lambda: now + 25 * 3600 * 1000)
    assert (await vouch(service, ada["token"], "one more")).status == 200


async def test_who_is_vouched_for_is_a_student_and_vouches_for_nobody(service: Service) -> None:
    mira = await instructor(service)
    bob = await vouched(service, mira.token)
    assert (await bob.enter())["role"] == "student", "also in an instructor's notebook"
    role = {"course": COURSE, "userId": bob.user_id, "role": "instructor"}
    promoted = await service.ask("POST", "/api/role", role, Authorization=f"Bearer {mira.token}")
    assert promoted.body["code"] == Code.INVALID
    further = await vouch(service, bob.token, "eve")
    assert further.body["code"] == Code.FORBIDDEN


async def test_who_removes_the_owner_removes_whom_they_vouch_for(service: Service) -> None:
    prof = await service.owner()
    ada = await service.join("Ada")
    bob = await vouched(service, ada["token"])
    await bob.enter()
    await asked(prof, "remove_person", userId=ada["userId"])
    assert await bob.closed() == Code.REMOVED
    assert (await vouch(service, ada["token"])).body["code"] == Code.REMOVED
    await asked(prof, "readmit_person", userId=ada["userId"])
    back = await service.open(bob.token)
    assert (await back.enter())["userName"] == "Bob"


async def test_one_alone_can_be_removed(service: Service) -> None:
    prof = await service.owner()
    ada = await service.join("Ada")
    bob = await vouched(service, ada["token"])
    await bob.enter()
    await asked(prof, "remove_person", userId=bob.user_id)
    assert await bob.closed() == Code.REMOVED
    assert (await vouch(service, ada["token"])).body["code"] == Code.REMOVED
    assert (await vouch(service, ada["token"], "lina")).status == 200


async def test_an_instructor_forbids_it(service: Service) -> None:
    prof = await service.owner()
    ada = await service.join("Ada")
    bob = await vouched(service, ada["token"])
    await bob.enter()
    answer = await asked(prof, "set_vouching", allowed=False)
    assert answer["data"]["vouching"] is False
    assert await bob.closed() == Code.REMOVED
    assert (await vouch(service, ada["token"])).body["code"] == Code.FORBIDDEN
    await asked(prof, "set_vouching", allowed=True)
    assert (await vouch(service, ada["token"])).status == 200
    back = await service.open(bob.token)
    assert (await back.enter())["userName"] == "Bob"


async def test_students_do_not_decide_about_it(service: Service) -> None:
    ada = await service.student()
    await ada.enter()
    answer = await asked(ada, "set_vouching", allowed=False)
    assert answer["data"]["code"] == Code.FORBIDDEN


async def test_a_closed_door_and_a_roster_hold_for_them_too(service: Service) -> None:
    prof = await service.owner()
    ada = await service.join("Ada")
    assert (await vouch(service, ada["token"])).status == 200
    await asked(prof, "set_door", closed=True)
    assert (await vouch(service, ada["token"], "lina")).body["code"] == Code.DOOR_CLOSED
    assert (await vouch(service, ada["token"])).status == 200, "is in already"
    await asked(prof, "set_door", closed=False)
    assert (await as_owner(service, "/api/roster", {"names": ["Ada", "Lina"]})).status == 200
    assert (await vouch(service, ada["token"], "eve")).body["code"] == Code.NOT_LISTED
    assert (await vouch(service, ada["token"], "lina")).status == 200


async def test_what_is_no_member_of_this_service_vouches_for_nobody(service: Service) -> None:
    assert (await vouch(service, "forged")).body["code"] == Code.UNAUTHORIZED
    assert (await vouch(service, token())).body["code"] == Code.UNAUTHORIZED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"identity": ""}, Code.PROTOCOL),
        ({"identity": "x" * 201}, Code.PROTOCOL),
        ({"identity": 7}, Code.PROTOCOL),
        ({"name": "\u202e\u200b"}, Code.INVALID),
        ({"name": "x" * 65}, Code.INVALID),
        ({"course": "nowhere"}, Code.FORBIDDEN),
        ({"course": "../etc"}, Code.INVALID),
        ({"key": {"keyId": "0" * 32}}, Code.PROTOCOL),
        ({"key": None}, Code.PROTOCOL),
    ],
)
async def test_hostile_bodies(service: Service, change: dict[str, Any], code: Code) -> None:
    ada = await service.join("Ada")
    body = {"course": COURSE, "identity": "bob", "name": "Bob"}
    body |= {"key": Verifier.of(new_secret()).told()} | change
    reply = await service.ask("POST", "/api/vouch", body, Authorization=f"Bearer {ada['token']}")
    assert reply.body["code"] == code, reply.body


async def test_the_key_of_another_is_not_taken_over(service: Service) -> None:
    ada, secret = await service.join("Ada"), new_secret()
    assert (await vouch(service, ada["token"], secret=secret)).status == 200
    other = await vouch(service, ada["token"], "lina", secret=secret)
    assert other.body["code"] == Code.ID_CONFLICT


async def test_who_is_vouched_for_has_some_keys_however_many_are_brought(service: Service) -> None:
    ada = await service.join("Ada")
    before = (await service.server.hub.store.sizes())["keys"]
    secrets = [new_secret() for _ in range(3 * MOST_KEYS)]
    for secret in secrets:
        assert (await vouch(service, ada["token"], secret=secret)).status == 200
    assert (await service.server.hub.store.sizes())["keys"] <= before + MOST_KEYS
    assert await signed_in(service, secrets[-1])


async def test_it_is_in_the_audit_trail_and_holds_after_a_restart(tmp_path: Path) -> None:
    secret = new_secret()
    async with serving(tmp_path) as service:
        ada = await service.join("Ada")
        first = await vouch(service, ada["token"], secret=secret)
    found = [one for one in audit(tmp_path) if one["action"] == "VOUCHED"]
    assert [(one["userId"], one["by"]) for one in found] == [(first.body["userId"], ada["userId"])]
    async with serving(tmp_path) as service:
        bob = await service.open(await signed_in(service, secret))
        assert (await bob.enter())["userName"] == "Bob"
        again = await vouch(service, ada["secret"])
        assert again.body["userId"] == first.body["userId"]


async def test_a_crowd_of_one_notebook_gets_ten_places(service: Service) -> None:
    ada = await service.join("Ada")
    asks = (vouch(service, ada["token"], f"viewer {number}") for number in range(20))
    replies = await asyncio.gather(*asks)
    assert sum(reply.status == 200 for reply in replies) == MOST_VOUCHED
