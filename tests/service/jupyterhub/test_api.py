"""The question to JupyterHub's API: what counts as an answer, and where the token goes."""

import json
import logging
import socket
from collections.abc import AsyncIterator

import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.jupyterhub import api
from edu_widgets.service.jupyterhub.api import HubApi

from .double import SCOPE, Answers, answering, token

ADA = token("ada")
MODEL = {"kind": "user", "name": "ada", "groups": ["staff"], "scopes": [SCOPE], "admin": False}


@pytest.fixture
async def hub() -> AsyncIterator[Answers]:
    async with answering() as made:
        yield made


@pytest.fixture
async def asks(hub: Answers) -> AsyncIterator[HubApi]:
    made = HubApi(hub.url)
    yield made
    await made.close()


async def refused(asks: HubApi) -> Refused:
    with pytest.raises(Refused) as error:
        await asks.user(ADA)
    assert ADA not in str(error.value)
    assert error.value.__cause__ is None
    assert error.value.__context__ is None or error.value.__suppress_context__
    return error.value


async def test_it_reads_who_somebody_is(hub: Answers, asks: HubApi) -> None:
    hub.body = json.dumps(MODEL)
    found = await asks.user(ADA)
    assert (found.name, found.groups, found.scopes) == ("ada", ["staff"], [SCOPE])
    assert hub.got == [("/hub/api/user", f"token {ADA}")]


async def test_the_hubs_own_refusal_is_one_and_a_proxys_is_none(hub: Answers, asks: HubApi) -> None:
    hub.status, hub.body = 403, '{"status": 403, "message": "Missing or invalid credentials."}'
    assert (await refused(asks)).code == Code.UNAUTHORIZED
    hub.body = "<html>Forbidden by your firewall</html>"
    assert (await refused(asks)).code == Code.UNAVAILABLE


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<html>"),
        (200, '{"name": 3}'),
        (200, "[" * 100_000),
        (200, json.dumps(MODEL | {"groups": ["x" * 2_000]})),
        (404, "{}"),
        (500, '{"status": 500}'),
        (503, ""),
    ],
)
async def test_what_is_no_answer_of_a_hub_is_no_answer(
    hub: Answers, asks: HubApi, status: int, body: str
) -> None:
    hub.status, hub.body = status, body
    assert (await refused(asks)).code == Code.UNAVAILABLE


async def test_no_redirect_is_followed(hub: Answers, asks: HubApi) -> None:
    async with answering() as other:
        other.body = json.dumps(MODEL)
        hub.status, hub.headers = 302, {"Location": f"{other.url}/user"}
        error = await refused(asks)
        assert error.code == Code.UNAVAILABLE
        assert "HTTP 302" in str(error)
        assert other.got == []


async def test_no_proxy_of_the_environment_is_asked(
    hub: Answers, asks: HubApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with answering() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        hub.body = json.dumps(MODEL)
        assert (await asks.user(ADA)).name == "ada"
        assert proxy.got == []


async def test_an_endless_answer_is_not_read(
    hub: Answers, asks: HubApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "MAX_ANSWER", 1_000)
    hub.body = json.dumps(MODEL | {"groups": ["group"] * 200})
    assert (await refused(asks)).code == Code.UNAVAILABLE


async def test_a_hub_that_says_nothing_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(api, "ANSWER_S", 0.05)
    with caplog.at_level(logging.DEBUG), socket.create_server(("127.0.0.1", 0)) as silent:
        asks = HubApi(f"http://127.0.0.1:{silent.getsockname()[1]}/hub/api")
        error = await refused(asks)
        assert error.code == Code.UNAVAILABLE
        await asks.close()
    assert "TimeoutError" in str(error)
    assert ADA not in caplog.text
    assert ADA not in repr(vars(asks))


async def test_a_hub_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    asks = HubApi(f"http://127.0.0.1:{port}/hub/api")
    assert "does not answer" in str(await refused(asks))
    await asks.close()
