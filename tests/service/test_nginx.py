"""The service behind a real nginx, set up word for word as docs/service.md says."""

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, UnixConnector, WSMsgType, WSServerHandshakeError

from edu_widgets.protocol import Code
from edu_widgets.service import people
from edu_widgets.service.addresses import address
from tests.conftest import ROOT, require
from tests.waiting import PATIENCE

from .carrying import CARRIERS
from .harness import CHANNEL, COURSE, Client, Service, serving

NGINX = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
HOST = "class.example.org"

AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen unix:{folder}/s;
{sample}
    }}
}}
"""


PLAIN = "location / {{ proxy_pass http://127.0.0.1:{port}; }}"


def sample(port: int, prefix: str) -> str:
    """The page's lines, with the port and path of this test."""
    page = (ROOT / "docs" / "service.md").read_text("utf-8")
    found = re.search(r"```nginx\n(.*?)```", page, re.DOTALL)
    assert found is not None
    text = found[1].replace("127.0.0.1:8765", f"127.0.0.1:{port}")
    return text.replace("location /", f"location {prefix}/") if prefix else text


@contextlib.asynccontextmanager
async def behind_nginx(
    folder: Path, prefix: str = "", *, plain: bool = False
) -> AsyncIterator[tuple[Service, ClientSession]]:
    """A service, and a session whose requests reach it through nginx."""
    require(NGINX is not None, "nginx is not installed")
    where = address(f"http://{HOST}{prefix}")
    async with serving(folder / "data", address=where) as service:
        config = folder / "nginx.conf"
        port = service.server.state.port
        lines = PLAIN.format(port=port) if plain else sample(port, prefix)
        config.write_text(AROUND.format(folder=folder, sample=lines))
        process = started(folder, config)
        try:
            connector = UnixConnector(str(folder / "s"))
            async with ClientSession(f"http://{HOST}", connector=connector) as session:
                await answering(session, prefix, process)
                yield service, session
        finally:
            process.terminate()
            process.wait(PATIENCE)


def started(folder: Path, config: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(config)])


async def answering(session: ClientSession, prefix: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with contextlib.suppress(OSError):
            async with session.get(f"{prefix}/health") as answer:
                if answer.status == 200:
                    return
    pytest.fail("nginx has ended")


async def join(session: ClientSession, prefix: str, code: str, **headers: str) -> tuple[int, str]:
    """Status and token, or code of the refusal."""
    body = {"course": COURSE, "code": code, "name": "Ada"}
    async with session.post(f"{prefix}/api/join", json=body, headers=headers) as answer:
        told = await answer.json()
        return answer.status, str(told.get("token") or told["code"])


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path is short enough for a socket."""
    return tmp_path_factory.mktemp("n")


@pytest.mark.skipif(os.name == "nt", reason="nginx listens on a socket file")
@pytest.mark.parametrize("prefix", ["", "/services/class"])
async def test_as_the_page_says(short: Path, prefix: str) -> None:
    async with behind_nginx(short, prefix) as (service, session):
        status, token = await join(session, prefix, service.code)
        assert status == 200
        bearer = {"Authorization": f"Bearer {token}"}
        url = f"{prefix}/api/realtime/ws"
        async with session.ws_connect(url, headers=bearer) as socket:
            subscribe = {"type": "subscribe", "channel": CHANNEL, "data": {}, "messageId": "m"}
            await socket.send_json(subscribe)
            first = await socket.receive(10)
            assert first.type is WSMsgType.TEXT
            assert '"subscribed"' in first.data
        async with session.get(f"{prefix}/metrics") as answer:
            assert answer.status in (403, 404)
            assert "edu_widgets" not in await answer.text()
        async with session.get(f"{prefix}/health", headers={"Host": "evil.example.org"}) as answer:
            assert answer.status == 403
        async with session.get(f"{prefix}/{COURSE}?code={service.code}") as answer:
            assert f"http://{HOST}{prefix}/{COURSE}?code=" in await answer.text()


@pytest.mark.skipif(os.name == "nt", reason="nginx listens on a socket file")
async def test_nobody_says_through_it_where_they_are(
    short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A made-up X-Forwarded-For neither frees from the limit of tries nor locks another out."""
    monkeypatch.setattr(people, "TRIES", 3)
    async with behind_nginx(short) as (service, session):
        told = []
        for n in range(4):
            made_up = {"X-Forwarded-For": f"192.0.2.{n}"}
            told.append((await join(session, "", "AAAAAAAA", **made_up))[1])
        wrong, late = str(int(Code.INVITE_INVALID)), str(int(Code.RATE_LIMITED))
        assert told == [wrong] * 3 + [late]
        right = {"course": COURSE, "code": service.code, "name": "Bo"}
        reply = await service.ask("POST", "/api/join", right, X_Forwarded_For="192.0.2.0")
        assert reply.status == 200, "whose address was made use of is not held back"


@pytest.mark.skipif(os.name == "nt", reason="nginx listens on a socket file")
@pytest.mark.parametrize("plain", [True, False])
async def test_without_a_websocket(short: Path, plain: bool) -> None:
    """With nothing but `proxy_pass`, which speaks HTTP/1.0 and buffers; and as the page says."""
    async with behind_nginx(short, plain=plain) as (service, session):
        status, token = await join(session, "", service.code)
        assert status == 200
        if plain:
            with pytest.raises(WSServerHandshakeError):
                await session.ws_connect(
                    "/api/realtime/ws", headers={"Authorization": f"Bearer {token}"}
                )
        for kind in CARRIERS.values():
            socket = kind(session, "", token)
            assert await socket.open() == 200
            client = Client(socket, token)
            await client.enter()
            for text in ("one", "x" * 7_000):
                await client.answer(await client.say(f"{kind.__name__} {text}"))
                await client.message(f"{kind.__name__} {text}")
            await socket.close()
