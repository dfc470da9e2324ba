"""The service behind JupyterHub: who enters and as what, how often the Hub is asked, and why."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.messages import Role
from edu_widgets.service.jupyterhub import people
from edu_widgets.service.jupyterhub.api import HubUser
from edu_widgets.service.jupyterhub.groups import Access, GroupRule, group_rule
from edu_widgets.service.jupyterhub.people import HubPeople, user_id
from tests.service.harness import COURSE, EACH_WAY, Client, Reply, Service, serving
from tests.service.test_admission import asked

from .double import SCOPE, TEACH, Hub, token, user

STAFF = f"staff:{COURSE}"


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
async def service(tmp_path: Path, way: str, hub: Hub) -> AsyncIterator[Service]:
    async with behind(tmp_path, hub, way=way) as running:
        yield running
    assert hub.closed


def behind(tmp_path: Path, hub: Hub, *, way: str = "websocket", **rules: Any) -> Any:
    access = Access("class", (COURSE,), **{"instructors": (GroupRule("teachers"),)} | rules)
    return serving(tmp_path, way=way, jupyterhub=(hub, access))


def people_of(service: Service) -> HubPeople:
    found = service.server.hub_people
    assert found is not None
    return found


async def me(service: Service, bearer: str) -> Reply:
    return await service.ask("GET", "/api/me", Authorization=f"Bearer {bearer}")


async def role(service: Service, bearer: str) -> str:
    told: str = (await me(service, bearer)).body["courses"][COURSE]["role"]
    return told


async def look_again(service: Service) -> None:
    """Run the service's check of its people, as if a minute had passed."""
    hub_people = people_of(service)
    for proof in hub_people._known.values():
        proof.due = 0
    await hub_people.check(tuple(service.server.hub.members))


def files_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# -- who enters, and as what ------------------------------------------------------------


@EACH_WAY
async def test_the_hubs_user_enters_under_their_name(service: Service, hub: Hub) -> None:
    ada = await service.open(hub.knows(user("ada")))
    granted = await ada.enter()
    assert (granted["userId"], granted["userName"], granted["role"]) == ("ada", "ada", "student")
    assert (await ada.subscribe(STAFF))["code"] == Code.FORBIDDEN


@EACH_WAY
async def test_instructors_are_known_by_scope_or_group(service: Service, hub: Hub) -> None:
    for one in (user("mira", scopes=(SCOPE, TEACH)), user("noor", "teachers")):
        client = await service.open(hub.knows(one))
        assert (await client.enter())["role"] == "instructor"
        assert "epoch" in await client.subscribe(STAFF)


async def test_groups_count_for_their_course(tmp_path: Path, hub: Hub) -> None:
    access = Access(
        "class",
        ("py101", "ds200"),
        (GroupRule("ta", "ds200"), GroupRule("teachers")),
        (GroupRule("statistics", "ds200"),),
    )
    async with serving(tmp_path, courses=("py101", "ds200"), jupyterhub=(hub, access)) as service:

        async def courses(*groups: str) -> dict[str, str]:
            bearer = hub.knows(user("-".join(groups) or "nobody", *groups))
            told = (await me(service, bearer)).body["courses"]
            return {course: one["role"] for course, one in told.items()}

        assert await courses() == {"py101": "student"}
        assert await courses("statistics") == {"py101": "student", "ds200": "student"}
        assert await courses("ta") == {"py101": "student", "ds200": "instructor"}
        assert await courses("teachers") == {"py101": "instructor", "ds200": "instructor"}


async def test_without_the_scope_the_lines_that_are_missing_are_named(
    service: Service, hub: Hub
) -> None:
    bearer = hub.knows(user("ada", scopes=("access:servers!server=ada/", "users:activity!user")))
    answer = await me(service, bearer)
    assert (answer.status, answer.body["code"]) == (403, Code.FORBIDDEN)
    for part in ("c.JupyterHub.load_roles", "c.Spawner.server_token_scopes", SCOPE, TEACH):
        assert part in answer.body["message"]
    other = hub.knows(user("bob", scopes=("access:services!service=another",)))
    assert (await me(service, other)).body["code"] == Code.FORBIDDEN
    every = hub.knows(user("eve", scopes=("access:services",)))
    assert (await me(service, every)).status == 200


