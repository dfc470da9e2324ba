"""Wrong invites: how many, counted by which address, and who is never held back."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.proofs import Verifier
from edu_widgets.service import people
from edu_widgets.service.addresses import address
from edu_widgets.service.client_address import source_of
from edu_widgets.service.config import ServiceConfig, from_table

from .harness import COURSE, Reply, Service, serving


async def test_wrong_codes_are_limited_and_never_the_right_one(service: Service) -> None:
    body = {"course": COURSE, "code": "AAAAAAAA", "name": "Eve"}
    replies = [await service.ask("POST", "/api/join", body) for _ in range(people.TRIES + 1)]
    assert {r.body["code"] for r in replies[:-1]} == {Code.INVITE_INVALID}
    assert (replies[-1].status, replies[-1].body["code"]) == (429, Code.RATE_LIMITED)
    assert 0 < replies[-1].body["retryAfter"] <= people.TRIES_MS
    right = await service.ask("POST", "/api/join", body | {"code": service.code})
    assert right.status == 200, right.body
    staff = await service.ask(
        "POST", "/api/invite", {"course": COURSE, "staff": True}, Authorization=owner(service)
    )
    code = staff.body["invite"].rpartition("=")[2]
    assert (await service.join("Mira", code=code))["role"] == "instructor"


async def test_wrong_codes_at_once_are_counted(service: Service) -> None:
    body = {"course": COURSE, "code": "AAAAAAAA", "name": "Eve"}
    sent = people.TRIES * 3
    asked = [service.ask("POST", "/api/join", body) for _ in range(sent)]
    replies = await asyncio.gather(*asked, service.ask("POST", "/api/join", body | right(service)))
    assert replies[-1].status == 200
    counted = Counter(reply.body["code"] for reply in replies[:-1])
    assert counted == {Code.INVITE_INVALID: people.TRIES, Code.RATE_LIMITED: sent - people.TRIES}


def owner(service: Service) -> str:
    return f"Bearer {service.server.state.owner_secret}"


def right(service: Service) -> dict[str, str]:
    return {"code": service.code}


async def test_new_people_from_one_address_are_limited_and_others_are_not(
    tmp_path: Path,
) -> None:
    config = from_table({"maxNewPerMinute": 4})
    where = address("https://edu.example.org")
    async with serving(tmp_path, address=where, config=config) as service:

        async def join(name: str, source: str, **more: str) -> Reply:
            body = {"course": COURSE, "code": service.code, "name": name} | more
            return await service.ask("POST", "/api/join", body, X_Forwarded_For=source)

        names = [f"x{n}" for n in range(12)]
        replies = await asyncio.gather(*(join(name, "192.0.2.1") for name in names))
        let_in = [reply for reply in replies if reply.status == 200]
        refused = [reply for reply in replies if reply.status != 200]
        assert len(let_in) == 4
        assert {(reply.status, reply.body["code"]) for reply in refused} == {
            (429, Code.RATE_LIMITED)
        }
        assert all(0 < reply.body["retryAfter"] <= people.TRIES_MS for reply in refused)
        assert "from your network" in refused[0].body["message"]
        first = let_in[0].body
        again = await join(first["name"], "192.0.2.1", secret=first["secret"])
        assert again.body["userId"] == first["userId"], "whoever is in may come back"
        assert (await join("Ada", "192.0.2.2")).status == 200
        # All addresses of one network of IPv6 are one: anybody has billions of them.
        for host in range(4):
            assert (await join(f"y{host}", f"2001:db8:0:1::{host}")).status == 200
        assert (await join("y", "2001:db8:0:1:9::9")).status == 429
        assert (await join("y", "2001:db8:0:2::1")).status == 200
        staff = await service.ask(
            "POST", "/api/invite", {"course": COURSE, "staff": True}, Authorization=owner(service)
        )
        code = staff.body["invite"].rpartition("=")[2]
        assert (await join("Mira", "192.0.2.1", code=code)).body["role"] == "instructor"


def test_a_class_behind_one_address_gets_in_within_a_minute() -> None:
    assert ServiceConfig().max_new_per_minute == people.NEWCOMERS >= 200


async def test_without_limits_new_people_are_not_limited_either(tmp_path: Path) -> None:
    config = from_table({"maxNewPerMinute": 1, "rateLimits": False})
    async with serving(tmp_path, config=config) as service:
        for name in ("Ada", "Bo"):
            await service.join(name)


async def wrong_tries(service: Service, count: int, **headers: str) -> set[int]:
    body = {"course": COURSE, "code": "AAAAAAAA", "name": "Eve"}
    return {
        (await service.ask("POST", "/api/join", body, **headers)).body["code"] for _ in range(count)
    }


def test_a_class_behind_one_address_may_mistype() -> None:
    assert (people.TRIES, people.TRIES_OVERALL, people.TRIES_MS) == (60, 600, 60_000)


async def test_wrong_codes_are_limited_from_everywhere_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "TRIES", 3)
    monkeypatch.setattr(people, "TRIES_OVERALL", 5)
    async with serving(tmp_path, address=address("https://edu.example.org")) as service:
        for host in range(5):
            found = await wrong_tries(service, 1, X_Forwarded_For=f"192.0.2.{host}")
            assert found == {Code.INVITE_INVALID}
        found = await wrong_tries(service, 1, X_Forwarded_For="192.0.2.77")
        assert found == {Code.RATE_LIMITED}


async def test_a_kept_secret_is_never_refused_for_wrong_tries(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        ada = await service.join("Ada")
        await service.server.store.add_person("visitor", Verifier.of("kept"))
        assert await wrong_tries(service, people.TRIES) == {Code.INVITE_INVALID}
        assert await wrong_tries(service, 1) == {Code.RATE_LIMITED}
        again = await service.join("Ada", secret=ada["secret"], code="")
        assert again["userId"] == ada["userId"]
        assert (await service.join("Prof", secret=service.server.state.owner_secret))["role"]
        # Known, but new in this course: the code has to be right, whoever else guessed wrong.
        body = {"course": COURSE, "code": "AAAAAAAA", "name": "Vi", "secret": "kept"}
        wrong = await service.ask("POST", "/api/join", body)
        assert wrong.body["code"] == Code.INVITE_INVALID
        assert (await service.join("Vi", secret="kept"))["userId"] == "visitor"
        assert await wrong_tries(service, 1) == {Code.RATE_LIMITED}


async def test_behind_a_proxy_tries_are_counted_by_the_address_it_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "TRIES", 2)
    async with serving(tmp_path, address=address("https://edu.example.org")) as service:
        eve = "10.9.9.9, 192.0.2.1"  # what Eve wrote herself, then what the proxy saw
        assert await wrong_tries(service, 2, X_Forwarded_For=eve) == {Code.INVITE_INVALID}
        eve = "10.8.8.8, 192.0.2.1"
        assert await wrong_tries(service, 1, X_Forwarded_For=eve) == {Code.RATE_LIMITED}
        for other in ("192.0.2.2", "2001:db8::1", "no address"):
            found = await wrong_tries(service, 1, X_Forwarded_For=other)
            assert found == {Code.INVITE_INVALID}, other


async def test_without_a_proxy_nobody_says_where_they_are(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "TRIES", 2)
    for host in range(2):
        found = await wrong_tries(service, 1, X_Forwarded_For=f"192.0.2.{host}")
        assert found == {Code.INVITE_INVALID}
    found = await wrong_tries(service, 1, X_Forwarded_For="192.0.2.9")
    assert found == {Code.RATE_LIMITED}


@pytest.mark.parametrize(
    ("peer", "told", "source"),
    [
        ("10.0.0.7", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.7", ["198.51.100.9, 192.0.2.1"], "192.0.2.1"),
        ("10.0.0.7", ["192.0.2.1", "10.0.0.8"], "192.0.2.1"),
        ("10.1.0.7", ["192.0.2.1"], "10.1.0.7"),
        ("127.0.0.1", ["192.0.2.1"], "127.0.0.1"),
        ("::ffff:10.0.0.7", ["::ffff:192.0.2.1"], "192.0.2.1"),
        ("2001:db8::5", ["2001:db8:1::9"], "2001:db8:1::9"),
    ],
)
def test_only_configured_proxies_are_believed(peer: str, told: list[str], source: str) -> None:
    where = address("https://e.org", proxies=["10.0.0.0/24", "2001:db8::5"])
    assert source_of(peer, told, where) == source


def test_a_proxy_is_an_address_or_a_network() -> None:
    with pytest.raises(InvalidArgument, match="--proxy 'nginx'"):
        address("https://e.org", proxies=["nginx"])


@pytest.mark.parametrize(
    ("url", "peer", "told", "source"),
    [
        ("https://e.org", "127.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("https://e.org", "::1", ["10.0.0.1", "192.0.2.1 "], "192.0.2.1"),
        ("https://e.org", "127.0.0.1", [], "127.0.0.1"),
        ("https://e.org", "127.0.0.1", ["192.0.2.1, x"], "127.0.0.1"),
        ("https://e.org", "192.0.2.9", ["192.0.2.1"], "192.0.2.9"),
        ("", "127.0.0.1", ["192.0.2.1"], "127.0.0.1"),
    ],
)
def test_where_a_request_comes_from(url: str, peer: str, told: list[str], source: str) -> None:
    assert source_of(peer, told, address(url or None)) == source
