"""A campus as docs/campus.md builds it: each file of the page, with the places of a test in it.

The page's units are started as systemd would start them: their commands in their environments.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import ROOT, require
from tests.docs.blocks import Block, blocks, is_cell
from tests.hub.browsing import LAB
from tests.hub.harness import EXAMPLE, RealHub
from tests.ports import own_port
from tests.redis_server import RedisServer
from tests.service.test_nginx import NGINX
from tests.waiting import PATIENCE, wait_until

PAGE = ROOT / "docs/campus.md"
PORTS = ("8765", "8766")

_AROUND = """
daemon off;
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
{site}
}}
"""


def block(language: str, containing: str) -> str:
    """A file of the page, by its language and by something in it."""
    found: list[Block] = [
        one
        for one in blocks(PAGE)
        if one.language == language and containing in one.text and not is_cell(one)
    ]
    (only,) = found
    return only.text


class _Places:
    """What stands in the page, and what a test has in its place."""

    def __init__(self, folder: Path, redis: RedisServer, hub: RealHub) -> None:
        public = urlsplit(hub.url)
        self._places = {
            "8000": str(hub.port),
            "8081": str(hub.hub_port),
            "listen 443 ssl": f"listen {public.netloc}",
            "https://hub.example.org": f"http://{public.netloc}",
            "hub.example.org": str(public.hostname),
            "/opt/edu-widgets/bin": str(Path(sys.executable).parent),
            "/var/lib/edu-widgets": str(folder),
            "redis://127.0.0.1:6379/0": redis.url,
        }
        self._places |= {port: str(own_port()) for port in PORTS}
        self._pattern = re.compile("|".join(map(re.escape, self._places)))

    def of(self, text: str) -> str:
        """A text of the page, for the test."""
        return self._pattern.sub(lambda found: self._places[found[0]], text)


def unit(text: str, port: str) -> tuple[list[str], dict[str, str]]:
    """The command of a unit, and its environment."""
    lines = [line.partition("=") for line in text.replace("%i", port).splitlines()]
    (command,) = [shlex.split(value) for name, _, value in lines if name == "ExecStart"]
    variables = [value.partition("=") for name, _, value in lines if name == "Environment"]
    return command, {name: value for name, _, value in variables}


class Process:
    """A process of the service, which may be killed and started again."""

    def __init__(self, folder: Path, port: str, places: _Places) -> None:
        command, variables = unit(block("ini", "edu-widgets serve"), port)
        self._command = [places.of(word) for word in command]
        self._environment = {name: places.of(value) for name, value in variables.items()}
        self._log = folder / f"{port}.log"
        self._health = places.of(f"http://127.0.0.1:{port}/services/class/health")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, as systemd does; `wait` returns once it answers."""
        with self._log.open("ab") as log:
            environment = os.environ | self._environment
            self._process = subprocess.Popen(self._command, env=environment, stdout=log, stderr=log)

    def wait(self) -> None:
        wait_until(lambda: RealHub.status(self._health) == HTTPStatus.OK, self._health)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(PATIENCE)


@dataclass(frozen=True)
class Campus:
    """What runs: the Hub, both processes of the service, and nginx at a port."""

    hub: RealHub
    processes: tuple[Process, ...]
    port: int


@contextlib.contextmanager
def campus(
    folder: Path, node: Mapping[str, str], around: Mapping[str, Mapping[str, str]]
) -> Iterator[Campus]:
    """Build the campus of the page.

    Args:
        folder: Where everything is kept; a short path.
        node: An environment in which Node.js is found.
        around: Of some people's servers, variables that are others: by variable, then by person.
    """
    require(NGINX is not None, "nginx is not installed")
    public = own_port()
    example = folder / "example_config.py"
    page = "\n".join([EXAMPLE.read_text("utf-8"), block("python", "c.JupyterHub.services")])
    example.write_text(page, "utf-8")
    hub = RealHub(folder / "hub", node, server=LAB, public=public, example=example)
    hub.of_people |= {name: dict(people) for name, people in around.items()}
    settings = re.sub(r"(?m)^", "--", block("redis", "appendonly").strip()).split()
    redis = RedisServer(folder / "redis", *settings)
    places = _Places(folder, redis, hub)
    with contextlib.ExitStack() as stack:
        redis.start()
        stack.callback(redis.close)
        site = re.sub(r"ssl_certificate\S* .*\n", "", block("nginx", "upstream"))
        config = folder / "nginx.conf"
        config.write_text(_AROUND.format(folder=folder, site=places.of(site)), "utf-8")
        command = [str(NGINX), "-p", str(folder), "-c", str(config)]
        stack.callback(_end, subprocess.Popen(command))
        processes = tuple(Process(folder, port, places) for port in PORTS)
        for process in processes:
            process.start()
            stack.callback(process.kill)
        with hub:
            for process in processes:
                process.wait()
            yield Campus(hub, processes, public)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(PATIENCE)
