"""Getting in: invites, secrets, tokens, doors."""

import asyncio
import base64
import hmac
import json
import time
from pathlib import Path
from typing import Any

import jwt
import pytest
from websockets.exceptions import InvalidStatus

from edu_widgets.protocol import Code
from edu_widgets.protocol.admission import read_roster
from edu_widgets.protocol.errors import InvalidArgument, Refused, refusal
from edu_widgets.service import config, people, tokens
from edu_widgets.service.addresses import address
from edu_widgets.service.hub import Hub
from edu_widgets.service.store import StoredInvite
from tests.conftest import require
from tests.waiting import PATIENCE

from .harness import CHANNEL, COURSE, Service, serving

KEY = b"k" * 32


def token(key: bytes = KEY, algorithm: str = "HS256", **claims: Any) -> str:
    body = {"sub": "u-1", "name": "Ada", "role": "student", "courses": [COURSE]}
    return jwt.encode(body | {"exp": time.time() + 60} | claims, key, algorithm=algorithm)


# -- invites --------------------------------------------------------------------


async def test_joining_gives_a_secret_that_is_the_person(service: Service) -> None:
    joined = await service.join("Ada")
    again = await service.join("Ada", secret=joined["secret"], code="")
    assert (again["userId"], again["name"]) == (joined["userId"], "Ada")
    other = await service.join("Ada")
    assert other["userId"] != joined["userId"]
    assert other["name"] == "Ada (2)"
    me = await service.ask("GET", "/api/me", Authorization=f"Bearer {joined['token']}")
    assert me.body["courses"][COURSE] == {"name": "Ada", "role": "student"}
    assert me.headers["Edu-Widgets"] == "1"


async def test_a_code_may_be_typed_carelessly(service: Service) -> None:
    code = f" {service.code[:4].lower()}-{service.code[4:].lower()} "
    assert (await service.join("Ada", code=code))["role"] == "student"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "AAAAAAAA"}, Code.INVITE_INVALID),
        ({"code": ""}, Code.INVITE_INVALID),
        ({"code": "ÄÖ"}, Code.INVITE_INVALID),
        ({"code": "\ud800"}, Code.PROTOCOL),
        ({"course": "nowhere"}, Code.INVITE_INVALID),
        ({"course": "../etc"}, Code.INVALID),
        ({"secret": "forged"}, None),
        ({"secret": "forged", "code": "x"}, Code.INVITE_INVALID),
        ({"name": "\u202e\u200b"}, Code.INVALID),
        ({"name": "x" * 65}, Code.INVALID),
    ],
)
async def test_what_an_invite_opens(service: Service, change: dict[str, str], code: Any) -> None:
    body = {"course": COURSE, "code": service.code, "name": "Ada"} | change
    reply = await service.ask("POST", "/api/join", body)
    assert reply.body.get("code") == code, reply.body


