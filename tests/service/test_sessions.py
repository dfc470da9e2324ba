"""Signing in: who proves what to whom, and what an answer is worth."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import ProtocolError
from edu_widgets.protocol.proofs import PATH, SignIn, Verifier, new_secret
from edu_widgets.service import config, sessions

from .harness import COURSE, Reply, Service, serving
from .test_join import everything


async def enroll(service: Service, name: str, secret: str, **more: Any) -> Reply:
    key = Verifier.of(secret).told()
    body = {"course": COURSE, "code": service.code, "name": name, "key": key}
    return await service.ask("POST", "/api/join", body | more)


async def signed_in(service: Service, secret: str, **options: Any) -> str:
    asked = SignIn(secret, "127.0.0.1", **options)
    first = await service.ask("POST", PATH, asked.question())
    second = await service.ask("POST", PATH, asked.proof(first.body))
    return asked.token(second.body)


async def proof(service: Service, secret: str, **changed: Any) -> Reply:
    """The answer to a second question that is not as it should be."""
    asked = SignIn(secret, "127.0.0.1")
    first = await service.ask("POST", PATH, asked.question())
    return await service.ask("POST", PATH, asked.proof(first.body) | changed)


async def test_who_joined_signs_in_and_is_the_same_person(service: Service, tmp_path: Path) -> None:
    secret = new_secret()
    joined = (await enroll(service, "Ada", secret)).body
    assert {"secret", "token"}.isdisjoint(joined), "nobody else made the secret"
    token = await signed_in(service, secret)
    me = await service.ask("GET", "/api/me", Authorization=f"Bearer {token}")
    assert me.body["userId"] == joined["userId"]
    body = {"course": COURSE, "name": "Ada L."}
    again = await service.ask("POST", "/api/join", body, Authorization=f"Bearer {token}")
    assert (again.body["userId"], again.body["name"]) == (joined["userId"], "Ada L.")
    kept = everything(tmp_path)
    assert secret.encode() not in kept
    assert token.encode() not in kept


async def test_who_proves_who_they_are_does_not_pay_as_a_stranger(tmp_path: Path) -> None:
    few = config.from_table({"guestBudget": {"rate": 1, "burst": 150}})
    async with serving(tmp_path, config=few) as service:
        secret = new_secret()
        await enroll(service, "Ada", secret)
        for _ in range(20):
            await signed_in(service, secret)
        assert service.server.hub.budgets.guests.waited == {}
        await asyncio.gather(*(service.ask("GET", PATH) for _ in range(3)))
        assert service.server.hub.budgets.guests.full_at, "who proves nothing does"


async def test_a_join_whose_answer_was_lost_is_the_same_join(service: Service) -> None:
    secret = new_secret()
    replies = await asyncio.gather(*(enroll(service, "Ada", secret) for _ in range(8)))
    assert len({(r.body["userId"], r.body["name"]) for r in replies}) == 1
    later = await enroll(service, "Ada", secret, code="")
    assert later.body["userId"] == replies[0].body["userId"]
    other = (await enroll(service, "Ada", new_secret())).body
    assert other["name"] == "Ada (2)"


async def test_nobody_takes_the_id_of_anothers_key(service: Service) -> None:
    secret = new_secret()
    await enroll(service, "Ada", secret)
    forged = replace(Verifier.of(new_secret()), key_id=Verifier.of(secret).key_id)
    body = {"course": COURSE, "code": service.code, "name": "Eve", "key": forged.told()}
    assert (await service.ask("POST", "/api/join", body)).body["code"] == Code.ID_CONFLICT
    assert await signed_in(service, secret)


@pytest.mark.parametrize("key", [{}, {"keyId": "x"}, {"keyId": "0" * 32, "storedKey": "1"}])
async def test_keys_that_are_none(service: Service, key: dict[str, str]) -> None:
    body = {"course": COURSE, "code": service.code, "name": "Ada", "key": key}
    assert (await service.ask("POST", "/api/join", body)).body["code"] == Code.PROTOCOL


async def test_who_is_unknown_is_told_so(service: Service) -> None:
    asked = SignIn(new_secret(), "127.0.0.1")
    reply = await service.ask("POST", PATH, asked.question())
    assert (reply.status, reply.body["code"]) == (401, Code.UNAUTHORIZED)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"proof": "0" * 64}, Code.UNAUTHORIZED),
        ({"cnonce": "A" * 24}, Code.TOKEN_EXPIRED),
        ({"snonce": "1.0"}, Code.TOKEN_EXPIRED),
        ({"snonce": "ö.\ud800".encode("utf-8", "replace").decode()}, Code.TOKEN_EXPIRED),
        ({"host": "evil.example"}, Code.FORBIDDEN),
        ({"host": "localhost"}, Code.UNAUTHORIZED),
        ({"proof": "zz"}, Code.PROTOCOL),
        ({"successor": {}}, Code.PROTOCOL),
    ],
)
async def test_proofs_that_are_none(service: Service, changed: dict[str, Any], code: Code) -> None:
    secret = new_secret()
    await enroll(service, "Ada", secret)
    assert (await proof(service, secret, **changed)).body["code"] == code


async def test_a_proof_is_good_once_and_for_half_a_minute(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = new_secret()
    await enroll(service, "Ada", secret)
    asked = SignIn(secret, "127.0.0.1")
    body = asked.proof((await service.ask("POST", PATH, asked.question())).body)
    replies = await asyncio.gather(*(service.ask("POST", PATH, body) for _ in range(3)))
    assert sorted(r.status for r in replies) == [200, 401, 401]
    asked = SignIn(secret, "127.0.0.1")
    body = asked.proof((await service.ask("POST", PATH, asked.question())).body)
    monkeypatch.setattr(sessions, "NONCE_MS", -1)
    assert (await service.ask("POST", PATH, body)).body["code"] == Code.TOKEN_EXPIRED


async def test_a_token_ends_and_cannot_be_made(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = new_secret()
    await enroll(service, "Ada", secret)
    token = await signed_in(service, secret)
    mark, key_id, expires, signature = token.split("~")
    for forged in (
        f"{mark}~{key_id}~{int(expires, 16) + 1:x}~{signature}",
        f"{mark}~{'0' * 32}~{expires}~{signature}",
        f"{mark}~{key_id}~{expires}~",
        f"{mark}~{key_id}~zz~{signature}",
        f"{mark}~",
    ):
        reply = await service.ask("GET", "/api/me", Authorization=f"Bearer {forged}")
        assert (reply.status, reply.body["code"]) == (401, Code.TOKEN_EXPIRED)
    monkeypatch.setattr(sessions, "TOKEN_MS", 0)
    late = await signed_in(service, secret)
    reply = await service.ask("GET", "/api/me", Authorization=f"Bearer {late}")
    assert reply.body["code"] == Code.TOKEN_EXPIRED


async def test_a_removed_person_is_out_with_any_token(service: Service) -> None:
    secret = new_secret()
    user = (await enroll(service, "Ada", secret)).body["userId"]
    token = await signed_in(service, secret)
    prof = await service.owner()
    await prof.enter()
    asked = await prof.send("remove_person", data={"userId": user})
    await prof.until(lambda f: f["messageId"] == asked)
    for bearer in (token, await signed_in(service, secret)):
        reply = await service.ask("GET", "/api/me", Authorization=f"Bearer {bearer}")
        assert reply.body["code"] == Code.REMOVED


async def test_a_service_is_the_same_after_a_restart_and_in_another_folder(tmp_path: Path) -> None:
    secret = new_secret()
    async with serving(tmp_path / "a") as service:
        joined = (await enroll(service, "Ada", secret)).body
        before = (await service.ask("GET", PATH)).body["serviceId"]
        token = await signed_in(service, secret, service_id=before)
    (tmp_path / "a").rename(tmp_path / "b")
    async with serving(tmp_path / "b") as service:
        assert (await service.ask("GET", PATH)).body == {"serviceId": before}
        assert service.server.state.service_id == before
        old = await service.ask("GET", "/api/me", Authorization=f"Bearer {token}")
        assert old.body["code"] == Code.TOKEN_EXPIRED, "so a fresh one is asked for"
        again = await signed_in(service, secret, service_id=before)
        me = await service.ask("GET", "/api/me", Authorization=f"Bearer {again}")
        assert me.body["userId"] == joined["userId"]


async def test_another_service_is_told_by_its_id_and_by_its_proof(service: Service) -> None:
    secret = new_secret()
    await enroll(service, "Ada", secret)
    asked = SignIn(secret, "127.0.0.1", "0" * 32)
    answer = (await service.ask("POST", PATH, asked.question())).body
    with pytest.raises(ProtocolError, match="another service"):
        asked.proof(answer)
    asked = SignIn(secret, "127.0.0.1")
    body = asked.proof(answer)
    for said in ({}, {"serverProof": "0" * 64, "token": "t"}, {"serverProof": body["proof"]}):
        with pytest.raises(ProtocolError, match="cannot prove"):
            asked.token(said)


async def test_what_verifies_a_secret_is_in_no_repr(service: Service) -> None:
    key = Verifier.of("s3cret")
    assert key.stored_key.hex() not in repr(key)
    assert str(key.stored_key) not in repr(key)
    assert "s3cret" not in repr(SignIn("s3cret", "127.0.0.1"))
    assert (await service.server.store.service()).key.hex() not in repr(service.server.store)
