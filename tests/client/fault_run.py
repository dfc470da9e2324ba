"""A run with faults: a service and kernels of their own, proxies between them, and a seed.

Everything goes wrong that can: lines are cut, stall, slow down, are held back, corrupted; the
service and the kernels that send are killed. In the end it is asked what the store has and what
every member's mirror has.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Self

import jwt
import msgspec

from edu_widgets.client.invites.parsing import websocket_url
from edu_widgets.protocol.channels import course_channel
from edu_widgets.service import launch, owner, processes
from tests.client.fault_kernel import Config, Member, Seen, Told, clients, log_of, seen
from tests.faults import Faults
from tests.ports import own_port
from tests.waiting import PATIENCE, wait_until

COURSE = "py101"
ROOM = course_channel(COURSE)
KEY = "k" * 48
WAYS = ("websocket", "event stream", "long poll")
LINES = ("cut", "stall", "delay", "half_open", "refuse", "slow", "buffer", "corrupt")
KILLS = ("kill the service", "kill a kernel")


@dataclass
class Outcome:
    """The results of a run, beside its own checks."""

    seed: int
    written: int = 0
    acked: int = 0
    kept: int = 0
    refused: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    overtaken: list[str] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)
    reconnects: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def wrong(self) -> list[str]:
        """Everything that must not be, in words."""
        told = {
            "refused": self.refused,
            "lost": self.lost,
            "twice": self.twice,
            "overtaken": self.overtaken,
            "unequal": self.unequal,
        }
        return [f"{name}: {one}" for name, found in told.items() for one in found]


class Kernel:
    """The process with the senders of one way."""

    def __init__(self, config: Config, place: Path) -> None:
        self.config = config
        self._place = place
        place.write_bytes(msgspec.json.encode(config))
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.client.fault_kernel", str(self._place)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self.done = threading.Event()
        threading.Thread(target=self._read, args=(self._process, self.done), daemon=True).start()

    def _read(self, process: subprocess.Popen[str], done: threading.Event) -> None:
        assert process.stdout is not None
        if process.stdout.readline() == "done\n":
            done.set()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def end(self, head: int) -> list[Seen]:
        """The documents that its members have in the end."""
        told, _ = self._process.communicate(f"{head}\n", timeout=PATIENCE)
        assert self._process.returncode == 0
        return msgspec.json.decode(told, type=list[Seen])

    def logs(self) -> dict[str, list[str]]:
        """The events, by sender."""
        names = [member.name for member in self.config.members]
        return {name: log_of(self.config, name).read_text().splitlines() for name in names}


class Run:
    """One run: `with Run(folder, seed, messages) as run: outcome = run.play()`.

    Each way has a reader, and so many senders in a kernel of their own; whoever sends reads, too.
    """

    def __init__(self, folder: Path, seed: int, messages: int, senders: int = 1) -> None:
        self.folder = folder
        self.outcome = Outcome(seed)
        self._rng = random.Random(seed)
        self._senders = senders
        self._each = -(-messages // (senders * len(WAYS)))
        self._total = self._each * senders * len(WAYS)
        self._stack = ExitStack()
        self._port = own_port()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "key").write_text(KEY)
        self._service = self._start_service()
        self._stack.callback(lambda: launch.stop(self._service))
        made = {way: Faults(self._port, only=way) for way in WAYS}
        self._lines = {way: self._stack.enter_context(line) for way, line in made.items()}
        self._readers = [
            self._stack.enter_context(clients(self._config(way, [f"{way} reader"])))[0]
            for way in WAYS
        ]
        for reader in self._readers:
            reader.start()
        self._kernels = {
            way: Kernel(
                self._config(way, [f"{way} {n}" for n in range(self._senders)]),
                self.folder / f"{way}.json",
            )
            for way in WAYS
        }
        for kernel in self._kernels.values():
            self._stack.callback(kernel.kill)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _config(self, way: str, names: list[str]) -> Config:
        names = [name.replace(" ", "_") for name in names]
        url = websocket_url(f"http://127.0.0.1:{self._lines[way].port}")
        members = [Member(name, url, token(name)) for name in names]
        return Config(COURSE, str(self.folder), members, self._each)

    def _start_service(self) -> owner.ServiceInfo:
        return launch.start(
            COURSE,
            self.folder / "service",
            port=self._port,
            keep=True,
            rate_limits=False,
            timeout=PATIENCE,
            arguments=("--jwt-key-file", str(self.folder / "key")),
        )

    # -- what goes wrong --------------------------------------------------------------------

    def play(self) -> Outcome:
        """Let everything go wrong, and see what is left of it."""
        began = time.monotonic()
        deck = [(kind, way) for kind in LINES for way in WAYS]
        deck += [("kill a kernel", way) for way in WAYS] + [("kill the service", "")] * 2
        self._rng.shuffle(deck)
        for number, (kind, way) in enumerate(deck):
            self._wait_for(0.9 * self._total * number / len(deck))
            self.outcome.faults[kind] += 1
            self._do(kind, way)
        for kernel in self._kernels.values():
            before = -1
            while not kernel.done.wait(PATIENCE):
                before, now = self._progress(), before
                assert before > now, f"{kernel.config.members[0].name} sends no more"
        head = self._head()
        told = [seen(reader, head) for reader in self._readers]
        told += [one for kernel in self._kernels.values() for one in kernel.end(head)]
        self._judge(told)
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    def _wait_for(self, messages: float) -> None:
        """Wait until so many have come, or nothing comes."""
        until = time.monotonic() + 2
        while self._progress() < messages and time.monotonic() < until:
            time.sleep(0.02)

    def _progress(self) -> int:
        return max(reader.mirror().cursor.seq for reader in self._readers)

    def _do(self, kind: str, way: str) -> None:
        if kind == "kill the service":
            os.kill(self._service.pid, signal.SIGKILL)
            wait_until(lambda: not processes.alive(self._service.pid), "it is gone")
            self._service = self._start_service()
        elif kind == "kill a kernel":
            self._kernels[way].kill()
            self._kernels[way].start()
        else:
            self._fault(self._lines[way], kind)

    def _fault(self, line: Faults, kind: str) -> None:
        match kind:
            case "delay":
                line.delay(self._rng.uniform(0.01, 0.2))
            case "slow":
                line.slow(self._rng.randint(2_000, 8_000))
            case "buffer":
                line.buffer(self._rng.randint(1_000, 60_000))
            case "corrupt":
                line.corrupt(random.Random(self._rng.random()))
            case _:
                getattr(line, kind)()
        if kind == "refuse":
            line.cut()
        if kind != "cut":
            time.sleep(self._rng.uniform(0.05, 0.5))
            line.heal()

    # -- what is left -----------------------------------------------------------------------

    def _store(self) -> list[Told]:
        path = self.folder / "service" / "service.db"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            rows = db.execute(
                "SELECT born, seq, id, body FROM documents WHERE channel = ? AND kind = 'message' "
                "ORDER BY born",
                (ROOM,),
            ).fetchall()
        db.close()
        return [Told(b, s, i, json.loads(body)["content"]) for b, s, i, body in rows]

    def _head(self) -> int:
        return max(told.seq for told in self._store())

    def _judge(self, members: list[Seen]) -> None:
        outcome, store = self.outcome, self._store()
        kept = defaultdict[str, list[int]](list)
        for told in store:
            name, number = told.content.split()
            kept[name].append(int(number))
        outcome.kept = len(store)
        for kernel in self._kernels.values():
            for name, log in kernel.logs().items():
                self._judge_sender(name, log, kept.pop(name, []))
        assert not kept, f"nobody has sent these: {kept}"
        for one in members:
            outcome.reconnects += one.reconnects
            if one.state != "live" or one.transport.replace(" ", "_") not in one.name:
                outcome.unequal.append(f"{one.name} is {one.state} by {one.transport}")
            if one.messages != [told for told in store if told.born >= one.floor]:
                outcome.unequal.append(f"{one.name} has {len(one.messages)}, above {one.floor}")

    def _judge_sender(self, name: str, log: list[str], kept: list[int]) -> None:
        outcome = self.outcome
        noted = defaultdict[str, set[int]](set)
        for line in log:
            noted[line[0]].add(int(line.split()[1]))
        outcome.written += len(noted["w"])
        outcome.acked += len(noted["a"])
        outcome.refused += [f"{name} {line}" for line in log if line[0] == "f"]
        safe = noted["a"] | (noted["k"] - noted["f"])
        outcome.lost += [f"{name} {n}" for n in sorted(safe - set(kept))]
        outcome.twice += [f"{name} {n}" for n, times in Counter(kept).items() if times > 1]
        outcome.overtaken += [f"{name} {b} after {a}" for a, b in pairwise(kept) if a > b]


def token(name: str) -> str:
    """A token that names a person."""
    claims = {"sub": name, "name": name, "exp": time.time() + 3600}
    return jwt.encode(claims | {"courses": [COURSE], "role": "student"}, KEY, algorithm="HS256")
