"""Invites, addresses, kept secrets, joining."""

from __future__ import annotations

import errno
import json
import re
import ssl
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.client.invites import (
    Credentials,
    Invite,
    Membership,
    MembershipFiles,
    base_url,
    join,
    memberships,
    parse_invite,
    patience,
    websocket_url,
)
from edu_widgets.protocol.errors import InvalidArgument, Refused, ServiceUnavailable, Unauthorized
from edu_widgets.protocol.proofs import Verifier, sign_in_message

ADA = {"userId": "u1", "name": "Ada", "role": "student"}
SERVICE = "5e" * 16


class Desk(ThreadingHTTPServer):
    """Answers `POST /api/join` as told, and keeps the requests; signing in works."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.ours = 200, True
        self.busy = 0
        """Requests that are answered with *try again* before one is let through."""
        self.busy_at = {"/api/join"}
        self.retry_after = 1
        self.body: bytes = json.dumps(ADA).encode()
        self.location = ""
        self.asked: list[dict[str, Any]] = []
        self.tokens: list[str | None] = []
        self.service_id, self.honest, self.old = SERVICE, True, False
        self.keys: dict[str, Verifier] = {}
        self.received = b""

    @property
    def invite(self) -> Invite:
        return parse_invite(f"http://127.0.0.1:{self.server_address[1]}/py101?code=k7qx-4m2p")


class Handler(BaseHTTPRequestHandler):
    server: Desk

    def do_POST(self) -> None:
        desk = self.server
        raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
        desk.received += raw
        body = json.loads(raw or b"{}")
        if desk.busy and self.path in desk.busy_at:
            desk.busy -= 1
            told = {"code": 4004, "message": "Try again in 1 s.", "retryAfter": desk.retry_after}
            self._answer(429, json.dumps(told).encode())
            return
        if self.path == "/api/session" and desk.ours and not desk.location:
            self._sign_in(body)
            return
        desk.asked.append(body)
        desk.tokens.append(self.headers["Authorization"])
        if "key" in body and desk.status == 200:
            key = Verifier.read(body["key"])
            desk.keys[key.key_id] = key
        self._answer(desk.status, desk.body)

    def _sign_in(self, body: dict[str, Any]) -> None:
        """As a service does, but that it keeps no time."""
        desk, answer = self.server, {"serviceId": self.server.service_id}
        if desk.old:
            self._answer(404, json.dumps({"code": 4513, "message": "?"}).encode())
        elif body and body["keyId"] not in desk.keys:
            self._answer(401, json.dumps({"code": 4500, "message": "unknown"}).encode())
        elif "proof" in body:
            key = desk.keys[body["keyId"]]
            names = ("host", "keyId", "cnonce", "snonce")
            message = sign_in_message(desk.service_id, *(body[name] for name in names))
            assert not desk.honest or key.accepts(bytes.fromhex(body["proof"]), message)
            if "successor" in body:
                successor = Verifier.read(body["successor"])
                desk.keys[successor.key_id] = successor
            proof = key.server_proof(message) if desk.honest else bytes(32)
            more = {"serverProof": proof.hex(), "token": f"token {len(desk.asked)}"}
            self._answer(200, json.dumps(answer | more).encode())
        else:
            self._answer(200, json.dumps(answer | {"snonce": "1.2"}).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if self.server.ours:
            self.send_header("Edu-Widgets", "1")
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_invite_as_people_paste_it() -> None:
    invite = parse_invite(
        "  https://me:pw@hub.example:8443/svc/fizik-%C3%A7?code=k7qx%204m2p-ab \n"
    )
    assert (invite.base, invite.course) == ("https://hub.example:8443/svc", "fizik-ç")
    assert invite.code == "K7QX4M2PAB"
    assert invite.websocket == "wss://hub.example:8443/svc/api/realtime/ws"
    assert parse_invite(str(invite)) == invite
    assert "K7QX" not in repr(invite)


INVITE = "http://192.168.1.20:8765/py101?code=K7QX4M2P"


@pytest.mark.parametrize(
    "pasted",
    [
        f'edu.join("{INVITE}", name="…")',
        INVITE.replace("?", "？").replace("=", "＝"),
        INVITE.replace("http:", "http："),
        INVITE.replace("http", "ｈｔｔｐ"),
        INVITE.replace("?", "%3F").replace("=", "%3D"),
        f"https://www.google.com/url?q={INVITE.replace('?', '%3F').replace('=', '%3D')}&sa=D",
        f"lesson = edu.join(“{INVITE}”, name=“Ada”)",
        f"«{INVITE}»",
        f"Students join with: {INVITE}",
        f"Lesson py101, as Mira (instructor): Live.\nStudents join with: {INVITE}\nOnly …",
        f"<{INVITE}>.",
        f"Hi all, [join]({INVITE}), please!",
        f"{INVITE}.\nSee you tomorrow",
        "192.168.1.20:8765/py101?code=K7QX4M2P",
        "//192.168.1.20:8765/py101?code=K7QX4M2P",
        "http:/192.168.1.20:8765/py101?code=K7QX4M2P",
        "http//192.168.1.20:8765/py101?code=K7QX4M2P",
        "**http://192.168.1.20:8765/\u200bpy101?code=K7QX4M2P**",
        'print(\\"http://192.168.1.20:8765/py101?code=K7QX4M2P\\")',
        "HTTP:// 192.168.1.20:8765/py101?CODE=k7qx-4m2p",
        "http://192.168.1.20:8765/py101?lang=tr&amp;code=K7QX4M2P",
        "> http://192.168.1.20:8765/py101?co\r\n> de=K7QX4M2P\r\n",
        "http://192.168.\n1.20:8765/py101?code=K7QX4M2P",
        "http://192.168.1.20:8765/py101?code=K7QX=\n4M2P\nBye",
        "http://192.168.1.20:8765/py101?code=K7QX 4M2P is the address",
        "https://links.example/?url=http%3A%2F%2F192.168.1.20%3A8765%2Fpy101%3Fcode%3DK7QX4M2P&d=1",
    ],
)
def test_the_invite_is_found_in_what_was_pasted(pasted: str) -> None:
    assert str(parse_invite(pasted)) == INVITE


def test_the_scheme_that_is_missing_is_the_one_a_service_has() -> None:
    assert parse_invite("class.example.org/py101?code=K7QX4M2P").base == "https://class.example.org"
    assert parse_invite("[::1]:8765/py101?code=K7QX4M2P").base == "http://[::1]:8765"
    assert parse_invite("localhost/py101?code=K7QX4M2P").base == "http://localhost"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http://10.0.0.1:8765/py101", "The code is missing"),
        ("http://10.0.0.1:8765/py101?code=K7QX", "Its code is too short"),
        ("http://10.0.0.1:8765/py101?code=K7QX for you", "Its code is too short"),
        ("http://10.0.0.1:8765/?code=K7QX4M2P", "names no course"),
        ("http://10.0.0.1:8765", "names no course"),
        ("ftp://10.0.0.1/py101?code=K7QX4M2P", "begins with http:// or https://"),
        ("K7QX4M2P", "is not an invite"),
        ("x" * 5_000, "5,000 characters"),
        (17, "invite must be a string, such as 'http://"),
    ],
)
def test_what_is_missing_is_named(text: Any, told: str) -> None:
    with pytest.raises(InvalidArgument, match=told):
        parse_invite(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "py101",
        "ftp://example.org/py101?code=K7QX4M2P",
        "http:///py101?code=K7QX4M2P",
        "http://example.org/?code=K7QX4M2P",
        "http://example.org/py101",
        "http://example.org/py101?code=SHORT",
        "http://[::1/py101?code=K7QX4M2P",
        "http://example.org:port/py101?code=K7QX4M2P",
        "http://example.org:99999/py101?code=K7QX4M2P",
        "http://example.org/py 101?code=K7QX4M2P",
    ],
)
def test_what_is_no_invite_is_refused_with_advice(text: str) -> None:
    with pytest.raises(InvalidArgument):
        parse_invite(text)


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("wss://example.org", "https://example.org"),
        ("ws://127.0.0.1:8765/api/realtime/ws", "http://127.0.0.1:8765"),
        ("https://ada:pw@example.org/hub/?token=s3cret", "https://example.org/hub"),
    ],
)
def test_addresses(address: str, base: str) -> None:
    assert base_url(address) == base
    assert websocket_url(base).startswith("ws")


@pytest.mark.parametrize(
    "address", ["", "example.org", "ftp://x", "ws://[::1", "ws://h:x?t=s3cret"]
)
def test_what_is_no_address_is_refused_without_its_query(address: str) -> None:
    with pytest.raises(InvalidArgument) as raised:
        base_url(address)
    assert "s3cret" not in str(raised.value)


def test_joining_keeps_the_secret_for_its_owner_only_and_shows_it_again(
    desk: Desk, tmp_path: Path
) -> None:
    people = MembershipFiles(tmp_path / "people")
    member, target = join(desk.invite, " Ada ", people)
    assert (member.user_id, member.name, member.role) == ("u1", "Ada", "student")
    assert member.secret not in repr((member, target))
    [path] = (tmp_path / "people").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    again, _ = join(desk.invite, "ada", people)
    assert again.secret == member.secret
    key = Verifier.of(member.secret).told()
    assert desk.asked == [
        {"course": "py101", "code": "K7QX4M2P", "name": "Ada", "key": key},
        {"course": "py101", "code": "K7QX4M2P", "name": "ada"},
    ]
    assert desk.tokens == [None, "Bearer token 1"]
    bo, _ = join(desk.invite, "Bo", people)
    assert bo.secret != member.secret
    assert member.secret.encode() not in desk.received, "it never leaves the account"


@pytest.mark.parametrize("again", ["inci", "INCI", "\u0130NC\u0130", " \uff29nci"])
def test_a_name_that_a_service_takes_for_the_same_has_the_same_secret(
    tmp_path: Path, again: str
) -> None:
    people = MembershipFiles(tmp_path)
    member = Membership("u1", "\u0130nci", "student", "s3cret", SERVICE)
    people.keep("py101", "\u0130nci", member)
    assert people.recall(SERVICE, "py101", again) == member


def test_who_is_known_goes_on_while_the_service_is_away(desk: Desk, tmp_path: Path) -> None:
    people = MembershipFiles(tmp_path)
    known, target = join(desk.invite, "Ada", people)
    desk.ours = False
    away, same = join(desk.invite, "Ada", people)
    assert (away, same.key) == (known, target.key)
    with pytest.raises(ServiceUnavailable, match="not a service of edu-widgets"):
        join(desk.invite, "Bo", people)


def test_nobody_there() -> None:
    invite = Invite("http://127.0.0.1:1", "py101", "K7QX4M2P")
    with pytest.raises(
        ServiceUnavailable, match=r"Nothing listens at 127.0.0.1:1\. Is the lesson running"
    ):
        join(invite, "Ada", MembershipFiles(Path("/nonexistent")))


@contextmanager
def secure(desk: Desk) -> Iterator[Invite]:
    """A desk that takes secure connections only; its certificate is nobody's."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("tls.pem"))
    with Desk() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield replace(server.invite, course=desk.invite.course)
        server.shutdown()
        thread.join()