async def test_names_are_cleaned(service: Service) -> None:
    joined = await service.join("  <b>Ada</b>\u202e\x07  ")
    assert joined["name"] == "<b>Ada</b>"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'{"course": 1}',
        b"\xff",
        b"[" * 50_000,
        b'{"more": ' + b"[" * 50_000 + b"]" * 10_000,
        b'{"more": ' + b'{"a":' * 10_000,
    ],
)
async def test_bodies_that_are_not_joins(
    service: Service, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    reply = await service.ask("POST", "/api/join", body)
    assert (reply.status, reply.body["code"]) == (400, Code.PROTOCOL)
    assert not caplog.records


async def test_a_token_that_is_nested_deeply(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    head = base64.urlsafe_b64encode(b"[" * 5_000).decode().rstrip("=")
    async with serving(tmp_path, keys=(tokens.Key(KEY, ("HS256",)),)) as service:
        reply = await service.ask("GET", "/api/me", Authorization=f"Bearer {head}.e30.x")
    assert (reply.status, reply.body["code"]) == (401, Code.UNAUTHORIZED)
    assert not caplog.records


async def test_a_body_that_is_too_large(service: Service) -> None:
    reply = await service.ask("POST", "/api/join", b"x" * 100_000)
    assert (reply.status, reply.body["code"]) == (413, Code.TOO_LARGE)


async def test_an_expired_invite(service: Service) -> None:
    await service.server.store.set_invite(StoredInvite(COURSE, "K7QX4M2P", expires=1))
    body = {"course": COURSE, "code": "K7QX4M2P", "name": "Ada"}
    assert (await service.ask("POST", "/api/join", body)).body["code"] == Code.INVITE_EXPIRED


def test_codes_are_long_and_unambiguous() -> None:
    codes = {people.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(code) >= 8 and not set(code) & set("01OI") for code in codes)


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


async def test_secrets_are_not_kept_as_they_are(service: Service, tmp_path: Path) -> None:
    joined = await service.join("Ada")
    (await service.open(joined["token"])).seen.clear()
    assert joined["secret"].encode() not in everything(tmp_path)


# -- tokens ---------------------------------------------------------------------


async def test_a_platforms_token(tmp_path: Path) -> None:
    async with serving(tmp_path, keys=(tokens.Key(KEY, ("HS256",)),)) as service:
        client = await service.open(token(role="instructor"))
        granted = await client.enter("staff:py101")
        assert (granted["role"], granted["userId"], granted["userName"]) == (
            "instructor",
            "u-1",
            "Ada",
        )


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"exp": 1}, Code.TOKEN_EXPIRED),
        ({"key": b"x" * 32}, Code.UNAUTHORIZED),
        ({"algorithm": "HS512", "key": KEY * 2}, Code.UNAUTHORIZED),
        ({"role": "god"}, Code.UNAUTHORIZED),
        ({"sub": "a:b"}, Code.UNAUTHORIZED),
        ({"sub": ""}, Code.UNAUTHORIZED),
        ({"sub": "owner"}, Code.UNAUTHORIZED),
        ({"sub": "service"}, Code.UNAUTHORIZED),
        ({"sub": "owner\n"}, Code.UNAUTHORIZED),
        ({"sub": "a\n"}, Code.UNAUTHORIZED),
        ({"sub": "a\u202eb"}, Code.UNAUTHORIZED),
        ({"sub": "a\u00a0b"}, Code.UNAUTHORIZED),
        ({"sub": "a\ud800"}, Code.UNAUTHORIZED),
        ({"sub": "a" * 129}, Code.UNAUTHORIZED),
        ({"exp": float("inf")}, Code.UNAUTHORIZED),
        ({"exp": float("nan")}, Code.UNAUTHORIZED),
        ({"nbf": time.time() + 1_000_000}, Code.UNAUTHORIZED),
        ({"nbf": "soon"}, Code.UNAUTHORIZED),
        ({"courses": COURSE}, Code.UNAUTHORIZED),
        ({"name": 5}, Code.UNAUTHORIZED),
    ],
)
def test_tokens_that_are_refused(wrong: dict[str, Any], code: Code) -> None:
    with pytest.raises(Refused) as caught:
        tokens.identity(token(**wrong), [tokens.Key(KEY, ("HS256",))], [COURSE])
    assert caught.value.code == code


async def test_a_token_is_never_somebody_who_came_by_invite(tmp_path: Path) -> None:
    async with serving(tmp_path, keys=(tokens.Key(KEY, ("HS256",)),)) as service:
        ada = await service.join("Ada")
        forged = f"Bearer {token(sub=ada['userId'], role='admin')}"
        for method, path in (("GET", "/api/me"), ("POST", "/api/role"), ("POST", "/api/attach")):
            body = {"course": COURSE, "userId": ada["userId"], "role": "admin"}
            reply = await service.ask(method, path, body, Authorization=forged)
            assert (reply.status, reply.body["code"]) == (401, Code.UNAUTHORIZED), path
            assert "joined this service by invite" in reply.body["message"]
        with pytest.raises(InvalidStatus):
            await service.open(token(sub=ada["userId"]))
        assert (
            await service.ask("GET", "/api/me", Authorization=f"Bearer {token()}")
        ).status == 200


def test_a_token_without_a_signature_or_an_end() -> None:
    no_key: Any = None
    unsigned = jwt.encode({"sub": "u", "exp": time.time() + 60}, no_key, algorithm="none")
    endless = jwt.encode({"sub": "u"}, KEY, algorithm="HS256")
    for text in (unsigned, endless, "a.b.c", "..", "é.ü.ö"):
        with pytest.raises(Refused) as caught:
            tokens.identity(text, [tokens.Key(KEY, ("HS256",))], [COURSE])
        assert caught.value.code == Code.UNAUTHORIZED


