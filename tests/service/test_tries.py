"""Wrong invites: how many, counted by which address, and who is never held back."""

from pathlib import Path

import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.proofs import Verifier
from edu_widgets.service import people
from edu_widgets.service.addresses import address
from edu_widgets.service.doors import source_of

from .harness import COURSE, Service, serving


async def test_wrong_codes_are_limited_even_for_the_right_one(service: Service) -> None:
    body = {"course": COURSE, "code": "AAAAAAAA", "name": "Eve"}
    replies = [await service.ask("POST", "/api/join", body) for _ in range(people.TRIES + 1)]
    assert {r.body["code"] for r in replies[:-1]} == {Code.INVITE_INVALID}
    assert (replies[-1].status, replies[-1].body["code"]) == (429, Code.RATE_LIMITED)
    assert 0 < replies[-1].body["retryAfter"] <= people.TRIES_MS
    right = await service.ask("POST", "/api/join", body | {"code": service.code})
    assert right.body["code"] == Code.RATE_LIMITED


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
        await service.server._store.add_person("visitor", Verifier.of("kept"))
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
