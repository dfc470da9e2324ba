"""A redis-server of one's own, on a socket in a folder; or a server of the same protocol.

`EDU_REDIS_SERVER` names another program, as `valkey-server`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import redis

from tests.conftest import require
from tests.waiting import PATIENCE, wait_until

SAFE = ("--appendonly", "yes", "--appendfsync", "always")


class RedisServer:
    """Started and stopped as often as a test wants, with the same files."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder = folder
        # A socket's path may have some hundred characters, which pytest's folders exceed.
        self._sockets = tempfile.mkdtemp(prefix="edu")
        self.socket = Path(self._sockets) / "s"
        self.url = f"unix://{self.socket}"
        self.settings = settings or SAFE
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        name = os.environ.get("EDU_REDIS_SERVER") or "redis-server"
        found = shutil.which(name)
        require(found is not None, f"{name} is not installed")
        self.folder.mkdir(exist_ok=True)
        where = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder)]
        command = [str(found), *where, "--save", "", "--enable-debug-command", "yes"]
        self._process = subprocess.Popen(
            [*command, *self.settings], stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        wait_until(self._answers, "redis-server answers")

    def stop(self, *, kill: bool = False) -> None:
        """Stop it, in order or with SIGKILL."""
        process, self._process = self._process, None
        if process is not None:
            (process.kill if kill else process.terminate)()
            process.wait(PATIENCE)

    def close(self) -> None:
        """Stop it for good."""
        self.stop()
        shutil.rmtree(self._sockets)

    def client(self) -> redis.Redis:
        """A client of one's own."""
        return redis.Redis.from_url(self.url)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError), self.client() as client:
            return bool(client.ping())
        return False