def test_a_token_for_another_course_opens_none() -> None:
    who = tokens.identity(token(courses=["other"]), [tokens.Key(KEY, ("HS256",))], [COURSE])
    assert who.people == {}


@pytest.mark.parametrize(("late", "accepted"), [(8, True), (30, False)])
def test_clocks_may_be_some_seconds_apart(late: int, accepted: bool) -> None:
    keys, text = [tokens.Key(KEY, ("HS256",))], token(exp=time.time() - late)
    if accepted:
        assert tokens.identity(text, keys, [COURSE]).user_id == "u-1"
        return
    with pytest.raises(Refused) as caught:
        tokens.identity(text, keys, [COURSE])
    assert caught.value.code == Code.TOKEN_EXPIRED


@pytest.mark.parametrize(
    ("claims", "accepted"),
    [
        ({"aud": "class", "iss": "https://id.example.org"}, True),
        ({"aud": ["shop", "class"], "iss": "https://id.example.org"}, True),
        ({"aud": "shop", "iss": "https://id.example.org"}, False),
        ({"aud": "class", "iss": "https://evil.example.org"}, False),
        ({"aud": "class"}, False),
        ({"iss": "https://id.example.org"}, False),
        ({}, False),
    ],
)
def test_whom_a_token_is_for_and_who_made_it(claims: dict[str, Any], accepted: bool) -> None:
    strict = [tokens.Key(KEY, ("HS256",), "class", "https://id.example.org")]
    text = token(**claims)
    assert tokens.identity(text, [tokens.Key(KEY, ("HS256",))], [COURSE]).user_id == "u-1"
    if accepted:
        assert tokens.identity(text, strict, [COURSE]).user_id == "u-1"
    else:
        with pytest.raises(Refused) as caught:
            tokens.identity(text, strict, [COURSE])
        assert caught.value.code == Code.UNAUTHORIZED


def test_a_public_key_needs_a_package_and_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")
    monkeypatch.setattr(jwt.algorithms, "has_crypto", False)
    with pytest.raises(InvalidArgument, match=r"pip install cryptography"):
        tokens.load_key(tmp_path / "key.pem")


@pytest.mark.parametrize(
    "raw",
    [
        b"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7 mira@laptop",
        b'{"keys": [{"kty": "RSA", "n": "abc", "e": "AQAB"}]}',
        b"Bag Attributes\n-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        b"\xef\xbb\xbf-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        b"0\x82\x01\x22" + b"k" * 60,
        b"Bag Attributes\n" + b"    friendlyName: x\n" * 50 + b"-----BEGIN PUBLIC KEY-----\nAA",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----".encode("utf-16"),
        b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
        b'[{"n": "abc", "e": "AQAB", "use": "sig", "alg": "RS256"}]',
        b"<RSAKeyValue><Modulus>abcdefghijklmnopqrstuvwxyz</Modulus></RSAKeyValue>",
        b"0v" + b"k" * 118,
        base64.b64encode(b"0\x2a" + b"k" * 42),
        base64.urlsafe_b64encode(b"0\x82\x01\x22" + b"\xff" * 290).rstrip(b"="),
        b"0\x81\x9f".hex().encode() + b"00" * 159,
    ],
)
def test_what_everybody_may_know_is_no_secret(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "key").write_bytes(raw)
    with pytest.raises(InvalidArgument, match="is a public key, not a secret"):
        tokens.load_key(tmp_path / "key")


