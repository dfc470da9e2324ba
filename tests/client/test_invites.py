"""Invites, addresses, kept secrets, joining."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.client.invites import (
    Invite,
    Membership,
    People,
    base_url,
    join,
    parse_invite,
    websocket_url,
)
from edu_widgets.protocol.errors import InvalidArgument, Refused, ServiceUnavailable, Unauthorized

ADA = {"userId": "u1", "name": "Ada", "role": "student", "secret": "s3cret"}


class Desk(ThreadingHTTPServer):
    """Answers `POST /api/join` as told, and keeps what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.ours = 200, True
        self.body: bytes = json.dumps(ADA).encode()
        self.location = ""
        self.asked: list[dict[str, Any]] = []

    @property
    def invite(self) -> Invite:
        return parse_invite(f"http://127.0.0.1:{self.server_address[1]}/py101?code=k7qx-4m2p")


class Handler(BaseHTTPRequestHandler):
    server: Desk

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.asked.append(json.loads(self.rfile.read(length)))
        self.send_response(self.server.status)
        if self.server.ours:
            self.send_header("Edu-Widgets", "1")
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()
        self.wfile.write(self.server.body)

    do_GET = do_POST  # noqa: N815 - what a followed redirect would use

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
    people = People(tmp_path / "people")
    member = join(desk.invite, " Ada ", people)
    assert member == Membership("u1", "Ada", "student", "s3cret")
    assert "s3cret" not in repr(member)
    [path] = (tmp_path / "people").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    join(desk.invite, "ada", people)
    assert desk.asked == [
        {"course": "py101", "code": "K7QX4M2P", "name": "Ada"},
        {"course": "py101", "code": "K7QX4M2P", "name": "ada", "secret": "s3cret"},
    ]
    join(desk.invite, "Bo", people)
    assert "secret" not in desk.asked[-1]


def test_who_is_known_goes_on_while_the_service_is_away(desk: Desk, tmp_path: Path) -> None:
    people = People(tmp_path)
    known = join(desk.invite, "Ada", people)
    desk.ours = False
    assert join(desk.invite, "Ada", people) == known
    with pytest.raises(ServiceUnavailable, match="not a service of edu-widgets"):
        join(desk.invite, "Bo", people)


def test_nobody_there() -> None:
    invite = Invite("http://127.0.0.1:1", "py101", "K7QX4M2P")
    with pytest.raises(ServiceUnavailable, match="No service answers"):
        join(invite, "Ada", People(Path("/nonexistent")))


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (403, {"code": 4507, "message": "not valid"}, Unauthorized),
        (429, {"code": 4004, "message": "wait"}, Refused),
        (403, {"message": "?"}, Refused),
        (200, {"name": "Ada"}, ServiceUnavailable),
        (200, ["Ada"], ServiceUnavailable),
    ],
)
def test_refusals(
    desk: Desk, tmp_path: Path, status: int, body: object, error: type[Exception]
) -> None:
    desk.status, desk.body = status, json.dumps(body).encode()
    with pytest.raises(error):
        join(desk.invite, "Ada", People(tmp_path))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_redirect_never_carries_the_secret_on(desk: Desk, tmp_path: Path, status: int) -> None:
    with Desk() as elsewhere:
        thread = threading.Thread(target=elsewhere.serve_forever, args=(0.01,))
        thread.start()
        desk.status, desk.ours = status, False
        desk.location = f"{elsewhere.invite.base}/api/join"
        with pytest.raises(ServiceUnavailable):
            join(desk.invite, "Ada", People(tmp_path))
        elsewhere.shutdown()
        thread.join()
        assert elsewhere.asked == []


def test_a_proxy_of_the_environment_is_not_asked_for_this_computer(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert join(desk.invite, "Ada", People(tmp_path)).name == "Ada"


def test_a_damaged_secret_is_as_good_as_none(desk: Desk, tmp_path: Path) -> None:
    people = People(tmp_path)
    join(desk.invite, "Ada", people)
    [path] = tmp_path.iterdir()
    for content in ("", "[]", '{"user_id": 1}'):
        path.write_text(content)
        assert people.recall(desk.invite.base, "py101", "Ada") is None


@pytest.mark.parametrize("name", ["", " ", "\u200b", "x" * 65])
def test_names_are_checked_before_anything_is_asked(desk: Desk, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidArgument):
        join(desk.invite, name, People(tmp_path))
    assert desk.asked == []
