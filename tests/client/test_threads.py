"""The two threads: the door, callbacks, forks, the end of the process."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edu_widgets.client.runtime import threads as network_module
from edu_widgets.client.runtime.threads import CallbackThread, NetworkThread
from edu_widgets.protocol.errors import NotConnected, WouldDeadlock
from tests.client.fake_service import FakeService, eventually
from tests.conftest import ROOT
from tests.waiting import PATIENCE

_SLOW = re.compile(r"Executing <.*> took \d+\.\d+ seconds")

LESSON = """
import os, signal, sys, threading, time
import edu_widgets as edu
lesson = edu.connect(url=sys.argv[1], token="t", user_id="ada", course="py101")
lesson.wait_connected(180)
from tests.inside import client_of
client = client_of(lesson)
def say(id_):
    from edu_widgets.chat.documents import ChatMessage
    return client.send("chat_message", ChatMessage(id_, "hi"), id=id_)
"""


def run(program: str, url: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "EDU_WIDGETS_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *options, "-c", LESSON + program, url],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_door_runs_things_in_order(network: NetworkThread) -> None:
    seen: list[tuple[int, str]] = []
    for n in range(100):
        network.post(lambda n=n: seen.append((n, threading.current_thread().name)))
    network.run(asyncio.sleep, 0).result(PATIENCE)
    assert seen == [(n, "edu-widgets-network") for n in range(100)]


def test_a_stopped_thread_says_so_and_leaves_no_coroutine_behind(network: NetworkThread) -> None:
    stuck = network.run(asyncio.sleep, 600)
    network.stop()
    network.stop()
    assert stuck.cancelled()
    with pytest.raises(NotConnected):
        network.post(print)
    with pytest.raises(NotConnected):
        network.run(asyncio.sleep, 0)


def test_waiting_is_forbidden_only_on_the_thread_itself(network: NetworkThread) -> None:
    network.forbid_waiting()

    async def inside() -> bool:
        with pytest.raises(WouldDeadlock, match="Await"):
            network.forbid_waiting()
        return network.here

    assert network.run(inside).result(PATIENCE)


def test_farewells_are_said_and_their_faults_logged(caplog: pytest.LogCaptureFixture) -> None:
    thread, said = NetworkThread(), []
    thread.start()

    async def bye() -> None:
        said.append("bye")

    async def broken() -> None:
        raise OSError

    thread.at_end(broken)
    thread.at_end(bye)
    thread.stop()
    assert said == ["bye"]
    assert "Closing a connection failed" in caplog.text


def test_callbacks_run_in_order_and_their_faults_are_shown_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    thread = CallbackThread()
    seen: list[int] = []

    def fails() -> None:
        raise ZeroDivisionError

    def leaves() -> None:
        sys.exit(3)

    steps: list[Callable[[], object]] = [fails, leaves, fails]
    for n in range(6):
        thread.call(steps[n % 3])
        thread.call(seen.append, n)
    thread.stop()
    assert seen == list(range(6))
    shown = capsys.readouterr().err
    assert shown.count("Traceback") == shown.count("shown once") == 2
    assert "ZeroDivisionError" in shown
    assert "SystemExit: 3" in shown
    assert "network.py" not in shown, "our own frames help nobody"


def test_importing_starts_no_thread_and_opens_no_socket() -> None:
    program = (
        "import sys, threading, os; before = os.listdir('/proc/self/fd')\n"
        "import edu_widgets\n"
        "assert threading.active_count() == 1\n"
        "assert len(os.listdir('/proc/self/fd')) == len(before)\n"
        "assert not {'asyncio', 'websockets', 'ssl', 'sqlite3', 'aiohttp'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=PATIENCE)


def test_the_end_of_the_process_is_polite_and_quick(fake: FakeService, tmp_path: Path) -> None:
    started = time.monotonic()
    done = run("say('a').wait(180); print('end', flush=True)", fake.url, tmp_path, "-X", "dev")
    # In development mode asyncio also tells of what took 0.1 s, which depends on who else computes.
    told = [line for line in done.stderr.splitlines() if not _SLOW.fullmatch(line)]
    assert (done.returncode, done.stdout, told) == (0, "end\n", [])
    assert time.monotonic() - started < PATIENCE / 2
    eventually(lambda: fake.of("unsubscribe") or not fake.connections)
    assert not list(tmp_path.rglob("*.sqlite3")), "an empty outbox leaves no file"


FORK = """
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
say("kept")
pid = os.fork()
if pid == 0:
    problems = []
    for act in (lesson.status, lambda: lesson.chat, lambda: say("child"), client.mirror,
                lambda: lesson.wait_connected(1)):
        try:
            act()
            problems.append("nothing raised")
        except edu.ForkedProcess:
            pass
    repr(lesson)
    lesson.close()
    # What a child that joins anew, or ends, does: the parent's objects go.
    from edu_widgets import connections, open_lessons
    import gc
    open_lessons._open.clear()
    connections._pools.clear()
    del lesson, client
    gc.collect()
    print("child", problems, flush=True)
    sys.exit(0)
_, status = os.waitpid(pid, 0)
print("parent", status, lesson.status().state, client.usable, flush=True)
say("after")
while client._outbox is None or len(client._outbox) < 2:
    time.sleep(0.01)
client._network.run(__import__("asyncio").sleep, 0).result(5)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_touches_neither_socket_nor_outbox(
    fake: FakeService, tmp_path: Path
) -> None:
    fake.script.commands = False
    done = run(FORK, fake.url, tmp_path)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["child []", "parent 0 live True"]
    fake.script.commands = True
    again = run("while len(client._outbox): time.sleep(0.01)", fake.url, tmp_path)
    assert again.returncode == 0, again.stderr
    stored = [doc.id for doc in fake.docs["course:py101"]]
    assert stored == ["kept", "after"], "what the killed parent had kept was all there"


def test_callbacks_that_are_too_slow_are_left_out_and_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(network_module, "MAX_CALLS", 5)
    thread, go, seen = CallbackThread(), threading.Event(), list[int]()
    thread.call(go.wait, PATIENCE)
    eventually(thread._queue.empty)
    for n in range(20):
        thread.call(seen.append, n)
    go.set()
    eventually(lambda: len(seen) == 5)
    thread.call(seen.append, 99)
    thread.stop()
    assert seen == [0, 1, 2, 3, 4, 99]
    assert caplog.text.count("slower than what they are told of") == 1


def test_importing_compiles_no_regular_expressions() -> None:
    program = (
        "import anywidget, re, sys\n"
        "real, ours = re.compile, []\n"
        "def compile_(*args, **more):\n"
        "    ours.append(sys._getframe(1).f_globals['__name__'])\n"
        "    return real(*args, **more)\n"
        "re.compile = compile_\n"
        "import edu_widgets\n"
        "print([name for name in ours if name.startswith('edu_widgets')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, timeout=PATIENCE, capture_output=True
    )
    assert done.stdout.decode().strip() == "[]"