def failure(invite: Invite, folder: Path) -> str:
    """The message of a join that fails; never in the words of the system or a library."""
    with pytest.raises(ServiceUnavailable) as raised:
        join(invite, "Ada", MembershipFiles(folder))
    assert not re.search(r"[Ee]rrno|Error|SSL|_ssl", str(raised.value))
    return str(raised.value)


def test_http_and_https_are_told_apart(desk: Desk, tmp_path: Path) -> None:
    plain = replace(desk.invite, base=desk.invite.base.replace("http", "https"))
    assert "without a secure connection: the address begins with http://" in failure(
        plain, tmp_path
    )
    with secure(desk) as invite:
        assert "secure connections only: the address begins with https://" in failure(
            invite, tmp_path
        )
        trusted = replace(invite, base=invite.base.replace("http", "https"))
        assert "does not trust the certificate of 127.0.0.1" in failure(trusted, tmp_path)


def test_a_missing_port_and_an_unknown_name_are_told(tmp_path: Path) -> None:
    nowhere = Invite("http://no-such-host.invalid:8765", "py101", "K7QX4M2P")
    assert failure(nowhere, tmp_path).startswith("There is no no-such-host.invalid on this network")
    long = Invite(f"http://{'a' * 70}.example:8765", "py101", "K7QX4M2P")
    assert failure(long, tmp_path).startswith("There is no aaa")
    portless = Invite("http://127.0.0.255", "py101", "K7QX4M2P")
    assert "The address has no port" in failure(portless, tmp_path)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (403, {"code": 4507, "message": "not valid"}, Unauthorized),
        (429, {"code": 4004, "message": "wait"}, Refused),
        (403, {"message": "?"}, Refused),
    ],
)
def test_refusals(
    desk: Desk, tmp_path: Path, status: int, body: object, error: type[Exception]
) -> None:
    desk.status, desk.body = status, json.dumps(body).encode()
    with pytest.raises(error):
        join(desk.invite, "Ada", MembershipFiles(tmp_path))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", ["/api/join", "/api/session"])