async def test_who_is_in_no_group_of_any_course_is_told(tmp_path: Path, hub: Hub) -> None:
    async with behind(tmp_path, hub, students=(GroupRule("py-students"),)) as service:
        answer = await me(service, hub.knows(user("ada")))
        assert answer.body["code"] == Code.FORBIDDEN
        assert "py-students, teachers" in answer.body["message"]


async def test_a_service_of_the_hub_is_nobody(service: Service, hub: Hub) -> None:
    bearer = hub.knows(HubUser("service", "grader", [], [SCOPE]))
    assert (await me(service, bearer)).body["code"] == Code.UNAUTHORIZED


async def test_other_proofs_are_as_good_as_before(service: Service, hub: Hub) -> None:
    ada, prof = await service.student(), await service.owner()
    assert await role(service, ada.token) == "student"
    assert await role(service, prof.token) == "instructor"
    assert (await me(service, "a.b.c")).status == 401
    assert (await me(service, "short")).status == 401
    assert (await me(service, "x" * 600)).status == 401
    assert hub.asked == []


async def test_nobody_takes_the_place_of_who_joined_by_invite(service: Service, hub: Hub) -> None:
    ada = await service.student()
    assert (await me(service, hub.knows(user(ada.user_id)))).body["code"] == Code.UNAUTHORIZED


def test_every_name_of_the_hub_has_an_id_of_its_own() -> None:
    assert user_id("ada") == "ada"
    assert user_id("ada@example.org") == "ada@example.org"
    odd = ["owner", "service", "a:b", "a b", "x" * 300, "hub-1", "via-1", user_id("owner")]
    made = [user_id(name) for name in odd]
    assert len({*made, *odd}) == len(odd) + len(made) - 1  # the last is the first one's
    assert all(one.startswith("hub-") and len(one) == 36 for one in made)


@pytest.mark.parametrize("text", ["", " ", "=", "py101=", "=group", "no course=group"])
def test_a_rule_that_names_no_group_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        group_rule(text)


def test_a_rule_names_a_group_and_maybe_a_course() -> None:
    assert group_rule("teachers") == GroupRule("teachers")
    assert group_rule("py101=teachers 2026") == GroupRule("teachers 2026", "py101")


# -- how often the Hub is asked ------------------------------------------------------------


async def test_it_is_asked_once_however_often_somebody_comes(service: Service, hub: Hub) -> None:
    bearer = hub.knows(user("ada"))
    hub.gate.clear()
    waiting = [asyncio.ensure_future(me(service, bearer)) for _ in range(5)]
    await hub.was_asked.wait()
    hub.gate.set()
    assert {answer.status for answer in await asyncio.gather(*waiting)} == {200}
    await (await service.open(bearer)).enter()
    assert hub.asked == [bearer]


async def test_an_answer_is_believed_for_a_minute(
    service: Service, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "BELIEVED_S", 0.0)
    bearer = hub.knows(user("ada"))
    await me(service, bearer)
    await me(service, bearer)
    assert hub.asked == [bearer] * 2


async def test_a_refused_token_is_not_asked_about_at_once(service: Service, hub: Hub) -> None:
    for _ in range(3):
        assert (await me(service, token("eve"))).status == 401
    assert hub.asked == [token("eve")]


async def test_guessing_ends_and_whoever_is_in_goes_on(
    service: Service, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "WRONG", 3)
    ada = hub.knows(user("ada"))
    await me(service, ada)
    answers = [await me(service, token(f"guess {n}")) for n in range(5)]
    assert [answer.status for answer in answers] == [401] * 3 + [429] * 2
    assert len(hub.asked) == 4
    monkeypatch.setattr(people, "BELIEVED_S", 0.0)
    people_of(service).forget("ada")
    assert (await me(service, ada)).status == 200


