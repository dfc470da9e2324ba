"""Proving who one is costs no look into the store, and holds no longer than it is so."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused
from edu_widgets.protocol.proofs import Verifier
from edu_widgets.service import identity_cache
from edu_widgets.service.identity import Identity
from edu_widgets.service.identity_cache import IdentityCache
from edu_widgets.service.rules import Person
from edu_widgets.service.store import Newcomer, Removed, Store
from edu_widgets.service.store.sqlite import SqliteStore

from .harness import COURSE, Client, Reply, Service
from .store.rules import ask, put
from .test_admission import asked, instructor
from .test_vouching import vouched

KEY = Verifier.of("a secret of hers")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    made = SqliteStore(tmp_path / "service.db")
    yield made
    await made.close()


async def me(service: Service, who: Client) -> Reply:
    return await service.ask("GET", "/api/me", Authorization=f"Bearer {who.token}")


async def course_of(service: Service, who: Client) -> dict[str, str]:
    course: dict[str, str] = (await me(service, who)).body["courses"][COURSE]
    return course


# -- what it saves ----------------------------------------------------------------------


async def test_the_store_is_asked_once(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await service.student()

    async def asked_again(*_: object) -> None:
        raise AssertionError

    for read in ("known", "memberships", "removed_from"):
        monkeypatch.setattr(SqliteStore, read, asked_again)
    assert (await me(service, ada)).status == 200
    await (await service.open(ada.token)).beat()


# -- what it must not do ----------------------------------------------------------------


async def test_a_role_is_another_at_once(service: Service) -> None:
    ada, prof = await service.student(), await service.owner()
    for role in ("instructor", "student", "instructor"):
        body = {"course": COURSE, "userId": ada.user_id, "role": role}
        done = await service.ask("POST", "/api/role", body, Authorization=f"Bearer {prof.token}")
        assert done.status == 200
        assert (await course_of(service, ada))["role"] == role


async def test_a_name_is_another_at_once(service: Service) -> None:
    ada = await service.student()
    assert (await course_of(service, ada))["name"] == "Ada"
    await service.join("Ada Lovelace", secret=ada.token)
    assert (await course_of(service, ada))["name"] == "Ada Lovelace"


async def test_who_is_removed_is_out_at_once_and_may_be_readmitted(service: Service) -> None:
    ada, mira = await service.student(), await instructor(service)
    assert (await me(service, ada)).status == 200
    await asked(mira, "remove_person", userId=ada.user_id)
    assert (await me(service, ada)).body["code"] == Code.REMOVED
    await asked(mira, "readmit_person", userId=ada.user_id)
    assert (await me(service, ada)).status == 200


async def test_whoever_comes_through_somebody_goes_with_them(service: Service) -> None:
    ada, mira = await service.student(), await instructor(service)
    bob = await vouched(service, ada.token)
    assert (await me(service, bob)).status == 200
    await asked(mira, "set_vouching", allowed=False)
    assert (await me(service, bob)).body["code"] == Code.REMOVED
    await asked(mira, "set_vouching", allowed=True)
    assert (await me(service, bob)).status == 200
    await asked(mira, "remove_person", userId=ada.user_id)
    assert (await me(service, bob)).body["code"] == Code.REMOVED


async def test_who_is_erased_is_not_known_at_once(service: Service) -> None:
    ada, mira = await service.student(), await instructor(service)
    bob = await vouched(service, ada.token)
    assert (await me(service, bob)).status == (await me(service, ada)).status == 200
    await asked(mira, "erase_person", userId=ada.user_id)
    assert (await me(service, ada)).body["code"] == Code.UNAUTHORIZED
    assert (await me(service, bob)).body["code"] == Code.REMOVED


async def test_a_role_that_changes_while_a_connection_waits_for_its_budget(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, prof = await service.student(), await service.owner()
    secret = {"Authorization": f"Bearer {prof.token}"}
    body = {"course": COURSE, "userId": ada.user_id, "role": "instructor"}
    assert (await service.ask("POST", "/api/role", body, **secret)).status == 200
    assert (await course_of(service, ada))["role"] == "instructor"
    waiting = asyncio.Event()
    demoted = asyncio.Event()

    async def sleep(seconds: float) -> None:
        assert seconds == 5
        waiting.set()
        await demoted.wait()

    budgets = service.server.hub.budgets
    with monkeypatch.context() as patch:
        patch.setattr(budgets, "charge_as", lambda *_: 5)
        patch.setattr("edu_widgets.service.context.asyncio.sleep", sleep)
        opening = asyncio.ensure_future(service.open(ada.token))
        await waiting.wait()
    body["role"] = "student"
    assert (await service.ask("POST", "/api/role", body, **secret)).status == 200
    demoted.set()
    again = await opening
    assert (await again.subscribe(f"staff:{COURSE}"))["code"] == Code.FORBIDDEN


async def test_without_a_store_nobody_is_known(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await service.student()
    assert (await me(service, ada)).status == 200
    monkeypatch.setattr(SqliteStore, "problem", "It is gone.")
    assert (await me(service, ada)).body["code"] == Code.UNAVAILABLE


# -- the cache alone --------------------------------------------------------------------


class Proofs:
    """Proves anything, and counts how often."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.expires: float | None = None
        self.meanwhile: Callable[[], None] = lambda: None

    async def prove(self, value: str) -> Identity:
        self.asked.append(value)
        self.meanwhile()
        user = value.partition(".")[0]
        return Identity(user, {COURSE: Person(user, user, "student")}, self.expires)