def test_a_public_key_verifies_what_it_is_for_alone(tmp_path: Path) -> None:
    require(jwt.algorithms.has_crypto, "cryptography is not installed")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    path = tmp_path / "key.pem"

    def public(private: Any) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        pem: bytes = private.public_key().public_bytes(serialization.Encoding.PEM, form)
        path.write_bytes(pem)
        return pem

    signers: dict[str, Any] = {
        "RS256": rsa.generate_private_key(65537, 2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
    }
    for algorithm, private in signers.items():
        pem = public(private)
        key = tokens.load_key(path)
        assert key.algorithms == (algorithm,)
        good = jwt.encode(claims(), private, algorithm=algorithm)
        assert tokens.identity(good, [key], [COURSE]).user_id == "u-1"
        for secret in (pem, pem.strip(), pem + b"\n"):
            for header in ("HS256", "HS384", "HS512", "none", algorithm):
                with pytest.raises(Refused) as caught:
                    tokens.identity(signed_by_hand(header, secret), [key], [COURSE])
                assert caught.value.code == Code.UNAUTHORIZED
    for unfit, said in (
        (rsa.generate_private_key(65537, 1024), "at least 2048"),
        (ec.generate_private_key(ec.SECP384R1()), "no public key of RS256 or ES256"),
        (ed25519.Ed25519PrivateKey.generate(), "no public key of RS256 or ES256"),
    ):
        public(unfit)
        with pytest.raises(InvalidArgument, match=said):
            tokens.load_key(path)


def claims() -> dict[str, Any]:
    return {"sub": "u-1", "exp": time.time() + 60, "courses": [COURSE]}


def signed_by_hand(algorithm: str, secret: bytes) -> str:
    """A token that is signed with a text everybody may know, whatever PyJWT thinks of it."""
    parts = [json.dumps(part).encode() for part in ({"alg": algorithm}, claims())]
    text = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    mac = hmac.digest(secret, text.encode(), "sha256")
    return f"{text}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("none", "there is no such file"),
        (".", "it is a folder, not a file"),
        ("file/key", "a file stands where its path needs a folder"),
        ("x" * 300, "the name is too long"),
        ("large", "over a megabyte"),
        ("a\0b", "no path of a file"),
    ],
)
def test_a_key_file_that_cannot_be_read_is_told_in_our_words(
    tmp_path: Path, path: str, said: str
) -> None:
    (tmp_path / "file").write_text("something")
    (tmp_path / "large").write_bytes(b"k" * 1_100_000)
    for read in (tokens.load_key, config.load, read_roster):
        with pytest.raises(InvalidArgument, match=said) as caught:
            read(tmp_path / path)
        assert "Errno" not in str(caught.value)
        assert "errno" not in repr(caught.value)


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(InvalidArgument, match="at least 32"):
        tokens.load_key(tmp_path / "key")
    (tmp_path / "key").write_bytes(KEY + b"\n")
    assert tokens.load_key(tmp_path / "key") == tokens.Key(KEY, ("HS256",))
    assert "k" * 8 not in repr(tokens.load_key(tmp_path / "key"))


async def test_a_live_connection_ends_with_its_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "LEEWAY_S", 0)
    monkeypatch.setattr("edu_widgets.service.hub.TICK_S", 0.05)
    async with serving(tmp_path, keys=(tokens.Key(KEY, ("HS256",)),)) as service:
        client = await service.open(token(exp=time.time() + 1.2))
        await client.enter()
        assert await client.closed() == Code.TOKEN_EXPIRED


# -- doors ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "path", "status", "code"),
    [
        ({}, "/api/realtime/ws", 401, Code.UNAUTHORIZED),
        ({"Authorization": "Basic x"}, "/api/realtime/ws", 401, Code.UNAUTHORIZED),
        ({"Authorization": "Bearer forged"}, "/api/realtime/ws", 401, Code.UNAUTHORIZED),
        ({"Authorization": "Bearer a.b.c"}, "/api/me", 401, Code.UNAUTHORIZED),
        ({"Cookie": "token=x"}, "/api/me", 401, Code.UNAUTHORIZED),
        ({}, "/api/realtime/ws?token=x", 401, Code.UNAUTHORIZED),
        ({"Origin": "https://evil.example"}, "/api/me", 403, Code.FORBIDDEN),
        ({"Origin": "null"}, "/health", 403, Code.FORBIDDEN),
        ({"Host": "evil.example"}, "/health", 403, Code.FORBIDDEN),
        ({"Host": "evil.example:8765"}, "/health", 403, Code.FORBIDDEN),
        ({}, "/api/nothing/here", 404, Code.UNKNOWN_TYPE),
    ],
)
async def test_doors(
    service: Service, headers: dict[str, str], path: str, status: int, code: Code
) -> None:
    reply = await service.ask("GET", path, **headers)
    assert (reply.status, reply.body["code"]) == (status, code)
    assert reply.body["message"]
    assert reply.headers["Edu-Widgets"] == "1"


