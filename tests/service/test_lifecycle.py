"""Real processes: started, found again, killed, ended; and nothing left behind."""

import asyncio
import concurrent.futures
import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable
from edu_widgets.service import launch, owner, processes, state
from edu_widgets.service.locks import FileLock
from edu_widgets.service.options import Options
from edu_widgets.service.server import Server
from tests.ports import own_port
from tests.waiting import PATIENCE, SOCKET, wait_until

from .harness import CHANNEL, COURSE, Client, serving

posix = pytest.mark.skipif(os.name == "nt", reason="signals")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A folder whose service is ended afterwards."""
    yield tmp_path / "data"
    about = state.read(tmp_path / "data")
    if about is not None and processes.alive(about.pid):
        os.kill(about.pid, signal.SIGTERM)
        wait_until(lambda: not processes.alive(about.pid), "the service has ended")
    for process in launch.STARTED:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
    launch.STARTED.clear()


def start(data: Path, **options: object) -> owner.ServiceInfo:
    """Start the service of a folder, at a port of its own unless it has been there before.

    Where it has been is kept for it only while it runs: a test beside could take it.
    """
    arguments = {"rate_limits": False, "linger": 600.0} | options
    if state.read(data) is None:
        arguments.setdefault("port", own_port())
    return launch.start(COURSE, data, **arguments)  # type: ignore[arg-type]


def test_launch_loads_nothing_of_the_service() -> None:
    code = (
        "import sys, edu_widgets.service.launch;"
        "print([m for m in ('aiohttp', 'jwt', 'prometheus_client') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_service_is_started_once_and_found_again(data: Path) -> None:
    first = start(data)
    assert first.started_now
    second = start(data)
    assert (second.pid, second.started_now) == (first.pid, False)
    assert owner.find(data) is not None
    assert first.owner_secret not in repr(first)
    prof = owner.enter(first, "Prof")
    assert (prof.user_id, prof.name, prof.role) == ("owner", "Prof", "instructor")
    assert os.getsid(first.pid) == first.pid, "a session of its own"


def test_other_options_restart_it_at_the_same_place(data: Path) -> None:
    first = start(data, rate_limits=True)
    assert start(data, rate_limits=True, address="localhost").pid == first.pid
    public = start(data, rate_limits=True, address="https://class.example.org")
    assert public.pid != first.pid
    assert public.url == "https://class.example.org"
    assert (public.local_url, public.invite) == (first.local_url, first.invite)
    free = start(data, rate_limits=False)
    assert free.pid != public.pid, "limits can be lifted later"
    assert free.url == public.url
    assert start(data, rate_limits=True).pid == free.pid, "what is not asked for stays"


def test_one_that_does_not_end_is_told_of(data: Path) -> None:
    running = start(data)
    os.kill(running.pid, signal.SIGSTOP)
    with pytest.raises(ServiceUnavailable, match=f"process {running.pid}"):
        launch.stop(running, timeout=0.1)
    os.kill(running.pid, signal.SIGCONT)
    launch.stop(running)
    assert not processes.alive(running.pid)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"address": "999.1.1.1"}, "address: '999.1.1.1' is not an address: use 'lan'"),
        ({"address": "class.example.org"}, "use 'lan'"),
        ({"address": "ftp://x"}, "use 'lan'"),
        ({"address": "http://[x"}, "is no public URL"),
        ({"address": 5}, "address must be a string"),
        ({"address": "192.0.2.7"}, "this computer has no address 192.0.2.7"),
        ({"port": 70_000}, "port must be a number from 1 to 65535"),
        ({"port": -1}, "port must be"),
        ({"port": "8765"}, "port must be"),
        ({"port": True}, "port must be"),
    ],
)
def test_a_place_that_cannot_be_stops_nothing(
    data: Path, options: dict[str, object], told: str
) -> None:
    running = start(data)
    with pytest.raises(InvalidArgument, match=told):
        start(data, **options)
    assert owner.find(data) == state.read(data)
    assert start(data).pid == running.pid
    if processes.alive(running.pid):
        launch.stop(running)
    with pytest.raises(InvalidArgument, match=told):
        start(data, **options)


def test_a_port_that_is_taken_stops_nothing(data: Path) -> None:
    running = start(data)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = f"Port {port} on 127.0.0.1 cannot be used .another program.*goes on as it was"
        with pytest.raises(ServiceUnavailable, match=told):
            start(data, port=port)
    assert start(data).pid == running.pid
    assert start(data, port=port).local_url.endswith(f":{port}"), "once it is free it moves there"


def test_where_the_next_one_does_not_start_the_former_comes_back(data: Path) -> None:
    running = start(data)
    with pytest.raises(ServiceUnavailable, match="goes on as it was"):
        start(data, rate_limits=True, channels={"course": {"nonsense": 1}})
    about = owner.find(data)
    assert about is not None
    assert (about.url, about.rate_limits) == (running.local_url, False)


def test_two_kernels_at_once_get_one_service(data: Path) -> None:
    port = own_port()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: start(data, port=port), range(4)))
    assert len({info.pid for info in found}) == 1
    assert sum(info.started_now for info in found) == 1


@posix
def test_after_kill_9_it_is_the_same_place_with_the_same_people(data: Path) -> None:
    first = start(data, port=own_port())
    os.kill(first.pid, signal.SIGKILL)
    wait_until(lambda: not processes.alive(first.pid), "the service has ended")
    assert owner.find(data) is None
    second = start(data)
    assert second.started_now
    assert (second.local_url, second.invite, second.owner_secret) == (
        first.local_url,
        first.invite,
        first.owner_secret,
    )


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_order(data: Path, number: signal.Signals) -> None:
    info = start(data)

    async def end() -> int:
        url = info.local_url.replace("http", "ws") + "/api/realtime/ws"
        headers = {"Authorization": f"Bearer {info.owner_secret}"}
        async with connect(url, additional_headers=headers, **SOCKET) as raw:
            client = Client(raw, info.owner_secret)
            await client.enter()
            os.kill(info.pid, number)
            return await client.closed()

    assert asyncio.run(end()) == Code.RESTARTING
    assert launch.STARTED[-1].wait(PATIENCE) == 0


@posix
def test_kill_9_amid_commits_loses_nothing_that_was_acked(data: Path) -> None:
    info = start(data, port=own_port())
    url = info.local_url.replace("http", "ws") + "/api/realtime/ws"
    headers = {"Authorization": f"Bearer {info.owner_secret}"}

    async def write(acked: list[str]) -> None:
        async with connect(url, additional_headers=headers, **SOCKET) as raw:
            client = Client(raw, "")
            for _ in range(300):
                await client.say("x" * 200)
            with contextlib.suppress(ConnectionClosed):
                while True:
                    frame = await client.read()
                    if frame["type"] == "ack":
                        acked.append(frame["data"]["messageId"])
                        if len(acked) == 100:
                            os.kill(info.pid, signal.SIGKILL)

    acked: list[list[str]] = [[], [], []]

    async def all_of_them() -> None:
        await asyncio.gather(*map(write, acked), return_exceptions=True)

    asyncio.run(all_of_them())
    wait_until(lambda: not processes.alive(info.pid), "the service has ended")
    known = {mid for one in acked for mid in one}
    assert len(known) >= 100
    again = start(data)
    assert again.started_now

    async def stored() -> set[str]:
        async with connect(url, additional_headers=headers, **SOCKET) as raw:
            client, before, ids = Client(raw, ""), None, set()
            while True:
                await client.send("request_history", data={"limit": 200, "before": before})
                page = await client.until("page")
                ids |= {d["id"] for d in page["data"].get("docs", [])}
                if not page["data"].get("more"):
                    return ids
                before = page["data"]["floor"]

    assert known <= asyncio.run(stored())


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])


def test_it_ends_after_its_kernels_and_its_members(data: Path) -> None:
    with sleeper() as kernel, sleeper() as other:
        info = start(data, watch_pid=kernel.pid, linger=0.2)
        assert owner.attach(data, other.pid)
        kernel.kill()
        kernel.wait()

        async def stay() -> None:
            url = info.local_url.replace("http", "ws") + "/"
            headers = {"Authorization": f"Bearer {info.owner_secret}"}
            async with connect(url, additional_headers=headers, **SOCKET) as raw:
                client = Client(raw, "")
                await client.beat()
                other.kill()
                other.wait()
                await asyncio.sleep(0.5)  # longer than it would linger
                await client.beat()

        asyncio.run(stay())
        assert launch.STARTED[-1].wait(PATIENCE) == 0
    assert owner.find(data) is None


def test_only_the_owner_attaches(data: Path) -> None:
    info = start(data)
    about = state.read(data)
    assert about is not None
    assert owner.ask(info.local_url, "POST", "/api/attach", {"pid": 1}, "forged") is None
    assert owner.ask(info.local_url, "POST", "/api/attach", {"pid": 1}) is None
    assert owner.attach_to(about, os.getpid())


def test_its_files_are_its_owners_only(data: Path) -> None:
    start(data)
    open_to_others = {
        p.name for p in [data, *data.iterdir()] if os.name != "nt" and p.stat().st_mode & 0o077
    }
    assert open_to_others <= {"service.log", "service.db.generation"}
    assert data.stat().st_mode & 0o077 == 0
    about = state.read(data)
    assert about is not None
    assert about.owner_secret not in repr(about)
    assert about.owner_secret not in (data / "service.log").read_text()


def test_a_demanded_port_that_is_taken(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServiceUnavailable, match=f"Port {port} .*cannot be used"):
            start(data, port=port)


async def test_an_undemanded_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with serving(tmp_path) as service:
            secret = service.server.state.owner_secret
        raw = json.loads((tmp_path / state.FILE).read_text())
        (tmp_path / state.FILE).write_text(json.dumps(raw | {"port": port}))
        async with serving(tmp_path, port=None) as service:
            assert service.server.state.port != port
            assert service.server.state.owner_secret == secret


def test_a_second_service_in_one_folder_is_refused(data: Path) -> None:
    info = start(data)
    command = [sys.executable, "-m", "edu_widgets.service", "--data", str(data), "--course", "x"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 1
    assert f"pid {info.pid}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--course", "a b"], "cannot be a course's name"),
        (["--course", "x", "--address", "nowhere"], "not an address"),
        (["--course", "x", "--config", "missing.toml"], "missing.toml"),
        (["--course", "x", "--jwt-key-file", "missing.pem"], "missing.pem"),
        (["--course", "x", "--feature", "no.such"], "no.such"),
    ],
)
def test_wrong_options_are_said_plainly(tmp_path: Path, options: list[str], said: str) -> None:
    command = [sys.executable, "-m", "edu_widgets.service", "--data", str(tmp_path), "--port", "0"]
    done = subprocess.run(
        [*command, *options], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_lock_is_one_process_at_a_time(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "l"), FileLock(tmp_path / "l")
    with first, pytest.raises(BlockingIOError):
        second.acquire()
    with second:
        pass


def test_a_damaged_state_file_is_nobodys(tmp_path: Path) -> None:
    for text in ("", "{", "[]", '{"pid": 1}', '{"courses": 5}'):
        (tmp_path / state.FILE).write_text(text)
        assert state.read(tmp_path) is None


async def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """No task, thread, socket or file stays open after a service with members was closed."""

    def files() -> set[str]:
        links = Path("/proc/self/fd").iterdir() if Path("/proc/self/fd").exists() else ()
        found = set()
        for link in links:
            with contextlib.suppress(OSError):
                found.add(f"{link.name} {link.readlink()}")
        return found

    def ours() -> set[str]:  # asyncio's own pool grows as it likes until the loop ends
        return {t.name for t in threading.enumerate() if t.name.startswith("edu-widgets")}

    async def lesson() -> None:
        options = Options(courses=(COURSE,), data_dir=tmp_path, port=0)
        async with Server(options) as server, ClientSession() as http:
            body = {"course": COURSE, "code": server.state.invites[COURSE], "name": "Ada"}
            async with http.post(server.state.url + "/api/join", json=body) as answer:
                token = (await answer.json())["token"]
            url = server.state.url.replace("http", "ws") + "/"
            headers = {"Authorization": f"Bearer {token}"}
            raw = await connect(url, additional_headers=headers, **SOCKET)
            client = Client(raw, token)
            await client.enter()
            await client.say("hi", mid=uuid7())
            await client.send("typing_start", CHANNEL)
        await client.closed()
        await raw.wait_closed()

    await lesson()
    gc.collect()
    before = (files(), ours(), len(asyncio.all_tasks()))
    for _ in range(3):
        await lesson()
    gc.collect()
    after = (files(), ours(), len(asyncio.all_tasks()))
    assert after == before


@posix
def test_a_process_of_which_a_thread_is_left_still_runs() -> None:
    """It has its port until the last one is gone: one that was killed looked ended before."""
    body = (
        "import ctypes, sys, threading\n"
        "threading.Thread(target=sys.stdin.read).start()\n"
        "print(flush=True)\n"
        "ctypes.CDLL(None).pthread_exit(None)\n"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", body], stdin=pipe, stdout=pipe) as process:
        stat = Path(f"/proc/{process.pid}/stat")
        if stat.exists():
            wait_until(lambda: ") Z " in stat.read_text(), "its first thread is gone")
        assert processes.alive(process.pid)
        assert process.stdin is not None
        process.stdin.close()
        wait_until(lambda: not processes.alive(process.pid), "all of it is gone")