@pytest.fixture
def proofs() -> Proofs:
    return Proofs()


async def test_whoever_changes_meanwhile_is_proved_again(store: Store, proofs: Proofs) -> None:
    cache = IdentityCache(store)
    proofs.meanwhile = lambda: cache.forget("ada")
    await cache.get("ada", proofs.prove)
    assert len(proofs.asked) == identity_cache.TRIES
    assert len(cache) == 0


async def test_an_identity_ends_with_its_token(store: Store, proofs: Proofs) -> None:
    now = 0.0
    cache = IdentityCache(store, lambda: now)
    proofs.expires = time.time() + 60
    await cache.get("ada", proofs.prove)
    await cache.get("ada", proofs.prove)
    assert len(proofs.asked) == 1
    now = 61
    await cache.get("ada", proofs.prove)
    assert len(proofs.asked) == 2


async def test_what_a_connection_changes_is_its_own(store: Store, proofs: Proofs) -> None:
    cache = IdentityCache(store)
    (await cache.get("ada", proofs.prove)).people.clear()
    assert list((await cache.get("ada", proofs.prove)).people) == [COURSE]


async def test_it_is_bounded_and_nobody_pushes_the_others_out(
    store: Store, proofs: Proofs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_cache, "MOST", 20)
    cache = IdentityCache(store)
    await cache.get("bob", proofs.prove)
    for n in range(100):
        await cache.get(f"eve.{n}", proofs.prove)
    assert len(cache) == 1 + identity_cache.MOST_A_PERSON
    for n in range(100):
        await cache.get(f"p{n}", proofs.prove)
    assert len(cache) == 20
    cache.forget("")
    assert len(cache) == len(cache._about) == 0


async def test_it_keeps_no_proof(store: Store, proofs: Proofs) -> None:
    cache = IdentityCache(store)
    await cache.get("ada.a-secret-value", proofs.prove)
    assert "a-secret-value" not in repr(vars(cache))


# -- what the store tells ---------------------------------------------------------------

ADA = Newcomer(COURSE, "ada", "Ada", KEY)
BO = Newcomer(COURSE, "via-bo", "Bo", Verifier.of("his"), voucher="ada")

WRITES: dict[str, tuple[Callable[[Store], Awaitable[object]], set[str]]] = {
    "join": (lambda s: s.admit(Newcomer(COURSE, "eve", "Eve", Verifier.of("e"))), {"eve"}),
    "enter": (lambda s: s.enter(COURSE, "ada", "Ada L.", "student"), {"ada"}),
    "vouch": (lambda s: s.vouch(BO), {"via-bo"}),
    "key": (lambda s: s.add_person("ada", Verifier.of("another")), {"ada"}),
    "new key": (lambda s: s.replace_key(KEY.key_id, Verifier.of("another")), {"ada"}),
    "role": (lambda s: s.set_role(COURSE, "ada", "instructor"), {"ada"}),
    "remove": (
        lambda s: s.remove(Removed(COURSE, "ada", "Ada", 1), "owner", same_join=False),
        {"ada"},
    ),
    "readmit": (lambda s: s.readmit(COURSE, "gone"), {"gone"}),
    "retire": (lambda s: s.retire(2**60), {"ada", "via-bo"}),
    "forbid": (lambda s: s.set_vouching(COURSE, allowed=False), {""}),
    "erase": (lambda s: s.erase(COURSE, "ada", 1), {"ada", "via-bo"}),
    "nothing": (lambda s: s.seen(("ada",), 1), set()),
}


@pytest.mark.parametrize("write", WRITES)
async def test_who_is_concerned_is_told_before_who_wrote_goes_on(store: Store, write: str) -> None:
    await store.admit(ADA)
    await store.vouch(BO)
    await store.open_channel(COURSE, f"course:{COURSE}")
    said = replace(ask("1", ("a", 1)), course=COURSE, channel=f"course:{COURSE}")
    await store.commit(said, put)
    await store.remove(Removed(COURSE, "gone", "Gone", 1), "owner", same_join=False)
    told: list[str] = []
    store.listen_people(told.append)
    work, concerned = WRITES[write]
    await work(store)
    assert concerned <= set(told)
    assert bool(told) == bool(concerned)


async def test_what_is_refused_changes_nobody(store: Store) -> None:
    with pytest.raises(Refused):
        await store.vouch(BO)
    assert await store.memberships("via-bo") == {}