@pytest.mark.parametrize(
    "host",
    ["[::1", "[", "127.0.0.1:99999", "127.0.0.1:x", "a b", "a@127.0.0.1", "", "127.0.0.1,x", "é"],
)
async def test_a_host_that_is_none_is_a_bad_request(service: Service, host: str) -> None:
    for path in ("/health", f"/{COURSE}", "/metrics"):
        raw = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        reader, writer = await asyncio.open_connection("127.0.0.1", service.server.state.port)
        writer.write(raw.encode())
        answer = await asyncio.wait_for(reader.read(), PATIENCE)
        writer.close()
        await writer.wait_closed()
        assert answer.startswith(b"HTTP/1.1 400 "), (path, answer)


async def test_a_refused_upgrade_says_why(service: Service) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await service.open("forged")
    assert caught.value.response.status_code == 401
    assert caught.value.response.headers["Edu-Widgets"] == "1"
    assert b'"code":4500' in (caught.value.response.body or b"")


async def test_the_root_takes_an_upgrade_too(service: Service) -> None:
    joined = await service.join("Ada")
    client = await service.open(joined["token"], "/")
    assert client.socket.response is not None
    assert client.socket.response.headers["Edu-Widgets"] == "1"
    await client.beat()


async def test_too_many_connections_of_one_person(tmp_path: Path) -> None:
    from edu_widgets.service.config import from_table

    table = from_table({"maxConnectionsPerPerson": 2})
    async with serving(tmp_path, config=table) as service:
        joined = await service.join("Ada")
        first = [await service.open(joined["token"]) for _ in range(2)]
        third = await service.open(joined["token"])
        assert await third.closed() == Code.CONNECTION_LIMIT
        await first[0].beat()


def test_addresses() -> None:
    assert address(None).bind == "127.0.0.1"
    assert "this computer" in address("loopback").reach
    lan = address("192.0.2.7")
    assert (lan.bind, lan.base_url(8765)) == ("192.0.2.7", "http://192.0.2.7:8765")
    public = address("https://edu.example.org/hub/")
    assert public.bind == "127.0.0.1"
    assert public.base_url(1) == "https://edu.example.org/hub"
    assert "edu.example.org" in public.hosts
    assert "https://edu.example.org" in public.reach
    with pytest.raises(InvalidArgument, match="not an address"):
        address("example.org")


# -- people who come by the wrong way ------------------------------------------------


async def test_an_invite_opened_in_a_browser(service: Service) -> None:
    reply = await service.ask("GET", f"/{COURSE}?code=K7QX4M2P%22%3Cscript%3E", Accept="text/html")
    assert reply.status == 200
    assert "edu.join(" in reply.body
    assert "<script" not in reply.body.lower()
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    odd = await service.ask("GET", "/%3Cscript%3E")
    assert (odd.status, odd.body["code"]) == (404, Code.NO_SUCH_CHANNEL)


async def test_health_and_metrics(service: Service) -> None:
    health = await service.ask("GET", "/health")
    assert health.body["instance"] == service.server.state.instance
    assert "edu_widgets_members 0.0" in (await service.ask("GET", "/metrics")).body


# -- roles ----------------------------------------------------------------------


async def test_a_role_comes_and_goes_while_the_lesson_runs(service: Service) -> None:
    ada, prof = await service.student("Ada"), await service.owner()
    user = ada.user_id
    own = f"user:{COURSE}:{user}"
    await ada.enter(own)
    secret = {"Authorization": f"Bearer {prof.token}"}
    up = {"course": COURSE, "userId": user, "role": "instructor"}
    assert (await service.ask("POST", "/api/role", up, **secret)).status == 200
    document = (await ada.until("changes"))["data"]["docs"][0]
    assert (document["kind"], document["body"]["role"]) == ("role", "instructor")
    await ada.enter("staff:py101")
    down = up | {"role": "student"}
    assert (await service.ask("POST", "/api/role", down, **secret)).status == 200
    taken = (await ada.until("unsubscribed"))["data"]
    assert (taken["channel"], taken["code"]) == ("staff:py101", Code.FORBIDDEN)
    kinds = [f["type"] for f in ada.seen]
    assert kinds.index("changes", kinds.index("subscribed", 3)) < kinds.index("unsubscribed")
    await prof.enter("staff:py101")
    await prof.say("secret", "staff:py101")
    await prof.message("secret")
    await ada.beat()
    assert "secret" not in str(ada.seen)


