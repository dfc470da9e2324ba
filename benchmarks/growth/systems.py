"""The processes that are measured: our service, and Socket.IO, on one Redis each."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from benchmarks.changing_processes import Process, free_ports
from tests.redis_server import RedisServer

BESIDE = Path(__file__).resolve().parents[1] / "beside_socketio"
START_S = 60.0


@dataclass(slots=True)
class System:
    """Some processes of one kind, and their Redis."""

    wire: str
    ports: list[int]
    processes: list[psutil.Process]
    redis: psutil.Process

    def cpu(self) -> float:
        """Return the seconds of CPU that the processes have used."""
        return sum(_cpu(one) for one in self.processes)

    def redis_cpu(self) -> float:
        """Return the same for Redis."""
        return _cpu(self.redis)

    def memory(self) -> int:
        """Return the bytes of memory that are the processes' own."""
        return sum(one.memory_full_info().uss for one in self.processes)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextlib.contextmanager
def redis_server(folder: Path, fsync: str) -> Iterator[RedisServer]:
    """A Redis whose append-only file is synchronised `always` or `everysec`."""
    server = RedisServer(folder / "redis", "--appendonly", "yes", "--appendfsync", fsync)
    server.start()
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def edu_widgets(
    folder: Path, processes: int, courses: Sequence[str], fsync: str = "always"
) -> Iterator[System]:
    """Our service, without limits on what one address may do: all members have the same."""
    table = {"maxConnections": 20_000, "maxUnprovenConnections": 8_192}
    config = folder / "config.json"
    config.write_text(json.dumps(table | {"course": {"maxUsers": 20_000}}))
    more = ["--config", str(config)]
    for course in courses:
        more += ["--course", course]
    with redis_server(folder, fsync) as redis, contextlib.ExitStack() as stack:
        started = []
        for number, port in enumerate(free_ports(processes)):
            one = Process(folder / str(number), redis, port, port, more)
            stack.callback(_end, one.process)
            started.append(one)
        end = time.monotonic() + START_S
        while not all(one.ready for one in started):
            if time.monotonic() > end:
                log = (started[0].folder / "log").read_text()
                msg = f"The service did not start: {log[-2_000:]}"
                raise TimeoutError(msg)
            time.sleep(0.05)
        pids = [psutil.Process(one.process.pid) for one in started]
        yield System("edu-widgets", [one.port for one in started], pids, _process_of(redis))


@contextlib.contextmanager
def socket_io(
    folder: Path, processes: int, courses: Sequence[str], fsync: str = "always"
) -> Iterator[System]:
    """As many processes of Socket.IO with its Redis adapter; its rooms need no setting up."""
    del courses
    server = Path(_installed().name) / "server.js"
    with redis_server(folder, fsync) as redis, contextlib.ExitStack() as stack:
        pids, ports = [], []
        for _ in range(processes):
            command = ["node", str(server), str(redis.socket)]
            one = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            stack.callback(_end, one)
            assert one.stdout is not None
            ports.append(int(one.stdout.readline()))
            pids.append(psutil.Process(one.pid))
        yield System("Socket.IO", ports, pids, _process_of(redis))


SYSTEMS = {"edu-widgets": edu_widgets, "Socket.IO": socket_io}


@cache
def _installed() -> tempfile.TemporaryDirectory[str]:
    """Socket.IO's server with its packages, in a folder that goes with this process."""
    folder = tempfile.TemporaryDirectory()
    shutil.copytree(BESIDE, folder.name, dirs_exist_ok=True)
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(command, cwd=folder.name, check=True, stdout=subprocess.DEVNULL)
    return folder


def _process_of(redis: RedisServer) -> psutil.Process:
    with redis.client() as client:
        return psutil.Process(client.info("server")["process_id"])


def _end(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