async def test_what_is_kept_is_bounded(
    service: Service, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST", 4)
    for n in range(6):
        await me(service, hub.knows(user(f"p{n}")))
        await me(service, token(f"guess {n}"))
    found = people_of(service)
    assert len(found._known) == len(found._refused) == 4
    assert found._under_way == {}


async def test_too_many_that_wait_are_told_to_come_again(
    service: Service, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_WAITING", 1)
    hub.gate.clear()
    first = asyncio.ensure_future(me(service, hub.knows(user("ada"))))
    await hub.was_asked.wait()
    late = await me(service, hub.knows(user("bob")))
    assert (late.status, late.body["code"]) == (429, Code.RATE_LIMITED)
    hub.gate.set()
    assert (await first).status == 200


async def test_it_is_not_asked_faster_than_it_may_be(
    service: Service, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "QUESTIONS", 2)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    bearers = [hub.knows(user(f"p{n}")) for n in range(4)]
    monkeypatch.setattr("edu_widgets.service.jupyterhub.people.asyncio.sleep", sleep)
    found = people_of(service)
    await asyncio.gather(*(found.identity(bearer, "x") for bearer in bearers))
    assert len([wait for wait in waits if 0.5 < wait <= 1.1]) == 2


# -- what changes meanwhile -----------------------------------------------------------------


@EACH_WAY
async def test_who_is_taken_out_of_a_group_is_a_student_at_once(service: Service, hub: Hub) -> None:
    mira = await service.open(hub.knows(user("mira", "teachers")))
    await mira.enter()
    await mira.enter(STAFF)
    await mira.enter(f"user:{COURSE}:mira")
    hub.knows(user("mira"))
    await look_again(service)
    gone = await mira.until("unsubscribed")
    assert (gone["data"]["channel"], gone["data"]["code"]) == (STAFF, Code.FORBIDDEN)
    roles = [
        doc["body"]["role"]
        for frame in mira.seen
        if frame["type"] == "changes"
        for doc in frame["data"].get("docs", [])
        if doc["kind"] == "role"
    ]
    assert roles == ["student"]
    assert await role(service, token("mira")) == "student"


async def test_a_role_that_changed_while_somebody_was_away_is_told_when_they_are_back(
    service: Service, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    mira = await service.open(hub.knows(user("mira", "teachers")))
    await mira.enter()
    hub.knows(user("mira"))
    await look_again(service)  # a role is told: she is a student
    await mira.socket.close()
    found = people_of(service)
    found._known.clear()  # as after the service has begun anew
    found.forget("mira")
    hub.knows(user("mira", "teachers"))
    back = await service.open(token("mira"))
    assert (await back.enter())["role"] == "instructor"
    own = await service.server.hub.store.page(f"user:{COURSE}:mira", "role", None, 10)
    assert [doc.as_(Role).role for doc in own.docs] == ["instructor"]


@EACH_WAY
async def test_who_may_not_use_the_service_any_more_is_out(service: Service, hub: Hub) -> None:
    ada, bob = [await service.open(hub.knows(user(name))) for name in ("ada", "bob")]
    await ada.enter()
    await bob.enter()
    del hub.people[token("ada")]
    await look_again(service)
    assert await ada.closed() == Code.UNAUTHORIZED
    await bob.beat()
    assert (await me(service, token("ada"))).status == 401
    hub.knows(user("bob", scopes=()))
    await look_again(service)
    assert await bob.closed() == Code.FORBIDDEN
    service.clients.clear()  # they cannot even say goodbye


async def test_who_leaves_the_groups_of_one_course_stays_in_the_other(
    tmp_path: Path, hub: Hub
) -> None:
    both = ("py101", "ds200")
    access = Access("class", both, (), (GroupRule("statistics", "ds200"),))
    async with serving(tmp_path, courses=both, jupyterhub=(hub, access)) as service:
        ada = await service.open(hub.knows(user("ada", "statistics")))
        await ada.enter()
        await ada.enter("course:ds200")
        hub.knows(user("ada"))
        await look_again(service)
        gone = await ada.until("unsubscribed")
        assert gone["data"]["channel"] == "course:ds200"
        await ada.beat()


async def test_whom_an_instructor_removes_is_out_whatever_the_hub_says(
    service: Service, hub: Hub
) -> None:
    mira = await service.open(hub.knows(user("mira", "teachers")))
    ada = await service.open(hub.knows(user("ada")))
    await mira.enter()
    await ada.enter()
    await asked(mira, "remove_person", userId="ada")
    assert await ada.closed() == Code.REMOVED
    assert (await me(service, token("ada"))).body["code"] == Code.REMOVED


async def test_many_are_not_asked_about_faster_than_so_many_a_second(
    service: Service, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "A_SECOND", 1 / 1_000)
    clients = [await service.open(hub.knows(user(f"p{n}"))) for n in range(3)]
    await look_again(service)
    found = people_of(service)
    due = [proof.due - found._clock() for proof in found._known.values()]
    assert len(due) == len(clients)
    assert all(0.7 * 3_000 < wait < 1.3 * 3_000 for wait in due)


# -- a Hub that does not answer ----------------------------------------------------------------


@EACH_WAY
async def test_while_the_hub_is_away_whoever_is_in_goes_on(
    service: Service, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "SOON_S", 0.0)
    ada = await service.open(hub.knows(user("ada")))
    await ada.enter()
    hub.down = True
    people_of(service).forget("ada")
    await look_again(service)
    await ada.answer(await ada.say("Still here."))
    back = await service.open(token("ada"))
    await back.enter()
    late = await me(service, token("bob"))
    assert (late.status, late.body["code"]) == (503, Code.UNAVAILABLE)
    assert "JupyterHub does not answer" in late.body["message"]
    hub.down = False
    hub.knows(user("bob"))
    assert (await me(service, token("bob"))).status == 200


async def test_it_is_not_asked_again_and_again_while_it_is_away(service: Service, hub: Hub) -> None:
    hub.down = True
    answers = [await me(service, token(name)) for name in ("ada", "bob", "eve")]
    assert {answer.status for answer in answers} == {503}
    assert hub.asked == [token("ada")]
    await look_again(service)
    assert hub.asked == [token("ada")]


async def test_what_the_hub_says_is_counted(service: Service, hub: Hub) -> None:
    await me(service, hub.knows(user("ada")))
    await me(service, token("eve"))
    hub.down = True
    await me(service, token("bob"))
    text = service.server.hub.metrics.text().decode()
    for outcome in ("confirmed", "refused", "unanswered"):
        assert f'edu_widgets_jupyterhub_total{{outcome="{outcome}"}} 1.0' in text


async def test_nobody_goes_on_for_ever(
    service: Service, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    await me(service, hub.knows(user("ada")))
    hub.down = True
    monkeypatch.setattr(people, "GOES_ON_S", -1.0)
    people_of(service).forget("ada")
    assert (await me(service, token("ada"))).status == 503


# -- what nobody gets to see -------------------------------------------------------------------


async def test_the_token_is_in_no_log_file_or_repr(
    service: Service, hub: Hub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bearer = hub.knows(user("ada"))
    with caplog.at_level(logging.DEBUG):
        ada: Client = await service.open(bearer)
        await ada.enter()
        await me(service, token("eve"))
        await service.ask("GET", f"/api/me?token={bearer}")
        hub.people.clear()
        await look_again(service)
        assert await ada.closed() == Code.UNAUTHORIZED
    ours = [record for record in caplog.records if record.name != "websockets.client"]  # the test's
    seen = [str(record) + record.getMessage() for record in ours]
    seen += map(repr, [vars(service.server.hub), people_of(service)._known, ada.seen])
    assert bearer not in "".join(seen)
    kept = files_in(tmp_path)
    assert kept
    assert bearer.encode() not in kept
