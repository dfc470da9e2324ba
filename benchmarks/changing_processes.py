"""One of two processes is killed, or both are upgraded in turn, in the middle of a poll.

    python -m benchmarks.changing_processes [--members 200] [--rounds 3] [--carrier …] [--change …]

Two processes on one Redis (`appendfsync always`) behind nginx, with the configuration of
docs/several-processes.md. Every member is the whole kernel client (session, outbox, transport).
An instructor says something every 100 ms, and each member votes once, spread over the run. After
two seconds one process is killed with SIGKILL; or it is stopped with SIGTERM and started again,
then the other.

Measured: the seconds from when something was said until it was in each member's mirror, from a
vote until its acknowledgement, and how long each member was without a connection. Checked: every
message is in every mirror once and in order, every vote is acknowledged. Budget: a second more than
without.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.members import COURSE, KEY, Member
from edu_widgets.chat.documents import ChatMessage, Message
from edu_widgets.client.sync.events import CommandChanged, SessionEvent, State, StateChanged
from edu_widgets.client.sync.reconnection import STABLE
from edu_widgets.client.transport.selection import EVENTS, POLL, WEBSOCKET
from edu_widgets.polls.commands import CastVote, CreatePoll
from edu_widgets.protocol import uuid7
from edu_widgets.service import state
from tests.redis_server import RedisServer

EVERY_S = 0.1
ROOT = Path(__file__).resolve().parents[1]

NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
access_log off;
client_body_temp_path {folder}/body;
proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/fastcgi;
uwsgi_temp_path {folder}/uwsgi;
scgi_temp_path {folder}/scgi;
{upstream}
server {{ listen 127.0.0.1:{port}; {locations} }}
}}
"""


