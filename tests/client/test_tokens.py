"""Tokens: asked for again, renewed, never shown, never carried elsewhere."""

from __future__ import annotations

import logging
import threading
from typing import Any

import pytest

from edu_widgets.client.invites import Credentials
from edu_widgets.client.transport import tokens
from edu_widgets.client.transport.base import Target
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Forbidden, Unauthorized, refusal
from tests.client.conftest import Join
from tests.client.fake_service import FakeService, eventually
from tests.waiting import PATIENCE


def test_an_expired_token_is_asked_for_again(fake: FakeService, join: Join) -> None:
    payload = b'{"code":4005,"message":"expired"}'
    fake.script.refuse = (401, {"Edu-Widgets": "1"}, payload)
    asked: list[str] = []

    def token() -> str:
        asked.append(threading.current_thread().name)
        if len(asked) == 2:
            fake.script.refuse = None
        return f"token-{len(asked)}"

    client = join(fake, token=token)
    client.wait_connected(PATIENCE)
    assert len(asked) == 2
    assert asked[0] != "edu-widgets-network", "a slow source must not hold the network up"
    assert [r.headers["Authorization"] for r in fake.requests] == [
        "Bearer token-1",
        "Bearer token-2",
    ]


def test_a_static_expired_token_ends_as_stopped_until_it_is_renewed(
    fake: FakeService, join: Join
) -> None:
    fake.script.refuse = (401, {"Edu-Widgets": "1"}, b'{"code":4005,"message":"expired"}')
    client = join(fake)
    with pytest.raises(Unauthorized, match="fresh token"):
        client.wait_connected(PATIENCE)
    assert len(fake.requests) == 3
    fake.script.refuse = None
    client.renew(Target(fake.url, "ada", lambda: "better"))
    client.wait_connected(PATIENCE)
    assert fake.requests[-1].headers["Authorization"] == "Bearer better"


def test_what_the_service_says_where_it_is_asked_for_a_token_holds(
    fake: FakeService, join: Join
) -> None:
    said = [refusal(Code.RESTARTING, "It restarts.", 10), refusal(Code.REMOVED, "You are out.")]

    def token() -> str:
        raise said.pop(0)

    client = join(fake, token=token)
    with pytest.raises(Forbidden, match="You are out"):
        client.wait_connected(PATIENCE)
    assert not said
    assert not fake.requests


def test_the_token_shows_nowhere(
    fake: FakeService, join: Join, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []

    def failing() -> str:
        if len(seen) < 1:
            seen.append("asked")
            message = "s3cret-token is too old"
            raise RuntimeError(message)
        return "s3cret-token"

    client = join(fake, token=failing)
    client.wait_connected(PATIENCE)
    fake.script.refuse = (401, {"Edu-Widgets": "1"}, b'{"code":4500,"message":"no"}')
    fake.abort_all()
    eventually(lambda: client.view().state == "stopped")
    with pytest.raises(Unauthorized) as raised:
        client.wait_connected(PATIENCE)
    shown = [repr(raised.value), repr(client._target), repr(client._pooled), repr(client.view())]
    records = [f"{record.getMessage()} {record.exc_text}" for record in caplog.records]
    ours = [r for r, rec in zip(records, caplog.records, strict=True) if "server" not in rec.name]
    assert not [text for text in [*shown, *ours] if "s3cret-token" in text]


def test_redirects_are_not_followed(fake: FakeService, join: Join) -> None:
    with FakeService() as elsewhere:
        headers = {"Location": elsewhere.url}
        fake.script.refuse = (307, headers, b"")
        client = join(fake)
        eventually(lambda: len(fake.requests) >= 3)
        assert "HTTP 307" in client.view().reason
        assert elsewhere.requests == []


def test_a_function_that_hangs_is_told_and_called_again(
    fake: FakeService, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "TOKEN_WITHIN", 0.05)
    calls: list[int] = []
    let_go = threading.Event()

    def hanging() -> str:
        calls.append(1)
        let_go.wait(PATIENCE)
        return "at-last"

    client = join(fake, token=hanging)
    eventually(lambda: "has not answered within" in client.view().reason)
    eventually(lambda: client.view().state == "offline")
    assert 2 <= len(calls) <= tokens.MAX_HANGING, "called again, but not for ever"
    let_go.set()
    client.wait_connected(PATIENCE)
    assert len(calls) <= tokens.MAX_HANGING, "what it said in the end is used"


async def asynchronous() -> str:
    return "t"


@pytest.mark.parametrize(
    "source", [lambda: None, lambda: b"t", lambda: 7, lambda: "x" * 20_000, asynchronous]
)
def test_what_is_no_token_is_told_and_sent_to_nobody(
    fake: FakeService, join: Join, source: Any
) -> None:
    client = join(fake, token=source)
    eventually(lambda: client.view().state == "stopped")
    assert "token" in client.view().reason
    assert fake.requests == []


def test_signing_in_has_a_deadline_for_each_step_and_not_that_of_a_function(
    fake: FakeService, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "TOKEN_WITHIN", 0.0)

    class SlowSignIn(Credentials):
        def __call__(self) -> str:
            late.wait(PATIENCE)
            return "at-last"

    late = threading.Event()
    client = join(fake, token=SlowSignIn("http://127.0.0.1", "s3cret"))
    plain = join(fake, user="bob", token=lambda: str(late.wait(PATIENCE)))
    eventually(lambda: "has not answered within" in plain.view().reason)
    late.set()
    client.wait_connected(PATIENCE)
    assert client.numbers().reconnects == 0
    assert [r.headers["Authorization"] for r in fake.requests].count("Bearer at-last") == 1


def test_a_fresh_token_is_not_kept_waiting_by_one_that_hangs(fake: FakeService, join: Join) -> None:
    let_go = threading.Event()
    client = join(fake, token=lambda: str(let_go.wait(PATIENCE)))
    client.renew(Target(fake.url, "ada", lambda: "better"))
    try:
        client.wait_connected(PATIENCE / 2)
        assert fake.requests[-1].headers["Authorization"] == "Bearer better"
    finally:
        let_go.set()


def test_a_second_course_brings_a_fresh_token(fake: FakeService, join: Join) -> None:
    fake.script.refuse = (401, {"Edu-Widgets": "1"}, b'{"code":4500,"message":"no"}')
    first = join(fake, token=lambda: "old")
    eventually(lambda: first.view().state == "stopped")
    fake.script.refuse = None
    second = join(fake, course="py102", token=lambda: "new")
    second.wait_connected(PATIENCE)
    first.wait_connected(PATIENCE)
    assert fake.requests[-1].headers["Authorization"] == "Bearer new"