async def test_a_refused_role_change_leaves_the_role(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, prof = await service.student("Ada"), await service.owner()
    secret = {"Authorization": f"Bearer {prof.token}"}
    up = {"course": COURSE, "userId": ada.user_id, "role": "instructor"}

    async def full(*_: object, **__: object) -> None:
        raise refusal(Code.UNAVAILABLE, "The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("edu_widgets.service.hub.Hub.commit", full)
        assert (await service.ask("POST", "/api/role", up, **secret)).body[
            "code"
        ] == Code.UNAVAILABLE
    assert (await ada.subscribe("staff:py101"))["code"] == Code.FORBIDDEN
    me = await service.ask("GET", "/api/me", Authorization=f"Bearer {ada.token}")
    assert me.body["courses"][COURSE]["role"] == "student"
    assert (await service.ask("POST", "/api/role", up, **secret)).status == 200
    await ada.enter("staff:py101")


async def test_a_new_name_is_told_as_soon_as_it_can_be(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edu_widgets.service.supervisor.FIRST_WAIT_S", 0.01)
    ada = await service.student("Ada")
    await ada.enter(f"user:{COURSE}:{ada.user_id}")
    commit, failures = Hub.commit, 2

    async def full(hub: Hub, *args: Any) -> int:
        nonlocal failures
        failures -= 1
        if failures >= 0:
            raise refusal(Code.UNAVAILABLE, "The disk is full.")
        return await commit(hub, *args)

    monkeypatch.setattr(Hub, "commit", full)
    body = {"course": COURSE, "name": "Ada L."}
    reply = await service.ask("POST", "/api/join", body, Authorization=f"Bearer {ada.token}")
    assert (reply.status, reply.body["name"]) == (200, "Ada L.")
    told = (await ada.until("changes"))["data"]["docs"][0]
    assert (told["kind"], told["body"]["name"]) == ("role", "Ada L.")
    assert failures == -1


async def test_students_change_no_roles(service: Service) -> None:
    ada = await service.join("Ada")
    body = {"course": COURSE, "userId": ada["userId"], "role": "admin"}
    reply = await service.ask("POST", "/api/role", body, Authorization=f"Bearer {ada['token']}")
    assert (reply.status, reply.body["code"]) == (403, Code.FORBIDDEN)


async def test_who_may_enter_what(service: Service) -> None:
    ada, prof = await service.student(), await service.owner()

    async def code(client: Any, channel: str) -> int:
        return int((await client.subscribe(channel)).get("code", 0))

    assert await code(ada, CHANNEL) == 0
    assert await code(ada, "lesson:py101:3") == Code.NO_SUCH_CHANNEL, "staff opens lessons"
    assert await code(prof, "lesson:py101:3") == 0
    assert await code(ada, "lesson:py101:3") == 0
    assert await code(ada, f"user:py101:{ada.user_id}") == 0
    assert await code(ada, "user:py101:owner") == Code.FORBIDDEN
    assert await code(prof, f"user:py101:{ada.user_id}") == Code.FORBIDDEN, "not even staff"
    assert await code(ada, "staff:py101") == Code.FORBIDDEN
    assert await code(prof, "staff:py101") == 0
    assert await code(ada, "course:other") == Code.NO_SUCH_CHANNEL
    for odd in ("", "course:", "course", "x:py101", "course:py101:1", "lesson:py101", "course:a b"):
        assert await code(ada, odd) == Code.NO_SUCH_CHANNEL, odd
    for channel in ("staff:py101", "user:py101:owner"):
        refused = await ada.until_reply(await ada.send("request_history", channel))
        assert refused["data"]["code"] == Code.FORBIDDEN
        assert (await ada.answer(await ada.say("x", channel)))["data"]["code"] == Code.FORBIDDEN


async def test_two_at_once_do_not_share_a_name(service: Service) -> None:
    joined = await asyncio.gather(*(service.join("Ada") for _ in range(8)))
    assert {j["name"] for j in joined} == {"Ada"} | {f"Ada ({n})" for n in range(2, 9)}