class Process:
    """A service in a process of its own, which may be started again."""

    def __init__(
        self, folder: Path, redis: RedisServer, port: int, public: int, more: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self.port = port
        folder.mkdir()
        key = folder / "key"
        key.write_text(KEY)
        self._command = [sys.executable, "-m", "edu_widgets.service", "--course", COURSE]
        self._command += ["--data", str(folder), "--port", str(port), "--keep"]
        self._command += ["--address", f"http://127.0.0.1:{public}", "--no-rate-limits"]
        self._command += ["--redis", redis.url, "--ballot-keys", str(folder.parent / "keys")]
        self._command += ["--jwt-key-file", str(key), *more]
        self.start()

    def start(self) -> None:
        """Start it; `ready` says when it lets people in."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)

    @property
    def ready(self) -> bool:
        found = state.read(self.folder)
        return found is not None and found.pid == self.process.pid


def free_ports(count: int) -> list[int]:
    """Ports that are free now."""
    import socket

    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


@contextlib.contextmanager
def two_behind_nginx(folder: Path) -> Iterator[tuple[list[Process], str]]:
    """Two processes, and the address of nginx before them."""
    redis = RedisServer(folder / "redis")
    redis.start()
    public, *ports = free_ports(3)
    page = (ROOT / "docs/several-processes.md").read_text("utf-8")
    upstream, locations = re.findall(r"```nginx\n(.*?)```", page, re.DOTALL)
    places = dict(zip(("8765", "8766"), ports, strict=True))
    upstream = re.sub(r"8765|8766", lambda found: str(places[found[0]]), upstream)
    config = folder / "nginx.conf"
    config.write_text(
        NGINX.format(folder=folder, port=public, upstream=upstream, locations=locations)
    )
    found = shutil.which("nginx") or "/usr/sbin/nginx"
    nginx = subprocess.Popen([found, "-p", str(folder), "-c", str(config)])
    processes: list[Process] = []
    try:
        processes += [
            Process(folder / name, redis, port, public)
            for name, port in zip("ab", ports, strict=True)
        ]
        while not all(one.ready for one in processes):
            time.sleep(0.05)
        yield processes, f"ws://127.0.0.1:{public}/api/realtime/ws"
    finally:
        for one in processes:
            one.process.kill()
            one.process.wait()
        nginx.terminate()
        nginx.wait()
        redis.close()


class Person(Member):
    """A member who notes when what was said came, and how long they were away."""

    def __init__(self, name: str, url: str, way: str, role: str = "student") -> None:
        super().__init__(name, url, role=role, way=way)
        self.came: dict[str, float] = {}
        self.sent: dict[str, float] = {}
        self.acked: dict[str, float] = {}
        self.away: list[float] = []
        self._left: float | None = None
        self.open(self._heard)

    def _heard(self, event: SessionEvent) -> None:
        now = time.monotonic()
        if isinstance(event, CommandChanged) and event.gone:
            self.acked.setdefault(event.command.id, now)
        lost = isinstance(event, StateChanged) and event.state is State.RECONNECTING
        if lost and self._left is None:
            self._left = now
        if self.live and self._left is not None:
            self.away.append(now - self._left)
            self._left = None
        for doc in self.channels[0].mirror.of_kind(Message.kind)[-100:]:
            self.came.setdefault(doc.as_(Message).content, now)

    def say(self, text: str) -> None:
        id_ = uuid7()
        self.sent[text] = time.monotonic()
        self.send("chat_message", ChatMessage(id=id_, content=text), id_)

    def vote(self, poll: str) -> None:
        id_ = uuid7()
        self.sent[id_] = time.monotonic()
        self.send("cast_vote", CastVote(poll, 1, 0), id_)

    def messages(self) -> list[str]:
        docs = self.channels[0].mirror.of_kind(Message.kind)
        return [doc.as_(Message).content for doc in docs]


class Times:
    """The delays and absences of one run, in seconds."""

    def __init__(self, teacher: Person, members: list[Person], end: float) -> None:
        self.said = sorted(
            member.came[text] - at
            for text, at in teacher.sent.items()
            for member in members
            if text in member.came
        )
        votes = [m.acked[i] - at for m in members for i, at in m.sent.items() if i in m.acked]
        self.votes = sorted(votes)
        self.away = sorted(seconds for member in members for seconds in member.away)
        self.end = end


async def run(members: int, way: str, change: str, seconds: float) -> Times:
    """Hold one class in which something happens to the processes.

    Args:
        members: How many.
        way: What carries their connections.
        change: `kill`, `upgrade`, or "" for nothing.
        seconds: For how long something is said.
    """
    with tempfile.TemporaryDirectory() as name, two_behind_nginx(Path(name)) as (processes, url):
        people = []
        for number in range(members):
            people.append(Person(f"m{number}", url, way))
            await asyncio.sleep(0.01)
        teacher = Person("teacher", url, WEBSOCKET, role="instructor")
        await until(lambda: all(one.live for one in (teacher, *people)))
        await asyncio.sleep(STABLE)  # as in a lesson that has gone on for a while
        poll = uuid7()
        teacher.send("create_poll", CreatePoll("Which?", options=["a", "b"], open=True), poll)
        await until(lambda: poll in teacher.acked)
        changing = asyncio.ensure_future(_change(processes, change))
        said, waiting, begun = 0, list(people), time.monotonic()
        while time.monotonic() - begun < seconds or not changing.done():
            teacher.say(f"message {said}")
            said += 1
            for _ in range(max(1, int(members * EVERY_S / seconds))):
                if waiting:
                    waiting.pop().vote(poll)
            await asyncio.sleep(EVERY_S)
        for one in waiting:
            one.vote(poll)
        await changing
        wanted = [f"message {number}" for number in range(said)]
        await until(lambda: all(one.came.keys() == set(wanted) for one in (teacher, *people)))
        for one in (teacher, *people):  # a mirror holds the newest ones
            assert one.messages() == wanted[-len(one.messages()) :], "missing, twice or in disorder"
        await until(lambda: all(len(one.acked) == 1 for one in people))
        times = Times(teacher, people, time.monotonic() - begun)
        await asyncio.gather(*(one.connection.close() for one in (teacher, *people)))
        return times


async def _change(processes: list[Process], change: str) -> None:
    await asyncio.sleep(2.0)
    if change == "kill":
        processes[1].process.kill()
        await asyncio.to_thread(processes[1].process.wait)
    for one in processes if change == "upgrade" else ():
        one.process.terminate()
        await asyncio.to_thread(one.process.wait)
        one.start()
        await until(lambda one=one: one.ready)


async def until(condition: object) -> None:
    """Wait until something is so, for half a minute at most."""
    assert callable(condition)
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def told(times: list[float]) -> str:
    if not times:
        return "none"
    p99 = times[min(len(times) - 1, int(0.99 * len(times)))]
    return (
        f"n {len(times)}, p50 {times[len(times) // 2]:.3f}, p99 {p99:.3f}, most {times[-1]:.3f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--carrier", default=WEBSOCKET, choices=[WEBSOCKET, EVENTS, POLL])
    parser.add_argument("--change", default="kill", choices=["none", "kill", "upgrade"])
    parser.add_argument("--seconds", type=float, default=6.0)
    args = parser.parse_args()
    for number in range(args.rounds):
        change = "" if args.change == "none" else args.change
        times = asyncio.run(run(args.members, args.carrier, change, args.seconds))
        load = os.getloadavg()[0]
        print(f"{number + 1}. {args.carrier}, {args.change}, load {load:.1f}")
        print(f"   said {told(times.said)}")
        print(f"   votes {told(times.votes)}")
        print(f"   away {told(times.away)}", flush=True)


if __name__ == "__main__":
    main()