@pytest.mark.parametrize("before", [False, True], ids=["new", "known"])
def test_a_service_that_asks_to_wait_is_asked_again(
    desk: Desk,
    tmp_path: Path,
    path: str,
    before: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "SHORTEST_WAIT", 0)
    people = MembershipFiles(tmp_path)
    known = join(desk.invite, "Ada", people)[0].secret if before else ""
    desk.busy, desk.busy_at = 3, {path}
    member, _ = join(desk.invite, "Ada", people)
    assert (member.user_id, desk.busy) == ("u1", 0)
    assert not known or member.secret == known
    assert people.recall(SERVICE, "py101", "Ada") == member
    assert capsys.readouterr().out == "Try again in 1 s. This cell does so by itself.\n"


def test_nobody_waits_for_longer_than_a_cell_may_take(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.busy, desk.retry_after = 1, 600_000
    with pytest.raises(Refused, match="Try again") as raised:
        join(desk.invite, "Ada", MembershipFiles(tmp_path))
    assert (raised.value.code, desk.busy) == (4004, 0)
    assert not list(tmp_path.iterdir())
    assert not capsys.readouterr().out


@pytest.mark.parametrize("lost", [b'{"name": "Ada"}', b'["Ada"]', b"", b"<html>"])
def test_a_join_whose_answer_is_lost_is_asked_again_as_the_same_person(
    desk: Desk, tmp_path: Path, lost: bytes
) -> None:
    right, desk.body = desk.body, lost
    people = MembershipFiles(tmp_path)
    with pytest.raises(ServiceUnavailable):
        join(desk.invite, "Ada", people)
    desk.body = right
    member, _ = join(desk.invite, "Ada", people)
    first, again = desk.asked
    assert first == again
    assert first["key"] == Verifier.of(member.secret).told()


def test_who_joins_at_once_from_one_account_is_one_person(desk: Desk, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        joined = list(
            pool.map(lambda _: join(desk.invite, "Ada", MembershipFiles(tmp_path)), range(8))
        )
    assert len({member.secret for member, _ in joined}) == 1
    assert len(desk.keys) == 1


def test_an_empty_file_that_nobody_goes_on_with_is_replaced(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memberships, "_PATIENCE", 0)
    people = MembershipFiles(tmp_path)
    join(desk.invite, "Ada", people)
    path = next(tmp_path.glob("*.json"))
    path.write_bytes(b"")
    assert join(desk.invite, "Ada", people)[0].name == "Ada"


def test_what_cannot_be_kept_beside_a_secret_is_kept_the_next_time(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = MembershipFiles(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(people, "_replace", full)
        member, _ = join(desk.invite, "Ada", people)
    again, _ = join(desk.invite, "Ada", people)
    assert again == member
    assert people.recall(SERVICE, "py101", "Ada") == member


def test_a_service_at_a_new_address_knows_one_again(desk: Desk, tmp_path: Path) -> None:
    people = MembershipFiles(tmp_path)
    before, target = join(desk.invite, "Ada", people)
    moved = replace(desk.invite, base=desk.invite.base.replace("127.0.0.1", "localhost"))
    after, elsewhere = join(moved, "Ada", people)
    assert (after.secret, elsewhere.key) == (before.secret, target.key)
    assert elsewhere.url.startswith("ws://localhost:")
    assert after.service == moved.base
    assert len(list(tmp_path.iterdir())) == 1
    desk.ours = False
    assert join(moved, "Ada", people)[0] == after
    with pytest.raises(ServiceUnavailable):
        join(desk.invite, "Ada", people)


def test_another_service_at_the_same_address_is_told_nothing(desk: Desk, tmp_path: Path) -> None:
    people = MembershipFiles(tmp_path)
    first, target = join(desk.invite, "Ada", people)
    desk.service_id, desk.keys, desk.received = "0f" * 16, {}, b""
    second, other = join(desk.invite, "Ada", people)
    assert second.secret != first.secret
    assert other.key != target.key
    assert Verifier.of(first.secret).key_id.encode() not in desk.received


def test_who_claims_to_be_a_service_and_is_not_gets_no_secret_and_no_token(
    desk: Desk, tmp_path: Path
) -> None:
    people = MembershipFiles(tmp_path)
    first, target = join(desk.invite, "Ada", people)
    desk.honest, desk.received, desk.asked = False, b"", []
    with pytest.raises(ServiceUnavailable, match="cannot prove that it is the service you joined"):
        join(desk.invite, "Ada", people)
    with pytest.raises(ServiceUnavailable, match="cannot prove"):
        Credentials(desk.invite.base, first.secret, SERVICE)()
    assert desk.asked == []
    assert first.secret.encode() not in desk.received
    desk.honest = True
    assert target.token() == "token 0"
    known, desk.keys = desk.keys, {}
    with pytest.raises(Unauthorized, match="unknown"):
        target.token()
    desk.service_id = "0f" * 16
    for keys in (known, {}):  # a lesson goes on trying: its service may come back
        desk.keys = keys
        with pytest.raises(ServiceUnavailable, match="another service answers there now"):
            target.token()


def kept_by_an_earlier_version(folder: Path, base: str, secret: str) -> Path:
    digest = sha256(f"{base}\npy101\nada".encode()).hexdigest()[:32]
    row = {"service": base, "course": "py101", "user_id": "u1", "name": "Ada", "role": "student"}
    path = folder / f"{digest}.json"
    path.write_text(json.dumps(row | {"secret": secret}))
    return path


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_a_secret_of_an_earlier_version_is_the_same_person_and_moves(
    desk: Desk, tmp_path: Path, where: str
) -> None:
    secret = "an earlier secret"
    base = desk.invite.base if where == "here" else "http://192.0.2.7:8765"
    path = kept_by_an_earlier_version(tmp_path, base, secret)
    desk.keys = {key.key_id: key for key in [Verifier.of_earlier(secret)]}
    member, target = join(desk.invite, "Ada", MembershipFiles(tmp_path))
    assert (member.secret, member.service_id) == (secret, SERVICE)
    assert target.former == websocket_url(base)
    assert "key" not in desk.asked[0]
    assert not path.exists()
    assert Verifier.of(secret).key_id in desk.keys
    again, same = join(desk.invite, "Ada", MembershipFiles(tmp_path))
    assert (again, same.former) == (member, target.former)


def test_a_secret_of_an_earlier_version_goes_on_while_the_service_is_away(tmp_path: Path) -> None:
    base = "http://127.0.0.1:1"
    kept_by_an_earlier_version(tmp_path, base, "s3cret")
    member, target = join(Invite(base, "py101", "K7QX4M2P"), "Ada", MembershipFiles(tmp_path))
    assert member.user_id == "u1"
    assert target.key == (websocket_url(base), "u1")


def test_an_impostor_at_the_old_address_moves_nothing(desk: Desk, tmp_path: Path) -> None:
    path = kept_by_an_earlier_version(tmp_path, desk.invite.base, "s3cret")
    desk.keys = {key.key_id: key for key in [Verifier.of_earlier("s3cret")]}
    desk.honest = False
    with pytest.raises(ServiceUnavailable, match="cannot prove"):
        join(desk.invite, "Ada", MembershipFiles(tmp_path))
    assert path.exists()
    assert b"s3cret" not in desk.received


def test_a_service_of_an_earlier_version_is_told_no_secret(desk: Desk, tmp_path: Path) -> None:
    kept_by_an_earlier_version(tmp_path, desk.invite.base, "s3cret")
    desk.old = True
    with pytest.raises(ServiceUnavailable, match="earlier version"):
        join(desk.invite, "Ada", MembershipFiles(tmp_path))
    assert desk.asked == []


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_redirect_never_carries_the_secret_on(desk: Desk, tmp_path: Path, status: int) -> None:
    with Desk() as elsewhere:
        thread = threading.Thread(target=elsewhere.serve_forever, args=(0.01,))
        thread.start()
        desk.status, desk.ours = status, False
        desk.location = f"{elsewhere.invite.base}/api/join"
        with pytest.raises(ServiceUnavailable):
            join(desk.invite, "Ada", MembershipFiles(tmp_path))
        elsewhere.shutdown()
        thread.join()
        assert elsewhere.asked == []


def test_a_proxy_of_the_environment_is_not_asked_for_this_computer(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert join(desk.invite, "Ada", MembershipFiles(tmp_path))[0].name == "Ada"


def test_a_damaged_secret_is_as_good_as_none(desk: Desk, tmp_path: Path) -> None:
    people = MembershipFiles(tmp_path)
    join(desk.invite, "Ada", people)
    path = next(tmp_path.glob("*.json"))
    for content in ("", "[]", '{"user_id": 1}'):
        path.write_text(content)
        assert people.recall(SERVICE, "py101", "Ada") is None
        assert join(desk.invite, "Ada", people)[0].name == "Ada"


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 65])
def test_names_are_checked_before_anything_is_asked(desk: Desk, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidArgument):
        join(desk.invite, name, MembershipFiles(tmp_path))
    assert desk.asked == []
